package checker_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hubbub/internal/checker"
)

func TestCorrectHistoriesPass(t *testing.T) {
	seeds := uint64(100)
	if testing.Short() {
		seeds = 50
	}
	for seed := range seeds {
		if r := checker.Check(randomHistory(seed, 200+int(seed)*10)); !r.OK() {
			t.Fatalf("seed %d:\n%v", seed, r)
		}
	}
}

func TestOrderBetweenSessionsDoesNotMatter(t *testing.T) {
	for seed := range uint64(20) {
		ops := randomHistory(seed, 500)
		slices.SortStableFunc(ops, func(a, b checker.Op) int {
			return int(checker.SumOf(a.Who+a.Session)>>1) - int(checker.SumOf(b.Who+b.Session)>>1)
		})
		if r := checker.Check(ops); !r.OK() {
			t.Fatalf("seed %d:\n%v", seed, r)
		}
	}
}

// TestAbsurdHistoriesAreJudged tampers with everything: no history may bring
// the checker down, or be too much for its report.
func TestAbsurdHistoriesAreJudged(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 5))
		ops := randomHistory(seed, 300)
		for range 1 + rng.IntN(100) {
			a, b := &ops[rng.IntN(len(ops))], &ops[rng.IntN(len(ops))]
			number := [...]uint64{0, 1, b.Seq, b.Prev, 1<<64 - 1}[rng.IntN(5)]
			switch rng.IntN(11) {
			case 0:
				a.Verb = b.Verb
			case 1:
				a.Seq = number
			case 2:
				a.Prev = number
			case 3:
				a.After = number
			case 4:
				a.Room, a.Author = b.Room, b.Author
			case 5:
				a.Room = ""
			case 6:
				a.Epoch = b.Epoch
			case 7:
				a.Kind, a.Target, a.Text = b.Kind, number, b.Text
			case 8:
				a.Outcome = b.Outcome
			case 9:
				a.Start, a.End = b.Start, b.End
			case 10:
				*a, *b = *b, *a
			}
		}
		r := checker.Check(ops)
		if n := len(r.String()); n > 100_000 {
			t.Errorf("seed %d: a report of %d bytes", seed, n)
		}
		n := 0
		for _, count := range r.Faults {
			n += count
		}
		if r.OK() != (n == 0 && len(r.Unread) == 0) || len(r.Examples) > n {
			t.Errorf("seed %d: %d faults, %d examples", seed, n, len(r.Examples))
		}
	}
}

func TestMutatedHistoryIsCaught(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			tried := 0
			for seed := range uint64(40) {
				h := newHistory(seed)
				if !m.mutate(h) {
					continue
				}
				tried++
				if r := checker.Check(h.ops); r.Faults[m.fault] == 0 || len(r.Faults) != 1 {
					t.Fatalf("seed %d: want %s and nothing else:\n%v", seed, m.fault, r)
				}
			}
			if tried < 12 {
				t.Errorf("only %d histories could be mutated so", tried)
			}
		})
	}
}

