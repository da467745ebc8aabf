package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// Errand is one thing that somebody connects for, as a command in a shell: what it
// shows is what its lines would show, its errors go elsewhere, and it ends.
type Errand struct {
	Verb   string // say, tail, search, rooms or who
	Room   string // of say, tail and who; with its #
	Text   string // what is said, or the words that are looked for
	Count  int    // tail: how many messages, at most MaxTail
	Follow bool   // tail: and then what is said from now on
	One    bool   // say: what is read is one message, not one in each line
	JSON   bool   // an object a line
}

// MaxTail is how many messages an errand shows of the past.
const MaxTail = 500

// Run runs an errand for a peer and returns 0, or 1 if it could not be done; why is
// then told on failed. An errand that says something without a text reads it from
// the peer, up to the end of its input. One that follows ends when nothing can be
// read any more, so for that the end of the input must not come before the peer goes.
// Nothing is waited for any more when ctx ends.
func (g *Gateway) Run(ctx context.Context, peer *gateway.Peer, e Errand, failed io.Writer) (status int) {
	r := &runner{conn: conn{gateway: g, machine: e.JSON}, errand: e}
	r.Conn = g.cfg.Pump.Open(ctx, peer, r)
	r.recognise(peer)
	r.lines = gateway.NewLines(r.Conn, peer.First, g.cfg.Max)
	err := r.run()
	if !r.Stopped() {
		r.Retire() // the next errand may be under the same name
	}
	r.Close()
	reason := r.reason
	if err != nil {
		reason = err.Text
	}
	if reason == "" {
		return 0
	}
	fmt.Fprintf(failed, "hubbub: %s\n", chat.CleanText(reason)) // or there is nobody to tell
	return 1
}

// runner is the connection of an errand.
type runner struct {
	conn
	errand Errand
	reason string // why the server ends it; set when the connection closes
}

func (r *runner) run() *chat.Error {
	if err := r.comeIn(); err != nil {
		return err
	}
	switch r.errand.Verb {
	case "say":
		return r.say()
	case "tail":
		return r.tail()
	case "search":
		return r.find()
	case "rooms":
		return r.list()
	}
	return r.people()
}

// comeIn lets the peer in, without a word to those in the lobby if it is a guest.
func (r *runner) comeIn() *chat.Error {
	a := r.as().proven
	if a == nil {
		if !r.Session().Policy().Guests {
			return chat.Errorf(chat.Forbidden, "This server is for its members, and you have not shown that you are one: with a key of yours that it knows, or with your password.")
		}
		guest := r.asGuest("")
		guest.Alone = true
		a = &guest
	}
	if err := r.Session().Arrive(r.Context(), *a); err != nil {
		return err
	}
	return r.Session().Charge(r.Context(), 1)
}

// join goes into the errand's room, which there has to be.
func (r *runner) join() (*chat.RoomInfo, *chat.Error) {
	room, err := r.room(r.errand.Room)
	if err != nil || r.inside(room.Name) {
		return room, err
	}
	out := r.Session().Do(r.Context(), chat.Command{Op: chat.Join, Name: room.Name})
	if out.Err == nil && out.Room != room.ID {
		out.Err = chat.Errorf(chat.Forbidden, "You can't come into %s.", room.Name)
	}
	return room, out.Err
}

// say says the errand's text, or what is read.
func (r *runner) say() *chat.Error {
	room, err := r.join()
	switch {
	case err != nil:
		return err
	case r.errand.Text != "":
		return r.sayOne(room, r.errand.Text)
	case r.errand.One:
		text, bad := io.ReadAll(io.LimitReader(r.Conn, int64(r.gateway.cfg.Max)+1))
		switch {
		case bad != nil:
			return chat.Errorf(chat.Unavailable, "The input could not be read to its end; nothing was sent.")
		case len(text) > r.gateway.cfg.Max:
			return chat.Errorf(chat.Invalid, "That is too long for one message; nothing was sent.")
		}
		return r.sayOne(room, strings.TrimRight(string(text), "\r\n"))
	}
	for n := 1; ; n++ {
		line, bad := r.lines.Next()
		switch {
		case errors.Is(bad, io.EOF):
			return nil
		case bad == gateway.ErrLineTooLong:
			err = chat.Errorf(chat.Invalid, "It is too long: at most %d bytes.", r.gateway.cfg.Max)
		case bad != nil:
			err = chat.Errorf(chat.Unavailable, "The connection is closing.")
		case len(line) > 0:
			err = r.sayOne(room, string(line))
		}
		if err != nil {
			return chat.Errorf(err.Code, "Line %d, and what follows it, was not sent. %s", n, err.Text)
		}
	}
}

