-- Version 1. Beside the events, which are the log, stand read models: what the
-- log says now, in the transaction that says it. They can all be made from it.

-- One row: what the file is.
CREATE TABLE log (
	epoch    TEXT NOT NULL,    -- names this log among all; a cursor carries it
	position INTEGER NOT NULL  -- of the last batch
);

-- Every event. A stream is half a room, as room * 2 + said: what people said
-- (1) apart from what happened to it (0), so that a page of history reads
-- nothing else. Rows are added at the end and never change in size.
CREATE TABLE events (
	seq    INTEGER PRIMARY KEY,
	stream INTEGER NOT NULL,
	record BLOB NOT NULL       -- chat.AppendEvent, or erased: see erase.go
);
CREATE INDEX events_stream ON events (stream); -- and, as every index, seq

-- What became of a command: only of those that have a client id.
CREATE TABLE sent (
	by     INTEGER NOT NULL,
	client TEXT NOT NULL,
	seq    INTEGER NOT NULL,
	PRIMARY KEY (by, client)
) WITHOUT ROWID;

-- The latest edit of each message that has been edited and is not deleted.
CREATE TABLE amended (
	room   INTEGER NOT NULL,
	target INTEGER NOT NULL,
	edit   INTEGER NOT NULL,
	PRIMARY KEY (room, target)
) WITHOUT ROWID;

-- All its edits, so that deleting it finds them.
CREATE TABLE edits (
	target INTEGER NOT NULL,
	edit   INTEGER NOT NULL,
	PRIMARY KEY (target, edit)
) WITHOUT ROWID;

CREATE TABLE reactions (
	room   INTEGER NOT NULL,
	target INTEGER NOT NULL,
	by     INTEGER NOT NULL,
	emoji  TEXT NOT NULL,
	nick   TEXT NOT NULL,      -- what by was called then
	seq    INTEGER NOT NULL,
	PRIMARY KEY (room, target, by, emoji)
) WITHOUT ROWID;

-- Who is here.
CREATE TABLE users (
	id   INTEGER PRIMARY KEY,
	nick TEXT NOT NULL,
	role INTEGER NOT NULL,     -- chat.Role
	key  BLOB NOT NULL,        -- 32 bytes, or none
	node INTEGER NOT NULL
);

-- Who has gone and can be recognised when they come back.
CREATE TABLE guests (
	key  BLOB PRIMARY KEY,
	id   INTEGER NOT NULL,
	nick TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE rooms (
	id       INTEGER PRIMARY KEY,
	name     TEXT NOT NULL,
	topic    TEXT NOT NULL,
	flags    INTEGER NOT NULL,
	archived INTEGER NOT NULL,
	creator  INTEGER NOT NULL,
	slow     INTEGER NOT NULL  -- seconds
);

CREATE TABLE members (
	room   INTEGER NOT NULL,
	user   INTEGER NOT NULL,
	joined INTEGER NOT NULL,   -- seq: the order of joining
	PRIMARY KEY (room, user)
) WITHOUT ROWID;

CREATE TABLE invitations (
	user INTEGER NOT NULL,
	room INTEGER NOT NULL,
	PRIMARY KEY (user, room)
) WITHOUT ROWID;

CREATE TABLE pins (
	room   INTEGER NOT NULL,
	seq    INTEGER NOT NULL,   -- the order of pinning
	target INTEGER NOT NULL,
	PRIMARY KEY (room, seq)
) WITHOUT ROWID;

-- Read markers.
CREATE TABLE marks (
	user   INTEGER NOT NULL,
	room   INTEGER NOT NULL,
	target INTEGER NOT NULL,
	PRIMARY KEY (user, room)
) WITHOUT ROWID;

-- What people are in a room beside being in it: chat.Standing. Times are in
-- milliseconds; 0 is for ever.
CREATE TABLE standings (
	user         INTEGER NOT NULL,
	room         INTEGER NOT NULL,
	rank         INTEGER NOT NULL,
	muted        INTEGER NOT NULL,
	muted_until  INTEGER NOT NULL,
	banned       INTEGER NOT NULL,
	banned_until INTEGER NOT NULL,
	PRIMARY KEY (user, room)
) WITHOUT ROWID;

-- Bans from the server, of people (by number) and of networks (user is 0).
CREATE TABLE bans (
	user   INTEGER NOT NULL,
	name   TEXT NOT NULL,      -- the network, or what the user was called
	until  INTEGER NOT NULL,
	reason TEXT NOT NULL,
	by     TEXT NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (user, name)
) WITHOUT ROWID;

-- How members prove to be who they are. What proves it is only here, and not in
-- the log, so that it can be forgotten.
CREATE TABLE credentials (
	seq    INTEGER PRIMARY KEY,
	user   INTEGER NOT NULL,
	proof  INTEGER NOT NULL,   -- chat.Proof
	name   TEXT NOT NULL,
	key    BLOB,               -- 32 bytes, or null
	secret TEXT NOT NULL,      -- a hash, or sealed
	added  INTEGER NOT NULL,
	until  INTEGER NOT NULL,
	scope  INTEGER NOT NULL    -- what a token allows
);
CREATE INDEX credentials_user ON credentials (user);
CREATE UNIQUE INDEX credentials_key ON credentials (key) WHERE key IS NOT NULL;

-- Invitations to the server that still let somebody in.
CREATE TABLE codes (
	seq   INTEGER PRIMARY KEY,
	key   BLOB NOT NULL UNIQUE,
	role  INTEGER NOT NULL,
	left  INTEGER NOT NULL,
	until INTEGER NOT NULL,
	rooms TEXT NOT NULL,
	by    TEXT NOT NULL,
	made  INTEGER NOT NULL
);
