-- Version 6. What the pages of a browser show beside messages.

-- The threads that have replies: root is the message that began one, last its
-- last reply. Deleted replies don't count.
CREATE TABLE threads (
	room    INTEGER NOT NULL,
	root    INTEGER NOT NULL,
	replies INTEGER NOT NULL,
	last    INTEGER NOT NULL,
	PRIMARY KEY (room, root)
) WITHOUT ROWID;

CREATE TABLE replies (
	root INTEGER NOT NULL,
	seq  INTEGER NOT NULL,
	by   INTEGER NOT NULL,
	nick TEXT NOT NULL,        -- what by was called then
	PRIMARY KEY (root, seq)
) WITHOUT ROWID;

-- event_field is this program's: what is in a record. Of replies from before
-- there were threads it says that they are in that of the message they answer.
-- Where the first byte is 0, the message was deleted.
INSERT INTO replies (root, seq, by, nick)
SELECT root, seq, event_field(record, 'by'), event_field(record, 'nick') FROM (
	SELECT seq, record, event_field(record, 'thread') AS root FROM events
	WHERE stream & 1 AND substr(record, 1, 1) <> x'00'
) WHERE root > 0;

INSERT INTO threads (room, root, replies, last)
SELECT stream >> 1, root, count(*), max(replies.seq) FROM replies JOIN events ON events.seq = replies.seq GROUP BY root;

-- The files that messages have, and pictures of links (user is 0): what is in no
-- message any more is not here.
CREATE TABLE files (
	id     TEXT PRIMARY KEY,
	hash   TEXT NOT NULL,      -- of the bytes, which are elsewhere
	user   INTEGER NOT NULL,
	seq    INTEGER NOT NULL,   -- of the message
	size   INTEGER NOT NULL,
	type   TEXT NOT NULL,
	name   TEXT NOT NULL,
	width  INTEGER NOT NULL,
	height INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_seq ON files (seq);
CREATE INDEX files_hash ON files (hash);
CREATE INDEX files_user ON files (user, size);

-- The previews of a message's links: seq is where one was added, dropped where
-- somebody did not want it, or 0.
CREATE TABLE previews (
	room    INTEGER NOT NULL,
	target  INTEGER NOT NULL,
	url     TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	image   TEXT NOT NULL,     -- the id of its picture, or none
	dropped INTEGER NOT NULL,
	PRIMARY KEY (room, target, url)
) WITHOUT ROWID;
