package irc

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// format is the inverse of parse: the line with the fewest bytes that could be
// misread.
func format(m *message) string {
	line := ""
	if m.tags != "" {
		line = "@" + m.tags + " "
	}
	line += ":x " + m.command // else a command that begins with a colon would be a prefix
	for i, p := range m.params {
		if i == len(m.params)-1 {
			p = ":" + p
		}
		line += " " + p
	}
	return line
}

// lines returns what a client reads, line by line, and checks what holds for every
// line whatever is in it.
func lines(t *testing.T, body []byte) []string {
	t.Helper()
	return linesOf(t, body, maxLine-len("\r\n"))
}

// saidLines returns the lines of what somebody said, which fit without the prefix; what
// a client says in one word may do without the colon.
func saidLines(t *testing.T, body []byte, prefix string) []string {
	t.Helper()
	return linesOf(t, body, maxLine-len("\r\n")+len(":")+len(": ")+len(prefix))
}

func linesOf(t *testing.T, body []byte, most int) []string {
	t.Helper()
	if len(body) == 0 {
		return nil
	}
	text, ok := strings.CutSuffix(string(body), "\r\n")
	if !ok {
		t.Fatalf("%q does not end with a line's end", body)
	}
	all := strings.Split(text, "\r\n")
	for _, l := range all {
		rest := l
		if tags, after, ok := strings.Cut(l, " "); ok && strings.HasPrefix(tags, "@") {
			rest = after
		}
		if len(rest) > most {
			t.Fatalf("a line has %d bytes: %q", len(rest), rest)
		}
		if strings.ContainsAny(l, "\r\n\x00") {
			t.Fatalf("%q has a break inside", l)
		}
	}
	return all
}

// A line and what it was taken apart into are the same.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"PRIVMSG #tea :hello there", "@label=1;+draft/reply=12 privmsg #tea hello", ":ada!u@member NICK bob", "@ ", "@a", ": ", ": :x y",
		"JOIN :", "USER ada 0 * :", "MODE #tea +ovb a b c!*@*", "   PING   x   ", "a b c d e f g h i j k l m n o p q r", "x ::", "x : :",
		"CAP REQ :sasl  message-tags", "\x01", "@=;;=\\ TAGMSG x", "ſ \u0130", "@x  :p  c  ",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		m := parse(line)
		again := parse(format(&m))
		if m.command == "" {
			if len(m.params) > 0 {
				t.Fatalf("%q has no command, and parameters %q", line, m.params)
			}
			return
		}
		if again.tags != m.tags || again.command != m.command || !slices.Equal(again.params, m.params) {
			t.Fatalf("%q is %+v, and that in turn %+v", line, m, again)
		}
		if len(m.params) > maxParam {
			t.Fatalf("%q has %d parameters", line, len(m.params))
		}
		for i, p := range m.params {
			if i < len(m.params)-1 && (p == "" || p[0] == ':' || strings.Contains(p, " ")) {
				t.Fatalf("%q has %q in the middle", line, p)
			}
		}
	})
}

// What is written into a tag's value is read out of it, and a further tag changes
// nothing else of a line.
func FuzzTags(f *testing.F) {
	f.Add("label", "a;b c\\d\r\n", "@time=x;+a=b :x PRIVMSG #tea :hello")
	f.Add("batch", "", "PING")
	f.Add("a", "\\", ":x ACK")
	f.Add("a", "\\s", "@ x")
	f.Fuzz(func(t *testing.T, key, value, line string) {
		escaped := appendEscaped(nil, value)
		if got := unescape(string(escaped)); got != value {
			t.Fatalf("%q is escaped as %q, which is %q", value, escaped, got)
		}
		if strings.ContainsAny(string(escaped), "; \r\n") {
			t.Fatalf("%q is escaped as %q", value, escaped)
		}
		key = strings.Map(func(r rune) rune {
			if strings.ContainsRune(";= \x00\r\n", r) {
				return -1
			}
			return r
		}, key)
		before := parse(line)
		if before.command == "" || strings.HasPrefix(before.tags, ";") || hasTag(line, key) {
			return
		}
		tagged := withTag(nil, line, key, value)
		m := parse(string(tagged))
		if got, ok := m.tag(key); !ok || got != value || !hasTag(string(tagged), key) {
			t.Fatalf("%q has for %q %q, not %q", tagged, key, got, value)
		}
		if m.command != before.command || !slices.Equal(m.params, before.params) {
			t.Fatalf("with a tag %q is %+v", line, m)
		}
		if before.tags != "" && !strings.HasSuffix(m.tags, ";"+before.tags) {
			t.Fatalf("with a tag the tags of %q are %q", line, m.tags)
		}
	})
}

// Unescaping never fails, and what it makes of anything can be written again.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{`\:\s\\\r\n`, `\`, `\b`, `a\`, `\\\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		value := unescape(s)
		if again := unescape(string(appendEscaped(nil, value))); again != value {
			t.Fatalf("%q is %q, and then %q", s, value, again)
		}
	})
}

