package search_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// People and rooms of the tests' server.
const (
	alice, bob, zofia chat.UserID = 1, 2, 3
	lobby, ops, vault chat.RoomID = 11, 12, 13
)

// names resolve people and rooms of the tests' server. Event n is n seconds
// after midnight on 1 November 2026, UTC.
func names() search.Names {
	return search.Names{
		User: func(nick string) (chat.UserID, bool) {
			id, ok := map[string]chat.UserID{"alice": alice, "bob": bob, "zofia": zofia}[nick]
			return id, ok
		},
		Room: func(name string) (chat.RoomID, bool) {
			id, ok := map[string]chat.RoomID{"#lobby": lobby, "#ops": ops, "#vault": vault}[name]
			return id, ok
		},
		SeqAt: func(_ context.Context, t chat.Millis) (chat.Seq, error) {
			return chat.Seq(max(int64(t)-midnight(), 0) / 1000), nil
		},
	}
}

func midnight() int64 { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }

// open opens an index in a directory of its own.
func open(t testing.TB, opts search.Options) *search.Index {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "search.db"), opts)
}

func openAt(t testing.TB, path string, opts search.Options) *search.Index {
	t.Helper()
	ix, err := search.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return ix
}

// apply indexes documents, up to the last of their Seqs.
func apply(t testing.TB, ix *search.Index, docs ...search.Document) {
	t.Helper()
	upTo := ix.Position()
	for _, d := range docs {
		upTo = max(upTo, d.Seq)
	}
	if err := ix.Apply(t.Context(), docs, upTo); err != nil {
		t.Fatal(err)
	}
}

// request is what a reader of lobby and ops asks.
func request(t testing.TB, text string) search.Request {
	t.Helper()
	q, err := search.Parse(text, now())
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return search.Request{Query: q, Rooms: []chat.RoomID{lobby, ops}, Names: names(), Limit: search.MaxHits}
}

// find returns what a reader of lobby and ops finds, newest first.
func find(t testing.TB, ix *search.Index, text string) []chat.Seq {
	t.Helper()
	res, err := ix.Search(t.Context(), request(t, text))
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	return res.Seqs
}

func say(seq chat.Seq, room chat.RoomID, by chat.UserID, text string) search.Document {
	nick := map[chat.UserID]string{alice: "alice", bob: "bob", zofia: "zofia"}[by]
	return search.Document{Seq: seq, Room: room, By: by, Nick: nick, Text: text}
}

// corpus is a small log in many languages.
func corpus() []search.Document {
	return []search.Document{
		say(101, lobby, alice, "The deployment failed again, on the way to production."),
		say(102, lobby, bob, "Don't panic: redeploy it (see http://ci.example.org/run?id=42)"),
		say(103, ops, alice, "deploy done; the way on is clear"),
		say(104, lobby, zofia, "Zażółć gęślą jaźń"),
		say(105, lobby, zofia, "Jutro jadę do Łodzi, Łódź jest blisko"),
		say(106, lobby, alice, "東京タワーに行きました。ﾃﾚﾋﾞも見た"),
		say(107, ops, bob, "北京大学在北京。我爱你"),
		say(108, lobby, bob, "서울에서 만나요"),
		say(109, lobby, zofia, "ภาษาไทยง่ายมาก"),
		say(110, lobby, alice, "nice 👍🏽 party 🎉🎉 in 🇵🇱"),
		say(111, ops, zofia, "Go言語 is fun, v1.26.0 of C++ isn't"),
		say(112, vault, zofia, "the deploy password is in the vault 東京"),
		{Seq: 113, Room: ops, By: bob, Nick: "Róbert", Text: "under an older name"},
		say(114, lobby, alice, `"quoted" AND (odd) text* NEAR body: -x ^y {z}`),
	}
}

