package checker

import (
	"cmp"
	"slices"
	"sort"
)

// epochs are the restores of a history, in the order of their times. Epoch 0
// lasts until the first of them, epoch i begins with the i-th.
//
// A restore goes back to an old backup: of what was there, only what is up to
// the backup's head goes on; Seqs after it are given again. So a Seq names an
// event only together with its branch, the epoch in which it was given.
type epochs struct {
	heads []uint64 // heads[i] is the backup's head with which epoch i+1 began
	ends  []int64
	index map[string]int32
	named bool // every restore names its epoch
}

// newEpochs gathers the restores.
func newEpochs(ops []Op) epochs {
	var restores []*Op
	for i := range ops {
		if ops[i].Verb == Restore {
			restores = append(restores, &ops[i])
		}
	}
	slices.SortStableFunc(restores, func(a, b *Op) int { return cmp.Compare(a.End, b.End) })
	e := epochs{index: map[string]int32{}, named: true}
	for i, op := range restores {
		e.heads = append(e.heads, op.Seq)
		e.ends = append(e.ends, op.End)
		e.index[op.Epoch] = int32(i + 1)
		e.named = e.named && op.Epoch != ""
	}
	return e
}

// several reports whether there was a restore at all.
func (e *epochs) several() bool { return len(e.heads) > 0 }

// of returns the epoch in which op happened: by its name, else by its time. A
// Resume names the epoch of its cursor, which need not be the one it met.
func (e *epochs) of(op *Op) int32 {
	if e.named && op.Epoch != "" && op.Verb != Resume {
		return e.index[op.Epoch] // 0 for the first epoch, which no restore names
	}
	return int32(sort.Search(len(e.ends), func(i int) bool { return e.ends[i] > op.End }))
}

// branch returns the epoch in which Seq seq was given, as seen from epoch.
func (e *epochs) branch(epoch int32, seq uint64) int32 {
	for epoch > 0 && seq <= e.heads[epoch-1] {
		epoch--
	}
	return epoch
}

// dead reports whether a later restore took back what stands at p.
func (e *epochs) dead(p place) bool {
	for _, head := range e.heads[p.branch:] {
		if p.seq > head {
			return true
		}
	}
	return false
}

// takenBack reports whether a restore came after time t, so that something
// acknowledged at t at a place unknown may be gone with good reason.
func (e *epochs) takenBack(t int64) bool {
	return len(e.ends) > 0 && e.ends[len(e.ends)-1] >= t
}

// sighting is the first time that an epoch showed itself.
type sighting struct {
	epoch string
	at    int64
}

// judgeResumes finds cursors that were accepted although their epoch had ended:
// before the cursor was given, somebody had already seen a newer one.
func (c *check) judgeResumes() {
	seen := c.sightings()
	first := map[string]int{}
	for i, s := range seen {
		first[s.epoch] = i
	}
	for i := range c.ops {
		op := &c.ops[i]
		if op.Verb != Resume || !op.ok() || op.Epoch == "" || c.misused[int32(i)] {
			continue
		}
		n := sort.Search(len(seen), func(j int) bool { return seen[j].at > op.Start })
		if n == 0 {
			continue
		}
		if was, ok := first[op.Epoch]; !ok || was < n-1 {
			c.misuse(int32(i), seen[n-1].epoch)
		}
	}
}

// sightings returns the epochs in the order in which they first showed
// themselves.
func (c *check) sightings() []sighting {
	first := map[string]int64{}
	for i := range c.ops {
		op := &c.ops[i]
		if op.Epoch == "" || op.Verb == Resume || !op.ok() {
			continue
		}
		if at, ok := first[op.Epoch]; !ok || op.End < at {
			first[op.Epoch] = op.End
		}
	}
	seen := make([]sighting, 0, len(first))
	for epoch, at := range first {
		seen = append(seen, sighting{epoch, at})
	}
	slices.SortFunc(seen, func(a, b sighting) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Compare(a.epoch, b.epoch)
	})
	return seen
}

// misuse reports that the Resume i was accepted in the epoch now.
func (c *check) misuse(i int32, now string) {
	op := &c.ops[i]
	c.misused[i] = true
	c.flag(EpochMisuse, i, op.After, "%s resumed after %d of epoch %s and was accepted at %s, in epoch %s",
		op.Who, op.After, op.Epoch, clock(op.End), now)
}
