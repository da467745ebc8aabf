package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// wide is how most tests see the village.
func wide(t *testing.T, f *fake, act func(u *user)) {
	t.Helper()
	use(t, f, 100, 30, Options{}, act)
}

func TestWhatIsTypedIsSaidAndSeen(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.press("hello 世界{enter}")
		u.asked(`say 1 "hello 世界" action=false answer=0`)
		u.sees("ann  hello 世界")
		u.misses("sending")
		if n := strings.Count(u.screen(), "hello"); n != 1 {
			u.t.Errorf("it is seen %d times", n)
		}
		u.press("/me waves{enter}//etc{enter}/topic new{enter}")
		u.asked(`say 1 "hello 世界" action=false answer=0`, `say 1 "waves" action=true answer=0`, `say 1 "/etc" action=false answer=0`, `command 1 "/topic new"`)
	})
}

// However commands run beside each other: the next draft is handed over when the one
// before is kept, or placed.
func TestDraftsAreSaidInTheOrderInWhichTheyWereWritten(t *testing.T) {
	wide(t, village(), func(u *user) {
		all := []string{`say 1 "one" action=false answer=0`, `say 1 "two" action=false answer=0`, `say 1 "three" action=false answer=0`}
		u.f.hold = make(chan struct{})
		u.press("one{enter}two{enter}three{enter}")
		u.asked(all[0])
		close(u.f.hold)
		u.settle()
		u.asked(all...)
		u.f.calls, u.f.hold, u.f.places = nil, make(chan struct{}), true
		u.press("one{enter}two{enter}three{enter}")
		u.asked(all...)
	})
}

func TestComposerEdits(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"a{alt+enter}b", "a\nb|"},
		{"a{ctrl+j}b{up}", "a|\nb"},
		{"abc{alt+enter}d{up}{down}", "abc\nd|"},
		{"世界{alt+enter}ab{up}", "世|界\nab"},
		{"👩‍👩‍👧x{left}{bs}", "|x"},
		{"e\u0301{bs}", "|"},
		{"one two{ctrl+w}{ctrl+a}X", "X|one "},
		{"draft{alt+2}other{alt+1}", "draft|"},
		{"draft{alt+2}other{alt+1}{alt+2}", "other|"},
		{"one{enter}two{enter}x{up}", "two|"},
		{"one{enter}two{enter}{ctrl+p}{ctrl+p}", "one|"},
		{"one{enter}two{enter}{ctrl+r}on{enter}", "one|"},
		{"text{ctrl+c}", "|"},
		{"b{tab}", "bob: |"},
		{"hi @b{tab}", "hi @bob |"},
		{"hi 日{tab}", "hi 日本の人 |"},
		{"#{tab}{tab}", "#dev |"},
		{"#{tab}{shift+tab}", "#operations-and-more |"},
		{"/qu{tab}", "/quit |"},
		{":rocket{tab}", "🚀 |"},
		{"#{tab}{esc}", "#|"},
		{"zzz{tab}", "zzz|"},
	} {
		wide(t, village(), func(u *user) {
			u.press(c.keys)
			if got := u.written(); got != c.want {
				t.Errorf("%s gives %q, want %q", c.keys, got, c.want)
			}
		})
	}
}

func TestCursorStandsBehindWideText(t *testing.T) {
	for _, c := range []struct {
		keys string
		x, y int
	}{
		{"ab", 4, 9}, {"世界", 6, 9}, {"世界{left}", 4, 9}, {"👩‍👩‍👧", 4, 9}, {"a{alt+enter}界", 4, 9},
		{strings.Repeat("x", 38), 2, 9}, {strings.Repeat("x", 37) + "界", 4, 9}, {"a{alt+enter}b{up}", 3, 8},
	} {
		use(t, village(), 40, 10, Options{}, func(u *user) {
			u.press(c.keys)
			if f := u.m.Frame(); f.X != c.x || f.Y != c.y {
				t.Errorf("%s: the cursor is at %d,%d, want %d,%d\n%s", c.keys, f.X, f.Y, c.x, c.y, u.screen())
			}
		})
	}
}

