package screen_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// village is a chat with one user, as the model of internal/tui needs it: what it
// is told it keeps, and tells back.
type village struct {
	mu      sync.Mutex // guards all below
	entries map[chat.RoomID][]tui.Entry
	seq     chat.Seq
	pending []tui.Update
	wake    chan struct{} // never closed
}

const (
	lobby chat.RoomID = iota + 1
	dev
)

const (
	ann chat.UserID = iota + 101
	bob
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// newVillage returns a chat in which much has been said, in many scripts.
func newVillage() *village {
	v := &village{entries: map[chat.RoomID][]tui.Entry{}, seq: 100, wake: make(chan struct{}, 1)}
	for i := range 120 {
		v.say(lobby, said(i))
	}
	v.say(dev, "Only here.")
	v.pending = []tui.Update{tui.Rooms{Rooms: []tui.Room{
		{ID: lobby, Name: "#lobby", Topic: "今日の話題 👩‍👩‍👧 and so on", Read: 200, Unread: 20},
		{ID: dev, Name: "#dev", Unread: 1, Mentions: 1},
	}}}
	return v
}

// said returns texts of many kinds.
func said(i int) string {
	texts := []string{
		"short", "A longer line that has to be wrapped where the window is narrow, *bold* and `code` and https://example.org/a?b=1 too.",
		"世界のみなさん、こんにちは。これは長い文章なので、狭い画面では折り返さなければなりません。", "👩‍👩‍👧 and 🏳️‍🌈, 🇵🇱 and 👍🏽", "кофе\u0301 Zażółć gęślą jaźń",
		"three\nlines\nhere", strings.Repeat("界", 45), strings.Repeat("x", 200), "same", "same", "a b", "क्षत्रिय ไทย العربية עברית",
	}
	return texts[i%len(texts)]
}

func (v *village) say(room chat.RoomID, text string) {
	v.mu.Lock()
	v.seq++
	nick := []string{"bob", "cid", "日本の人"}[int(v.seq)%3]
	e := tui.Entry{Seq: v.seq, Room: room, Kind: chat.Message, Time: noon.Add(time.Duration(v.seq) * time.Second), By: bob, Nick: nick, Text: text}
	v.entries[room] = append(v.entries[room], e)
	v.mu.Unlock()
	v.bring(tui.Posted{Entry: e})
}

func (v *village) bring(updates ...tui.Update) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending = append(v.pending, updates...)
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

func (v *village) Self() tui.Person { return tui.Person{ID: ann, Nick: "ann"} }

func (v *village) Next(ctx context.Context) ([]tui.Update, error) {
	for {
		v.mu.Lock()
		got := v.pending
		v.pending = nil
		v.mu.Unlock()
		if len(got) > 0 {
			return got, nil
		}
		select {
		case <-v.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (v *village) Page(_ context.Context, room chat.RoomID, w tui.Where) (tui.Page, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := v.entries[room]
	at := func(s chat.Seq) int {
		i, _ := slices.BinarySearchFunc(all, s, func(e tui.Entry, s chat.Seq) int { return cmp.Compare(e.Seq, s) })
		return i
	}
	from, to := max(0, len(all)-w.Limit), len(all)
	switch {
	case w.Before != 0:
		to = at(w.Before)
		from = max(0, to-w.Limit)
	case w.After != 0:
		from = at(w.After + 1)
		to = min(len(all), from+w.Limit)
	case w.Around != 0:
		from = max(0, at(w.Around)-w.Limit/2)
		to = min(len(all), from+w.Limit)
	}
	return tui.Page{Entries: slices.Clone(all[from:to]), Older: from > 0, Newer: to < len(all)}, nil
}

func (v *village) first(room chat.RoomID, n int) ([]tui.Entry, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.entries[room][:n]), nil
}

func (v *village) Thread(context.Context, chat.Seq) ([]tui.Entry, error) { return v.first(lobby, 5) }
func (v *village) Search(context.Context, string) ([]tui.Entry, error)   { return v.first(lobby, 9) }
func (v *village) Mentions(context.Context) ([]tui.Entry, error)         { return v.first(dev, 1) }

func (v *village) People(context.Context, chat.RoomID) ([]tui.Person, error) {
	return []tui.Person{{ID: bob, Nick: "bob", Rank: chat.ModeratorRank}, {ID: ann, Nick: "ann"}, {ID: 103, Nick: "日本の人", Away: true}}, nil
}

func (v *village) Say(_ context.Context, d tui.Draft) error {
	v.mu.Lock()
	v.seq++
	e := tui.Entry{Seq: v.seq, Room: d.Room, Kind: chat.Message, Time: noon.Add(time.Hour), By: ann, Nick: "ann", Text: d.Text, Client: d.ID, Target: d.Answer}
	v.entries[d.Room] = append(v.entries[d.Room], e)
	v.mu.Unlock()
	v.bring(tui.Posted{Entry: e})
	return nil
}

func (v *village) Edit(context.Context, chat.Seq, string) error        { return nil }
func (v *village) Delete(context.Context, chat.Seq) error              { return nil }
func (v *village) React(context.Context, chat.Seq, string, bool) error { return nil }
func (v *village) MarkRead(context.Context, chat.RoomID, chat.Seq) error {
	return nil
}
func (v *village) Typing(context.Context, chat.RoomID) error { return nil }
func (v *village) Command(_ context.Context, _ chat.RoomID, line string) (tui.Reply, error) {
	return tui.Reply{Lines: []string{line, "does nothing here", "世界"}}, nil
}
func (v *village) Preferences(context.Context) (map[string]string, error) { return nil, nil }
func (v *village) Prefer(context.Context, string, string) error           { return nil }
func (v *village) Picture(context.Context, tui.File) ([]byte, error) {
	return nil, chat.Errorf(chat.NotFound, "no picture")
}

// options are those of a model over a village: all that it shows is the same each
// time.
func options(began time.Time) tui.Options {
	n := 0
	return tui.Options{
		Zone:  time.UTC,
		Now:   func() time.Time { return noon.Add(time.Since(began)) },
		NewID: func() string { n++; return fmt.Sprint("id", n) },
	}
}