func TestSearchFinds(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	for _, c := range []struct {
		text string
		want []chat.Seq
	}{
		// Words, prefixes and phrases.
		{"deploy", []chat.Seq{103}},
		{"DEPLOY", []chat.Seq{103}},
		{"dep*", []chat.Seq{103, 101}},
		{"redeploy", []chat.Seq{102}},
		{"the way", []chat.Seq{103, 101}},
		{`"on the way"`, []chat.Seq{101}},
		{`"the way on"`, []chat.Seq{103}},
		{`"the way pro"`, nil},
		{`"way to pro"*`, []chat.Seq{101}},
		{"the -way", nil},
		{"deploy* -failed", []chat.Seq{103}},
		{`deploy* -"on the way"`, []chat.Seq{103}},
		{"don't", []chat.Seq{102}},
		{"ci.example.org", []chat.Seq{102}},
		{"http://ci.example.org/run?id=42", []chat.Seq{102}},
		{"v1.26", []chat.Seq{111}},
		{"nothing", nil},

		// Polish, with and without its letters.
		{"zażółć", []chat.Seq{104}},
		{"zazolc gesla", []chat.Seq{104}},
		{"lodz", []chat.Seq{105}},
		{"ŁÓDŹ", []chat.Seq{105}},
		{"lodz*", []chat.Seq{105}},

		// Japanese and Chinese: any piece of a run, even one character.
		{"東京", []chat.Seq{106}},
		{"東", []chat.Seq{106}},
		{"京", []chat.Seq{107, 106}},
		{"タワー", []chat.Seq{106}},
		{"京タワーに行", []chat.Seq{106}},
		{"た", []chat.Seq{106}},
		{"テレビ", []chat.Seq{106}},
		{"テレヒ", nil},
		{"東タ", nil},
		{"北京", []chat.Seq{107}},
		{"大学", []chat.Seq{107}},
		{"京大 我", []chat.Seq{107}},
		{"学大", nil},
		{"京 -東", []chat.Seq{107}},

		// Korean, Thai, mixed scripts, emoji.
		{"서울", []chat.Seq{108}},
		{"만나", []chat.Seq{108}},
		{"울에서", []chat.Seq{108}},
		{"ไทย", []chat.Seq{109}},
		{"ง่าย", []chat.Seq{109}},
		{"ยไทา", nil},
		{"go", []chat.Seq{111}},
		{"言語", []chat.Seq{111}},
		{"Go言語", []chat.Seq{111}},
		{"👍", []chat.Seq{110}},
		{"👍🏿", []chat.Seq{110}},
		{"🎉🎉", []chat.Seq{110}},
		{"🇵🇱", []chat.Seq{110}},
		{"🇱🇵", nil},

		// Operators.
		{"from:alice", []chat.Seq{114, 110, 106, 103, 101}},
		{"from:alice from:zofia the", []chat.Seq{103, 101}},
		{"in:#ops", []chat.Seq{113, 111, 107, 103}},
		{"in:ops from:zofia", []chat.Seq{111}},
		{"in:#ops in:#lobby 京", []chat.Seq{107, 106}},
		{"京 -in:#ops", []chat.Seq{106}},
		{"京 -from:alice", []chat.Seq{107}},
		{"from:bob", []chat.Seq{113, 108, 107, 102}},
		{"from:robert", []chat.Seq{113}}, // nobody's nick now
		{"from:nobody", nil},
		{"the after:2026-11-01T00:01:42Z", []chat.Seq{103}},
		{"the before:2026-11-01T00:01:43Z", []chat.Seq{101}},
		{"the after:2026-11-01T00:01:41Z before:2026-11-01T00:01:43Z", []chat.Seq{101}},
		{"the after:2026-11-02", nil},

		// What means something to FTS5 is text to us.
		{"quoted", []chat.Seq{114}},
		{"AND odd", []chat.Seq{114}},
		{"OR odd", nil},
		{"NOT odd", nil},
		{"odd NEAR", []chat.Seq{114}},
		{`"body: -x ^y {z}"`, []chat.Seq{114}},
		{`"odd) text"`, []chat.Seq{114}},
		{"r11", nil}, // the tags of rooms and people are no words
		{"u1", nil},
	} {
		if got := find(t, ix, c.text); !slices.Equal(got, c.want) {
			t.Errorf("search %q found %v, want %v", c.text, got, c.want)
		}
	}
}

func TestSubstringsAreFoundWhenAskedFor(t *testing.T) {
	ix := open(t, search.Options{Substrings: true})
	apply(t, ix, corpus()...)
	for _, c := range []struct {
		text string
		want []chat.Seq
	}{
		{"eploy", []chat.Seq{103, 102, 101}},
		{"ploym", []chat.Seq{101}},
		{`"iled again, on"`, []chat.Seq{101}},
		{`"again on"`, nil}, // substrings know punctuation
		{"C++", []chat.Seq{111}},
		{"eploy -done", []chat.Seq{102, 101}},
		{"odz", []chat.Seq{105}},
		{"dep*", []chat.Seq{103, 101}},
		{"go", []chat.Seq{111}}, // too short: words
		{"京タワ", []chat.Seq{106}},
		{"京", []chat.Seq{107, 106}},
		{`"*)text* near"`, nil},
		{`"(odd) text* NEAR"`, []chat.Seq{114}},
		{"eploy from:bob", []chat.Seq{102}},
	} {
		if got := find(t, ix, c.text); !slices.Equal(got, c.want) {
			t.Errorf("search %q found %v, want %v", c.text, got, c.want)
		}
	}
}

