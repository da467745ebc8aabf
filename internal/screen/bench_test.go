package screen_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/screen"
	"hubbub/internal/tui"
)

// BenchmarkMessage is what it costs one terminal that somebody said something: the
// update, the view, and the frame.
func BenchmarkMessage(b *testing.B) {
	for _, test := range []struct {
		size  screen.Size
		rooms int // beside the two
	}{
		{screen.Size{Width: 100, Height: 30}, 0}, {screen.Size{Width: 100, Height: 30}, 40}, {screen.Size{Width: 70, Height: 30}, 0}, {screen.Size{Width: 200, Height: 50}, 0},
	} {
		size := test.size
		b.Run(fmt.Sprintf("%dx%d,%d", size.Width, size.Height, test.rooms), func(b *testing.B) {
			v := newVillage()
			rooms := v.pending[0].(tui.Rooms)
			for i := range test.rooms {
				rooms.Rooms = append(rooms.Rooms, tui.Room{ID: chat.RoomID(i + 10), Name: fmt.Sprint("#room", i)})
			}
			v.pending[0] = rooms
			m := tui.New(b.Context(), v, options(time.Now()))
			results := make(chan tea.Msg)
			var start func(cmd tea.Cmd)
			start = func(cmd tea.Cmd) {
				if cmd == nil {
					return
				}
				go func() {
					msg := cmd()
					if batch, ok := msg.(tea.BatchMsg); ok {
						for _, c := range batch {
							start(c)
						}
						return
					}
					if msg == nil {
						return
					}
					select {
					case results <- msg:
					case <-b.Context().Done():
					}
				}()
			}
			frame := screen.RowPainter("xterm-256color", size)
			paint := func(msg tea.Msg) int {
				_, cmd := m.Update(msg)
				start(cmd)
				return len(frame(m.Rows()))
			}
			start(m.Init())
			paint(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
			for m.View().Content == "" || !strings.Contains(m.View().Content, "#lobby") {
				paint(<-results)
			}
			paint(<-results) // a page
			b.ReportAllocs()
			bytes := 0
			for i := 0; b.Loop(); i++ {
				v.say(lobby, said(i%6))
				bytes += paint(<-results)
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "bytes/op")
		})
	}
}

// BenchmarkUnchanged is a view that is painted already.
func BenchmarkUnchanged(b *testing.B) {
	m := tui.New(b.Context(), newVillage(), options(time.Now()))
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	frame := screen.RowPainter("xterm-256color", screen.Size{Width: 100, Height: 30})
	rows, view := m.Rows()
	frame(rows, view)
	b.ReportAllocs()
	for b.Loop() {
		frame(rows, view)
	}
}

// BenchmarkIdle is the memory of a terminal on which nothing happens.
func BenchmarkIdle(b *testing.B) {
	const terminals = 200
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	v := newVillage()
	var painted atomic.Int64
	for range terminals {
		in, _ := io.Pipe()
		running.Go(func() {
			screen.Run(ctx, func(ctx context.Context) tea.Model {
				return tui.New(ctx, &village{entries: v.entries, pending: v.pending, wake: make(chan struct{}, 1)}, options(time.Now()))
			}, screen.Terminal{In: in, Out: counter{&painted}, Size: screen.Size{Width: 100, Height: 30}, Term: "xterm-256color"})
		})
	}
	for painted.Load() < 2*terminals {
		<-time.After(10 * time.Millisecond)
	}
	<-time.After(time.Second)
	for range 5 { // stacks shrink by a half each time
		runtime.GC()
	}
	runtime.ReadMemStats(&after)
	for b.Loop() {
	}
	b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/terminals, "bytes/terminal")
	b.ReportMetric(float64(after.StackInuse-before.StackInuse)/terminals, "stack/terminal")
	cancel()
	running.Wait()
}

// counter counts frames.
type counter struct{ n *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) {
	c.n.Add(1)
	return len(b), nil
}
