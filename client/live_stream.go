package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"hubbub/api"
)

// liveStream is one connection of a [Live]. As with a stream, one goroutine sends and
// one receives, and neither waits for the other, but that nothing is taken from the
// outbox before we are in the rooms where we are meant to be.
type liveStream struct {
	live   *Live
	handle func(Update)
	ws     *websocket.Conn
	epoch  string // where we wanted to resume
	after  uint64

	joins  chan []api.Command // once, from the receiver: the rooms to go into
	placed chan struct{}      // closed by the receiver once that is answered
	heard  atomic.Int64       // when something was received last, in Unix nanoseconds

	// Owned by the receiver.
	joining  map[string]string // rooms that are being joined, by the command's id
	welcomed bool
	bye      string // why the server closes the connection
}

// serve runs the two directions until nothing more is received, and returns why.
func (s *liveStream) serve(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	s.heard.Store(time.Now().UnixNano())
	s.ws.SetReadLimit(maxReceived)
	var sender sync.WaitGroup
	var fault string
	sender.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				fault = fmt.Sprintf("%v, in the sender:\n%s", p, debug.Stack())
				end(errors.New("the sender has panicked"))
			}
		}()
		s.sendLoop(ctx, end)
	})
	greeting := time.AfterFunc(greetTime, func() { end(fmt.Errorf("%w (within %v)", ErrNoAPI, greetTime)) })
	end(s.receiveLoop(ctx, greeting))
	greeting.Stop()
	s.ws.CloseNow()
	sender.Wait()
	if fault != "" { // for the caller, who may have a terminal to put in order
		panic(fault)
	}
	return s.reason(context.Cause(ctx))
}

// The codes with which a server closes that wants to hear no more of us: the
// session was ended, or what we came by counts no more.
const (
	closedPolicy = websocket.StatusPolicyViolation
	closedLogIn  = websocket.StatusCode(4001)
)

const endedText = "The server has ended this connection."

// reason returns what to tell the caller about the end of a connection.
func (s *liveStream) reason(err error) error {
	switch code := websocket.CloseStatus(err); {
	case code == closedLogIn:
		return &Refused{"forbidden", cmp.Or(s.bye, endedText)}
	case code == closedPolicy:
		return &Barred{&Refused{"forbidden", cmp.Or(s.bye, endedText)}}
	case s.bye != "":
		return errors.New(s.bye)
	case code != -1:
		return errors.New("the server has closed the connection")
	}
	return err
}