func TestPasteOfSeveralLinesIsOneMessageOnceConfirmed(t *testing.T) {
	const text = "one\r\ntwo\n\x1b[31mthree\n"
	for _, c := range []struct {
		key, written string
		said         []string
	}{
		{"{enter}", "|", []string{`say 1 "say: one\ntwo\nthree" action=false answer=0`}},
		{"e", "say: one\ntwo\nthree|", nil},
		{"{esc}", "say: |", nil},
	} {
		wide(t, village(), func(u *user) {
			u.press("say: ")
			u.take(tea.PasteMsg{Content: text})
			u.settle()
			u.sees("Enter sends 3 lines as one")
			u.press("z" + c.key)
			u.asked(c.said...)
			if got := u.written(); got != c.written {
				t.Errorf("%s leaves %q, want %q", c.key, got, c.written)
			}
		})
	}
	wide(t, village(), func(u *user) {
		u.take(tea.PasteMsg{Content: "one line"})
		u.take(tea.PasteMsg{Content: strings.Repeat("y", chat.MaxText)})
		u.settle()
		if got := u.written(); got != "one line|" {
			t.Errorf("written: %.40q", got)
		}
		u.sees("too long")
	})
}

// What is written before there is a room is for the first; what was for a room that
// is gone is for no other.
func TestDraftsStayWithTheirRoom(t *testing.T) {
	f := village()
	rooms := f.pending
	f.pending = nil
	wide(t, f, func(u *user) {
		u.press("early")
		u.bring(rooms...)
		u.press("{alt+2}secret{alt+1}{alt+2}")
		if got := u.written(); got != "secret|" {
			t.Errorf("in #dev: %q", got)
		}
		u.bring(Rooms{[]Room{{ID: lobby, Name: "#lobby"}}})
		if got := u.written(); got != "early|" {
			t.Errorf("back in #lobby: %q", got)
		}
	})
}

func TestSelectedMessages(t *testing.T) {
	for _, c := range []struct {
		keys string
		want []string
	}{
		{"{alt+up}rfine{enter}", []string{`say 1 "fine" action=false answer=21`}},
		{"{alt+up}{alt+up}{alt+down}{enter}ok{enter}", []string{`say 1 "ok" action=false answer=21`}},
		{"{alt+up}r{esc}plain{enter}", []string{`say 1 "plain" action=false answer=0`}},
		{"{alt+up}arocket{enter}", []string{"react 21 🚀 true"}},
		{"{ctrl+up}{ctrl+up}{ctrl+up}{ctrl+up}{ctrl+up}{ctrl+up}atada{enter}", []string{"react 16 🎉 false"}},
		{"{alt+up}xn", nil},
		{"{alt+up}xy", []string{"delete 21"}},
		{"{alt+up}t", []string{"thread 21"}},
		{"{alt+up}t{ctrl+r}sure{enter}", []string{"thread 21", `say 1 "sure" action=false answer=16`}},
		{"{alt+up}e", nil},
		{"{up}!{enter}", []string{`edit 16 "I have read it.!"`}},
		{"{up}!{esc}new{enter}", []string{`say 1 "new" action=false answer=0`}},
		{"{up}{ctrl+u}{enter}y", []string{"delete 16"}},
		{"{alt+up}{esc}rest{enter}", []string{`say 1 "rest" action=false answer=0`}},
	} {
		f := village()
		f.found = f.entries[lobby][5:6]
		wide(t, f, func(u *user) {
			u.press(c.keys)
			u.asked(c.want...)
		})
	}
}

func TestLinksOpenByNumber(t *testing.T) {
	var opened []string
	open := func(url string) error { opened = append(opened, url); return nil }
	use(t, village(), 100, 30, Options{Open: open}, func(u *user) {
		u.press("/open 1{enter}/open 7{enter}")
		u.sees("There is no link 7")
	})
	if want := "[https://example.org/plan?x=1]"; fmt.Sprint(opened) != want {
		t.Errorf("opened %v, want %s", opened, want)
	}
	wide(t, village(), func(u *user) {
		u.press("/open [1]{enter}")
		if want := "\x1b]52;c;aHR0cHM6Ly9leGFtcGxlLm9yZy9wbGFuP3g9MQ==\x1b\\"; fmt.Sprint(u.raw) != "["+want+"]" {
			t.Errorf("written: %q", u.raw)
		}
	})
}

// A message keeps the numbers of its links: from when it is on its way, and when it
// is changed.
func TestLinksKeepTheirNumbers(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.press("see https://example.org/a https://example.org/b{enter}")
		u.sees("https://example.org/a [3] https://example.org/b [4]")
		u.bring(Changed{Entry{Seq: 21, Room: lobby, Kind: chat.Message, Time: noon, By: bob, Nick: "bob", Text: "https://example.org/new", Files: []File{{Name: "cat.png", Type: "image/png", URL: "https://example.org/f/1"}}}})
		u.sees("https://example.org/new [5]")
		u.sees("+ cat.png (0 B) [2]")
	})
}

