package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// socket is a visitor's live connection.
type socket struct {
	*visitor
	ws    *websocket.Conn
	pings atomic.Int32

	bundle []api.Event // that have come, and were not received yet
}

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

// dial opens a live connection, or returns what was answered instead.
func (v *visitor) dial(query string, change func(*websocket.DialOptions)) (*socket, *http.Response) {
	v.Helper()
	c := &socket{visitor: v}
	how := &websocket.DialOptions{HTTPHeader: http.Header{}}
	how.OnPingReceived = func(context.Context, []byte) bool { c.pings.Add(1); return true }
	if v.token != "" {
		how.HTTPHeader.Set("Authorization", "Bearer "+v.token)
	}
	if v.cookie != "" {
		how.HTTPHeader.Set("Cookie", "hubbub="+v.cookie)
	}
	if change != nil {
		change(how)
	}
	ws, answer, err := websocket.Dial(v.Context(), v.url+"/api/v1/live"+query, how)
	if err != nil {
		if answer == nil {
			v.Fatal(err)
		}
		return nil, answer
	}
	ws.SetReadLimit(1 << 20)
	c.ws = ws
	v.Cleanup(func() { ws.CloseNow() })
	return c, answer
}

// live opens a live connection, and returns it with its welcome.
func (v *visitor) live(query string) (*socket, api.Message) {
	v.Helper()
	c, answer := v.dial(query, nil)
	if c == nil {
		v.Fatalf("live%s is answered with %s", query, answer.Status)
	}
	welcome := c.next()
	if welcome.Type != api.TypeWelcome {
		v.Fatalf("first comes %+v", welcome)
	}
	return c, welcome
}

// receive returns what comes next, or why nothing does. What comes of several events
// at once comes one by one.
func (c *socket) receive() (m api.Message, err error) {
	if len(c.bundle) == 0 {
		if m, err = c.frame(); m.Type != api.TypeEvents {
			return m, err
		}
		c.bundle = m.Events
	}
	m = api.Message{Type: api.TypeEvent, Event: &c.bundle[0]}
	c.bundle = c.bundle[1:]
	return m, nil
}

// frame returns what the next frame says.
func (c *socket) frame() (m api.Message, err error) {
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	kind, text, err := c.ws.Read(ctx)
	if err != nil {
		return m, err
	}
	if kind != websocket.MessageText {
		return m, fmt.Errorf("a message of kind %v", kind)
	}
	return m, json.Unmarshal(text, &m)
}

func (c *socket) next() api.Message {
	c.Helper()
	m, err := c.receive()
	if err != nil {
		c.Fatalf("nothing comes: %v", err)
	}
	return m
}

// until returns the next message for which ok holds, and skips others.
func (c *socket) until(ok func(m *api.Message) bool) api.Message {
	c.Helper()
	for {
		if m := c.next(); ok(&m) {
			return m
		}
	}
}

// answer returns the next answer.
func (c *socket) answer() api.Message {
	c.Helper()
	return c.until(func(m *api.Message) bool { return m.Type == api.TypeAck || m.Type == api.TypeError })
}

// signal returns the next signal of a kind.
func (c *socket) signal(kind string) api.Signal {
	c.Helper()
	return *c.until(func(m *api.Message) bool { return m.Type == api.TypeSignal && m.Signal.Kind == kind }).Signal
}

// send sends a command.
func (c *socket) send(cmd api.Command) {
	c.Helper()
	b, err := json.Marshal(cmd)
	if err == nil {
		err = c.ws.Write(c.Context(), websocket.MessageText, b)
	}
	if err != nil {
		c.Fatal(err)
	}
}

// do sends a command and returns its answer.
func (c *socket) do(cmd api.Command) api.Message {
	c.Helper()
	c.send(cmd)
	return c.answer()
}

// ends reads until the connection ends, and returns the last goodbye and the code.
func (c *socket) ends() (bye string, code websocket.StatusCode) {
	c.Helper()
	for {
		m, err := c.receive()
		if err != nil {
			return bye, websocket.CloseStatus(err)
		}
		if m.Type == api.TypeBye {
			bye = m.Text
		}
	}
}

// insider returns a new member who is in the lobby.
func (s *site) insider(nick string) *visitor {
	s.Helper()
	v := s.member(nick)
	v.do("POST", "/commands", api.Command{Op: api.OpJoin, To: "#lobby"}, 200, nil)
	return v
}