// sendLoop is the sending direction.
func (s *liveStream) sendLoop(ctx context.Context, end context.CancelCauseFunc) {
	select {
	case joins := <-s.joins:
		for i := range joins {
			if err := s.write(ctx, &joins[i]); err != nil {
				return // the receiver hears of it
			}
		}
	case <-ctx.Done():
		return
	}
	var wake <-chan struct{} // of the outbox, once we are where we are meant to be
	placed := s.placed
	alive := time.NewTicker(quiet)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-placed:
			placed, wake = nil, s.live.out.wake
			err = s.writeAll(ctx)
		case <-wake:
			err = s.writeAll(ctx)
		case aside := <-s.live.asides:
			err = s.write(ctx, &aside)
		case <-alive.C:
			err = s.lookAlive(ctx, end)
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// lookAlive asks a server that is quiet whether it is still there, and ends the
// connection if it has not been for long.
func (s *liveStream) lookAlive(ctx context.Context, end context.CancelCauseFunc) error {
	switch since := time.Since(time.Unix(0, s.heard.Load())); {
	case since >= silence:
		end(fmt.Errorf("the server has said nothing for %v", silence))
	case since >= quiet:
		return s.write(ctx, &api.Command{ID: s.live.NewID(), Op: api.OpPing})
	}
	return nil
}

// writeAll sends what may be sent of the outbox.
func (s *liveStream) writeAll(ctx context.Context) error {
	for batch := s.live.out.take(); batch != nil; batch = s.live.out.take() {
		for _, cmd := range batch {
			asked := cmd.Asked
			asked.ID = cmd.wire
			if err := s.write(ctx, &asked); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *liveStream) write(ctx context.Context, asked *api.Command) error {
	body, err := encode(asked)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, silence) // or a server that reads nothing is never found out
	defer cancel()
	return s.ws.Write(ctx, websocket.MessageText, body)
}

// receiveLoop is the receiving direction.
func (s *liveStream) receiveLoop(ctx context.Context, greeting *time.Timer) error {
	for {
		_, frame, err := s.ws.Read(ctx)
		if err != nil {
			return err
		}
		s.heard.Store(time.Now().UnixNano())
		var m api.Message
		if err := json.Unmarshal(frame, &m); err != nil {
			return fmt.Errorf("the server sent what is no JSON: %w", err)
		}
		if m.Type == api.TypeWelcome {
			greeting.Stop()
		} else if !s.welcomed && m.Type != api.TypeBye {
			return ErrNoAPI
		}
		if err := s.receive(&m); err != nil {
			return err
		}
	}
}

// receive does what one frame from the server says.
func (s *liveStream) receive(m *api.Message) error {
	switch {
	case m.Type == api.TypeWelcome:
		s.welcome(m)
	case m.Type == api.TypeEvent && m.Event != nil:
		return s.live.happened(m.Event, s.handle)
	case m.Type == api.TypeEvents:
		for i := range m.Events {
			if err := s.live.happened(&m.Events[i], s.handle); err != nil {
				return err
			}
		}
	case m.Type == api.TypeEntered && m.Room != nil:
		s.live.entered(m.Room)
		s.handle(Entered{*m.Room})
	case m.Type == api.TypeExited && m.Room != nil:
		s.live.exited(m.Room)
		s.handle(Exited{*m.Room})
	case m.Type == api.TypeSignal && m.Signal != nil:
		s.handle(Signalled{*m.Signal})
	case m.Type == api.TypeBye:
		s.bye = m.Text
		s.live.reached(m.Seq)
	case m.ID != "":
		return s.answered(m)
	}
	return nil // of other types later servers may send more
}

// welcome notes who and where we are, and goes where we are meant to be.
func (s *liveStream) welcome(m *api.Message) {
	if s.welcomed {
		return
	}
	s.welcomed = true
	l := s.live
	l.mu.Lock()
	another := l.user != 0 && l.user != m.User // somebody has registered by a guest's token, or the log is another
	resumed := m.Resumed && s.after != 0 && !another
	if !resumed {
		clear(l.seen)
		l.after = m.Seq
	}
	want := l.seek(m.Rooms, another || l.letGo(m))
	clear(l.in)
	for i := range m.Rooms {
		l.in[m.Rooms[i].ID] = m.Rooms[i].Name
	}
	stale := s.after != 0 && m.Epoch != s.epoch
	l.user, l.nick, l.epoch, l.arrive, l.online = m.User, m.Nick, m.Epoch, true, true
	l.mu.Unlock()
	if another {
		l.out.disown()
	}
	if stale {
		l.out.misdirected()
	}
	s.handle(Connected{Welcome: *m, Resumed: resumed, Stale: stale})
	s.goInto(want)
}

// letGo reports whether a guest was away for longer than the server waits: then they
// are in the lobby at most. l.mu must be held.
func (l *Live) letGo(m *api.Message) bool {
	return m.Role == "" && len(l.in) > 0 && !slices.ContainsFunc(m.Rooms, func(r api.Room) bool { return r.Name != lobby })
}

// seek returns the names of the rooms to go into, after a welcome that told in which we
// are; in none where we were if anew. Until the server has answered they stay goals: a
// connection may be lost before. l.mu must be held.
func (l *Live) seek(in []api.Room, anew bool) []string {
	if anew {
		for _, name := range l.in {
			if name != "" {
				l.goals = append(l.goals, name)
			}
		}
	}
	if len(l.goals) == 0 && len(in) == 0 && (anew || !l.placed) {
		l.goals = []string{lobby}
	}
	l.goals = slices.DeleteFunc(l.goals, func(name string) bool {
		return slices.ContainsFunc(in, func(r api.Room) bool { return strings.EqualFold(r.Name, name) })
	})
	l.placed = l.placed || len(l.goals) == 0
	return slices.Clone(l.goals)
}

// goInto has the sender join rooms.
func (s *liveStream) goInto(names []string) {
	s.joining = make(map[string]string, len(names))
	joins := make([]api.Command, 0, len(names))
	for _, name := range names {
		id := s.live.NewID()
		s.joining[id] = name
		joins = append(joins, api.Command{ID: id, Op: api.OpJoin, To: name})
	}
	s.joins <- joins
	if len(names) == 0 {
		close(s.placed)
	}
}

// answered does what an answer says.
func (s *liveStream) answered(m *api.Message) error {
	var err error
	var refused *Refused
	if m.Type == api.TypeError {
		refused = &Refused{m.Code, m.Text}
		err = refused
	}
	if name, ok := s.joining[m.ID]; ok {
		return s.arrivedThere(m, name, refused)
	}
	cmd := s.live.out.find(m.ID)
	switch {
	case cmd == nil:
		return nil // a ping's, or once more
	case m.Code == "unavailable":
		s.live.out.turnedAway()
		return err // the server is about to close; the next connection sends it again
	}
	s.live.out.finish(cmd, m, err)
	s.handle(Answered{cmd})
	return nil
}

// arrivedThere hears whether we are in a room where we are meant to be.
func (s *liveStream) arrivedThere(m *api.Message, name string, refused *Refused) error {
	delete(s.joining, m.ID)
	if refused != nil && refused.Code == "unavailable" {
		return refused // the server is about to close; the next connection tries it again
	}
	first := s.live.reachedGoal(name, refused == nil)
	switch {
	case refused != nil && first:
		return &Barred{refused}
	case refused != nil:
		s.handle(Notice{"lost-place", fmt.Sprintf("You could not be brought back to %s: %v", name, refused)})
	case m.Room != nil:
		s.handle(Arrived{Name: name, Room: *m.Room})
	}
	if len(s.joining) == 0 {
		close(s.placed)
	}
	return nil
}

// reachedGoal notes that the server has answered for a room, and reports whether that
// is one of the first, where we have never been.
func (l *Live) reachedGoal(name string, there bool) (first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first = !l.placed
	l.goals = slices.DeleteFunc(l.goals, func(goal string) bool { return goal == name })
	l.placed = l.placed || there && len(l.goals) == 0
	return first
}

func (l *Live) entered(room *api.Room) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in[room.ID] = room.Name
	delete(l.seen, room.ID)
}

func (l *Live) exited(room *api.Room) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.in, room.ID)
	delete(l.seen, room.ID)
}

// happened handles an event: the server tells those of all rooms in the order of their
// positions, each once on a connection.
func (l *Live) happened(ev *api.Event, handle func(Update)) error {
	l.mu.Lock()
	if err := l.valid(ev); err != nil || ev.Seq <= l.after {
		l.mu.Unlock()
		return err
	}
	if name, in := l.in[ev.Room]; in && name != "" && ev.Kind == "room-renamed" {
		l.in[ev.Room] = ev.Subject
	}
	l.mu.Unlock()
	l.tell(ev, handle)
	return nil
}
