package checker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hubbub/internal/checker"
)

// TestInversionsAgreeWithComparingAllPairs gives sends random times and Seqs,
// and compares the sweep with the definition.
func TestInversionsAgreeWithComparingAllPairs(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var ops []checker.Op
		n := 2 + rng.IntN(40)
		for i, seq := range rng.Perm(n) {
			op := checker.Op{Who: "a", Verb: checker.Send, Room: fmt.Sprint("#", seq%2), Author: "a", Client: fmt.Sprint(i),
				Text: fmt.Sprintf("a/%d", i), Seq: uint64(seq + 1), Start: 1 + rng.Int64N(int64(3*n))}
			op.End = op.Start + rng.Int64N(int64(n))
			if rng.IntN(4) == 0 {
				op.Outcome = checker.Unknown
			}
			final := op
			final.Verb, final.Outcome, final.Start, final.End = checker.Final, "", 1000, 1000
			ops = append(ops, op, final)
		}
		want := 0
		for _, b := range ops {
			for _, a := range ops {
				if a.Verb == checker.Send && b.Verb == checker.Send && a.Room == b.Room &&
					a.Outcome != checker.Unknown && a.End < b.Start && a.Seq > b.Seq {
					want++
					break
				}
			}
		}
		if r := checker.Check(sorted(ops)); r.Faults[checker.Inversion] != want || len(r.Faults) > 1 {
			t.Fatalf("seed %d: want %d inversions\n%v", seed, want, r)
		}
	}
}

// TestStaleReadsAgreeWithComparingAllPairs does the same for snapshots.
func TestStaleReadsAgreeWithComparingAllPairs(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 4))
		var sends, views []checker.Op
		n := 2 + rng.IntN(30)
		for i := range n {
			op := checker.Op{Who: fmt.Sprint(rng.IntN(2)), Verb: checker.Send, Room: fmt.Sprint("#", rng.IntN(2)), Author: "a", Client: fmt.Sprint(i),
				Node: fmt.Sprint(rng.IntN(2)), Text: fmt.Sprintf("a/%d", i), Seq: uint64(i + 1), Start: int64(10 * i), End: int64(10*i + 5)}
			view := checker.Op{Who: fmt.Sprint(rng.IntN(2)), Verb: checker.Snapshot, Node: fmt.Sprint(rng.IntN(2)),
				Seq: 1 + rng.Uint64N(uint64(n)), After: rng.Uint64N(uint64(n)), Start: 1 + rng.Int64N(int64(10*n)), End: 1000}
			if rng.IntN(2) == 0 {
				view.Room = fmt.Sprint("#", rng.IntN(2))
			}
			sends, views = append(sends, op), append(views, view)
		}
		want := 0
		for _, v := range views {
			for _, s := range sends {
				mine := s.Who == v.Who && (v.Room == "" || v.Room == s.Room) && s.Seq > v.Seq
				if mine && (s.Node == v.Node && s.End < v.Start || s.Seq <= v.After) {
					want++
					break
				}
			}
		}
		ops := append(sends, views...)
		for _, s := range sends {
			s.Verb, s.Who, s.Node = checker.Final, "judge", "n1"
			ops = append(ops, s)
		}
		if r := checker.Check(ops); r.Faults[checker.StaleRead] != want || len(r.Faults) > 1 {
			t.Fatalf("seed %d: want %d stale reads\n%v", seed, want, r)
		}
	}
}
