package hub_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

// lateLog is a log that lets a test do something just before it closes, or
// before it refuses or takes a command.
type lateLog struct {
	*commitlog.Local
	closing, appending atomic.Pointer[func()] // called once; nil for nothing
}

func (l *lateLog) Close() {
	if f := l.closing.Swap(nil); f != nil {
		(*f)()
	}
	l.Local.Close()
}

func (l *lateLog) Append(ctx context.Context, c *chat.Command) error {
	if f := l.appending.Swap(nil); f != nil {
		(*f)()
	}
	return l.Local.Append(ctx, c)
}

// sleeper is a peer that is told nothing.
type sleeper struct{}

func (sleeper) Wake()                              {}
func (sleeper) Dialect(*chat.RoomInfo) hub.Dialect { return dialectAll }

// failing returns a hub whose next commit fails, a session of it, and a function
// that waits for the end of Run.
func failing(t *testing.T, log *lateLog) (s *hub.Session, ended func()) {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h, err := hub.New(t.Context(), hub.Config{Policy: hub.OpenPolicy(), Log: log, Store: st, Encoders: []hub.Encoder{encodeAll}, Limits: hub.NoLimits(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var broken atomic.Bool
	failure := errors.New("the disk is gone")
	h.OnCommit(func(_ []chat.Event, commit func() error) error {
		if broken.Load() {
			return failure
		}
		return commit()
	})
	run := make(chan error, 1)
	go func() { run <- h.Run(context.Background()) }()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = h.Connect(netip.MustParseAddr("192.0.2.1"), sleeper{})
	if err := s.Arrive(t.Context(), hub.Arrival{Nick: "heron"}); err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	return s, func() {
		if err := <-run; !errors.Is(err, failure) {
			t.Errorf("Run: %v", err)
		}
	}
}

// settle fails the test if the session still waits for an answer.
func settle(t *testing.T, s *hub.Session, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if answers, _ := s.Untaken(); answers != want {
		t.Errorf("%d answers, want %d", answers, want)
	}
}

var nothing = chat.Command{Op: chat.SetNick, Name: "ibis"}

// What is proposed while the hub notices that the disk has failed is answered
// too: a connection that waits for ever would keep the server from ending.
func TestProposalBetweenFailureAndCloseIsAnswered(t *testing.T) {
	log := &lateLog{Local: commitlog.NewLocal()}
	s, ended := failing(t, log)
	late := func() {
		if err := s.Send(t.Context(), nothing, "late"); err != nil {
			t.Errorf("not taken: %v", err)
		}
	}
	log.closing.Store(&late)
	if err := s.Send(t.Context(), nothing, "first"); err != nil {
		t.Fatal(err)
	}
	ended()
	settle(t, s, 2)
}

// One that was abandoned on its way into the log is answered once.
func TestProposalThatIsAbandonedIsAnsweredOnce(t *testing.T) {
	log := &lateLog{Local: commitlog.NewLocal()}
	s, ended := failing(t, log)
	proposed := make(chan struct{})
	closing := func() { <-proposed }
	log.closing.Store(&closing)
	if err := s.Send(t.Context(), nothing, "first"); err != nil {
		t.Fatal(err)
	}
	appending := func() {
		close(proposed)
		ended()
	}
	log.appending.Store(&appending)
	if err := s.Send(t.Context(), nothing, "second"); err != nil {
		t.Errorf("refused, and answered too: %v", err)
	}
	settle(t, s, 2)
}
