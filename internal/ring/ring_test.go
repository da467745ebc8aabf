package ring_test

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"hubbub/internal/ring"
)

// kept returns the indexes among the first n whose values the ring still has,
// and fails if one of the values is another's. The value at index i is i*10.
func kept(t *testing.T, r *ring.Ring[int], n uint64) []uint64 {
	t.Helper()
	var have []uint64
	for i := range n {
		switch v, ok := r.At(i); {
		case ok && v != int(i)*10:
			t.Fatalf("value at %d is %d, want %d", i, v, i*10)
		case ok:
			have = append(have, i)
		case v != 0:
			t.Fatalf("value at %d is gone, and yet %d", i, v)
		}
	}
	return have
}

func TestRing(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
		does string // p pushes, d drops
		want []uint64
	}{
		{"empty", 3, "", nil},
		{"one", 3, "p", []uint64{0}},
		{"full", 3, "ppp", []uint64{0, 1, 2}},
		{"overwritten once", 3, "pppp", []uint64{1, 2, 3}},
		{"overwritten all", 3, "pppppppp", []uint64{5, 6, 7}},
		{"size one", 1, "ppp", []uint64{2}},
		{"size zero holds one", 0, "ppp", []uint64{2}},
		{"negative size holds one", -5, "pp", []uint64{1}},
		{"dropped oldest", 3, "pppd", []uint64{1, 2}},
		{"dropped oldest of overwritten", 3, "ppppd", []uint64{2, 3}},
		{"dropped all", 3, "pppddd", nil},
		{"dropped more than all", 3, "pdddp", []uint64{1}},
		{"pushed after drops", 3, "ppppddpp", []uint64{3, 4, 5}},
		{"pushed after drops, full again", 3, "pppddppp", []uint64{3, 4, 5}},
		{"dropped at once, always", 2, "pdpdpdp", []uint64{3}},
		{"dropped from empty", 2, "d", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ring.New[int](c.size)
			var next uint64
			first := uint64(0)
			for _, do := range c.does {
				switch do {
				case 'p':
					if i := r.Push(int(next) * 10); i != next {
						t.Fatalf("push gave index %d, want %d", i, next)
					}
					next++
					first = max(first, next-min(next, uint64(r.Size())))
				case 'd':
					v, ok := r.Drop()
					if ok != (first < next) || ok && v != int(first)*10 {
						t.Fatalf("dropped %d, %v; the oldest is %d of %d", v, ok, first, next)
					}
					if ok {
						first++
					}
				}
			}
			have := kept(t, r, next+5)
			if fmt.Sprint(have) != fmt.Sprint(c.want) {
				t.Errorf("the ring has %v, want %v", have, c.want)
			}
			if r.Len() != len(have) || r.Next() != next || r.Full() != (len(have) == max(c.size, 1)) || r.Size() != max(c.size, 1) {
				t.Errorf("length %d, next %d, full %v, size %d with %d values after %d pushes", r.Len(), r.Next(), r.Full(), r.Size(), len(have), next)
			}
		})
	}
}

// FuzzRing compares the ring with a slice that only grows.
func FuzzRing(f *testing.F) {
	f.Add(uint8(3), []byte{1, 1, 1, 0, 1, 1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, size uint8, does []byte) {
		r := ring.New[int](int(size))
		var first, next uint64
		for _, do := range does {
			if do%3 == 0 {
				if v, ok := r.Drop(); ok != (first < next) || ok && v != int(first)*10 {
					t.Fatalf("dropped %d, %v; the oldest is %d of %d", v, ok, first, next)
				} else if ok {
					first++
				}
				continue
			}
			r.Push(int(next) * 10)
			next++
			first = max(first, next-min(next, uint64(r.Size())))
		}
		if have := kept(t, r, next+2*uint64(size)); uint64(len(have)) != next-first || len(have) > 0 && have[0] != first {
			t.Errorf("the ring has %v, want %d up to %d", have, first, next)
		}
	})
}

