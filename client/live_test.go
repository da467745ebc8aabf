package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// visitor is a Live that runs, with what it was told.
type visitor struct {
	*client.Live
	ended chan error

	mu   sync.Mutex // guards the following
	told []client.Update
	news chan struct{} // closed when there is more
}

// visit runs a Live until the test ends.
func visit(t *testing.T, cfg client.Config) *visitor {
	t.Helper()
	l, err := client.NewLive(cfg)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{Live: l, ended: make(chan error, 1), news: make(chan struct{})}
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { v.ended <- l.Run(ctx, v.take) })
	t.Cleanup(func() { end(); running.Wait() })
	return v
}

func (v *visitor) take(u client.Update) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told = append(v.told, u)
	close(v.news)
	v.news = make(chan struct{})
}

// until waits for an update for which ok holds, and returns it.
func until[T client.Update](t *testing.T, v *visitor, ok func(T) bool) T {
	t.Helper()
	for from := 0; ; {
		v.mu.Lock()
		told, news := v.told[from:], v.news
		from = len(v.told)
		v.mu.Unlock()
		for _, u := range told {
			if u, is := u.(T); is && (ok == nil || ok(u)) {
				return u
			}
		}
		select {
		case <-news:
		case err := <-v.ended:
			v.ended <- err
			t.Fatalf("waiting for a %T, it ended: %v", *new(T), err)
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}

// texts returns what was said, in the order in which it was told.
func (v *visitor) texts() (all []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, u := range v.told {
		if ev, ok := u.(client.Event); ok && ev.Kind == "message" {
			all = append(all, ev.Text)
		}
	}
	return all
}

func (v *visitor) do(t *testing.T, c api.Command) api.Message {
	t.Helper()
	m, err := v.Do(t.Context(), c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return m
}

func dialTo(s *hubtest.Server) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return s.Dial(ctx) }
}

func TestLiveTalksAndAsks(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := visit(t, client.Config{Address: s.Addr(), Nick: "ann", Room: "tea"})
	until(t, ann, func(e client.Entered) bool { return e.Name == "#tea" })
	bob := visit(t, client.Config{Address: s.Addr(), Nick: "bob", Room: "#tea"})
	room := until(t, bob, func(e client.Entered) bool { return e.Name == "#tea" }).ID
	until(t, ann, func(e client.Event) bool { return e.Kind == "joined" && e.Nick == "bob" && e.Room == room })

	said := ann.do(t, api.Command{ID: ann.NewID(), Op: api.OpSay, Room: room, Text: "the kettle, @bob"}).Seq
	until(t, bob, func(e client.Event) bool { return e.Text == "the kettle, @bob" && e.Seq == said })
	bob.do(t, api.Command{Op: api.OpSay, Room: room, Target: said, Text: "boils"})
	bob.do(t, api.Command{Op: api.OpReact, Target: said, Text: "👍"})
	ann.do(t, api.Command{Op: api.OpEdit, Target: said, Text: "the samovar, @bob"})

	page, err := bob.Messages(t.Context(), room, client.Range{})
	if err != nil || len(page.Messages) != 2 || page.Messages[0].Text != "the samovar, @bob" || !page.Messages[0].Reactions[0].Mine {
		t.Errorf("the page is %+v, %v", page, err)
	}
	thread, err := ann.Thread(t.Context(), said)
	if err != nil || len(thread.Messages) != 1 || thread.Messages[0].Text != "boils" {
		t.Errorf("the thread is %+v, %v", thread, err)
	}
	if m, err := ann.Message(t.Context(), said); err != nil || m.Replies == nil || m.Replies.Count != 1 {
		t.Errorf("the message is %+v, %v", m, err)
	}
	if p, err := ann.Members(t.Context(), room, 0); err != nil || len(p.People) != 2 {
		t.Errorf("in the room are %+v, %v", p, err)
	}
	if r, err := bob.Room(t.Context(), room); err != nil || r.Unread != 1 || r.Mentions != 1 {
		t.Errorf("the room is %+v, %v", r, err)
	}
	html := strings.Repeat("<>&", 32<<10/3)
	ann.do(t, api.Command{Op: api.OpSay, Room: room, Text: html})
	until(t, bob, func(e client.Event) bool { return e.Text == html })
	ann.do(t, api.Command{Op: api.OpProperty, Name: "settings", Text: "{}", Private: true})
	if p, err := ann.Properties(t.Context()); err != nil || p["settings"] != "{}" {
		t.Errorf("the properties are %v, %v", p, err)
	}
	var no *client.Refused
	if _, err := bob.Do(t.Context(), api.Command{Op: api.OpEdit, Target: said, Text: "coffee"}); !errors.As(err, &no) || no.Code != "forbidden" {
		t.Errorf("editing somebody else's was answered with %v", err)
	}
	if _, err := bob.Room(t.Context(), 999_999); !errors.As(err, &no) || no.Code != "not-found" {
		t.Errorf("a room that there is not was answered with %v", err)
	}
	ann.Signal(api.Command{Op: api.OpTyping, Room: room})
	until(t, bob, func(u client.Signalled) bool { return u.Kind == api.SignalTyping && u.Nick == "ann" && u.Room == room })
}

func TestLiveHasLinesDoneInARoom(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := visit(t, client.Config{Address: s.Addr(), Nick: "ann", Room: "tea"})
	until(t, ann, func(e client.Entered) bool { return e.Name == "#tea" })
	if m, err := ann.Line(t.Context(), "#tea", "/topic hot"); err != nil || m.Type != api.TypeAck {
		t.Errorf("the topic was answered with %+v, %v", m, err)
	}
	until(t, ann, func(e client.Event) bool { return e.Kind == "topic" && e.Text == "hot" })
	if m, err := ann.Line(t.Context(), "#tea", "/who"); err != nil || !strings.Contains(m.Text, "ann") {
		t.Errorf("/who was answered with %+v, %v", m, err)
	}
	var no *client.Refused
	if _, err := ann.Line(t.Context(), "#tea", "/kick nobody"); !errors.As(err, &no) {
		t.Errorf("/kick nobody was answered with %v", err)
	}
	user, _ := ann.Self()
	ann.do(t, api.Command{Op: api.OpPing}) // she is still there, under the same id
	if again, _ := ann.Self(); again != user {
		t.Errorf("ann was %d and is %d", user, again)
	}
}

// breaking dials connections of which each breaks after some bytes, in one direction
// or the other, until calm is set.
type breaking struct {
	server *hubtest.Server
	calm   atomic.Bool
	cuts   atomic.Int64
}

func (b *breaking) dial(ctx context.Context) (net.Conn, error) {
	c, err := b.server.Dial(ctx)
	if err != nil || b.calm.Load() {
		return c, err
	}
	broken := &brittle{Conn: c, from: b}
	broken.in.Store(300 + rand.N[int64](9000))
	broken.out.Store(300 + rand.N[int64](2500))
	return broken, nil
}

type brittle struct {
	net.Conn
	from    *breaking
	in, out atomic.Int64 // bytes that are left
}

func (c *brittle) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p[:min(len(p), int(max(c.in.Load(), 1)))])
	if c.in.Add(-int64(n)) <= 0 {
		c.cut()
	}
	return n, err
}

