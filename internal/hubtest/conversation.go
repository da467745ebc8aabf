package hubtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"hubbub/api"
	"hubbub/internal/checker"
)

// The connections of a [Program]: one goroutine has them one after the other and
// writes, and for each there is one that reads.

// connect has one connection after the other until nothing more is wanted.
func (p *Program) connect() {
	for p.wanted() {
		l, err := p.trial.server.dial(p.trial.ctx, p.cuts())
		if err != nil {
			return // the trial is over
		}
		if p.small {
			l.SetReadBuffer(64 << 10)
		}
		switch p.way {
		case byLines:
			p.converse(l)
		case byShell:
			if s, err := openShell(l, p.login); err == nil { // or it was cut before
				p.converse(s)
			}
		case byPage:
			p.conversePage(l)
		case byStream:
			p.converseStream(l)
		}
	}
	p.view.close(p)
}

func (p *Program) wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closing
}

// converse has one connection.
func (p *Program) converse(l wire) {
	hello := p.hello(l)
	began := p.trial.rec.Now()
	var reading sync.WaitGroup
	reading.Go(func() {
		defer p.over()
		p.hear(l, began)
	})
	line, _ := json.Marshal(hello)
	if _, err := fmt.Fprintf(l, "/json %s\n", line); err == nil {
		p.write(l, hello.Room)
	}
	l.end()
	reading.Wait()
	p.unanswered()
}

// hello says who the program is and where it was.
func (p *Program) hello(l wire) api.Hello {
	p.view.leave(p)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off, p.written, p.present = false, 0, l
	p.opened++
	h := api.Hello{Nick: strings.ReplaceAll(p.who, "/", "-"), Token: p.token, Room: lobby, Epoch: p.view.epoch, After: p.view.after}
	if len(p.queue) > 0 {
		h.Room = p.queue[0].room
	}
	h.Rooms = p.view.names()
	return h
}

// over notes that the present connection has ended.
func (p *Program) over() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off = true
	p.change.Broadcast()
}

// write writes the requests that are in the queue or come into it. The room in
// which the server does them is at.
func (p *Program) write(l wire, at string) {
	joins := 0
	for {
		r := p.next()
		if r == nil {
			return
		}
		text := fmt.Sprintf("%s %s\n", r.id, r.line)
		if r.room != at {
			joins++
			text = fmt.Sprintf("%s%s%d.%d /join %s\n", joinID, p.ids, p.opened, joins, r.room) + text
		}
		if at = r.room; strings.HasPrefix(r.line, "/join ") || strings.HasPrefix(r.line, "/part") {
			at = ""
		}
		if _, err := l.Write([]byte(text)); err != nil {
			return
		}
	}
}

// joinID begins the client ids of what is no request, but takes the program to
// where the next one is to be done.
const joinID = "join"

// next returns the next request to write, or nil if there will be none on this
// connection. What a program says can be attributed to it only once it knows who
// it is.
func (p *Program) next() *request {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.off && !p.closing && p.trial.ctx.Err() == nil {
		if p.written < len(p.queue) && p.user != 0 {
			r := p.queue[p.written]
			p.written++
			r.start = p.trial.rec.Now()
			return r
		}
		p.change.Wait()
	}
	return nil
}

// unanswered records what was written to the connection that has ended, and got
// no answer.
func (p *Program) unanswered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.queue[:p.written] {
		p.record(r, checker.Unknown, 0)
	}
	p.written = 0
}

// record records what became of a request, if it is a Send. p.mu must be held.
func (p *Program) record(r *request, outcome checker.Outcome, seq uint64) {
	if r.op == nil {
		return
	}
	op := *r.op
	op.Verb, op.Who, op.Author, op.Room = checker.Send, p.who, strconv.FormatUint(p.user, 10), r.room
	op.Start, op.End, op.Outcome, op.Protocol, op.Node = r.start, p.trial.rec.Now(), outcome, p.way.protocol(), node
	if op.Seq = seq; seq != 0 {
		op.Epoch = p.view.epoch
	}
	p.trial.send(op)
}

// node is what histories call the one server that there is.
const node = "n1"

// hear reads until the connection ends.
func (p *Program) hear(l wire, began int64) {
	in := bufio.NewReader(l)
	welcome := false
	for p.mayRead() {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			var rest []byte
			line = append([]byte(nil), line...)
			rest, err = in.ReadBytes('\n')
			line = append(line, rest...)
		}
		if err != nil {
			return // what is not a whole line was not said
		}
		if !welcome && line[0] != '{' {
			continue // the hello came late, and a person was greeted
		}
		var m api.Message
		if err := json.Unmarshal(line, &m); err != nil {
			p.trial.fault("%s was told %q: %v", p.who, line, err)
			return
		}
		if !welcome && m.Type != api.TypeWelcome {
			p.turnedAway(&m)
			return
		}
		welcome = true
		if !p.told(&m, began) {
			return
		}
	}
}

