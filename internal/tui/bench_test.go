package tui

import (
	"context"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// BenchmarkArrival is a message that comes into the room that is shown, and the
// screen after it.
func BenchmarkArrival(b *testing.B) {
	for _, keep := range []int{60, DefaultKeep} {
		for _, size := range [][2]int{{100, 30}, {200, 60}} {
			b.Run(fmt.Sprintf("keep=%d/%dx%d", keep, size[0], size[1]), func(b *testing.B) { benchmarkArrival(b, keep, size) })
		}
	}
}

func benchmarkArrival(b *testing.B, keep int, size [2]int) {
	f := newFake()
	m := New(context.Background(), f, Options{Keep: keep, Zone: time.UTC, NewID: func() string { return "id" }})
	m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
	m.Update(updatesMsg{updates: []Update{Rooms{[]Room{{ID: lobby, Name: "#lobby"}, {ID: dev, Name: "#dev"}}}}})
	m.Update(pageMsg{room: lobby, page: Page{}})
	m.Update(peopleMsg{room: lobby, people: f.people})
	seq := chat.Seq(1000)
	arrive := func() {
		seq++
		e := Entry{Seq: seq, Room: lobby, Kind: chat.Message, Time: noon, By: bob, Nick: "bob", Text: "The quick brown fox jumps over the lazy dog, number one of many: see https://example.org/x?y=1 for more of it."}
		m.Update(updatesMsg{updates: []Update{Posted{e}}})
	}
	for range 2 * keep {
		arrive()
	}
	b.ReportAllocs()
	for b.Loop() {
		arrive()
		if f := m.Frame(); len(f.Rows) != size[1] {
			b.Fatal("no screen")
		}
	}
}
