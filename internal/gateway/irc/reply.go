package irc

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// Replies gather in conn.out while a command is being done, and leave together
// when it is: so one with a label can be told whether it is one line or several.
// (https://ircv3.net/specs/extensions/labeled-response)

// reply adds a line from the server. The last parameter is always a trailing one,
// as some clients need it.
func (c *conn) reply(command string, params ...string) {
	c.out = appendLine(c.out, c.gateway.cfg.Server, command, params...)
}

// numeric adds a numeric, which names the client first (RFC 2812 §2.4).
func (c *conn) numeric(code string, params ...string) {
	c.out = appendNumeric(c.out, c.gateway.cfg.Server, code, c.me(), params...)
}

// appendNumeric appends a numeric.
func appendNumeric(dst []byte, server, code, to string, params ...string) []byte {
	return appendLine(dst, server, code, append([]string{to}, params...)...)
}

// appendLine appends a line, whatever the parameters are. What people have said may
// be longer than fits, and is cut; what would end the line is a space.
func appendLine(dst []byte, prefix, command string, params ...string) []byte {
	start := len(dst)
	if prefix != "" {
		dst = append(append(append(dst, ':'), prefix...), ' ')
	}
	dst = append(dst, command...)
	for i, p := range params {
		dst = append(dst, ' ')
		if i == len(params)-1 {
			dst = append(dst, ':')
		} else {
			p = middle(p)
		}
		dst = append(dst, p...)
	}
	dst = cut(dst, start+maxLine-len("\r\n"))
	for i, b := range dst[start:] {
		if b == '\r' || b == '\n' || b == 0 {
			dst[start+i] = ' '
		}
	}
	return append(dst, "\r\n"...)
}

// middle returns a parameter as it can stand before others: one that is empty, or
// is more than a word, would shift them (RFC 2812 §2.3.1).
func middle(p string) string {
	if p == "" || p[0] == ':' {
		p = "*" + p
	}
	if strings.ContainsAny(p, " \r\n\x00") {
		p = strings.NewReplacer(" ", "_", "\r", "_", "\n", "_", "\x00", "_").Replace(p)
	}
	return p
}

// cut cuts b to at most n bytes, between characters.
func cut(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	i := n
	for i > n-utf8.UTFMax && i > 0 && !utf8.RuneStart(b[i]) {
		i--
	}
	return b[:i]
}

// standard adds a standard reply: FAIL, WARN or NOTE.
// (https://ircv3.net/specs/extensions/standard-replies)
func (c *conn) standard(kind, command, code string, rest ...string) {
	c.reply(kind, append([]string{command, code}, rest...)...)
}

func (c *conn) fail(command, code string, rest ...string) { c.standard("FAIL", command, code, rest...) }

// notice adds a notice from the server.
func (c *conn) notice(text string) { c.reply("NOTICE", c.me(), text) }

// me returns what numerics call the client: its nick, or an asterisk before it has
// one (RFC 2812 §2.4).
func (c *conn) me() string {
	if c.entering == nil {
		return c.Session().Nick()
	}
	if c.entering.nick == "" {
		return "*"
	}
	return c.entering.nick
}

// refuse adds what a refusal is in IRC.
func (c *conn) refuse(m *call, err *chat.Error) {
	c.out = c.appendRefusal(c.out, m, err)
}

// commitReply posts what the command has been answered with so far.
func (c *conn) commitReply() {
	if len(c.out) == 0 {
		return
	}
	body := c.out
	switch {
	case c.batch_ != "":
		body = appendWithin(nil, body, c.batch_)
	case c.label != "":
		body = c.labelled(body, c.label)
		c.label = ""
	}
	c.out = nil
	c.post(body)
}

// finish ends the answering of a command. One with a label that has no answer gets
// an ACK, unless its answer comes from the log.
func (c *conn) finish() {
	if c.label != "" && len(c.out) == 0 && !c.delegated {
		c.reply("ACK")
	}
	if c.delegated {
		c.label = ""
	}
	c.commitReply()
	c.endSeveral()
	c.label, c.delegated = "", false
}