func said(text string) func(*api.Message) bool {
	return func(m *api.Message) bool { return m.Type == api.TypeEvent && m.Event.Text == text }
}

// What is said at once comes to others in fewer frames than there are messages, and
// deflated into fewer bytes.
func TestLiveTellsSeveralEventsInOneFrame(t *testing.T) {
	s := start(t, options{})
	ann, _ := s.guest("ann").live("")
	bob, _ := s.guest("bob").live("")
	const n = 200
	for i := range n {
		ann.send(api.Command{ID: fmt.Sprint("a", i), Op: api.OpSay, To: "#lobby", Text: fmt.Sprint("message ", i)})
	}
	frames, last := 0, uint64(0)
	for heard := 0; heard < n; {
		m, err := bob.frame()
		if err != nil {
			t.Fatal(err)
		}
		events := m.Events
		if m.Type == api.TypeEvent {
			events = []api.Event{*m.Event}
		}
		for _, e := range events {
			if e.Kind != "message" {
				continue
			}
			if e.Text != fmt.Sprint("message ", heard) || last != 0 && e.Prev != last {
				t.Fatalf("after %d messages comes %+v", heard, e)
			}
			last = e.Seq
			heard++
		}
		frames++
	}
	if frames >= n {
		t.Errorf("%d messages came in %d frames", n, frames)
	}
}

func TestLiveTellsEverybodyInOneOrder(t *testing.T) {
	s := start(t, options{})
	ann, welcome := s.guest("ann").live("")
	bob, _ := s.guest("bob").live("")
	if welcome.Nick != "ann" || welcome.User == 0 || welcome.Epoch == "" || welcome.Resumed || len(welcome.Rooms) != 1 || welcome.Rooms[0].Name != "#lobby" || !welcome.Rooms[0].Joined {
		t.Errorf("the welcome is %+v", welcome)
	}
	for i := range 5 {
		ann.send(api.Command{ID: fmt.Sprintf("a%d", i), Op: api.OpSay, To: "#lobby", Text: fmt.Sprintf("ann %d", i)})
		bob.send(api.Command{ID: fmt.Sprintf("b%d", i), Op: api.OpSay, To: "lobby", Text: fmt.Sprintf("bob %d", i), Action: i == 4})
	}
	hear := func(c *socket) (all []api.Event) {
		for len(all) < 10 {
			if m := c.next(); m.Type == api.TypeEvent && m.Event.Kind != "joined" {
				all = append(all, *m.Event)
			}
		}
		return all
	}
	heard, other := hear(ann), hear(bob)
	for i := range heard {
		if heard[i].Seq != other[i].Seq || heard[i].Text != other[i].Text || i > 0 && heard[i].Prev != heard[i-1].Seq {
			t.Fatalf("ann heard %+v, bob %+v", heard, other)
		}
	}
	if i := slices.IndexFunc(heard, func(e api.Event) bool { return e.Text == "bob 4" }); i < 0 || heard[i].Kind != "action" || heard[i].Client != "b4" || heard[i].RoomName != "#lobby" {
		t.Errorf("what bob did is not among %+v", heard)
	}
}

func TestAnswersComeInTheOrderOfTheCommands(t *testing.T) {
	s := start(t, options{})
	c, _ := s.guest("ann").live("")
	commands := []api.Command{
		{ID: "1", Op: api.OpPing}, {ID: "2", Op: api.OpSay, To: "#lobby", Text: "hello"}, {ID: "3", Op: "dance"},
		{ID: "4", Op: api.OpSay, To: "#nowhere", Text: "hello"}, {ID: "5", Op: api.OpJoin, To: "#tea"}, {ID: "6", Op: api.OpSay, To: "#tea", Text: "in there"},
		{ID: "7", Op: api.OpSay, To: "#lobby", Text: " "}, {ID: "8", Op: api.OpEdit, Text: "no target"}, {Op: api.OpSay, To: "#lobby", Text: "no id"},
		{ID: "9", Op: api.OpCreate, Name: "#tea"}, {ID: "10", Op: api.OpPing},
	}
	for _, cmd := range commands {
		c.send(cmd)
	}
	var got []string
	for range commands {
		m := c.answer()
		got = append(got, m.ID+" "+m.Type+m.Code)
		switch m.ID {
		case "5":
			if m.Room == nil || m.Room.Name != "#tea" || !m.Room.Joined {
				t.Errorf("joining is answered with %+v", m)
			}
		case "2", "6":
			if m.Seq == 0 {
				t.Errorf("saying is answered with %+v", m)
			}
		}
	}
	want := []string{"1 ack", "2 ack", "3 errorinvalid", "4 errornot-found", "5 ack", "6 ack", "7 errorinvalid", "8 errorinvalid", " errorinvalid", "9 errorconflict", "10 ack"}
	if !slices.Equal(got, want) {
		t.Errorf("the answers are\n%q, want\n%q", got, want)
	}
}

