package line

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// The line gateway's dialects, counted from [Config.First].
const (
	dialectPlain    = iota // of the room that one is in
	dialectLabelled        // of another room: with its name
	dialectMachine         // JSON
	dialectSilent          // nothing, for who has not come to read

	Dialects = iota // how many there are
)

// Plain is the dialect, counted likewise, of what a person reads where they are.
const Plain hub.Dialect = dialectPlain

// Encoders returns the encoders of the line gateway's dialects, in their order.
// Times are shown in the given zone, and files as links that begin with base, the
// address of the server without a slash at the end.
//
// No text of a user's ever begins a line, nor stands where only the server
// writes: `HH:MM <nick> `, `HH:MM -nick- ` and `HH:MM * nick ` come before what
// is said, and `HH:MM *** ` before what happened, which no nick can look like.
func Encoders(zone *time.Location, base string) []hub.Encoder {
	if zone == nil {
		zone = time.Local
	}
	plain, labelled := &encoder{zone: zone, base: base}, &encoder{zone: zone, base: base, labelled: true}
	return []hub.Encoder{
		dialectPlain:    plain.event,
		dialectLabelled: labelled.event,
		dialectMachine:  appendMachineEvent,
		dialectSilent:   func(dst []byte, _ *chat.RoomInfo, _ *chat.Event) []byte { return dst },
	}
}

// encoder encodes events for people.
type encoder struct {
	zone     *time.Location
	base     string // of links
	labelled bool   // with the room's name
}

// event appends the lines that show an event, if it is to be shown.
func (e *encoder) event(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	switch {
	case ev.Said():
		dst = appendClock(dst, ev.Time, e.zone)
		if e.labelled {
			dst = appendLabel(dst, room)
		}
		return appendSaid(dst, room, ev, e.base)
	case room.Inbox():
		return appendInbox(dst, ev)
	case !shown(room, ev):
		return dst
	}
	dst = appendClock(dst, ev.Time, e.zone)
	if e.labelled {
		dst = appendPair(appendLabel(dst, room), room, ev)
	}
	dst = append(append(dst, "*** "...), doer(ev.Nick)...)
	return appendHappened(dst, e.zone, room, ev)
}

// shown reports whether people are told of an event that is not a message.
func shown(room *chat.RoomInfo, ev *chat.Event) bool {
	switch ev.Kind {
	case chat.Joined, chat.NickChanged, chat.Left:
		return gateway.TellsOf(room, ev)
	case chat.Edited, chat.Deleted, chat.Reacted, chat.Unreacted, chat.Pinned, chat.Unpinned,
		chat.TopicSet, chat.RoomRenamed, chat.RoomArchived, chat.RoomRestored, chat.Invited,
		chat.Kicked, chat.Muted, chat.Unmuted, chat.Banned, chat.Unbanned, chat.RankSet, chat.RulesSet,
		chat.KeySet, chat.LimitSet, chat.MaskAdded, chat.MaskDropped:
		return true
	}
	return false
}

// appendLabel appends the name of a room that is not the one that the reader is
// in. What is said in a direct conversation says itself whom it is for.
func appendLabel(dst []byte, room *chat.RoomInfo) []byte {
	if room.Name == "" {
		return dst
	}
	return append(append(dst, room.Name...), ' ')
}

// appendPair appends in whose conversation something happened. A plus is in no
// nick.
func appendPair(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	if other := addressee(room, ev); other != "" && ev.Kind != chat.Left { // which says so itself
		dst = append(append(append(append(dst, ev.Nick...), '+'), other...), ' ')
	}
	return dst
}

// appendSaid appends what somebody said, after the time, with its files as links
// that begin with base.
func appendSaid(dst []byte, room *chat.RoomInfo, ev *chat.Event, base string) []byte {
	before, after := "<", "> "
	switch ev.Kind {
	case chat.Action:
		before, after = "* ", " "
	case chat.Notice:
		before, after = "-", "- "
	}
	dst = append(append(dst, before...), ev.Nick...)
	if to := addressee(room, ev); to != "" {
		dst = append(append(dst, " -> "...), to...)
	}
	dst = append(dst, after...)
	if ev.Whose != "" {
		dst = append(append(append(dst, "(to "...), ev.Whose...), ") "...)
	}
	if ev.Text == "" {
		return append(dst, "(deleted)\n"...)
	}
	return appendLines(dst, ev.Shown(base))
}

