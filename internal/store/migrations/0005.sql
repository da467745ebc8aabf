-- Version 5. People and rooms have properties, and a read marker may be at a time
-- at which nothing was said.

-- Of a room, or of the person whose inbox the owner is.
CREATE TABLE properties (
	owner   INTEGER NOT NULL,
	key     TEXT NOT NULL,
	value   TEXT NOT NULL,
	private INTEGER NOT NULL, -- only the owner sees it
	PRIMARY KEY (owner, key)
) WITHOUT ROWID;

-- In milliseconds; 0 is when the target happened.
ALTER TABLE marks ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
