package remote

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// What the interface asks for.

// ask asks for events, and hands them to take as they read now, with what changed while
// they were under way. The room is the one that they are of, or 0 if that may be any.
// take is called with s.mu held.
func (s *Session) ask(room uint64, ask func() ([]api.Event, error), take func([]api.Event)) error {
	for {
		r := &reading{room: room}
		s.mu.Lock()
		s.reading[r] = true
		s.mu.Unlock()
		events, err := ask()
		s.mu.Lock()
		delete(s.reading, r)
		if err == nil && r.full {
			s.mu.Unlock()
			continue
		}
		if err == nil {
			r.apply(events, s.user)
			take(events)
		}
		s.mu.Unlock()
		return err
	}
}

// read asks for events, as ask does, and returns them as entries.
func (s *Session) read(room uint64, ask func() ([]api.Event, error)) (entries []tui.Entry, err error) {
	err = s.ask(room, ask, func(events []api.Event) { entries = s.entries(events) })
	return entries, refusal(err)
}

// Page implements [tui.Session].
func (s *Session) Page(ctx context.Context, room chat.RoomID, where tui.Where) (tui.Page, error) {
	var page tui.Page
	var err error
	page.Entries, err = s.read(uint64(room), func() ([]api.Event, error) {
		got, err := s.live.Messages(ctx, uint64(room), client.Range{
			Before: uint64(where.Before), After: uint64(where.After), Around: uint64(where.Around), Limit: where.Limit,
		})
		page.Older, page.Newer = got.Before != 0, got.After != 0
		return got.Messages, err
	})
	return page, err
}

// Thread implements [tui.Session].
func (s *Session) Thread(ctx context.Context, root chat.Seq) ([]tui.Entry, error) {
	return s.read(0, func() ([]api.Event, error) {
		first, err := s.live.Message(ctx, uint64(root))
		if err != nil {
			return nil, err
		}
		replies, err := s.live.Thread(ctx, uint64(root))
		return append([]api.Event{first}, replies.Messages...), err
	})
}

// Search implements [tui.Session].
func (s *Session) Search(ctx context.Context, query string) ([]tui.Entry, error) {
	return s.read(0, func() ([]api.Event, error) {
		found, err := s.live.Search(ctx, query, 0)
		return found.Messages, err
	})
}

// Mentions implements [tui.Session]: the search finds where a name was written, and of
// that what calls somebody is kept.
func (s *Session) Mentions(ctx context.Context) ([]tui.Entry, error) {
	self := s.Self()
	return s.read(0, func() (all []api.Event, err error) {
		before := uint64(0)
		for range tui.MentionPages {
			found, err := s.live.Search(ctx, `"`+strings.ReplaceAll(self.Nick, `"`, "")+`"`, before)
			if err != nil {
				return nil, err
			}
			for i := range found.Messages {
				if ev := &found.Messages[i]; !s.mine(ev) && chat.Mentions(ev.Text, self.Nick) {
					all = append(all, *ev)
				}
			}
			if before = found.Next; before == 0 || len(all) >= tui.MaxMentions {
				break
			}
		}
		return all[:min(len(all), tui.MaxMentions)], nil
	})
}

func (s *Session) mine(ev *api.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ev.By == s.user
}

// People implements [tui.Session].
func (s *Session) People(ctx context.Context, room chat.RoomID) ([]tui.Person, error) {
	var all []tui.Person
	for after := uint64(0); ; {
		page, err := s.live.Members(ctx, uint64(room), after)
		if err != nil {
			return nil, refusal(err)
		}
		s.mu.Lock()
		for i := range page.People {
			all = append(all, s.person(&page.People[i]))
		}
		s.mu.Unlock()
		if after = page.Next; after == 0 || len(all) >= tui.MaxPeople {
			break
		}
	}
	all = all[:min(len(all), tui.MaxPeople)]
	tui.SortPeople(all)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people = tui.People{Room: room, People: slices.Clone(all)}
	return all, nil
}

// person returns somebody in a room as the interface shows them. s.mu must be held.
func (s *Session) person(p *api.Person) tui.Person {
	rank, _ := chat.ParseRank(p.Rank)
	return tui.Person{ID: s.known(p.ID), Nick: chat.CleanLine(p.Nick), Rank: rank, Away: p.Away || !p.Here}
}

// Preferences implements [tui.Session].
func (s *Session) Preferences(ctx context.Context) (map[string]string, error) {
	all, err := s.live.Properties(ctx)
	return all, refusal(err)
}

// Picture implements [tui.Session].
func (s *Session) Picture(ctx context.Context, f tui.File) ([]byte, error) {
	path := strings.TrimPrefix(f.URL, s.live.Site())
	if f.Width > 0 {
		path += "?thumbnail"
	}
	b, err := s.live.Fetch(ctx, path, tui.MaxPicture)
	return b, refusal(err)
}

// lookUp looks up what replies answer, until ctx ends, and hands the replies on again
// that are held; and, after a loss that not all is told of, preferences.
func (s *Session) lookUp(ctx context.Context) {
	for {
		select {
		case <-s.seeks:
		case <-ctx.Done():
			return
		}
		s.reviewPreferences(ctx)
		for {
			message, ok := s.nextSought()
			if !ok {
				break
			}
			err := s.ask(0, func() ([]api.Event, error) {
				ev, err := s.live.Message(ctx, message)
				return []api.Event{ev}, err
			}, s.found)
			if ctx.Err() != nil {
				return
			}
			if no := (*client.Refused)(nil); err != nil && !errors.As(err, &no) {
				s.unsought(message) // there was no answer: when it is needed again, it is asked for again
			}
		}
	}
}

// reviewPreferences hands on what the user prefers, if that may have changed.
func (s *Session) reviewPreferences(ctx context.Context) {
	s.mu.Lock()
	unsure := s.unsure
	s.unsure = false
	s.mu.Unlock()
	if !unsure {
		return
	}
	all, err := s.live.Properties(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unsure = s.unsure || err != nil; err != nil {
		return // they stay as they are, until there is something to look up again
	}
	for _, key := range tui.PreferenceKeys {
		s.bring(tui.Preferred{Key: key, Value: all[key]})
	}
	poke(s.news)
}

func (s *Session) nextSought() (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seek) == 0 {
		return 0, false
	}
	message := s.seek[0]
	s.seek = s.seek[1:]
	return message, true
}

func (s *Session) unsought(message uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sought, message)
}

// found keeps the message that was looked up, and hands on what answers it. It is sought
// again should it be needed after it was forgotten. s.mu must be held.
func (s *Session) found(events []api.Event) {
	ev := &events[0]
	if !isSaid(ev) {
		return
	}
	delete(s.sought, ev.Seq)
	s.held.put(ev)
	for _, reply := range s.held.events {
		if reply.Target == ev.Seq {
			s.changed([]*api.Event{reply})
		}
	}
	poke(s.news)
}