// TestForgottenValuesAreNotHeld: what is dropped or overwritten can be freed,
// though the ring itself lives on.
func TestForgottenValuesAreNotHeld(t *testing.T) {
	r := ring.New[*[64]int](2)
	freed := make(chan string, 2)
	push := func(name string) {
		v := new([64]int)
		runtime.AddCleanup(v, func(name string) { freed <- name }, name)
		r.Push(v)
	}
	push("dropped")
	r.Drop()
	push("overwritten")
	r.Push(new([64]int))
	r.Push(new([64]int))
	got := map[string]bool{}
	for tries := 0; len(got) < 2; tries++ {
		if tries == 1000 {
			t.Fatalf("only %v could be freed", got)
		}
		runtime.GC()
		select {
		case name := <-freed:
			got[name] = true
		default:
			runtime.Gosched()
		}
	}
	runtime.KeepAlive(r)
}

// entry is a value whose parts must agree: a reader that saw a half-written or
// another's entry would see it.
type entry struct {
	index, double uint64
	text          string
}

// TestReadersNeverSeeAnothersValue lets readers of different patience follow
// one writer, which also drops. Each value that they get must be the one of its
// index; those that are lapped go on from what there is.
func TestReadersNeverSeeAnothersValue(t *testing.T) {
	const pushes = 20_000
	for _, size := range []int{1, 2, 7, 64} {
		t.Run(fmt.Sprint("size ", size), func(t *testing.T) {
			r := ring.New[*entry](size)
			var wg sync.WaitGroup
			read := make([]int, 4)
			for id := range read {
				wg.Go(func() { read[id] = follow(t, r, uint64(id), pushes) })
			}
			for i := range uint64(pushes) {
				r.Push(&entry{index: i, double: 2 * i, text: strconv.FormatUint(i, 10)})
				if i%11 == 0 && r.Full() {
					r.Drop()
				}
				if i%4 == 0 {
					runtime.Gosched()
				}
			}
			wg.Wait()
			t.Logf("values read: %v of %d", read, pushes)
		})
	}
}

// follow reads up to index end, as a session reads a tail: the next one if it
// is there, else it has been lapped and goes on at the newest. Every lag steps
// a reader looks back, and ahead, where nothing may be.
func follow(t *testing.T, r *ring.Ring[*entry], lag, end uint64) (read int) {
	check := func(i uint64) bool {
		e, ok := r.At(i)
		if ok && (e == nil || e.index != i || e.double != 2*i || e.text != strconv.FormatUint(i, 10)) {
			t.Errorf("at %d: %+v", i, e)
		}
		if !ok && e != nil {
			t.Errorf("at %d: nothing, and yet %+v", i, e)
		}
		return ok
	}
	for i := uint64(0); i < end; {
		next := r.Next()
		if i == next {
			runtime.Gosched()
			continue
		}
		if i > next {
			t.Errorf("next went back to %d from %d", next, i)
			return read
		}
		if check(i) {
			read++
		} else if r.Next()-i <= uint64(r.Size())/2 {
			t.Errorf("%d is gone though only %d were pushed after it", i, r.Next()-i)
		}
		i++
		if lag > 0 && i%(lag*13) == 0 {
			check(i - min(i, lag*5))
			check(next + uint64(r.Size()) + 1)
			i = max(i, r.Next()-min(r.Next(), 1))
		}
	}
	return read
}

func BenchmarkPush(b *testing.B) {
	r := ring.New[*entry](256)
	e := &entry{}
	b.ReportAllocs()
	for b.Loop() {
		r.Push(e)
	}
}

func BenchmarkAt(b *testing.B) {
	r := ring.New[*entry](256)
	for i := range uint64(256) {
		r.Push(&entry{index: i})
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := uint64(0); pb.Next(); i++ {
			if _, ok := r.At(i % 256); !ok {
				b.Error("gone")
				return
			}
		}
	})
}
