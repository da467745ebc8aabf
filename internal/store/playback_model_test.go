package store_test

import (
	"cmp"
	"reflect"
	"slices"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// playback returns a room's past, from the model: by going through the whole log.
func (m *model) playback(room chat.RoomID, r store.Range) (past []chat.Event) {
	for _, ev := range m.events {
		if ev.Room != room || ev.Seq <= r.After || r.Before != 0 && ev.Seq >= r.Before || !r.Events && !ev.Said() || m.hidden(&ev) {
			continue
		}
		if ev.Said() {
			ev = m.asNow(ev, 0).Event
		}
		past = append(past, ev)
	}
	if r.Latest {
		return past[max(0, len(past)-r.Limit):]
	}
	return past[:min(len(past), r.Limit)]
}

// hidden reports whether no playback shows an event.
func (m *model) hidden(ev *chat.Event) bool {
	if ev.Said() {
		return m.facts.Messages[ev.Seq].Deleted
	}
	switch ev.Kind {
	case chat.Reacted:
		taken := func(e chat.Event) bool {
			back := e.Kind == chat.Unreacted && e.By == ev.By && e.Text == ev.Text && e.Seq > ev.Seq
			return e.Target == ev.Target && (back || e.Kind == chat.Deleted)
		}
		return slices.ContainsFunc(m.events, taken)
	case chat.Edited, chat.Unreacted, chat.Pinned, chat.Unpinned, chat.Previewed, chat.PreviewDropped:
		return true
	}
	return false
}

// gaps returns the runs of hidden events in each half of each room, from the
// model.
func (m *model) gaps() (gaps []store.Gap) {
	last := map[int64]int{} // the stream's newest gap, as an index; -1 if it has ended
	for _, ev := range m.events {
		stream := int64(ev.Room) * 2
		if ev.Said() {
			stream++
		}
		i, ok := last[stream]
		switch hidden := m.hidden(&ev); {
		case !hidden:
			last[stream] = -1
		case ok && i >= 0:
			gaps[i].Last = ev.Seq
		default:
			last[stream] = len(gaps)
			gaps = append(gaps, store.Gap{Stream: stream, First: ev.Seq, Last: ev.Seq})
		}
	}
	slices.SortFunc(gaps, func(a, b store.Gap) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.First, b.First))
	})
	return gaps
}

// checkPlayback compares ranges of the rooms' past with the model's, and what is
// skipped.
func (m *model) checkPlayback(rooms []chat.RoomID) {
	m.t.Helper()
	got, err := m.store.Gaps(m.t.Context())
	if want := m.gaps(); err != nil || !slices.Equal(got, want) {
		m.t.Fatalf("gaps: %v\n got %+v\nwant %+v", err, got, want)
	}
	for _, room := range rooms {
		for i := range 4 {
			r := store.Range{Limit: 1 + m.rng.IntN(60), Latest: i&1 != 0, Events: i&2 != 0}
			if m.rng.IntN(3) > 0 {
				r.After = chat.Seq(m.rng.IntN(len(m.events) + 2))
			}
			if m.rng.IntN(3) > 0 {
				r.Before = r.After + chat.Seq(m.rng.IntN(len(m.events)+2))
			}
			past, err := m.store.Playback(m.t.Context(), room, r)
			if want := m.playback(room, r); err != nil || len(past)+len(want) > 0 && !reflect.DeepEqual(past, want) {
				m.t.Fatalf("room %d, %+v: %v\n got %+v\nwant %+v", room, r, err, past, want)
			}
		}
	}
	m.checkTimes(rooms)
}

// checkTimes compares when things were said last, and where times are.
func (m *model) checkTimes(rooms []chat.RoomID) {
	m.t.Helper()
	var wantLast []chat.Event
	for _, room := range rooms {
		wantLast = append(wantLast, m.playback(room, store.Range{Latest: true, Limit: 1})...)
		at := m.events[m.rng.IntN(len(m.events))].Time + chat.Millis(m.rng.IntN(3)-1)
		want := chat.Seq(0)
		for _, ev := range m.events {
			if ev.Room == room && ev.Time < at {
				want = ev.Seq
			}
		}
		if got, err := m.store.LastBefore(m.t.Context(), room, at); err != nil || got != want {
			m.t.Fatalf("room %d, last before %d: %d, %v, want %d", room, at, got, err, want)
		}
	}
	last, err := m.store.LastSaid(m.t.Context(), rooms)
	if err != nil || len(last)+len(wantLast) > 0 && !reflect.DeepEqual(last, wantLast) {
		m.t.Fatalf("last said: %v\n got %+v\nwant %+v", err, last, wantLast)
	}
	m.checkMarks()
}

// checkMarks compares read markers with the state's.
func (m *model) checkMarks() {
	m.t.Helper()
	for _, id := range m.state.Users() {
		user, _ := m.state.User(id)
		for _, room := range m.state.Rooms() {
			want := user.Read[room]
			for _, ev := range m.events {
				if user.Read[room].At == 0 && ev.Room == room && ev.Seq <= want.Seq {
					want.At = ev.Time
				}
			}
			if seq, at, err := m.store.ReadMark(m.t.Context(), id, room); err != nil || seq != want.Seq || at != want.At {
				m.t.Fatalf("marker of %d in %d: %d at %d, %v, want %+v", id, room, seq, at, err, want)
			}
		}
	}
}
