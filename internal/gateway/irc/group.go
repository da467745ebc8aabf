package irc

import (
	"strings"
)

// group is the answer to a command with a label that the log decides in several
// parts: one batch, which begins with the first of their lines and ends with the
// last. It belongs to the writer.
// (https://ircv3.net/specs/extensions/labeled-response)
type group struct {
	server string
	label  string
	left   int // calls that are not answered yet
	open   bool
}

// grouped makes the calls of the command that is being done a group, if it has a
// label and takes several.
func (c *conn) grouped(calls int) {
	if c.label != "" && calls > 1 {
		c.group = &group{server: c.gateway.cfg.Server, label: c.label, left: calls}
	}
}

func (g *group) id() string { return batchID(g.label) }

// add appends lines of the batch.
func (g *group) add(dst, lines []byte) []byte {
	if len(lines) == 0 {
		return dst
	}
	if g.left == 0 { // the client reads so slowly that the answers have overtaken it
		return append(dst, lines...)
	}
	if !g.open {
		g.open = true
		dst = withTag(dst, ":"+g.server+" BATCH +"+g.id()+" labeled-response\r\n", "label", g.label)
	}
	return appendInBatch(dst, lines, g.id())
}

// end notes that one call has been answered.
func (g *group) end(dst []byte) []byte {
	switch g.left--; {
	case g.left > 0:
	case g.open:
		dst = appendLine(dst, g.server, "BATCH", "-"+g.id())
	default:
		dst = withTag(dst, ":"+g.server+" ACK\r\n", "label", g.label)
	}
	return dst
}

// appendInBatch appends lines that belong to a batch. Those that belong to one
// within it say so already.
func appendInBatch(dst, lines []byte, id string) []byte {
	for l := range strings.SplitSeq(strings.TrimSuffix(string(lines), "\r\n"), "\r\n") {
		if hasTag(l, "batch") {
			dst = append(dst, l...)
		} else {
			dst = withTag(dst, l, "batch", id)
		}
		dst = append(dst, "\r\n"...)
	}
	return dst
}
