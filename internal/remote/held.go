package remote

import (
	"slices"

	"hubbub/api"
	"hubbub/internal/chat"
)

// held are the messages that were told last, as they read now.
type held struct {
	events map[uint64]*api.Event
	order  []uint64 // in which they came
}

func (h *held) init() { h.events, h.order = map[uint64]*api.Event{}, nil }

// put keeps a message; of too many those are forgotten that came first.
func (h *held) put(ev *api.Event) {
	if h.events[ev.Seq] == nil {
		h.order = append(h.order, ev.Seq)
	}
	h.events[ev.Seq] = ev
	if len(h.order) > maxHeld+maxHeld/4 {
		drop := len(h.order) - maxHeld
		for _, seq := range h.order[:drop] {
			delete(h.events, seq)
		}
		h.order = slices.Clone(h.order[drop:])
	}
}

// change does an event to the messages that it is about, and returns those that are
// other now. What is held is not changed but replaced.
func (h *held) change(ev *api.Event, user uint64) (changed []*api.Event) {
	about := []uint64{ev.Target}
	if ev.Thread != ev.Target {
		about = append(about, ev.Thread)
	}
	for _, seq := range about {
		was := h.events[seq]
		if was == nil {
			continue
		}
		if now, ok := changedBy(was, ev, user); ok {
			h.events[seq] = now
			changed = append(changed, now)
		}
	}
	return changed
}

// behind counts what others said in a room after it was read, as far as is held.
func (h *held) behind(r *room, user uint64, nick string) (unread, mentions int) {
	for _, ev := range h.events {
		if ev.Room != r.ID || ev.Seq <= r.Read || ev.By == user || ev.Deleted {
			continue
		}
		unread++
		if r.Direct || chat.Mentions(ev.Text, nick) {
			mentions++
		}
	}
	return unread, mentions
}

// isSaid reports whether somebody wrote it.
func isSaid(ev *api.Event) bool {
	return ev.Kind == "message" || ev.Kind == "action" || ev.Kind == "notice"
}

// changes reports whether an event may be about a message before it.
func changes(ev *api.Event) bool {
	switch ev.Kind {
	case "edited", "deleted", "reacted", "unreacted":
		return true
	}
	return isSaid(ev) && ev.Target != 0
}

// changedBy returns a message as an event makes it, and whether that is another. To do
// it twice is to do it once.
func changedBy(was, ev *api.Event, user uint64) (*api.Event, bool) {
	now := *was
	switch {
	case was.Room != ev.Room || was.Seq >= ev.Seq:
		return was, false
	case isSaid(ev):
		return repliedTo(&now, ev)
	case was.Seq != ev.Target:
		return was, false
	case ev.Kind == "edited" && !was.Deleted:
		now.Text, now.Edited = ev.Text, true
	case ev.Kind == "deleted":
		now.Text, now.Deleted, now.Files, now.Reactions = "", true, nil, nil
	case ev.Kind == "reacted":
		return reacted(&now, ev, ev.By == user, true)
	case ev.Kind == "unreacted":
		return reacted(&now, ev, ev.By == user, false)
	default:
		return was, false
	}
	return &now, true
}

// repliedTo counts a reply at the message that began the conversation.
func repliedTo(now, ev *api.Event) (*api.Event, bool) {
	root := ev.Thread
	if root == 0 {
		root = ev.Target
	}
	if now.Seq != root || now.Replies != nil && now.Replies.Last >= ev.Seq {
		return now, false
	}
	replies := api.Replies{Count: 1, Last: ev.Seq}
	if now.Replies != nil {
		replies.Count += now.Replies.Count
	}
	now.Replies = &replies
	return now, true
}

// reacted adds somebody's reaction, or takes it back. Of those who reacted the first
// are known by name.
func reacted(now, ev *api.Event, mine, on bool) (*api.Event, bool) {
	i := slices.IndexFunc(now.Reactions, func(r api.Reaction) bool { return r.Emoji == ev.Text })
	var r api.Reaction
	if i >= 0 {
		r = now.Reactions[i]
	}
	there := r.Mine
	if !mine {
		there = slices.Contains(r.Nicks, ev.Nick)
	}
	if there == on && i >= 0 || i < 0 && !on {
		return now, false
	}
	now.Reactions = slices.Clone(now.Reactions)
	r.Emoji, r.Nicks = ev.Text, slices.Clone(r.Nicks)
	if on {
		r.Count++
		r.Nicks = append(r.Nicks, ev.Nick)
		r.Mine = r.Mine || mine
	} else {
		r.Count--
		r.Nicks = slices.DeleteFunc(r.Nicks, func(nick string) bool { return nick == ev.Nick })
		r.Mine = r.Mine && !mine
	}
	switch {
	case i < 0:
		now.Reactions = append(now.Reactions, r)
	case r.Count <= 0:
		now.Reactions = slices.Delete(now.Reactions, i, i+1)
	default:
		now.Reactions[i] = r
	}
	return now, true
}

// reading is a page that was asked for and has not come: what changes meanwhile may be
// in it or not.
type reading struct {
	room    uint64
	changes []*api.Event
	full    bool // more changed than is noted, or than is known: the page is asked for again
}

// maxChanges is how many changes are noted for a page that is under way.
const maxChanges = 1000

func (r *reading) note(ev *api.Event) {
	switch {
	case r.room != 0 && ev.Room != r.room || !changes(ev):
	case len(r.changes) == maxChanges:
		r.full = true
	default:
		r.changes = append(r.changes, ev)
	}
}

// apply does what changed meanwhile to a page that has come.
func (r *reading) apply(page []api.Event, user uint64) {
	for _, ev := range r.changes {
		for i := range page {
			if now, ok := changedBy(&page[i], ev, user); ok {
				page[i] = *now
			}
		}
	}
}