func TestRoomsAreVisitedByActivity(t *testing.T) {
	wide(t, village(), func(u *user) {
		for _, want := range []chat.RoomID{ops, dev, lobby, lobby} { // called first, then unread, then back
			u.press("{alt+a}")
			if u.m.current != want {
				t.Fatalf("in room %d, want %d", u.m.current, want)
			}
			u.f.say(Entry{Room: want, By: bob, Nick: "bob", Text: "hi"})
			u.settle()
		}
		u.sees("nothing new elsewhere")
		for keys, want := range map[string]chat.RoomID{"{alt+4}": bobRoom, "{ctrl+k}dev{enter}": dev, "{alt+9}": 0, "{alt+1}{alt+p}": bobRoom, "{alt+1}{alt+n}": dev} {
			before := u.m.current
			if u.press(keys); u.m.current != want && (want != 0 || u.m.current != before) {
				t.Errorf("%s leads to %d, want %d", keys, u.m.current, want)
			}
		}
	})
}

func TestWhatIsSeenIsReadAndWhatIsNotIsNew(t *testing.T) {
	wide(t, village(), func(u *user) {
		if r := u.m.room(lobby); r.Unread != 0 || r.Read != 21 {
			t.Errorf("after a look at it, %+v", *r)
		}
		u.sees("3 new since 11:01")
		u.take(tea.BlurMsg{})
		u.settle()
		u.misses("new since")
		seq := u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "later"})
		u.settle()
		u.sees("1 new since 12:00")
		if r := u.m.room(lobby); r.Unread != 1 {
			t.Errorf("nobody looks, and it is read: %+v", *r)
		}
		u.take(tea.FocusMsg{})
		u.settle()
		if r := u.m.room(lobby); r.Unread != 0 || r.Read != seq {
			t.Errorf("somebody looks again: %+v", *r)
		}
		u.press("{esc}")
		u.misses("new since")
	})
}

func TestOneIsCalledOnlyWhileOneDoesNotLook(t *testing.T) {
	use(t, village(), 80, 24, Options{Notify: OSC777}, func(u *user) {
		call := Entry{Room: lobby, By: bob, Nick: "bob", Text: "@ann; come\x1b]0;x\a!", Calls: true}
		u.f.say(call)
		u.settle()
		if len(u.raw) != 0 {
			t.Errorf("called though looking: %q", u.raw)
		}
		call.Room = dev
		u.f.say(call)
		u.f.say(Entry{Room: dev, By: bob, Nick: "bob", Text: "not for ann"})
		u.settle()
		if want := []string{"\x1b]777;notify;bob in #dev;@ann, come!\x1b\\"}; fmt.Sprint(u.raw) != fmt.Sprint(want) {
			t.Errorf("written: %q, want %q", u.raw, want)
		}
		u.press("/notify off{enter}")
		u.f.say(call)
		u.settle()
		if len(u.raw) != 1 {
			t.Errorf("called though silent: %q", u.raw)
		}
	})
}

func TestMessagesThatWereNotSentCanBeSentAgain(t *testing.T) {
	f := village()
	f.fail = errDown
	wide(t, f, func(u *user) {
		u.press("hello{enter}")
		u.sees("not sent: That did not work")
		u.f.fail = nil
		u.press("/retry{enter}")
		u.misses("not sent")
		u.asked(`say 1 "hello" action=false answer=0`, `say 1 "hello" action=false answer=0`)
		u.f.fail = chat.Errorf(chat.Forbidden, "You are muted.")
		u.press("again{enter}")
		u.sees("You are muted.")
		u.press("/drop{enter}")
		u.misses("again")
	})
}

func TestOthersTypingIsShownAndForgotten(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.bring(Typing{lobby, "bob"}, Typing{lobby, "cid"}, Typing{dev, "dora"}, Typing{lobby, "ann"})
		u.sees("bob, cid are typing")
		u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "so"})
		u.settle()
		u.sees("cid is typing")
		<-time.After(typingFor)
		u.settle()
		u.misses("typing")
	})
}

