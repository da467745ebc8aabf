package irc

import (
	"strconv"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// dialect is what of the capabilities shows in the lines of events: a set of bits.
type dialect uint8

// What shows in the lines of a room's events.
const (
	withTags      dialect = 1 << iota // message-tags: msgid, client tags, bot
	withTime                          // server-time
	withAccount                       // account-tag
	withJoins                         // extended-join
	withMultiline                     // draft/multiline, and batch
	withRedaction                     // draft/message-redaction
	withInvites                       // invite-notify
	withEdits                         // hubbub.chat/edit
	roomDialects  = 1 << iota
)

// And in those of an inbox, beside the first three.
const (
	withMarkers   dialect = 1 << (3 + iota) // draft/read-marker
	inboxDialects         = 1 << (3 + iota)
)

// Dialects is how many there are, counted from [Config.First].
const Dialects = roomDialects + inboxDialects

// dialectsOf returns the dialects that follow from capabilities: of rooms in the
// lower half, of the inbox in the upper.
func dialectsOf(caps capability) uint32 {
	var both, room, inbox dialect
	add := func(to *dialect, bit dialect, need capability) {
		if caps&need == need {
			*to |= bit
		}
	}
	add(&both, withTags, capMessageTags)
	add(&both, withTime, capServerTime)
	add(&both, withAccount, capAccountTag)
	add(&room, withJoins, capExtendedJoin)
	add(&room, withMultiline, capMultiline|capBatch)
	add(&room, withRedaction, capRedaction)
	add(&room, withInvites, capInviteNotify)
	add(&room, withEdits, capEdit|capMessageTags)
	add(&inbox, withMarkers, capReadMarker)
	return uint32(both|room) | uint32(both|inbox)<<16
}

// Encoders returns the encoders of the IRC gateway's dialects, in their order. The
// server's name is what events of its own come from. Files are shown as links that
// begin with base, the address of the server without a slash at the end.
func Encoders(server, base string) []hub.Encoder {
	all := make([]hub.Encoder, 0, Dialects)
	for d := range roomDialects {
		e := encoder{dialect(d), server, base}
		all = append(all, e.room)
	}
	for d := range inboxDialects {
		e := encoder{dialect(d), server, base}
		all = append(all, e.inbox)
	}
	return all
}

// Dialect implements [hub.Peer].
func (c *conn) Dialect(room *chat.RoomInfo) hub.Dialect {
	both := c.dialects.Load()
	if room.Inbox() {
		return c.gateway.cfg.First + roomDialects + hub.Dialect(both>>16)
	}
	return c.gateway.cfg.First + hub.Dialect(both&0xffff)
}

// encoder encodes events in one dialect.
type encoder struct {
	dialect dialect
	server  string
	base    string // of links
}

func (e *encoder) has(bit dialect) bool { return e.dialect&bit != 0 }

// room appends the lines of an event in a room.
func (e *encoder) room(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	switch ev.Kind {
	case chat.Message, chat.Action, chat.Notice:
		return e.said(dst, room, ev)
	case chat.Edited:
		return e.edited(dst, room, ev)
	case chat.Deleted:
		if e.has(withRedaction) {
			dst = e.begin(dst, ev, "")
			dst = append(append(dst, "REDACT "...), targetOf(room, ev)...)
			dst = strconv.AppendUint(append(dst, ' '), uint64(ev.Target), 10)
			if ev.Text != "" {
				dst = append(append(dst, " :"...), ev.Text...)
			}
			dst = append(dst, "\r\n"...)
		}
		return dst
	case chat.Reacted, chat.Unreacted:
		return e.reacted(dst, room, ev)
	}
	if room.Flags&chat.Direct != 0 {
		return dst
	}
	switch ev.Kind {
	case chat.Joined:
		return e.joined(dst, room, ev)
	case chat.Left:
		if ev.Count == 1 {
			return e.quit(dst, ev)
		}
		if ev.Text == "" {
			return e.line(dst, ev, "PART", room.Name)
		}
		return e.line(dst, ev, "PART", room.Name, ev.Text)
	case chat.NickChanged:
		return e.line(dst, ev, "NICK", ev.Name)
	case chat.TopicSet:
		return e.line(dst, ev, "TOPIC", room.Name, ev.Text)
	case chat.Kicked:
		text := ev.Text
		if text == "" {
			text = ev.Nick // RFC 2812 §3.2.8
		}
		if text == "" {
			text = "Kicked"
		}
		return e.line(dst, ev, "KICK", room.Name, ev.Whose, text)
	case chat.Invited:
		if e.has(withInvites) {
			return e.line(dst, ev, "INVITE", ev.Whose, room.Name)
		}
		return dst
	case chat.RoomRenamed:
		return e.renamed(dst, ev)
	}
	return e.ordered(dst, room, ev)
}

// inbox appends the lines of an event in somebody's inbox.
func (e *encoder) inbox(dst []byte, _ *chat.RoomInfo, ev *chat.Event) []byte {
	switch ev.Kind {
	case chat.NickChanged:
		return e.line(dst, ev, "NICK", ev.Name)
	case chat.Invited:
		return e.line(dst, ev, "INVITE", ev.Whose, ev.Name)
	case chat.ReadMarked:
		return e.marked(dst, ev)
	}
	return dst
}

// joined appends that somebody comes into a room. A rank that they have there already
// is given to them as by the server, or others would not see it.
func (e *encoder) joined(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	if e.has(withJoins) {
		dst = e.line(dst, ev, "JOIN", room.Name, account(ev.Nick, ev), ev.Nick)
	} else {
		dst = e.line(dst, ev, "JOIN", room.Name)
	}
	if mode := rankMode(chat.Rank(ev.Was)); mode != "" {
		dst = appendLine(dst, e.server, "MODE", room.Name, "+"+mode, ev.Nick)
	}
	return dst
}

// quit appends that somebody goes from the server. Clients that just vanish give no
// reason.
func (e *encoder) quit(dst []byte, ev *chat.Event) []byte {
	if ev.Text == "" {
		return e.line(dst, ev, "QUIT", "Connection closed")
	}
	return e.line(dst, ev, "QUIT", ev.Text)
}

// account returns the account of an event's author, or an asterisk.
func account(nick string, ev *chat.Event) string {
	if ev.Role() == chat.GuestRole {
		return "*"
	}
	return nick
}

// line appends a line of an event.
func (e *encoder) line(dst []byte, ev *chat.Event, command string, params ...string) []byte {
	dst = e.tags(dst, ev, "")
	return appendLine(dst, "", string(e.prefix(nil, ev))+command, params...)
}

// begin appends the tags and the prefix of an event's line.
func (e *encoder) begin(dst []byte, ev *chat.Event, extra string) []byte {
	return e.prefix(e.tags(dst, ev, extra), ev)
}

// prefix appends who an event comes from, and a space.
func (e *encoder) prefix(dst []byte, ev *chat.Event) []byte {
	dst = append(dst, ':')
	if ev.By == 0 {
		dst = append(dst, e.server...)
	} else {
		dst = append(dst, chat.Hostmask(ev.Nick, ev.Role())...)
	}
	return append(dst, ' ')
}

// tags appends the tags of an event's line. The others in extra come first, and
// show whether or not the client has negotiated any.
func (e *encoder) tags(dst []byte, ev *chat.Event, extra string) []byte {
	return e.tagsOf(dst, ev, extra, true)
}

// tagsOf is tags with or without the msgid, which only the first line of a message
// has.
func (e *encoder) tagsOf(dst []byte, ev *chat.Event, extra string, id bool) []byte {
	start := len(dst)
	next := func() {
		if len(dst) == start {
			dst = append(dst, '@')
		} else {
			dst = append(dst, ';')
		}
	}
	if extra != "" {
		next()
		dst = append(dst, extra...)
	}
	if e.has(withTime) {
		next()
		dst = appendTime(append(dst, "time="...), ev.Time)
	}
	role := ev.Role()
	if e.has(withAccount) && role != chat.GuestRole && ev.By != 0 {
		next()
		dst = appendEscaped(append(dst, "account="...), ev.Nick)
	}
	if e.has(withTags) {
		if id && ev.Seq != 0 { // what is not kept has none
			next()
			dst = strconv.AppendUint(append(dst, "msgid="...), uint64(ev.Seq), 10)
		}
		if role == chat.BotRole || ev.Said() && ev.Count == 1 {
			next()
			dst = append(dst, "bot"...)
		}
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	return dst
}

// appendTime appends a time as server-time has it.
// (https://ircv3.net/specs/extensions/server-time)
func appendTime(dst []byte, t chat.Millis) []byte {
	return time.UnixMilli(int64(t)).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
}

// targetOf returns where an event happened, as IRC calls it: the room's name, or, of
// a direct conversation, whom its author speaks to. So both people see the same.
func targetOf(room *chat.RoomInfo, ev *chat.Event) string {
	if room.Flags&chat.Direct == 0 {
		return room.Name
	}
	for _, m := range room.Members {
		if m.ID != ev.By {
			return m.Nick
		}
	}
	return ev.Nick // oneself, or the other has gone
}

// said appends a message. What does not fit into a line takes several.
func (e *encoder) said(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	s := saying{encoder: e, ev: ev, command: "PRIVMSG", target: targetOf(room, ev), action: ev.Kind == chat.Action}
	if ev.Kind == chat.Notice {
		s.command = "NOTICE"
	}
	if e.has(withTags) {
		s.extra = ev.Tags
		if ev.Target != 0 {
			s.extra = join(replyTag(ev.Target), ev.Tags)
		}
	}
	return s.append(dst, ev.Shown(e.base))
}

// replyTag names the message that one answers.
// (https://ircv3.net/specs/client-tags/reply)
func replyTag(target chat.Seq) string {
	return "+draft/reply=" + target.String() + ";+reply=" + target.String()
}

// join joins two sets of tags.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ";" + b
}

// edited appends a correction. Clients that know edits get the message that it
// changes; for others it is a message of its own.
func (e *encoder) edited(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	s := saying{encoder: e, ev: ev, command: "PRIVMSG", target: targetOf(room, ev)}
	if e.has(withEdits) {
		s.extra = "hubbub.chat/edit=" + ev.Target.String()
		return s.append(dst, ev.Text)
	}
	if e.has(withTags) {
		s.extra = replyTag(ev.Target)
	}
	return s.append(dst, "(edited) "+ev.Text)
}

// reacted appends a reaction. Whoever has negotiated tags gets it as one; but not all
// of those show it, and which do is not negotiated. The clients that do know of
// redactions too. For all others it is also something that somebody does.
// (https://ircv3.net/specs/client-tags/react)
func (e *encoder) reacted(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	target := targetOf(room, ev)
	name, does := "+draft/react", "reacted to "+ev.Whose+" with "+ev.Text
	if ev.Kind == chat.Unreacted {
		name, does = "+draft/unreact", "took back "+ev.Text+" from "+ev.Whose
	}
	if e.has(withTags) {
		extra := string(appendEscaped([]byte(name+"="), ev.Text)) + ";" + replyTag(ev.Target)
		dst = e.begin(dst, ev, extra)
		dst = append(append(append(dst, "TAGMSG "...), target...), "\r\n"...)
		if e.has(withRedaction) {
			return dst
		}
		dst = e.prefix(e.tagsOf(dst, ev, "", false), ev)
	} else {
		dst = e.begin(dst, ev, "")
	}
	s := saying{encoder: e, ev: ev, command: "PRIVMSG", target: target, action: true}
	return s.line(dst, does)
}
