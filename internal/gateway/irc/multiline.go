package irc

import (
	"strconv"
	"strings"
)

// multiline is a message that a client sends in several lines.
// (https://ircv3.net/specs/extensions/multiline)
type multiline struct {
	id      string // of the batch
	label   string
	target  string
	command string // PRIVMSG or NOTICE; empty before the first line
	tags    clientTags
	text    strings.Builder
	lines   int
	failed  bool // and what still belongs to it is to be ignored
}

// The most that a message of several lines may have.
const (
	maxMultilineBytes = 4000
	maxMultilineLines = 100
)

func multilineValue(*conn) (string, bool) {
	return "max-bytes=" + strconv.Itoa(maxMultilineBytes) + ",max-lines=" + strconv.Itoa(maxMultilineLines), true
}

// batch opens and closes a message of several lines; clients have no other batches.
func (c *conn) batch(m *message) {
	name := m.param(0)
	switch {
	case !c.has(capMultiline) || !c.has(capBatch):
		c.numeric(errUnknownCommand, "BATCH", "Unknown command")
	case strings.HasPrefix(name, "+") && strings.EqualFold(m.param(1), "draft/multiline") && len(m.params) == 3:
		c.openBatch(m)
	case strings.HasPrefix(name, "-") && c.rare != nil && c.rare.multiline != nil && c.rare.multiline.id == name[1:]:
		c.closeBatch()
	default:
		c.fail("BATCH", "INVALID_BATCH", shown(name), "That is no batch that is open here, nor of a kind that can be opened")
	}
}

func (c *conn) openBatch(m *message) {
	if c.rare != nil && c.rare.multiline != nil {
		c.failBatch("MULTILINE_INVALID", "A message of several lines is open already")
		return
	}
	tags, _ := c.clientTags(m)
	c.seldom().multiline = &multiline{id: m.param(0)[1:], target: m.param(2), tags: tags, label: c.label}
	c.label = "" // it is for the answer to the whole
}

// inBatch takes a line that belongs to a message of several lines, and reports
// whether it does.
func (c *conn) inBatch(m *message) bool {
	id, ok := m.tag("batch")
	if !ok {
		return false
	}
	c.label = ""
	var b *multiline
	if c.rare != nil {
		b = c.rare.multiline
	}
	switch {
	case b == nil:
		c.fail("BATCH", "INVALID_BATCH", shown(id), "There is no such batch")
	case b.id != id:
		c.failBatch("MULTILINE_INVALID", "That line belongs to no batch that is open")
	case b.failed:
	default:
		c.addLine(b, m)
	}
	return true
}

func (c *conn) addLine(b *multiline, m *message) {
	_, concat := m.tag("draft/multiline-concat")
	text := m.param(1)
	switch {
	case b.command != "" && b.command != m.command:
		c.failBatch("MULTILINE_INVALID", "All lines must be of one kind")
		return
	case !strings.EqualFold(m.param(0), b.target):
		c.failBatch("MULTILINE_INVALID_TARGET", "All lines must have the target of the batch", b.target, shown(m.param(0)))
		return
	case concat && text == "":
		c.failBatch("MULTILINE_INVALID", "An empty line adds nothing to the one before")
		return
	}
	if b.lines > 0 && !concat {
		b.text.WriteByte('\n')
	}
	b.command = m.command
	b.text.WriteString(text)
	switch b.lines++; {
	case b.text.Len() > maxMultilineBytes:
		c.failBatch("MULTILINE_MAX_BYTES", "That message is too long; nothing was sent", strconv.Itoa(maxMultilineBytes))
	case b.lines > maxMultilineLines:
		c.failBatch("MULTILINE_MAX_LINES", "That message has too many lines; nothing was sent", strconv.Itoa(maxMultilineLines))
	}
}

// failBatch refuses the message that is open. What still comes of it is ignored.
func (c *conn) failBatch(code, text string, context ...string) {
	b := c.rare.multiline
	b.failed = true
	if c.label == "" {
		c.label, b.label = b.label, ""
	}
	c.fail("BATCH", code, append(context, text)...)
}

func (c *conn) closeBatch() {
	b := c.rare.multiline
	c.rare.multiline = nil
	if b.failed {
		return
	}
	c.label = b.label
	if strings.Trim(b.text.String(), "\n") == "" {
		c.fail("BATCH", "MULTILINE_INVALID", "There is nothing to say in an empty message")
		return
	}
	c.utter(utterance{command: b.command, target: b.target, text: b.text.String(), tags: b.tags})
}