func TestSearchAndMentionsLeadToWhereItWasSaid(t *testing.T) {
	for _, keys := range []string{"/search me{enter}", "{ctrl+s}me{enter}", "{alt+m}"} {
		f := village()
		f.found = []Entry{{Seq: 12, Room: dev, Kind: chat.Message, Time: noon, Nick: "cid", Text: "found me"}}
		for i := range 300 {
			f.entries[dev] = append(f.entries[dev], Entry{Seq: chat.Seq(i + 10), Room: dev, Kind: chat.Message, Time: noon, Nick: "cid", Text: fmt.Sprint("line ", i+10)})
		}
		wide(t, f, func(u *user) {
			u.press(keys)
			u.sees("cid: found me")
			u.press("{enter}")
			if u.m.current != dev || u.m.timeline().selected != 12 {
				t.Fatalf("%s: in room %d at %d", keys, u.m.current, u.m.timeline().selected)
			}
			u.sees("line 12")
			for range 30 { // down to the end, page by page
				u.press("{pgdown}")
			}
			u.sees("line 309")
			u.f.say(Entry{Room: dev, By: bob, Nick: "bob", Text: "the newest"})
			u.settle()
			u.sees("the newest")
		})
	}
}

func TestHelpIsFoundByTopicAndScrolls(t *testing.T) {
	use(t, village(), 40, 10, Options{Language: Polish}, func(u *user) {
		u.press("/help keys{enter}")
		u.sees("Alt-1")
		u.press("{end}")
		u.sees("rysuje ekran")
		u.misses("Alt-1")
		u.press("{esc}/help nothing{enter}")
		u.sees("Nie ma pomocy")
	})
}

func TestRepliesOfCommandsAreShownToOneself(t *testing.T) {
	f := village()
	f.reply = Reply{Lines: []string{"first \x1b[2J", "second"}, Show: 0}
	wide(t, f, func(u *user) {
		u.press("/rooms{enter}")
		u.sees("second")
		u.press("{esc}")
		u.f.reply = Reply{Lines: []string{"You are there."}, Show: dev}
		u.press("/join #dev{enter}")
		u.sees("You are there.")
		if u.m.current != dev {
			t.Errorf("in room %d", u.m.current)
		}
	})
}

func TestAnEndedSessionSaysSoAndCanBeLeft(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.take(updatesMsg{err: errDown})
		u.settle()
		u.sees("The connection has ended")
		u.press("{ctrl+d}")
		if !u.quit {
			t.Error("Ctrl-D does not leave")
		}
	})
}

func TestThemesChangeColoursOnly(t *testing.T) {
	wide(t, village(), func(u *user) {
		dark, text := strings.Join(u.m.Frame().Rows, "\n"), u.screen()
		u.press("/theme light{enter}{left}")
		light := strings.Join(u.m.Frame().Rows, "\n")
		u.press("/theme none{enter}{left}")
		none := strings.Join(u.m.Frame().Rows, "\n")
		if dark == light || light == none || strings.Contains(none, "38;5") || u.screen() != text {
			t.Error("the themes do not differ as they should")
		}
		u.press("/theme pink{enter}")
		u.sees("theme can be: auto, dark, light, none")
	})
}

// There is one timer, however often people begin and stop.
func TestOneTimerWaitsForWhoStopsTyping(t *testing.T) {
	m := New(t.Context(), village(), Options{})
	m.Update(updatesMsg{updates: []Update{Rooms{[]Room{{ID: lobby, Name: "#lobby"}}}}})
	timers := 0
	for range 5 {
		if m.types(Typing{lobby, "bob"}) != nil {
			timers++
		}
		clear(m.typing)
	}
	if m.hush(); timers != 1 || m.types(Typing{lobby, "bob"}) == nil {
		t.Errorf("%d timers, and then none", timers)
	}
}

func TestManyWhoTypeDoSoInPolish(t *testing.T) {
	use(t, village(), 100, 30, Options{Language: Polish}, func(u *user) {
		for _, nick := range []string{"bob", "cid", "eve", "fay", "gus"} {
			u.bring(Typing{lobby, nick})
		}
		u.sees("bob, cid, eve, fay, gus piszą")
	})
}

