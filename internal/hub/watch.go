package hub

import (
	"slices"
	"sync"
	"sync/atomic"

	"hubbub/internal/chat"
)

// MaxWatched is how many nicks a session may watch.
const MaxWatched = 100

// watches are the nicks that sessions watch, whoever may be called so. Somebody is
// online if a session speaks for them.
//
// Whatever may have changed that has the nick looked at, afterwards. It is told
// under the lock, so what a watcher is told last is so.
type watches struct {
	hub   *Hub
	count atomic.Int32 // of nicks; so that nothing is looked at while there are none

	mu    sync.Mutex // guards the following and tracker.watched; before Hub.mu and Session.mu
	nicks map[string]*watch
}

// watch is one nick that is watched.
type watch struct {
	sessions []*Session
	now      Presence // who is online under it, as the watchers have been told; zero for nobody
}

func (w *watches) init(h *Hub) { w.hub, w.nicks = h, map[string]*watch{} }

// Online returns who is called nick, if a session speaks for them.
func (s *Session) Online(nick string) (Portrait, bool) {
	if id, ok := s.hub.dir.user(nick); ok {
		p, ok := s.Portray(id)
		return p, ok && p.Here && chat.Fold(p.Nick) == chat.Fold(nick)
	}
	return Portrait{}, false
}

// Watch has the session be told when somebody is online under a nick, and when
// nobody is any more: [CameOnline] and [WentOffline]. Believed is what the peer has
// been told already; if it is not so any more it is told at once. It reports
// whether there is room for one more. The session must track.
func (s *Session) Watch(nick string, believed bool) bool {
	w := &s.hub.watches
	added := w.add(s, nick, believed)
	if s.isClosed() { // in the meantime, and then it may have missed this one
		w.forget(s)
	}
	return added
}

func (w *watches) add(s *Session, nick string, believed bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	folded := chat.Fold(nick)
	if indexNick(s.tracker.watched, folded) >= 0 {
		return true
	}
	if len(s.tracker.watched) >= MaxWatched {
		return false
	}
	s.tracker.watched = append(s.tracker.watched, nick)
	on := w.nicks[folded]
	if on == nil {
		on = &watch{}
		w.nicks[folded] = on
		w.count.Add(1)
	}
	w.review(folded, on)
	on.sessions = append(on.sessions, s)
	if on.now.Here != believed {
		tell([]*Session{s}, on.signal(nick))
	}
	return true
}

// Unwatch ends a Watch.
func (s *Session) Unwatch(nick string) {
	w := &s.hub.watches
	w.mu.Lock()
	defer w.mu.Unlock()
	folded := chat.Fold(nick)
	if i := indexNick(s.tracker.watched, folded); i >= 0 {
		s.tracker.watched = slices.Delete(s.tracker.watched, i, i+1)
		w.drop(s, folded)
	}
}

// Watched returns the nicks that the session watches.
func (s *Session) Watched() []string {
	s.hub.watches.mu.Lock()
	defer s.hub.watches.mu.Unlock()
	return slices.Clone(s.tracker.watched)
}

// forget ends all of a session's watches.
func (w *watches) forget(s *Session) {
	if s.tracker == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, nick := range s.tracker.watched {
		w.drop(s, chat.Fold(nick))
	}
	s.tracker.watched = nil
}

// drop takes a session from a nick's watchers. w.mu must be held.
func (w *watches) drop(s *Session, folded string) {
	on := w.nicks[folded]
	on.sessions = slices.DeleteFunc(on.sessions, func(o *Session) bool { return o == s })
	if len(on.sessions) == 0 {
		delete(w.nicks, folded)
		w.count.Add(-1)
	}
}

// look looks whether somebody is online under a nick, since that may have changed.
func (w *watches) look(nick string) {
	if w.count.Load() == 0 {
		return
	}
	folded := chat.Fold(nick)
	w.mu.Lock()
	defer w.mu.Unlock()
	if on := w.nicks[folded]; on != nil {
		w.review(folded, on)
	}
}

// review tells the watchers of a nick what they do not know yet. w.mu must be held.
func (w *watches) review(folded string, on *watch) {
	was := on.now
	on.now = w.hub.online(folded)
	if was.Here != on.now.Here {
		tell(on.sessions, on.signal(was.Nick))
	}
}

// signal tells what is so; nick is how to write it if nobody is called so.
func (on *watch) signal(nick string) *Signal {
	if p := &on.now; p.Here {
		return &Signal{Kind: CameOnline, By: p.ID, Nick: p.Nick, Role: p.Role}
	}
	return &Signal{Kind: WentOffline, Nick: nick}
}

// online returns who is online under a folded nick; the zero value if nobody is.
func (h *Hub) online(folded string) Presence {
	id, ok := h.dir.user(folded)
	if !ok {
		return Presence{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[id]
	if p == nil || len(p.sessions) == 0 || chat.Fold(p.nick) != folded {
		return Presence{}
	}
	return Presence{Member: chat.Member{ID: id, Nick: p.nick}, Role: p.role, Here: true}
}

// of returns who watches a nick.
func (w *watches) of(nick string) []*Session {
	if w.count.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if on := w.nicks[chat.Fold(nick)]; on != nil {
		return slices.Clone(on.sessions)
	}
	return nil
}

// indexNick returns where in nicks a folded one is, or -1.
func indexNick(nicks []string, folded string) int {
	return slices.IndexFunc(nicks, func(n string) bool { return chat.Fold(n) == folded })
}
