package auth

import "container/list"

// recent is a map that holds the most recently used entries, up to a number,
// and forgets the others.
type recent[K comparable, V any] struct {
	max   int
	index map[K]*list.Element // of entry[K, V]
	order *list.List          // the most recently used first
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{max: limit, index: make(map[K]*list.Element), order: list.New()}
}

// find returns the value of a key, to be read and changed, or nil.
func (r *recent[K, V]) find(k K) *V {
	e, ok := r.index[k]
	if !ok {
		return nil
	}
	r.order.MoveToFront(e)
	return &e.Value.(*entry[K, V]).value
}

// ensure returns the value of a key, and begins with a zero one if there is none.
func (r *recent[K, V]) ensure(k K) *V {
	if v := r.find(k); v != nil {
		return v
	}
	if len(r.index) >= r.max {
		oldest := r.order.Remove(r.order.Back()).(*entry[K, V])
		delete(r.index, oldest.key)
	}
	e := &entry[K, V]{key: k}
	r.index[k] = r.order.PushFront(e)
	return &e.value
}
