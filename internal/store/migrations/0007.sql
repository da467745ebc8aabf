-- Version 7. What somebody keeps for themselves alone is forgotten when they replace
-- or remove it: its event is known, and its value is taken out of it.

ALTER TABLE properties ADD COLUMN seq INTEGER NOT NULL DEFAULT 0; -- the event that set it

-- The second byte of a record is the kind: 0x2a is a property. The functions are this
-- program's: see record.go.
UPDATE properties SET seq = coalesce((
	SELECT max(events.seq) FROM events
	WHERE events.stream = properties.owner << 1 AND substr(record, 1, 2) = x'012a' AND event_field(record, 'name') = properties.key
), 0);

UPDATE events SET record = event_erased(record)
WHERE stream & 1 = 0 AND substr(record, 1, 2) = x'012a' AND event_field(record, 'private') = 1
	AND seq NOT IN (SELECT seq FROM properties);
