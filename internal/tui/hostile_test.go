package tui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// hostile are texts that want to do something to a terminal or to a layout.
var hostile = []string{
	"\x1b[2J\x1b[H\x1b]0;title\a\x1bP+q544e\x1b\\\x1bc",
	"\u009b31m\u009d52;c;aGk=\u009c\u0090x\u009c",
	"\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
	"a\rb\bc\vd\fe\x00f\x7fg\tend",
	"user \u202egnp.exe\u202c \u2066x\u2069 \u200f\u200e",
	"z\u0300" + strings.Repeat("\u0301", 5000) + "algo",
	strings.Repeat("\u200d", 4000), strings.Repeat("\u200b\u2060\ufeff", 2000), strings.Repeat("\ufe0f", 3000),
	strings.Repeat("👩‍", 2000), strings.Repeat("🇵", 3001), "🏴" + strings.Repeat("\U000e0061", 400),
	strings.Repeat("世", 10000), strings.Repeat("x", chat.MaxText), strings.Repeat("\n", chat.MaxText), strings.Repeat("a ", chat.MaxText/2),
	"\xff\xfe\xc3(", "\xc8", "한" + strings.Repeat("ᄀ", 1000), "\u2028\u2029\u0085", "ﷺ௸𒐫", "مرحبا שלום",
	"http://a.example/" + strings.Repeat("%", 3000), "https://\x1b[31m.example/ https://exa\u202emple.org/ http://[::1/ https://ex.example/\u009d;",
	"*" + strings.Repeat("*_`", 5000), strings.Repeat("@ann ", 3000), strings.Repeat("https://example.org/x ", 1000),
	"```\n\n\n```", "│─▌", " ", "",
}

// sizes are windows, some of them absurd.
var sizes = [][2]int{{80, 24}, {40, 10}, {12, 4}, {1, 1}, {0, 0}, {3, 200}, {200, 60}, {110, 5}, {13, 7}, {10000, 3}}

func TestHostileTextPaintsNothingButItself(t *testing.T) {
	f := newFake()
	for _, text := range hostile {
		for _, kind := range []chat.Kind{chat.Message, chat.Action, chat.Notice, chat.TopicSet, chat.Joined, chat.NickChanged, chat.Kicked, chat.Kind(200)} {
			f.say(Entry{
				Room: lobby, Kind: kind, By: bob, Nick: text, Text: text, Name: text, Whose: text, Quote: text, Target: 1, Calls: true,
				Reactions: []Reaction{{text, 1 << 30, false}}, Files: []File{{Name: text, URL: text, Type: text, Size: -1}}, Replies: 1 << 30,
			})
		}
	}
	f.found = f.entries[lobby][:20]
	for _, text := range hostile {
		f.rooms = append(f.rooms, Room{ID: lobby + chat.RoomID(len(f.rooms)), Name: text, Topic: text, Unread: 1 << 40, Mentions: 1})
		f.people = append(f.people, Person{ID: 7, Nick: text})
	}
	f.pending = []Update{Rooms{f.rooms}}
	for i, size := range sizes {
		f.wake, f.pending = nil, []Update{Rooms{f.rooms}, Typing{lobby, hostile[0]}}
		use(t, f, size[0], size[1], Options{Notify: OSC99}, func(u *user) {
			for range 40 {
				u.press("{pgup}")
			}
			u.press("{ctrl+k}{down}{esc}{alt+m}{esc}{alt+up}{alt+up}{esc}{f1}{pgdown}{esc}@{tab}{tab}{esc}#{tab}")
			for _, text := range hostile[i%3:][:len(hostile)/(1+i%3)] {
				u.take(tea.PasteMsg{Content: text})
				u.press("{esc}{ctrl+c}x")
				f.reply = Reply{Lines: []string{text, text}}
				u.press("{ctrl+u}/x{enter}{esc}")
			}
			u.f.say(Entry{Room: dev, By: bob, Nick: hostile[0], Text: hostile[1] + hostile[2], Calls: true})
			u.settle()
			for _, raw := range u.raw {
				if strings.Count(raw, "\x1b") != 4 || strings.ContainsAny(raw, "\a\u009b\u009d") {
					t.Errorf("a notification writes %q", raw)
				}
			}
		})
	}
}

