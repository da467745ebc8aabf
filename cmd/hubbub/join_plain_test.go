package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/tui"
)

// speaking returns what says things in sentences, to somebody who talks in
// #lobby.
func speaking(language tui.Language, times bool) *show {
	s := newShow(client.New(client.Config{}), true)
	s.zone = time.UTC
	s.speak(language, times)
	return s
}

func TestThePlainInterfaceSpeaksInSentences(t *testing.T) {
	const at = 50_580_000 // 14:03
	for _, c := range []struct {
		ev              api.Event
		concerns        bool
		english, polish string
	}{
		{api.Event{Kind: "message", Text: "hi"}, false, "ala: hi (14:03)", "ala: hi (14:03)"},
		{api.Event{Kind: "message", Text: "hi bob"}, true, "ala, mentions you: hi bob (14:03)", "ala, wspomina o tobie: hi bob (14:03)"},
		{api.Event{Kind: "message", RoomName: "#tea", Text: "hi"}, false, "In #tea, ala: hi (14:03)", "W #tea, ala: hi (14:03)"},
		{api.Event{Kind: "message", Room: 9, Text: "psst"}, true, "ala, to you alone: psst (14:03)", "ala, tylko do ciebie: psst (14:03)"},
		{api.Event{Kind: "message", Whose: "bob", Text: "yes", Edited: true}, false, "ala, answers bob, edited: yes (14:03)", "ala, w odpowiedzi dla: bob, po zmianie: yes (14:03)"},
		{api.Event{Kind: "message", Text: "one\nbob: two"}, false, "ala: one\nala, line 2: bob: two (14:03)", "ala: one\nala, wiersz 2: bob: two (14:03)"},
		{api.Event{Kind: "message", Text: "a\x1b[31mb"}, false, "ala: a[31mb (14:03)", "ala: a[31mb (14:03)"},
		{api.Event{Kind: "message", Deleted: true}, false, "ala: the message was deleted", "ala: wiadomość usunięta"},
		{api.Event{Kind: "message", Files: []api.File{{Name: "a.png"}, {Name: "b.png"}}}, false, "ala, file: a.png\nala, file: b.png (14:03)", "ala, plik: a.png\nala, plik: b.png (14:03)"},
		{api.Event{Kind: "message", Text: "look", Files: []api.File{{Name: "a.png"}}}, false, "ala: look\nala, file: a.png (14:03)", "ala: look\nala, plik: a.png (14:03)"},
		{api.Event{Kind: "action", Text: "waves"}, false, "ala, action: waves (14:03)", "ala, czynność: waves (14:03)"},
		{api.Event{Kind: "notice", Text: "soon"}, false, "ala, notice: soon (14:03)", "ala, ogłoszenie: soon (14:03)"},
		{api.Event{Kind: "joined", RoomName: "#lobby"}, false, "ala came in (14:03)", "ala wchodzi (14:03)"},
		{api.Event{Kind: "left", RoomName: "#tea", Text: "bye"}, false, "In #tea, ala went out: bye (14:03)", "W #tea, ala wychodzi: bye (14:03)"},
		{api.Event{Kind: "reacted", RoomName: "#lobby", Text: "👍", Target: 7, Whose: "bob"}, false, "ala reacted with 👍 to message 7 of bob (14:03)", "ala reaguje: 👍, na wiadomość 7 od: bob (14:03)"},
		{api.Event{Kind: "topic", RoomName: "#lobby", Text: "tea"}, false, "ala set the topic: tea (14:03)", "ala ustawia temat: tea (14:03)"},
		{api.Event{Kind: "room-archived", RoomName: "#lobby"}, false, "ala archived this room: it can be read, and nothing can be added (14:03)", "ala archived this room: it can be read, and nothing can be added (14:03)"},
		{api.Event{Kind: "read", RoomName: "#lobby"}, false, "", ""},
	} {
		c.ev.Nick, c.ev.By, c.ev.Time = "ala", 5, at
		if c.ev.Room == 0 {
			c.ev.Room = 1
		}
		for language, want := range map[tui.Language]string{tui.English: c.english, tui.Polish: c.polish} {
			s := speaking(language, true)
			s.direct[9] = "ala"
			got, _ := s.event(&c.ev)
			if said(&c.ev) {
				got = s.message(&c.ev, c.concerns)
				if c.concerns {
					got = s.spoken.message(&c.ev, true, false)
				}
			}
			if got != want {
				t.Errorf("%s in language %d: %q, want %q", c.ev.Kind, language, got, want)
			}
		}
	}
}

func TestNumbersAndTimesComeLast(t *testing.T) {
	ev := []api.Event{{Seq: 812, Kind: "message", Nick: "ala", Text: "hi", Time: 1_796_000_000_000}}
	s := speaking(tui.Polish, false)
	if got, want := s.history(ev, true), "poniedziałek, 30 listopada 2026.\nala: hi (numer 812)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s = speaking(tui.English, false)
	if got, want := s.history(ev, false), "Monday, 30 November 2026.\nala: hi"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The interface for a terminal that can only write one line after another.
func TestPlainHasNoSignsThatStandForWords(t *testing.T) {
	address := running(t)
	pipe(t, "before\n", "--nick", "ala", address)
	var out, errs bytes.Buffer
	f := parsed(t, "--plain", "--nick", "bob", address)
	if err := joinLines(t.Context(), f, true, strings.NewReader("hello\n/me waves\n/history\n/nowhere\n/topic tea\n"), &out, &errs); err != nil {
		t.Fatal(err)
	}
	all := errs.String() + out.String()
	for _, want := range []string{"You are bob in #lobby.", "bob: hello\n", "bob, action: waves\n", "ala: before (number ", "Problem: ", "bob set the topic: tea\n"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	if sign := regexp.MustCompile(`(?m)^[*!<>\[]|\x1b|\x07|\x08`).FindString(all); sign != "" {
		t.Errorf("%q is in\n%s", sign, all)
	}
}

// Every sentence that has a translation is said somewhere, and takes the same.
func TestTranslationsAreOfWhatIsSaid(t *testing.T) {
	files, err := filepath.Glob("join*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		if file == "join_words.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	verbs := regexp.MustCompile(`%[a-z]`)
	for english, translated := range polish {
		if !strings.Contains(source.String(), `"`+english+`"`) {
			t.Errorf("nobody says %q", english)
		}
		if a, b := verbs.FindAllString(english, -1), verbs.FindAllString(translated, -1); !slices.Equal(a, b) {
			t.Errorf("%q takes %v, and its translation %v", english, a, b)
		}
	}
	for _, m := range regexp.MustCompile(`\bsay\((?:language, )?"([^"]*)"`).FindAllStringSubmatch(source.String(), -1) {
		if polish[m[1]] == "" {
			t.Errorf("%q has no translation", m[1])
		}
	}
}
