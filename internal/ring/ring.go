// Package ring is a buffer of fixed size with one writer and any number of
// readers, each at a position of its own, and no lock.
//
// A reader that falls behind by more than the size finds that what it asks for
// is gone, and must get it elsewhere; it never delays the writer, and the
// writer never waits. The package starts no goroutines.
package ring

import "sync/atomic"

// Ring holds the last values pushed, each under the index at which it was
// pushed: 0, 1, 2 and so on. Values must not change once pushed.
type Ring[T any] struct {
	slots []atomic.Pointer[slot[T]]
	next  atomic.Uint64 // index of the next push
	first uint64        // index of the oldest value kept; owned by the writer
}

type slot[T any] struct {
	index uint64
	value T
}

// New returns a ring that holds the last size values; size is at least 1.
func New[T any](size int) *Ring[T] {
	return &Ring[T]{slots: make([]atomic.Pointer[slot[T]], max(size, 1))}
}

// Push adds v and returns its index. Only one goroutine may push and drop.
func (r *Ring[T]) Push(v T) uint64 {
	i := r.next.Load()
	if r.Full() {
		r.first++
	}
	r.at(i).Store(&slot[T]{index: i, value: v})
	r.next.Store(i + 1)
	return i
}

// Drop forgets the oldest value and returns it, or false if there is none.
// Only one goroutine may push and drop.
func (r *Ring[T]) Drop() (v T, ok bool) {
	if r.first == r.next.Load() {
		return v, false
	}
	v = r.at(r.first).Swap(nil).value
	r.first++
	return v, true
}

// Next returns the index that the next push gets: every smaller one has been
// given out.
func (r *Ring[T]) Next() uint64 { return r.next.Load() }

// At returns the value at index i, or false if it is gone or not there yet.
func (r *Ring[T]) At(i uint64) (v T, ok bool) {
	s := r.at(i).Load()
	if s == nil || s.index != i {
		return v, false
	}
	return s.value, true
}

// Len returns how many values the ring holds. Only the goroutine that pushes
// may ask.
func (r *Ring[T]) Len() int { return int(r.next.Load() - r.first) }

// Full reports whether the next push will overwrite the oldest value. Only the
// goroutine that pushes may ask.
func (r *Ring[T]) Full() bool { return r.Len() == len(r.slots) }

// Size returns how many values the ring can hold.
func (r *Ring[T]) Size() int { return len(r.slots) }

func (r *Ring[T]) at(i uint64) *atomic.Pointer[slot[T]] {
	return &r.slots[i%uint64(len(r.slots))]
}
