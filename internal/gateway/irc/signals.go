package irc

import (
	"strconv"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Signalled implements [gateway.Tracker]. The client's own signals have been its
// answers.
func (c *conn) Signalled(dst []byte, sig *hub.Signal) []byte {
	switch sig.Kind {
	case hub.BecameMember:
		return c.appendRegistered(dst, sig)
	case hub.PropertyChanged:
		return c.propertyChanged(dst, sig)
	case hub.WentAway, hub.CalledSelf, hub.CameOnline, hub.WentOffline:
		return c.appendPresence(dst, sig)
	}
	if sig.From == c.Session() {
		return dst
	}
	return c.appendSignal(dst, sig)
}

// appendSignal appends what a signal is to this client, if anything.
func (c *conn) appendSignal(dst []byte, sig *hub.Signal) []byte {
	ev := chat.Event{By: sig.By, Nick: sig.Nick, Kind: chat.Message, Level: uint8(sig.Role), Time: sig.Time}
	if sig.From != nil && sig.From.Profile().Bot {
		ev.Count = 1
	}
	e := encoder{dialect: dialect(c.dialects.Load()) & (withTime | withAccount | withTags), server: c.gateway.cfg.Server}
	to := sig.To
	if to == "" && sig.Room != nil {
		to = sig.Room.Name
	}
	tags := ""
	if e.has(withTags) { // the msgid is no position in the log, as there is nothing there
		tags = join(sig.Tags, "msgid=s"+strconv.FormatInt(int64(sig.Time), 36)+"-"+strconv.FormatUint(sig.ID, 36))
	}
	switch sig.Kind {
	case hub.Tagged:
		if !e.has(withTags) {
			return dst
		}
		dst = e.prefix(e.tagsOf(dst, &ev, tags, false), &ev)
		return append(append(append(dst, "TAGMSG "...), to...), "\r\n"...)
	case hub.Asked:
		return (&saying{encoder: &e, ev: &ev, command: "PRIVMSG", target: to, extra: tags}).once(dst, sig.Text)
	case hub.Told:
		return (&saying{encoder: &e, ev: &ev, command: "NOTICE", target: to, extra: tags}).once(dst, sig.Text)
	case hub.Knocked:
		return c.appendKnock(dst, sig)
	}
	return dst
}

// once appends a text that is said once and not kept. What one program says to
// another must end as it began, so of it no more is said than fits into a line.
func (s *saying) once(dst []byte, text string) []byte {
	if asked, ok := strings.CutSuffix(text, "\x01"); ok && len(text) > s.room() {
		text = string(cut([]byte(asked), s.room()-1)) + "\x01"
	}
	return s.append(dst, text)
}
