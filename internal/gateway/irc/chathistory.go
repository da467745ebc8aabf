package irc

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// The past, as clients ask for it. (https://ircv3.net/specs/extensions/chathistory)

// past is a conversation whose past the client may read.
type past struct {
	target string         // what the client calls it
	room   *chat.RoomInfo // nil if the two have never talked
}

// query is a part of a past that is asked for.
type query struct {
	past
	verb  string
	refs  []reference
	limit int
}

// chathistory answers with a part of a conversation's past, or with the
// conversations that there are.
func (c *conn) chathistory(m *message) {
	c.settle() // what the client has said just now is in its past
	verb := strings.ToUpper(m.param(0))
	refs, ok := references(verb)
	switch {
	case verb == "":
		c.fail("CHATHISTORY", "NEED_MORE_PARAMS", "Missing parameters")
	case verb == "TARGETS":
		c.historyTargets(m)
	case !ok:
		c.fail("CHATHISTORY", "UNKNOWN_COMMAND", shown(m.param(0)), "Unknown command")
	case len(m.params) < 3+refs:
		c.fail("CHATHISTORY", "NEED_MORE_PARAMS", verb, "Missing parameters")
	default:
		c.answerHistory(m, query{verb: verb, refs: make([]reference, refs)})
	}
}

// references returns how many references a subcommand takes, behind the target.
func references(verb string) (n int, ok bool) {
	switch verb {
	case "LATEST", "BEFORE", "AFTER", "AROUND":
		return 1, true
	case "BETWEEN":
		return 2, true
	}
	return 0, false
}

// answerHistory answers a CHATHISTORY that has all the parameters that it takes.
func (c *conn) answerHistory(m *message, q query) {
	limit, err := strconv.Atoi(m.param(2 + len(q.refs)))
	if err != nil || limit <= 0 {
		c.fail("CHATHISTORY", "INVALID_PARAMS", q.verb, shown(m.param(2+len(q.refs))), "The limit must be a number above 0")
		return
	}
	q.limit = min(limit, maxHistory)
	if c.Session().Charge(c.Context(), cost(q.limit)) != nil {
		return
	}
	p, ok := c.pastOf(m.param(1))
	if !ok {
		c.fail("CHATHISTORY", "INVALID_TARGET", q.verb, shown(m.param(1)), "Messages could not be retrieved: you are in no such conversation")
		return
	}
	q.past = p
	for i := range q.refs {
		code, why := c.refer(&q, i, m.param(2+i))
		if code != "" {
			c.fail("CHATHISTORY", code, q.verb, shown(m.param(2+i)), why)
			return
		}
	}
	events, refusal := c.read(&q)
	if refusal != nil {
		c.fail("CHATHISTORY", "MESSAGE_ERROR", q.verb, shown(q.target), refusal.Text)
		return
	}
	c.play(&q.past, events)
}

// cost is how many actions it counts for to read so many events.
func cost(events int) int { return 1 + events/250 }

// pastOf returns a conversation by what the client calls it: a room that it is in,
// or its conversation with somebody, who may be gone.
func (c *conn) pastOf(target string) (past, bool) {
	s := c.Session()
	if strings.HasPrefix(target, "#") {
		room, err := s.Room(target)
		if err != nil {
			return past{}, false
		}
		_, in := room.Member(s.User())
		return past{target, room}, in
	}
	if other, err := s.Lookup(target); err == nil {
		room, _ := s.DirectWith(other)
		return past{target, room}, true
	}
	room, ok := s.DirectWithGone(c.Context(), target)
	return past{target, room}, ok
}

// reference is a place in a conversation. What comes after it is after one position,
// and what comes before it is before another: a time can have several events, or none.
type reference struct{ after, before chat.Seq }

