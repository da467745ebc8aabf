package bench

import "bytes"

// Dialect is what the load generator must know of a protocol. Lines are given
// without their line break.
type Dialect interface {
	// Name is the protocol's name, as a flag has it.
	Name() string

	// AppendHello appends what a new client sends first: its nick, its room,
	// and a probe with the token, whose answer tells that the rest was done.
	AppendHello(dst []byte, nick, room, token string) []byte

	// AppendMessage appends a message with this text to the room.
	AppendMessage(dst []byte, room string, text []byte) []byte

	// Landed reports whether the line answers the probe of AppendHello.
	Landed(line []byte, token string) bool

	// Text returns the text of a message line, a part of line. It reports
	// false for every other line. It does not allocate.
	Text(line []byte) ([]byte, bool)

	// Notice reports whether the line is something that a healthy run may
	// bring at any time, such as somebody's coming and going.
	Notice(line []byte) bool
}

// lobby is the room in which every line client lands.
const lobby = "#lobby"

// lineDialect is the plain line protocol: text in, `HH:MM <nick> text` out.
type lineDialect struct{}

// Name returns "line".
func (lineDialect) Name() string { return "line" }

// AppendHello appends /nick, /join and /ping. Answers to commands come in
// command order, so the pong tells that the client is in its room.
func (lineDialect) AppendHello(dst []byte, nick, room, token string) []byte {
	dst = append(append(append(dst, "/nick "...), nick...), '\n')
	if room != lobby {
		dst = append(append(append(dst, "/join "...), room...), '\n')
	}
	return append(append(append(dst, "/ping "...), token...), '\n')
}

// AppendMessage appends the text alone: it goes to the client's one room.
func (lineDialect) AppendMessage(dst []byte, _ string, text []byte) []byte {
	return append(append(dst, text...), '\n')
}

// Landed looks for `* pong TOKEN`.
func (lineDialect) Landed(line []byte, token string) bool {
	rest, ok := bytes.CutPrefix(line, []byte("* pong "))
	return ok && string(rest) == token
}

// Text expects `HH:MM <nick> text`.
func (lineDialect) Text(line []byte) ([]byte, bool) {
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

// Notice accepts lines that begin with a star, or have one after the time.
func (lineDialect) Notice(line []byte) bool {
	const starAt = len("HH:MM ")
	return bytes.HasPrefix(line, []byte("*")) || len(line) > starAt && line[2] == ':' && line[starAt] == '*'
}