func TestWhatIsNoCommandIsAnswered(t *testing.T) {
	s := start(t, options{})
	c, _ := s.guest("ann").live("")
	for _, text := range []string{"hello", "[1]", "{", `{"op":7}`} {
		if err := c.ws.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := c.answer(); m.Type != api.TypeError || m.Code != "invalid" {
			t.Errorf("%q is answered with %+v", text, m)
		}
	}
}

func TestWhatIsSentAgainUnderOneIDIsSaidOnce(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	c, _ := ann.live("")
	first := c.do(api.Command{ID: "once", Op: api.OpSay, To: "#lobby", Text: "hello"})
	c.ws.CloseNow()
	again, _ := ann.live("")
	if second := again.do(api.Command{ID: "once", Op: api.OpSay, To: "#lobby", Text: "hello"}); second.Seq != first.Seq || first.Seq == 0 {
		t.Errorf("it was said at %d, and then at %d", first.Seq, second.Seq)
	}
}

func TestLiveResumesExactlyAfterAPosition(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.insider("ann"), s.insider("bob")
	c, welcome := ann.live("")
	bob.say("before")
	at := c.until(said("before")).Event.Seq
	c.ws.CloseNow()
	seq := bob.say("while she was away")
	bob.do("PUT", fmt.Sprintf("/messages/%d/reactions/👍", seq), nil, 200, nil)
	position := fmt.Sprintf("?epoch=%s&after=%d", welcome.Epoch, at)
	c, again := ann.live(position)
	if !again.Resumed || again.Seq != at {
		t.Errorf("she is welcomed back with %+v", again)
	}
	if m := c.next(); m.Type != api.TypeEvent || m.Event.Seq != seq || m.Event.Text != "while she was away" {
		t.Errorf("first comes %+v", m)
	}
	if m := c.next(); m.Type != api.TypeEvent || m.Event.Kind != "reacted" || m.Event.Target != seq {
		t.Errorf("then comes %+v", m)
	}
	for query, want := range map[string]bool{
		position + "&limit=1": false, position + "&limit=1000": true, fmt.Sprintf("?epoch=OTHER&after=%d", at): false,
		fmt.Sprintf("?epoch=%s&after=1000000", welcome.Epoch): false,
	} {
		if _, m := ann.live(query); m.Resumed != want {
			t.Errorf("live%s resumes: %t", query, m.Resumed)
		}
	}
}

func TestWelcomeTellsWhatIsUnread(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.insider("ann"), s.insider("bob")
	first := bob.say("hello")
	bob.say("@ann, are you there?")
	c, welcome := ann.live("")
	if r := welcome.Rooms[0]; r.Unread != 2 || r.Mentions != 1 || r.First != first {
		t.Errorf("the welcome says %+v", r)
	}
	if m := c.do(api.Command{ID: "r", Op: api.OpRead, To: "#lobby", Target: first + 1}); m.Type != api.TypeAck {
		t.Fatalf("reading is answered with %+v", m)
	}
	if _, welcome = ann.live(""); welcome.Rooms[0].Unread != 0 {
		t.Errorf("after she has read it the welcome says %+v", welcome.Rooms[0])
	}
	elsewhere, _ := ann.live("")
	if m := c.do(api.Command{ID: "u", Op: api.OpUnread, To: "#lobby", Target: first + 1}); m.Type != api.TypeAck {
		t.Fatalf("putting the marker back is answered with %+v", m)
	}
	told := elsewhere.until(func(m *api.Message) bool { return m.Event != nil && m.Event.Kind == "read" })
	if told.Event.Target != first || told.Event.Level != "unread" {
		t.Errorf("her other browser is told %+v", told.Event)
	}
	if _, welcome = ann.live(""); welcome.Rooms[0].Unread != 1 || welcome.Rooms[0].First != first+1 {
		t.Errorf("with the marker put back the welcome says %+v", welcome.Rooms[0])
	}
	if m := c.do(api.Command{ID: "n", Op: api.OpUnread, To: "#lobby"}); m.Type != api.TypeError {
		t.Errorf("without a message it is answered with %+v", m)
	}
}

