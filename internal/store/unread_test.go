package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// someFor is a way of telling that a message is for somebody.
func someFor(ev *chat.Event) bool { return strings.HasSuffix(ev.Text, "on") }

// unread returns what is unread by somebody, from the model: by going through the
// whole log.
func (m *model) unread(user *chat.UserInfo) (all []store.Unread) {
	for _, room := range user.Rooms {
		u := store.Unread{Room: room, Marker: user.Read[room].Seq}
		for _, ev := range m.events {
			if ev.Room == room && ev.Kind == chat.Joined && ev.By == user.ID && user.Read[room].Seq == 0 {
				u.Marker = ev.Seq
			}
		}
		looked := 0
		for _, ev := range m.playback(room, store.Range{After: u.Marker, Limit: len(m.events)}) {
			if looked++; looked > store.MaxUnread {
				u.More = true
				break
			}
			if ev.By == user.ID {
				continue
			}
			if u.Count++; u.Count == 1 {
				u.First = ev.Seq
			}
			if someFor(&ev) {
				u.Mentions++
			}
		}
		if u.Count > 0 {
			all = append(all, u)
		}
	}
	return all
}

// checkUnread compares what is unread by everybody.
func (m *model) checkUnread() {
	m.t.Helper()
	for _, id := range m.state.Users() {
		user, _ := m.state.User(id)
		got, err := m.store.Unread(m.t.Context(), id, user.Rooms, 0, someFor)
		if want := m.unread(&user); err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			m.t.Fatalf("unread by %d: %v\n got %+v\nwant %+v", id, err, got, want)
		}
	}
}

// What is unread is counted up to a number; beyond that it is known that there is
// more. In a room that somebody is not in nothing is unread.
func TestUnreadIsCountedUpToANumber(t *testing.T) {
	for _, n := range []int{1, store.MaxUnread, store.MaxUnread + 1, 3 * store.MaxUnread} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			sc := newScript(t, openStore(t, t.TempDir()))
			room, other := sc.room("#a"), sc.room("#b")
			joined := sc.add(chat.Event{Kind: chat.Joined, Room: room, By: 8, Nick: "bob"})
			for range n {
				sc.say(room, "hi")
				sc.say(other, "hi")
			}
			sc.commit()
			got, err := sc.store.Unread(t.Context(), 8, []chat.RoomID{other, room}, 0, someFor)
			want := store.Unread{Room: room, Marker: joined, First: joined + 1, Count: min(n, store.MaxUnread), More: n > store.MaxUnread}
			if err != nil || len(got) != 1 || got[0] != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// Who has marked nothing but a time at which nothing was said has read up to where
// they joined.
func TestUnreadAfterAMarkOfATimeAlone(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := sc.room("#a")
	sc.say(room, "before")
	joined := sc.add(chat.Event{Kind: chat.Joined, Room: room, By: 8, Nick: "bob"})
	sc.add(chat.Event{Kind: chat.Arrived, Room: chat.UserID(8).Inbox(), By: 8, Nick: "bob"})
	sc.add(chat.Event{Kind: chat.ReadMarked, Room: chat.UserID(8).Inbox(), By: 8, Nick: "bob", About: room, When: 1})
	said := sc.say(room, "after")
	sc.commit()
	got, err := sc.store.Unread(t.Context(), 8, []chat.RoomID{room}, 0, someFor)
	want := store.Unread{Room: room, Marker: joined, First: said, Count: 1}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// BenchmarkUnread counts what is unread in 1,000 rooms with a million messages:
// all that can be counted in each, or a few messages in each, or nothing.
func BenchmarkUnread(b *testing.B) {
	const rooms, messages = 1000, 1_000_000
	s := openStore(b, b.TempDir())
	f := newFeed(b, s, rooms)
	for range messages / 10_000 {
		if err := s.Commit(uint64(f.seq), f.batch(10_000)); err != nil {
			b.Fatal(err)
		}
	}
	for _, unread := range []int{messages, 5 * rooms, 0} {
		user := chat.UserID(1 + unread)
		sc := &script{t: b, store: s, seq: f.seq, last: f.last}
		for _, room := range f.rooms {
			sc.add(chat.Event{Kind: chat.Joined, Room: room, By: user, Nick: "bob"})
		}
		for _, room := range f.rooms {
			sc.add(chat.Event{Kind: chat.ReadMarked, Room: user.Inbox(), By: user, Nick: "bob", About: room, Target: f.seq - chat.Seq(unread) + 1})
		}
		sc.position = uint64(f.seq)
		sc.commit()
		f.seq = sc.seq
		b.Run(fmt.Sprintf("unread=%d", unread), func(b *testing.B) {
			for b.Loop() {
				all, err := s.Unread(b.Context(), user, f.rooms, 0, someFor)
				if err != nil || (len(all) == 0) != (unread == 0) {
					b.Fatal(len(all), err)
				}
			}
		})
	}
}