func (c *brittle) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), int(max(c.out.Load(), 0)))])
	if c.out.Add(-int64(n)) <= 0 {
		c.cut()
		return n, io.ErrClosedPipe
	}
	return n, err
}

func (c *brittle) cut() {
	c.from.cuts.Add(1)
	c.Conn.Close()
}

func TestLiveSaysAndHearsEachOnceWhateverBreaks(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	b := &breaking{server: s}
	cfg := client.Config{Dial: b.dial, Patient: true, MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond}
	cfg.Nick = "ann"
	ann := visit(t, cfg)
	cfg.Nick = "bob"
	bob := visit(t, cfg)
	until[client.Connected](t, ann, nil)
	until[client.Connected](t, bob, nil)

	const each = 150
	var sent []*client.Command
	for i := range each {
		for _, v := range []*visitor{ann, bob} {
			_, nick := v.Self()
			cmd, err := v.Submit(t.Context(), api.Command{Op: api.OpSay, To: "#lobby", Text: fmt.Sprintf("%s %d", nick, i)})
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, cmd)
		}
	}
	for _, cmd := range sent {
		if m, err := cmd.Answer(); err != nil || m.Seq == 0 {
			t.Fatalf("%q was answered with %+v, %v", cmd.Asked.Text, m, err)
		}
	}
	b.calm.Store(true)
	last := func(v *visitor) {
		seq := ann.do(t, api.Command{Op: api.OpSay, To: "#lobby", Text: "the end"}).Seq
		until(t, v, func(e client.Event) bool { return e.Seq == seq })
	}
	last(ann)
	last(bob)
	if b.cuts.Load() < 4 {
		t.Errorf("only %d connections were cut", b.cuts.Load())
	}
	for _, v := range []*visitor{ann, bob} {
		said := slices.DeleteFunc(v.texts(), func(s string) bool { return s == "the end" })
		for _, nick := range []string{"ann", "bob"} {
			for i, n := 0, 0; i < len(said); i++ {
				if strings.HasPrefix(said[i], nick) {
					if want := fmt.Sprintf("%s %d", nick, n); said[i] != want {
						t.Fatalf("of %s was told %q where %q was due", nick, said[i], want)
					}
					n++
				}
			}
		}
		if len(said) != 2*each {
			t.Errorf("%d messages were told, want %d", len(said), 2*each)
		}
		for _, u := range v.told {
			if gap, ok := u.(client.Gap); ok {
				t.Errorf("there was a gap: %+v", gap)
			}
		}
	}
}

