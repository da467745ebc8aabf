package search_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// warsaw is where the tests' server stands: an hour ahead of UTC.
func warsaw() *time.Location { return time.FixedZone("CET", 3600) }

// now is a Wednesday afternoon.
func now() time.Time { return time.Date(2026, 11, 18, 15, 4, 5, 999, warsaw()) }

func at(year int, month time.Month, day, hour, minute, second int) chat.Millis {
	return chat.Millis(time.Date(year, month, day, hour, minute, second, 0, warsaw()).UnixMilli())
}

func TestParse(t *testing.T) {
	type query = search.Query
	term := func(text string) search.Term { return search.Term{Text: text} }
	not := func(text string) search.Term { return search.Term{Text: text, Not: true} }
	prefix := func(text string) search.Term { return search.Term{Text: text, Prefix: true} }
	terms := func(list ...search.Term) query { return query{Terms: list} }
	for _, c := range []struct {
		text string
		want query
	}{
		{"deploy", terms(term("deploy"))},
		{"  Deploy\tfailed\n", terms(term("Deploy"), term("failed"))},
		{"a a b", terms(term("a"), term("b"))},
		{"deploy*", terms(prefix("deploy"))},
		{"deploy***", terms(prefix("deploy"))},
		{`"on the  way"`, terms(term("on the way"))},
		{`"on the way`, terms(term("on the way"))},
		{`„na drodze” «там» “here”`, terms(term("na drodze"), term("там"), term("here"))},
		{`"on the w*"`, terms(term("on the w*"))},
		{`"on the way"*`, terms(prefix("on the way"))},
		{`good -bad -"very bad"`, terms(term("good"), not("bad"), not("very bad"))},
		{"good -bad*", terms(term("good"), search.Term{Text: "bad", Prefix: true, Not: true})},
		{"a - b", terms(term("a"), term("b"))},
		{"foo-bar --x y", terms(term("foo-bar"), not("-x"), term("y"))},
		{"東* 京", terms(term("東"), term("京"))},
		{"👍* ok", terms(term("👍"), term("ok"))},
		{"!!! yes ???", terms(term("yes"))},
		{"AND OR NOT NEAR", terms(term("AND"), term("OR"), term("NOT"), term("NEAR"))},
		{"see http://x.org/a?b=c std::string 12:30 C:\\tmp panic:", terms(term("see"), term("http://x.org/a?b=c"),
			term("std::string"), term("12:30"), term(`C:\tmp`), term("panic:"))},
		{"x\x00y\xff", terms(term("x"), term("y"))},
		{"from:bob", query{From: []string{"bob"}}},
		{"FROM:@Bob from:bob from:Bob", query{From: []string{"Bob", "bob"}}},
		{`from:"j r" -from:eve`, query{From: []string{"j r"}, NotFrom: []string{"eve"}}},
		{"in:#ops in:lobby in:@bob -in:#test", query{In: []string{"#ops", "#lobby", "@bob"}, NotIn: []string{"#test"}}},
		{"x after:2026-11-01", query{Terms: []search.Term{term("x")}, After: at(2026, 11, 1, 0, 0, 0)}},
		{"x before:2026-11-01t14:30", query{Terms: []search.Term{term("x")}, Before: at(2026, 11, 1, 14, 30, 0)}},
		{"x before:2026-11-01T14:30:15Z", query{Terms: []search.Term{term("x")}, Before: at(2026, 11, 1, 15, 30, 15)}},
		{"x after:2026-10 before:2027", query{Terms: []search.Term{term("x")}, After: at(2026, 10, 1, 0, 0, 0), Before: at(2027, 1, 1, 0, 0, 0)}},
		{"x after:yesterday before:today", query{Terms: []search.Term{term("x")}, After: at(2026, 11, 17, 0, 0, 0), Before: at(2026, 11, 18, 0, 0, 0)}},
		{"has:file", query{Has: []string{"file"}}},
		{"x has:Pictures has:links -has:image -has:reaction has:link", query{Terms: []search.Term{term("x")}, Has: []string{"picture", "link"}, NotHas: []string{"picture", "reaction"}}},
		{"x after:7d", query{Terms: []search.Term{term("x")}, After: at(2026, 11, 11, 15, 4, 5)}},
		{"x after:2w before:3h", query{Terms: []search.Term{term("x")}, After: at(2026, 11, 4, 15, 4, 5), Before: at(2026, 11, 18, 12, 4, 5)}},
		{"x after:2026-01-01 after:2026-02-01 after:2026-01-15 before:2026-09-01 before:2026-08-01",
			query{Terms: []search.Term{term("x")}, After: at(2026, 2, 1, 0, 0, 0), Before: at(2026, 8, 1, 0, 0, 0)}},
	} {
		got, err := search.Parse(c.text, now())
		if err != nil {
			t.Errorf("Parse(%q): %v", c.text, err)
		} else if !reflect.DeepEqual(got, c.want) {
			t.Errorf("Parse(%q)\n got %+v\nwant %+v", c.text, got, c.want)
		} else {
			checkRoundTrip(t, got)
		}
	}
}

