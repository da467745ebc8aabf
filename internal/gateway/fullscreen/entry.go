package fullscreen

import (
	"context"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// entry returns an event as it was.
func (s *Session) entry(ev *chat.Event) tui.Entry {
	e := tui.Entry{
		Seq: ev.Seq, Room: ev.Room, Kind: ev.Kind, Time: time.UnixMilli(int64(ev.Time)), By: ev.By, Nick: ev.Nick,
		Text: ev.Text, Name: ev.Name, Whose: ev.Whose, Target: ev.Target, Thread: ev.Thread, Calls: s.calls(ev),
		Deleted: ev.Said() && ev.Text == "" && len(ev.Files) == 0, Files: s.files(ev.Files),
	}
	if ev.By == s.hub.User() {
		e.Client = string(ev.Client)
	}
	return e
}

// calls reports whether a message calls the user.
func (s *Session) calls(ev *chat.Event) bool {
	if !ev.Said() {
		return false
	}
	room, err := s.hub.RoomByID(ev.Room)
	return err == nil && ev.Calls(room, s.hub.User(), s.hub.Nick())
}

func (s *Session) files(all []chat.File) (files []tui.File) {
	for i := range all {
		f := &all[i]
		files = append(files, tui.File{
			ID: f.ID, Name: f.Name, URL: s.gateway.cfg.URL + f.Path(), Type: f.Type, Size: f.Size, Width: f.Width, Height: f.Height,
		})
	}
	return files
}

// message returns a message as it reads now.
func (s *Session) message(m *hub.Message) tui.Entry {
	e := s.entry(&m.Event)
	e.Edited, e.Deleted, e.Replies = m.Edited, m.Deleted, m.Replies.Count
	for _, r := range m.Reactions {
		e.Reactions = append(e.Reactions, tui.Reaction{Emoji: r.Emoji, Count: r.Count, Mine: r.Mine})
	}
	return e
}

// messages returns a page as it reads now, with what is answered in it.
func (s *Session) messages(ctx context.Context, all []hub.Message) []tui.Entry {
	entries := make([]tui.Entry, len(all))
	texts := map[chat.Seq]string{}
	for i := range all {
		texts[all[i].Seq] = all[i].Text
		entries[i] = s.message(&all[i])
		e := &entries[i]
		if e.Target == 0 {
			continue
		}
		text, known := texts[e.Target]
		if !known {
			s.quote(ctx, e)
			text = e.Quote
			texts[e.Target] = text
		}
		e.Quote = clipped(text)
	}
	return entries
}

// quote adds what a message answers, if that can be read.
func (s *Session) quote(ctx context.Context, e *tui.Entry) {
	if e.Target == 0 {
		return
	}
	if m, err := s.hub.Message(ctx, e.Target); err == nil {
		e.Quote = clipped(m.Text)
	}
}

// maxQuote is how many bytes of what is answered are shown, about.
const maxQuote = 300

// clipped returns the beginning of a text.
func clipped(text string) string {
	if len(text) <= maxQuote {
		return text
	}
	end := maxQuote
	for end > 0 && text[end]&0xc0 == 0x80 { // not within a letter
		end--
	}
	return text[:end]
}
