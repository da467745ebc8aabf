package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// reference is the bare loop to which servers are compared: the classroom chat,
// done right as far as its design allows. It has a list of sockets for each
// room, a goroutine that reads each connection line by line, and one goroutine
// that writes everything. It keeps nothing, forgets everything, and one reader
// that stalls stops all of them, as that design must.
//
// It speaks the line protocol just enough for [Run]: text, /nick, /join, /ping,
// and everybody starts in the lobby.
type reference struct {
	mode  Mode
	rooms map[string]*refRoom // the writer's
	dirty []*refRoom          // the writer's: rooms that have a batch
	conns sync.WaitGroup      // the reading goroutines

	mu     sync.Mutex // guards what follows: the inbox, filled by readers and emptied by the writer
	inbox  []refOp
	text   []byte            // the messages of the inbox, one after the other
	space  sync.Cond         // on mu; broadcast when the inbox is taken, or closed is set
	open   map[*refPeer]bool // connections to close at the end
	closed bool              // no more is put into the inbox
	ready  chan struct{}     // one slot: the inbox is not empty
}

// refPeer is one connection.
type refPeer struct {
	conn net.Conn
	nick string   // the reading goroutine's
	room *refRoom // the writer's
}

// refRoom is a list of sockets, and the batch that they are to get next. It is
// the writer's.
type refRoom struct {
	peers []*refPeer
	batch []byte
}

// refOp is one thing to do, in the order of arrival: a message (of length n in
// the inbox's text), a private reply (likewise), entering a room, or leaving.
type refOp struct {
	kind refKind
	peer *refPeer
	n    int
	room string
}

type refKind uint8

const (
	refMessage refKind = iota
	refReply
	refJoin
	refLeave
)

// maxInbox is how many bytes may wait before readers have to, too.
const maxInbox = 4 << 20

// serveReference serves on l until ctx ends. It returns when all its goroutines
// have.
func serveReference(ctx context.Context, l net.Listener, mode Mode) error {
	s := &reference{mode: mode, rooms: map[string]*refRoom{}, open: map[*refPeer]bool{}, ready: make(chan struct{}, 1)}
	s.space.L = &s.mu
	stop := context.AfterFunc(ctx, func() { s.shut(l) })
	defer stop()
	var writer sync.WaitGroup
	writer.Go(func() { s.writeLoop(ctx) })
	err := s.acceptLoop(l)
	s.shut(l)
	s.conns.Wait()
	writer.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("bench: accept: %w", err)
}

// acceptLoop starts a reading goroutine for each connection.
func (s *reference) acceptLoop(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		p := &refPeer{conn: conn, nick: "guest"}
		s.mu.Lock()
		s.open[p] = true
		if s.closed {
			conn.Close()
		}
		s.mu.Unlock()
		s.conns.Go(func() { s.readLoop(p) })
	}
}

// shut stops accepting and closes every connection.
func (s *reference) shut(l net.Listener) {
	l.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for p := range s.open {
		p.conn.Close()
	}
	s.space.Broadcast()
}

// readLoop turns lines into things to do.
func (s *reference) readLoop(p *refPeer) {
	s.put(refOp{kind: refJoin, peer: p, room: lobby}, nil)
	r := bufio.NewReaderSize(p.conn, 4<<10)
	var frame []byte
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			break
		}
		line = bytes.TrimRight(line, "\r\n")
		word, rest, _ := bytes.Cut(line, []byte(" "))
		frame = frame[:0]
		switch string(word) {
		case "/nick":
			p.nick = string(rest)
			s.put(refOp{kind: refReply, peer: p}, append(append(frame, "* you are "...), append(rest, '\n')...))
		case "/join":
			s.put(refOp{kind: refJoin, peer: p, room: string(rest)}, nil)
		case "/ping":
			s.put(refOp{kind: refReply, peer: p}, append(append(frame, "* pong "...), append(rest, '\n')...))
		default:
			frame = appendFrame(frame, p.nick, line)
			s.put(refOp{kind: refMessage, peer: p}, frame)
		}
	}
	s.put(refOp{kind: refLeave, peer: p}, nil)
	p.conn.Close()
}