// Whatever the parameters are, a line is one line that fits, with so many
// parameters; those that are harmless and fit are read as they were.
func FuzzAppendLine(f *testing.F) {
	f.Add("chat.test", "332", "ada", "#tea", "the topic")
	f.Add("chat.test", "332", "a\r\nQUIT", "#tea\x00", ":x\n\n")
	f.Add("", "PRIVMSG", "", ": :", strings.Repeat("ą", 300))
	f.Add("chat.test", "FAIL", "a b", ":", "")
	f.Add("chat.test", "332", "\x80", strings.Repeat("\x80", 600), "x")
	f.Fuzz(func(t *testing.T, prefix, command, a, b, c string) {
		if strings.ContainsAny(prefix+command, " :\r\n\x00") || len(prefix)+len(command) > 100 || command == "" || command[0] == '@' {
			return // those are the server's own
		}
		const before = "what was there\r\n"
		body := appendLine([]byte(before), prefix, command, a, b, c)
		rest, ok := strings.CutPrefix(string(body), before)
		if !ok {
			t.Fatalf("%q was changed into %q", before, body)
		}
		all := lines(t, []byte(rest))
		if len(all) != 1 {
			t.Fatalf("%q is %d lines", rest, len(all))
		}
		m := parse(all[0])
		if len(prefix)+len(command)+len(a)+len(b) > 450 {
			return // and parameters may be cut off
		}
		if len(m.params) != 3 {
			t.Fatalf("%q has parameters %q, not 3", all[0], m.params)
		}
		if utf8.ValidString(c) && !utf8.ValidString(m.params[2]) {
			t.Fatalf("%q was cut within a character: %q", c, m.params[2])
		}
		for i, p := range []string{a, b, c} {
			harmless := !strings.ContainsAny(p, "\r\n\x00") && (i == 2 || p != "" && p[0] != ':' && !strings.Contains(p, " "))
			if got := m.params[i]; harmless && got != p && !(i == 2 && strings.HasPrefix(p, got)) {
				t.Fatalf("parameter %d of %q is %q, not %q", i, all[0], got, p)
			}
		}
	})
}

// A label is on the one line of an answer, or on the batch of which all of them are
// part; without it they are what they were.
func FuzzLabelled(f *testing.F) {
	f.Add("x", "one", "two", "three")
	f.Add(";\\ ", "BATCH +a x", "hello", "BATCH -a")
	f.Add("x", "@batch=b", "", "@batch")
	c := &conn{gateway: &Gateway{cfg: Config{Server: "chat.test"}}}
	f.Fuzz(func(t *testing.T, label, x, y, z string) {
		if label == "" || strings.ContainsAny(label, "\x00") {
			return
		}
		var body []byte
		for _, text := range []string{x, y, z} {
			if text != "" {
				body = appendLine(body, "ada!u@member", "PRIVMSG", "#tea", text)
			}
		}
		if len(body) == 0 {
			return
		}
		plain := lines(t, body)
		wantLabelled(t, plain, lines(t, c.labelled(body, label)), label)
	})
}

func wantLabelled(t *testing.T, plain, got []string, label string) {
	t.Helper()
	first := parse(got[0])
	if l, _ := first.tag("label"); l != label {
		t.Fatalf("the first of %q has not the label %q", got, label)
	}
	if len(plain) == 1 {
		if len(got) != 1 || untagged(got[0]) != untagged(plain[0]) {
			t.Fatalf("%q became %q", plain, got)
		}
		return
	}
	if len(got) != len(plain)+2 || first.command != "BATCH" || first.param(1) != "labeled-response" {
		t.Fatalf("%q became %q", plain, got)
	}
	id := strings.TrimPrefix(first.param(0), "+")
	for i, l := range got[1 : len(got)-1] {
		m := parse(l)
		if in, _ := m.tag("batch"); in != id || untagged(l) != untagged(plain[i]) {
			t.Fatalf("%q became %q, which is not in %q", plain[i], l, id)
		}
	}
	if last := parse(got[len(got)-1]); last.command != "BATCH" || last.param(0) != "-"+id {
		t.Fatalf("%q ends with %q", got, got[len(got)-1])
	}
}

func untagged(line string) string {
	if strings.HasPrefix(line, "@") {
		_, line, _ = strings.Cut(line, " ")
	}
	return line
}

