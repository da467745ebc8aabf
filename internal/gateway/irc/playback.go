package irc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Older ways to the past: what clients of the ZNC bouncer say to *playback
// (https://wiki.znc.in/Playback), and what people type.

// historian does what is asked of *playback, and reports whether it is the target.
func (c *conn) historian(u utterance) bool {
	if chat.Fold(nickOf(u.target)) != "*playback" {
		return false
	}
	if u.command == "PRIVMSG" { // what is not to be answered asks for nothing
		c.znc(strings.Fields(u.text))
	}
	return true
}

// word returns the i-th of some words, or "".
func word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}

// zncCommand is ZNC *playback ..., which is the same as saying it.
func (c *conn) zncCommand(m *message) {
	if chat.Fold(m.param(0)) == "*playback" {
		c.znc(strings.Fields(strings.Join(m.params[1:], " ")))
	}
}

// znc plays buffers back, or lists them.
func (c *conn) znc(words []string) {
	c.settle()
	switch strings.ToUpper(word(words, 0)) {
	case "PLAY":
		c.zncPlay(words)
	case "LIST":
		c.zncList(words)
	case "CLEAR":
		c.fromPlayback("Nothing was cleared: what was said stays here. Ask for what is newer than you have.")
	default:
		c.fromPlayback("PLAY <buffers> [from] [to], LIST [buffers]. Buffers are names with commas between them, or *; times are seconds since 1970.")
	}
}

// fromPlayback adds an answer of *playback's.
func (c *conn) fromPlayback(text string) {
	c.out = appendLine(c.out, "*playback!playback@"+c.gateway.cfg.Server, "PRIVMSG", c.me(), text)
}

// zncPlay plays what was said in buffers, from a time on and before another.
func (c *conn) zncPlay(words []string) {
	from, ok := epoch(word(words, 2), 0)
	to, ok2 := epoch(word(words, 3), math.MaxInt64)
	if !ok || !ok2 {
		c.fromPlayback("A time is a number of seconds since 1970, as in 1767225600.5.")
		return
	}
	label := c.label // is for all batches, not for the first
	c.label = ""
	defer func() { c.label = label }()
	for _, p := range c.buffers(word(words, 1)) {
		if c.Session().Charge(c.Context(), 1) != nil {
			return
		}
		after, err := c.Session().SeqAt(c.Context(), p.room.ID, from)
		r := hub.Range{After: after, Latest: true, Limit: maxHistory}
		if err == nil && to != math.MaxInt64 {
			r.Before, err = c.Session().SeqAt(c.Context(), p.room.ID, to)
			r.Before++
		}
		var events []chat.Event
		if err == nil {
			events, err = c.readRange(p.room, r)
		}
		if err != nil {
			c.fromPlayback(err.Text)
			return
		}
		if events = c.presentable(p.room, events); len(events) > 0 {
			c.play(&p, events)
		}
	}
}

// epoch reads a time in seconds since 1970.
func epoch(s string, otherwise chat.Millis) (chat.Millis, bool) {
	if s == "" {
		return otherwise, true
	}
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || !(seconds >= 0 && seconds < 1e11) {
		return 0, false
	}
	return chat.Millis(math.Round(seconds * 1000)), true
}

// zncList says from when to when there is something in buffers.
func (c *conn) zncList(words []string) {
	names := word(words, 1)
	if names == "" {
		names = "*"
	}
	for _, p := range c.buffers(names) {
		if c.Session().Charge(c.Context(), 1) != nil {
			return
		}
		first, err := c.readRange(p.room, hub.Range{Limit: 1})
		last, err2 := c.readRange(p.room, hub.Range{Limit: 1, Latest: true})
		if err == nil && err2 == nil && len(first) > 0 && len(last) > 0 {
			c.fromPlayback(fmt.Sprintf("%s %.3f %.3f", p.target, float64(first[0].Time)/1000, float64(last[0].Time)/1000))
		}
	}
}

