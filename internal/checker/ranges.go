package checker

import (
	"cmp"
	"slices"
	"sort"
)

// ranges are stretches of Seqs that were declared absent on purpose.
type ranges []stretch

// stretch is what is after from, up to to.
type stretch struct{ from, to uint64 }

// add returns r with one more stretch. An empty one adds nothing.
func (r ranges) add(from, to uint64) ranges {
	if from >= to {
		return r
	}
	return append(r, stretch{from, to})
}

// merge returns the same Seqs as stretches that do not touch, in order, as has
// needs them.
func (r ranges) merge() ranges {
	slices.SortFunc(r, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	merged := r[:0]
	for _, s := range r {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// has reports whether seq is in r, which must be merged.
func (r ranges) has(seq uint64) bool {
	i := sort.Search(len(r), func(i int) bool { return r[i].to >= seq })
	return i < len(r) && r[i].from < seq
}
