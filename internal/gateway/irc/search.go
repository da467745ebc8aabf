package irc

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// Searching the past.
// (https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md)

const (
	defaultFound = 20
	maxFound     = 100
	maxPages     = 10 // of the index, for one search
)

// wanted is what a search is for.
type wanted struct {
	text          string // in the words of our own search
	after, before chat.Millis
	limit         int
}

// search answers with the messages that have what the attributes say, the newest of
// them, oldest first.
func (c *conn) search(m *message) {
	c.settle()
	want, bad := c.wanted(m.param(0))
	if bad != "" {
		c.fail("SEARCH", "INVALID_PARAMS", bad, "Invalid parameters")
		return
	}
	events, err := c.find(want)
	switch {
	case err != nil && err.Code == chat.Invalid:
		c.fail("SEARCH", "INVALID_PARAMS", err.Text)
	case err != nil:
		c.fail("SEARCH", "INTERNAL_ERROR", err.Text)
	default:
		c.tellFound(events)
	}
}

// wanted reads the attributes of a search, or returns the one that is wrong. Those
// that are not known are none of ours.
func (c *conn) wanted(attributes string) (want wanted, bad string) {
	m := message{tags: attributes}
	want.limit = defaultFound
	want.text, _ = m.tag("text")
	if in, ok := m.tag("in"); ok {
		if !strings.HasPrefix(in, "#") {
			in = "@" + in
		}
		want.add("in", in)
	}
	if from, ok := m.tag("from"); ok {
		want.add("from", from)
	}
	for _, side := range [...]struct {
		name string
		at   *chat.Millis
		more time.Duration // ours knows seconds, and what is before does not end with it
	}{{"after", &want.after, 0}, {"before", &want.before, time.Second}} {
		value, ok := m.tag(side.name)
		if !ok {
			continue
		}
		t, valid := parseTime(value)
		if !valid {
			return want, side.name
		}
		*side.at = chat.Millis(t.UnixMilli())
		want.add(side.name, t.UTC().Add(side.more).Format(time.RFC3339))
	}
	if limit, ok := m.tag("limit"); ok {
		n, err := strconv.Atoi(limit)
		if err != nil || n <= 0 {
			return want, "limit"
		}
		want.limit = min(n, maxFound)
	}
	return want, ""
}

// add narrows the search down. What is given is one word.
func (w *wanted) add(operator, value string) {
	w.text += " " + operator + ":" + strings.ReplaceAll(value, " ", "_")
}

// find returns the newest messages that are wanted, oldest first.
func (c *conn) find(want wanted) (events []chat.Event, err *chat.Error) {
	before := chat.Seq(0)
	for range maxPages {
		if err := c.Session().Charge(c.Context(), 1); err != nil {
			return nil, err
		}
		found, err := c.Session().Search(c.Context(), want.text, before)
		if err != nil {
			return nil, err
		}
		for i := range found.Messages {
			ev := &found.Messages[i].Event
			if ev.Time >= want.after && (want.before == 0 || ev.Time <= want.before) && len(events) < want.limit {
				events = append(events, *ev)
			}
		}
		if before = found.Next; !found.More || len(events) == want.limit {
			break
		}
	}
	slices.Reverse(events)
	return events, nil
}

// tellFound answers with messages of any rooms.
func (c *conn) tellFound(events []chat.Event) {
	batch := c.beginBatch("soju.im/search", events)
	s := scribe{encoder: c.encoder(), batch: batch}
	for i := range events {
		room, err := c.Session().RoomByID(events[i].Room)
		if err != nil {
			continue // it was there when it was found
		}
		c.out = s.append(c.out, c.peopled(room), &events[i])
	}
	c.endBatch(batch)
}
