-- Version 4. A room tells when it was made, and who set its topic, and when. Of
-- what was done before that is not known, and IRC clients are not told it.

ALTER TABLE rooms ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN topic_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN topic_at INTEGER NOT NULL DEFAULT 0;