// mutations each break one promise somewhere in a correct history; they report
// false if the history has no place for it.
var mutations = []struct {
	name   string
	fault  checker.Fault
	mutate func(*history) bool
}{
	{"message lost from the final history", checker.Lost, func(h *history) bool {
		seq, ok := h.message(acknowledged)
		tag := checker.Tag(h.at(seq).Text)
		h.delete(func(op *checker.Op) bool {
			return op.Verb == checker.Final && checker.Tag(op.Text) == tag
		})
		return ok
	}},
	{"message lost everywhere", checker.Lost, func(h *history) bool {
		seq, ok := h.message(acknowledged)
		tag := checker.Tag(h.at(seq).Text)
		h.delete(func(op *checker.Op) bool {
			return op.Verb != checker.Send && checker.Tag(op.Text) == tag
		})
		return ok
	}},
	{"message kept from a reader without links", checker.Lost, func(h *history) bool {
		i, ok := h.read(func(before, r, after *checker.Op) bool {
			return r.Epoch == "" && h.stands(r)
		})
		return ok && h.cut(i)
	}},
	{"event kept from a reader with links", checker.Gap, func(h *history) bool {
		i, ok := h.read(func(before, r, after *checker.Op) bool {
			return after.Prev == r.Seq && r.Prev == before.Seq
		})
		return ok && h.cut(i)
	}},
	{"event shown twice", checker.Duplicate, func(h *history) bool {
		i, ok := h.read(func(before, r, after *checker.Op) bool { return true })
		if ok {
			h.ops = slices.Insert(h.ops, i+1, h.ops[i])
		}
		return ok
	}},
	{"message stored twice", checker.Duplicate, func(h *history) bool {
		seq, ok := h.message(func(*checker.Op) bool { return true })
		again := *h.at(seq)
		again.Prev = h.head(again.Room)
		again.Seq = again.Prev + 10
		h.ops = append(h.ops, again)
		return ok
	}},
	{"two events swapped", checker.Reorder, func(h *history) bool {
		i, ok := h.read(func(before, r, after *checker.Op) bool { return before.Seq > 0 && r.Prev == before.Seq })
		if ok {
			j := i - 1
			for h.ops[j].Session != h.ops[i].Session || h.ops[j].Room != h.ops[i].Room {
				j--
			}
			h.ops[i], h.ops[j] = h.ops[j], h.ops[i]
		}
		return ok
	}},
	{"text garbled for one reader", checker.Divergence, func(h *history) bool {
		i, ok := h.read(func(before, r, after *checker.Op) bool { return h.stands(r) })
		if ok {
			h.ops[i].Text += "x"
		}
		return ok
	}},
	{"text garbled in one final view", checker.Divergence, func(h *history) bool {
		seq, ok := h.message(func(*checker.Op) bool { return true })
		h.at(seq).Text += "x"
		return ok
	}},
	{"message sent after later ones were acknowledged", checker.Inversion, func(h *history) bool {
		var late *checker.Op
		seq, ok := h.message(func(send *checker.Op) bool {
			late = send
			return send.Seq != 0 && slices.ContainsFunc(h.ops, func(op checker.Op) bool {
				return op.Verb == checker.Send && op.Seq > send.Seq && op.Outcome == checker.OK && op.Room == send.Room && h.stands(&op)
			})
		})
		if ok {
			late = h.send(h.at(seq))
			late.Start, late.End = 1e9, 1e9+10
		}
		return ok
	}},
	{"answer lacks the actor's own message", checker.StaleRead, func(h *history) bool {
		for i := range h.ops {
			snap := &h.ops[i]
			if snap.Verb != checker.Snapshot || snap.Node != "n1" {
				continue
			}
			for _, op := range h.ops {
				if op.Verb == checker.Send && op.Who == snap.Who && op.Seq > 1 && op.End < snap.Start && op.Room == snap.Room && h.stands(&op) {
					snap.Seq = op.Seq - 1
					return true
				}
			}
		}
		return false
	}},
	{"message that nobody sent", checker.Phantom, func(h *history) bool {
		seq, ok := h.message(func(*checker.Op) bool { return true })
		op := *h.at(seq)
		h.delete(func(o *checker.Op) bool { return o.Verb == checker.Send && checker.Tag(o.Text) == checker.Tag(op.Text) })
		return ok
	}},
	{"refused message stored", checker.Refused, func(h *history) bool {
		seq, ok := h.message(func(*checker.Op) bool { return true })
		tag := checker.Tag(h.at(seq).Text)
		for i := range h.ops {
			if op := &h.ops[i]; op.Verb == checker.Send && checker.Tag(op.Text) == tag {
				op.Outcome, op.Seq = checker.Fail, 0
			}
		}
		return ok
	}},
	{"stale cursor accepted", checker.EpochMisuse, func(h *history) bool {
		restored := slices.ContainsFunc(h.ops, func(op checker.Op) bool { return op.Verb == checker.Restore })
		h.ops = append(h.ops, checker.Op{Who: "late", Verb: checker.Resume, Epoch: "epoch-0", After: 100, Start: 1e9, End: 1e9})
		return restored
	}},
}

// acknowledged reports whether send was, with a Seq, so that nothing else (a
// restore, an edit) can account for its absence.
func acknowledged(send *checker.Op) bool {
	return send.Outcome == checker.OK && send.Seq != 0
}

