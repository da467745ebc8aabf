package hubtest

import (
	"fmt"
	"strconv"
	"strings"

	"hubbub/internal/checker"
)

// What a [Person] reads off its screen.

// continued begins the second and further lines of a text.
const continued = "      | "

// linesMark begins the second word of a text of several lines: how many more
// come. Nothing else on a screen says so before the next line has come.
const linesMark = "+"

// severalLines returns a text of n more lines.
func severalLines(n int) string {
	text := linesMark + strconv.Itoa(n) + " several lines"
	for i := range n {
		text += fmt.Sprintf("\nline %d", i+1)
	}
	return text
}

// moreLines returns how many lines follow that belong to this one.
func moreLines(line string) int {
	_, rest, _ := strings.Cut(line, " "+linesMark)
	count, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.Atoi(count)
	return n
}

// read takes what was read.
func (p *Person) read(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.change.Broadcast()
	if rest, ok := strings.CutPrefix(line, "* You are in "); ok {
		p.here, _, _ = strings.Cut(rest, ",")
		return
	}
	if strings.HasPrefix(line, "* pong") {
		p.pongs++
		return
	}
	if strings.HasPrefix(line, "! ") {
		p.refused(line)
		return
	}
	s, ok := p.parse(line)
	tag := checker.Tag(s.text)
	if !ok || !strings.HasPrefix(tag, p.trial.name+".") {
		return // not of this trial, or nobody's words
	}
	op := p.op(checker.Read, s.room)
	op.Kind, op.Text = s.kind, s.text
	shorten(&op)
	p.trial.rec.Record(op)
	p.last = tag
	p.order = append(p.order, tag)
	if len(p.waiting) > 0 && checker.Tag(p.waiting[0].text) == tag {
		p.sent(p.waiting[0], checker.OK)
		p.waiting = p.waiting[1:]
	}
}

// refused takes an error, which is about the line that waits if one does.
func (p *Person) refused(line string) {
	if len(p.waiting) == 0 {
		return
	}
	outcome := checker.Unknown
	if strings.Contains(strings.ToLower(line), "nothing was sent") {
		outcome = checker.Fail
	}
	p.sent(p.waiting[0], outcome)
	p.waiting = p.waiting[1:]
}

// shown is something that somebody said, as a line shows it.
type shown struct{ room, kind, text string }

// parse takes a line apart that shows something said or edited.
func (p *Person) parse(line string) (shown, bool) {
	clock, rest, ok := strings.Cut(line, " ")
	if !ok || len(clock) != len("15:04") || clock[2] != ':' {
		return shown{}, false
	}
	s := shown{room: p.here}
	if strings.HasPrefix(rest, "#") {
		s.room, rest, _ = strings.Cut(rest, " ")
	}
	switch {
	case strings.HasPrefix(rest, "<"):
		_, s.text, ok = strings.Cut(rest, "> ")
	case strings.HasPrefix(rest, "*** "):
		s.kind = "edited"
		_, rest, ok = strings.Cut(rest, " edited ")
		_, s.text, _ = strings.Cut(rest, ": ")
		return s, ok
	case strings.HasPrefix(rest, "-"):
		s.kind = "notice"
		_, s.text, ok = strings.Cut(rest, "- ")
	case strings.HasPrefix(rest, "* "):
		s.kind = "action"
		_, s.text, ok = strings.Cut(rest[len("* "):], " ")
	default:
		return s, false
	}
	s.text = undecorated(s.text)
	return s, ok
}

// undecorated returns a text without what a line adds to it: to whom it replies,
// that it was edited, who reacted. No text of a trial looks like that.
func undecorated(text string) string {
	if rest, ok := strings.CutPrefix(text, "(to "); ok {
		_, text, _ = strings.Cut(rest, ") ")
	}
	text, _, _ = strings.Cut(text, "  [")
	return strings.TrimSuffix(text, " (edited)")
}