func TestEditsAndDeletions(t *testing.T) {
	for _, substrings := range []bool{false, true} {
		ix := open(t, search.Options{Substrings: substrings})
		apply(t, ix, say(1, lobby, alice, "first apple"), say(2, lobby, bob, "second apple"), say(3, ops, bob, "third pear"))
		apply(t, ix, say(1, lobby, alice, "first plum"), search.Document{Seq: 3, Deleted: true})
		// A message sent, edited twice and another deleted, all in one batch.
		if err := ix.Apply(t.Context(), []search.Document{
			say(6, lobby, zofia, "cherry"), say(7, lobby, zofia, "brief"), say(6, lobby, zofia, "apple"),
			{Seq: 7, Deleted: true}, say(6, lobby, zofia, "cherry again"), {Seq: 5, Deleted: true},
		}, 10); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			text string
			want []chat.Seq
		}{
			{"apple", []chat.Seq{2}}, {"first", []chat.Seq{1}}, {"plum", []chat.Seq{1}}, {"pear", nil},
			{"cherry", []chat.Seq{6}}, {"brief", nil}, {"from:bob", []chat.Seq{2}}, {"in:#ops", nil},
		} {
			if got := find(t, ix, c.text); !slices.Equal(got, c.want) {
				t.Errorf("substrings %t: search %q found %v, want %v", substrings, c.text, got, c.want)
			}
		}
		if got := ix.Position(); got != 10 {
			t.Errorf("position %d, want 10", got)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	ix := open(t, search.Options{})
	hostile := []string{
		`" OR tags : "r13`, `x" OR "deploy`, `{tags} : r13`, `tags:r13`, `a\x00b" *`, "deploy\x00\" OR \"", `^deploy`, `NEAR(the deploy, 5)`,
		`(((((`, `")`, `'; DROP TABLE words; --`, `- -`, `"""" the`, `from:"\" OR tags : \"r13"`, `*deploy*`, "\xff\xfe\"", `deploy + the`,
		`in:"#ops\" OR"`, strings.Repeat(`("`, 15), strings.Repeat("字", 341), strings.Repeat("a.", 500),
	}
	docs := corpus()
	for i, text := range hostile {
		docs = append(docs, say(chat.Seq(200+i), vault, bob, text))
	}
	apply(t, ix, docs...)
	for _, text := range hostile {
		q, err := search.Parse(text, now())
		var refusal *chat.Error
		if errors.As(err, &refusal) {
			continue
		}
		res, err := ix.Search(t.Context(), search.Request{Query: q, Rooms: []chat.RoomID{lobby, ops}, Names: names()})
		if err != nil && !errors.As(err, &refusal) {
			t.Errorf("search %q: %v", text, err)
		}
		for _, seq := range res.Seqs {
			if seq == 112 || seq >= 200 {
				t.Errorf("search %q found %d of a room that is closed to the asker", text, seq)
			}
		}
	}
	if got := find(t, ix, "deploy"); !slices.Equal(got, []chat.Seq{103}) {
		t.Errorf("afterwards, deploy is found in %v", got)
	}
}

func TestClosedRoomsNeverShow(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	many := []chat.RoomID{lobby}
	for i := range search.FewRooms + 1 {
		many = append(many, chat.RoomID(1000+i))
	}
	for _, c := range []struct {
		rooms []chat.RoomID
		text  string
		want  []chat.Seq
	}{
		{nil, "the", nil},
		{nil, "from:zofia", nil},
		{[]chat.RoomID{vault}, "the", []chat.Seq{112}},
		{[]chat.RoomID{lobby}, "東京", []chat.Seq{106}},
		{many, "東京", []chat.Seq{106}},
		{many, "from:zofia", []chat.Seq{109, 105, 104}},
		{many, "京 -東", nil},
		{many, "東京 -in:#lobby", nil},
	} {
		r := request(t, c.text)
		r.Rooms = c.rooms
		res, err := ix.Search(t.Context(), r)
		if err != nil || !slices.Equal(res.Seqs, c.want) {
			t.Errorf("search %q in %d rooms: %v, %v, want %v", c.text, len(c.rooms), res.Seqs, err, c.want)
		}
	}
}

// A closed room and one that does not exist must not be told apart.
func TestUnknownAndClosedRoomsAreRefusedAlike(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	for _, text := range []string{"x in:#vault", "x in:#nowhere", "x -in:#vault", "x -in:#nowhere"} {
		_, err := ix.Search(t.Context(), request(t, text))
		var refusal *chat.Error
		room := text[strings.Index(text, "#"):]
		want := fmt.Sprintf("There is no room %s that you can search.", room)
		if !errors.As(err, &refusal) || refusal.Code != chat.NotFound || refusal.Text != want {
			t.Errorf("search %q: %v, want %q", text, err, want)
		}
	}
}

// pages reads all pages of a search, and counts those that are not full although
// there are more.
func pages(t *testing.T, ix *search.Index, r search.Request) (hits []chat.Seq, short int) {
	t.Helper()
	for {
		res, err := ix.Search(t.Context(), r)
		switch {
		case err != nil:
			t.Fatalf("search %s: %v", r.Query, err)
		case len(res.Seqs) > min(r.Limit, search.MaxHits):
			t.Fatalf("search %s: a page of %d, not of %d", r.Query, len(res.Seqs), r.Limit)
		case res.More && r.Before != 0 && res.Next >= r.Before:
			t.Fatalf("search %s: the page before %d ends at %d", r.Query, r.Before, res.Next)
		}
		hits = append(hits, res.Seqs...)
		if !res.More {
			return hits, short
		}
		if len(res.Seqs) < min(r.Limit, search.MaxHits) {
			short++
		}
		r.Before = res.Next
	}
}

func TestPagesCoverEverythingOnce(t *testing.T) {
	ix := open(t, search.Options{})
	var docs []search.Document
	var want []chat.Seq
	for seq := chat.Seq(1); seq <= 500; seq++ {
		room := pickRoom(int(seq))
		docs = append(docs, say(seq, room, alice, "same words"))
		if room != vault {
			want = append(want, seq)
		}
	}
	apply(t, ix, docs...)
	slices.Reverse(want)
	for _, limit := range []int{1, 7, 100, 1000} {
		r := request(t, "same")
		r.Limit = limit
		got, _ := pages(t, ix, r)
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: the pages have %d hits, want %d", limit, len(got), len(want))
		}
	}
}