// Another log, or too much that has happened: reading begins anew, and that is told.
func TestLiveTellsWhenItBeginsAnew(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := visit(t, client.Config{Address: s.Addr(), Nick: "ann", Epoch: "another", After: 3})
	if c := until[client.Connected](t, ann, nil); !c.Stale || c.Resumed {
		t.Errorf("the welcome is %+v", c)
	}
	epoch, after := ann.Position()
	for range 5 {
		ann.do(t, api.Command{Op: api.OpSay, To: "#lobby", Text: "more"})
	}
	bob := visit(t, client.Config{Address: s.Addr(), Nick: "bob", Epoch: epoch, After: after, Backlog: 3})
	if c := until[client.Connected](t, bob, nil); c.Stale || c.Resumed {
		t.Errorf("the welcome after much is %+v", c)
	}
	cid := visit(t, client.Config{Address: s.Addr(), Nick: "cid", Epoch: epoch, After: after, Backlog: 100})
	if c := until[client.Connected](t, cid, nil); c.Stale || !c.Resumed {
		t.Errorf("the welcome after little is %+v", c)
	}
}

// What was submitted while the server was away is said once it is back.
func TestLiveOutlastsARestart(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := visit(t, client.Config{Dial: dialTo(s), Nick: "ann", MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond})
	until[client.Connected](t, ann, nil)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	until[client.Lost](t, ann, nil)
	cmd, err := ann.Submit(t.Context(), api.Command{Op: api.OpSay, To: "#lobby", Text: "written without a connection"})
	if err != nil {
		t.Fatal(err)
	}
	if ann.Online() || len(ann.Unanswered()) != 1 {
		t.Errorf("online %t, %d unanswered", ann.Online(), len(ann.Unanswered()))
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if m, err := cmd.Answer(); err != nil || m.Seq == 0 {
		t.Errorf("it was answered with %+v, %v", m, err)
	}
}

func TestLiveSaysWhyItCannotBe(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "a shop", http.StatusNotFound) }))
	defer site.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "220 mail.example.org ESMTP\r\n")
			c.Close()
		}
	}()
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	var no *client.Refused
	var barred *client.Barred
	for _, c := range []struct {
		name string
		cfg  client.Config
		ok   func(error) bool
	}{
		{"another site", client.Config{Address: site.Listener.Addr().String()}, func(err error) bool { return errors.Is(err, client.ErrNoAPI) }},
		{"another protocol", client.Config{Address: silent.Addr().String()}, func(err error) bool { return errors.Is(err, client.ErrNoAPI) }},
		{"a token of nobody's", client.Config{Address: s.Addr(), Token: "hub_nobody"}, func(err error) bool {
			return errors.As(err, &no) && no.Code == "forbidden" && !errors.As(err, &barred)
		}},
		{"a wrong password", client.Config{Address: s.Addr(), User: "ada", Password: "wrong"}, func(err error) bool { return errors.As(err, &no) && no.Code == "forbidden" }},
		{"a room that can't be", client.Config{Address: s.Addr(), Room: "a b"}, func(err error) bool { return errors.As(err, &no) && errors.As(err, &barred) }},
		{"nobody", client.Config{Address: "127.0.0.1:1"}, func(err error) bool { var op *net.OpError; return errors.As(err, &op) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := client.NewLive(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Run(t.Context(), func(client.Update) {}); !c.ok(err) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// Several events may come in one frame.
func TestLiveTakesEventsTogether(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		for _, frame := range []string{
			`{"type":"welcome","epoch":"E","seq":1,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby","members":1,"head":1}]}`,
			`{"type":"events","events":[{"seq":3,"prev":1,"room":2,"kind":"message","text":"one"},{"seq":4,"prev":3,"room":2,"kind":"message","text":"two"}]}`,
		} {
			if err := ws.Write(r.Context(), websocket.MessageText, []byte(frame)); err != nil {
				t.Error(err)
			}
		}
		ws.Read(r.Context()) // until the peer goes
	}))
	defer site.Close()
	ann := visit(t, client.Config{Address: site.Listener.Addr().String()})
	until(t, ann, func(e client.Event) bool { return e.Text == "two" })
	if got := ann.texts(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("was told %q", got)
	}
}

// A connection that is lost before the server has answered is not where one wants to be.
func TestLiveGoesWhereItIsMeantToAfterALoss(t *testing.T) {
	var connections atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		tell := func(frame string) { ws.Write(r.Context(), websocket.MessageText, []byte(frame)) }
		tell(`{"type":"welcome","epoch":"E","seq":1,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby","members":1,"head":1}]}`)
		for {
			_, frame, err := ws.Read(r.Context())
			var asked api.Command
			if err != nil || json.Unmarshal(frame, &asked) != nil {
				return
			}
			switch n := connections.Add(1); {
			case asked.Op != api.OpJoin || asked.To != "#tea":
				t.Errorf("it asks for %+v", asked)
			case n == 1:
				return
			case n == 2:
				tell(`{"type":"error","id":"` + asked.ID + `","code":"unavailable","text":"The server is stopping."}`)
			default:
				tell(`{"type":"entered","room":{"id":3,"name":"#tea"}}`)
				tell(`{"type":"ack","id":"` + asked.ID + `"}`)
			}
		}
	}))
	defer site.Close()
	ann := visit(t, client.Config{Address: site.Listener.Addr().String(), Room: "tea", MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond})
	until(t, ann, func(e client.Entered) bool { return e.Name == "#tea" })
}

