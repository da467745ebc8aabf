package client_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"hubbub/api"
	"hubbub/client"
)

// fake is a server of one room for one client. It keeps what it was told over
// connections, does each client id once, and breaks off connections where it is
// told to.
type fake struct {
	t     *testing.T
	fault func(n int) fault                       // of the n-th connection, from 1; nil for none ever
	other func(c *fakeConn, id, line string) bool // nil, or answers instead

	asking sync.Mutex // held while other is called

	mu     sync.Mutex // guards the following
	epoch  string
	user   uint64 // as whom the client is welcomed
	events []api.Event
	done   map[string]uint64 // by client id: the event
	hellos []api.Hello
	lines  []string // received, over all connections
	dials  int
	conns  []*fakeConn
	serves sync.WaitGroup
}

// fault is what goes wrong with one connection.
type fault struct {
	refuse   error         // dialling fails
	greeting string        // what comes before the welcome
	leave    bool          // and then it ends
	mute     bool          // no welcome, no answers
	deaf     chan struct{} // if not nil: after the first two lines nothing is read until it is closed
	in, out  int           // bytes after which it breaks; 0 for never, 1 for after none
	twice    bool          // each answer comes twice
}

const fakeUser, fakeRoom = 7, 1

func newFake(t *testing.T) *fake {
	f := &fake{t: t, epoch: "E1", user: fakeUser, done: map[string]uint64{}}
	f.happen(api.Event{Kind: "arrived", By: fakeUser, Nick: "bob"})
	return f
}

// wait waits for all connections to end.
func (f *fake) wait() { f.serves.Wait() }

func (f *fake) dial(context.Context) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dials++
	var now fault
	if f.fault != nil {
		now = f.fault(f.dials)
	}
	if now.refuse != nil {
		return nil, now.refuse
	}
	here, there := net.Pipe()
	c := &fakeConn{fake: f, fault: now, net: there, next: map[uint64]uint64{}, inLeft: now.in, outLeft: now.out, wake: make(chan struct{}, 1)}
	f.conns = append(f.conns, c)
	f.serves.Go(c.serve)
	return here, nil
}

// happen adds an event and tells all connections.
func (f *fake) happen(ev api.Event) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.happenLocked(ev)
}

func (f *fake) happenLocked(ev api.Event) uint64 {
	ev.Seq, ev.Room, ev.RoomName = 10, fakeRoom, "#lobby"
	if n := len(f.events); n > 0 {
		ev.Prev, ev.Seq = f.events[n-1].Seq, f.events[n-1].Seq+3
	}
	f.events = append(f.events, ev)
	for _, c := range f.conns {
		c.look()
	}
	return ev.Seq
}

// said returns the texts of all messages in order.
func (f *fake) said() (texts []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ev := range f.events {
		if ev.Kind == "message" {
			texts = append(texts, ev.Text)
		}
	}
	return texts
}

func (f *fake) received() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.lines...)
}

func (f *fake) hello(n int) api.Hello {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hellos[n]
}

// fakeConn is one connection. Like the real server it reads and writes on
// goroutines of their own.
type fakeConn struct {
	fake            *fake
	fault           fault
	net             net.Conn
	inLeft, outLeft int
	next            map[uint64]uint64
	wake            chan struct{}

	mu      sync.Mutex // guards the following
	pos     int        // of the fake's events
	live    bool       // welcomed
	answers []api.Message
}

var errPlanted = errors.New("planted")

func (c *fakeConn) Read(p []byte) (int, error) {
	if c.fault.in > 0 {
		if c.inLeft == 1 {
			return 0, errPlanted
		}
		p = p[:min(len(p), c.inLeft-1)]
	}
	n, err := c.net.Read(p)
	c.inLeft -= n
	return n, err
}

func (c *fakeConn) Write(p []byte) (int, error) {
	whole := len(p)
	if c.fault.out > 0 {
		p = p[:min(len(p), c.outLeft-1)]
	}
	n, err := c.net.Write(p)
	if c.outLeft -= n; err == nil && n < whole {
		err = errPlanted
	}
	return n, err
}

func (c *fakeConn) look() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *fakeConn) serve() {
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		defer c.net.Close()
		c.write(stop)
	})
	in := bufio.NewReader(c)
	for n := 0; ; n++ {
		if n == 2 && c.fault.deaf != nil {
			<-c.fault.deaf
		}
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		if !c.fault.mute {
			c.handle(strings.TrimSuffix(line, "\n"))
		}
	}
	c.net.Close()
	close(stop)
	writer.Wait()
}

