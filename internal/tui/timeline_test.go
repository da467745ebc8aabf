package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

func keysIn[V any](m map[string]V) map[string]bool {
	all := map[string]bool{}
	for k := range m {
		all[k] = true
	}
	return all
}

func sortStrings(s []string) { slices.Sort(s) }

// longFake is a chat with n messages in its lobby.
func longFake(n int) *fake {
	f := newFake()
	for i := range n {
		e := Entry{Seq: chat.Seq(i + 1), Room: lobby, Kind: chat.Message, Time: noon.Add(time.Duration(i-n) * time.Minute), By: bob, Nick: "bob", Text: fmt.Sprintf("message %d. %s", i+1, strings.Repeat("word ", i*7%40))}
		if i%10 == 3 {
			e.Kind = chat.Joined
		}
		f.entries[lobby] = append(f.entries[lobby], e)
	}
	f.seq = chat.Seq(n)
	f.pending = []Update{Rooms{[]Room{{ID: lobby, Name: "#lobby", Read: chat.Seq(n)}}}}
	return f
}

// Going through a timeline, in pages or row by row, shows each row once, in order.
func TestScrollingShowsEveryMessage(t *testing.T) {
	for _, height := range []int{5, 12, 24} {
		use(t, longFake(350), 60, height, Options{}, func(u *user) {
			seen := map[string]bool{}
			note := func() {
				for _, line := range strings.Split(u.screen(), "\n") {
					if _, rest, ok := strings.Cut(line, "message "); ok {
						number, _, _ := strings.Cut(rest, ".")
						seen[number] = true
					}
				}
			}
			for range 2000 {
				if note(); strings.Contains(u.screen(), "begins") {
					break
				}
				u.press("{pgup}")
			}
			u.sees("this is where #lobby begins")
			for i := range 350 {
				if i%10 != 3 && !seen[fmt.Sprint(i+1)] {
					t.Fatalf("in %d rows, message %d was never seen", height, i+1)
				}
			}
			top := u.screen()
			if u.press("{pgup}"); u.screen() != top {
				t.Error("past the beginning there is something")
			}
			for range 2000 {
				if u.m.timeline().bottom == 0 {
					break
				}
				u.press("{pgdown}")
			}
			u.sees("message 350.")
		})
	}
}

func TestWhatComesWhileOneReadsAboveDoesNotMoveIt(t *testing.T) {
	use(t, longFake(200), 80, 20, Options{}, func(u *user) {
		u.press("{pgup}{pgup}{pgup}")
		before := strings.Split(u.screen(), "\n")[:18]
		for i := range 30 {
			u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: fmt.Sprint("new ", i)})
			u.settle()
		}
		if after := strings.Split(u.screen(), "\n")[:18]; !slices.Equal(before, after) {
			t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
		u.sees("more below")
		u.press("{end}")
		u.sees("new 29")
		u.misses("more below")
	})
}

// A page that was asked for before something came, and arrives after it.
func TestNothingIsLostBetweenAPageAndWhatComes(t *testing.T) {
	use(t, longFake(10), 80, 20, Options{}, func(u *user) {
		tl := &timeline{room: dev, loading: true}
		u.m.timelines[dev] = tl
		u.m.posted(u.m.item(Entry{Seq: 50, Room: dev, Kind: chat.Message}))
		u.m.page(pageMsg{room: dev, page: Page{Entries: []Entry{{Seq: 40, Room: dev}, {Seq: 45, Room: dev}}}})
		if tl.newer || tl.last() != 50 || len(tl.items) != 3 {
			t.Errorf("%d items to %d, more: %t", len(tl.items), tl.last(), tl.newer)
		}
		tl.newer = true
		u.m.posted(u.m.item(Entry{Seq: 60, Room: dev, Kind: chat.Message}))
		u.m.page(pageMsg{room: dev, where: Where{After: 50}, page: Page{Entries: []Entry{{Seq: 55, Room: dev}}}})
		if !tl.newer {
			t.Error("60 came, is not held, and nothing more is expected")
		}
	})
}

func TestOnlyWhatIsSeenIsLaidOut(t *testing.T) {
	m := benchModel(10000)
	tl := m.timeline()
	count := func() (n int) {
		for _, it := range tl.items {
			if it.laid.rows != nil {
				n++
			}
		}
		return n
	}
	m.Frame()
	if n := count(); n == 0 || n > m.height+maxPage {
		t.Errorf("%d messages are laid out for %d rows", n, m.height)
	}
	for _, name := range []string{"pgup", "ctrl+home", "pgdown", "ctrl+end"} {
		m.Update(keyOf(name))
		m.Frame()
	}
	if n := count(); n > 5*m.height+maxPage {
		t.Errorf("after four steps, %d messages are laid out", n)
	}
	rows := tl.items[9999].laid.rows
	if m.Frame(); len(rows) == 0 || &rows[0] != &tl.items[9999].laid.rows[0] {
		t.Error("a message was laid out twice for one width")
	}
}

