package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/api"
)

// How long the server may take.
const (
	dialTime  = 10 * time.Second // to connect
	greetTime = 15 * time.Second // to welcome us, once connected
	quiet     = 30 * time.Second // without hearing anything, we ask whether it is still there
	silence   = 75 * time.Second // without hearing anything, it is not
)

// stream is one connection. Two goroutines use it at the same time, one for
// each direction:
//
//   - sendLoop says who we are, and then takes commands from the outbox and
//     writes them. It waits for the outbox, or for the network to take more.
//   - receiveLoop reads what the server says, hands it to the caller, and takes
//     what is answered out of the outbox. It waits for the network, or for the
//     caller.
//
// Neither waits for the other, with one exception at the beginning: nothing is
// sent from the outbox before the server has confirmed where text goes.
type stream struct {
	client *Client
	handle func(Update)
	net    *patientReader

	hello  api.Hello
	place  Command       // leads to where text goes
	placed chan struct{} // closed by the receiver once place is confirmed, or we are welcome where there is none
	heard  atomic.Int64  // when something was received last, in Unix nanoseconds

	// Owned by the receiver.
	in    *lineReader
	start uint64 // where reading begins if it can't be resumed
	stale bool   // the server can't resume where we were
	there bool   // place has been answered
	last  string // of the lines before the welcome
	bye   string // why the server closes the connection
}

// connect makes a connection and serves it until it ends.
func (c *Client) connect(ctx context.Context, handle func(Update)) error {
	nc, err := c.dial(ctx)
	switch {
	case err != nil && c.out.quitting():
		return errQuit
	case err != nil:
		return err
	}
	s := &stream{client: c, handle: handle, net: &patientReader{Conn: nc}, placed: make(chan struct{})}
	s.in = newLineReader(s.net)
	c.prepare(s)
	if err = s.serve(ctx); c.out.quitting() {
		return errQuit
	}
	return err
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	if c.cfg.Dial != nil {
		return c.cfg.Dial(ctx)
	}
	network, address, err := ParseAddress(c.cfg.Address)
	if err != nil {
		return nil, err
	}
	switch network {
	case "http", "https":
		return dialWeb(ctx, network, address, c.cfg.TLS)
	case "tls":
		d := tls.Dialer{Config: c.cfg.TLS}
		return d.DialContext(ctx, "tcp", address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// prepare sets what a new connection begins with.
func (c *Client) prepare(s *stream) {
	c.out.rewind(c.newID)
	id := c.newID()
	c.mu.Lock()
	defer c.mu.Unlock()
	s.hello = api.Hello{Nick: c.nick, Token: c.token, Rooms: c.where.hello(), Epoch: c.epoch, After: c.after}
	if c.cfg.User != "" && c.token == c.cfg.Token { // no token has been given for it yet
		s.hello.Token, s.hello.User, s.hello.Password, s.hello.Code = "", c.cfg.User, c.cfg.Password, c.cfg.Code
	}
	s.place = Command{id: id, Line: c.where.line()}
}

// serve runs the two directions until nothing more is received, and returns why.
// Then the connection is closed, which ends the other. If sending fails first,
// receiving goes on for a moment: the server may have said why before it closed.
func (s *stream) serve(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(closed)
		s.net.Close()
	})
	var sender sync.WaitGroup
	var unsent error
	sender.Go(func() {
		if unsent = s.sendLoop(ctx); unsent != nil {
			s.net.lastWords()
		}
	})
	end(s.receiveLoop())
	sender.Wait()
	<-closed
	return s.reason(context.Cause(ctx), unsent)
}

// reason returns what to tell the caller about the end of a connection: why
// receiving ended and, if sending failed, why.
func (s *stream) reason(err, unsent error) error {
	var no *Refused
	switch {
	case err == errQuit, err == errForeign, errors.As(err, &no):
	case s.bye != "":
		return errors.New(s.bye)
	case errors.Is(err, os.ErrDeadlineExceeded) && unsent != nil:
		return unsent
	case errors.Is(err, os.ErrDeadlineExceeded) && s.net.renewing:
		return fmt.Errorf("the server has said nothing for %v", silence)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w (within %v)", errForeign, greetTime)
	case s.last != "" && !s.net.renewing:
		return fmt.Errorf("the server says: %s", s.last)
	case errors.Is(err, io.EOF):
		return errors.New("the server has closed the connection")
	}
	return err
}

// sendLoop is the sending direction.
func (s *stream) sendLoop(ctx context.Context) error {
	w := bufio.NewWriter(s.net)
	if err := s.greet(w); err != nil {
		return err
	}
	select {
	case <-s.placed:
	case <-ctx.Done():
		return nil
	}
	out := &s.client.out
	alive := time.NewTicker(quiet)
	defer alive.Stop()
	for {
		// Take all that is ready, flush once, and only then wait.
		for batch := out.take(); batch != nil; batch = out.take() {
			for _, cmd := range batch {
				w.Write(appendLine(w.AvailableBuffer(), cmd.wire, cmd.Line))
			}
		}
		if err := w.Flush(); err != nil { // of any of the writes
			return err
		}
		select {
		case <-out.wake:
		case <-alive.C:
			s.ping(w)
		case <-ctx.Done():
			return nil
		}
	}
}

// greet says who we are and where we want to be, at once: the server would take
// somebody who is silent for a person.
func (s *stream) greet(w *bufio.Writer) error {
	hello, err := json.Marshal(&s.hello)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "/json %s\n", hello)
	if s.place.Line != "" {
		w.Write(appendLine(w.AvailableBuffer(), s.place.id, s.place.Line))
	}
	return w.Flush()
}

