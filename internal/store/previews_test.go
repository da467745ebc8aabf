package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// link returns one of the few links that people send.
func (m *model) link() string { return fmt.Sprintf("https://example.org/%c", 'a'+m.rng.IntN(4)) }

// previewing makes up what is done to the links of a message.
func (m *model) previewing(c *chat.Command) *chat.Command {
	c.Op, c.Target = chat.DropPreview, m.message()
	p := chat.LinkPreview{URL: m.link(), Title: m.text()}
	for _, link := range strings.Fields(m.facts.Messages[c.Target].Text) {
		if strings.HasPrefix(link, "https:") {
			p.URL = link
		}
	}
	if m.rng.IntN(3) == 0 {
		picture := m.file()
		p.Image = &picture
	}
	c.By, c.Name = m.facts.Messages[c.Target].By, p.URL
	if m.rng.IntN(3) > 0 {
		c.Op, c.By, c.Name, c.Text = chat.Preview, 0, "", p.Encode()
		return c
	}
	for seq, links := range m.facts.Previews { // which of them does not matter
		for url := range links {
			c.Target, c.Name, c.By = seq, url, m.facts.Messages[seq].By
		}
	}
	return c
}

// learnPreviews keeps what an event does to previews, and to the events of those
// that are not to be seen any more.
func (m *model) learnPreviews(ev *chat.Event) {
	all := m.facts.Previews[ev.Target]
	if all == nil {
		all = map[string]chat.PreviewFact{}
	}
	switch ev.Kind {
	case chat.Previewed:
		p, err := chat.ParsePreview(ev.Text)
		if err != nil {
			m.t.Fatal(err)
		}
		all[p.URL] = chat.PreviewFact{}
		if p.Image != nil {
			all[p.URL] = chat.PreviewFact{Image: p.Image.ID}
			m.facts.Files[p.Image.ID] = ev.Target
		}
	case chat.PreviewDropped:
		m.erasePreview(ev.Target, ev.Text)
		all[ev.Text] = chat.PreviewFact{Dropped: true}
	case chat.Edited:
		fact := m.facts.Messages[ev.Target]
		fact.Text = ev.Text
		m.facts.Messages[ev.Target] = fact
		for url, p := range all {
			if !p.Dropped && !strings.Contains(ev.Text, url) {
				m.erasePreview(ev.Target, url)
				delete(all, url)
			}
		}
	case chat.Deleted:
		for i := range m.events {
			if e := &m.events[i]; e.Target == ev.Target && (e.Kind == chat.Previewed || e.Kind == chat.PreviewDropped) {
				e.Text = ""
			}
		}
		clear(all)
	}
	if m.facts.Previews[ev.Target] = all; len(all) == 0 {
		delete(m.facts.Previews, ev.Target)
	}
}

// erasePreview erases the event that brought a preview, and forgets its picture.
func (m *model) erasePreview(target chat.Seq, url string) {
	delete(m.facts.Files, m.facts.Previews[target][url].Image)
	for i := range m.events {
		if e := &m.events[i]; e.Kind == chat.Previewed && e.Target == target && e.Text != "" {
			if p, _ := chat.ParsePreview(e.Text); p.URL == url {
				e.Text = ""
			}
		}
	}
}

// previews returns what a message's links are shown with.
func (m *model) previews(target chat.Seq) (all []chat.LinkPreview) {
	for _, ev := range m.events {
		if ev.Kind == chat.Previewed && ev.Target == target && ev.Text != "" {
			p, _ := chat.ParsePreview(ev.Text)
			all = append(all, p)
		}
	}
	return all
}

// wantMessage adds what a need asks for about a message.
func (m *model) wantMessage(n *chat.Need, want *chat.Facts) {
	fact, ok := m.facts.Messages[n.Message]
	if !ok {
		return
	}
	if !n.Text {
		fact.Text = want.Messages[n.Message].Text
	}
	want.Messages[n.Message] = fact
	copyFact(want.Previews, m.facts.Previews, n.Previews)
}

