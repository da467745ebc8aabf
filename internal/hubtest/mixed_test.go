package hubtest_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"hubbub/internal/hubtest"
)

// seed returns what a test's random decisions follow from: what HUBBUB_SEED
// says, so that a failure can be tried again, or something new.
func seed(t *testing.T) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(os.Getenv("HUBBUB_SEED"), 10, 64)
	if err != nil {
		n = rand.Uint64() >> 32
	}
	t.Logf("HUBBUB_SEED=%d", n)
	return n
}

func rounds(long, short int) int {
	if testing.Short() {
		return short
	}
	return long
}

// People and programs write and read in several rooms, edit, delete, react,
// come and go; connections are cut at any byte; some read slowly.
func TestMixedWorkloadKeepsEveryPromise(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	tr := hubtest.NewTrial(t, s, "mixed")
	tr.Run(hubtest.Workload{
		Seed: seed(t), Rooms: 3, Programs: 8, Readers: 6, Persons: 4, Cut: 8000, Window: 8, More: hubtest.Times(rounds(150, 50)),
	})
	t.Log(tr.Judge())
}
