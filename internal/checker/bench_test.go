package checker_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"hubbub/internal/checker"
)

// loadHistory returns a correct history of about n ops: messages to 10 rooms,
// each shown to 8 of 40 sessions.
func loadHistory(n int) []checker.Op {
	const rooms, readers = 10, 8
	ops := make([]checker.Op, 0, n+rooms*readers)
	heads := make([]uint64, rooms)
	for i := 0; len(ops) < n; i++ {
		room, seq, now := i%rooms, uint64(i+1), int64(i*1000)
		send := checker.Op{Who: fmt.Sprint("sender", i%7), Verb: checker.Send, Room: fmt.Sprint("#", room), Author: fmt.Sprint("sender", i%7),
			Client: fmt.Sprint("c", i), Seq: seq, Text: fmt.Sprintf("sender/%d hello to everybody who reads this", i), Protocol: "api", Node: "n1", Epoch: "e1", Start: now, End: now + 5000}
		ops = append(ops, send)
		read := send
		read.Verb, read.Prev, read.Start = checker.Read, heads[room], send.End
		for r := range readers {
			read.Who = fmt.Sprint("reader", room*readers+r)
			ops = append(ops, read)
		}
		read.Verb, read.Who = checker.Final, "judge"
		ops = append(ops, read)
		heads[room] = seq
	}
	return ops
}

func BenchmarkCheckMillion(b *testing.B) {
	ops := loadHistory(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if r := checker.Check(ops); !r.OK() {
			b.Fatal(r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ops)), "ns/history-op")
}

// BenchmarkCheckTwins judges messages that all look alike, to readers who are
// shown no Seqs: the time for each must not grow with their number.
func BenchmarkCheckTwins(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var ops, finals []checker.Op
			for i := range n {
				send := checker.Op{Who: "bob", Author: "bob", Verb: checker.Send, Room: "#a", Text: "hello", Start: int64(i), End: int64(i)}
				read, final := send, send
				read.Who, read.Verb = "dave", checker.Read
				final.Who, final.Verb, final.Seq, final.Prev = "judge", checker.Final, uint64(i+1), uint64(i)
				ops, finals = append(ops, send, read), append(finals, final)
			}
			ops = append(ops, finals...)
			ops = append([]checker.Op{{Who: "dave", Verb: checker.Join, Room: "#a", After: 1}}, ops...)
			for b.Loop() {
				if r := checker.Check(ops); !r.OK() {
					b.Fatal(r)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ops)), "ns/history-op")
		})
	}
}

func BenchmarkDecodeMillion(b *testing.B) {
	var buf bytes.Buffer
	r := checker.NewRecorder(&buf)
	for _, op := range loadHistory(1_000_000) {
		r.Record(op)
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(buf.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := checker.Decode(bytes.NewReader(buf.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	r := checker.NewRecorder(io.Discard)
	defer r.Close()
	op := loadHistory(1)[0]
	b.ReportAllocs()
	for b.Loop() {
		r.Record(op)
	}
}
