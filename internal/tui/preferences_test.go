package tui

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

func TestSettingsAreKeptAndInForceAtOnce(t *testing.T) {
	for _, c := range []struct{ line, kept, shown string }{
		{"/theme light", `terminal {"theme":"light"}`, "theme: light"},
		{"/set theme dark", `terminal {"theme":"dark"}`, "theme: dark"},
		{"/set clock 12", `settings {"clock":"12"}`, "11:01am"},
		{"/set clock off", `terminal {"times":false}`, "clock: off"},
		{"/set zone Europe/Warsaw", `terminal {"zone":"Europe/Warsaw"}`, "12:03        bob  A picture"},
		{"/set language pl", `settings {"language":"pl"}`, "Napisz do #lobby"},
		{"/set comings off", `settings {"comings":false}`, "comings: off"},
		{"/set plain on", `terminal {"plain":true}`, "plain: on"},
		{"/set pictures blocks", `terminal {"pictures":"blocks"}`, "pictures: blocks"},
		{"/set notify all", `notify {"level":"all"}`, "notify: all"},
		{"/set keywords deploy, Build failed", `notify {"keywords":["deploy","Build failed"],"level":"mentions"}`, "keywords: deploy, Build failed"},
		{"/set quiet 22:00-07:00", `notify {"level":"mentions","quiet":{"from":"22:00","to":"07:00","zone":"UTC"}}`, "quiet: 22:00-07:00 UTC"},
		{"/set silent on", `notify {"level":"mentions","silent":true}`, "silent: on"},
		{"/notify off", `notify {"level":"mentions","silent":true}`, "silent: on"},
		{"/notify nothing", `notify {"level":"mentions","rooms":{"1":"nothing"}}`, "#lobby: nothing"},
		{"/notify", "", "#lobby: mentions · elsewhere: mentions"},
		{"/set", "", "Settings"},
		{"/set clock", "", "clock: 24 · times beside the messages: 24, 12, off"},
		{"/set clock 13", "", "clock can be: 24, 12, off"},
		{"/set colour red", "", "There is no setting colour"},
		{"/set zone Local", "", "There is no such time zone"},
		{"/set zone ../../etc/passwd", "", "There is no such time zone"},
		{"/set quiet 22", "", "Quiet hours are from one time of the day to another"},
		{"/set keywords " + strings.Repeat("x", 65), "", "A keyword is a word"},
	} {
		f := village()
		wide(t, f, func(u *user) {
			u.press(c.line + "{enter}")
			u.sees(c.shown)
			if c.kept == "" {
				u.asked()
			} else {
				u.asked("prefer " + c.kept)
			}
		})
	}
}

func TestWhatWasChosenIsInForceFromTheBeginning(t *testing.T) {
	f := village()
	f.prefers = map[string]string{SettingsKey: `{"clock":"12","comings":false,"language":"pl"}`, TerminalKey: `{"zone":"Asia/Tokyo"}`}
	wide(t, f, func(u *user) {
		u.sees(" 8:03pm        bob  A picture")
		u.sees("tu zaczyna się")
		u.misses("dołącz")
	})
}

// The page keeps more under its key than is known here.
func TestFieldsOfThePageStay(t *testing.T) {
	f := village()
	f.prefers = map[string]string{SettingsKey: `{"clock":"24","density":"compact","enterSends":false}`}
	wide(t, f, func(u *user) {
		u.press("/set clock 12{enter}")
		u.asked(`prefer settings {"clock":"12","density":"compact","enterSends":false}`)
	})
	f = village()
	f.prefers = map[string]string{NotifyKey: `{"level":"all","later":[1],"silent":true,"quiet":null}`}
	wide(t, f, func(u *user) {
		u.press("/notify on{enter}")
		u.asked(`prefer notify {"later":[1],"level":"all"}`)
	})
}

func TestWhatIsChosenElsewhereIsFollowed(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.bring(Preferred{SettingsKey, `{"clock":"12"}`})
		u.sees("11:03am")
		u.bring(Preferred{SettingsKey, ``})
		u.misses("11:03am")
		u.bring(Preferred{"other", `{"clock":"12"}`}, Preferred{SettingsKey, `{"clock":`}, Preferred{TerminalKey, `[]`}, Preferred{NotifyKey, `"x"`})
		u.misses("11:03am")
	})
}