func TestParseRefusesWithAdvice(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "What to search for?"},
		{"  ", "What to search for?"},
		{"?! *", "no letter or digit"},
		{"-foo", "not only what to leave out"},
		{"-from:bob -in:#x -y", "not only what to leave out"},
		{"-foo after:7d", "not only what to leave out"},
		{"after:7d", "more than dates"},
		{"de*", "de* is too short: type at least 3 letters"},
		{`"deploy de"*`, "too short"},
		{"12*", "too short"},
		{"from:", "from: needs a nick"},
		{"from:@", "from: needs a nick"},
		{`from:" "`, "from: needs a nick"},
		{"in:", "as in in:#lobby"},
		{"in:#", "as in in:#lobby"},
		{"has:", "has: is has:file, has:picture, has:link or has:reaction"},
		{"has:fun", `not "fun"`},
		{"-has:file", "not only what to leave out"},
		{"form:bob", "Did you mean from:?"},
		{"fro:bob", "Did you mean from:?"},
		{"-form:bob", "Did you mean from:?"},
		{"befor:2026", "Did you mean before:?"},
		{"afetr:2026", "Did you mean after:?"},
		{"author:bob", "There are from:, in:, has:, before:, after:."},
		{"localhost:8080", `put it in quotes: "localhost:8080"`},
		{"x -before:2026", "-before: is written as after:"},
		{"x -after:2026", "-after: is written as before:"},
		{"x after:tomorrow", `"tomorrow" is no date`},
		{"x after:", `"" is no date`},
		{"x after:2026-13-01", "is no date: write after:2026-11-18, after:2026-11-18T15:04, after:yesterday or after:7d"},
		{"x after:99999d", "is no date"},
		{"x after:60000w", "out of reach"},
		{"x after:-7d", "is no date"},
		{"x after:1999-12-31", "out of reach"},
		{"x after:7€", "is no date"},
		{"x after:2026-02-01 before:2026-01-01", "Nothing can be both after"},
		{strings.Repeat("x", 1025), "too long: at most 1024 bytes"},
		{strings.Repeat("x ", 33), "too many parts: at most 32"},
	} {
		_, err := search.Parse(c.text, now())
		var refusal *chat.Error
		switch {
		case !errors.As(err, &refusal):
			t.Errorf("Parse(%q): error %v, want a refusal", c.text, err)
		case refusal.Code != chat.Invalid || !strings.Contains(refusal.Text, c.want):
			t.Errorf("Parse(%q): %v %q, want invalid and %q", c.text, refusal.Code, refusal.Text, c.want)
		}
	}
}

// checkRoundTrip checks that a query's text is read back as the same query,
// later and elsewhere too.
func checkRoundTrip(t *testing.T, q search.Query) {
	t.Helper()
	text := q.String()
	if len(text) > search.MaxQuery {
		return // quotes and full dates made it longer than what was typed
	}
	again, err := search.Parse(text, now().Add(1000*time.Hour).In(time.FixedZone("IST", 19800)))
	if err != nil {
		t.Errorf("%+v\nreads %q, which is refused: %v", q, text, err)
	} else if !reflect.DeepEqual(q, again) {
		t.Errorf("%+v\nreads %q, which means\n%+v", q, text, again)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"deploy* -test from:bob in:#ops after:7d before:2026-11-01", `-"a b" „c” from:"x`, "東京 in:@あ after:today", `in:"# -from:@ --`,
		"x after:2026-11-01T14:00:00+05:30 *", `"a"*"b"-c`, "body:x {tags} : NEAR(a b)^ AND", "x\x00y\xffz", "a:b ::c http://d e:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := search.Parse(s, now())
		if err != nil {
			var refusal *chat.Error
			if !errors.As(err, &refusal) || refusal.Text == "" {
				t.Fatalf("Parse(%q): %v is no refusal", s, err)
			}
			return
		}
		if len(q.Terms)+len(q.From)+len(q.In) == 0 {
			t.Fatalf("Parse(%q) = %+v looks for nothing", s, q)
		}
		checkRoundTrip(t, q)
	})
}