// mayRead waits while nothing is to be read, and reports whether to go on.
func (p *Program) mayRead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.hold && p.trial.ctx.Err() == nil {
		p.change.Wait()
	}
	return p.trial.ctx.Err() == nil
}

// turnedAway takes what is said instead of a welcome.
func (p *Program) turnedAway(m *api.Message) {
	switch {
	case m.Type == api.TypeError && m.Code == codeForbidden && p.tried:
		p.mu.Lock()
		p.barred++
		p.change.Broadcast()
		p.mu.Unlock()
		pause(p.trial.ctx) // until the ban is lifted
	case m.Type == api.TypeError && m.Code == codeFull:
		pause(p.trial.ctx) // until there is space
	case m.Type == api.TypeBye, m.Code == codeUnavailable:
	default:
		p.trial.fault("%s was not welcomed, but told %+v", p.who, *m)
	}
}

// The codes on which programs do something; all others mean no.
const (
	codeFull        = "full"
	codeForbidden   = "forbidden"
	codeConflict    = "conflict"
	codeNotFound    = "not-found"
	codeUnavailable = "unavailable" // whether it was done is not known
)

// told takes one message, and reports whether to read on.
func (p *Program) told(m *api.Message, began int64) bool {
	switch m.Type {
	case api.TypeWelcome:
		p.welcomed(m, began)
	case api.TypeEvent:
		p.view.show(p, m.Event)
	case api.TypeEvents:
		for i := range m.Events {
			p.view.show(p, &m.Events[i])
		}
	case api.TypeAck, api.TypeReply:
		return p.answered(m)
	case api.TypeError:
		return m.Code != codeUnavailable && p.answered(m)
	case api.TypeBye:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.byes++
		if m.Seq > p.view.after {
			p.trial.fault("%s was told goodbye at %d, and shown nothing after %d", p.who, m.Seq, p.view.after)
		}
	default:
		p.trial.fault("%s was told %+v", p.who, *m)
	}
	return true
}

// welcomed takes the welcome: the session begins, or goes on.
func (p *Program) welcomed(m *api.Message, began int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.user != 0 && p.token != "" && p.user != m.User {
		p.trial.fault("%s is user %d, and then %d", p.who, p.user, m.User)
	}
	if p.user == 0 {
		p.first = m.Seq
	}
	p.user, p.nick = m.User, m.Nick
	p.change.Broadcast()
	p.view.welcome(p, m, began)
	for _, room := range m.Rooms {
		p.snapshot(&room, began)
	}
}

// snapshot records an answer about the present: room's head, for a question put
// at start.
func (p *Program) snapshot(room *api.Room, start int64) {
	if room.Name != "" {
		p.note(checker.Op{Verb: checker.Snapshot, Who: p.who, Room: room.Name, Seq: room.Head, Start: start, End: p.trial.rec.Now(), Node: node})
	}
}

// answered takes the answer to a request, and reports whether to read on.
// Answers come in the order of the requests.
func (p *Program) answered(m *api.Message) bool {
	if strings.HasPrefix(m.ID, joinID) {
		if m.Type == api.TypeError && m.Code != codeFull && !(p.tried && m.Code == codeForbidden) {
			p.trial.fault("%s could not go back to a room: %s", p.who, m.Text)
		}
		return true
	}
	if m.ID == "" && m.Code == codeForbidden && p.tried {
		return true // a room of the hello: the ban came between
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.written == 0 || p.queue[0].id != m.ID {
		p.trial.fault("%s was answered %+v, which is not its turn", p.who, *m)
		return false
	}
	r := p.queue[0]
	p.queue = p.queue[1:]
	p.written--
	r.done, r.answer, r.end = true, *m, p.trial.rec.Now()
	switch m.Type {
	case api.TypeError:
		p.record(r, checker.Fail, 0)
	case api.TypeAck:
		p.record(r, checker.OK, m.Seq)
		if r.op != nil && r.op.Kind == "" && m.Seq != 0 {
			p.remember(said{room: r.room, seq: m.Seq, own: true})
		}
	}
	for i := range m.Rooms {
		p.snapshot(&m.Rooms[i], r.start)
	}
	p.change.Broadcast()
	return true
}
