-- Version 2. Among the ranks (chat.Rank) there is one between the plain one and
-- the moderator's.
UPDATE standings SET rank = rank + 1 WHERE rank > 0;

-- What it takes to come into a room: a word, or none, and that there are fewer
-- members than a limit, or 0.
ALTER TABLE rooms ADD COLUMN word TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN most INTEGER NOT NULL DEFAULT 0;

-- Patterns of people: chat.MaskInfo.
CREATE TABLE masks (
	room    INTEGER NOT NULL,
	seq     INTEGER NOT NULL,   -- the order of adding
	list    INTEGER NOT NULL,   -- chat.MaskList
	pattern TEXT NOT NULL,
	by      TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (room, seq)
) WITHOUT ROWID;
