// Package bench is what `hubbub bench` runs: a load tool for any server that
// speaks the line protocol or IRC, two bare servers to compare the first with,
// and the means to start other projects' IRC servers to compare the second with.
//
// [Run] takes a [Config] and returns a [Result]. It starts the server under
// test as a process of its own (or is given an address), lands a fleet of
// clients in their rooms, lets some of them send, and has every reader check
// what it sees. What a client says and hears is its [Dialect]; clients of several
// may share a room. [Compare] interleaves such runs, a [Column] for each server or
// form of the load, and keeps the medians. [Main] is the same behind flags.
//
// # What is measured
//
// Every message carries a tag: the run, the sender, a counter, and the time it
// was sent. So each reader knows by itself what is lost, doubled, late or
// damaged, and how long it took; a rolling hash over what each reader saw tells
// whether all readers of a room saw one order. A sender's own message coming
// back is its acknowledgement. Where it does not come back, as to an IRC client
// without echo-message, the answer to a ping behind it is; such a sender doesn't
// know where its own messages come, so it has no say in whether all saw one order.
//
// The server's cost is read from its process (CPU time at both ends of the
// measured window, divided by the deliveries in between), so the clients' own
// cost does not enter it. It still takes time from the same cores, therefore
// reading is kept cheap: on Linux, but by SSH, a few goroutines wait in epoll and read
// whatever has come into one large buffer; elsewhere each connection has a
// goroutine.
//
// # Goroutines
//
// A fleet starts its readers (on Linux [Config.Readers] of them), and, when the
// load is paced, one pacer; a child process has one goroutine that waits for
// it. All of them have ended when Run returns. The readers share a few shards:
// a shard's lock guards everything that its clients have seen. The sending half
// of a client has a lock of its own, taken inside the shard's.
package bench