// ping asks for a sign of life if there was none lately. A connection whose
// other end has gone without a word looks just like a quiet room.
func (s *stream) ping(w *bufio.Writer) {
	if time.Since(time.Unix(0, s.heard.Load())) >= quiet {
		w.Write(appendLine(w.AvailableBuffer(), s.client.newID(), "/ping"))
	}
}

// receiveLoop is the receiving direction.
func (s *stream) receiveLoop() error {
	if err := s.net.SetReadDeadline(time.Now().Add(greetTime)); err != nil {
		return err
	}
	if err := s.skipGreeting(); err != nil {
		return err
	}
	for {
		line, err := s.in.next()
		if err != nil {
			return err
		}
		s.heard.Store(time.Now().UnixNano())
		var m api.Message
		if err := json.Unmarshal(line, &m); err != nil {
			return fmt.Errorf("the server sent what is no JSON: %w", err)
		}
		if err := s.receive(&m); err != nil {
			return err
		}
	}
}

// receive does what one message from the server says.
func (s *stream) receive(m *api.Message) error {
	switch {
	case m.Type == api.TypeWelcome:
		return s.welcomed(m)
	case m.Type == api.TypeEvent && m.Event != nil:
		return s.client.happened(m.Event, s.handle)
	case m.Type == api.TypeBye:
		s.bye = m.Text
		s.client.reached(m.Seq)
	case m.ID != "":
		return s.answered(m)
	case m.Type == api.TypeError && m.Code == "stale":
		s.client.startAnew(s)
		s.handle(Notice{m.Code, m.Text})
	case m.Type == api.TypeError:
		s.handle(Notice{m.Code, m.Text})
	}
	return nil // of other types later servers may send more
}

// answered does what an answer says.
func (s *stream) answered(m *api.Message) error {
	var err error
	if m.Type == api.TypeError {
		err = &Refused{m.Code, m.Text}
	}
	if m.ID == s.place.id && !s.there {
		s.there = true
		return s.arrivedThere(m, err)
	}
	cmd := s.client.out.find(m.ID)
	switch {
	case cmd == nil:
		return nil // a ping's, or once more
	case m.Code == "unavailable" && onceByID(cmd.Line):
		s.client.out.turnedAway()
		return err // the server is about to close; the next connection sends it again
	case err == nil:
		s.client.did(cmd.Line, m)
	}
	s.client.out.finish(cmd, m, err)
	s.handle(Answered{cmd})
	if err == nil && leaves(cmd.Line) {
		return errQuit
	}
	return nil
}

// barred returns why one may not be somewhere.
func barred(err error) error {
	if no, ok := err.(*Refused); ok {
		return &Barred{no}
	}
	return err
}

// arrivedThere hears whether text goes where it went before.
func (s *stream) arrivedThere(m *api.Message, refused error) error {
	c := s.client
	switch {
	case refused == nil && c.confirmed(m):
		close(s.placed)
		return nil
	case c.first(s):
		return barred(refused)
	}
	if refused == nil {
		refused = &Refused{"not-found", "Somebody else has that name now."}
	}
	// Whatever waits was meant for a place that we can't reach.
	place := c.nowhere()
	c.out.fail(refused)
	s.handle(Notice{"lost-place", fmt.Sprintf("You could not be brought back to %s: %v Nothing is sent until you /join a room.", place, refused)})
	close(s.placed)
	return nil
}
