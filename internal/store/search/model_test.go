package search_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// The model scans every message for every query. It shares no code with the
// index: it knows the few words of which the test's messages are made.

// unit is a word, or one character of a script without spaces.
type unit struct {
	text  string
	glued bool // follows a character of the same run
}

// units reads a text the slow way.
func units(text string) []unit {
	var out []unit
	var last rune = ' '
	spaceless := func(r rune) bool { return r == 'ー' || unicode.In(r, unicode.Han, unicode.Katakana, unicode.Thai) }
	for _, r := range plain(text) {
		han, lastHan := spaceless(r), spaceless(last)
		switch {
		case han:
			out = append(out, unit{string(r), lastHan})
		case !isWord(r):
		case isWord(last) && !lastHan:
			out[len(out)-1].text += string(r)
		default:
			out = append(out, unit{string(r), false})
		}
		last = r
	}
	return out
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// plain spells the test's words without case and accents.
func plain(text string) string {
	return strings.NewReplacer("ł", "l", "ó", "o", "ź", "z", "ś", "s").Replace(strings.ToLower(text))
}

// says reports whether a message has a term.
func says(message string, t search.Term, substrings bool) bool {
	if substrings && !t.Prefix && len([]rune(plain(t.Text))) >= 3 {
		squeeze := func(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }
		return strings.Contains(squeeze(message), squeeze(t.Text))
	}
	have, want := units(message), units(t.Text)
	for i := range len(have) - len(want) + 1 {
		if matches(have[i:i+len(want)], want, t.Prefix) {
			return true
		}
	}
	return false
}

// matches reports whether a piece of a message is the wanted one. What it is
// glued to on the left does not matter.
func matches(have, want []unit, prefix bool) bool {
	for i, w := range want {
		last := i == len(want)-1
		switch {
		case i > 0 && have[i].glued != w.glued:
			return false
		case have[i].text == w.text:
		case !last || !prefix || !strings.HasPrefix(have[i].text, w.text):
			return false
		}
	}
	return true
}

// hit reports whether the model finds a message.
func hit(d *search.Document, r *search.Request, substrings bool) bool {
	by := func(nick string) bool {
		id, ok := r.Names.User(nick)
		return ok && id == d.By || !ok && plain(nick) == plain(d.Nick)
	}
	in := func(name string) bool { id, _ := r.Names.Room(name); return id == d.Room }
	when := chat.Millis(midnight() + int64(d.Seq)*1000)
	q := &r.Query
	switch {
	case d.Deleted, !slices.Contains(r.Rooms, d.Room),
		len(q.From) > 0 && !slices.ContainsFunc(q.From, by), slices.ContainsFunc(q.NotFrom, by),
		len(q.In) > 0 && !slices.ContainsFunc(q.In, in), slices.ContainsFunc(q.NotIn, in),
		when < q.After, q.Before != 0 && when >= q.Before:
		return false
	}
	for _, t := range q.Terms {
		if says(d.Text, t, substrings) == t.Not {
			return false
		}
	}
	return true
}

// dice draws messages and queries.
type dice struct{ *rand.Rand }

func (d dice) pick(list ...string) string { return list[d.IntN(len(list))] }

// text draws words that are often alike, with and without spaces between.
func (d dice) text(most int) string {
	var b strings.Builder
	for range 1 + d.IntN(most) {
		b.WriteString(d.pick("go", "Gopher", "gopherus", "Łódź", "lodzie", "a", "東", "東京", "京都", "都", "タワー", "ไทย", "ที", "42"))
		b.WriteString(d.pick(" ", " ", " ", ", ", "", " . "))
	}
	return b.String()
}

func (d dice) nick() string { return d.pick("alice", "bob", "zofia", "Łoś", "los", "nobody") }

func (d dice) document(seq chat.Seq) search.Document {
	return search.Document{Seq: seq, Room: pickRoom(d.IntN(3)), By: chat.UserID(1 + d.IntN(3)), Nick: d.nick(), Text: d.text(6)}
}

// query draws a query, as typed.
func (d dice) query(end chat.Seq) string {
	var parts []string
	for range d.IntN(4) {
		term := `"` + strings.TrimSpace(d.text(2)) + `"`
		parts = append(parts, d.pick("", "", "", "-")+term+d.pick("", "", "", "*"))
	}
	for range d.IntN(3) {
		stamp := time.UnixMilli(midnight() + 1000*d.Int64N(int64(end)+10)).UTC().Format(time.RFC3339)
		parts = append(parts, d.pick("from:"+d.nick(), "-from:"+d.nick(), "in:#"+d.pick("lobby", "ops"), "-in:#"+d.pick("lobby", "ops"),
			"after:"+stamp, "before:"+stamp))
	}
	return strings.Join(parts, " ")
}

func TestIndexAgreesWithScanning(t *testing.T) {
	for seed := range uint64(4) {
		d := dice{rand.New(rand.NewPCG(seed, 7))}
		opts := search.Options{Substrings: seed%2 == 1}
		ix := open(t, opts)
		log := map[chat.Seq]search.Document{}
		var end chat.Seq
		found := 0
		for range 5 {
			var docs []search.Document
			for range 40 {
				end++
				target := end
				if d.IntN(4) == 0 {
					target = 1 + chat.Seq(d.IntN(int(end))) // an edit, or a deletion
				}
				doc := d.document(target)
				if old, ok := log[target]; ok {
					doc.Room, doc.By, doc.Nick, doc.Deleted = old.Room, old.By, old.Nick, old.Deleted || d.IntN(3) == 0
				}
				log[target] = doc
				docs = append(docs, doc)
			}
			if err := ix.Apply(t.Context(), docs, end); err != nil {
				t.Fatal(err)
			}
			for range 30 {
				found += compare(t, d, ix, log, end, opts.Substrings)
			}
		}
		if found < 200 {
			t.Errorf("seed %d: all queries together found %d messages: the test is too weak", seed, found)
		}
	}
}

// compare makes one query, if its text is one, and checks what is found.
func compare(t *testing.T, d dice, ix *search.Index, log map[chat.Seq]search.Document, end chat.Seq, substrings bool) int {
	t.Helper()
	q, err := search.Parse(d.query(end), now())
	if err != nil {
		return 0
	}
	r := search.Request{Query: q, Rooms: []chat.RoomID{lobby, ops}, Names: names(), Limit: 1 + d.IntN(30)}
	if d.IntN(2) == 0 { // the other plan
		for i := range search.FewRooms {
			r.Rooms = append(r.Rooms, chat.RoomID(5000+i))
		}
	}
	var want []chat.Seq
	for seq := end; seq > 0; seq-- {
		if doc, ok := log[seq]; ok && hit(&doc, &r, substrings) {
			want = append(want, seq)
		}
	}
	if got, _ := pages(t, ix, r); !slices.Equal(got, want) {
		for _, seq := range append(got, want...) {
			if slices.Contains(got, seq) != slices.Contains(want, seq) {
				t.Logf("%d: %+v", seq, log[seq])
			}
		}
		t.Fatalf("search %s\nfound %v\n want %v", q, got, want)
	}
	return len(want)
}