// Numbers of links are used again; what is seen with one is what it opens.
func TestANumberOpensTheLinkThatIsSeenWithIt(t *testing.T) {
	var opened []string
	use(t, village(), 80, 24, Options{Keep: LeastKeep, Open: func(url string) error { opened = append(opened, url); return nil }}, func(u *user) {
		u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "https://good.example"})
		u.settle()
		u.sees("https://good.example [3]")
		for range 10 {
			u.f.say(Entry{Room: dev, By: cid, Nick: "cid", Text: strings.Repeat("https://evil.example ", maxLinks)})
		}
		u.settle()
		u.press("/open 3{enter}")
	})
	if want := "[https://good.example]"; fmt.Sprint(opened) != want {
		t.Errorf("opened %v", opened)
	}
}

func TestWhatIsFoundTakesNoNumbers(t *testing.T) {
	f := village()
	f.found = []Entry{{Seq: 12, Room: dev, Kind: chat.Message, Time: noon, Nick: "cid", Text: strings.Repeat("https://a.example ", 20)}}
	wide(t, f, func(u *user) {
		before := u.m.links
		u.press("/search a{enter}{esc}")
		if u.m.links != before {
			t.Errorf("%d numbers are gone", u.m.links-before)
		}
	})
}

// What somebody is told while they type does not take their keys.
func TestWhatIsToldWaitsWhileSomebodyTypes(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.press("hel")
		u.bring(Told{[]string{"bob invites you.", "Say /join #tea."}})
		u.sees("bob invites you. …")
		u.press("lo")
		if got := u.written(); got != "hello|" {
			t.Errorf("written: %q", got)
		}
		u.press("{enter}")
		u.sees("Say /join #tea.")
		u.press("{esc}")
		u.misses("Say /join #tea.")
		u.take(tea.PasteMsg{Content: "one\ntwo"})
		u.bring(Told{[]string{"first", "second"}})
		u.sees("Enter sends 2 lines")
		u.press("{esc}")
		u.sees("second")
	})
}

func TestPasswordsAreNotRemembered(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.press("/topic tea{enter}/login ann hunter2{enter}/Register ann hunter2{enter}/join #tea key=hunter2{enter}")
		if got := fmt.Sprint(u.m.composer.editor.History()); got != "[/topic tea]" {
			t.Errorf("remembered: %s", got)
		}
	})
}

func TestAnEditThatIsRefusedIsNotLost(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.f.fail = chat.Errorf(chat.Forbidden, "Too late.")
		u.press("{up} and more{enter}")
		u.sees("Too late.")
		u.press("{ctrl+p}")
		if got := u.written(); got != "I have read it. and more|" {
			t.Errorf("written: %q", got)
		}
	})
}

// What was said while one was away comes all at once, and calls once.
func TestOneIsCalledOnceForMuch(t *testing.T) {
	wide(t, village(), func(u *user) {
		for i := range 50 {
			u.f.say(Entry{Room: bobRoom, By: bob, Nick: "bob", Text: fmt.Sprint("and ", i)})
		}
		u.settle()
		<-time.After(callEvery)
		u.f.say(Entry{Room: bobRoom, By: bob, Nick: "bob", Text: "still there?"})
		u.settle()
		if len(u.raw) != 2 {
			t.Errorf("called %d times", len(u.raw))
		}
	})
}

// titles are how keys are called in the help.
var titles = strings.NewReplacer("ctrl+", "Ctrl-", "alt+", "Alt-", "up", "↑", "down", "↓", "pgup", "PgUp", "pgdown", "PgDn", "enter", "Enter", "tab", "Tab", "home", "Home", "f1", "F1")

func TestHelpTellsOfAllKeysAndCommands(t *testing.T) {
	other := []string{"ctrl+up", "ctrl+down", "ctrl+pgup", "ctrl+pgdown", "shift+enter", "ctrl+j", "shift+tab", "up", "down", "esc", "ctrl+z", "ctrl+end"}
	for l := range languages {
		var all string
		for _, topic := range topics {
			all += strings.Join(topic.lines[l], "\n") + "\n"
		}
		for name := range commandKeys {
			title := titles.Replace(name)
			if at := len(title) - 1; at > 0 && title[at-1] == '-' {
				title = title[:at] + strings.ToUpper(title[at:])
			}
			if !slices.Contains(other, name) && !strings.Contains(all, title) {
				t.Errorf("%s is nowhere in language %d", title, l)
			}
		}
		for name := range selectedKeys {
			if name != "enter" && !strings.Contains(all, "\n"+name+"\t") {
				t.Errorf("%s is nowhere in language %d", name, l)
			}
		}
		for _, c := range commands {
			if !strings.Contains(all, c.name) {
				t.Errorf("%s is nowhere in language %d", c.name, l)
			}
		}
	}
}