// Who comes before there is a connection is asked again when there is one.
func TestPreferencesAreAskedForUntilTheyAreKnown(t *testing.T) {
	f := village()
	f.prefers, f.unknown = map[string]string{SettingsKey: `{"clock":"12"}`}, true
	wide(t, f, func(u *user) {
		u.misses("11:03am")
		u.f.unknown = false
		u.bring(Connection{Online: false})
		u.bring(Connection{Online: true})
		u.sees("11:03am")
	})
}

// Of several changes in a row each is sent, in order, and none undoes another when
// it comes back.
func TestChangesInARowEndAsTheLast(t *testing.T) {
	wide(t, village(), func(u *user) {
		for _, line := range []string{"/set clock 12", "/set comings off", "/set clock 24"} {
			for _, k := range keysOf(line + "{enter}") {
				u.take(k) // faster than the session answers
			}
		}
		synctest.Wait()
		u.settle()
		if got := u.f.prefers[SettingsKey]; got != `{"clock":"24","comings":false}` || u.m.kept[SettingsKey] != got {
			t.Errorf("kept: %s, here %s", got, u.m.kept[SettingsKey])
		}
		u.misses("11:03am")
	})
}

func TestAChoiceThatIsNotKeptIsUndone(t *testing.T) {
	f := village()
	f.fail = chat.Errorf(chat.Forbidden, "Not now.")
	wide(t, f, func(u *user) {
		u.press("/set clock 12{enter}")
		u.sees("Not now.")
		u.misses("11:03am")
	})
}

func TestWhoWantsNoColoursGetsNone(t *testing.T) {
	f := village()
	f.prefers[TerminalKey] = `{"theme":"dark"}`
	use(t, f, 80, 24, Options{Theme: None}, func(u *user) {
		if u.m.colour != &bare {
			t.Error("there are colours")
		}
	})
}

func TestOneIsCalledAsOneWishes(t *testing.T) {
	say := Entry{Room: dev, By: bob, Nick: "bob", Text: "the deploy is done"}
	for _, c := range []struct {
		wishes string
		room   chat.RoomID
		calls  bool
		want   int
	}{
		{``, dev, false, 0},
		{``, dev, true, 1},
		{``, bobRoom, false, 1},
		{`{"level":"all"}`, dev, false, 1},
		{`{"level":"all"}`, lobby, false, 0}, // it is looked at
		{`{"level":"nothing"}`, dev, true, 0},
		{`{"rooms":{"2":"all"}}`, dev, false, 1},
		{`{"rooms":{"2":"nothing"}}`, dev, true, 0},
		{`{"keywords":["deploy"]}`, dev, false, 1},
		{`{"level":"all","silent":true}`, dev, true, 0},
		{`{"level":"all","quiet":{"from":"11:00","to":"13:00"}}`, dev, true, 0},
	} {
		f := village()
		f.prefers[NotifyKey] = c.wishes
		use(t, f, 80, 24, Options{}, func(u *user) {
			e := say
			e.Room, e.Calls = c.room, c.calls
			u.f.say(e)
			u.settle()
			if len(u.raw) != c.want {
				t.Errorf("%s, in room %d, called %t: %q", c.wishes, c.room, c.calls, u.raw)
			}
		})
	}
}

func TestSettingsAreOfferedAndCompleted(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.press("/set{enter}clock{enter}")
		if got := u.written(); got != "/set clock |" {
			t.Errorf("written: %q", got)
		}
		for keys, want := range map[string]string{
			"/set cl{tab}": "/set clock |", "/set clock o{tab}": "/set clock off |", "/theme l{tab}": "/theme light |",
			"/notify m{tab}": "/notify mentions |", "/help ke{tab}": "/help keys |", "/set zone E{tab}": "/set zone E|",
		} {
			u.press("{ctrl+u}" + keys)
			if got := u.written(); got != want {
				t.Errorf("%s gives %q, want %q", keys, got, want)
			}
		}
	})
}