// buffers returns the conversations that names with commas between them are of, or
// all for an asterisk.
func (c *conn) buffers(names string) (all []past) {
	if names == "*" {
		for _, room := range c.Session().Joined() {
			if name := c.nameOf(room); name != "" {
				all = append(all, past{name, c.peopled(room)})
			}
		}
		return all
	}
	for name := range strings.SplitSeq(names, ",") {
		if p, ok := c.pastOf(name); ok && p.room != nil {
			all = append(all, p)
		}
	}
	return all
}

// peopled returns a room with both its people, if it is a direct conversation.
func (c *conn) peopled(room *chat.RoomInfo) *chat.RoomInfo {
	if room.Flags&chat.Direct != 0 && len(room.Members) == 1 {
		room, _, _ = c.Session().WithGone(c.Context(), room)
	}
	return room
}

// histPlay shows what was said somewhere: HistServ's one command.
func (c *conn) histPlay(rest string) *chat.Error {
	words := strings.Fields(rest)
	c.tellHistory(word(words, 0), word(words, 1))
	return nil
}

// history shows what was said: to people, who type it.
func (c *conn) history(m *message) { c.tellHistory(m.param(0), m.param(1)) }

// defaultHistory is how many messages HISTORY shows.
const defaultHistory = 50

// tellHistory shows the last messages of a conversation, or those of the last hours.
func (c *conn) tellHistory(target, much string) {
	c.settle()
	limit, within, ok := amount(much)
	p, there := c.pastOf(target)
	switch {
	case !there && strings.HasPrefix(target, "#"):
		c.numeric(errNotOnChannel, shown(target), "You're not on that channel")
		return
	case !there:
		c.numeric(errNoSuchNick, shown(target), "No such nick")
		return
	case !ok:
		c.notice("How much is a number of messages, or for how long: 2h, 3d.")
		return
	}
	if c.Session().Charge(c.Context(), cost(limit)) != nil {
		return
	}
	r := hub.Range{Latest: true, Limit: limit}
	if within > 0 {
		ref, err := c.at(p.room, time.Now().Add(-within))
		if err != nil {
			c.notice(err.Text)
			return
		}
		r.After = ref.after
	}
	events, err := c.readRange(p.room, r)
	switch {
	case err != nil:
		c.notice(err.Text)
	case len(events) == 0:
		c.notice("Nothing was said there.")
	case c.has(capServerTime):
		c.play(&p, events)
	default:
		c.playAsText(&p, events)
	}
}

// amount reads how much of the past is wanted.
func amount(s string) (limit int, within time.Duration, ok bool) {
	if s == "" {
		return defaultHistory, 0, true
	}
	if n, err := strconv.Atoi(s); err == nil {
		return min(n, maxHistory), 0, n > 0
	}
	days, isDays := strings.CutSuffix(s, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n > 0 && n < 100_000 {
		return maxHistory, time.Duration(n) * 24 * time.Hour, true
	}
	d, err := time.ParseDuration(s)
	return maxHistory, d, err == nil && d > 0
}

// playAsText shows events to clients that know nothing of times: as notices of the
// server's, which nobody takes for what is said now.
func (c *conn) playAsText(p *past, events []chat.Event) {
	to := c.me()
	if p.room.Flags&chat.Direct == 0 {
		to = p.room.Name
	}
	e := &encoder{server: c.gateway.cfg.Server}
	for i := range events {
		ev := &events[i]
		who := "<" + ev.Nick + "> "
		if ev.Kind == chat.Action {
			who = "* " + ev.Nick + " "
		}
		at := time.UnixMilli(int64(ev.Time)).UTC().Format("2006-01-02 15:04 ")
		s := saying{encoder: e, ev: &chat.Event{Nick: e.server}, command: "NOTICE", target: to}
		c.out = s.append(c.out, at+who+ev.Shown(c.gateway.cfg.URL))
		if len(c.out) >= maxReply && c.label == "" {
			c.commitReply()
		}
	}
}