// What was at the other end of a link is nowhere any more once the link is not in
// the message, or the preview was not wanted, or the message was deleted; and that
// a link was there goes with the message.
func TestPreviewsAreErased(t *testing.T) {
	const link = "https://example.org/secret-link"
	for _, c := range []struct {
		name   string
		end    func(sc *script, room chat.RoomID, seq chat.Seq)
		traces []string
	}{
		{"edited", func(sc *script, room chat.RoomID, seq chat.Seq) { sc.edit(room, seq, "no") }, []string{"secret-title", "secret-name"}},
		{"dropped", func(sc *script, room chat.RoomID, seq chat.Seq) {
			sc.add(chat.Event{Kind: chat.PreviewDropped, Room: room, By: 7, Nick: "ann", Target: seq, Whose: "ann", Text: link})
		}, []string{"secret-title", "secret-name"}},
		{"deleted", func(sc *script, room chat.RoomID, seq chat.Seq) { sc.remove(room, seq) }, []string{"secret-title", "secret-name", "secret-link"}},
		{"dropped and deleted", func(sc *script, room chat.RoomID, seq chat.Seq) {
			sc.add(chat.Event{Kind: chat.PreviewDropped, Room: room, By: 7, Nick: "ann", Target: seq, Whose: "ann", Text: link})
			sc.commit()
			sc.remove(room, seq)
		}, []string{"secret-title", "secret-name", "secret-link"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			sc := newScript(t, openStore(t, dir))
			room := sc.room("#a")
			seq := sc.say(room, "see "+link)
			p := chat.LinkPreview{URL: link, Title: "secret-title", Image: &chat.File{
				ID: strings.Repeat("a", 26), Hash: strings.Repeat("0", 64), Name: "secret-name", Type: "image/png",
			}}
			sc.add(chat.Event{Kind: chat.Previewed, Room: room, Target: seq, Whose: "ann", Text: p.Encode()})
			sc.commit()
			m, _, err := sc.store.Message(t.Context(), seq, 0)
			if err != nil || len(m.Previews) != 1 || m.Previews[0].Title != p.Title || *m.Previews[0].Image != *p.Image {
				t.Fatalf("%+v, %v", m, err)
			}
			if found := leaks(t, dir, c.traces); len(found) < len(c.traces) {
				t.Fatalf("they can't be seen at all: %q", found)
			}
			c.end(sc, room, seq)
			sc.commit()
			if m, _, err := sc.store.Message(t.Context(), seq, 0); err != nil || len(m.Previews) > 0 {
				t.Errorf("%+v, %v", m, err)
			}
			if _, ok, err := sc.store.File(t.Context(), p.Image.ID); ok || err != nil {
				t.Errorf("the picture is still there, %v", err)
			}
			if err := sc.store.Close(); err != nil {
				t.Fatal(err)
			}
			if found := leaks(t, dir, slices.Clone(c.traces)); len(found) > 0 {
				t.Errorf("still there: %q", found)
			}
		})
	}
}

// A preview that is damaged takes nothing of the page with it.
func TestADamagedPreviewIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#a")
	seq := sc.say(room, "see https://example.org/a and https://example.org/b")
	for _, link := range []string{"https://example.org/a", "https://example.org/b"} {
		p := chat.LinkPreview{URL: link, Title: "a title"}
		sc.add(chat.Event{Kind: chat.Previewed, Room: room, Target: seq, Text: p.Encode()})
	}
	sc.commit()
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := chat.AppendEvent(nil, &chat.Event{Seq: seq + 1, Kind: chat.Previewed, Room: room, Target: seq, Text: "{"})
	tamper(t, filepath.Join(dir, "hubbub.db"), fmt.Sprintf("UPDATE events SET record = x'%x' WHERE seq = %d", damaged, seq+1))
	page, err := openStore(t, dir).Messages(t.Context(), room, store.Range{Latest: true, Limit: 10}, 0)
	if err != nil || len(page) != 1 || len(page[0].Previews) != 1 || page[0].Previews[0].URL != "https://example.org/b" {
		t.Errorf("%+v, %v", page, err)
	}
}