// several has everything that answers the command be one batch, if it has a label:
// some of it comes from the log, in several parts, and some at once.
func (c *conn) several() {
	if c.label != "" {
		c.open("labeled-response")
	}
}

// open has everything that answers the command from now on be one batch, of a type and
// with its parameters, which bears the command's label.
func (c *conn) open(kind ...string) {
	id := batchID(c.label)
	line := ":" + c.gateway.cfg.Server + " BATCH +" + id + " " + strings.Join(kind, " ")
	if c.label == "" {
		c.post([]byte(line + "\r\n"))
	} else {
		c.post(append(withTag(nil, line, "label", c.label), "\r\n"...))
	}
	c.label, c.batch_ = "", id
}

// endSeveral ends such a batch, behind all that is in it.
func (c *conn) endSeveral() {
	if c.batch_ == "" {
		return
	}
	c.post([]byte(":" + c.gateway.cfg.Server + " BATCH -" + c.batch_ + "\r\n"))
	c.batch_ = ""
}

// post sends bytes behind the answers to everything before. If the connection is
// closing there is nobody to tell.
func (c *conn) post(body []byte) {
	ctx := c.Context()
	if c.Session().Settle(ctx) == nil {
		_ = c.Session().Post(ctx, body)
	}
}

// labelled returns lines as the answer to a command with a label: one line bears
// it; several are a batch that does.
func (c *conn) labelled(lines []byte, label string) []byte {
	first, rest, _ := strings.Cut(string(lines), "\r\n")
	if rest == "" || batchEnd(first, rest) {
		return append(withTag(nil, first, "label", label), "\r\n"+rest...)
	}
	id := batchID(label)
	server := ":" + c.gateway.cfg.Server + " "
	dst := append(withTag(nil, server+"BATCH +"+id+" labeled-response", "label", label), "\r\n"...)
	dst = appendWithin(dst, lines, id)
	return append(dst, server+"BATCH -"+id+"\r\n"...)
}

// appendWithin appends lines that belong to a batch. Those of a batch within it do
// so already.
func appendWithin(dst, lines []byte, batch string) []byte {
	if batch == "" {
		return append(dst, lines...)
	}
	for len(lines) > 0 {
		line := lines[:bytes.IndexByte(lines, '\n')+1]
		lines = lines[len(line):]
		if !bytes.HasPrefix(line, []byte("@batch=")) {
			dst = append(append(dst, "@batch="...), batch...)
			if line[0] == '@' {
				dst, line = append(dst, ';'), line[1:]
			} else {
				dst = append(dst, ' ')
			}
		}
		dst = append(dst, line...)
	}
	return dst
}

// batchEnd reports whether all the lines are one batch, which can bear a label
// itself.
func batchEnd(first, rest string) bool {
	begin := parse(first)
	id, ok := strings.CutPrefix(begin.param(0), "+")
	if begin.command != "BATCH" || !ok {
		return false
	}
	rest = strings.TrimSuffix(rest, "\r\n")
	end := parse(rest[strings.LastIndexByte(rest, '\n')+1:])
	return end.command == "BATCH" && end.param(0) == "-"+id
}

// withTag appends a line with one more tag.
func withTag(dst []byte, line, key, value string) []byte {
	dst = append(append(append(dst, '@'), key...), '=')
	dst = appendEscaped(dst, value)
	if rest, ok := strings.CutPrefix(line, "@"); ok {
		return append(append(dst, ';'), rest...)
	}
	return append(append(dst, ' '), line...)
}

// batchID returns a name for a batch, which need only be unlike those that are open
// at the same time.
func batchID(label string) string {
	h := uint32(2166136261) // FNV-1a
	for i := 0; i < len(label); i++ {
		h = (h ^ uint32(label[i])) * 16777619
	}
	return "l" + strconv.FormatUint(uint64(h), 36)
}

// atoi returns the number that s is in decimal, or 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
