package line

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// begin lets the peer in: somebody who says nothing yet as a guest of a name
// that we choose, somebody who begins with /nick under that name, a program as
// it says.
//
// Many come in at once and wait in here, and from how deep stacks are then the
// runtime concludes how large to make new ones: those of connections that will
// be idle too. So from here to where it waits, what takes room is in functions
// that have returned by then.
func (c *conn) begin() {
	c.hear()
	member := c.known()
	switch {
	case c.hello != "":
		c.beginAsProgram()
	case member != nil:
		c.arriveAsMember(member)
	case !c.Session().Policy().Guests:
		c.stayOutside()
	default:
		c.beginAsGuest()
	}
}

// hear takes the first line, if it is there, and the hello from it.
//
//go:noinline
func (c *conn) hear() {
	if c.hello == "" && c.lines.Buffered() {
		c.next()
	}
	if c.hello == "" && !c.long && isHello(c.line) {
		c.hello = string(c.line)
	}
}

// known returns as whom a member comes in, or nil.
//
//go:noinline
func (c *conn) known() *hub.Arrival { return cmp.Or(c.as().member, c.as().proven) }

func (c *conn) beginAsProgram() {
	c.machine = true
	c.arriveAsProgram([]byte(strings.TrimSpace(c.hello[len(helloWord):])))
}

func (c *conn) beginAsGuest() {
	nick := c.wish()
	granted := nick != "" && c.arrive(nick)
	if !granted && !c.full {
		c.arrive("")
	}
	c.heard = nick != ""
	if nick == "" && (c.line != nil || c.long) {
		c.Flush() // first the greeting
		c.handleLine()
	}
}

// wish returns the nick with which a peer begins, or "".
//
//go:noinline
func (c *conn) wish() string {
	if c.long || !utf8.Valid(c.line) {
		return ""
	}
	if req, err := c.parse(string(c.line)); err == nil && req.verb == "nick" {
		return strings.TrimPrefix(req.rest, "@")
	}
	return ""
}

// arrive lets a person in, under a nick if there is one. It reports whether
// that nick was granted; a person whose wish was not hears why, and is let in
// under another name next.
func (c *conn) arrive(nick string) bool {
	c.here.Store(c.gateway.entrance)
	err := c.Session().Arrive(c.Context(), c.asGuest(nick))
	c.settleIn()
	if err != nil {
		c.turnedAway(nick, err)
		return false
	}
	c.full = false
	return true
}

// asGuest returns how a guest comes in: under a nick that was asked for, or one
// that is numbered if it is taken.
func (c *conn) asGuest(nick string) hub.Arrival {
	var a hub.Arrival
	if known := c.as().guest; known != nil {
		a = *known
	}
	if nick != "" {
		a.Nick, a.Strict = nick, true
	}
	if a.Nick == "" {
		a.Nick = c.gateway.guest()
	}
	return a
}

// goFirst goes to the room that the peer comes for.
//
//go:noinline
func (c *conn) goFirst() {
	room := c.as().room
	if room == "" || c.outside || c.full || c.quit || c.machine {
		return
	}
	c.in().room = ""
	c.Flush() // the greeting is about where one has landed
	c.enter(request{}, room, chat.Command{})
}

// turnedAway tells a person why they were not let in.
//
//go:noinline
func (c *conn) turnedAway(nick string, err *chat.Error) {
	full := err.Code == chat.Full
	if full && c.full {
		c.refuse("", chat.Errorf(chat.Full, "The server's disk is still full, so you can only read; nothing was sent."))
	} else if c.refuse("", err); full {
		c.post(api.Message{Type: api.TypeReply, Text: "* Until there is space you can read: /history, /rooms, /who. Anything else tries again."})
	}
	if c.full = full; nick == "" && !full {
		c.quit = true
	}
	c.Flush() // before the greeting under another name
}

// arriveLate lets somebody in whom the server could not let in before, since
// its disk was full. Until then only what changes nothing is done.
func (c *conn) arriveLate() bool {
	if c.arrive(""); c.full {
		return false
	}
	return !c.quit
}

// settleIn makes the lobby the place where text goes.
func (c *conn) settleIn() {
	if room, err := c.Session().Room(chat.Lobby); err == nil {
		c.here.Store(c.gateway.place(room))
	}
}

// animal draws what a guest is called at first.
func animal() string { return animals[rand.IntN(len(animals))] }