func TestTheFirstNewMessageIsFoundHoweverFarAway(t *testing.T) {
	f := longFake(600)
	f.pending = []Update{Rooms{[]Room{{ID: lobby, Name: "#lobby", Read: 120, Unread: 480}}}}
	use(t, f, 80, 20, Options{}, func(u *user) {
		u.press("{alt+u}")
		u.sees("new since")
		u.sees("message 121.")
		u.press("{end}")
		u.sees("message 600.")
	})
}

func TestWhatWasNotReachedIsStillNewWhenOneComesBack(t *testing.T) {
	f := longFake(60)
	f.pending = []Update{Rooms{[]Room{{ID: lobby, Name: "#lobby", Read: 60}, {ID: dev, Name: "#dev"}}}}
	use(t, f, 80, 20, Options{}, func(u *user) {
		u.press("{pgup}")
		u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "unseen"})
		u.settle()
		u.misses("unseen")
		u.press("{alt+2}{alt+1}")
		u.sees("1 new since 12:00")
		u.sees("unseen")
	})
}

func TestATimelineHoldsOnlySoMuch(t *testing.T) {
	use(t, longFake(100), 80, 20, Options{Keep: 50}, func(u *user) {
		for i := range 500 {
			u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: fmt.Sprint("new ", i)})
		}
		u.settle()
		if n := len(u.m.timeline().items); n > 100+maxPage {
			t.Errorf("%d entries are held", n)
		}
		for range 200 {
			u.press("{pgup}")
		}
		u.sees("message 1.")
	})
}

// However far one reads back, and however large the window, little is held, and
// nothing is read again and again.
func TestReadingFarBackHoldsLittle(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {100, 30}, {200, 60}} {
		use(t, longFake(2000), size[0], size[1], Options{Keep: 60}, func(u *user) {
			most := 0
			step := func(key string) {
				u.press(key)
				most = max(most, len(u.m.timeline().items))
			}
			for i := range 2000 {
				if step("{pgup}"); strings.Contains(u.screen(), "message 1.") {
					break
				}
				if i == 10 {
					u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "meanwhile"})
				}
			}
			u.sees("message 1.")
			for range 2000 {
				if step("{pgdown}"); strings.Contains(u.screen(), "meanwhile") {
					break
				}
			}
			u.sees("meanwhile")
			if limit := 5*60 + 2*size[1]; most > limit || u.f.pages > 160 {
				t.Errorf("in %dx%d %d entries were held, of at most %d; %d pages were read", size[0], size[1], most, limit, u.f.pages)
			}
		})
	}
}

// Pages may hold less than what came meanwhile: joins, say. That is no reason to
// ask for ever.
func TestWhatPagesDoNotHoldIsNotAskedForAgain(t *testing.T) {
	use(t, longFake(400), 80, 20, Options{Keep: 30}, func(u *user) {
		for range 30 {
			u.press("{pgup}")
		}
		for i := range 3 {
			u.bring(Posted{Entry{Seq: chat.Seq(1000 + i), Room: lobby, Kind: chat.Joined, Time: noon, By: cid, Nick: "cid"}})
		}
		for range 60 {
			u.press("{pgdown}")
		}
		u.sees("message 400.")
		before := u.f.pages
		u.press("{pgdown}{pgup}{pgdown}{pgdown}")
		if u.f.pages > before+1 {
			t.Errorf("%d pages were read for nothing", u.f.pages-before)
		}
	})
}

func TestRoomsThatAreNotShownHoldLittle(t *testing.T) {
	f := newFake()
	var rooms []Room
	for i := range 50 {
		rooms = append(rooms, Room{ID: chat.RoomID(i + 1), Name: fmt.Sprint("#r", i)})
	}
	f.pending = []Update{Rooms{rooms}}
	use(t, f, 80, 20, Options{Keep: 30}, func(u *user) {
		for range 50 {
			u.press("{alt+n}")
		}
		for i := range 1000 {
			u.f.say(Entry{Room: 40, By: bob, Nick: "bob", Text: fmt.Sprint("line ", i)})
		}
		u.settle()
		held := 0
		for _, tl := range u.m.timelines {
			held += len(tl.items)
		}
		if len(u.m.timelines) > maxRooms+1 || held > 100 {
			t.Errorf("%d entries of %d rooms are held", held, len(u.m.timelines))
		}
		u.press("{ctrl+k}r39{enter}")
		u.sees("line 999")
		for range 200 {
			u.press("{pgup}")
		}
		u.sees("line 0")
	})
}

