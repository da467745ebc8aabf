package search

// FewRooms is the number of rooms above which the plan of a search changes.
const FewRooms = fewRooms

// MaxBatch and MinBatch are the sizes of Run's batches.
const (
	MaxBatch = maxBatch
	MinBatch = minBatch
)

// WithVisits bounds how many matches one search looks at.
func (o Options) WithVisits(n int) Options {
	o.visits = n
	return o
}
