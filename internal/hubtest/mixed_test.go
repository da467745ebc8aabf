package hubtest_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

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
		Seed: seed(t), Rooms: 3, Programs: 8, Readers: 4, Persons: 4, Shells: 4, Chatters: 3, Pages: 4, Streams: 2, Remotes: 3, Cut: 8000, Window: 8, More: hubtest.Times(rounds(150, 50)),
	})
	t.Log(tr.Judge())
}

// The same with members who have two connections each, and an owner who bans,
// kicks, mutes and promotes while everybody talks. From a ban's acknowledgement
// to that of its lifting nothing of the banned gets into the log.
func TestOrderIsKeptWhileEverybodyTalks(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	tr := hubtest.NewTrial(t, s, "order")
	tr.Run(hubtest.Workload{
		Seed: seed(t), Rooms: 2, Programs: 6, Members: 3, Readers: 2, Persons: 2, Shells: 2, Chatters: 2, Pages: 2, Streams: 1, Remotes: 1, Cut: 8000, Window: 8,
		Order: rounds(60, 30), More: hubtest.Times(rounds(120, 50)),
	})
	t.Log(tr.Judge())
	wantOrders(t, tr)
}

func wantOrders(t *testing.T, tr *hubtest.Trial) {
	t.Helper()
	orders := tr.Orders()
	t.Logf("orders: %v", orders)
	if orders["ban"] == 0 || orders["ban"] != orders["lift"] || orders["kick"]+orders["mute"] == 0 {
		t.Errorf("too little was done to keep order: %v", orders)
	}
}

// soak returns for how long HUBBUB_SOAK says that a test should go on.
func soak(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(os.Getenv("HUBBUB_SOAK"))
	if err != nil {
		t.Skip("HUBBUB_SOAK says for how long: make soak")
	}
	return d
}

// All of it, for as long as is asked for, trial after trial on one server.
func TestSoak(t *testing.T) {
	d, n := soak(t), seed(t)
	for began, i := time.Now(), uint64(0); time.Since(began) < d && !t.Failed(); i++ {
		s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
		tr := hubtest.NewLongTrial(t, s, "soak"+strconv.FormatUint(i, 10), 10*time.Minute)
		until := time.Now().Add(min(d, time.Minute))
		tr.Run(hubtest.Workload{
			Seed: n + i, Rooms: 3, Programs: 8, Members: 4, Readers: 6, Persons: 4, Shells: 4, Chatters: 4, Pages: 4, Streams: 2, Remotes: 3, Cut: 20_000, Window: 16,
			Order: 300, More: func(int) bool { return time.Now().Before(until) },
		})
		t.Log(tr.Judge())
		wantOrders(t, tr)
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
}