// sayOne says one message, and waits until it is kept.
func (r *runner) sayOne(room *chat.RoomInfo, text string) *chat.Error {
	if !utf8.ValidString(text) {
		return chat.Errorf(chat.Invalid, "That is not valid UTF-8.")
	}
	out := r.Session().Do(r.Context(), chat.Command{Op: chat.Say, Room: room.ID, Text: chat.CleanText(text)})
	if out.Err == nil && r.machine {
		r.post(api.Message{Type: api.TypeAck, Seq: uint64(out.Seq)})
	}
	return out.Err
}

// tail shows what was said last in a room, and maybe what is said from now on. Who
// only looks back need not be in it.
func (r *runner) tail() *chat.Error {
	if r.errand.Follow {
		if _, err := r.join(); err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, r.Conn) // until nothing can be read; what was said comes by itself
		return nil
	}
	room, err := r.room(r.errand.Room)
	if err != nil {
		return err
	}
	past, err := r.past(nil, room, 0)
	if err == nil {
		_ = r.Session().Post(r.Context(), past) // or there is nobody to tell
	}
	return err
}

// past appends the last messages of a room before a position; 0 is its end.
func (r *runner) past(dst []byte, room *chat.RoomInfo, before chat.Seq) ([]byte, *chat.Error) {
	var messages []hub.Message
	for left := r.errand.Count; left > 0; left = r.errand.Count - len(messages) {
		page, err := r.Session().History(r.Context(), room.ID, before, min(left, mostHistory))
		if err != nil {
			return dst, err
		}
		messages = append(page, messages...)
		if len(page) < min(left, mostHistory) {
			break
		}
		before = page[0].Seq
	}
	if !r.machine {
		return r.appendHistory(dst, room, messages, asSaid), nil
	}
	for _, e := range r.machineEvents(messages) {
		dst = wire.AppendLine(dst, &api.Message{Type: api.TypeEvent, Event: &e})
	}
	return dst, nil
}

// find looks for words.
func (r *runner) find() *chat.Error {
	found, err := r.Session().Search(r.Context(), r.errand.Text, 0)
	if err != nil {
		return err
	}
	if !r.machine {
		r.post(api.Message{Type: api.TypeReply, Text: r.findings(&found) + summary(&found)})
		return nil
	}
	for _, e := range r.machineEvents(found.Messages) {
		r.post(api.Message{Type: api.TypeEvent, Event: &e})
	}
	return nil
}

// list lists the rooms.
func (r *runner) list() *chat.Error {
	m := api.Message{Type: api.TypeReply}
	for _, room := range r.matching("") {
		m.Rooms = append(m.Rooms, wire.Room(r.Session(), room))
		m.Text += r.roomLine(room)
	}
	r.tell(m)
	return nil
}

// people lists who is in a room.
func (r *runner) people() *chat.Error {
	room, err := r.room(r.errand.Room)
	if err != nil {
		return err
	}
	m := api.Message{Type: api.TypeReply}
	named := r.Session().Presences(room.Members[:min(len(room.Members), mostPeople)])
	for i := range named {
		m.People = append(m.People, wire.Member(room, &named[i]))
		m.Text += listed(room, &named[i]) + "\n"
	}
	r.tell(m)
	return nil
}

// tell answers with a text of whole lines for people, or without it for programs.
func (r *runner) tell(m api.Message) {
	if r.machine {
		m.Text = ""
	}
	m.Text = strings.TrimSuffix(m.Text, "\n")
	r.post(m)
}

// follows reports whether what happens in a room is to be shown.
func (r *runner) follows(room *chat.RoomInfo) bool {
	return r.errand.Follow && chat.Fold(room.Name) == chat.Fold(r.errand.Room)
}

// The following implement [gateway.Protocol], and run on the writer.

// Dialect implements [hub.Peer].
func (r *runner) Dialect(room *chat.RoomInfo) hub.Dialect {
	first := r.gateway.cfg.First
	switch {
	case !r.follows(room):
		return first + dialectSilent
	case r.machine:
		return first + dialectMachine
	}
	return first + dialectPlain
}

// Entered implements [gateway.Protocol]: what was said comes before what is said.
func (r *runner) Entered(dst []byte, d *hub.Delivery) []byte {
	if !r.follows(d.Room) {
		return dst
	}
	dst, err := r.past(dst, d.Room, d.After+1)
	if err != nil {
		r.Stop(err.Text)
	}
	return dst
}

// Exited implements [gateway.Protocol].
func (r *runner) Exited(dst []byte, room *chat.RoomInfo) []byte {
	if r.follows(room) {
		r.Stop("You are no longer in " + room.Name + ".")
	}
	return dst
}

// Answered implements [gateway.Protocol]: an errand waits for what it does.
func (r *runner) Answered(dst []byte, _ any, _ chat.Outcome) []byte { return dst }

// Goodbye implements [gateway.Protocol].
func (r *runner) Goodbye(dst []byte, reason string, _ chat.Seq) []byte {
	r.reason = reason
	return dst
}
