package hubtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"hubbub/api"
	"hubbub/internal/checker"
)

// Program is an actor that speaks the machine mode, or goes by the web. It keeps one session over
// any number of connections: after each it resumes where it was, and sends
// again, under the same client ids, what was not answered.
//
// Its methods are for one goroutine, its driver. They return when the trial is
// over, whatever they wait for.
type Program struct {
	trial *Trial
	who   string // also the tag of what it says
	token string // by which the server knows it again, or an account's; empty: each connection is another guest
	ids   string // begins its client ids: those of one account's programs differ
	cuts  func() cut
	way   way
	login *ssh.ClientConfig // how it logs in by SSH; nil unless it goes that way
	quiet bool              // what it does and is shown is not recorded
	tried bool              // somebody keeps order, and it may be kicked, muted and banned
	small bool              // the kernel takes in little for it that it does not read
	ended chan struct{}     // closed when the goroutine of its connections has ended

	here   string // the driver's: the room in which the next request is to be done
	count  int    // the driver's: numbers requests, and so tags
	window int    // the driver's: how many requests may wait for their answers

	view view // owned by the connections' goroutine, or by its reader while there is one

	mu      sync.Mutex        // guards the following
	change  sync.Cond         // something of the following has changed
	queue   []*request        // not answered, in their order
	written int               // how many of them have been written to the present connection
	user    uint64            // whom the last welcome named; 0 before the first
	nick    string            // what it is called, as far as it knows
	first   uint64            // Seq of the first welcome
	seen    []said            // messages of late
	read    map[uint64]uint64 // by room, the last event that was shown
	closing bool              // nothing more will be asked
	off     bool              // the present connection has ended
	hold    bool              // nothing is to be read
	present wire
	opened  int // how many connections it has had
	byes    int // how many of them ended with a goodbye
	barred  int // how often it was not let in, because of a ban
}

// said is a message that could be edited or replied to.
type said struct {
	room string
	seq  uint64
	own  bool
}

// request is a line to the server that has to be answered.
type request struct {
	id, line string
	room     string      // where it has to be done
	op       *checker.Op // the Send that it is; nil for a question
	start    int64       // when it was written to the present connection
	end      int64       // when it was answered
	done     bool        // it was answered; guarded by Program.mu, as is answer
	answer   api.Message
}

// Program starts an actor with a session that goes on over all its connections,
// each of which ends as cuts says; nil is never.
func (tr *Trial) Program(name string, cuts func() cut) *Program {
	p := tr.prepare(name, cuts)
	p.token = hex.EncodeToString(random(16))
	p.open()
	return p
}

// Slow is like Program, but the kernel takes in little for it that it does not
// read itself.
func (tr *Trial) Slow(name string) *Program {
	p := tr.prepare(name, nil)
	p.token, p.small = hex.EncodeToString(random(16)), true
	p.open()
	return p
}

// Reader is like Program, but a new guest on each connection: it can only read.
func (tr *Trial) Reader(name string, cuts func() cut) *Program {
	p := tr.prepare(name, cuts)
	p.open()
	return p
}

// observer starts a program that takes no part in the history.
func (tr *Trial) observer(name string) *Program {
	p := tr.prepare(name, nil)
	p.quiet = true
	p.open()
	return p
}

// note records an op.
func (p *Program) note(op checker.Op) {
	if !p.quiet {
		p.trial.rec.Record(op)
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func (tr *Trial) prepare(name string, cuts func() cut) *Program {
	p := &Program{
		trial: tr, who: tr.name + "." + name, cuts: cuts, ended: make(chan struct{}),
		ids: "c", here: lobby, window: 1, read: map[uint64]uint64{}, view: newView(),
	}
	if cuts == nil {
		p.cuts = func() cut { return never }
	}
	p.change.L = &p.mu
	return p
}

// open starts the goroutine of the connections.
func (p *Program) open() {
	p.trial.watch(p.state)
	context.AfterFunc(p.trial.ctx, p.rouse)
	go func() {
		defer close(p.ended)
		p.connect()
	}()
}

const lobby = "#lobby"

// rouse has everybody who waits look again.
func (p *Program) rouse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change.Broadcast()
}

// state says what the program is at, for a person.
func (p *Program) state() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := fmt.Sprintf("%s: %d connections, %d requests wait, %d of them written", p.who, p.opened, len(p.queue), p.written)
	if len(p.queue) > 0 {
		s += fmt.Sprintf(", the first is %q in %s", p.queue[0].id+" "+p.queue[0].line, p.queue[0].room)
	}
	return s
}

// await waits until ok holds, and reports whether it does; it gives up at the
// end of the trial. p.mu must be held.
func (p *Program) await(ok func() bool) bool {
	for !ok() && p.trial.ctx.Err() == nil {
		p.change.Wait()
	}
	return ok()
}

