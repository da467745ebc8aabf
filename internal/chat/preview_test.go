package chat_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// What is linked to, and what is there.
var (
	someURLs   = []string{"https://example.org/a", "http://example.com/?b=1#c"}
	someTitles = []string{"A page", "Żółw", ""}
)

func TestParsePreview(t *testing.T) {
	picture := file(1)
	full := chat.LinkPreview{URL: "https://example.org/?a=1&b=<2>", Title: "A \"page\" & more", Description: "Of żółw 👍", Site: "Example", Image: &picture}
	for _, c := range []struct {
		name   string
		change func(p *chat.LinkPreview)
		note   string // of the refusal; none if it is a preview
	}{
		{"everything", func(*chat.LinkPreview) {}, ""},
		{"a title alone", func(p *chat.LinkPreview) { *p = chat.LinkPreview{URL: p.URL, Title: "A page"} }, ""},
		{"a picture alone", func(p *chat.LinkPreview) { *p = chat.LinkPreview{URL: p.URL, Image: p.Image} }, ""},
		{"nothing to show", func(p *chat.LinkPreview) { *p = chat.LinkPreview{URL: p.URL, Site: "Example"} }, "shows nothing"},
		{"no link", func(p *chat.LinkPreview) { p.URL = "" }, "no link"},
		{"no page", func(p *chat.LinkPreview) { p.URL = "javascript:alert(1)" }, "no link"},
		{"a host in capitals, and a port", func(p *chat.LinkPreview) { p.URL = "http://EXAMPLE.org:8080" }, ""},
		{"a port alone", func(p *chat.LinkPreview) { p.URL = "http://:80/" }, "no link"},
		{"a query alone", func(p *chat.LinkPreview) { p.URL = "http://?a" }, "no link"},
		{"no host", func(p *chat.LinkPreview) { p.URL = "https:///a" }, "no link"},
		{"a link with a space", func(p *chat.LinkPreview) { p.URL = "https://example.org/a b" }, "no link"},
		{"a long link", func(p *chat.LinkPreview) { p.URL = "https://example.org/" + strings.Repeat("a", chat.MaxPreviewURL) }, "no link"},
		{"a long title", func(p *chat.LinkPreview) { p.Title = strings.Repeat("a", 513) }, "too long"},
		{"a title of two lines", func(p *chat.LinkPreview) { p.Title = "a\nb" }, "plain lines"},
		{"a title that harms a screen", func(p *chat.LinkPreview) { p.Title = "\x1b[2J" }, "plain lines"},
		{"a long description", func(p *chat.LinkPreview) { p.Description = strings.Repeat("a", 2049) }, "too long"},
		{"a site that reads otherwise", func(p *chat.LinkPreview) { p.Site = "\u202ea" }, "plain lines"},
		{"a picture that is none", func(p *chat.LinkPreview) { p.Image = &chat.File{} }, "base32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := full
			c.change(&p)
			got, err := chat.ParsePreview(p.Encode())
			switch {
			case err == nil && c.note != "":
				t.Errorf("%s is a preview", p.Encode())
			case err != nil && (c.note == "" || !strings.Contains(err.Text, c.note)):
				t.Errorf("%s: %v, want %q in it", p.Encode(), err, c.note)
			case err == nil && !reflect.DeepEqual(got, p):
				t.Errorf("%+v, want %+v", got, p)
			}
		})
	}
	for _, text := range []string{"", "{}", "null", "[]", `{"url":"https://a.example","title":"a"} `, `{"title":"a","url":"https://a.example"}`, `{"url":"https://a.example","title":"a","x":1}`, `{"URL":"https://a.example","title":"a"}`, "{\"url\":\"https://a.example\",\"title\":\"\xff\"}"} {
		if p, err := chat.ParsePreview(text); err == nil {
			t.Errorf("%s is a preview: %+v", text, p)
		}
	}
}

// FuzzParsePreview: whatever is read as a preview has one encoding.
func FuzzParsePreview(f *testing.F) {
	p := chat.LinkPreview{URL: someURLs[0], Title: "a"}
	f.Add(p.Encode())
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := chat.ParsePreview(text); err == nil && p.Encode() != text {
			t.Errorf("%q is read as %+v", text, p)
		}
	})
}

// look is the server's preview of a link.
func look(target chat.Seq, url string) chat.Command {
	p := chat.LinkPreview{URL: url, Title: "A page"}
	return chat.Command{Op: chat.Preview, Target: target, Text: p.Encode()}
}