// pipes is a listener to which one connects within the process.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

func (p pipes) dial(context.Context) (net.Conn, error) {
	mine, theirs := net.Pipe()
	p <- theirs
	return mine, nil
}

// A server that is gone before it has let us into a room is found out, too.
func TestLiveNoticesSilenceBeforeItHasArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := make(pipes)
		site := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
			if err != nil {
				t.Error(err)
				return
			}
			defer ws.CloseNow()
			ws.Write(r.Context(), websocket.MessageText, []byte(`{"type":"welcome","epoch":"E","seq":1,"user":7,"nick":"ann"}`))
			for err == nil { // and not a word
				_, _, err = ws.Read(r.Context())
			}
		})}
		var serving sync.WaitGroup
		serving.Go(func() { site.Serve(to) })
		t.Cleanup(func() { site.Close(); serving.Wait() })
		ann := visit(t, client.Config{Dial: to.dial, Room: "tea"})
		if lost := until[client.Lost](t, ann, nil); !strings.Contains(lost.Err.Error(), "said nothing") {
			t.Errorf("it was lost because of %v", lost.Err)
		}
	})
}

// A server that can take nothing is asked for one thing again, and not for all.
func TestLiveSendsOneAgainToAServerThatHasTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := make(pipes)
		var mu sync.Mutex
		var heard [][]string // on each connection
		site := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
			if err != nil {
				t.Error(err)
				return
			}
			defer ws.CloseNow()
			tell := func(frame string) { ws.Write(r.Context(), websocket.MessageText, []byte(frame)) }
			tell(`{"type":"welcome","epoch":"E","seq":1,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby","members":1,"head":1}]}`)
			mu.Lock()
			n := len(heard)
			heard = append(heard, nil)
			mu.Unlock()
			for {
				_, frame, err := ws.Read(r.Context())
				var asked api.Command
				if err != nil || json.Unmarshal(frame, &asked) != nil {
					return
				}
				mu.Lock()
				heard[n] = append(heard[n], asked.Text)
				mu.Unlock()
				answer := `{"type":"error","id":"` + asked.ID + `","code":"unavailable","text":"The server could not take this now."}`
				if n == 2 {
					answer = `{"type":"ack","id":"` + asked.ID + `"}`
				}
				time.AfterFunc(time.Second, func() { // when all that is sent is here
					mu.Lock()
					defer mu.Unlock()
					if n == 2 && asked.Text == "one" {
						heard[n] = append(heard[n], "and then")
					}
					tell(answer)
				})
			}
		})}
		var serving sync.WaitGroup
		serving.Go(func() { site.Serve(to) })
		t.Cleanup(func() { site.Close(); serving.Wait() })
		live, err := client.NewLive(client.Config{Dial: to.dial})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"one", "two", "three"} {
			if _, err := live.Submit(t.Context(), api.Command{Op: api.OpSay, Room: 2, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, end := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { live.Run(ctx, func(client.Update) {}) })
		for len(live.Unanswered()) > 0 {
			<-time.After(time.Second)
		}
		end()
		running.Wait()
		mu.Lock()
		defer mu.Unlock()
		if got, want := fmt.Sprint(heard), "[[one two three] [one] [one and then two three]]"; got != want {
			t.Errorf("it sent %s, want %s", got, want)
		}
	})
}

func TestOnlyGuestsLeave(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann, err := client.NewLive(client.Config{Address: s.Addr(), Nick: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	if err := ann.Run(ctx, func(u client.Update) {
		if _, ok := u.(client.Connected); ok {
			end()
		}
	}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := ann.Leave(t.Context()); err != nil {
		t.Error(err)
	}
	member, err := client.NewLive(client.Config{Address: "127.0.0.1:1", Token: "hub_somebody's"})
	if err != nil {
		t.Fatal(err)
	}
	if err := member.Leave(t.Context()); err != nil {
		t.Errorf("the token of a member was to be dropped: %v", err)
	}
}