// refer reads the i-th reference of a query. If it is none, it returns the code and
// the reason.
func (c *conn) refer(q *query, i int, text string) (code, why string) {
	kind, value, _ := strings.Cut(text, "=")
	switch {
	case text == "*" && q.verb == "LATEST":
		return "", ""
	case kind == "msgid":
		seq, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return "INVALID_PARAMS", "There is no such message"
		}
		q.refs[i] = reference{chat.Seq(seq), max(chat.Seq(seq), 1)}
		return "", ""
	case kind == "timestamp":
		t, ok := parseTime(value)
		if !ok {
			return "INVALID_PARAMS", "A timestamp is as in timestamp=2026-01-31T12:00:00.000Z"
		}
		ref, err := c.at(q.room, t)
		if err != nil {
			return "MESSAGE_ERROR", err.Text
		}
		q.refs[i] = ref
		return "", ""
	}
	return "INVALID_MSGREFTYPE", "A reference is msgid= or timestamp="
}

// parseTime reads a time as server-time has it.
func parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// at returns the place of a time in a room.
func (c *conn) at(room *chat.RoomInfo, t time.Time) (ref reference, err *chat.Error) {
	if room == nil {
		return reference{}, nil
	}
	from := chat.Millis(t.UnixMilli())
	if ref.after, err = c.Session().SeqAt(c.Context(), room.ID, from+1); err != nil {
		return ref, err
	}
	until := chat.Millis(t.Add(time.Millisecond - 1).UnixMilli()) // what is given more exactly than we know it comes later
	last, err := c.Session().SeqAt(c.Context(), room.ID, until)
	ref.before = last + 1
	return ref, err
}

// read returns what a query asks for, oldest first.
func (c *conn) read(q *query) ([]chat.Event, *chat.Error) {
	r := hub.Range{Limit: q.limit, Events: c.has(capEventPlayback)}
	from := q.refs[0]
	switch q.verb {
	case "LATEST":
		r.After, r.Latest = from.after, true
	case "BEFORE":
		r.Before, r.Latest = from.before, true
	case "AFTER":
		r.After = from.after
	case "AROUND":
		return c.readAround(q, r)
	case "BETWEEN": // exclusive of both; beginning with the first, whichever it is
		to := q.refs[1]
		if from.before <= to.before {
			r.After, r.Before = from.after, to.before
		} else {
			r.After, r.Before, r.Latest = to.after, from.before, true
		}
	}
	return c.readRange(q.room, r)
}

// readAround returns what was said before and after a place, and what is at it.
func (c *conn) readAround(q *query, r hub.Range) ([]chat.Event, *chat.Error) {
	place := q.refs[0].before
	r.Before, r.Latest, r.Limit = place, true, q.limit/2
	before, err := c.readRange(q.room, r)
	if err != nil {
		return nil, err
	}
	r.Before, r.After, r.Latest, r.Limit = 0, place-min(place, 1), false, q.limit-len(before)
	after, err := c.readRange(q.room, r)
	return append(before, after...), err
}

func (c *conn) readRange(room *chat.RoomInfo, r hub.Range) ([]chat.Event, *chat.Error) {
	if room == nil || r.Limit == 0 {
		return nil, nil
	}
	return c.Session().Playback(c.Context(), room.ID, r)
}

// maxReply is about how many bytes of an answer are gathered before they leave.
const maxReply = 32 << 10

// play answers with events of a conversation.
func (c *conn) play(p *past, events []chat.Event) {
	batch := c.beginBatch("chathistory", events, shown(p.target))
	s := scribe{encoder: c.encoder(), batch: batch, shy: c.shy(p.room)}
	for i := range events {
		c.out = s.append(c.out, p.room, &events[i])
		if len(c.out) >= maxReply && c.label == "" {
			c.commitReply()
		}
	}
	c.endBatch(batch)
}

// beginBatch begins an answer that is one batch, which bears the label if there is
// one, and returns its name; empty for clients that take no batches.
// (https://ircv3.net/specs/extensions/batch)
func (c *conn) beginBatch(kind string, events []chat.Event, params ...string) string {
	if !c.has(capBatch) {
		return ""
	}
	id := pastBatch(events)
	open := appendBatch(nil, c.gateway.cfg.Server, "+"+id, append([]string{kind}, params...)...)
	if c.label != "" {
		open, c.label = withTag(nil, string(open), "label", c.label), ""
	}
	c.out = append(c.out, open...)
	return id
}

func (c *conn) endBatch(id string) {
	if id != "" {
		c.out = appendBatch(c.out, c.gateway.cfg.Server, "-"+id)
	}
}

