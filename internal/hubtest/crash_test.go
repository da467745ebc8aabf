package hubtest_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/hubtest"
)

// crashes returns how often the server is killed: as often as HUBBUB_CRASHES
// says, otherwise a few times.
func crashes() int {
	if n, err := strconv.Atoi(os.Getenv("HUBBUB_CRASHES")); err == nil {
		return n
	}
	return rounds(4, 2)
}

// The server is killed again and again while everybody talks. Nothing that was
// acknowledged or shown is lost, nothing is doubled, and the order that was seen
// before is the order after.
func TestCrashesLoseNothing(t *testing.T) {
	n, rng := crashes(), rand.New(rand.NewPCG(seed(t), 0))
	s := hubtest.StartProcess(t, hubtest.Unlimited(t.TempDir()))
	tr := hubtest.NewLongTrial(t, s, "crash", time.Minute+time.Duration(n)*10*time.Second)
	workload := rng.Uint64()
	var killed atomic.Bool
	var recovered []time.Duration
	go func() {
		defer killed.Store(true)
		recovered = killAgainAndAgain(t, s, tr, rng, n)
	}()
	tr.Run(hubtest.Workload{
		Seed: workload, Rooms: 2, Programs: 6, Readers: 2, Persons: 2, Shells: 2, Chatters: 2, Pages: 3, Streams: 2, Remotes: 2, Cut: 40_000, Window: 16,
		More: func(int) bool { return !killed.Load() },
	})
	t.Log(tr.Judge())
	if len(recovered) != n {
		t.Fatalf("killed %d times, not %d", len(recovered), n)
	}
	slices.Sort(recovered)
	t.Logf("from kill -9 to the next acknowledgement, a start included: median %v, most %v", recovered[n/2], recovered[n-1])
}

// killAgainAndAgain kills the server n times, after some acknowledgements each
// time, and returns how long it was each time until the next. Some servers are
// killed once more as soon as they have started.
func killAgainAndAgain(t *testing.T, s *hubtest.Server, tr *hubtest.Trial, rng *rand.Rand, n int) (recovered []time.Duration) {
	for range n {
		if !tr.Await(tr.Acked() + rng.IntN(200)) {
			return recovered
		}
		s.Kill()
		begin, acked := time.Now(), tr.Acked()
		err := s.Restart()
		if err == nil && rng.IntN(4) == 0 {
			s.Kill()
			err = s.Restart()
		}
		if err != nil {
			t.Error(err)
			return recovered
		}
		if !tr.Await(acked + 1) {
			return recovered
		}
		recovered = append(recovered, time.Since(begin).Round(time.Millisecond))
	}
	return recovered
}
