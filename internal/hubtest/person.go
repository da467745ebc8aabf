package hubtest

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/checker"
)

// Person is an actor with nothing but a socket, as with nc, or with an SSH client that
// has no terminal: it types lines, and knows that one has been sent when it reads it.
// After a cut it connects anew, as another guest unless it has a key, and what it had
// not read by then it does not send again: whether it was sent is not known.
//
// Its methods are for one goroutine, its driver. They return when the trial is
// over, whatever they wait for.
type Person struct {
	trial *Trial
	who   string
	room  string // in which it talks; it is in the lobby as well
	cuts  func() cut
	login *ssh.ClientConfig // how it logs in by SSH; nil with a bare socket
	count int               // lines typed

	mu      sync.Mutex // guards the following
	change  sync.Cond  // something of the following has changed
	conn    wire       // nil while there is none
	session int        // numbers its connections
	here    string     // the room whose lines have no label
	waiting []*typed   // not read yet, in their order
	last    string     // the tag that was read last
	pongs   int
	order   []string // the tags that were read on the present connection
}

// typed is a line that was typed.
type typed struct {
	text, kind string
	start      int64
}

// Person starts an actor that talks in a room, over connections of which each
// ends as cuts says; nil is never.
func (tr *Trial) Person(name, room string, cuts func() cut) *Person {
	p := &Person{trial: tr, who: tr.name + "." + name, room: room, cuts: func() cut { return never }}
	if cuts != nil {
		p.cuts = func() cut {
			c := cuts()
			c.hard = c.hard || c.write >= 0 // what stands before an orderly end is a line
			return c
		}
	}
	p.change.L = &p.mu
	tr.watch(p.state)
	context.AfterFunc(tr.ctx, p.rouse)
	return p
}

// Shell is Person for somebody with an SSH client; with a key they are the same guest
// after a cut.
func (tr *Trial) Shell(name, room string, keyed bool, cuts func() cut) *Person {
	p := tr.Person(name, room, cuts)
	if cuts != nil {
		p.cuts = cuts // a packet comes as a whole or not at all, however the connection ends
	}
	login, err := login(p.nick(), keyed)
	if err != nil {
		tr.fault("%s: %v", p.who, err)
	}
	p.login = login
	return p
}

// nick returns what the person would like to be called.
func (p *Person) nick() string { return strings.ReplaceAll(p.who, "/", "-") }

func (p *Person) rouse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change.Broadcast()
}

func (p *Person) state() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := fmt.Sprintf("%s: connection %d, open: %t, in %s, %d pongs, read last: %s, %d lines wait", p.who, p.session, p.conn != nil, p.here, p.pongs, p.last, len(p.waiting))
	if len(p.waiting) > 0 {
		s += fmt.Sprintf(", the first is %q", p.waiting[0].text)
	}
	return s
}

// await waits until ok holds, or the connection ends, or the trial is over. p.mu
// must be held.
func (p *Person) await(ok func() bool) bool {
	for !ok() && p.conn != nil && p.trial.ctx.Err() == nil {
		p.change.Wait()
	}
	return ok()
}

// Say types a line in the person's room, which gets a tag, and waits until it
// has been read. What was typed when the connection ends is not typed again.
func (p *Person) Say(text string) { p.say("", text) }

// Do is Say for what the person does.
func (p *Person) Do(text string) { p.say("action", text) }

func (p *Person) say(kind, text string) {
	if !p.connected() {
		return
	}
	p.count++
	line := fmt.Sprintf("%s/%d %s", p.who, p.count, text)
	p.mu.Lock()
	w := &typed{text: line, kind: kind, start: p.trial.rec.Now()}
	p.waiting = append(p.waiting, w)
	conn := p.conn
	p.mu.Unlock()
	if kind == "action" {
		line = "/me " + line
	}
	if conn == nil {
		p.end()
		return
	}
	if _, err := fmt.Fprintf(conn, "%s\n", line); err != nil {
		conn.Close()
	}
	p.mu.Lock()
	read := p.await(func() bool { return len(p.waiting) == 0 })
	p.mu.Unlock()
	if !read {
		p.end()
	}
}

// leave waits until the last word in its room has been read, and goes.
func (p *Person) leave(last string) {
	for p.connected() {
		p.mu.Lock()
		read := p.await(func() bool { return p.last == last })
		p.mu.Unlock()
		if read {
			break
		}
	}
	p.end()
}

// connected makes sure that there is a connection on which the person is in its
// room. It reports false when the trial is over.
func (p *Person) connected() bool {
	for p.trial.ctx.Err() == nil {
		p.mu.Lock()
		ok := p.conn != nil && p.here == p.room
		p.mu.Unlock()
		if ok {
			return true
		}
		p.end()
		l, err := p.trial.server.dial(p.trial.ctx, p.cuts())
		if err != nil {
			return false
		}
		if w, ok := p.over(l); ok && p.arrive(w) {
			return true
		}
	}
	return false
}

// over returns what lines go over, or false if the link was cut before they could.
func (p *Person) over(l *link) (wire, bool) {
	if p.login == nil {
		return l, true
	}
	s, err := openShell(l, p.login)
	return s, err == nil
}

// arrive says who it is and goes into its room.
func (p *Person) arrive(l wire) bool {
	p.mu.Lock()
	p.session++
	p.conn, p.here, p.order = l, lobby, nil
	pongs := p.pongs
	p.mu.Unlock()
	p.trial.rec.Record(p.op(checker.Join, ""))
	go p.hear(l)
	// A nick that is taken by one's own last connection is not granted; that is
	// no matter.
	line := "/nick " + p.nick() + "\n"
	if p.room != lobby {
		line += "/join " + p.room + "\n"
	}
	if _, err := fmt.Fprintf(l, "%s/ping arrived\n", line); err != nil {
		l.end()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.await(func() bool { return p.here == p.room && p.pongs > pongs })
}

// op returns an op of the present session.
func (p *Person) op(verb checker.Verb, room string) checker.Op {
	now := p.trial.rec.Now()
	protocol := "line"
	if p.login != nil {
		protocol = "ssh"
	}
	return checker.Op{Verb: verb, Who: p.who, Session: fmt.Sprint(p.session), Room: room, Start: now, End: now, Protocol: protocol, Node: node}
}

// end notes the end of the connection, if there is one: what has not been read
// may have been sent or not.
func (p *Person) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		p.conn.Close()
		for p.conn != nil { // hear sees it
			p.change.Wait()
		}
	}
	for _, w := range p.waiting {
		p.sent(w, checker.Unknown)
	}
	p.waiting = nil
}

// sent records what became of a line. p.mu must be held.
func (p *Person) sent(w *typed, outcome checker.Outcome) {
	op := p.op(checker.Send, p.room)
	op.Session, op.Kind, op.Text, op.Start, op.Outcome = "", w.kind, w.text, w.start, outcome
	p.trial.send(op)
}

// hear reads until the connection ends.
func (p *Person) hear(l wire) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l.end()
		p.conn = nil
		p.trial.rec.Record(p.op(checker.Close, ""))
		p.change.Broadcast()
	}()
	in := bufio.NewReader(l)
	for {
		line, err := in.ReadString('\n')
		for range moreLines(line) {
			var next string
			if err == nil {
				next, err = in.ReadString('\n')
			}
			line += strings.TrimPrefix(next, continued)
		}
		if err != nil {
			return // what is not a whole line was not shown
		}
		p.read(strings.TrimSuffix(line, "\n"))
	}
}
