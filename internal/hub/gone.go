package hub

import (
	"sync"

	"hubbub/internal/chat"
)

// keptGone is of how many people who are not called so any more the hub knows.
const keptGone = 1000

// Gone is somebody who was called something: they have departed, or changed their
// nick.
type Gone struct {
	Nick string // what they were called
	ID   chat.UserID
	Role chat.Role // what they were then
	When chat.Millis

	Profile // what they said of themselves
}

// bygones are the people who have given up a nick since the start of the server,
// the last keptGone of them.
type bygones struct {
	mu   sync.RWMutex // guards the following; held to add one, or look through all
	kept []bygone     // once full, a ring
	next int          // where the next is put; before it is the newest
}

type bygone struct {
	Gone
	folded string // the nick
}

// add keeps somebody in mind. The applier calls it, in the order of the log.
func (b *bygones) add(g Gone) {
	fresh := bygone{g, chat.Fold(g.Nick)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.kept) < keptGone {
		b.kept = append(b.kept, fresh)
	} else {
		b.kept[b.next] = fresh
	}
	b.next = (b.next + 1) % keptGone
}

// find returns those who were called nick, the newest first.
func (b *bygones) find(nick string) (found []Gone) {
	folded := chat.Fold(nick)
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i := range b.kept {
		at := (b.next - 1 - i + 2*keptGone) % keptGone
		if g := &b.kept[at]; g.folded == folded {
			found = append(found, g.Gone)
		}
	}
	return found
}

// Departed returns those who were called nick and have departed or changed it
// since, the newest first, as far as the server remembers: the last thousand of
// all nicks, since its start.
func (s *Session) Departed(nick string) []Gone { return s.hub.gone.find(nick) }
