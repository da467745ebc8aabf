package powerloss

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func seeded(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 7)) }

// scribble makes random changes to c, within limit bytes.
func scribble(rng *rand.Rand, c *contents, limit, changes int) {
	for range changes {
		if rng.IntN(5) == 0 {
			c.truncate(rng.Int64N(int64(limit)))
			continue
		}
		data := bytes.Repeat([]byte{byte(1 + rng.IntN(255))}, 1+rng.IntN(limit/4))
		c.write(rng.Int64N(int64(limit-len(data))), data)
	}
}

func TestSyncedBytesSurviveAlways(t *testing.T) {
	for seed := range 300 {
		rng := seeded(seed)
		var c contents
		for range 5 {
			scribble(rng, &c, 16*sector, rng.IntN(12))
			c.sync()
			want := bytes.Clone(c.cache)
			c.lose(rng, rng.Float64())
			if !bytes.Equal(c.cache, want) {
				t.Fatalf("seed %d: synced bytes changed by a power loss", seed)
			}
		}
	}
}

func TestBytesNotTouchedSinceTheSyncSurvive(t *testing.T) {
	for seed := range 300 {
		rng := seeded(seed)
		var c contents
		scribble(rng, &c, 16*sector, 20)
		c.truncate(16 * sector)
		c.sync()
		want := bytes.Clone(c.cache[:8*sector])
		for range 6 {
			c.write(8*sector+rng.Int64N(9*sector), []byte("unsynced"))
		}
		c.lose(rng, rng.Float64())
		if !bytes.Equal(c.cache[:8*sector], want) {
			t.Fatalf("seed %d: bytes far from any unsynced write changed", seed)
		}
	}
}

func TestWhatSurvivedOnceCanBeLostLater(t *testing.T) {
	var c contents
	c.write(0, []byte("old"))
	c.sync()
	c.lose(seeded(1), 0)
	c.write(0, []byte("new"))
	c.write(5*sector, []byte("the last write is torn"))
	c.lose(seeded(1), 0)
	if got := string(c.cache[:3]); got != "old" {
		t.Errorf("the unsynced %q is on the disk", got)
	}
}

// stamped is a file whose sectors each hold the number of the write that they
// come from, and what each sector has held since the sync.
type stamped struct {
	c       contents
	history [][]byte
	writes  byte
}

func (s *stamped) write(from, to int) {
	s.writes++
	s.c.write(int64(from*sector), bytes.Repeat([]byte{s.writes}, (to-from)*sector))
	for k := from; k < to; k++ {
		s.history[k] = append(s.history[k], s.writes)
	}
}

// version returns the number that sector k holds, which must fill it.
func (s *stamped) version(t *testing.T, k int) byte {
	t.Helper()
	b := s.c.cache[k*sector : (k+1)*sector]
	if !bytes.Equal(b, bytes.Repeat(b[:1], sector)) {
		t.Fatalf("sector %d is a mixture", k)
	}
	return b[0]
}

func TestUnsyncedSectorsReachTheDiskInAnyOrder(t *testing.T) {
	const sectors = 12
	var kept, lost, reordered int
	for seed := range 400 {
		rng := seeded(seed)
		s := stamped{history: make([][]byte, sectors)}
		s.write(0, sectors)
		s.c.sync()
		for range 8 {
			from := rng.IntN(sectors)
			s.write(from, from+1+rng.IntN(sectors-from))
		}
		s.c.lose(rng, rng.Float64())
		late := false // a later sector holds an older version than the one before
		for k := range sectors {
			v := s.version(t, k)
			if !bytes.Contains(s.history[k], []byte{v}) {
				t.Fatalf("seed %d: sector %d holds %d, it never did: %v", seed, k, v, s.history[k])
			}
			last := s.history[k][len(s.history[k])-1]
			if v == last {
				kept++
			} else {
				lost++
			}
			late = late || v > 1 && v < last
		}
		if late {
			reordered++
		}
	}
	if kept == 0 || lost == 0 || reordered == 0 {
		t.Errorf("sectors kept %d, lost %d, images with an older write %d; want some of each", kept, lost, reordered)
	}
}