// A terminal may say of a key that its text is anything.
func TestAKeyWithALineBreakStaysInItsLine(t *testing.T) {
	f := village()
	f.reply = asks(new([]string))
	wide(t, f, func(u *user) {
		for _, text := range []string{"a\nb", "\r", "\u2028", "\x1b[2J\n"} {
			for _, keys := range []string{"{ctrl+k}", "{ctrl+s}", "/login{enter}"} {
				u.press(keys)
				u.take(tea.KeyPressMsg{Code: 'a', Text: text})
				u.settle()
				u.press("{esc}")
			}
		}
	})
}

func TestResizingLosesNothing(t *testing.T) {
	use(t, village(), 80, 24, Options{}, func(u *user) {
		u.press("a draft{alt+up}{alt+up}")
		before := u.screen()
		for _, size := range append(sizes, [2]int{80, 24}) {
			u.take(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			u.settle()
		}
		if after := u.screen(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// FuzzScreen presses keys, brings events and changes the window as the bytes say.
func FuzzScreen(f *testing.F) {
	f.Add([]byte("hello\n"), "text")
	f.Add([]byte{1, 200, 30, 2, 3, 4, 5, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 180, 181, 182, 183, 184, 185}, hostile[0])
	f.Add([]byte{130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150}, hostile[5])
	names := keyNames()
	f.Fuzz(func(t *testing.T, script []byte, text string) {
		if len(script) > 60 || len(text) > 4000 {
			return
		}
		f := village()
		f.picture = pngOf(t, banner(9, 20))
		use(t, f, 80, 24, Options{Pictures: AutoPictures, Keep: 1, Graphics: Graphics{Kitty: len(text)%2 == 0}}, func(u *user) {
			for i, b := range script {
				u.act(names, b, i, text)
				u.settle()
			}
		})
	})
}

// keyNames are all keys that mean something, in an order that stays.
func keyNames() (names []string) {
	for _, keys := range []map[string]bool{keysIn(commandKeys), keysIn(editing), keysIn(selectedKeys)} {
		for name := range keys {
			if named[name[strings.LastIndex(name, "+")+1:]] != 0 || len(name[strings.LastIndex(name, "+")+1:]) == 1 {
				names = append(names, name)
			}
		}
	}
	names = append(names, "alt+1", "alt+2", "alt+4", "y", "n")
	sortStrings(names)
	return names
}

// act does what a byte of a script stands for.
func (u *user) act(names []string, b byte, i int, text string) {
	runes := []rune(text)
	switch {
	case int(b) < len(names):
		if u.take(keyOf(names[b])); len(names[b]) == 1 {
			u.press(names[b])
		}
	case b < 160:
		if len(runes) > 0 {
			r := runes[(int(b)+i)%len(runes)]
			u.take(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	case b < 190:
		u.f.say(Entry{Room: chat.RoomID(b%4 + 1), Kind: chat.Kind(b % 60), By: chat.UserID(101 + b%4), Nick: text, Text: text, Calls: b%3 == 0, Target: chat.Seq(b % 30)})
	case b < 200:
		u.f.bring(Changed{Entry{Seq: chat.Seq(b - 180), Room: lobby, Kind: chat.Message, Text: text, Deleted: b%2 == 0}})
	case b < 205:
		u.f.bring(Rooms{[]Room{{ID: chat.RoomID(b % 5), Name: text, Topic: text, Unread: int(b)}}})
	case b < 210:
		u.f.fail = errDown
	case b < 215:
		u.f.fail, u.f.reply, u.f.found = nil, Reply{Lines: []string{text, text}, Show: chat.RoomID(b % 5)}, u.f.entries[lobby]
	case b < 220:
		u.take(tea.PasteMsg{Content: text})
	case b < 223:
		u.take(tea.BlurMsg{})
	case b < 226:
		u.take(tea.FocusMsg{})
	case b < 228:
		key := PreferenceKeys[int(b)%len(PreferenceKeys)]
		u.f.prefers[key] = fields{}.with([]string{"clock", "zone", "pictures", "comings", "times", "level"}[i%6], []any{"12", "Asia/Tokyo", "blocks", false, false, "all"}[i%6])
		u.f.bring(Preferred{key, u.f.prefers[key]})
	case b < 229:
		u.f.reply = Reply{Ask: &Ask{Question: text, Hidden: i%2 == 0, Answer: func(context.Context, string) (Reply, error) { return Reply{Lines: []string{text}}, nil }}}
		u.press("{esc}{ctrl+u}/x{enter}")
	case b < 230:
		u.press(text[:min(len(text), 30)])
	default:
		u.take(tea.WindowSizeMsg{Width: int(b-230) * (1 + i*7%23), Height: int(b-230) * 3 % 61})
	}
}
