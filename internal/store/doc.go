// Package store keeps the log and what can be read from it, in one directory.
//
// A [Store] is a SQLite database, hubbub.db: the events, and beside them read
// models (who is here, which rooms there are, what became of a client id), which
// change in the same transaction, so that [Store.Load] gives a state back
// without reading the log. [Store.Commit] makes a batch durable: when it returns
// nil, the batch is on disk; when it returns an error, nothing of the batch is
// to be seen. [Store.Events] and [Store.Messages] read a room forward and
// backward. The words of the messages are in a file of their own, search.db,
// which trails the log: see package search.
//
// One goroutine, the applier, calls Load, Facts and Commit; everything else may
// be called from any goroutine at any time and never delays the applier: reads
// have connections of their own and see the last committed transaction
// (SQLite's write-ahead log). The package starts no goroutines that outlive a
// call; the caller runs [Store.Run], which keeps the search index and removes
// erased text from the write-ahead log.
//
// # What is where
//
// An event is a row of its Seq, its stream and its record. A stream is half a
// room: what was said, or everything else. A page of history reads one stream
// backward, resuming merges the two, and the last event of a room is the greater
// of their last: so a message costs one row, one index entry and nothing else.
//
// A playback ([Store.Playback]) shows a room as it reads now, and so less than
// there is. The runs of events that it does not show are gaps, in a table of
// their own; it goes around them, and costs as much as it shows.
//
// # Erasing
//
// Deleting a message takes its text, and that of all its edits, out of their
// records in the transaction that adds the deletion. A record keeps its size:
// the bytes of the text are overwritten where they are, so that no copy of them
// stays behind in a page that was split or given free. What the write-ahead log
// still holds is gone a moment later, when Run has emptied it, or at Close. The
// search index finds the message no more, but its file keeps single words of it
// until SQLite next merges that part of the index. Backups keep what they have.
//
// # Failure
//
// A full disk is foreseen: Commit returns [ErrFull], the transaction is rolled
// back, reads go on, and a later Commit may succeed. After any other failure of
// Commit the store accepts no more ([ErrBroken]): a failed fsync leaves nothing
// to rely on, so the process has to stop and open the directory anew.
package store
