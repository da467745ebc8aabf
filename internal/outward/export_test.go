package outward

import (
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

// Own reports whether a link leads to the server at an address.
func Own(server, to string) bool { return (&looker{cfg: &Config{URL: server}}).own(to) }

// Plain returns a text as a notification shows it.
var Plain = plain

// Pushed returns what a browser is told of a message.
var Pushed = pushed

// NewDue returns what tells whether somebody is due to be told of what was said.
func NewDue() func(room chat.RoomID, now time.Time) bool {
	s := &subscriber{told: map[chat.RoomID]time.Time{}}
	return func(room chat.RoomID, now time.Time) bool { return s.due(room, notify.Said, now) }
}

// The bounds of the links that wait.
const (
	MaxLinks = maxLinks
	MaxOfOne = maxOfOne
)

// Links are links that wait, for tests without anybody who looks at them.
type Links struct{ looker *looker }

// NewLinks returns none.
func NewLinks() Links { return Links{newLooker(&Config{})} }

// Add adds one of an author's, and reports whether there was room for it.
func (l Links) Add(author chat.UserID) bool { return l.looker.add(link{author: author}) }

// Look takes the first, as if it had been looked at.
func (l Links) Look() { l.looker.done((<-l.looker.links).author) }
