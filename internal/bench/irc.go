package bench

import "bytes"

// ircDialect is IRC as one kind of client speaks it.
type ircDialect struct {
	lines
	name string
	caps string // the capabilities that the client asks for; a server must grant all of them
	echo bool   // echo-message is among them
}

// ircPlain is a client that negotiates nothing.
func ircPlain() ircDialect { return ircDialect{name: "irc"} }

// ircTimed is a client that wants times and nothing else.
func ircTimed() ircDialect { return ircDialect{name: "irc-time", caps: "server-time"} }

// ircTagged is a client that wants all that tags can tell.
func ircTagged() ircDialect {
	return ircDialect{name: "irc-tags", caps: "message-tags server-time account-tag batch labeled-response echo-message", echo: true}
}

// ircNameless is a client that asks who is in a room when it wants to know.
func ircNameless() ircDialect { return ircDialect{name: "irc-no-names", caps: "no-implicit-names"} }

// ircHistorian is a client that reads rooms' pasts. It is not one of a fleet's.
func ircHistorian() ircDialect {
	return ircDialect{name: "irc-history", caps: "batch server-time message-tags draft/chathistory"}
}

// maxIRCSize bounds a message's text, so that it fits into 512 bytes with its
// prefix, command and room.
const maxIRCSize = 400

// Name returns the name of this kind of client.
func (d ircDialect) Name() string { return d.name }

// Home returns "": an IRC client is nowhere until it joins.
func (ircDialect) Home() string { return "" }

// Echoes reports whether echo-message is negotiated.
func (d ircDialect) Echoes() bool { return d.echo }

// AppendHello registers, after asking for capabilities in one CAP REQ that is
// granted or refused as a whole. Some servers need a second before they bid
// welcome, and refuse a JOIN until then: so it waits.
func (d ircDialect) AppendHello(dst []byte, nick, _, _ string) []byte {
	if d.caps != "" {
		dst = append(append(append(dst, "CAP REQ :"...), d.caps...), "\r\n"...)
	}
	dst = append(append(append(dst, "NICK "...), nick...), "\r\n"...)
	dst = append(append(append(dst, "USER "...), nick...), " 0 * :bench\r\n"...)
	if d.caps != "" {
		dst = append(dst, "CAP END\r\n"...)
	}
	return dst
}

// AppendEnter appends JOIN and PING.
func (d ircDialect) AppendEnter(dst []byte, room, token string) []byte {
	if room != "" {
		dst = append(append(append(dst, "JOIN "...), room...), "\r\n"...)
	}
	return append(append(append(dst, "PING "...), token...), "\r\n"...)
}

// AppendMessage appends a PRIVMSG.
func (ircDialect) AppendMessage(dst []byte, room string, text []byte) []byte {
	dst = append(append(append(dst, "PRIVMSG "...), room...), " :"...)
	return append(append(dst, text...), "\r\n"...)
}

// AppendPing appends PING.
func (ircDialect) AppendPing(dst, token []byte) []byte {
	return append(append(append(dst, "PING "...), token...), "\r\n"...)
}

// AppendPong appends PONG with what the server's PING said.
func (ircDialect) AppendPong(dst, part []byte) []byte {
	return append(append(append(dst, "PONG "...), part...), "\r\n"...)
}

// AppendQuit asks for the numbers of users, and leaves.
func (ircDialect) AppendQuit(dst []byte) []byte { return append(dst, "LUSERS\r\nQUIT\r\n"...) }

// Sort looks at the command, behind tags and source (RFC 1459, 2.3.1, and the
// message-tags specification).
func (ircDialect) Sort(line []byte) (kind, []byte) {
	word, args := ircCommand(line)
	switch string(word) {
	case "PRIVMSG":
		if len(args) == 0 || args[0] != '#' {
			return kindNotice, nil
		}
		_, text, _ := bytes.Cut(args, []byte{' '})
		return kindMessage, ircTrailing(text)
	case "JOIN":
		return kindJoin, nil
	case "PING":
		return kindPing, args
	case "PONG":
		return kindPong, ircLast(args)
	case "CAP":
		if bytes.Contains(args, []byte(" NAK ")) {
			return kindRefusal, nil
		}
		return kindNotice, nil
	case "ERROR":
		return kindRefusal, nil
	case "NOTICE", "MODE", "PART", "QUIT", "NICK", "TOPIC", "KICK", "TAGMSG", "BATCH", "AWAY", "ACCOUNT", "CHGHOST", "SETNAME", "NOTE", "MARKREAD":
		return kindNotice, nil
	default:
		return ircNumeric(word), nil
	}
}

// ircNumeric sorts a reply by its number: those from 400 are errors.
func ircNumeric(word []byte) kind {
	if len(word) != 3 || word[0] < '0' || word[0] > '9' {
		return kindOdd
	}
	switch string(word) {
	case "001":
		return kindWelcome
	case "366":
		return kindNames
	case "422": // there is no message of the day
		return kindNotice
	}
	if word[0] == '4' || word[0] == '5' {
		return kindRefusal
	}
	return kindNotice
}

// ircCommand returns the command of a line and what follows it.
func ircCommand(line []byte) (word, args []byte) {
	if len(line) > 0 && line[0] == '@' {
		_, line, _ = bytes.Cut(line, []byte{' '})
	}
	if len(line) > 0 && line[0] == ':' {
		_, line, _ = bytes.Cut(line, []byte{' '})
	}
	word, args, _ = bytes.Cut(line, []byte{' '})
	return word, args
}

// ircTrailing returns a last parameter without the colon that may precede it.
func ircTrailing(param []byte) []byte {
	if len(param) > 0 && param[0] == ':' {
		return param[1:]
	}
	return param
}

// ircLast returns the last of the parameters, of which only it may have blanks.
func ircLast(args []byte) []byte {
	for len(args) > 0 && args[0] != ':' {
		_, rest, more := bytes.Cut(args, []byte{' '})
		if !more {
			break
		}
		args = rest
	}
	return ircTrailing(args)
}