func TestEnteringAndLeavingIsToldInItsPlace(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	here, _ := ann.live("")
	there, _ := ann.live("")
	here.do(api.Command{ID: "j", Op: api.OpJoin, To: "#tea"})
	there.until(func(m *api.Message) bool { return m.Type == api.TypeEntered && m.Room.Name == "#tea" && m.Room.Joined })
	here.do(api.Command{ID: "l", Op: api.OpLeave, To: "#tea", Text: "enough"})
	there.until(func(m *api.Message) bool { return m.Type == api.TypeEvent && m.Event.Kind == "left" })
	if m := there.next(); m.Type != api.TypeExited || m.Room.Name != "#tea" {
		t.Errorf("then comes %+v", m)
	}
}

func TestTypingAndBeingAwayAreTold(t *testing.T) {
	s := start(t, options{})
	ann, _ := s.insider("ann").live("")
	bob, welcome := s.insider("bob").live("")
	if m := ann.do(api.Command{ID: "t", Op: api.OpTyping, To: "#lobby"}); m.Type != api.TypeAck {
		t.Fatalf("typing is answered with %+v", m)
	}
	if sig := bob.signal(api.SignalTyping); sig.Nick != "ann" || sig.Room != welcome.Rooms[0].ID || sig.Text != "active" {
		t.Errorf("bob is told %+v", sig)
	}
	if m := ann.do(api.Command{ID: "d", Op: api.OpDirect, Nick: "bob"}); m.Room == nil || m.Room.With == nil || m.Room.With.Nick != "bob" || !m.Room.With.Here || m.Room.With.Away {
		t.Fatalf("a direct conversation is answered with %+v", m)
	}
	ann.do(api.Command{ID: "p", Op: api.OpTyping, To: "@bob", Text: "paused"})
	if sig := bob.signal(api.SignalTyping); sig.Room == welcome.Rooms[0].ID || sig.Text != "paused" {
		t.Errorf("bob is told %+v", sig)
	}
	id := chat.UserID(welcome.User)
	for op, elsewhere := range map[string]bool{api.OpUnseen: true, api.OpSeen: false} {
		bob.do(api.Command{ID: op, Op: op})
		if s.hub.Elsewhere(id) != elsewhere {
			t.Errorf("after %s bob is told elsewhere: %v", op, !elsewhere)
		}
	}
	ann.do(api.Command{ID: "a", Op: api.OpAway, Text: "lunch"})
	if sig := bob.signal(api.SignalAway); sig.Nick != "ann" || sig.Text != "lunch" {
		t.Errorf("bob is told %+v", sig)
	}
	ann.do(api.Command{ID: "b", Op: api.OpBack})
	bob.signal(api.SignalBack)
	for _, wrong := range []api.Command{{ID: "w", Op: api.OpTyping, To: "#lobby", Text: "loudly"}, {ID: "w", Op: api.OpTyping, To: "#nowhere"}, {ID: "w", Op: api.OpAway}} {
		if m := ann.do(wrong); m.Type != api.TypeError {
			t.Errorf("%+v is answered with %+v", wrong, m)
		}
	}
}

