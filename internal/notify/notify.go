// Package notify decides whether somebody is to be told at once that something was
// said: by a push to a browser, a notification of the page, a bell in a terminal.
// All gateways ask it, so that one's wishes hold everywhere.
//
// [Parse] reads somebody's [Preferences] and [Read] a [Message]; [Decide] compares
// them. The package is pure: it keeps nothing, starts nothing and reads no clock.
package notify

import (
	"time"

	"hubbub/internal/chat"
)

// Reader is somebody who is in the room in which something was said.
type Reader struct {
	ID          chat.UserID
	Nick        string
	Looking     bool         // they see the room now, on any of their screens
	Preferences *Preferences // nil for the usual ones
}

// Reason is why somebody is told.
type Reason uint8

// The reasons, the strongest last.
const (
	NoReason  Reason = iota // they are not told
	Said                    // they want to know of all that is said there
	Keyword                 // it has one of their words
	Answered                // it is a reply to what they said
	Mentioned               // it names them
	Direct                  // it is said to them alone
)

var reasonNames = [...]string{"none", "said", "keyword", "answered", "mentioned", "direct"}

// String returns the reason's name, as programs read it.
func (r Reason) String() string { return reasonNames[r] }

// Decide returns why a reader is told of a message now, or [NoReason].
func Decide(m *Message, r *Reader, now time.Time) Reason {
	p := r.Preferences
	if p == nil {
		p = usual
	}
	if m.Author == r.ID || r.Looking || p.Silent || p.Quiet.covers(now) {
		return NoReason
	}
	level := p.level(m.Room)
	if level == Nothing {
		return NoReason
	}
	if reason := m.concerns(r, p); reason > Said || level == All {
		return reason
	}
	return NoReason
}

// concerns returns the strongest of the reasons for which a reader could want to
// know of a message.
func (m *Message) concerns(r *Reader, p *Preferences) Reason {
	switch {
	case m.Direct:
		return Direct
	case m.names(r.Nick):
		return Mentioned
	case m.Answers == r.ID && r.ID != 0:
		return Answered
	case m.hasAny(p.folded):
		return Keyword
	}
	return Said
}
