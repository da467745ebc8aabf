package bench

import (
	"bytes"
	"fmt"
	"strings"
)

// Dialect is what the load generator must know of a protocol. Lines are given
// without their line break; of protocols that have none, a line is what comes as a
// whole.
//
// A client lands in one step or two. It says hello; if the server then bids it
// welcome (kindWelcome), it enters its room. Either way a ping follows, and the
// client has landed when that is answered.
type Dialect interface {
	// Name is the protocol's name, as a flag has it.
	Name() string

	// Home is the room in which every client is by itself, or "".
	Home() string

	// Echoes reports whether the server brings a sender its own messages. If
	// it does, they acknowledge themselves; if not, a sender pings after them.
	Echoes() bool

	// AppendHello appends what a new client sends first.
	AppendHello(dst []byte, nick, room, token string) []byte

	// AppendEnter appends what a client sends to enter a room ("" for none),
	// and a ping with the token.
	AppendEnter(dst []byte, room, token string) []byte

	// AppendMessage appends a message with this text to the room.
	AppendMessage(dst []byte, room string, text []byte) []byte

	// AppendPing appends a ping with the token.
	AppendPing(dst, token []byte) []byte

	// AppendPong appends the answer to the server's own ping, whose part is
	// given.
	AppendPong(dst, part []byte) []byte

	// AppendQuit appends what somebody sends who has had a look and leaves.
	AppendQuit(dst []byte) []byte

	// Cut returns the first whole line of what has come, and how many bytes it
	// takes with its line break: 0 if it is not there yet.
	Cut(p []byte) (line []byte, used int)

	// Count counts the messages in what has come, without looking at them, and
	// returns how many bytes need not be looked at again.
	Count(p []byte) (messages uint64, used int)

	// Sort tells what kind of line it is, and returns the part of it that
	// matters for that kind. It does not allocate, but for what it inflates.
	Sort(line []byte) (kind, []byte)
}

// kind is what a line is to a client.
type kind uint8

const (
	kindOdd      kind = iota // nothing that a healthy run brings
	kindNotice               // something that may come at any time, such as somebody's leaving
	kindMessage              // its part is the text
	kindMessages             // several at once; its part is for splitWeb
	kindPing                 // to be answered; its part goes into AppendPong
	kindPong                 // its part is the token
	kindWelcome              // the server knows the client: it may enter
	kindRefusal              // the server will not have it
	kindJoin                 // somebody came into the room
	kindNames                // the end of the list of who is in the room
)

// dialects returns all of them, in the order in which help lists them.
func dialects() []Dialect {
	return []Dialect{lineDialect{}, ircPlain(), ircTimed(), ircTagged(), ircNameless(), webPlain(), webDeflated(), sshDialect{}, screenDialect{}}
}

// dialectNames returns the names of all of them, for people.
func dialectNames() string {
	var names []string
	for _, d := range dialects() {
		names = append(names, d.Name())
	}
	return strings.Join(names, ", ")
}

// parseDialects returns the dialects of these names, which commas part.
func parseDialects(names string) (found []Dialect, err error) {
next:
	for name := range strings.SplitSeq(names, ",") {
		for _, d := range dialects() {
			if d.Name() == name {
				found = append(found, d)
				continue next
			}
		}
		return nil, fmt.Errorf("bench: there is no dialect %q: choose of %s", name, dialectNames())
	}
	return found, nil
}

// lobby is the room in which every line client lands.
const lobby = "#lobby"

// lines are protocols whose lines end in a line break.
type lines struct{}

// Cut cuts at a line break, with or without a carriage return before it.
func (lines) Cut(p []byte) (line []byte, used int) {
	n := bytes.IndexByte(p, '\n')
	if n < 0 {
		return nil, 0
	}
	return trimCR(p[:n]), n + 1
}

// Count counts the marks of tags.
func (lines) Count(p []byte) (messages uint64, used int) {
	return uint64(bytes.Count(p, []byte{tagMark})), len(p)
}

// trimCR removes a carriage return from the end of a line.
func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// lineDialect is the plain line protocol: text in, `HH:MM <nick> text` out.
type lineDialect struct{ lines }

// Name returns "line".
func (lineDialect) Name() string { return "line" }

// Home is the lobby.
func (lineDialect) Home() string { return lobby }

// Echoes reports true: everybody sees everything in the room.
func (lineDialect) Echoes() bool { return true }

// AppendHello appends /nick, /join and /ping. Answers to commands come in
// command order, so the pong tells that the client is in its room.
func (d lineDialect) AppendHello(dst []byte, nick, room, token string) []byte {
	return d.AppendEnter(append(append(append(dst, "/nick "...), nick...), '\n'), room, token)
}

// AppendEnter appends /join and /ping.
func (lineDialect) AppendEnter(dst []byte, room, token string) []byte {
	if room != lobby && room != "" {
		dst = append(append(append(dst, "/join "...), room...), '\n')
	}
	return append(append(append(dst, "/ping "...), token...), '\n')
}

// AppendMessage appends the text alone: it goes to the client's one room.
func (lineDialect) AppendMessage(dst []byte, _ string, text []byte) []byte {
	return append(append(dst, text...), '\n')
}

// AppendPing appends /ping.
func (lineDialect) AppendPing(dst, token []byte) []byte {
	return append(append(append(dst, "/ping "...), token...), '\n')
}

// AppendPong appends nothing: the server does not ping.
func (lineDialect) AppendPong(dst, _ []byte) []byte { return dst }

// AppendQuit asks who is there, and leaves.
func (lineDialect) AppendQuit(dst []byte) []byte { return append(dst, "/who\n/quit\n"...) }

// Sort knows messages, pongs and notices.
func (lineDialect) Sort(line []byte) (kind, []byte) {
	if text, ok := lineText(line); ok {
		return kindMessage, text
	}
	if token, ok := bytes.CutPrefix(line, []byte("* pong ")); ok {
		return kindPong, token
	}
	if lineNotice(line) {
		return kindNotice, nil
	}
	return kindOdd, nil
}

// lineText expects `HH:MM <nick> text`.
func lineText(line []byte) ([]byte, bool) {
	const nickAt = len("HH:MM <")
	if len(line) < nickAt || line[2] != ':' || line[nickAt-2] != ' ' || line[nickAt-1] != '<' {
		return nil, false
	}
	end := bytes.IndexByte(line[nickAt:], '>')
	if end < 0 || len(line) < nickAt+end+2 || line[nickAt+end+1] != ' ' {
		return nil, false
	}
	return line[nickAt+end+2:], true
}

// lineNotice accepts lines that begin with a star, or have one after the time.
func lineNotice(line []byte) bool {
	const starAt = len("HH:MM ")
	return bytes.HasPrefix(line, []byte("*")) || len(line) > starAt && line[2] == ':' && line[starAt] == '*'
}
