-- Version 3. A playback skips what it does not show, however much of that there
-- is in a row.

-- The runs of events, in a stream, that a playback does not show: messages that
-- were deleted, edits, pins, reactions that do not hold any more and their
-- taking back. Between two gaps of a stream there is something to show.
CREATE TABLE gaps (
	stream INTEGER NOT NULL,
	first  INTEGER NOT NULL, -- seq
	last   INTEGER NOT NULL, -- seq
	PRIMARY KEY (stream, first)
) WITHOUT ROWID;

-- The second byte of a record is the kind: 3 edited, 5 reacted, 6 unreacted,
-- 7 pinned, 8 unpinned. The first is 0 where the text was erased.
INSERT INTO gaps (stream, first, last)
WITH hidden AS (
	SELECT stream, seq FROM events
	WHERE substr(record, 1, 1) = x'00' OR stream & 1 = 0 AND (
		substr(record, 2, 1) IN (x'03', x'06', x'07', x'08')
		OR substr(record, 2, 1) = x'05' AND seq NOT IN (SELECT seq FROM reactions))
), runs AS (
	SELECT stream, seq, coalesce(lag(seq) OVER (PARTITION BY stream ORDER BY seq), -1)
		<> coalesce((SELECT max(e.seq) FROM events AS e WHERE e.stream = hidden.stream AND e.seq < hidden.seq), 0) AS begins
	FROM hidden
)
SELECT stream, min(seq), max(seq) FROM (
	SELECT stream, seq, sum(begins) OVER (PARTITION BY stream ORDER BY seq) AS run FROM runs
) GROUP BY stream, run;
