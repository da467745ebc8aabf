package irc

import (
	"strconv"

	"hubbub/internal/chat"
)

// What is changed about a room is a MODE line: exactly the change, whoever made it and
// from wherever. (https://modern.ircdocs.horse/#mode-message)

// ordered appends the line of an event by which order is kept in a room.
func (e *encoder) ordered(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	switch ev.Kind {
	case chat.RulesSet:
		if modes := rulesChanged(chat.Flags(ev.Was), ev.Flags); modes != "" {
			return e.line(dst, ev, "MODE", room.Name, modes)
		}
		return dst
	case chat.RankSet:
		return e.ranked(dst, room, ev)
	case chat.KeySet:
		if ev.Text == "" {
			return e.line(dst, ev, "MODE", room.Name, "-k", "*") // the word is not told again
		}
		return e.line(dst, ev, "MODE", room.Name, "+k", ev.Text)
	case chat.LimitSet:
		if ev.Count == 0 {
			return e.line(dst, ev, "MODE", room.Name, "-l")
		}
		return e.line(dst, ev, "MODE", room.Name, "+l", strconv.FormatUint(uint64(ev.Count), 10))
	case chat.PropertySet:
		switch {
		case ev.Name != chat.ForwardKey:
			return dst
		case ev.Text == "":
			return e.line(dst, ev, "MODE", room.Name, "-f")
		}
		return e.line(dst, ev, "MODE", room.Name, "+f", ev.Text)
	case chat.MaskAdded, chat.MaskDropped:
		return e.masked(dst, room, ev)
	case chat.Banned:
		return e.line(dst, ev, "MODE", room.Name, "+b", maskOf(ev.Whose))
	case chat.Unbanned:
		return e.line(dst, ev, "MODE", room.Name, "-b", maskOf(orAnybody(ev.Whose)))
	case chat.Muted:
		return e.line(dst, ev, "MODE", room.Name, "+q", maskOf(ev.Whose))
	case chat.Unmuted:
		return e.line(dst, ev, "MODE", room.Name, "-q", maskOf(orAnybody(ev.Whose)))
	}
	return e.noted(dst, room, ev)
}

// orAnybody returns a nick, or what stands for somebody who has none any more.
func orAnybody(nick string) string {
	if nick == "" {
		return "?"
	}
	return nick
}

// rulesChanged returns the modes that differ between two sets of rules.
func rulesChanged(was, are chat.Flags) string {
	on, off := "", ""
	for _, f := range flagOf {
		switch letter := string(rune(f.mode)); {
		case was&f.rule == are&f.rule:
		case are&f.rule != 0:
			on += letter
		default:
			off += letter
		}
	}
	if on != "" {
		on = "+" + on
	}
	if off != "" {
		off = "-" + off
	}
	return on + off
}

// ranked appends the change of somebody's rank, as far as it shows.
func (e *encoder) ranked(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	was, is := rankMode(chat.Rank(ev.Was)), rankMode(chat.Rank(ev.Level))
	switch {
	case was == is: // an owner has what a moderator has
		return dst
	case was == "":
		return e.line(dst, ev, "MODE", room.Name, "+"+is, ev.Whose)
	case is == "":
		return e.line(dst, ev, "MODE", room.Name, "-"+was, ev.Whose)
	}
	return e.line(dst, ev, "MODE", room.Name, "-"+was+"+"+is, ev.Whose, ev.Whose)
}

// rankMode returns the mode that a rank is; none for that of a plain member.
func rankMode(rank chat.Rank) string {
	switch prefixes(rank) {
	case "@":
		return "o"
	case "+":
		return "v"
	}
	return ""
}

func (e *encoder) masked(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	sign := "+"
	if ev.Kind == chat.MaskDropped {
		sign = "-"
	}
	for mode, l := range maskLists {
		if l.list == chat.MaskList(ev.Level) {
			return e.line(dst, ev, "MODE", room.Name, sign+string(rune(mode)), ev.Text)
		}
	}
	return dst
}

// noted appends a notice of the server's of what IRC has no line for.
func (e *encoder) noted(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	who, text := ev.Nick, ""
	if who == "" {
		who = "The server"
	}
	switch ev.Kind {
	case chat.RoomArchived:
		text = who + " archived this room: it can be read, but nothing more can be said"
	case chat.RoomRestored:
		text = who + " opened this room again"
	case chat.Pinned:
		text = who + " pinned a message of " + ev.Whose
	default:
		return dst
	}
	note := *ev
	note.By, note.As = 0, chat.GuestRole // the server says so
	return e.line(dst, &note, "NOTICE", room.Name, text)
}