// write writes events and answers until it fails.
func (c *fakeConn) write(stop chan struct{}) {
	if _, err := io.WriteString(c, c.fault.greeting); err != nil || c.fault.leave {
		return
	}
	for {
		out := c.pending()
		if len(out) == 0 {
			select {
			case <-c.wake:
				continue
			case <-stop:
				return
			}
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

func (c *fakeConn) pending() (out []byte) {
	f := c.fake
	f.mu.Lock()
	defer f.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live {
		for ; c.pos < len(f.events); c.pos++ {
			out = appendMessage(out, api.Message{Type: api.TypeEvent, Event: &f.events[c.pos]})
		}
	}
	for _, m := range c.answers {
		out = appendMessage(out, m)
	}
	c.answers = nil
	return out
}

func appendMessage(out []byte, m api.Message) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return append(append(out, b...), '\n')
}

func (c *fakeConn) post(m api.Message) {
	c.mu.Lock()
	c.answers = append(c.answers, m)
	if c.fault.twice && m.ID != "" {
		c.answers = append(c.answers, m)
	}
	c.mu.Unlock()
	c.look()
}

func (c *fakeConn) handle(line string) {
	f := c.fake
	f.mu.Lock()
	f.lines = append(f.lines, line)
	f.mu.Unlock()
	if hello, ok := strings.CutPrefix(line, "/json "); ok {
		c.begin(hello)
		return
	}
	id, line, _ := strings.Cut(line, " ")
	if f.otherwise(c, id, line) {
		return
	}
	switch {
	case strings.HasPrefix(line, "/quit"):
		c.post(api.Message{Type: api.TypeReply, ID: id})
	case strings.HasPrefix(line, "/join"):
		c.post(api.Message{Type: api.TypeAck, ID: id})
	case strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "//"):
		c.post(api.Message{Type: api.TypeReply, ID: id, Text: line})
	default:
		c.post(api.Message{Type: api.TypeAck, ID: id, Seq: f.say(id, line)})
	}
}

func (f *fake) otherwise(c *fakeConn, id, line string) bool {
	f.asking.Lock()
	defer f.asking.Unlock()
	return f.other != nil && f.other(c, id, line)
}

// say does a message, once for its id.
func (f *fake) say(id, text string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	seq, done := f.done[id]
	if !done {
		seq = f.happenLocked(api.Event{Kind: "message", By: fakeUser, Nick: "bob", Client: id, Text: text})
		f.done[id] = seq
	}
	return seq
}

func (c *fakeConn) begin(text string) {
	f := c.fake
	var hello api.Hello
	if err := json.Unmarshal([]byte(text), &hello); err != nil {
		f.t.Errorf("the hello %q: %v", text, err)
	}
	f.mu.Lock()
	f.hellos = append(f.hellos, hello)
	last := uint64(0)
	if n := len(f.events); n > 0 {
		last = f.events[n-1].Seq
	}
	epoch, user := f.epoch, f.user
	after := last
	stale := hello.After != 0 && (hello.Epoch != epoch || hello.After > last)
	if hello.After != 0 && !stale {
		after = hello.After
	}
	c.mu.Lock()
	for c.pos = 0; c.pos < len(f.events) && f.events[c.pos].Seq <= after; c.pos++ {
	}
	c.live = true
	c.mu.Unlock()
	f.mu.Unlock()
	if stale {
		c.post(api.Message{Type: api.TypeError, Code: "stale", Text: fmt.Sprintf("The position %d belongs to another log.", hello.After)})
	}
	c.mu.Lock()
	c.answers = append([]api.Message{{
		Type: api.TypeWelcome, Epoch: epoch, Seq: after, User: user, Nick: "bob",
		Rooms: []api.Room{{ID: fakeRoom, Name: "#lobby", Head: last, Joined: true, Members: 1}},
	}}, c.answers...)
	c.mu.Unlock()
	c.look()
}

// running is a client that runs, and what it has told.
type running struct {
	*client.Client
	stop func()
	done chan error // what Run has returned

	mu      sync.Mutex // guards the following
	updates []client.Update
	changed chan struct{} // closed and replaced with each update
}

// run runs a client. The test must receive from done.
func run(cfg client.Config, also func(client.Update)) *running {
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Client: client.New(cfg), stop: stop, done: make(chan error, 1), changed: make(chan struct{})}
	go func() {
		r.done <- r.Run(ctx, func(u client.Update) {
			r.mu.Lock()
			r.updates = append(r.updates, u)
			close(r.changed)
			r.changed = make(chan struct{})
			r.mu.Unlock()
			if also != nil {
				also(u)
			}
		})
	}()
	return r
}

// until waits for an update for which ok holds, and returns it.
func (r *running) until(ok func(client.Update) bool) client.Update {
	for i := 0; ; {
		r.mu.Lock()
		for ; i < len(r.updates); i++ {
			if ok(r.updates[i]) {
				defer r.mu.Unlock()
				return r.updates[i]
			}
		}
		changed := r.changed
		r.mu.Unlock()
		<-changed
	}
}

func is[T client.Update](u client.Update) bool {
	_, ok := u.(T)
	return ok
}

// all returns the updates of one kind.
func all[T client.Update](r *running) (found []T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range r.updates {
		if u, ok := u.(T); ok {
			found = append(found, u)
		}
	}
	return found
}

// told returns the texts of the messages that the caller was told of.
func (r *running) told() (texts []string) {
	for _, ev := range all[client.Event](r) {
		if ev.Kind == "message" {
			texts = append(texts, ev.Text)
		}
	}
	return texts
}
