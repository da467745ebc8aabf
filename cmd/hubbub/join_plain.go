package main

import (
	"fmt"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/prompt"
	"hubbub/internal/tui"
)

// spoken is how the plain interface says things: in sentences that can be heard,
// with names first, and no signs, columns or colours that stand for words. Times
// and numbers come last, where they don't keep anybody from the message.
//
// Nobody can make one line look like another's: a message begins with its
// author's name and a colon, and so does each further line of it.
type spoken struct {
	show     *show
	language tui.Language
	times    bool
}

func (p *spoken) say(english string, args ...any) string { return say(p.language, english, args...) }

// message returns a message's lines.
func (p *spoken) message(ev *api.Event, concerns bool, numbered bool) string {
	head := p.head(ev, concerns)
	if ev.Deleted {
		return head + ": " + p.say("the message was deleted")
	}
	lines := strings.Split(prompt.Plain(ev.Text), "\n")
	for i := 1; i < len(lines); i++ {
		lines[i] = p.say("%s, line %d: ", clean(ev.Nick), i+1) + lines[i]
	}
	for _, f := range ev.Files {
		lines = append(lines, p.say("%s, file: ", clean(ev.Nick))+clean(f.Name))
	}
	if ev.Text == "" && len(ev.Files) > 0 {
		lines = lines[1:]
		head, lines[0] = "", head+", "+p.say("file: %s", clean(ev.Files[0].Name))
	} else {
		head += ": "
	}
	return head + strings.Join(lines, "\n") + p.tail(ev, numbered)
}

// head says who speaks, where if that is elsewhere, and how.
func (p *spoken) head(ev *api.Event, concerns bool) string {
	parts := []string{p.place(ev) + clean(ev.Nick)}
	self, own := p.show.client.Self()
	with := p.show.direct[ev.Room]
	switch {
	case with != "" && ev.By != self:
		parts = append(parts, p.say("to you alone"))
	case with != "":
		parts = append(parts, p.say("to %s alone", clean(with)))
	case concerns:
		parts = append(parts, p.say("mentions you"))
	}
	switch ev.Kind {
	case "action":
		parts = append(parts, p.say("action"))
	case "notice":
		parts = append(parts, p.say("notice"))
	}
	switch {
	case ev.Whose != "" && ev.Whose == own:
		parts = append(parts, p.say("answers you"))
	case ev.Whose != "":
		parts = append(parts, p.say("answers %s", clean(ev.Whose)))
	}
	if ev.Edited {
		parts = append(parts, p.say("edited"))
	}
	return strings.Join(parts, ", ")
}

// place says in which room something is, if that is not the one where one talks.
func (p *spoken) place(ev *api.Event) string {
	if ev.RoomName == "" || strings.EqualFold(ev.RoomName, p.show.client.Here()) {
		return ""
	}
	return p.say("In %s, ", clean(ev.RoomName))
}

// tail says when, and by which number commands know it, if that is wanted.
func (p *spoken) tail(ev *api.Event, numbered bool) string {
	var parts []string
	if p.times {
		parts = append(parts, time.UnixMilli(ev.Time).In(p.show.zone).Format("15:04"))
	}
	if numbered {
		parts = append(parts, p.say("number %d", ev.Seq))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// happened says what somebody did. Plain is that without a name, and as others
// are shown it, for what there are no other words for.
func (p *spoken) happened(ev *api.Event, plain string) string {
	nick := clean(ev.Nick)
	text, whose := clean(ev.Text), clean(ev.Whose)
	var said string
	switch ev.Kind {
	case "edited":
		said = p.say("%s edited message %d: %s", nick, ev.Target, text)
	case "deleted":
		said = p.say("%s deleted message %d", nick, ev.Target)
	case "reacted":
		said = p.say("%s reacted with %s to message %d of %s", nick, text, ev.Target, whose)
	case "unreacted":
		said = p.say("%s took back %s from message %d of %s", nick, text, ev.Target, whose)
	case "pinned":
		said = p.say("%s pinned message %d of %s", nick, ev.Target, whose)
	case "unpinned":
		said = p.say("%s unpinned message %d of %s", nick, ev.Target, whose)
	case "topic":
		said = p.topic(nick, text)
	case "invited":
		said = p.say("%s invited %s", nick, whose)
	case "joined":
		said = p.say("%s came in", nick)
	case "left":
		said = p.left(ev, nick, text)
	case "nick":
		said = p.say("%s is now called %s", nick, clean(ev.Subject))
	default:
		said = nick + " " + clean(plain)
	}
	return p.place(ev) + said + p.tail(ev, false)
}

func (p *spoken) topic(nick, text string) string {
	if text == "" {
		return p.say("%s cleared the topic", nick)
	}
	return p.say("%s set the topic: %s", nick, text)
}

func (p *spoken) left(ev *api.Event, nick, why string) string {
	said := p.say("%s went out", nick)
	if ev.RoomName == "" {
		said = p.say("%s left the conversation with you", nick)
	}
	if why != "" {
		said += ": " + why
	}
	return said
}

// inbox says what an event in the inbox tells, or "".
func (p *spoken) inbox(ev *api.Event) string {
	switch ev.Kind {
	case "nick":
		return p.say("You are now called %s.", clean(ev.Subject))
	case "invited":
		return p.say("%s invites you to %s. To come in: /join %s", clean(ev.Nick), clean(ev.Subject), clean(ev.Subject))
	}
	return ""
}

// note returns what the program says by itself. The server marks such lines with
// a star.
func (p *spoken) note(text string) string {
	lines := strings.Split(prompt.Plain(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(lines[i], "*"), " ")
	}
	return strings.Join(lines, "\n")
}

// failure returns what says that something did not work.
func (p *spoken) failure(text string) string { return p.say("Problem: %s", p.note(text)) }

// day returns a date.
func (p *spoken) day(t time.Time) string {
	t = t.In(p.show.zone)
	if p.language != tui.Polish {
		return t.Format("Monday, 2 January 2006")
	}
	days := [...]string{"niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"}
	months := [...]string{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"}
	return fmt.Sprintf("%s, %d %s %d", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Year())
}
