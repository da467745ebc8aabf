package notify

import (
	"encoding/json"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// The bounds of preferences. They are kept as a private property of their owner.
const (
	MaxSize     = 4096 // bytes of JSON
	MaxRooms    = 200  // with a level of their own
	MaxKeywords = 50
	MaxKeyword  = 64 // bytes
)

// Property is the name of the private property in which preferences are kept.
const Property = "notify"

// Level is of how much somebody wants to be told.
type Level string

// The levels.
const (
	All      Level = "all"      // all that is said
	Mentions Level = "mentions" // what concerns them: names, answers, keywords, and what is said to them alone
	Nothing  Level = "nothing"
)

// Preferences are somebody's wishes, as [Parse] has read them. They don't change.
type Preferences struct {
	Level    Level                 `json:"level"`           // where a room has none of its own
	Rooms    map[chat.RoomID]Level `json:"rooms,omitempty"` // conversations between two people too
	Keywords []string              `json:"keywords,omitempty"`
	Quiet    *Quiet                `json:"quiet,omitempty"`
	Silent   bool                  `json:"silent,omitempty"` // until it is taken back

	folded []string // keywords
}

// usual are the preferences of who has said nothing.
var usual = &Preferences{Level: Mentions}

// Parse reads preferences, as the page writes them. Nothing at all is the usual
// ones.
func Parse(raw []byte) (*Preferences, *chat.Error) {
	if len(raw) > MaxSize {
		return nil, chat.Errorf(chat.Invalid, "Those wishes are too long: at most %d bytes.", MaxSize)
	}
	p := &Preferences{Level: Mentions}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, p); err != nil {
			return nil, &chat.Error{Code: chat.Invalid, Cause: err, Text: `That can't be read; wishes look like {"level":"mentions","keywords":["tea"]}.`}
		}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	for _, k := range p.Keywords {
		p.folded = append(p.folded, chat.Fold(k))
	}
	return p, nil
}

// Encode returns the preferences in JSON.
func (p *Preferences) Encode() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic("notify: " + err.Error()) // strings and numbers always can be
	}
	return b
}

func (p *Preferences) check() *chat.Error {
	if !p.Level.known() {
		return unknownLevel(p.Level)
	}
	if len(p.Rooms) > MaxRooms || len(p.Keywords) > MaxKeywords {
		return chat.Errorf(chat.TooMany, "At most %d rooms and %d keywords can be named; take some out.", MaxRooms, MaxKeywords)
	}
	for room, level := range p.Rooms {
		if room == 0 {
			return chat.Errorf(chat.Invalid, "There is no room 0.")
		}
		if !level.known() {
			return unknownLevel(level)
		}
	}
	for _, k := range p.Keywords {
		if k == "" || len(k) > MaxKeyword || chat.CleanLine(k) != k || !strings.ContainsFunc(k, inWord) {
			return chat.Errorf(chat.Invalid, "A keyword is a word, or some on one line, of at most %d bytes.", MaxKeyword)
		}
	}
	return p.Quiet.load()
}

func (l Level) known() bool { return l == All || l == Mentions || l == Nothing }

func unknownLevel(l Level) *chat.Error {
	return chat.Errorf(chat.Invalid, "One is told of all, mentions or nothing, not of %.20q.", string(l))
}

func (p *Preferences) level(room chat.RoomID) Level {
	if l, ok := p.Rooms[room]; ok {
		return l
	}
	return p.Level
}

// Quiet are hours of each day in which somebody is not told. They may go on after
// midnight.
type Quiet struct {
	From string `json:"from"` // 22:00
	To   string `json:"to"`   // not included
	Zone string `json:"zone"` // Europe/Warsaw; empty for UTC

	from, to int // minutes after midnight
	zone     *time.Location
}

// load checks the hours, and finds the zone.
func (q *Quiet) load() *chat.Error {
	if q == nil {
		return nil
	}
	var ok, ok2 bool
	q.from, ok = minutes(q.From)
	q.to, ok2 = minutes(q.To)
	if !ok || !ok2 || q.from == q.to {
		return chat.Errorf(chat.Invalid, "Quiet hours are from one time of the day to another, as in 22:00 and 07:00.")
	}
	var err error
	if q.zone, err = time.LoadLocation(q.Zone); err != nil || q.Zone == "Local" || len(q.Zone) > chat.MaxLabel {
		return &chat.Error{Code: chat.Invalid, Cause: err, Text: "There is no such time zone; one looks like Europe/Warsaw."}
	}
	return nil
}

// minutes reads a time of the day: 07:00.
func minutes(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// covers reports whether a time is within the hours, by the clock on the wall of
// their zone.
func (q *Quiet) covers(now time.Time) bool {
	if q == nil {
		return false
	}
	there := now.In(q.zone)
	at := there.Hour()*60 + there.Minute()
	if q.from < q.to {
		return q.from <= at && at < q.to
	}
	return at >= q.from || at < q.to
}