func TestLiveIsRefusedByAProblem(t *testing.T) {
	policy := hub.OpenPolicy()
	policy.Guests = false
	s := start(t, options{policy: &policy})
	ann, banned := s.member("ann"), s.member("mallory")
	id, _ := s.hub.Person("mallory")
	if out := s.hub.Console().Do(t.Context(), chat.Command{Op: chat.Ban, User: id.ID}); out.Err != nil {
		t.Fatal(out.Err)
	}
	for _, c := range []struct {
		name   string
		who    *visitor
		query  string
		header map[string]string
		status int
		code   string
	}{
		{"nobody", s.visitor, "", nil, 401, "login"},
		{"somebody with a wrong token", &visitor{site: s, token: "hub_" + strings.Repeat("a", 52)}, "", nil, 401, "login"},
		{"a page of another site", ann, "", map[string]string{"Origin": "https://evil.example"}, 403, "forbidden"},
		{"a page in a sandbox", ann, "", map[string]string{"Origin": "null"}, 403, "forbidden"},
		{"who is banned", banned, "", nil, 403, "forbidden"},
		{"a position that is none", ann, "?epoch=x&after=abc", nil, 400, "invalid"},
	} {
		refused, answer := c.who.dial(c.query, func(o *websocket.DialOptions) {
			for name, value := range c.header {
				o.HTTPHeader.Set(name, value)
			}
		})
		if refused != nil {
			t.Errorf("%s was let in", c.name)
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		var p api.Problem
		if json.Unmarshal(body, &p) != nil || answer.StatusCode != c.status || p.Code != c.code {
			t.Errorf("%s is answered with %d %s", c.name, answer.StatusCode, body)
		}
	}
	own, _ := ann.dial("", func(o *websocket.DialOptions) { o.HTTPHeader.Set("Origin", s.url) })
	if own == nil {
		t.Error("a page of this site was refused")
	}
}

func TestWhatIsNoHandshakeIsRefused(t *testing.T) {
	s := start(t, options{})
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"no upgrade", "GET /api/v1/live HTTP/1.1\r\nHost: h\r\n\r\n", 426},
		{"an old version", "GET /api/v1/live HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 426},
		{"a short key", "GET /api/v1/live HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2hvcnQ=\r\n\r\n", 400},
		{"HTTP/1.0", "GET /api/v1/live HTTP/1.0\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 400},
	} {
		conn, answer := s.raw(c.request)
		conn.Close()
		if answer.StatusCode != c.status || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s is answered with %s", c.name, answer.Status)
		}
	}
}

// raw sends a request as it stands, and returns the connection and the answer.
func (s *site) raw(request string) (*rawConn, *http.Response) {
	s.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	c := &rawConn{nc, bufio.NewReader(nc)}
	io.WriteString(c, request)
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		s.Fatal(err)
	}
	return c, answer
}

type rawConn struct {
	net.Conn
	in *bufio.Reader
}

// frame returns the next frame of a server, of less than 64 kB.
func (c *rawConn) frame() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err = io.ReadFull(c.in, head[:]); err != nil {
		return 0, nil, err
	}
	size := int(head[1])
	if size == 126 {
		var more [2]byte
		if _, err = io.ReadFull(c.in, more[:]); err != nil {
			return 0, nil, err
		}
		size = int(more[0])<<8 | int(more[1])
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(c.in, payload)
	return head[0], payload, err
}

const handshake = "GET /api/v1/live?nick=raw HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// masked returns a client's frame, with a masking key of zeroes.
func masked(first byte, payload string) string {
	if len(payload) > 125 {
		return string([]byte{first, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload)), 0, 0, 0, 0}) + payload
	}
	return string([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
}

func TestControlFramesAndViolationsOnTheWire(t *testing.T) {
	s := start(t, options{})
	for _, c := range []struct {
		name, sent string
		want       string // the first frame that is no text: its first byte and payload
	}{
		{"a ping", masked(0x89, "are you there"), "\x8aare you there"},
		{"a ping between the pieces of a command", masked(0x01, `{"op":"pi`) + masked(0x89, "1") + masked(0x80, `ng"}`) + masked(0x88, ""), "\x8a1"},
		{"a close", masked(0x88, "\x03\xe8bye"), "\x88\x03\xe8"},
		{"a close without a code", masked(0x88, ""), "\x88"},
		{"a close with a code of one's own", masked(0x88, "\x0f\xa1"), "\x88\x0f\xa1"},
		{"a close with half a code", masked(0x88, "\x03"), "\x88\x03\xea"},
		{"a frame without a mask", "\x81\x02hi", "\x88\x03\xea"},
		{"no UTF-8", masked(0x81, "\xff"), "\x88\x03\xef"},
		{"binary", masked(0x82, "hi"), "\x88\x03\xeb"},
		{"too much", "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00", "\x88\x03\xf1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// What comes with the handshake is read as well as what comes later.
			for how, request := range map[string]string{"at once": handshake + c.sent, "later": handshake} {
				conn, answer := s.raw(request)
				if answer.StatusCode != 101 || answer.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
					t.Fatalf("the handshake is answered with %s %v", answer.Status, answer.Header)
				}
				if how == "later" {
					io.WriteString(conn, c.sent)
				}
				first, payload, err := conn.frame()
				for err == nil && first == 0x81 {
					first, payload, err = conn.frame()
				}
				if got := string(first) + string(payload); err != nil || !strings.HasPrefix(got, c.want) && string([]byte{first})+string(payload[:min(len(payload), len(c.want)-1)]) != c.want {
					t.Errorf("%s: % x comes, %v", how, append([]byte{first}, payload...), err)
				}
				if first == 0x88 {
					if _, err := io.ReadAll(conn.in); err != nil && !errors.Is(err, io.EOF) {
						t.Errorf("%s: after the close comes %v", how, err)
					}
				}
				conn.Close()
			}
		})
	}
}