func TestTheLastWriteIsTorn(t *testing.T) {
	const sectors = 8
	seen := make(map[int]bool)
	for seed := range 400 {
		s := stamped{history: make([][]byte, sectors)}
		s.write(0, sectors)
		s.c.sync()
		s.write(0, sectors)
		s.c.lose(seeded(seed), 0.5)
		n := 0
		for n < sectors && s.version(t, n) == 2 {
			n++
		}
		for k := n; k < sectors; k++ {
			if s.version(t, k) != 1 {
				t.Fatalf("seed %d: the last write left no prefix", seed)
			}
		}
		seen[n] = true
	}
	if len(seen) != sectors+1 {
		t.Errorf("prefixes seen: %v, want every length from 0 to %d", seen, sectors)
	}
}

// A disk writes the whole sector as the page cache has it.
func TestASectorNeverHoldsALaterWriteWithoutTheEarlier(t *testing.T) {
	outcomes := make(map[string]bool)
	for seed := range 200 {
		var c contents
		c.write(0, []byte("........"))
		c.sync()
		c.write(0, []byte("one"))
		c.write(5, []byte("two"))
		c.lose(seeded(seed), 0.5)
		outcomes[string(c.cache)] = true
	}
	for got := range outcomes {
		if got != "........" && got != "one....." && got != "one..two" {
			t.Errorf("sector holds %q", got)
		}
	}
	if len(outcomes) != 3 {
		t.Errorf("outcomes: %v, want all three", outcomes)
	}
}

func TestTruncationHappensOrNot(t *testing.T) {
	sizes := make(map[int]bool)
	for seed := range 100 {
		var c contents
		c.write(0, make([]byte, 3000))
		c.sync()
		c.truncate(100)
		c.lose(seeded(seed), 0.5)
		sizes[len(c.cache)] = true
	}
	if len(sizes) != 2 || !sizes[100] || !sizes[3000] {
		t.Errorf("sizes %v, want 100 and 3000", sizes)
	}
}

func TestGrowingShowsZeros(t *testing.T) {
	var c contents
	c.write(0, bytes.Repeat([]byte{1}, 2000))
	c.truncate(10)
	c.truncate(2000)
	c.write(3000, []byte{1})
	c.sync()
	c.lose(seeded(1), 0)
	want := make([]byte, 3001)
	copy(want, bytes.Repeat([]byte{1}, 10))
	want[3000] = 1
	if !bytes.Equal(c.cache, want) {
		t.Error("old bytes came back after the file was cut and grew again")
	}
}

func TestAFailedSyncLosesItsWritesForEver(t *testing.T) {
	for seed := range 50 {
		var c contents
		c.write(0, []byte("old"))
		c.sync()
		c.write(0, []byte("new"))
		c.failSync()
		if string(c.cache) != "new" {
			t.Fatal("the page cache forgot the write")
		}
		c.write(2*sector, []byte("more"))
		c.sync()
		c.lose(seeded(seed), 1)
		if got := string(c.cache[:3]); got != "old" {
			t.Fatalf("a later sync wrote out %q, which an earlier one had failed to", got)
		}
		if got := string(c.cache[2*sector:]); got != "more" {
			t.Fatalf("the later sync lost its own write: %q", got)
		}
	}
}

func TestUnsyncedBytesAreBounded(t *testing.T) {
	var c contents
	block := make([]byte, 1<<20)
	for i := range 5 * dirtyLimit / len(block) / 2 {
		block[0] = byte(i + 1)
		c.write(int64(i*len(block))%dirtyLimit, block)
		if c.dirty > dirtyLimit {
			t.Fatalf("%d unsynced bytes are kept, the limit is %d", c.dirty, dirtyLimit)
		}
	}
	c.sync()
	if c.dirty != 0 || !bytes.Equal(c.cache, c.disk) {
		t.Error("after a sync the disk differs from the cache")
	}
}
