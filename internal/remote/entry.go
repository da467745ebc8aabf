package remote

import (
	"time"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// entry is an event as the interface shows it.
type entry struct{ tui.Entry }

func (e *entry) said() bool {
	return e.Kind == chat.Message || e.Kind == chat.Action || e.Kind == chat.Notice
}

// shownKinds are the kinds of events that are entries of a timeline, by what they are
// called on the wire.
var shownKinds = kinds(
	chat.Message, chat.Action, chat.Notice, chat.TopicSet, chat.Joined, chat.Left, chat.NickChanged, chat.Kicked, chat.Invited,
	chat.RoomCreated, chat.RoomRenamed, chat.RoomArchived, chat.RoomRestored, chat.Pinned, chat.Unpinned,
	chat.RankSet, chat.RulesSet, chat.Muted, chat.Unmuted, chat.Banned, chat.Unbanned,
)

func kinds(all ...chat.Kind) map[string]chat.Kind {
	named := make(map[string]chat.Kind, len(all))
	for _, k := range all {
		named[k.String()] = k
	}
	return named
}

// maxQuote is how many bytes of what a reply answers are shown at most.
const maxQuote = 300

// known returns a user's id as the interface knows it. s.mu must be held.
func (s *Session) known(user uint64) chat.UserID {
	if user == s.user {
		return s.self.ID
	}
	return chat.UserID(user)
}

// entry returns an event as an entry, and false if it is none. What it quotes is looked
// up if it is not held. s.mu must be held.
func (s *Session) entry(ev *api.Event) (entry, bool) {
	kind, ok := shownKinds[ev.Kind]
	if !ok {
		return entry{}, false
	}
	e := entry{tui.Entry{
		Seq: chat.Seq(ev.Seq), Room: chat.RoomID(ev.Room), Kind: kind, Time: time.UnixMilli(ev.Time),
		By: s.known(ev.By), Nick: chat.CleanLine(ev.Nick), Text: chat.CleanText(ev.Text), Name: chat.CleanLine(ev.Subject),
		Whose: chat.CleanLine(ev.Whose), Target: chat.Seq(ev.Target), Thread: chat.Seq(ev.Thread), Edited: ev.Edited, Deleted: ev.Deleted,
	}}
	if ev.By == s.user {
		e.Client = ev.Client
	}
	if !e.said() {
		return e, true
	}
	e.Calls = ev.By != s.user && chat.Mentions(ev.Text, s.self.Nick)
	if ev.Target != 0 {
		e.Quote = s.quote(ev.Target)
	}
	if ev.Replies != nil {
		e.Replies = ev.Replies.Count
	}
	for _, r := range ev.Reactions {
		e.Reactions = append(e.Reactions, tui.Reaction{Emoji: chat.CleanLine(r.Emoji), Count: r.Count, Mine: r.Mine})
	}
	for _, f := range ev.Files {
		e.Files = append(e.Files, tui.File{
			ID: f.ID, Name: chat.CleanLine(f.Name), URL: chat.CleanLine(s.live.Site() + f.URL), Type: chat.CleanLine(f.Type),
			Size: f.Size, Width: f.Width, Height: f.Height,
		})
	}
	return e, true
}

// entries returns events as entries, and keeps those that were said. s.mu must be held.
func (s *Session) entries(events []api.Event) []tui.Entry {
	for i := range events {
		if ev := events[i]; isSaid(&ev) {
			s.held.put(&ev)
		}
	}
	all := make([]tui.Entry, 0, len(events))
	for i := range events {
		if e, ok := s.entry(&events[i]); ok {
			all = append(all, e.Entry)
		}
	}
	return all
}

// maxSeek is how many messages wait to be looked up at most, and maxSought of how many
// is remembered that they do or did.
const (
	maxSeek   = 100
	maxSought = 10_000
)

// quote returns what a message says, and has it looked up if it is not held. s.mu must
// be held.
func (s *Session) quote(message uint64) string {
	if ev := s.held.events[message]; ev != nil {
		return shorten(chat.CleanLine(ev.Text), maxQuote)
	}
	if !s.sought[message] && len(s.seek) < maxSeek {
		if len(s.sought) >= maxSought {
			clear(s.sought)
		}
		s.sought[message] = true
		s.seek = append(s.seek, message)
		poke(s.seeks)
	}
	return ""
}

// shorten returns the beginning of a text, of at most so many bytes.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
