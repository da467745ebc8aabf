package remote_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/hubtest"
	"hubbub/internal/remote"
	"hubbub/internal/tui"
)

// figuresWanted is the variable that has the figures of docs/performance.md printed.
const figuresWanted = "HUBBUB_FIGURES"

// watched is a terminal that tells when something was painted on it.
type watched struct {
	want    string
	painted chan time.Time
	once    sync.Once
	seen    strings.Builder // owned by the program's painter
}

// Write implements [io.Writer].
func (w *watched) Write(b []byte) (int, error) {
	if w.seen.Len() < 1<<20 {
		w.seen.Write(b)
	}
	if strings.Contains(w.seen.String(), w.want) {
		w.once.Do(func() { w.painted <- time.Now() })
	}
	return len(b), nil
}

// How long the first screen takes in a room with much that was said before, how long a
// page of scrolling, and what memory the session has then, within this process.
func TestFigures(t *testing.T) {
	if os.Getenv(figuresWanted) == "" {
		t.Skip("figures are made with " + figuresWanted + "=1")
	}
	const backlog = 10_000
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	fill(t, s, backlog)
	debug.FreeOSMemory()
	before := heap()
	began := time.Now()
	r, err := remote.New(client.Config{Address: s.Addr(), Nick: "ann"}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = r.Run(ctx) })
	<-r.Ready()
	connected := time.Now()
	w := &watched{want: fmt.Sprintf("line %d", backlog-1), painted: make(chan time.Time, 1)}
	m := tui.New(ctx, r, tui.Options{NewID: r.NewID, Zone: time.UTC})
	input, keys := io.Pipe()
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(input), tea.WithOutput(w), tea.WithWindowSize(120, 40),
		tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	running.Go(func() { _, _ = p.Run() })
	painted := <-w.painted
	t.Logf("connected after %v, painted after %v", connected.Sub(began), painted.Sub(began))
	keys.Close()
	end()
	running.Wait()
	scroll(t, s)
	debug.FreeOSMemory()
	t.Logf("the heap of the session and its screen: %.1f MB", float64(heap()-before)/1e6)
	runtime.KeepAlive(m)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// fill has somebody say much.
func fill(t *testing.T, s *hubtest.Server, n int) {
	t.Helper()
	bob, err := client.NewLive(client.Config{Address: s.Addr(), Nick: "bob", Window: 256, Queue: n})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = bob.Run(ctx, func(client.Update) {}) })
	var last *client.Command
	for i := range n {
		if last, err = bob.Submit(ctx, api.Command{Op: api.OpSay, To: "#lobby", Text: fmt.Sprintf("some words that somebody said in line %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := last.Answer(); err != nil {
		t.Fatal(err)
	}
	end()
	running.Wait()
}

// scroll measures a screen, at each step of reading back.
func scroll(t *testing.T, s *hubtest.Server) {
	t.Helper()
	ann := come(t, client.Config{Address: s.Addr(), Nick: "eve"})
	m := tui.New(t.Context(), ann, tui.Options{NewID: ann.NewID, Zone: time.UTC})
	var all []time.Duration
	results := make(chan tea.Msg, 1000)
	start := func(cmd tea.Cmd) {
		if cmd != nil {
			go func() { results <- cmd() }()
		}
	}
	take := func(msg tea.Msg) {
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				start(cmd)
			}
			return
		}
		began := time.Now()
		_, cmd := m.Update(msg)
		_ = m.View()
		all = append(all, time.Since(began))
		start(cmd)
	}
	start(m.Init())
	take(tea.WindowSizeMsg{Width: 120, Height: 40})
	idle := time.NewTimer(time.Second)
	drain := func(d time.Duration) {
		for {
			idle.Reset(d)
			select {
			case msg := <-results:
				take(msg)
			case <-idle.C:
				return
			}
		}
	}
	drain(300 * time.Millisecond)
	all = nil
	for range 400 {
		take(tea.KeyPressMsg{Code: tea.KeyPgUp})
		drain(time.Millisecond)
	}
	slices.Sort(all)
	t.Logf("scrolling: %d frames, median %v, 99th in a hundred %v, longest %v", len(all), all[len(all)/2], all[len(all)*99/100], all[len(all)-1])
	if !strings.Contains(fmt.Sprint(m.View()), "line") {
		t.Error("nothing is seen")
	}
}
