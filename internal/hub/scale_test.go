package hub_test

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

// accounts makes n accounts, each with a password and in the lobby, as the applier
// would: by deciding commands and committing what comes of them.
func accounts(t *testing.T, dir string, n int) {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	state, position := chat.NewState(), uint64(0)
	commit := func(commands ...chat.Command) {
		t.Helper()
		var events []chat.Event
		facts := chat.NewFacts()
		for i := range commands {
			c := &commands[i]
			c.Time = chat.Millis(1_700_000_000_000 + position)
			var out chat.Outcome
			if events, out = state.Apply(c, facts, events); out.Err != nil {
				t.Fatal(out.Err)
			}
		}
		position++
		if err := s.Commit(position, events); err != nil {
			t.Fatal(err)
		}
	}
	commit(chat.Command{Op: chat.CreateRoom, Name: chat.Lobby})
	for i := 0; i < n; {
		var batch []chat.Command
		for ; i < n && len(batch) < 1000; i++ {
			batch = append(batch, chat.Command{Op: chat.Register, Name: fmt.Sprintf("member%d", i), Open: true, Node: 1, Secret: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"})
		}
		commit(batch...)
	}
}

// A server with many accounts starts soon, and finds the one that somebody wants
// to log in to. HUBBUB_ACCOUNTS says how many; 100,000 are in docs/performance.md.
func TestScaleOfAccounts(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("HUBBUB_ACCOUNTS"))
	measured := err == nil
	if !measured {
		n = 2000
	}
	dir := t.TempDir()
	began := time.Now()
	accounts(t, dir, n)
	t.Logf("%d accounts made in %v", n, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opened := time.Since(began)
	h, err := hub.New(t.Context(), hub.Config{
		Policy: hub.OpenPolicy(), Log: commitlog.NewLocal(), Store: s, Encoders: []hub.Encoder{encodeAll, encodeText},
		Limits: hub.NoLimits(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Since(began)
	defer s.Close()
	t.Logf("start: %v, of it %v to open the store", start.Round(time.Millisecond), opened.Round(time.Millisecond))

	const logins = 2000
	took := make([]time.Duration, logins)
	for i := range took {
		began := time.Now()
		p, ok := h.Person(fmt.Sprintf("Member%d", (i*7919)%n))
		all, err := h.Credentials(t.Context(), p.ID)
		took[i] = time.Since(began)
		if !ok || err != nil || len(all) != 1 || all[0].Proof != chat.ByPassword || all[0].Secret == "" {
			t.Fatalf("%+v, %t: %+v, %v", p, ok, all, err)
		}
	}
	slices.Sort(took)
	p50, p99 := took[logins/2], took[logins*99/100]
	t.Logf("found with the password's hash: p50 %v, p99 %v", p50, p99)
	if measured && n <= 100_000 && (start > time.Second || p99 > time.Millisecond) {
		t.Errorf("too slow: %v to start, p99 %v to find an account", start, p99)
	}
}