// addressee returns whom a message in a direct conversation is for, or "" if it
// is in a room.
func addressee(room *chat.RoomInfo, ev *chat.Event) string {
	if room.Flags&chat.Direct == 0 {
		return ""
	}
	for _, m := range room.Members {
		if m.ID != ev.By {
			return m.Nick
		}
	}
	return "(gone)"
}

// appendHappened appends what an event is, after the nick of who did it.
func appendHappened(dst []byte, zone *time.Location, room *chat.RoomInfo, ev *chat.Event) []byte {
	switch ev.Kind {
	case chat.Edited:
		dst = appendMessage(append(dst, " edited "...), ev, zone, false)
		return appendLines(append(dst, ": "...), ev.Text)
	case chat.Deleted:
		dst = appendMessage(append(dst, " deleted "...), ev, zone, false)
		if ev.Text != "" {
			dst = append(append(append(dst, " ("...), ev.Text...), ')')
		}
	case chat.Reacted:
		dst = append(append(append(dst, " reacted "...), ev.Text...), " to "...)
		dst = appendMessage(dst, ev, zone, true)
	case chat.Unreacted:
		dst = append(append(append(dst, " took back "...), ev.Text...), " from "...)
		dst = appendMessage(dst, ev, zone, true)
	case chat.Pinned:
		dst = appendMessage(append(dst, " pinned "...), ev, zone, true)
	case chat.Unpinned:
		dst = appendMessage(append(dst, " unpinned "...), ev, zone, true)
	case chat.TopicSet:
		if ev.Text == "" {
			dst = append(dst, " cleared the topic"...)
		} else {
			dst = append(append(dst, " set the topic: "...), ev.Text...)
		}
	case chat.RoomRenamed:
		dst = append(append(dst, " renamed this room to "...), ev.Name...)
	case chat.RoomArchived:
		dst = append(dst, " archived this room: it can be read, and nothing can be added"...)
	case chat.RoomRestored:
		dst = append(dst, " opened this room again"...)
	case chat.Invited:
		dst = append(append(dst, " invited "...), ev.Whose...)
	case chat.Joined:
		dst = append(dst, " joined"...)
	case chat.Left:
		dst = appendLeft(dst, room, ev)
	case chat.NickChanged:
		dst = append(append(dst, " is now "...), ev.Name...)
	default:
		dst = appendOrder(dst, zone, room, ev)
	}
	return append(dst, '\n')
}

// appendOrder appends how somebody kept order.
func appendOrder(dst []byte, zone *time.Location, room *chat.RoomInfo, ev *chat.Event) []byte {
	switch ev.Kind {
	case chat.Kicked:
		dst = append(append(dst, " put out "...), ev.Whose...)
	case chat.Muted:
		dst = appendUntil(append(append(dst, " muted "...), ev.Whose...), zone, ev)
	case chat.Unmuted:
		dst = append(append(append(dst, " let "...), ev.Whose...), " talk again"...)
	case chat.Banned:
		dst = appendUntil(append(append(dst, " banned "...), ev.Whose...), zone, ev)
	case chat.Unbanned:
		dst = append(append(dst, " lifted the ban of "...), ev.Whose...)
	case chat.RankSet:
		if chat.Rank(ev.Level) == chat.VoiceRank {
			return append(append(append(dst, " gave "...), ev.Whose...), " a voice"...)
		}
		dst = append(append(append(dst, " made "...), ev.Whose...), ' ')
		return append(dst, chat.Rank(ev.Level).String()...)
	case chat.RulesSet:
		now := chat.RoomInfo{Name: room.Name, Flags: ev.Flags, Slow: ev.Count}
		return append(append(dst, " changed the rules. "...), rulesOf(&now)...)
	case chat.KeySet, chat.LimitSet, chat.MaskAdded, chat.MaskDropped:
		return appendTerms(dst, ev)
	}
	if ev.Text != "" {
		dst = append(append(append(dst, " ("...), ev.Text...), ')')
	}
	return dst
}

// appendTerms appends how somebody changed what it takes to come in.
func appendTerms(dst []byte, ev *chat.Event) []byte {
	switch {
	case ev.Kind == chat.KeySet && ev.Text == "":
		return append(dst, " removed the key of this room"...)
	case ev.Kind == chat.KeySet:
		return append(append(dst, " set the key of this room: "...), ev.Text...)
	case ev.Kind == chat.LimitSet && ev.Count == 0:
		return append(dst, " removed the limit of members"...)
	case ev.Kind == chat.LimitSet:
		return fmt.Appendf(dst, " set the limit of members to %d", ev.Count)
	case ev.Kind == chat.MaskAdded:
		return fmt.Appendf(dst, " added %s to the %v list", ev.Text, chat.MaskList(ev.Level))
	}
	return fmt.Appendf(dst, " took %s from the %v list", ev.Text, chat.MaskList(ev.Level))
}

