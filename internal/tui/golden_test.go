package tui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// village is a chat in which something of every kind has happened.
func village() *fake {
	f := newFake()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	f.entries[lobby] = []Entry{
		{Seq: 11, Kind: chat.RoomCreated, Time: at(25, 9, 0), By: bob, Nick: "bob"},
		{Seq: 12, Kind: chat.Joined, Time: at(25, 9, 1), By: ann, Nick: "ann"},
		{Seq: 13, Kind: chat.Joined, Time: at(25, 9, 2), By: cid, Nick: "cid"},
		{Seq: 14, Kind: chat.Left, Time: at(25, 9, 3), By: cid, Nick: "cid"},
		{Seq: 15, Kind: chat.Message, Time: at(25, 9, 4), By: bob, Nick: "bob", Text: "Welcome. The plan is at https://example.org/plan?x=1, read it *before* noon and run `make check`.", Replies: 2},
		{Seq: 16, Kind: chat.Message, Time: at(26, 10, 0), By: ann, Nick: "ann", Text: "I have read it.", Edited: true, Reactions: []Reaction{{"👍", 2, false}, {"🎉", 1, true}}},
		{Seq: 17, Kind: chat.Message, Time: at(26, 10, 1), By: dora, Nick: "日本の人", Text: "世界のみなさん、こんにちは。👩‍👩‍👧 これは長い文章なので、狭い画面では折り返さなければなりません。"},
		{Seq: 18, Kind: chat.Action, Time: at(27, 11, 0), By: cid, Nick: "cid", Text: "waves"},
		{Seq: 19, Kind: chat.Message, Time: at(27, 11, 1), By: bob, Nick: "bob", Text: "@ann, can you look at this?\nIt has\nthree lines.", Calls: true, Target: 16, Whose: "ann", Quote: "I have read it."},
		{Seq: 20, Kind: chat.Message, Time: at(27, 11, 2), By: cid, Nick: "cid", Deleted: true},
		{Seq: 21, Kind: chat.Message, Time: at(27, 11, 3), By: bob, Nick: "bob", Text: "A picture:", Files: []File{{Name: "cat.png", Type: "image/png", URL: "https://example.org/f/1", Size: 123456}}},
	}
	f.pending = []Update{Rooms{[]Room{
		{ID: lobby, Name: "#lobby", Topic: "Where everybody is. 今日の話題", Read: 18, Unread: 3, Mentions: 1},
		{ID: dev, Name: "#dev", Unread: 12},
		{ID: ops, Name: "#operations-and-more", Unread: 120, Mentions: 1},
		{ID: bobRoom, Name: "bob", Direct: true},
	}}}
	return f
}

// scenes are what people do before the screen is looked at.
var scenes = []struct {
	name string
	act  func(u *user)
}{
	{"room", func(*user) {}},
	{"writing", func(u *user) {
		u.press("first line{alt+enter}界{alt+enter}👩‍👧 @b{tab}")
		u.bring(Typing{lobby, "bob"}, Connection{Online: false, Waiting: 2})
	}},
	{"selected", func(u *user) { u.press("{alt+up}{alt+up}{alt+up}") }},
	{"completion", func(u *user) { u.press("/t{bs}{tab}{tab}") }},
	{"help", func(u *user) { u.press("{f1}") }},
	{"switcher", func(u *user) { u.press("{ctrl+k}o") }},
	{"paste", func(u *user) { u.take(tea.PasteMsg{Content: "one\ntwo\nthree\n"}); u.settle() }},
	{"settings", func(u *user) { u.press("/set{enter}") }},
	{"twelve", func(u *user) { u.press("/set clock 12{enter}/set zone America/New_York{enter}") }},
	{"timeless", func(u *user) { u.press("/set clock off{enter}/set comings off{enter}") }},
	{"asking", func(u *user) {
		u.f.reply = Reply{Ask: &Ask{Question: "Your password?", Hidden: true, Answer: func(context.Context, string) (Reply, error) { return Reply{}, nil }}}
		u.press("/login ann{enter}secret")
	}},
	{"pictured", func(u *user) {
		u.f.picture = pngOf(u.t, banner(30, 12))
		u.press("/set pictures blocks{enter}{left}")
	}},
	{"newcomer", func(u *user) {
		u.bring(Rooms{[]Room{{ID: ops, Name: "#quiet"}}})
	}},
	{"nowhere", func(u *user) { u.bring(Rooms{}) }},
	{"failed", func(u *user) {
		u.f.fail = chat.Errorf(chat.Forbidden, "You are muted.")
		u.press("hello{enter}")
	}},
}

func TestGoldenScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
		for l, language := range map[Language]string{English: "en", Polish: "pl"} {
			var b strings.Builder
			for _, scene := range scenes {
				use(t, village(), size[0], size[1], Options{Language: l, Theme: Dark}, func(u *user) {
					scene.act(u)
					f := u.m.Frame()
					fmt.Fprintf(&b, "== %s, cursor %d,%d\n%s\n", scene.name, f.X, f.Y, plainScreen(f))
				})
			}
			golden(t, fmt.Sprintf("%dx%d.%s.txt", size[0], size[1], language), b.String())
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wanted, lines := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(wanted), len(lines)) {
		if i >= len(wanted) || i >= len(lines) || wanted[i] != lines[i] {
			t.Errorf("%s differs from line %d on (-update writes it anew); it is now:\n%s", name, i+1, got)
			return
		}
	}
}