func TestPlainIsReadWithoutAModel(t *testing.T) {
	for value, want := range map[string]bool{`{"plain":true}`: true, `{"plain":false}`: false, ``: false, `{"plain":1}`: false, `x`: false} {
		if PrefersPlain(value) != want {
			t.Errorf("%q: %t", value, !want)
		}
	}
}

// FuzzPreferences takes any values; what is written over them stays readable.
func FuzzPreferences(f *testing.F) {
	f.Add(`{"theme":"dark","zone":"Europe/Warsaw","times":false,"pictures":"auto"}`, "clock", "12")
	f.Add(`{"level":"mentions","rooms":{"1":"all"},"quiet":{"from":"22:00","to":"07:00","zone":"UTC"}}`, "quiet", "22:00-07:00")
	f.Add(`[null]`, "zone", "../x")
	f.Fuzz(func(t *testing.T, value, name, to string) {
		m := New(t.Context(), village(), Options{Zone: time.UTC})
		m.Update(tea.WindowSizeMsg{Width: 60, Height: 12})
		for _, key := range PreferenceKeys {
			m.Update(updatesMsg{updates: []Update{Preferred{key, value}}})
		}
		m.change(name, to)
		m.openSettings()
		checkFrame(t, m)
		for key, kept := range m.kept {
			if kept != "" && kept != value && (!json.Valid([]byte(kept)) || len(kept) > chat.MaxProperty) {
				t.Errorf("under %s there is %q", key, kept)
			}
		}
		if _, err := notify.Parse([]byte(m.kept[NotifyKey])); err != nil && m.kept[NotifyKey] != value {
			t.Error(err)
		}
	})
}

// What is kept has fields that would be lost if it were written before it was read.
func TestNothingIsChosenBeforeItIsKnownWhatIsKept(t *testing.T) {
	f := village()
	f.prefers, f.unknown = map[string]string{TerminalKey: `{"zone":"Asia/Tokyo"}`}, true
	wide(t, f, func(u *user) {
		for _, line := range []string{"/theme light", "/set clock off", "/notify off", "/set notify all"} {
			u.press(line + "{enter}")
			u.sees("Your settings have not come yet.")
		}
		u.asked()
		u.f.unknown = false
		u.press("/theme light{enter}") // asks again
		u.sees("Your settings have not come yet.")
		u.press("/theme light{enter}")
		u.asked(`prefer terminal {"theme":"light","zone":"Asia/Tokyo"}`)
	})
}

// What was chosen elsewhere while one's own choice was on its way is in force if that
// is refused.
func TestARefusedChoiceLeavesWhatIsKept(t *testing.T) {
	m := New(t.Context(), village(), Options{Zone: time.UTC})
	m.Update(preferencesMsg{SettingsKey: `{"clock":"24"}`})
	m.prefer(SettingsKey, `{"clock":"12"}`)
	m.preferred(Preferred{SettingsKey, `{"comings":false}`})
	if m.chosen.clock != Clock12 || m.chosen.noComings {
		t.Error("one's own choice is not in force at once")
	}
	m.preferenceSent(preferredMsg{SettingsKey, errDown})
	if m.chosen.clock != Clock24 || !m.chosen.noComings {
		t.Errorf("in force is %s", m.kept[SettingsKey])
	}
}

// So it is if what was refused had waited for another choice to be kept.
func TestARefusedSecondChoiceLeavesWhatIsKept(t *testing.T) {
	m := New(t.Context(), village(), Options{Zone: time.UTC})
	m.Update(preferencesMsg{SettingsKey: `{"clock":"24"}`})
	m.prefer(SettingsKey, `{"clock":"12"}`)
	m.prefer(SettingsKey, `{"clock":"12","language":"pl"}`)
	m.preferred(Preferred{SettingsKey, `{"clock":"12"}`})
	m.preferred(Preferred{SettingsKey, `{"comings":false}`})
	m.preferenceSent(preferredMsg{SettingsKey, nil})
	m.preferenceSent(preferredMsg{SettingsKey, errDown})
	if got := m.kept[SettingsKey]; got != `{"comings":false}` {
		t.Errorf("in force is %s", got)
	}
}