func TestPreview(t *testing.T) {
	link := someURLs[0]
	drop := func(by chat.UserID, target chat.Seq) chat.Command {
		return chat.Command{By: by, Op: chat.DropPreview, Target: target, Name: link}
	}
	shown := func(w *world) chat.Seq {
		seq := w.say(alice, lobby, "see "+link)
		w.must(look(seq, link))
		return seq
	}
	event := `previewed@1  target=8 whose=alice text={"url":"https://example.org/a","title":"A page"}`
	runRules(t, []rule{
		{name: "of a link", command: func(w *world) chat.Command { return look(w.say(alice, lobby, "see "+link), link) }, events: []string{event}},
		{name: "of a link that an edit brought", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "see")
			w.must(chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "see " + link})
			return look(seq, link)
		}, events: []string{event}},
		{name: "of a link that an edit took", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "see "+link)
			w.must(chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "see"})
			return look(seq, link)
		}, refused: chat.Gone, note: "not any more"},
		{name: "of a link that came back", command: func(w *world) chat.Command {
			seq := shown(w)
			w.must(chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "see"})
			w.must(chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: link})
			return look(seq, link)
		}, events: []string{event}},
		{name: "once more", command: func(w *world) chat.Command { return look(shown(w), link) }, refused: chat.Conflict, note: "already"},
		{name: "of another link", command: func(w *world) chat.Command { return look(w.say(alice, lobby, "see "+link), someURLs[1]) }, refused: chat.Gone, note: "no link"},
		{name: "of no message", command: just(look(812, link)), refused: chat.NotFound},
		{name: "of what was deleted", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "see "+link)
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return look(seq, link)
		}, refused: chat.Gone, note: "deleted"},
		{name: "in an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			seq := w.say(alice, tea, "see "+link)
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return look(seq, link)
		}, refused: chat.Gone, note: "archived"},
		{name: "that is none", command: func(w *world) chat.Command {
			c := look(w.say(alice, lobby, "see "+link), link)
			c.Text = "{}"
			return c
		}, refused: chat.Invalid, note: "no preview"},
		{name: "by a person", command: func(w *world) chat.Command {
			c := look(w.say(alice, lobby, "see "+link), link)
			c.By = alice
			return c
		}, refused: chat.Forbidden, note: "Only the server"},
		{name: "more than there can be", command: func(w *world) chat.Command {
			var all []string
			for i := range chat.MaxPreviews + 1 {
				all = append(all, fmt.Sprintf("https://example.org/%c", 'a'+i))
			}
			seq := w.say(alice, lobby, strings.Join(all, " "))
			for _, url := range all[:chat.MaxPreviews] {
				w.must(look(seq, url))
			}
			return look(seq, all[chat.MaxPreviews])
		}, refused: chat.TooMany, note: "10"},
		{name: "with the picture of another", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "see", Files: []chat.File{file(1)}})
			picture := file(1)
			p := chat.LinkPreview{URL: link, Image: &picture}
			return chat.Command{Op: chat.Preview, Target: w.say(alice, lobby, link), Text: p.Encode()}
		}, refused: chat.Conflict, note: "fetch it again"},

		{name: "dropped by the author", command: func(w *world) chat.Command { return drop(alice, shown(w)) },
			events: []string{"preview-dropped@1 alice target=8 whose=alice text=https://example.org/a"}},
		{name: "dropped by another", command: func(w *world) chat.Command { return drop(bob, shown(w)) }, refused: chat.Forbidden, note: "your own"},
		{name: "dropped by who keeps order", command: func(w *world) chat.Command {
			tea := w.room(bob, "#tea")
			w.must(chat.Command{By: alice, Op: chat.Join, Room: tea})
			seq := w.say(alice, tea, "see "+link)
			w.must(look(seq, link))
			return drop(bob, seq)
		}, events: []string{"preview-dropped@8 bob target=11 whose=alice text=https://example.org/a"}},
		{name: "dropped twice", command: func(w *world) chat.Command {
			seq := shown(w)
			w.must(drop(alice, seq))
			return drop(alice, seq)
		}, refused: chat.NotFound, note: "no preview"},
		{name: "dropped where there is none", command: func(w *world) chat.Command { return drop(alice, w.say(alice, lobby, link)) }, refused: chat.NotFound, note: "no preview"},
		{name: "after it was dropped", command: func(w *world) chat.Command {
			seq := shown(w)
			w.must(drop(alice, seq))
			w.must(chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "again " + link})
			return look(seq, link)
		}, refused: chat.Conflict, note: "not wanted"},
	})
}

// A picture that an edit takes is free for the next command, be it in the same batch
// or in another one.
func TestAnEditFreesAPictureInTheSameBatch(t *testing.T) {
	w := newWorld(t)
	alice := w.arrive("alice")
	picture := file(1)
	p := chat.LinkPreview{URL: someURLs[0], Image: &picture}
	seq := w.say(alice, w.lobby, "see "+p.URL)
	w.must(chat.Command{Op: chat.Preview, Target: seq, Text: p.Encode()})
	edit := chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "see", Time: w.now}
	say := chat.Command{By: alice, Op: chat.Say, Room: w.lobby, Text: "this", Files: []chat.File{picture}, Time: w.now}
	facts := w.lib.facts(&edit, &say)
	if facts.Files[picture.ID] != seq {
		t.Fatalf("before, the picture is in message %d, want %d", facts.Files[picture.ID], seq)
	}
	for _, c := range []*chat.Command{&edit, &say} {
		if _, out := w.state.Apply(c, facts, nil); out.Err != nil {
			t.Errorf("%+v: %v", *c, out.Err)
		}
	}
}