// propose queues a request, and waits while there are too many.
func (p *Program) propose(line string, op *checker.Op) *request {
	p.count++
	r := &request{id: fmt.Sprintf("%s%d", p.ids, p.count), line: line, room: p.here, op: op}
	if op != nil {
		op.Client = r.id
	}
	p.enqueue(r)
	return r
}

// enqueue queues a request as soon as there is room.
func (p *Program) enqueue(r *request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.await(func() bool { return len(p.queue) < p.window }) {
		p.queue = append(p.queue, r)
		p.change.Broadcast()
	}
}

// ask proposes a question, or a command that need not be recorded, and waits for
// the answer.
func (p *Program) ask(line string) api.Message { return p.finish(p.propose(line, nil)) }

// finish waits for the answer to a request.
func (p *Program) finish(r *request) api.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.await(func() bool { return r.done })
	return r.answer
}

// Ask asks a question, or for something that is not recorded, and returns the
// answer. It is the zero Message if the trial was over first.
func (p *Program) Ask(line string) api.Message { return p.ask(line) }

// Answer waits for the answer to what was said.
func (p *Program) Answer(r *request) api.Message { return p.finish(r) }

// Again says once more, under the same client id, what was refused.
func (p *Program) Again(r *request) *request {
	again := &request{id: r.id, line: r.line, room: r.room, op: r.op}
	p.enqueue(again)
	return again
}

// Took returns how long it was from when a request was written to its answer,
// which there must be.
func (r *request) Took() time.Duration { return time.Duration(r.end - r.start) }

// Settle waits until everything has been answered.
func (p *Program) Settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.await(func() bool { return len(p.queue) == 0 })
}

// tag returns the mark of the next request, with which its text should begin.
func (p *Program) tag() string { return fmt.Sprintf("%s/%d", p.who, p.count+1) }

// Say says something in the room in which the program is. The text gets a tag.
func (p *Program) Say(text string) *request {
	text = p.tag() + " " + strings.TrimSpace(text) // as the server would
	return p.propose(escape(text), &checker.Op{Text: text})
}

// escape writes a text of several lines as one.
func escape(text string) string {
	if strings.HasPrefix(text, "/") {
		text = "/" + text
	}
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(text)
}

// Go makes a room the one in which the program is.
func (p *Program) Go(room string) {
	p.Settle()
	if m := p.ask("/join " + room); m.Type == api.TypeAck {
		p.here = room
	}
}

// Rooms asks for the rooms.
func (p *Program) Rooms() []api.Room {
	var rooms []api.Room
	if p.way == byPage || p.way == byStream {
		rooms = p.webRooms()
	} else {
		rooms = p.ask("/rooms").Rooms
	}
	return slices.DeleteFunc(rooms, func(r api.Room) bool { return r.Name == "" })
}

// known returns whom the server takes the program for, and what it is called.
func (p *Program) known() (user uint64, nick string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.await(func() bool { return p.user != 0 })
	return p.user, p.nick
}

// start returns the position and the epoch that the first welcome named.
func (p *Program) start() (uint64, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.await(func() bool { return p.user != 0 })
	return p.first, p.view.epoch
}

// CatchUp waits until everything has been read that was there when it was
// called, in all rooms in which the program is.
func (p *Program) CatchUp() {
	rooms := p.Rooms()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.await(func() bool {
		return !slices.ContainsFunc(rooms, func(r api.Room) bool { return r.Joined && p.read[r.ID] < r.Head })
	})
}

// Window sets how many requests may wait for their answers; at first it is one.
func (p *Program) Window(n int) { p.window = n }

// Drop cuts the present connection, if there is one; the next one follows.
func (p *Program) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.present != nil {
		p.present.Close()
	}
}

// Connections returns how many connections the program has begun, and how many
// have ended with a goodbye.
func (p *Program) Connections() (begun, byes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened, p.byes
}

// Close ends the session, once everything has been answered and everything that
// is there has been read.
func (p *Program) Close() {
	p.Settle()
	p.CatchUp()
	p.mu.Lock()
	p.closing = true
	p.change.Broadcast()
	p.mu.Unlock()
	<-p.ended
}

// Hold has the program read nothing any more, or go on.
func (p *Program) Hold(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = on
	p.change.Broadcast()
}

// pick returns a message in the room in which the program is, of its own or of
// anybody; nth counts from the last. The room of the result is empty if there is
// none.
func (p *Program) pick(own bool, nth int) said {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.seen) - 1; i >= 0; i-- {
		if m := p.seen[i]; m.room == p.here && (m.own || !own) {
			if nth--; nth < 0 {
				return m
			}
		}
	}
	return said{}
}

// remember keeps messages that can be picked. p.mu must be held.
func (p *Program) remember(m said) {
	const most = 200
	if len(p.seen) >= most {
		p.seen = slices.Delete(p.seen, 0, most/2)
	}
	i, known := slices.BinarySearchFunc(p.seen, m, func(a, b said) int { return cmp.Compare(a.seq, b.seq) })
	if !known {
		p.seen = slices.Insert(p.seen, i, m)
	}
}
