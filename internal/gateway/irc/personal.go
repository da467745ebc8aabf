package irc

import (
	"bytes"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What a connection is told, on the writer's side.

// social is the last coming, going or change of name that was told. Somebody with
// whom one shares several rooms brings one about in each, one after the other.
type social struct {
	kind chat.Kind
	by   chat.UserID
	at   chat.Millis
	name string
}

// Personal implements [gateway.Tracker].
func (c *conn) Personal(dst []byte, d *hub.Delivery) []byte {
	k, _ := d.Answer.Tag.(*call)
	ev := d.Event
	switch {
	case ev.Kind == chat.Joined && ev.By == c.Session().User():
		return c.joined(dst, d, k)
	case ev.Kind == chat.RoomRenamed:
		return c.renamed(dst, d, k)
	case ev.Kind == chat.Invited && k != nil && ev.Room == ev.About:
		return c.inviting(dst, d, k)
	case ev.Kind == chat.PropertySet:
		return c.propertySet(dst, d, k)
	case c.unseen(d):
		return dst
	case ev.Kind == chat.Joined:
		return c.appendNewcomer(c.appendAwayJoin(c.appendJoined(dst, d), d), d)
	case ev.Kind == chat.NickChanged, ev.Kind == chat.Left && ev.Count == 1:
		again := social{kind: ev.Kind, by: ev.By, at: ev.Time, name: ev.Name}
		if c.social == again {
			return dst
		}
		c.social = again
	case k != nil && k.says && !c.has(capEcho):
		return dst
	case k != nil && k.verb == "TAGMSG": // who reacts by tags needs no words for it
		first := bytes.Index(d.Bytes, []byte("\r\n")) + len("\r\n")
		return c.own(dst, d.Bytes[:first], k)
	}
	return c.own(dst, d.Bytes, k)
}

// own appends the lines of an event that a command of the client's brought about,
// with its label.
func (c *conn) own(dst, lines []byte, k *call) []byte {
	switch {
	case k == nil || len(lines) == 0:
		return append(dst, lines...)
	case k.batch != "":
		return appendWithin(dst, lines, k.batch)
	case k.label == "" || k.done:
		return append(dst, lines...)
	}
	k.done = true
	return append(dst, c.labelled(lines, k.label)...)
}

// joined appends that the client is in a room now, and what it is told of it. All
// of it comes in the place of the event.
func (c *conn) joined(dst []byte, d *hub.Delivery, k *call) []byte {
	if d.Room.Flags&chat.Direct != 0 {
		return dst
	}
	lines := c.appendRoom(c.appendJoined(c.appendSentOn(nil, k, d.Room), d), d.Room)
	dst = c.own(dst, lines, k)
	return c.appendLately(dst, d.Room, d.Event.Prev)
}

// appendSentOn appends that the client comes into another room than it has asked for.
// (https://modern.ircdocs.horse/#errlinkchannel-470)
func (c *conn) appendSentOn(dst []byte, k *call, room *chat.RoomInfo) []byte {
	if k == nil || k.verb != "JOIN" || chat.Fold(k.target) == chat.Fold(room.Name) {
		return dst
	}
	return appendNumeric(dst, c.gateway.cfg.Server, errLinkChannel, c.Session().Nick(), shown(k.target), room.Name, "Forwarding to another channel")
}

// Entered implements [gateway.Protocol]. Of a room that has just been joined the
// event tells; one that one was in already is joined for the client's sake.
func (c *conn) Entered(dst []byte, d *hub.Delivery) []byte {
	switch {
	case d.Room.Inbox():
		return c.appendWelcome(dst)
	case d.Joins:
		return dst
	case d.Room.Flags&chat.Direct != 0:
		return c.appendReplay(dst, d.Room, d.After)
	}
	dst = c.appendJoin(dst, d.Room)
	dst = c.appendRoom(dst, d.Room)
	return c.appendReplay(dst, d.Room, d.After)
}

// appendJoin appends the client's own joining of a room that its user was in
// already.
func (c *conn) appendJoin(dst []byte, room *chat.RoomInfo) []byte {
	s := c.Session()
	prefix := chat.Hostmask(s.Nick(), s.Role())
	if !c.has(capExtendedJoin) {
		return appendLine(dst, prefix, "JOIN", room.Name)
	}
	account, real := s.Nick(), s.Profile().Real
	if s.Role() == chat.GuestRole {
		account = "*"
	}
	if real == "" {
		real = s.Nick()
	}
	return appendLine(dst, prefix, "JOIN", room.Name, account, real)
}

// appendJoined appends the lines of a joining: for who has negotiated extended-join with
// what the one who joins says their name is. That is not in the log, so what everybody
// gets has the nick in its place.
// (https://ircv3.net/specs/extensions/extended-join)
func (c *conn) appendJoined(dst []byte, d *hub.Delivery) []byte {
	if !c.has(capExtendedJoin) {
		return append(dst, d.Bytes...)
	}
	end, real := bytes.Index(d.Bytes, []byte("\r\n")), c.gateway.reals.of(c, d.Event)
	at := end - len(d.Event.Nick)
	if real == "" || at < 1 || d.Bytes[at-1] != ':' {
		return append(dst, d.Bytes...)
	}
	dst = append(append(dst, d.Bytes[:at]...), real...)
	return append(dst, d.Bytes[end:]...)
}

// unseen reports whether the client is not told of a coming, a going or a change of
// name: somebody else's in a room where it is quiet, if they have no voice there and
// the client does not keep order in it.
func (c *conn) unseen(d *hub.Delivery) bool {
	ev := d.Event
	if !ev.Social() || d.Room.Flags&chat.Quiet == 0 || ev.By == c.Session().User() || chat.Rank(ev.Was) >= chat.VoiceRank {
		return false
	}
	room, err := c.Session().RoomByID(d.Room.ID)
	return err == nil && room.RankOf(c.Session().User(), c.role.now(c.Session())) < chat.ModeratorRank
}

// ownRole is what the client's user is on the server. All who are in a room ask for it
// when somebody comes, so it is looked up only when anybody's role has changed.
type ownRole struct {
	known   bool
	changes uint64 // until it was looked up
	role    chat.Role
}

func (r *ownRole) now(s *hub.Session) chat.Role {
	if changes := s.Roles(); !r.known || changes != r.changes {
		*r = ownRole{true, changes, s.Role()}
	}
	return r.role
}

// appendRoom appends a room's topic and, unless the client does without, its names.
func (c *conn) appendRoom(dst []byte, brief *chat.RoomInfo) []byte {
	room, err := c.Session().RoomByID(brief.ID)
	if err != nil {
		return dst
	}
	nick := c.Session().Nick()
	if room.Topic != "" {
		dst = c.appendTopic(dst, nick, room)
	}
	if c.has(capReadMarker) { // before the end of the names
		dst = c.appendMarker(dst, &past{room: room}, room.Name)
	}
	if !c.has(capNoImplicitNames) {
		dst = c.appendNames(dst, nick, room, true)
	}
	return c.appendJoinSync(dst, room)
}

// Exited implements [gateway.Protocol]: the event has told.
func (c *conn) Exited(dst []byte, _ *chat.RoomInfo) []byte { return dst }

// Answered implements [gateway.Protocol].
func (c *conn) Answered(dst []byte, tag any, out chat.Outcome) []byte {
	k := tag.(*call)
	if out.Err == nil && k.files != nil {
		aside(func() { c.taken(k.files) })
	}
	var lines []byte
	switch {
	case out.Err != nil:
		lines = c.appendRefusal(nil, k, out.Err)
	case k.verb == "MARKREAD" && out.Seq == 0:
		lines = c.appendUnmoved(nil, k.target)
	case k.verb == "JOIN" && out.Seq == 0: // in it already
		if room, err := c.Session().RoomByID(out.Room); err == nil {
			lines = c.appendSentOn(nil, k, room)
		}
	case k.verb == "METADATA" && (out.Seq == 0 || k.elsewhere):
		lines = c.appendKept(nil, k)
	}
	switch {
	case len(lines) == 0 && (k.done || k.label == "" || out.Seq != 0 && (c.has(capEcho) || !k.says)):
		return dst // the event is the answer, or will be
	case k.batch != "" && len(lines) > 0:
		return appendWithin(dst, lines, k.batch)
	case k.label == "" || k.done:
		return append(dst, lines...)
	}
	k.done = true
	if len(lines) == 0 {
		lines = appendLine(lines, c.gateway.cfg.Server, "ACK")
	}
	return append(dst, c.labelled(lines, k.label)...)
}

// Goodbye implements [gateway.Protocol].
func (c *conn) Goodbye(dst []byte, reason string, _ chat.Seq) []byte {
	return appendLine(dst, "", "ERROR", "Closing link: "+closing(reason))
}
