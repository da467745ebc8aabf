package fullscreen

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// Session is a [tui.Session] over one of the hub's.
type Session struct {
	gateway  *Gateway
	hub      *hub.Session
	ctx      context.Context // of the server: nothing is waited for when it ends
	commands Commands
	wake     chan struct{}   // has a token when there may be something; never closed
	showing  context.Context // ends when end is set
	hide     func()          // ends showing

	// Set before it is shown.
	told  string      // before all else; empty for nothing
	first chat.RoomID // 0 for none in particular

	// Owned by who calls Next.
	stale    bool      // the rooms have changed since they were told
	restless bool      // who is in the room that is shown has, or how they are
	patience time.Time // until then they are not told again

	marks markers

	mu    sync.Mutex  // guards the following; held for a moment only
	end   *End        // why the screen ends; nil while it does not
	shown chat.RoomID // the room whose people were asked for last
}

// End says what comes after a screen.
type End struct {
	Reason string       // a sentence for the user, if it is the server that ends it
	Lines  bool         // they go on in lines
	As     *hub.Arrival // they come in anew, as a member; nil for most
}

// Open lets somebody in. The session has to be closed.
func (g *Gateway) Open(ctx context.Context, from netip.Addr, a hub.Arrival) (*Session, *chat.Error) {
	s := &Session{gateway: g, ctx: ctx, wake: make(chan struct{}, 1), stale: true}
	s.showing, s.hide = context.WithCancel(ctx)
	s.hub = g.cfg.Hub.Connect(from, s)
	s.hub.Track()
	s.hub.SetProfile(hub.Profile{Safe: true})
	s.marks.init(s)
	if err := s.hub.Arrive(ctx, a); err != nil {
		s.Close(false)
		return nil, err
	}
	return s, nil
}

// Hub returns the session that the hub knows.
func (s *Session) Hub() *hub.Session { return s.hub }

// Serve has c do the commands. It is called before the session is shown.
func (s *Session) Serve(c Commands) { s.commands = c }

// Close ends the session. Whoever leaves for good is gone by then.
func (s *Session) Close(leaves bool) {
	s.hide()
	s.marks.flush()
	if !leaves {
		s.hub.Close()
		return
	}
	s.hub.Leave("")
	ctx, cancel := context.WithTimeout(s.ctx, lastTime)
	defer cancel()
	s.hub.Retire(ctx)
}

// Finish ends the screen, if nothing has ended it yet. It may be called from any
// goroutine.
func (s *Session) Finish(e End) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil {
		s.end = &e
		s.hide()
	}
}

// ended returns why the screen has ended: because the user left it, if nothing else is
// the reason.
func (s *Session) ended() End {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil {
		return End{}
	}
	return *s.end
}

// Wake implements [hub.Peer].
func (s *Session) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Dialect implements [hub.Peer]: what concerns the user alone is told in lines.
func (s *Session) Dialect(room *chat.RoomInfo) hub.Dialect {
	if room.Inbox() {
		return s.gateway.cfg.First + dialectNotes
	}
	return s.gateway.cfg.First + dialectSilent
}

// Self implements [tui.Session].
func (s *Session) Self() tui.Person {
	return tui.Person{ID: s.hub.User(), Nick: s.hub.Nick()}
}
