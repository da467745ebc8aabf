// Package search finds messages by their words, newest first.
//
// A person's search text becomes a [Query] by [Parse], which needs no index. An
// [Index] holds the words of every message in a file of its own and trails the
// log: [Index.Run] asks a [Source] what changed and applies it, a transaction a
// batch, so that indexing never slows an acknowledgement. [Index.Search]
// answers a [Request] with the Seqs of the messages that match, and says how far
// the index had got.
//
// All reading of text happens here, in Go, alike for a message and for a query:
// fold makes spellings equal (case, accents, full width), tokens cuts what is
// left into words. Languages written without spaces are cut into overlapping
// pairs of characters. SQLite's FTS5 gets finished tokens and is told to split
// at nothing but the spaces between them, so its own idea of a letter never
// matters, and no text from outside ever reaches its query syntax.
//
// The file holds nothing that the log does not. Whenever it is damaged, belongs
// to another log or was written by other rules, it is thrown away and made anew
// from the first event on; searches meanwhile find what is there so far.
//
// The words of deleted messages are taken out of the file soon after, by merging all
// of it anew, in small steps between the batches (see sweeper). Where much is deleted
// that is done again and again, for at most a hundredth of the time.
//
// What a search may see is decided by [Request.Rooms] and by nothing else. It
// has no default: without rooms there are no hits.
//
// The package starts no goroutines. Run is the only writer and belongs to its
// caller; Search may be called from any goroutine at any time.
package search