// Whoever says whatever wherever: each line fits, none is cut within a character,
// and together they are the text, in every dialect.
func FuzzSaid(f *testing.F) {
	long := strings.Repeat("słowo ", 100) + strings.Repeat("日本語", 200) + strings.Repeat("x", 600)
	f.Add("ada", "tea", long, uint8(0xff), uint8(0))
	f.Add("ada", "tea", "one\n\ntwo\n", uint8(0), uint8(1))
	f.Add(strings.Repeat("ą", chat.MaxNick), strings.Repeat("日", chat.MaxRoomName-1), long, uint8(withTags), uint8(2))
	f.Add("", "tea", long, uint8(withMultiline), uint8(0))
	f.Add("ada", "tea", strings.Repeat("\n", 20)+"x", uint8(withMultiline), uint8(3))
	f.Fuzz(func(t *testing.T, nick, name, text string, d, sort uint8) {
		room := &chat.RoomInfo{ID: 9, Name: "#" + name}
		text = strings.Trim(chat.CleanText(text), "\n")
		if nick != "" && chat.CheckNick(nick) != nil || chat.CheckRoomName(room.Name) != nil || text == "" || !utf8.ValidString(text) {
			return
		}
		ev := &chat.Event{Seq: 1 << 40, Room: 9, By: 7, Nick: nick, Kind: chat.Message, Level: uint8(chat.MemberRole), Text: text, Time: 1e12, Target: 3}
		switch sort % 4 {
		case 1:
			ev.Kind = chat.Action
		case 2:
			ev.Kind = chat.Notice
		case 3:
			ev.Kind = chat.Edited
		}
		if nick == "" {
			ev.By = 0 // the server
		}
		e := encoder{dialect(d), strings.Repeat("chat.", 12) + "test", "https://chat.test"}
		body := e.room(nil, room, ev)
		from := string(e.prefix(nil, ev))
		if got, want := heard(t, saidLines(t, body, from[len(":"):len(from)-len(" ")])), said(&e, ev); got != want {
			t.Fatalf("%q was said, and %q heard, in %q", want, got, body)
		}
	})
}

// said is what is to be heard of an event's text: without several lines in one
// message the empty ones get lost.
func said(e *encoder, ev *chat.Event) string {
	text := ev.Text
	if ev.Kind == chat.Edited && !e.has(withEdits) {
		text = "(edited) " + text
	}
	if !e.has(withMultiline) || ev.Kind == chat.Action {
		text = strings.ReplaceAll(text, "\n", "")
	}
	return text
}

// heard puts the lines of a message together.
func heard(t *testing.T, all []string) string {
	t.Helper()
	var b strings.Builder
	parts := 0
	for _, l := range all {
		m := parse(l)
		if m.command == "BATCH" {
			continue
		}
		part := m.param(1)
		if !utf8.ValidString(part) || m.command != "PRIVMSG" && m.command != "NOTICE" || len(m.params) != 2 {
			t.Fatalf("%q is no part of a message", l)
		}
		if action, ok := strings.CutPrefix(part, actionBegin); ok {
			part = strings.TrimSuffix(action, actionEnd)
		}
		_, batch := m.tag("batch")
		_, concat := m.tag("draft/multiline-concat")
		if parts++; batch && !concat && parts > 1 {
			b.WriteByte('\n')
		}
		b.WriteString(part)
	}
	return b.String()
}

// What is said and not kept fits as well, and between programs it ends as it began.
func FuzzSignal(f *testing.F) {
	long := strings.Repeat("słowo ", 100)
	f.Add("ada", "#tea", "\x01PING "+long+"\x01", uint8(0), true)
	f.Add(strings.Repeat("ą", chat.MaxNick), "@#tea", long, uint8(withTags|withTime), false)
	f.Add("ada", "bob", "\x01", uint8(withTags), true)
	f.Fuzz(func(t *testing.T, nick, to, text string, d uint8, asks bool) {
		if chat.CheckNick(nick) != nil || to == "" || len(to) > 4*chat.MaxRoomName || strings.ContainsAny(to, " :\r\n\x00") {
			return
		}
		sig := (&conn{}).textSignal(utterance{command: "NOTICE", target: to, text: text})
		if sig.By, sig.Nick, sig.Role = 7, nick, chat.GuestRole; asks {
			sig.Kind = hub.Asked
		}
		if sig.Text == "" {
			return
		}
		c := &conn{gateway: &Gateway{}}
		c.dialects.Store(uint32(d))
		got := saidLines(t, c.appendSignal(nil, sig), chat.Hostmask(nick, chat.GuestRole))
		text = ""
		for _, l := range got {
			m := parse(l)
			text += m.last()
		}
		switch {
		case strings.HasPrefix(sig.Text, "\x01"):
			if len(got) != 1 || !strings.HasSuffix(text, "\x01") || !strings.HasPrefix(sig.Text, strings.TrimSuffix(text, "\x01")) {
				t.Fatalf("%q was told as %q", sig.Text, got)
			}
		case text != sig.Text:
			t.Fatalf("%q was told as %q", sig.Text, got)
		}
	})
}

// hasTag reports whether a line has a tag.
func hasTag(line, key string) bool {
	tags, ok := strings.CutPrefix(line, "@")
	if !ok {
		return false
	}
	tags, _, _ = strings.Cut(tags, " ")
	for t := range strings.SplitSeq(tags, ";") {
		if k, _, _ := strings.Cut(t, "="); k == key {
			return true
		}
	}
	return false
}
