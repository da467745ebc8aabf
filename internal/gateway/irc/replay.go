package irc

import (
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What was said lately is told to clients that never ask for it, if they can tell it
// from what is said now: those that know times (server-time), and have no other way
// to the past (draft/chathistory, znc.in/playback). Others are told nothing: most of
// them are programs that would answer. Who reads along in them has HISTORY.

const (
	mostReplayed = 200      // messages of a room
	replayBytes  = 64 << 10 // of text, of a room
)

// replays reports whether the client is told of the past unasked.
func (c *conn) replays() bool {
	return c.has(capServerTime) && !c.has(capChatHistory|capZNCPlayback)
}

// appendLately appends what was said in a room before the client joined it at the
// event after a position.
func (c *conn) appendLately(dst []byte, room *chat.RoomInfo, after chat.Seq) []byte {
	if !c.replays() {
		return dst
	}
	messages, err := c.Session().Recent(c.Context(), room.ID, after)
	if err != nil {
		return dst
	}
	events := make([]chat.Event, 0, len(messages))
	for i := range messages {
		if !messages[i].Deleted {
			events = append(events, messages[i].Event)
		}
	}
	return c.appendPlayed(dst, room, events)
}

// appendReplay appends what the client's user has missed in a room that they are back
// in, from where it is read on.
func (c *conn) appendReplay(dst []byte, room *chat.RoomInfo, after chat.Seq) []byte {
	if !c.replays() {
		return dst
	}
	since := c.missedSince(room)
	if since == 0 {
		if room.Flags&chat.Direct != 0 {
			return dst
		}
		return c.appendLately(dst, room, after)
	}
	events, err := c.Session().Playback(c.Context(), room.ID, hub.Range{After: since, Before: after + 1, Latest: true, Limit: mostReplayed})
	if err != nil {
		return dst
	}
	return c.appendPlayed(dst, room, events)
}

// missedSince returns from where on the user has not seen what was said in a room: it
// was marked read up to there, by whatever client, or somebody read along until then.
// It is 0 if neither is known.
func (c *conn) missedSince(room *chat.RoomInfo) chat.Seq {
	marker, _, err := c.Session().ReadMarker(c.Context(), room.ID)
	if err != nil {
		marker = 0
	}
	return max(marker, c.Session().MissedSince())
}

// appendPlayed appends messages of a room, as many of the last as are not too much.
func (c *conn) appendPlayed(dst []byte, room *chat.RoomInfo, events []chat.Event) []byte {
	events = tail(c.presentable(room, events), replayBytes)
	if len(events) == 0 {
		return dst
	}
	batch := ""
	if c.has(capBatch) {
		batch = pastBatch(events)
		dst = appendBatch(dst, c.gateway.cfg.Server, "+"+batch, "chathistory", c.nameOf(room))
	}
	room = c.peopled(room)
	s := scribe{encoder: c.encoder(), batch: batch}
	for i := range events {
		dst = s.append(dst, room, &events[i])
	}
	if batch != "" {
		dst = appendBatch(dst, c.gateway.cfg.Server, "-"+batch)
	}
	return dst
}

// presentable returns those of a room's messages that the client can show where they
// belong: of a direct conversation its own only if it expects to be told of such.
// (echo-message; znc.in/self-message)
func (c *conn) presentable(room *chat.RoomInfo, events []chat.Event) []chat.Event {
	if room.Flags&chat.Direct == 0 || c.has(capEcho|capSelfMessage) {
		return events
	}
	if c.nameOf(room) == "" {
		return nil
	}
	var others []chat.Event
	for i := range events {
		if events[i].By != c.Session().User() {
			others = append(others, events[i])
		}
	}
	return others
}

// tail returns the last events that have at most so many bytes of text; the last one
// whatever it has.
func tail(events []chat.Event, most int) []chat.Event {
	i := len(events)
	for i > 0 && (len(events[i-1].Text) <= most || i == len(events)) {
		i--
		most -= len(events[i].Text)
	}
	return events[i:]
}
