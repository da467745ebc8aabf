package checker

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// kindLeft is the kind of what a ban brings about in its target's name.
const kindLeft = "left"

// ban is a time, on the log's own clock, in which an author may do nothing: what
// stands behind from and before until.
type ban struct {
	from, until uint64
	op          int32
}

// outlaw names an author in an epoch. A restore may take a ban back; what it
// leaves of one is not judged.
type outlaw struct {
	author string
	branch int32
}

// judgeBans finds what stands in the log although its author was banned.
func (c *check) judgeBans() {
	bans := c.bans()
	if len(bans) == 0 {
		return
	}
	for i := range c.events {
		e := &c.events[i]
		op := &c.ops[e.op]
		all := bans[outlaw{op.Author, e.branch}]
		n := sort.Search(len(all), func(j int) bool { return all[j].from >= e.seq })
		if n == 0 || op.kind() == kindLeft || e.seq >= all[n-1].until {
			continue
		}
		c.flag(Outlaw, e.op, e.seq, "%s %q of %s stands at %d in room %s, behind the ban at %d that %s had acknowledged",
			op.kind(), op.excerpt(), op.Author, e.seq, op.Room, all[n-1].from, c.ops[all[n-1].op].Who)
	}
}

// bans gathers the bans of each author, in the order of their Seqs.
func (c *check) bans() map[outlaw][]ban {
	bans, lifts, doubtful := map[outlaw][]ban{}, map[outlaw][]uint64{}, map[outlaw]bool{}
	for i := range c.ops {
		op := &c.ops[i]
		if op.Verb != Ban && op.Verb != Lift || op.Outcome == Fail {
			continue
		}
		who := outlaw{op.Author, c.epochs.branch(c.epochs.of(op), op.Seq)}
		switch {
		case op.Verb == Lift && op.ok():
			lifts[who] = append(lifts[who], op.Seq)
		case op.Verb == Lift:
			doubtful[who] = true
		case op.ok():
			bans[who] = append(bans[who], ban{op.Seq, math.MaxUint64, int32(i)})
		}
	}
	for who, all := range bans {
		slices.Sort(lifts[who])
		for i := range all {
			if n, _ := slices.BinarySearch(lifts[who], all[i].from); n < len(lifts[who]) {
				all[i].until = lifts[who][n]
			} else if doubtful[who] {
				all[i].until = 0
			}
		}
		slices.SortFunc(all, func(a, b ban) int { return cmp.Compare(a.from, b.from) })
	}
	return bans
}