// appendBatch appends the line that opens or closes a batch. None of its parameters
// is one that may be empty or have a space.
func appendBatch(dst []byte, server, name string, params ...string) []byte {
	dst = append(append(append(append(dst, ':'), server...), " BATCH "...), name...)
	for _, p := range params {
		dst = append(append(dst, ' '), p...)
	}
	return append(dst, "\r\n"...)
}

// pastBatch names a batch of events. It has a capital letter, unlike those of
// messages in several lines, which may be in it.
func pastBatch(events []chat.Event) string {
	seq := uint64(0)
	if len(events) > 0 {
		seq = uint64(events[0].Seq)
	}
	return "H" + strconv.FormatUint(seq, 36)
}

// encoder returns the encoder of the client's dialect in rooms.
func (c *conn) encoder() encoder {
	return encoder{dialect: dialect(c.dialects.Load() & 0xffff), server: c.gateway.cfg.Server, base: c.gateway.cfg.URL}
}

// shy reports whether the comings and goings in a room are not for the client's
// eyes.
func (c *conn) shy(room *chat.RoomInfo) bool {
	s := c.Session()
	return room != nil && room.Flags&chat.Quiet != 0 && room.RankOf(s.User(), s.Role()) < chat.ModeratorRank
}

// scribe writes events of the past for one reader.
type scribe struct {
	encoder
	batch string // that they are in; empty for none
	shy   bool
	lines []byte // of one event
}

// append appends the lines of an event.
func (s *scribe) append(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	e := s.encoder
	switch ev.Kind {
	case chat.Joined, chat.Left:
		if s.shy {
			return dst
		}
	case chat.Reacted: // to who knows tags it is one of them, never something said
		if !e.has(withTags) {
			return dst
		}
		e.dialect |= withRedaction
	}
	s.lines = e.room(s.lines[:0], room, ev)
	return appendWithin(dst, s.lines, s.batch)
}

// historyTargets answers with the conversations in which something was said lately.
func (c *conn) historyTargets(m *message) {
	if len(m.params) < 4 {
		c.fail("CHATHISTORY", "NEED_MORE_PARAMS", "TARGETS", "Missing parameters")
		return
	}
	var times [2]chat.Millis
	for i := range times {
		value, ok := strings.CutPrefix(m.param(1+i), "timestamp=")
		t, valid := parseTime(value)
		if !ok || !valid {
			c.fail("CHATHISTORY", "INVALID_PARAMS", "TARGETS", shown(m.param(1+i)), "A time is as in timestamp=2026-01-31T12:00:00.000Z")
			return
		}
		times[i] = chat.Millis(t.UnixMilli())
	}
	limit, err := strconv.Atoi(m.param(3))
	if err != nil || limit <= 0 {
		c.fail("CHATHISTORY", "INVALID_PARAMS", "TARGETS", shown(m.param(3)), "The limit must be a number above 0")
		return
	}
	if c.Session().Charge(c.Context(), cost(maxHistory)) != nil {
		return
	}
	targets, refusal := c.Session().Targets(c.Context(), times[0], times[1], min(limit, maxHistory))
	if refusal != nil {
		c.fail("CHATHISTORY", "MESSAGE_ERROR", "TARGETS", refusal.Text)
		return
	}
	c.listTargets(targets)
}

func (c *conn) listTargets(targets []hub.Target) {
	batch := c.beginBatch("draft/chathistory-targets", nil)
	for _, t := range targets {
		if name := c.nameOf(t.Room); name != "" {
			line := appendLine(nil, c.gateway.cfg.Server, "CHATHISTORY", "TARGETS", name, string(appendTime(nil, t.Time)))
			c.out = appendWithin(c.out, line, batch)
		}
	}
	c.endBatch(batch)
}

// nameOf returns what the client calls a conversation, or "" if it can't: the other
// has gone, and somebody else has the nick.
func (c *conn) nameOf(room *chat.RoomInfo) string {
	if room.Flags&chat.Direct == 0 {
		return room.Name
	}
	for _, m := range room.Members {
		if m.ID != c.Session().User() {
			return m.Nick
		}
	}
	_, other, ok := c.Session().WithGone(c.Context(), room)
	if _, err := c.Session().Lookup(other.Nick); !ok || err == nil {
		return ""
	}
	return other.Nick
}
