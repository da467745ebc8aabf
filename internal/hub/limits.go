package hub

import (
	"net/netip"
	"sync"

	"golang.org/x/time/rate"

	"hubbub/internal/chat"
)

// Limits bound what one session and one address may do. Zero values mean no
// limit, but for InFlight. What no server may exceed is in package chat.
type Limits struct {
	Text      int     // bytes of one message
	Rate      float64 // actions a second of a session, in the long run
	Burst     int     // actions of a session at once
	AddrRate  float64 // actions a second of all sessions of one address
	AddrBurst int     // actions of all sessions of one address at once
	InFlight  int     // proposals of a session that are not answered yet, or whose answers wait for the peer; at least 1
	Rooms     int     // rooms on the server
}

// DefaultLimits suit people, pasted blocks and modest bots.
func DefaultLimits() Limits {
	return Limits{
		Text: 4000, Rate: 5, Burst: 50, AddrRate: 100, AddrBurst: 500, InFlight: 256, Rooms: 10_000,
	}
}

// NoLimits turns off everything that can be turned off.
func NoLimits() Limits { return Limits{Text: chat.MaxText, InFlight: 4096} }

func (l *Limits) pace() *rate.Limiter {
	if l.Rate <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(l.Rate), max(l.Burst, 1))
}

// roomFor says whether the server has room for the room that c would make.
func (h *Hub) roomFor(c *chat.Command) *chat.Error {
	if h.limits.Rooms <= 0 || c.Op != chat.CreateRoom && (c.Op != chat.Join || c.Room != 0) {
		return nil
	}
	if _, ok := h.dir.room(c.Name); !ok && h.dir.count() >= h.limits.Rooms {
		return chat.Errorf(chat.TooMany, "There are %d rooms, as many as this server has room for.", h.limits.Rooms)
	}
	return nil
}

// tidy makes a command's text harmless and says what is too long.
func (l *Limits) tidy(c *chat.Command) *chat.Error {
	switch c.Op {
	case chat.Say, chat.Edit:
		c.Text = chat.CleanText(c.Text)
		if l.Text > 0 && len(c.Text) > l.Text {
			return chat.Errorf(chat.Invalid, "That message is too long: %d bytes, at most %d here; nothing was sent.", len(c.Text), l.Text)
		}
	case chat.SetProperty:
		c.Text = chat.CleanText(c.Text)
	default:
		c.Text, c.Name = chat.CleanLine(c.Text), chat.CleanLine(c.Name)
	}
	return nil
}

// admissions counts the sessions of each address and shares its limit among
// them.
type admissions struct {
	limits Limits

	mu       sync.Mutex // guards the following, and the number of sessions in each share
	sessions int
	shares   map[netip.Addr]*share
}

// share is what the sessions of one address have in common.
type share struct {
	address  netip.Addr
	sessions int
	pace     *rate.Limiter // nil without a limit
}

func (s *share) limiter() *rate.Limiter { return s.pace }

// idle reports whether nobody would notice if the share were made anew.
func (s *share) idle() bool {
	return s.sessions == 0 && (s.pace == nil || s.pace.Tokens() >= float64(s.pace.Burst()))
}

func (a *admissions) init(l Limits) {
	a.limits, a.shares = l, map[netip.Addr]*share{}
}

func (a *admissions) enter(address netip.Addr) *share {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.shares[address]
	if s == nil {
		a.sweep()
		s = &share{address: address}
		if a.limits.AddrRate > 0 {
			s.pace = rate.NewLimiter(rate.Limit(a.limits.AddrRate), max(a.limits.AddrBurst, 1))
		}
		a.shares[address] = s
	}
	s.sessions++
	a.sessions++
	return s
}

// count returns how many sessions there are.
func (a *admissions) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sessions
}

// sweep looks at a few shares for some to forget: more than one for each that
// is added, so that those of long ago do not pile up. a.mu must be held.
func (a *admissions) sweep() {
	n := 0
	for address, s := range a.shares {
		if s.idle() {
			delete(a.shares, address)
		}
		if n++; n == 8 {
			return
		}
	}
}

// leave takes one session from an address. What the address has used up of its
// limit stays used up, so coming back at once brings nothing.
func (a *admissions) leave(s *share) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.sessions--
	a.sessions--
}
