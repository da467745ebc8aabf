package line

import (
	"cmp"
	"slices"
	"strings"
)

// nearest returns the name that a mistyped one is probably meant to be: one
// that it begins, or that is at most two mistakes away.
func nearest(word string, names []string) (string, bool) {
	const tooLong, tooFar = 32, 3
	if len(word) > tooLong {
		return "", false
	}
	distance := func(name string) int {
		if len(word) >= 2 && strings.HasPrefix(name, word) {
			return 0
		}
		return mistakes(word, name)
	}
	best := slices.MinFunc(names, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	return best, distance(best) < min(tooFar, len(word))
}

// mistakes is how many letters must be added, left out, changed or swapped with
// their neighbour to make b of a (the optimal string alignment distance).
func mistakes(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