// Whether people react is asked for many messages at once, and the pages still cover
// everything once, where they end within those and where the search stops early.
func TestPagesByReactionsCoverEverythingOnce(t *testing.T) {
	for _, visits := range []int{70, 300, 10_000} {
		ix := open(t, search.Options{}.WithVisits(visits))
		var docs []search.Document
		want := map[bool][]chat.Seq{}
		for seq := chat.Seq(1000); seq >= 1; seq-- {
			room := pickRoom(int(seq))
			docs = append(docs, say(seq, room, alice, "same words"))
			if room != vault {
				want[seq%5 == 0] = append(want[seq%5 == 0], seq)
			}
		}
		apply(t, ix, docs...)
		for text, hits := range map[string][]chat.Seq{"same has:reaction": want[true], "same -has:reaction": want[false], "same has:reaction -has:reaction": nil} {
			asked := 0
			r := request(t, text)
			r.Names.Reacted = func(_ context.Context, messages []search.Match) (map[chat.Seq]bool, error) {
				asked++
				reacted := map[chat.Seq]bool{}
				for _, m := range messages {
					if m.Room != pickRoom(int(m.Seq)) || m.Room == vault {
						t.Errorf("asked for %+v", m)
					}
					reacted[m.Seq] = m.Seq%5 == 0
				}
				return reacted, nil
			}
			for i := range search.FewRooms {
				r.Rooms = append(r.Rooms, chat.RoomID(1000+i)) // too many to be named
			}
			for _, limit := range []int{7, 100} {
				r.Limit, asked = limit, 0
				got, _ := pages(t, ix, r)
				if !slices.Equal(got, hits) {
					t.Errorf("%s, limit %d, visits %d: the pages have %d hits, want %d", text, limit, visits, len(got), len(hits))
				}
				if most := 1 + len(hits)/limit + 1000/min(visits, 250); asked > 2*most {
					t.Errorf("%s, limit %d, visits %d: asked %d times, and no more than about %d are needed", text, limit, visits, asked, most)
				}
			}
		}
	}
}