// appendFrame appends the line that readers get for a message.
func appendFrame(dst []byte, nick string, text []byte) []byte {
	dst = time.Now().AppendFormat(dst, "15:04")
	dst = append(append(append(dst, " <"...), nick...), "> "...)
	return append(append(dst, text...), '\n')
}

// put adds to the inbox, and waits while it is full.
func (s *reference) put(op refOp, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.text) >= maxInbox && !s.closed {
		s.space.Wait()
	}
	if s.closed {
		return
	}
	if op.kind == refLeave {
		delete(s.open, op.peer)
	}
	op.n = len(text)
	s.inbox = append(s.inbox, op)
	s.text = append(s.text, text...)
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// writeLoop is the one goroutine that writes. Each round takes everything that
// has arrived since the last one.
func (s *reference) writeLoop(ctx context.Context) {
	var ops []refOp
	var text []byte
	for {
		select {
		case <-s.ready:
		case <-ctx.Done():
			return
		}
		s.mu.Lock()
		ops, s.inbox = s.inbox, ops[:0]
		text, s.text = s.text, text[:0]
		s.space.Broadcast()
		s.mu.Unlock()
		s.round(ops, text)
	}
}

// round does what the inbox asked for, in order. Batches go out at its end, or
// before something that they must precede.
func (s *reference) round(ops []refOp, text []byte) {
	for _, op := range ops {
		frame := text[:op.n]
		text = text[op.n:]
		if op.kind == refMessage {
			s.message(op.peer, frame)
			continue
		}
		s.flush(op.peer.room)
		switch op.kind {
		case refReply:
			_, _ = op.peer.conn.Write(frame) // a broken connection is noticed by its reader
		case refJoin:
			op.peer.enter(s.room(op.room))
		case refLeave:
			op.peer.enter(nil)
		}
	}
	for _, r := range s.dirty {
		s.flush(r)
	}
	s.dirty = s.dirty[:0]
}

// room returns the room of that name.
func (s *reference) room(name string) *refRoom {
	r := s.rooms[name]
	if r == nil {
		r = &refRoom{}
		s.rooms[name] = r
	}
	return r
}

// message brings one message to the sender's room: at once, or with the batch.
func (s *reference) message(from *refPeer, frame []byte) {
	r := from.room
	if r == nil {
		return
	}
	if len(r.batch) == 0 {
		s.dirty = append(s.dirty, r)
	}
	r.batch = append(r.batch, frame...)
	if s.mode == Unbatched {
		s.flush(r)
	}
}

// flush writes the room's batch to each of its sockets.
func (s *reference) flush(r *refRoom) {
	if r == nil || len(r.batch) == 0 {
		return
	}
	for _, p := range r.peers {
		_, _ = p.conn.Write(r.batch) // a broken connection is noticed by its reader
	}
	r.batch = r.batch[:0]
}

// enter moves the peer to the room, or out of all rooms.
func (p *refPeer) enter(r *refRoom) {
	if old := p.room; old != nil {
		for i, q := range old.peers {
			if q == p {
				last := len(old.peers) - 1
				old.peers[i] = old.peers[last]
				old.peers = old.peers[:last]
				break
			}
		}
	}
	p.room = r
	if r != nil {
		r.peers = append(r.peers, p)
	}
}

// runReference listens on the address and serves until ctx ends.
func runReference(ctx context.Context, mode Mode, address string, out io.Writer) error {
	if mode != Batched && mode != Unbatched {
		return fmt.Errorf("bench: there is no reference server %q: use --mode unbatched or --mode batched", mode)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	fmt.Fprintf(out, "the %s reference server listens on %s\n", mode, l.Addr())
	err = serveReference(ctx, l, mode)
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