func TestComingAndGoingIsOneRow(t *testing.T) {
	use(t, longFake(5), 100, 20, Options{}, func(u *user) {
		for i := range 12 {
			u.f.say(Entry{Room: lobby, Kind: chat.Joined, By: cid, Nick: fmt.Sprint("n", i)})
		}
		u.f.say(Entry{Room: lobby, Kind: chat.NickChanged, By: cid, Nick: "n1", Name: "m1"})
		u.settle()
		u.sees("joined: n0, n1, n2, n3, n4 and 7 more · renamed: n1 → m1")
	})
}

func TestChangesAreSeen(t *testing.T) {
	use(t, village(), 100, 30, Options{}, func(u *user) {
		u.bring(Changed{Entry{Seq: 21, Room: lobby, Kind: chat.Message, Time: noon, By: bob, Nick: "bob", Text: "A drawing", Edited: true}})
		u.sees("A drawing (edited)")
		u.misses("cat.png")
		u.bring(Rooms{[]Room{{ID: dev, Name: "#dev"}}})
		u.misses("A drawing")
		u.bring(Rooms{})
		u.sees("You are in no room yet")
		u.press("{pgup}{alt+up}{up}{ctrl+end}{alt+u}hello{alt+a}{enter}")
		u.sees("You are in no room yet")
		u.asked()
	})
}

// BenchmarkFrame scrolls through 10,000 messages, a frame at a time. For a window
// of 100x30 a frame should take well under 16 ms.
func BenchmarkFrame(b *testing.B) {
	m := benchModel(10000)
	g := m.geometry()
	t := m.timeline()
	for n := 0; b.Loop(); n++ {
		if n%5000 < 2500 {
			t.up(3, g.body, m.blockHeight(t, g.timeline))
		} else {
			t.down(3, m.blockHeight(t, g.timeline))
		}
		m.Frame()
	}
}

// BenchmarkMessage shows what a new message costs a screen of 100x30 that follows.
// It should be under 0.08 ms.
func BenchmarkMessage(b *testing.B) {
	m := benchModel(60)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		m.Update(updatesMsg{updates: []Update{Posted{Entry{Seq: chat.Seq(20000 + n), Room: lobby, Kind: chat.Message, Time: noon, By: bob, Nick: "bob", Text: "a message of usual length, with a https://example.org/link in it"}}}})
		m.Frame()
	}
}

func benchModel(n int) *Model {
	f := longFake(n)
	m := New(context.Background(), f, Options{Keep: n, NewID: func() string { return "" }})
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	m.Update(updatesMsg{updates: f.pending})
	m.Update(pageMsg{room: lobby, page: Page{Entries: f.entries[lobby]}})
	return m
}

// A page that could not be read is not taken for the beginning of a room.
func TestWhatCouldNotBeReadIsSaidAndTriedAgain(t *testing.T) {
	f := longFake(400)
	f.lost = errDown
	use(t, f, 80, 20, Options{}, func(u *user) {
		again := "this could not be read; PgUp tries again"
		u.sees(again)
		u.misses("Nobody has said anything")
		before := u.f.pages
		u.press("xyz{bs}{bs}{bs}")
		if u.f.pages != before {
			t.Errorf("it was tried %d times by itself", u.f.pages-before)
		}
		u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "something new"})
		u.settle()
		u.sees("something new")
		u.misses("this is where #lobby begins")
		u.f.lost = nil
		u.press("{pgup}")
		u.sees("message 400.")
		u.f.lost = errDown
		for range 100 {
			u.press("{pgup}")
		}
		u.sees(again)
		u.misses("this is where #lobby begins")
		u.f.lost = nil
		u.bring(Connection{Online: false})
		u.bring(Connection{Online: true})
		for range 200 {
			u.press("{pgup}")
		}
		u.sees("this is where #lobby begins")
	})
}

// badPages is a session whose pages are out of order, twice, and never end.
type badPages struct{ *fake }

func (b badPages) Page(ctx context.Context, room chat.RoomID, w Where) (Page, error) {
	p, err := b.fake.Page(ctx, room, w)
	slices.Reverse(p.Entries)
	p.Entries = append(p.Entries, p.Entries...)
	p.Entries = append(p.Entries, Entry{Room: room, Kind: chat.Message, Text: "of no place"})
	return Page{p.Entries, true, true}, err
}

func TestPagesThatAreWrongAreNotAskedForWithoutEnd(t *testing.T) {
	f := longFake(300)
	useSession(t, f, badPages{f}, 80, 20, Options{}, func(u *user) {
		for range 60 {
			u.press("{pgup}")
		}
		for range 60 {
			u.press("{pgdown}")
		}
		if u.f.pages > 150 {
			t.Errorf("%d pages were asked for", u.f.pages)
		}
		u.misses("of no place")
		for id, tl := range u.m.timelines {
			if !slices.IsSortedFunc(tl.items[:tl.kept()], func(a, b *item) int { return int(a.Seq) - int(b.Seq) }) {
				t.Errorf("room %d is not in order", id)
			}
		}
	})
}