func TestDeflatedIsReadAsPlain(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	plain, _ := ann.live("")
	c, answer := ann.dial("", func(o *websocket.DialOptions) { o.CompressionMode = websocket.CompressionNoContextTakeover })
	if got := answer.Header.Get("Sec-WebSocket-Extensions"); !strings.HasPrefix(got, "permessage-deflate") {
		t.Fatalf("deflating is answered with %q", got)
	}
	c.next()
	for i, text := range []string{"short", strings.Repeat("at length ", 200), strings.Repeat("日本語 👍 ", 90)} {
		text = strings.TrimSpace(text)
		if m := c.do(api.Command{ID: fmt.Sprint(i), Op: api.OpSay, To: "#lobby", Text: text}); m.Type != api.TypeAck {
			t.Fatalf("saying is answered with %+v", m)
		}
		plain.until(said(text))
	}
	c.do(api.Command{ID: "last", Op: api.OpPing})
}

func TestTheWelcomeTellsWhetherThePartnerOfAConversationIsHere(t *testing.T) {
	s := start(t, options{})
	bob := s.guest("bob")
	bob.do("POST", "/rooms/@eve/messages", api.NewMessage{Text: "psst"}, 404, nil)
	member := s.member("mia")
	bob.do("POST", "/rooms/@mia/messages", api.NewMessage{Text: "psst"}, 201, nil)
	partner := func() *api.Person {
		t.Helper()
		_, welcome := bob.live("")
		for _, room := range welcome.Rooms {
			if room.Direct {
				return room.With
			}
		}
		t.Fatal("the conversation is not in the welcome")
		return nil
	}
	if p := partner(); p == nil || p.Nick != "mia" || p.Here {
		t.Errorf("before she came: %+v", p)
	}
	member.live("")
	if p := partner(); p == nil || !p.Here || p.Away {
		t.Errorf("after she came: %+v", p)
	}
}

func TestLiveEndsWithACodeThatSaysWhy(t *testing.T) {
	s := start(t, options{})
	ann, bob, carol := s.member("ann"), s.guest("bob"), s.guest("carol")
	loggedOut, _ := ann.live("")
	banned, _ := bob.live("")
	stays, _ := carol.live("")
	ann.do("DELETE", "/session", nil, 204, nil)
	if bye, code := loggedOut.ends(); code != 4001 || bye == "" {
		t.Errorf("who has logged out is told %q, %d", bye, code)
	}
	id, _ := s.hub.Person("bob")
	if out := s.hub.Console().Do(t.Context(), chat.Command{Op: chat.Ban, User: id.ID, Text: "enough"}); out.Err != nil {
		t.Fatal(out.Err)
	}
	if bye, code := banned.ends(); code != websocket.StatusPolicyViolation || !strings.Contains(bye, "enough") {
		t.Errorf("who was banned is told %q, %d", bye, code)
	}
	s.pump.Stop("Back in a moment.")
	if bye, code := stays.ends(); code != websocket.StatusGoingAway || bye != "Back in a moment." {
		t.Errorf("at the end one is told %q, %d", bye, code)
	}
}

func TestTheSilentAreAskedForASignOfLife(t *testing.T) {
	s := start(t, options{})
	c, _ := s.guest("ann").live("")
	s.awaitLives(1)
	s.gateway.KeepAt(time.Now().Add(50 * time.Second))
	s.gateway.KeepAt(time.Now().Add(time.Minute))
	c.do(api.Command{ID: "1", Op: api.OpPing}) // behind the server's
	if n := c.pings.Load(); n != 1 {
		t.Errorf("after a minute one was asked %d times", n)
	}
	s.gateway.KeepAt(time.Now().Add(3 * time.Minute))
	if bye, code := c.ends(); code != websocket.StatusGoingAway || bye == "" {
		t.Errorf("after three minutes one is told %q, %d", bye, code)
	}
}

func TestGuestsWithoutACredentialMayBeToldLive(t *testing.T) {
	s := start(t, options{})
	if _, m := s.visitor.live("?nick=passer-by"); m.Nick != "passer-by" || m.Role != "" {
		t.Errorf("the welcome is %+v", m)
	}
}
