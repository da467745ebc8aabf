package fullscreen

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// What is said is kept in messages; who came and went is shown as it happens, and is
// in no page.

// mostPage is how many messages a page has at most.
const mostPage = 200

// Page implements [tui.Session].
func (s *Session) Page(ctx context.Context, room chat.RoomID, where tui.Where) (tui.Page, error) {
	if err := s.hub.Charge(ctx, 1); err != nil {
		return tui.Page{}, err
	}
	limit := min(max(where.Limit, 1), mostPage)
	older := hub.Range{Before: where.Before, Latest: true, Limit: limit}
	newer := hub.Range{After: where.After, Limit: limit}
	switch {
	case where.Around != 0:
		older.Before, older.Limit = where.Around, limit/2
		newer.After, newer.Limit = where.Around-1, limit-limit/2
	case where.After != 0:
		older.Limit = 0
	default:
		newer.Limit = 0
	}
	before, more, err := s.part(ctx, room, older)
	if err != nil {
		return tui.Page{}, err
	}
	after, still, err := s.part(ctx, room, newer)
	if err != nil {
		return tui.Page{}, err
	}
	return tui.Page{Entries: s.messages(ctx, append(before, after...)), Older: more || where.After != 0, Newer: still || where.Before != 0}, nil
}

// part reads a part of a page, and reports whether there is more beyond it.
func (s *Session) part(ctx context.Context, room chat.RoomID, r hub.Range) ([]hub.Message, bool, error) {
	if r.Limit == 0 {
		return nil, false, nil
	}
	limit := r.Limit
	r.Limit++
	all, refused := s.hub.Messages(ctx, room, r)
	switch {
	case refused != nil:
		return nil, false, refused
	case len(all) <= limit:
		return all, false, nil
	case r.Latest:
		return all[1:], true, nil
	}
	return all[:limit], true, nil
}

// Thread implements [tui.Session].
func (s *Session) Thread(ctx context.Context, root chat.Seq) ([]tui.Entry, error) {
	if err := s.hub.Charge(ctx, 1); err != nil {
		return nil, err
	}
	first, err := s.hub.Message(ctx, root)
	if err != nil {
		return nil, err
	}
	replies, err := s.hub.Thread(ctx, root, 0, mostPage)
	if err != nil {
		return nil, err
	}
	return s.messages(ctx, append([]hub.Message{first}, replies...)), nil
}

// Search implements [tui.Session].
func (s *Session) Search(ctx context.Context, query string) ([]tui.Entry, error) {
	if err := s.hub.Charge(ctx, 1); err != nil {
		return nil, err
	}
	found, err := s.hub.Search(ctx, query, 0)
	if err != nil {
		return nil, err
	}
	return s.messages(ctx, found.Messages), nil
}

// Mentions implements [tui.Session]: of the messages with the user's name in them those
// that call them.
func (s *Session) Mentions(ctx context.Context) ([]tui.Entry, error) {
	var calls []hub.Message
	for before, pages := chat.Seq(0), 0; pages < tui.MentionPages && len(calls) < tui.MaxMentions; pages++ {
		if err := s.hub.Charge(ctx, 1); err != nil {
			return nil, err
		}
		found, err := s.hub.Search(ctx, `"`+s.hub.Nick()+`"`, before)
		if err != nil {
			return nil, err
		}
		for i := range found.Messages {
			if m := &found.Messages[i]; s.calls(&m.Event) {
				calls = append(calls, *m)
			}
		}
		if !found.More {
			break
		}
		before = found.Next
	}
	return s.messages(ctx, calls[:min(len(calls), tui.MaxMentions)]), nil
}