// animals are what guests are called until they say what they want to be
// called. They are short, and easy to type and to tell apart.
var animals = [...]string{
	"badger", "bison", "crane", "curlew", "deer", "dolphin", "duck", "falcon", "ferret", "finch", "fox", "gecko",
	"gull", "hare", "hedgehog", "heron", "ibis", "jackdaw", "kestrel", "kite", "lark", "lemur", "linnet", "lynx",
	"magpie", "marten", "mole", "moth", "newt", "okapi", "osprey", "otter", "owl", "panda", "pigeon", "puffin",
	"quail", "rabbit", "raven", "robin", "seal", "shrew", "siskin", "squirrel", "stork", "swan", "swift", "tapir",
	"tern", "thrush", "toad", "turtle", "vole", "walrus", "weasel", "whale", "wombat", "wren", "yak", "zebra",
}

// helloWord is how a program begins.
const helloWord = "/json"

func isHello(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte(helloWord))
	return ok && (len(rest) == 0 || rest[0] == ' ')
}

// The length in bytes of the secret by which a program's guest is recognised.
const (
	minToken = 16
	maxToken = 256
)

// maxHelloRooms is how many rooms a hello may name: what is wrong with each must
// find room among the posts until the session has settled.
const maxHelloRooms = 200

// arriveAsProgram lets a program in. What is wrong with its hello ends the
// connection; a cursor of another log is refused, and reading begins now. If the
// room to speak in can't be entered, what the program says goes nowhere rather
// than where it was not meant for.
func (c *conn) arriveAsProgram(text []byte) {
	arrival, hello, err := c.arrival(text)
	var stale *chat.Error
	if err == nil {
		if stale = c.stale(&hello); stale != nil {
			arrival.Resume = 0
		}
		err = c.Session().Arrive(c.Context(), arrival)
	}
	if err != nil {
		c.Session().Settled()
		c.refuse("", err)
		c.quit = true
		return
	}
	c.settleIn()
	if stale != nil {
		c.refuse("", stale)
	}
	if arrival.Resume == 0 && (len(hello.Rooms) > 0 || hello.Room != "") {
		c.Flush() // the welcome tells where one was; one that resumes waits until all is settled
	}
	for _, name := range hello.Rooms {
		if name != "" {
			c.enter(request{}, name, chat.Command{})
		}
	}
	if hello.Room != "" && !c.enter(request{}, hello.Room, chat.Command{}) {
		c.here.Store(nil)
	}
	c.Session().Settled()
}

// stale says why a program can't read on from where it wants to.
func (c *conn) stale(hello *api.Hello) *chat.Error {
	switch {
	case hello.After == 0:
		return nil
	case hello.Epoch != c.Session().Epoch():
		return chat.Errorf(chat.Stale, "The position %d belongs to another log; this one begins anew. Reading goes on from now.", hello.After)
	case chat.Seq(hello.After) > c.Session().Horizon():
		return chat.Errorf(chat.Stale, "There is no position %d yet. Reading goes on from now.", hello.After)
	}
	return nil
}

// arrival reads a hello.
func (c *conn) arrival(text []byte) (hub.Arrival, api.Hello, *chat.Error) {
	var hello api.Hello
	if len(text) > 0 {
		if err := json.Unmarshal(text, &hello); err != nil {
			return hub.Arrival{}, hello, chat.Errorf(chat.Invalid, "After /json comes one JSON object, as in /json {\"nick\":\"bob\"}: %s.", unfit(err))
		}
	}
	if len(hello.Rooms) > maxHelloRooms {
		return hub.Arrival{}, hello, chat.Errorf(chat.Invalid, "A hello names at most %d rooms; /join the others.", maxHelloRooms)
	}
	a := hub.Arrival{Nick: hello.Nick, Resume: chat.Seq(hello.After)}
	switch {
	case hello.User != "" || auth.IsToken(hello.Token):
		return c.proved(&hello)
	case c.as().proven != nil && hello.Nick == "" && hello.Token == "":
		a = *c.as().proven
		a.Resume = chat.Seq(hello.After)
		return a, hello, nil
	}
	if a.Nick == "" && hello.Token == "" {
		a.Nick = c.gateway.guest()
	}
	switch n := len(hello.Token); {
	case n > 0 && n < minToken, n > maxToken:
		return a, hello, chat.Errorf(chat.Invalid, "A token has %d to %d bytes.", minToken, maxToken)
	case n > 0:
		a.Key = sha256.Sum256([]byte(hello.Token))
	}
	return a, hello, nil
}

