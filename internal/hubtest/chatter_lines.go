package hubtest

import (
	"strconv"
	"strings"

	"hubbub/internal/checker"
)

// What a [Chatter] is told. The parser is one of its own, so that it shares no
// mistake with the gateway's.

// ircLine is a line, taken apart (RFC 2812 §2.3.1, and message-tags).
type ircLine struct {
	tags    map[string]string
	from    string // a nick, or the server
	command string
	params  []string
}

func parseIRC(text string) ircLine {
	l := ircLine{tags: map[string]string{}}
	if text != "" && text[0] == '@' {
		var tags string
		tags, text, _ = strings.Cut(text[1:], " ")
		for _, tag := range strings.Split(tags, ";") {
			key, value, _ := strings.Cut(tag, "=")
			l.tags[key] = tagValue.Replace(value)
		}
	}
	if text != "" && text[0] == ':' {
		var from string
		from, text, _ = strings.Cut(text[1:], " ")
		l.from, _, _ = strings.Cut(from, "!")
	}
	text, trailing, more := strings.Cut(text, " :")
	l.params = strings.Fields(text)
	if more {
		l.params = append(l.params, trailing)
	}
	if len(l.params) > 0 {
		l.command, l.params = l.params[0], l.params[1:]
	}
	return l
}

var tagValue = strings.NewReplacer(`\:`, ";", `\s`, " ", `\\`, `\`, `\r`, "\r", `\n`, "\n")

// param returns the i-th parameter, or "".
func (l *ircLine) param(i int) string {
	if i < len(l.params) {
		return l.params[i]
	}
	return ""
}

// number returns a tag's value as a number, or 0.
func (l *ircLine) number(tag string) uint64 {
	n, _ := strconv.ParseUint(l.tags[tag], 10, 64)
	return n
}

// serverName is what a server is called that nobody has given a name.
const serverName = "hubbub"

// told takes a line.
func (p *Chatter) told(l ircLine) {
	switch l.command {
	case "BATCH":
		p.batch(l)
	case "JOIN":
		if l.from == p.nick {
			p.enters(l)
			return
		}
		p.shown(l, "joined", l.param(0), "")
	case "PART":
		p.shown(l, "left", l.param(0), l.param(1))
	case "TOPIC":
		p.shown(l, "topic", l.param(0), l.param(1))
	case "REDACT":
		l.tags["+reply"] = l.param(1)
		p.shown(l, "deleted", l.param(0), "")
	case "TAGMSG":
		kind, text := "reacted", l.tags["+draft/react"]
		if text == "" {
			kind, text = "unreacted", l.tags["+draft/unreact"]
		}
		p.shown(l, kind, l.param(0), text)
	case "PRIVMSG", "NOTICE":
		if l.from != serverName { // it tells of pins, and the like, for which IRC has no lines
			p.message(l)
		}
	default:
		p.maybeRefused(l)
	}
}

// batch begins or ends a batch.
func (p *Chatter) batch(l ircLine) {
	name := l.param(0)
	if id, ok := strings.CutPrefix(name, "+"); ok {
		p.batches[id] = &batch{ircLine: l, kind: l.param(1)}
		return
	}
	id := strings.TrimPrefix(name, "-")
	b := p.batches[id]
	if b == nil {
		p.trial.fault("%s was told the end of the batch %q, which has not begun", p.who, id)
		return
	}
	delete(p.batches, id)
	if b.kind == "chathistory" {
		p.caughtUp(b.param(2))
	}
	if b.kind == "draft/multiline" {
		b.label(p.batches)
		b.command = b.commandOf()
		p.shown(b.ircLine, p.kindOf(&b.ircLine, b.action), b.param(2), b.text)
	}
}

// commandOf returns what the lines of a message were.
func (b *batch) commandOf() string {
	if b.parts == 0 {
		return "nothing"
	}
	return b.command
}

// label gives a line the label of the batch that it is part of.
func (l *ircLine) label(batches map[string]*batch) {
	if b := batches[l.tags["batch"]]; b != nil && l.tags["label"] == "" {
		l.tags["label"] = b.tags["label"]
	}
}

// message takes a line of what somebody has said.
func (p *Chatter) message(l ircLine) {
	room, text := l.param(0), l.param(1)
	text, action := strings.CutPrefix(text, "\x01ACTION ")
	text = strings.TrimSuffix(text, "\x01")
	if b := p.batches[l.tags["batch"]]; b != nil && b.kind == "draft/multiline" {
		if _, concat := l.tags["draft/multiline-concat"]; b.parts > 0 && !concat {
			b.text += "\n"
		}
		b.parts++
		b.text, b.action, b.command = b.text+text, action, l.command
		return
	}
	l.label(p.batches)
	p.shown(l, p.kindOf(&l, action), room, text)
}

// kindOf returns the kind of a message.
func (p *Chatter) kindOf(l *ircLine, action bool) string {
	switch {
	case l.tags["hubbub.chat/edit"] != "":
		l.tags["+reply"] = l.tags["hubbub.chat/edit"]
		return "edited"
	case action:
		return "action"
	case l.command == "NOTICE":
		return "notice"
	}
	return ""
}

// enters takes that the chatter itself has come into a room, or is back in it.
func (p *Chatter) enters(l ircLine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	room, seq := l.param(0), l.number("msgid")
	p.joined[room] = true
	op := p.op(checker.Join, room)
	if op.After = seq; p.seen[room] != 0 {
		op.Verb, op.After = checker.Resume, p.seen[room]
		p.missing[room] = &gap{after: op.After, before: seq}
	}
	p.trial.rec.Record(op)
	p.change.Broadcast()
}

// caughtUp takes that all has been told that was missed of a room.
func (p *Chatter) caughtUp(room string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.missing[room]
	if g == nil {
		p.trial.fault("%s was told of the past of %s, and had not asked", p.who, room)
		return
	}
	delete(p.missing, room)
	for _, op := range g.since {
		p.record(op)
	}
	p.change.Broadcast()
}

// past reports whether a line is part of an answer about the past.
func (p *Chatter) past(l *ircLine) bool {
	for b := p.batches[l.tags["batch"]]; b != nil; b = p.batches[b.tags["batch"]] {
		if b.kind == "chathistory" {
			return true
		}
	}
	return false
}

// shown takes something that has happened in a room.
func (p *Chatter) shown(l ircLine, kind, room, text string) {
	seq := l.number("msgid")
	if !strings.HasPrefix(room, "#") || strings.HasPrefix(l.tags["msgid"], "s") {
		return // what is said to the chatter alone, or not kept
	}
	if seq == 0 || l.tags["time"] == "" {
		p.trial.fault("%s was shown %+v without msgid or time", p.who, l)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.change.Broadcast()
	op := p.op(checker.Read, room)
	op.Seq, op.Kind, op.Text, op.Target = seq, kind, text, l.number("+reply")
	if g := p.missing[room]; g != nil && !p.past(&l) {
		g.since = append(g.since, op)
	} else {
		p.record(op)
	}
	if l.from != p.nick {
		return
	}
	w := p.waiting[l.tags["label"]]
	if w == nil || w.text != text {
		p.trial.fault("%s was shown its own %q with the label %q, for which %+v waits", p.who, text, l.tags["label"], w)
		return
	}
	delete(p.waiting, l.tags["label"])
	p.sent(w, checker.OK, seq)
}

// maybeRefused takes an answer with the label of a message: that it was refused.
func (p *Chatter) maybeRefused(l ircLine) {
	l.label(p.batches)
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.waiting[l.tags["label"]]
	if l.tags["label"] == "" || w == nil {
		return
	}
	outcome := checker.Unknown
	if strings.Contains(strings.ToLower(l.param(len(l.params)-1)), "nothing was sent") {
		outcome = checker.Fail
	}
	delete(p.waiting, l.tags["label"])
	p.sent(w, outcome, 0)
	p.change.Broadcast()
}

// record records what was shown. p.mu must be held.
func (p *Chatter) record(op checker.Op) {
	if op.Kind == "" || op.Kind == "action" || op.Kind == "notice" {
		p.last[op.Room] = checker.Tag(op.Text)
	}
	p.seen[op.Room] = op.Seq
	shorten(&op)
	p.trial.rec.Record(op)
}
