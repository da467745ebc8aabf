package files

// What somebody has uploaded lately takes space although they have given it up, or
// deleted what they said with it: blobs go when they are swept. So who uploads and gives
// up again and again is told apart here.

// recent is how many bytes people have uploaded lately: since the last sweep, and
// between that and the one before.
type recent struct{ now, before map[uint64]int64 }

func newRecent() recent { return recent{map[uint64]int64{}, map[uint64]int64{}} }

func (r *recent) add(by uint64, bytes int64) { r.now[by] += bytes }

func (r *recent) of(by uint64) int64 { return r.now[by] + r.before[by] }

// swept begins anew. What was uploaded before the last sweep is old enough to go.
func (r *recent) swept() { r.now, r.before = map[uint64]int64{}, r.now }

// RecentBytes returns how many bytes somebody has uploaded since the sweep before the
// last, whatever has become of them.
func (s *Store) RecentBytes(by uint64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recent.of(by)
}
