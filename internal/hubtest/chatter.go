package hubtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"hubbub/internal/checker"
)

// Chatter is an actor with an IRC client of today: its messages have labels, and it
// knows that one has been sent when it is shown it with the label; a msgid is a Seq.
// After a cut it connects anew, as another guest, and asks for what it has missed of
// its rooms. What it had not been shown by the cut it does not send again: whether it
// was sent is not known.
//
// Its methods are for one goroutine, its driver. They return when the trial is
// over, whatever they wait for.
type Chatter struct {
	trial  *Trial
	who    string
	rooms  []string // in which it is; it talks in the last
	cuts   func() cut
	window int // how many messages may be under way
	count  int // the driver's: messages

	session int // the driver's: numbers its connections

	mu      sync.Mutex // guards the following
	change  sync.Cond  // something of the following has changed
	conn    *link      // nil while there is none
	nick    string     // on the present connection
	joined  map[string]bool
	waiting map[string]*typed // not shown yet, by label
	last    map[string]string // by room, the tag that was shown last
	seen    map[string]uint64 // by room, the Seq that was shown last, on whatever connection
	missing map[string]*gap   // by room, what has been missed; gone once it has been told

	batches map[string]*batch // open; owned by the reader
}

// gap is what a chatter has missed of a room.
type gap struct {
	after, before uint64
	since         []checker.Op // what was shown meanwhile, and comes behind
}

// batch is a batch that has begun and not ended.
type batch struct {
	ircLine        // that began it
	kind    string // of the batch
	text    string // of a message of several lines
	parts   int
	action  bool
}

// chatterCaps are the capabilities that a Chatter needs.
const chatterCaps = "message-tags server-time echo-message batch labeled-response draft/multiline draft/message-redaction hubbub.chat/edit draft/chathistory"

// Chatter starts an actor that is in some rooms and talks in the last of them, over
// connections of which each ends as cuts says; nil is never.
func (tr *Trial) Chatter(name string, rooms []string, cuts func() cut) *Chatter {
	p := &Chatter{
		trial: tr, who: tr.name + "." + name, rooms: rooms, window: 4, cuts: func() cut { return never },
		joined: map[string]bool{}, waiting: map[string]*typed{}, last: map[string]string{}, seen: map[string]uint64{}, missing: map[string]*gap{},
	}
	if cuts != nil {
		p.cuts = func() cut {
			c := cuts()
			c.hard = c.hard || c.write >= 0 // what stands before an orderly end may be a line
			return c
		}
	}
	p.change.L = &p.mu
	tr.watch(p.state)
	context.AfterFunc(tr.ctx, p.rouse)
	return p
}

func (p *Chatter) rouse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change.Broadcast()
}

func (p *Chatter) state() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%s: connected: %t, in %v, %d messages wait, read last: %v", p.who, p.conn != nil, p.joined, len(p.waiting), p.last)
}

// await waits until ok holds, or the connection ends, or the trial is over. p.mu
// must be held.
func (p *Chatter) await(ok func() bool) bool {
	for !ok() && p.conn != nil && p.trial.ctx.Err() == nil {
		p.change.Wait()
	}
	return ok()
}

// Say says something in the chatter's room. The text gets a tag.
func (p *Chatter) Say(text string) { p.say("PRIVMSG", "", text) }

// Do says what it does, and Notice says something in a NOTICE.
func (p *Chatter) Do(text string) { p.say("PRIVMSG", "action", text) }

// Notice is described at Do.
func (p *Chatter) Notice(text string) { p.say("NOTICE", "notice", text) }

func (p *Chatter) say(verb, kind, text string) {
	if !p.connected() {
		return
	}
	p.count++
	text = fmt.Sprintf("%s/%d %s", p.who, p.count, text)
	label := fmt.Sprint(p.count)
	p.mu.Lock()
	conn := p.conn
	if conn != nil {
		p.waiting[label] = &typed{text: text, kind: kind, start: p.trial.rec.Now()}
	}
	p.mu.Unlock()
	if conn == nil {
		p.end()
		return
	}
	if kind == "action" {
		text = "\x01ACTION " + text + "\x01"
	}
	if _, err := fmt.Fprintf(conn, "@label=%s %s %s :%s\r\n", label, verb, p.room(), text); err != nil {
		conn.Close()
	}
	p.mu.Lock()
	room := p.await(func() bool { return len(p.waiting) < p.window })
	p.mu.Unlock()
	if !room {
		p.end()
	}
}

