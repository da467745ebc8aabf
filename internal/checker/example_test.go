package checker_test

import (
	"bytes"
	"fmt"

	"hubbub/internal/checker"
)

// A test gives one Recorder to all its actors and judges when all is over.
func Example() {
	var history bytes.Buffer // a file, for long runs
	rec := checker.NewRecorder(&history)

	// alice sends with client ids and is told Seqs.
	start := rec.Now()
	rec.Record(checker.Op{Who: "alice", Verb: checker.Send, Room: "#lobby", Author: "alice", Client: "c1", Text: "alice/1 hello",
		Seq: 7, Start: start, End: rec.Now(), Protocol: "api", Node: "n1"})

	// bob writes a plain line; that it was shown to him is his acknowledgement.
	start = rec.Now()
	rec.Record(checker.Op{Who: "bob", Verb: checker.Send, Room: "#lobby", Author: "bob", Text: "bob/1 hi",
		Start: start, End: rec.Now(), Protocol: "line", Node: "n1"})

	// carol's session begins at the head of the room, which is 6. She is shown
	// alice's message and not bob's, and goes with a cursor that covers both.
	now := rec.Now()
	rec.Record(checker.Op{Who: "carol", Verb: checker.Join, Room: "#lobby", Seq: 6, After: 6, Start: now, End: now})
	rec.Record(checker.Op{Who: "carol", Verb: checker.Read, Room: "#lobby", Seq: 7, Prev: 6, Author: "alice", Text: "alice/1 hello", Start: now, End: now})
	rec.Record(checker.Op{Who: "carol", Verb: checker.Close, Seq: 8, Start: now, End: now})

	// When everything has stopped, the whole room is read.
	now = rec.Now()
	rec.Record(checker.Op{Who: "judge", Verb: checker.Base, Room: "#lobby", Seq: 6}) // what was there before the test
	rec.Record(checker.Op{Who: "judge", Verb: checker.Final, Room: "#lobby", Seq: 7, Prev: 6, Author: "alice", Client: "c1", Text: "alice/1 hello", Start: now, End: now})
	rec.Record(checker.Op{Who: "judge", Verb: checker.Final, Room: "#lobby", Seq: 8, Prev: 7, Author: "bob", Text: "bob/1 hi", Start: now, End: now})
	if err := rec.Close(); err != nil {
		fmt.Println(err)
	}

	ops, err := checker.Decode(&history)
	if err != nil {
		fmt.Println(err)
	}
	report := checker.Check(ops)
	fmt.Println(report.OK(), report.Faults)
	fmt.Println(report.Examples[0].Text)
	// Output:
	// false map[lost:1]
	// carol was not shown 8 in room #lobby, which the final history has and the session covers (tail)
}
