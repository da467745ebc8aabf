package web

import (
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// maxMessage is how many bytes a command that comes by WebSocket may have.
const maxMessage = 64 << 10

// live is a connection that is told what happens, as it happens: a WebSocket, or a
// stream, which only listens.
//
// What it is told that others are told too is shared bytes, encoded once for each
// format. It has one goroutine, which reads, and whose stack is kept small.
type live struct {
	*gateway.Conn
	gateway *Gateway
	format  format
	only    chat.RoomID // the one room that is wanted; 0 for all
	looks   bool        // nobody is there: into that room
	resumed bool

	// Owned by the reader.
	in      messages
	op      opcode // of what was read last, and not handled yet
	data    []byte
	closing *closing // why the connection ends, if the peer or what it sent is the reason
	pending bool     // a command before, which is not decided yet, may change what names mean

	heard atomic.Int64 // when the peer sent something last, in Unix seconds
	asked int64        // when it was asked last for a sign of life; owned by the keeper

	// Owned by the writer.
	answer []byte   // to the request, before all else; nil once it is written
	from   chat.Seq // what the welcome said
}

// closing is how a connection is closed.
type closing struct {
	code closeCode
	text string
}

// asked is a command that was sent to the log: the tag of a [hub.Session.Send].
type asked struct {
	id, op string
	files  []string // of what is said
}

// run serves the peer until its connection ends. What is on the stack here stays
// there while the connection is idle, so it is kept small.
func (c *live) run() {
	if c.listens() {
		c.in.discard()
	}
	for c.closing == nil && c.read() {
		aside(c.handleAll)
		c.data = nil // or it would keep its buffer
	}
	aside(c.close)
}

// listens reports whether the peer only listens.
func (c *live) listens() bool { return c.format == formatStream || c.format == formatText }

// read reads a message, or a control frame, and reports whether one came.
func (c *live) read() bool {
	var err error
	c.op, c.data, err = c.in.next()
	if err != nil {
		c.broken(err)
	}
	return err == nil
}

// broken notes what the reading ended with.
//
//go:noinline
func (c *live) broken(err error) {
	if v, ok := errors.AsType[*violation](err); ok {
		c.closing = &closing{v.code, v.text}
	}
}

// aside runs f on a goroutine of its own and waits for it: so a deep stack does not
// stay with a connection that is idle.
func aside(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (c *live) close() {
	c.gateway.lives.remove(c)
	if c.closing != nil {
		c.Stop(c.closing.text) // has Goodbye called
	}
	c.Close()
}

// handleAll does what was read says, and what has come in with it.
func (c *live) handleAll() {
	for {
		c.heard.Store(time.Now().Unix())
		c.handle()
		if c.closing != nil || !c.in.buffered() || !c.read() {
			return
		}
	}
}

func (c *live) handle() {
	switch c.op {
	case opText:
		c.command()
	case opBinary:
		c.closing = &closing{closeUnsupported, "Commands are JSON, in text frames."}
	case opPing:
		if c.Session().Charge(c.Context(), 1) == nil {
			_ = c.Session().Post(c.Context(), appendFrame(nil, opPong, c.data))
		}
	case opClose:
		code, err := parseClose(c.data)
		c.closing = &closing{code: code}
		if err != nil {
			c.broken(err)
		}
	}
}

// command does what a message asks for. What is for the log is not waited for; the
// answers come in the order of the commands.
func (c *live) command() {
	var from api.Command
	if err := json.Unmarshal(c.data, &from); err != nil {
		_ = c.Session().Charge(c.Context(), 1) // it fails if the connection is closing
		c.refuse("", chat.Errorf(chat.Invalid, "That is no command: one is a JSON object, as in {\"id\":\"a1\",\"op\":\"ping\"}. Nothing was done."))
		return
	}
	if c.Stopped() {
		c.refuse(from.ID, chat.Errorf(chat.Unavailable, "The server is closing this connection; nothing was sent."))
		return
	}
	if c.pending {
		_ = c.Session().Settle(c.Context())
		c.pending = false
	}
	cmd, done, err := c.gateway.performer.command(c.Context(), c.Session(), &from)
	switch {
	case err == nil && from.Op == api.OpSay && from.ID == "":
		err = chat.Errorf(chat.Invalid, "What is said here needs a client id, by which it is said once; nothing was sent.")
	case err == nil && done:
		c.post(&api.Message{Type: api.TypeAck, ID: from.ID})
		return
	case err == nil:
		c.pending = renames(from.Op)
		err = c.Session().Send(c.Context(), cmd, &asked{from.ID, from.Op, from.Files})
	}
	if err != nil {
		c.refuse(from.ID, err)
	}
}

// renames reports whether a command may change where a later one goes, or whom it
// means. What is said does not, nor what is done to it.
func renames(op string) bool {
	switch op {
	case api.OpSay, api.OpEdit, api.OpDelete, api.OpReact, api.OpUnreact, api.OpPin, api.OpUnpin, api.OpRead, api.OpUnread, api.OpReport:
		return false
	}
	return true
}

func (c *live) refuse(id string, err *chat.Error) {
	m := wire.Refusal(id, err)
	c.post(&m)
}

// post sends an answer behind those to everything before it. If the connection is
// closing there is nobody to tell.
func (c *live) post(m *api.Message) {
	if c.Session().Settle(c.Context()) == nil {
		_ = c.Session().Post(c.Context(), c.format.append(nil, c.Session().Epoch(), m))
	}
}

// The following implement [gateway.Tracker], and run on the writer.

// Dialect implements [hub.Peer].
func (c *live) Dialect(room *chat.RoomInfo) hub.Dialect {
	f := c.format
	if !c.wants(room) {
		f = formatNone
	}
	return c.gateway.cfg.First + hub.Dialect(f)
}

// wants reports whether the reader has asked to be told of a room.
func (c *live) wants(room *chat.RoomInfo) bool { return c.only == 0 || c.only == room.ID }

// begin appends what comes before all else.
func (c *live) begin(dst []byte) []byte {
	if c.answer != nil {
		dst = append(dst, c.answer...)
		c.answer = nil
	}
	return dst
}

func (c *live) append(dst []byte, m *api.Message) []byte {
	return c.format.append(c.begin(dst), c.Session().Epoch(), m)
}

// Entered implements [gateway.Protocol]. Of the rooms that the user is in already
// the welcome tells, which comes first.
func (c *live) Entered(dst []byte, d *hub.Delivery) []byte {
	switch {
	case d.Room.Inbox():
		return c.welcome(dst, d.After, c.Session().Joined())
	case c.looks:
		return c.lookIn(dst, d)
	case !d.Joins || !c.wants(d.Room):
		return dst
	}
	return c.append(dst, &api.Message{Type: api.TypeEntered, Room: c.room(d.Room)})
}

// lookIn appends the welcome of somebody who is nobody: to the room that is looked into.
func (c *live) lookIn(dst []byte, d *hub.Delivery) []byte {
	room, err := c.Session().RoomByID(d.Room.ID)
	if err != nil { // it is not anybody's any more, and that comes next
		return c.begin(dst)
	}
	return c.welcome(dst, d.After, []*chat.RoomInfo{room})
}

// room returns a room as it is now, or as little as is known of it if the user may
// not see it any more.
func (c *live) room(brief *chat.RoomInfo) *api.Room {
	room, err := c.Session().RoomByID(brief.ID)
	if err != nil {
		return &api.Room{ID: uint64(brief.ID), Name: brief.Name}
	}
	now := wire.FullRoom(c.Session(), room)
	return &now
}

// welcome appends who one is, and where. Everything up to the position is past.
func (c *live) welcome(dst []byte, after chat.Seq, in []*chat.RoomInfo) []byte {
	s := c.Session()
	c.from = after
	m := api.Message{
		Type: api.TypeWelcome, Epoch: s.Epoch(), Seq: uint64(after), Resumed: c.resumed,
		User: uint64(s.User()), Nick: s.Nick(), Role: wire.Role(s.Role()),
	}
	rooms, err := wire.Rooms(c.Context(), s, in)
	if err != nil {
		c.Stop(err.Text)
	}
	for _, room := range rooms {
		if c.only == 0 || c.only == chat.RoomID(room.ID) {
			m.Rooms = append(m.Rooms, room)
		}
	}
	return c.append(dst, &m)
}

// Exited implements [gateway.Protocol].
func (c *live) Exited(dst []byte, room *chat.RoomInfo) []byte {
	if !c.wants(room) {
		return dst
	}
	if c.looks {
		c.Stop("This room is not open to everybody any more.")
	}
	return c.append(dst, &api.Message{Type: api.TypeExited, Room: &api.Room{ID: uint64(room.ID), Name: room.Name}})
}

// Personal implements [gateway.Tracker]: what others are told is all that there is to
// tell, for programs know what is theirs.
func (c *live) Personal(dst []byte, d *hub.Delivery) []byte { return append(dst, d.Bytes...) }

// Answered implements [gateway.Protocol].
func (c *live) Answered(dst []byte, tag any, out chat.Outcome) []byte {
	of := tag.(*asked)
	var m api.Message
	if out.Err != nil {
		m = wire.Refusal(of.id, out.Err)
	} else {
		if len(of.files) > 0 {
			aside(func() { c.gateway.performer.uploads.said(of.files) })
		}
		m = acknowledgement(c.Session(), &api.Command{ID: of.id, Op: of.op}, out)
	}
	return c.append(dst, &m)
}

// Signalled implements [gateway.Tracker].
func (c *live) Signalled(dst []byte, sig *hub.Signal) []byte {
	told, ok := c.signal(sig)
	if !ok || c.answer != nil {
		return dst
	}
	return c.append(dst, &api.Message{Type: api.TypeSignal, Signal: &told})
}

// signal returns a signal as programs are told it, if they are.
func (c *live) signal(sig *hub.Signal) (api.Signal, bool) {
	told := api.Signal{User: uint64(sig.By), Nick: sig.Nick, Text: sig.Text}
	switch sig.Kind {
	case hub.Tagged:
		return c.typing(told, sig)
	case hub.WentAway:
		if told.Kind = api.SignalAway; sig.Text == "" {
			told.Kind = api.SignalBack
		}
	case hub.CameOnline:
		told.Kind = api.SignalOnline
	case hub.WentOffline:
		told.Kind = api.SignalOffline
	case hub.BecameMember:
		told.Kind = api.SignalMember
	case hub.PropertyChanged:
		return c.profile(told, sig)
	default:
		return told, false
	}
	return told, c.only == 0
}

// profile returns what somebody shows of themselves now.
func (c *live) profile(told api.Signal, sig *hub.Signal) (api.Signal, bool) {
	switch sig.Name {
	case statusKey:
		told.Kind = api.SignalStatus
	case chat.PictureKey:
		p := chat.Property{PropertyKey: chat.PropertyKey{Name: sig.Name}, PropertyFact: chat.PropertyFact{Value: sig.Text}}
		told.Kind, told.Text = api.SignalPicture, chat.PictureOf(&p)
	default:
		return told, false
	}
	return told, c.only == 0
}

// typing returns that somebody else is typing, if that is what the tags say, and
// where.
func (c *live) typing(told api.Signal, sig *hub.Signal) (api.Signal, bool) {
	room, state := gateway.Typing(c.Session(), sig)
	if room == nil || !c.wants(room) {
		return told, false
	}
	told.Kind, told.Room, told.Text = api.SignalTyping, uint64(room.ID), state
	return told, true
}

// closeCode returns why the server closes.
func (c *live) closeCode() closeCode {
	switch why := c.Session().Evicted(); {
	case why == nil:
		return closeGoingAway
	case why.Login:
		return closeLogIn
	}
	return closePolicy
}

// Goodbye implements [gateway.Protocol]: it says why the server closes, unless the
// peer is the one who does.
func (c *live) Goodbye(dst []byte, reason string, last chat.Seq) []byte {
	if c.closing != nil {
		return appendClose(dst, c.closing.code, c.closing.text)
	}
	dst = c.append(dst, &api.Message{Type: api.TypeBye, Text: reason, Seq: uint64(max(last, c.from))})
	if c.listens() {
		return dst
	}
	return appendClose(dst, c.closeCode(), reason)
}
