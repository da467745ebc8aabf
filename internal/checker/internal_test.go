package checker

import (
	"math/rand/v2"
	"testing"
)

func TestRangesHoldWhatWasAdded(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 6))
		want := map[uint64]bool{}
		var r ranges
		for range rng.IntN(8) {
			from, to := rng.Uint64N(50), rng.Uint64N(50)
			r = r.add(from, to)
			for seq := from + 1; seq <= to; seq++ {
				want[seq] = true
			}
		}
		r = r.merge()
		for seq := range uint64(52) {
			if r.has(seq) != want[seq] {
				t.Fatalf("seed %d: has(%d) = %v in %v", seed, seq, r.has(seq), r)
			}
		}
		for i := 1; i < len(r); i++ {
			if r[i].from <= r[i-1].to {
				t.Errorf("seed %d: not merged: %v", seed, r)
			}
		}
	}
}

// TestBranchesFollowALogThatIsCutBack plays restores on a real log whose entries
// remember the epoch in which they were given.
func TestBranchesFollowALogThatIsCutBack(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		log := []int32{0} // by Seq, the epoch; Seq 0 is before the first
		var logs [][]int32
		var ops []Op
		for epoch := range int32(1 + rng.IntN(4)) {
			if epoch > 0 {
				log = append([]int32(nil), log[:1+rng.IntN(len(log))]...)
				ops = append(ops, Op{Verb: Restore, Seq: uint64(len(log) - 1), Epoch: string('a' + epoch), End: int64(epoch) * 10})
			}
			for range rng.IntN(20) {
				log = append(log, epoch)
			}
			logs = append(logs, append([]int32(nil), log...))
		}
		rng.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
		e := newEpochs(ops)
		for epoch, was := range logs {
			for seq := 1; seq < len(was); seq++ {
				if got := e.branch(int32(epoch), uint64(seq)); got != was[seq] {
					t.Fatalf("seed %d: branch(%d, %d) = %d, want %d", seed, epoch, seq, got, was[seq])
				}
				alive := seq < len(log) && log[seq] == was[seq]
				if e.dead(place{branch: was[seq], seq: uint64(seq)}) == alive {
					t.Fatalf("seed %d: %d of epoch %d: alive %v", seed, seq, was[seq], alive)
				}
			}
		}
	}
}

func TestOpsFindTheirEpoch(t *testing.T) {
	e := newEpochs([]Op{
		{Verb: Restore, Epoch: "b", Seq: 10, Start: 90, End: 100},
		{Verb: Restore, Epoch: "c", Seq: 20, Start: 190, End: 200},
	})
	for _, c := range []struct {
		op   Op
		want int32
	}{
		{Op{Verb: Read, Epoch: "a", End: 500}, 0}, // shown before, recorded late
		{Op{Verb: Read, Epoch: "b", End: 500}, 1},
		{Op{Verb: Read, Epoch: "c", End: 5}, 2},
		{Op{Verb: Read, End: 99}, 0},
		{Op{Verb: Read, End: 100}, 1},
		{Op{Verb: Read, End: 300}, 2},
		{Op{Verb: Resume, Epoch: "a", End: 150}, 1}, // its cursor is of a, the server in b
	} {
		if got := e.of(&c.op); got != c.want {
			t.Errorf("%+v is of epoch %d, want %d", c.op, got, c.want)
		}
	}
}