// history is a correct history about to be mutated, with indices into it that
// are good until it is.
type history struct {
	ops     []checker.Op
	rng     *rand.Rand
	final   map[uint64]int   // by Seq: in the first final view
	sends   map[string][]int // by tag
	targets map[uint64]bool  // Seqs that were edited, deleted or otherwise meant
}

func newHistory(seed uint64) *history {
	h := &history{ops: randomHistory(seed, 600), rng: rand.New(rand.NewPCG(seed, 2)),
		final: map[uint64]int{}, sends: map[string][]int{}, targets: map[uint64]bool{}}
	for i, op := range h.ops {
		h.targets[op.Target] = true
		switch {
		case op.Verb == checker.Send:
			h.sends[checker.Tag(op.Text)] = append(h.sends[checker.Tag(op.Text)], i)
		case op.Verb == checker.Final && op.Session == "f1" && op.Kind != "skip":
			h.final[op.Seq] = i
		}
	}
	return h
}

// at returns the op of the first final view that shows seq. It is never nil.
func (h *history) at(seq uint64) *checker.Op {
	if i, ok := h.final[seq]; ok {
		return &h.ops[i]
	}
	return &checker.Op{}
}

// send returns the only Send of the message that op shows, nil if there is none
// or more than one.
func (h *history) send(op *checker.Op) *checker.Op {
	if sends := h.sends[checker.Tag(op.Text)]; len(sends) == 1 {
		return &h.ops[sends[0]]
	}
	return nil
}

// plain reports whether the final history shows at seq a tagged message that was
// neither edited nor deleted.
func (h *history) plain(seq uint64) bool {
	op := h.at(seq)
	return op.Seq != 0 && (op.Kind == "" || op.Kind == "action") && checker.Tag(op.Text) != "" && !h.targets[seq]
}

// stands reports whether the final history shows a plain message as op does, and
// where.
func (h *history) stands(op *checker.Op) bool {
	return h.plain(op.Seq) && h.at(op.Seq).Text == op.Text
}

// message returns a random plain message that was sent once and so.
func (h *history) message(so func(send *checker.Op) bool) (uint64, bool) {
	var found []uint64
	for i := range h.ops {
		op := &h.ops[i]
		if op.Verb != checker.Final || op.Session != "f1" || !h.plain(op.Seq) {
			continue
		}
		if send := h.send(op); send != nil && so(send) {
			found = append(found, op.Seq)
		}
	}
	if len(found) == 0 {
		return 0, false
	}
	return found[h.rng.IntN(len(found))], true
}

// read returns the index of a random read that shows its Seq, and that stands
// between two others of its session and room with nothing but reads between.
func (h *history) read(so func(before, r, after *checker.Op) bool) (int, bool) {
	type place struct{ who, session, room string }
	last := map[place][2]int{}
	var found []int
	for i := range h.ops {
		op := &h.ops[i]
		if op.Verb != checker.Read || op.Kind == "skip" || op.Seq == 0 {
			for p := range last {
				if p.who == op.Who && p.session == op.Session && op.Verb != checker.Send && op.Verb != checker.Snapshot {
					delete(last, p)
				}
			}
			continue
		}
		p := place{op.Who, op.Session, op.Room}
		seen, ok := last[p]
		if ok && seen[0] >= 0 && so(&h.ops[seen[0]], &h.ops[seen[1]], op) {
			found = append(found, seen[1])
		}
		if !ok {
			seen[1] = -1
		}
		last[p] = [2]int{seen[1], i}
	}
	if len(found) == 0 {
		return 0, false
	}
	return found[h.rng.IntN(len(found))], true
}

// head returns the last Seq of room in the first final view.
func (h *history) head(room string) uint64 {
	var head uint64
	for i := range h.ops {
		if op := &h.ops[i]; op.Verb == checker.Final && op.Session == "f1" && op.Room == room {
			head = max(head, op.Seq)
		}
	}
	return head
}

// delete removes the ops that are so.
func (h *history) delete(so func(*checker.Op) bool) {
	h.ops = slices.DeleteFunc(h.ops, func(op checker.Op) bool { return so(&op) })
}

// cut removes the op at i.
func (h *history) cut(i int) bool {
	h.ops = slices.Delete(h.ops, i, i+1)
	return true
}