// unfit says in plain words why JSON is no hello.
func unfit(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return strings.TrimSuffix(err.Error(), ".")
	case wrong.Field == "":
		return "this is a JSON " + wrong.Value
	}
	return fmt.Sprintf("%q can't be a %s", wrong.Field, wrong.Value)
}

// welcomeText is how a person is greeted: what to do first comes first.
const welcomeText = `Welcome to hubbub. You are %s; /nick NAME changes that.
Type a line to say it to everybody in the room; /help tells the rest.
`

// memberText greets somebody who has an account.
const memberText = `Welcome to hubbub, %s.
Type a line to say it to everybody in the room; /help tells the rest.
`

func (c *conn) appendWelcome(dst []byte) []byte {
	if c.Session().Role() == chat.GuestRole {
		return fmt.Appendf(dst, welcomeText, c.Session().Nick())
	}
	return fmt.Appendf(dst, memberText, c.Session().Nick())
}

// Entered implements [gateway.Protocol]: it greets.
func (c *conn) Entered(dst []byte, d *hub.Delivery) []byte {
	room, after := d.Room, d.After
	switch {
	case c.machine && room.Inbox():
		return c.welcome(dst, after)
	case c.machine:
		return dst
	case room.Inbox():
		return c.appendWelcome(dst)
	case room.Flags&chat.Direct != 0 && c.Session().Role() == chat.GuestRole:
		return dst
	}
	now, err := c.Session().RoomByID(room.ID)
	here := err == nil && c.here.Load().is(now)
	if here && room.Flags&chat.Direct == 0 {
		dst = fmt.Appendf(dst, "* You are in %s, %s.\n", now.Name, c.company(now))
		if room.Topic != "" {
			dst = fmt.Appendf(dst, "* Topic: %s\n", room.Topic)
		}
	}
	messages, err := c.Session().Recent(c.Context(), room.ID, after)
	switch {
	case err != nil:
		return appendLines(append(dst, "! "...), err.Text)
	case here:
		return c.appendHistory(dst, room, messages, asSaid)
	}
	return c.appendHistory(dst, room, messages[max(0, len(messages)-recentElsewhere):], labelled)
}

// recentElsewhere is how many messages are shown of a room that one is in, and
// does not talk in, when one comes back.
const recentElsewhere = 5

// welcome appends what a program is greeted with.
func (c *conn) welcome(dst []byte, after chat.Seq) []byte {
	s := c.Session()
	c.from = after
	m := api.Message{
		Type: api.TypeWelcome, Epoch: s.Epoch(), Seq: uint64(after),
		User: uint64(s.User()), Nick: s.Nick(), Role: wire.Role(s.Role()),
	}
	if c.coming != nil {
		m.Token = c.coming.issued
	}
	for _, room := range s.Joined() {
		m.Rooms = append(m.Rooms, wire.Room(s, room))
	}
	return wire.AppendLine(dst, &m)
}

// Exited implements [gateway.Protocol].
func (c *conn) Exited(dst []byte, room *chat.RoomInfo) []byte {
	if c.machine || room.Name == "" {
		return dst
	}
	return fmt.Appendf(dst, "* You are no longer in %s.\n", room.Name)
}

// How many people a greeting looks at, and names.
const (
	lookedAt = 24
	named    = 10
)

// company says who else is in a room, and here. In a large room it names some and
// counts the others, whether they are here or not.
func (c *conn) company(room *chat.RoomInfo) string {
	var nicks []string
	self, away := 0, 0
	looked := c.Session().Presences(room.Members[:min(lookedAt, len(room.Members))])
	for _, p := range looked {
		switch {
		case p.ID == c.Session().User():
			self = 1
		case p.Here:
			nicks = append(nicks, p.Nick)
		default:
			away++
		}
	}
	more := max(0, room.Size-len(looked)-(1-self))
	switch {
	case len(nicks) > 0 || more > 0:
		return "with " + few(nicks, more)
	case away == 1:
		return "alone for now: 1 member is away"
	case away > 1:
		return fmt.Sprintf("alone for now: %d members are away", away)
	}
	return "alone so far"
}

// few names people, some of them if they are many.
func few(nicks []string, more int) string {
	if len(nicks) > named+1 || more > 0 {
		shown := nicks[:min(named, len(nicks))]
		return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), len(nicks)-len(shown)+more)
	}
	last := len(nicks) - 1
	if last == 0 {
		return nicks[0]
	}
	return strings.Join(nicks[:last], ", ") + " and " + nicks[last]
}