// room returns where the chatter talks.
func (p *Chatter) room() string { return p.rooms[len(p.rooms)-1] }

// leave waits until the last word in each room has been read, and goes.
func (p *Chatter) leave(last map[string]string) {
	for p.connected() {
		p.mu.Lock()
		read := p.await(func() bool {
			return len(p.waiting) == 0 && !slices.ContainsFunc(p.rooms, func(room string) bool { return p.last[room] != last[room] })
		})
		p.mu.Unlock()
		if read {
			break
		}
	}
	p.end()
}

// connected makes sure that there is a connection on which the chatter is in its
// rooms. It reports false when the trial is over.
func (p *Chatter) connected() bool {
	for p.trial.ctx.Err() == nil {
		p.mu.Lock()
		ok := p.conn != nil && p.here()
		p.mu.Unlock()
		if ok {
			return true
		}
		p.end()
		l, err := p.trial.server.dial(p.trial.ctx, p.cuts())
		if err != nil {
			return false
		}
		if p.arrive(l) {
			return true
		}
	}
	return false
}

// here reports whether the chatter is in its rooms, and has missed nothing of them.
// p.mu must be held.
func (p *Chatter) here() bool { return len(p.joined) == len(p.rooms) && len(p.missing) == 0 }

// arrive registers, joins the rooms, and asks for what was missed.
func (p *Chatter) arrive(l *link) bool {
	p.session++
	p.mu.Lock()
	p.conn, p.nick, p.batches = l, fmt.Sprintf("%s-%d", strings.ReplaceAll(p.who, ".", "-"), p.session), map[string]*batch{}
	clear(p.joined)
	clear(p.missing)
	nick := p.nick
	p.mu.Unlock()
	go p.hear(l)
	if _, err := fmt.Fprintf(l, "CAP REQ :%s\r\nNICK %s\r\nUSER u 0 * :A chatter\r\nCAP END\r\nJOIN %s\r\n", chatterCaps, nick, strings.Join(p.rooms, ",")); err != nil {
		l.end()
	}
	p.mu.Lock()
	questions := ""
	if p.await(func() bool { return len(p.joined) == len(p.rooms) }) {
		for room, g := range p.missing {
			questions += fmt.Sprintf("CHATHISTORY BETWEEN %s msgid=%d msgid=%d 1000\r\n", room, g.after, g.before)
		}
	}
	p.mu.Unlock()
	if _, err := io.WriteString(l, questions); err != nil {
		l.end()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.await(p.here)
}

// op returns an op of the present session.
func (p *Chatter) op(verb checker.Verb, room string) checker.Op {
	now := p.trial.rec.Now()
	return checker.Op{Verb: verb, Who: p.who, Session: fmt.Sprint(p.session), Room: room, Start: now, End: now, Protocol: "irc", Node: node}
}

// end notes the end of the connection, if there is one: what has not been shown may
// have been sent or not.
func (p *Chatter) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		p.conn.Close()
		for p.conn != nil { // hear sees it
			p.change.Wait()
		}
	}
	for _, w := range p.waiting {
		p.sent(w, checker.Unknown, 0)
	}
	clear(p.waiting)
}

// sent records what became of a message. p.mu must be held.
func (p *Chatter) sent(w *typed, outcome checker.Outcome, seq uint64) {
	op := p.op(checker.Send, p.room())
	op.Session, op.Kind, op.Text, op.Start, op.Outcome, op.Seq = "", w.kind, w.text, w.start, outcome, seq
	p.trial.send(op)
}

// hear reads until the connection ends.
func (p *Chatter) hear(l *link) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l.end()
		p.conn = nil
		p.trial.rec.Record(p.op(checker.Close, ""))
		p.change.Broadcast()
	}()
	for in := bufio.NewReader(l); ; {
		text, err := in.ReadString('\n')
		if err != nil {
			return // what is not a whole line was not shown
		}
		if !strings.HasSuffix(text, "\r\n") {
			p.trial.fault("%s was told %q, which ends with no CR LF", p.who, text)
		}
		p.told(parseIRC(strings.TrimRight(text, "\r\n")))
	}
}
