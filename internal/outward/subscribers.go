package outward

import (
	"strings"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
	"hubbub/internal/push"
)

// subscribers is who has browsers that can be told, or has said when they want to be.
// It is what their private properties say, kept at hand, so that nothing has to be
// looked up for each message and member.
type subscribers struct {
	mu     sync.Mutex // guards people and their browsers, which one goroutine changes: it reads them without
	people map[chat.UserID]*subscriber
}

// subscriber is one of them.
type subscriber struct {
	browsers map[string]push.Subscription // by the keys of their properties, at most [push.MaxSubscriptions]
	wishes   *notify.Preferences          // nil for the usual ones
	told     map[chat.RoomID]time.Time    // when they were told last of what was said somewhere
}

// concerns reports whether a property is looked at here.
func concerns(key string) bool { return key == notify.Property || strings.HasPrefix(key, push.Prefix) }

// learn brings it up to date with a property of somebody's.
func (s *subscribers) learn(p *chat.Property) {
	if !concerns(p.Name) {
		return
	}
	value := p.Value
	if !p.Private {
		value = "" // others could read it, so it is none
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.people[chat.UserID(p.Owner)]
	if one == nil {
		one = &subscriber{browsers: map[string]push.Subscription{}, told: map[chat.RoomID]time.Time{}}
		s.people[chat.UserID(p.Owner)] = one
	}
	if p.Name == notify.Property {
		one.wish(value)
	} else {
		one.subscribe(p.Name, value)
	}
	if len(one.browsers) == 0 && one.wishes == nil {
		delete(s.people, chat.UserID(p.Owner))
	}
}

// wish notes what somebody wants to be told of. What can't be read is no wish.
func (s *subscriber) wish(value string) {
	s.wishes = nil
	if value == "" {
		return
	}
	if p, err := notify.Parse([]byte(value)); err == nil {
		s.wishes = p
	}
}

// subscribe notes a browser, or that it is none any more. What can't be read, or is
// under another name than its own, is none.
func (s *subscriber) subscribe(key, value string) {
	delete(s.browsers, key)
	if value == "" || len(s.browsers) >= push.MaxSubscriptions {
		return
	}
	if b, err := push.ParseSubscription([]byte(value)); err == nil && b.Name() == key {
		s.browsers[key] = b
	}
}

// leave forgets somebody who has gone for good.
func (s *subscribers) leave(id chat.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people, id)
}

// drop removes somebody's browsers that subscribed by a credential, and returns their
// keys: where one is logged out, one is not told either.
func (s *subscribers) drop(user chat.UserID, credential chat.Seq) (keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.people[user]
	if one == nil {
		return nil
	}
	for key, b := range one.browsers {
		if b.Credential == credential {
			keys = append(keys, key)
			delete(one.browsers, key)
		}
	}
	return keys
}

// owners returns who has a browser, by the key of its property.
func (s *subscribers) owners(key string) (all []chat.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range s.people {
		if _, ok := one.browsers[key]; ok {
			all = append(all, id)
		}
	}
	return all
}

// in calls f for each member of a room who has a browser: it goes through the members
// or through those who have one, whoever are fewer.
func (s *subscribers) in(room *chat.RoomInfo, f func(m chat.Member, one *subscriber)) {
	if len(s.people) < len(room.Members) {
		for id, one := range s.people {
			if m, ok := room.Member(id); ok && len(one.browsers) > 0 {
				f(m, one)
			}
		}
		return
	}
	for _, m := range room.Members {
		if one := s.people[m.ID]; one != nil && len(one.browsers) > 0 {
			f(m, one)
		}
	}
}

// tellEvery is how often somebody is told at most of what was said in a room and does
// not concern them more than others.
const tellEvery = 10 * time.Second

// due reports whether somebody is to be told again of a room, for a reason, and notes
// that they are.
func (s *subscriber) due(room chat.RoomID, reason notify.Reason, now time.Time) bool {
	if last, ok := s.told[room]; ok && reason <= notify.Keyword && now.Sub(last) < tellEvery {
		return false
	}
	for id, last := range s.told {
		if now.Sub(last) >= tellEvery {
			delete(s.told, id)
		}
	}
	s.told[room] = now
	return true
}
