package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/hubtest"
)

// Who a guest is after a loss that lasts longer than the server waits for them.

// outage dials connections on which nothing is heard any more once it has begun; until
// it is over no other is made.
type outage struct {
	server *hubtest.Server

	mu    sync.Mutex // guards the following
	conns []*unheard
	over  chan struct{} // closed while there is none
}

type unheard struct {
	net.Conn
	from *outage
}

func newOutage(s *hubtest.Server) *outage {
	o := &outage{server: s, over: make(chan struct{})}
	close(o.over)
	return o
}

func (o *outage) dial(ctx context.Context) (net.Conn, error) {
	select {
	case <-o.state():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := o.server.Dial(ctx)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	u := &unheard{c, o}
	o.conns = append(o.conns, u)
	return u, nil
}

func (o *outage) state() chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over
}

// Read holds back what comes while there is an outage.
func (u *unheard) Read(p []byte) (int, error) {
	n, err := u.Conn.Read(p)
	select {
	case <-u.from.state():
		return n, err
	default:
		return 0, net.ErrClosed
	}
}

func (o *outage) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = make(chan struct{})
}

// cut ends the connections.
func (o *outage) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.conns {
		c.Conn.Close()
	}
	o.conns = nil
}

func (o *outage) end() { close(o.state()) }

// asks makes a request by a token, from elsewhere.
func asks(t *testing.T, s *hubtest.Server, method, token, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+"/api/v1/session", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode >= 300 {
		t.Fatalf("%s is answered %s: %s", method, answer.Status, said)
	}
}

// away is a guest ann of whose message bob has heard, but not she: her connection is
// lost, and what is done by her token meanwhile is what a test is about.
type away struct {
	server   *hubtest.Server
	outage   *outage
	token    string
	ann, bob *visitor
	room     uint64
	user     uint64
	cmd      *client.Command
}

func goAway(t *testing.T) *away {
	t.Helper()
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	a := &away{server: s, outage: newOutage(s), token: client.GuestToken()}
	a.bob = visit(t, client.Config{Address: s.Addr(), Nick: "bob", Room: "tea"})
	a.room = until(t, a.bob, func(e client.Entered) bool { return e.Name == "#tea" }).ID
	a.ann = visit(t, client.Config{Dial: a.outage.dial, Nick: "ann", Room: "tea", Token: a.token, MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond})
	until(t, a.ann, func(e client.Arrived) bool { return e.Name == "#tea" })
	a.user, _ = a.ann.Self()
	a.outage.begin()
	a.cmd = a.say(t, "one")
	until(t, a.bob, func(e client.Event) bool { return e.Text == "one" })
	return a
}

func (a *away) say(t *testing.T, text string) *client.Command {
	t.Helper()
	cmd, err := a.ann.Submit(t.Context(), api.Command{Op: api.OpSay, To: "#tea", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return cmd
}

// said returns how often bob has heard a text, once he has heard what he says last.
func (a *away) said(t *testing.T, text string) (n int) {
	t.Helper()
	seq := a.bob.do(t, api.Command{Op: api.OpSay, To: "#tea", Text: "the end"}).Seq
	until(t, a.bob, func(e client.Event) bool { return e.Seq == seq })
	for _, heard := range a.bob.texts() {
		if heard == text {
			n++
		}
	}
	return n
}

// The server knows a guest by the key however long they were away.
func TestAGuestWhoWasLetGoIsTheSameAndIsBackInTheRooms(t *testing.T) {
	a := goAway(t)
	a.outage.cut()
	asks(t, a.server, "DELETE", a.token, "")
	until(t, a.bob, func(e client.Event) bool { return e.Kind == "left" && e.Nick == "ann" && e.Room == a.room })
	more := a.say(t, "two")
	a.outage.end()
	if m, err := a.cmd.Answer(); err != nil || m.Seq == 0 {
		t.Errorf("what was said before is answered with %+v, %v", m, err)
	}
	if _, err := more.Answer(); err != nil {
		t.Errorf("what was written meanwhile is answered with %v", err)
	}
	if n := a.said(t, "one"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	if again, nick := a.ann.Self(); again != a.user || nick != "ann" {
		t.Errorf("ann was %d, and is %d, %q", a.user, again, nick)
	}
}

// Who registers elsewhere leaves the key behind: who comes by it is somebody else.
func TestWhatWasSentAsOneIsNotSaidAgainAsAnother(t *testing.T) {
	a := goAway(t)
	asks(t, a.server, "POST", a.token, `{"register":{"nick":"anna","password":"a kettle of fish, 12"}}`)
	a.outage.cut()
	more := a.say(t, "two")
	a.outage.end()
	if _, err := a.cmd.Answer(); !errors.Is(err, client.ErrUnanswered) {
		t.Errorf("what was sent before ends with %v", err)
	}
	if _, err := more.Answer(); err != nil {
		t.Errorf("what was written meanwhile is answered with %v", err)
	}
	if n := a.said(t, "one"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	if n := a.said(t, "two"); n != 1 {
		t.Errorf("the other was said %d times", n)
	}
	if again, _ := a.ann.Self(); again == a.user {
		t.Error("ann is who has registered")
	}
}

func TestALineThatWasSentAsOneIsNotSaidAgainAsAnother(t *testing.T) {
	for _, room := range []string{"#tea", ""} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			lost := false
			f.other = func(c *fakeConn, _, line string) bool {
				if line != "/msg bob unheard" || lost {
					return false
				}
				lost = true
				f.mu.Lock()
				f.user = fakeUser + 1
				f.mu.Unlock()
				c.net.Close()
				return true
			}
			r := run(client.Config{Dial: f.dial, Room: room}, nil)
			if room == "" {
				if _, err := r.Send(t.Context(), "/part"); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.Send(t.Context(), "/msg bob unheard"); !errors.Is(err, client.ErrUnanswered) {
				t.Errorf("in %q: it ends with %v", room, err)
			}
			if _, err := r.Send(t.Context(), "/msg bob more"); err != nil {
				t.Errorf("in %q: what comes after is answered with %v", room, err)
			}
			finish(t, f, r)
			if got := slices.DeleteFunc(f.lines, func(line string) bool { return !strings.HasSuffix(line, "unheard") }); len(got) != 1 {
				t.Errorf("in %q: the server has received %q", room, got)
			}
		})
	}
}

// Numbers of another log may be those of a room that others read.
func TestWhatNamesARoomByNumberIsNotSaidInAnotherLog(t *testing.T) {
	var connections atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		tell := func(frame string) { ws.Write(r.Context(), websocket.MessageText, []byte(frame)) }
		n := connections.Add(1)
		tell(fmt.Sprintf(`{"type":"welcome","epoch":"E%d","seq":9,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby"}]}`, n))
		for {
			_, frame, err := ws.Read(r.Context())
			var asked api.Command
			if err != nil || json.Unmarshal(frame, &asked) != nil || n == 1 {
				return
			}
			if asked.Room != 0 {
				t.Errorf("in another log it asks for %+v", asked)
			}
			tell(`{"type":"ack","id":"` + asked.ID + `","seq":10}`)
		}
	}))
	defer site.Close()
	ann := visit(t, client.Config{Address: site.Listener.Addr().String(), MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond})
	until[client.Connected](t, ann, nil)
	if _, err := ann.Do(t.Context(), api.Command{Op: api.OpSay, Room: 2, Text: "a secret"}); !errors.Is(err, client.ErrUnanswered) {
		t.Errorf("it ends with %v", err)
	}
	ann.do(t, api.Command{Op: api.OpSay, To: "#lobby", Text: "hello"})
}