// Where the asker's rooms are too many to name and hold few of the matches, a
// search stops early, and the pages still cover everything once.
func TestSearchLooksAtBoundedMatches(t *testing.T) {
	ix := open(t, search.Options{}.WithVisits(50))
	var docs []search.Document
	var want []chat.Seq
	for seq := chat.Seq(1); seq <= 400; seq++ {
		room := vault
		if seq%40 == 7 || seq > 390 {
			room = lobby
			want = append(want, seq)
		}
		docs = append(docs, say(seq, room, alice, "same words"))
	}
	apply(t, ix, docs...)
	slices.Reverse(want)
	r := request(t, "same")
	r.Limit = 5
	for i := range search.FewRooms {
		r.Rooms = append(r.Rooms, chat.RoomID(1000+i))
	}
	got, short := pages(t, ix, r)
	if !slices.Equal(got, want) || short < 5 {
		t.Errorf("found %v with %d short pages, want %v", got, short, want)
	}
}

func pickRoom(i int) chat.RoomID { return []chat.RoomID{lobby, ops, vault}[i%3] }

func TestSearchSaysHowFarTheIndexIs(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, say(1, lobby, alice, "hello"))
	if err := ix.Apply(t.Context(), nil, 25); err != nil {
		t.Fatal(err)
	}
	res, err := ix.Search(t.Context(), request(t, "hello"))
	if err != nil || res.IndexedTo != 25 {
		t.Errorf("indexed to %d, %v, want 25", res.IndexedTo, err)
	}
	if err := ix.Apply(t.Context(), nil, 24); err == nil {
		t.Error("the index went back from 25 to 24")
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ix.Search(ctx, request(t, "deploy")); !errors.Is(err, context.Canceled) {
		t.Errorf("search with a cancelled context: %v", err)
	}
	if err := ix.Apply(ctx, corpus(), 500); err == nil {
		t.Error("apply with a cancelled context succeeded")
	}
	// Neither leaves anything behind.
	if got := find(t, ix, "deploy"); !slices.Equal(got, []chat.Seq{103}) || ix.Position() != 114 {
		t.Errorf("afterwards found %v at %d", got, ix.Position())
	}
	apply(t, ix, say(501, lobby, bob, "deploy"))
}

// A search without any time is refused before or after it has got a reader.
func TestSearchOutOfTimeIsRefused(t *testing.T) {
	ix := open(t, search.Options{Budget: 1})
	apply(t, ix, corpus()...)
	seen := map[string]int{}
	for range 200 {
		_, err := ix.Search(t.Context(), request(t, "deploy"))
		var refusal *chat.Error
		if !errors.As(err, &refusal) || refusal.Code != chat.Unavailable {
			t.Fatal(err)
		}
		seen[refusal.Text]++
	}
	broad := "That search takes too long: add a word, type more before a star, or narrow it with in:, from: or after:."
	busy := "Too many people are searching just now; try again in a moment."
	if len(seen) != 2 || seen[broad] == 0 || seen[busy] == 0 {
		t.Errorf("refused with %v", seen)
	}
}

func TestTroubleWithDatesIsPassedOn(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	trouble := errors.New("disk on fire")
	for _, text := range []string{"the after:7d", "the before:7d"} {
		r := request(t, text)
		r.Names.SeqAt = func(context.Context, chat.Millis) (chat.Seq, error) { return 0, trouble }
		if _, err := ix.Search(t.Context(), r); !errors.Is(err, trouble) {
			t.Errorf("search %q: %v", text, err)
		}
	}
}

// FuzzMessageFindsItself indexes a text and looks for it: it is found, whatever
// it is, and nothing of it reaches FTS5's syntax.
func FuzzMessageFindsItself(f *testing.F) {
	for _, s := range []string{
		"deploy", `" OR tags : "r13`, "東京タワー、ﾃﾚﾋﾞ", "Zażółć\x00gęślą \xff jaźń", "👩‍👩‍👧 🇵🇱 ❤️", "a\u0301b\u200bc NEAR(x y, 2) ^z*", "กำ ខ្មែរ",
	} {
		f.Add(s)
	}
	plain, sub := open(f, search.Options{}), open(f, search.Options{Substrings: true})
	f.Fuzz(func(t *testing.T, s string) {
		text := strings.Map(func(r rune) rune {
			if strings.ContainsRune("\"“”„‟«»", r) {
				return ' '
			}
			return r
		}, s)
		q, err := search.Parse(`"`+text+`"`, now())
		if err != nil {
			return
		}
		for ix, text := range map[*search.Index]string{plain: s, sub: text} { // substrings know the quotes
			seq := ix.Position() + 1
			apply(t, ix, say(seq, lobby, alice, text))
			res, err := ix.Search(t.Context(), search.Request{Query: q, Rooms: []chat.RoomID{lobby}, Limit: 1})
			if err != nil || !slices.Equal(res.Seqs, []chat.Seq{seq}) {
				t.Errorf("%q: found %v, want %d; %v", text, res.Seqs, seq, err)
			}
		}
	})
}