// appendUntil appends until when something lasts, if it ends by itself.
func appendUntil(dst []byte, zone *time.Location, ev *chat.Event) []byte {
	if ev.When == 0 {
		return dst
	}
	return time.UnixMilli(int64(ev.When)).In(zone).AppendFormat(append(dst, " until "...), "2006-01-02 15:04")
}

func appendLeft(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	dst = append(dst, " left"...)
	if other := addressee(room, ev); other != "" {
		dst = append(append(dst, " the conversation with "...), other...)
	}
	if ev.Text != "" {
		dst = append(append(append(dst, " ("...), ev.Text...), ')')
	}
	return dst
}

// appendMessage names the message that an event is about: its number, whose it
// is if that is not plain, and when it was written.
func appendMessage(dst []byte, ev *chat.Event, zone *time.Location, whose bool) []byte {
	dst = strconv.AppendUint(append(dst, "message "...), uint64(ev.Target), 10)
	dst = append(dst, " ("...)
	if whose {
		dst = append(append(dst, ev.Whose...), ", "...)
	}
	at := time.UnixMilli(int64(ev.When)).In(zone)
	if now := time.UnixMilli(int64(ev.Time)).In(zone); at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		dst = append(at.AppendFormat(dst, time.DateOnly), ' ')
	}
	dst = appendClock(dst, ev.When, zone)
	dst[len(dst)-1] = ')' // instead of the space
	return dst
}

// appendInbox appends what an event in somebody's inbox tells that person.
func appendInbox(dst []byte, ev *chat.Event) []byte {
	switch {
	case ev.Kind == chat.NickChanged:
		return append(append(append(dst, "* You are now "...), ev.Name...), ".\n"...)
	case ev.Kind == chat.Invited:
		dst = append(append(dst, "* "...), ev.Nick...)
		dst = append(append(dst, " invites you to "...), ev.Name...)
		return append(append(append(dst, ": /join "...), ev.Name...), " to come in.\n"...)
	case ev.Kind == chat.DirectOpened && ev.User == ev.By: // by the other
		dst = append(append(dst, "* "...), ev.Nick...)
		dst = append(append(dst, " talks to you alone: /msg "...), ev.Nick...)
		return append(dst, " TEXT answers.\n"...)
	case ev.Kind == chat.Reported:
		dst = append(append(dst, "* "...), ev.Nick...)
		dst = fmt.Appendf(dst, " reports message %d of %s in %s", ev.Target, ev.Whose, ev.Name)
		if ev.Text != "" {
			dst = append(append(dst, ": "...), ev.Text...)
		}
		return append(dst, '\n')
	case ev.Kind == chat.RoleSet:
		dst = append(append(append(dst, "* You are "...), article(chat.Role(ev.Level).String())...), " of this server now"...)
		return append(append(append(dst, ", says "...), doer(ev.Nick)...), ".\n"...)
	case ev.Kind == chat.CredentialAdded && chat.Proof(ev.Level) != chat.ByRecovery && ev.Target == 0:
		dst = append(append(dst, "* From now on you can log in by "...), proofOf(ev)...)
		return append(dst, "; /token lists all that you can log in with.\n"...)
	case ev.Kind == chat.CredentialDropped && chat.Proof(ev.Level) != chat.ByRecovery:
		return append(append(append(dst, "* You can't log in any more by "...), proofOf(ev)...), ".\n"...)
	}
	return dst
}

func proofOf(ev *chat.Event) string {
	return strings.TrimSpace(chat.Proof(ev.Level).String() + " " + ev.Name)
}

// appendClock appends HH:MM and a space.
func appendClock(dst []byte, at chat.Millis, zone *time.Location) []byte {
	hour, minute, _ := time.UnixMilli(int64(at)).In(zone).Clock()
	return append(dst, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ' ')
}

// appendLines appends text as whole lines. Those after the first are set off, so
// that nobody can make a line look like another's.
func appendLines(dst []byte, text string) []byte {
	for {
		line, rest, more := strings.Cut(text, "\n")
		dst = append(append(dst, line...), '\n')
		if !more {
			return dst
		}
		dst = append(dst, "      | "...)
		text = rest
	}
}
