package line

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Reading what was said before.

// How many messages /history shows.
const (
	usualHistory = 30
	mostHistory  = 200
)

func (c *conn) history(req request) {
	if !c.charge(req) {
		return
	}
	count, before, err := c.historyArgs(req.rest)
	var room *chat.RoomInfo
	if err == nil {
		room, err = c.room("")
	}
	var messages []hub.Message
	if err == nil {
		messages, err = c.Session().History(c.Context(), room.ID, before, count)
	}
	switch {
	case err != nil:
		c.refuse(req.id, err)
	case c.machine:
		c.reply(req, api.Message{Events: c.machineEvents(messages)})
	case len(messages) == 0 && before != 0:
		c.reply(req, api.Message{Text: "* Nothing was said here before that."})
	case len(messages) == 0:
		c.reply(req, api.Message{Text: "* Nothing has been said here yet."})
	default:
		text := c.appendHistory(nil, room, messages, numbered)
		if len(messages) == count {
			text = fmt.Appendf(text, "* What was said before: /history %d %d", count, messages[0].Seq)
		}
		c.reply(req, api.Message{Text: strings.TrimSuffix(string(text), "\n")})
	}
}

// charge prepares a query: it waits until the limits let it pass and everything
// before it is done. It reports false if there will be no answer.
func (c *conn) charge(req request) bool {
	if err := c.Session().Charge(c.Context(), 1); err != nil {
		c.refuse(req.id, err)
		return false
	}
	return c.Session().Settle(c.Context()) == nil // else it is closing
}

// historyArgs reads [COUNT] [MESSAGE].
func (c *conn) historyArgs(rest string) (count int, before chat.Seq, err *chat.Error) {
	count = usualHistory
	words := strings.Fields(rest)
	if len(words) == 1 && strings.ContainsAny(words[0][:1], "^@#") {
		words = append([]string{strconv.Itoa(usualHistory)}, words...)
	}
	if len(words) > 2 {
		return 0, 0, errHistory()
	}
	if len(words) > 0 {
		n, bad := strconv.Atoi(words[0])
		if bad != nil || n < 1 || n > mostHistory {
			return 0, 0, errHistory()
		}
		count = n
	}
	if len(words) > 1 {
		before, err = c.resolve(words[1])
	}
	return count, before, err
}

func errHistory() *chat.Error {
	return chat.Errorf(chat.Invalid, "/history takes how many, from 1 to %d, and perhaps the message before which to end, as in /history 50 1234.", mostHistory)
}

// manner is how past messages are shown.
type manner uint8

const (
	asSaid   manner = iota
	numbered        // with their numbers
	labelled        // with their room's name, as from a room that one does not talk in
)

// appendHistory appends messages as they read now, with a rule where a day
// begins.
func (c *conn) appendHistory(dst []byte, room *chat.RoomInfo, messages []hub.Message, how manner) []byte {
	zone := c.gateway.cfg.Zone
	today := day(time.Now(), zone)
	last := today
	if len(messages) > 0 {
		last = "" // say the day of the first unless all is of today
		if day(time.UnixMilli(int64(messages[0].Time)), zone) == today {
			last = today
		}
	}
	for i := range messages {
		m := &messages[i]
		if d := day(time.UnixMilli(int64(m.Time)), zone); d != last {
			dst = fmt.Appendf(dst, "-- %s --\n", d)
			last = d
		}
		dst = c.appendPast(dst, room, m, how)
	}
	return dst
}

func day(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Monday, 2 January 2006")
}

// appendPast appends a message as it reads now. What others have done to it stands
// where no text of its author's can.
func (c *conn) appendPast(dst []byte, room *chat.RoomInfo, m *hub.Message, how manner) []byte {
	if how == numbered {
		dst = fmt.Appendf(dst, "[%d] ", m.Seq)
	}
	dst = appendClock(dst, m.Time, c.gateway.cfg.Zone)
	if how == labelled {
		dst = appendLabel(dst, room)
	}
	dst = appendSaid(dst, room, &m.Event, c.gateway.cfg.URL)
	if m.Deleted || !m.Edited && len(m.Reactions) == 0 {
		return dst
	}
	var done []string
	if m.Edited {
		done = append(done, "edited")
	}
	for _, r := range m.Reactions {
		done = append(done, r.Emoji+" "+few(r.Nicks, 0))
	}
	return fmt.Appendf(dst, "      * %s\n", strings.Join(done, "; "))
}

// pins shows a room's pinned messages.
func (c *conn) pins(req request) {
	if !c.charge(req) {
		return
	}
	room, err := c.room("")
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	var messages []hub.Message
	for _, seq := range room.Pins {
		if m, err := c.Session().Message(c.Context(), seq); err == nil {
			messages = append(messages, m)
		}
	}
	switch {
	case c.machine:
		c.reply(req, api.Message{Events: c.machineEvents(messages)})
	case len(messages) == 0:
		c.reply(req, api.Message{Text: "* Nothing is pinned here; /pin MESSAGE does that."})
	default:
		text := c.appendHistory(nil, room, messages, numbered)
		c.reply(req, api.Message{Text: strings.TrimSuffix(string(text), "\n")})
	}
}
