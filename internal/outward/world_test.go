package outward_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/files"
	"hubbub/internal/hub"
	"hubbub/internal/outward"
	"hubbub/internal/preview"
	"hubbub/internal/push"
	"hubbub/internal/push/pushtest"
	"hubbub/internal/store"
)

// world is a hub with a worker, a web of one server, and a push service.
type world struct {
	*testing.T
	hub    *hub.Hub
	store  *store.Store
	files  *files.Store
	web    *http.ServeMux
	at     string // the web server's address
	pushes *pushtest.Service
}

// The server's own address, which nothing leads to.
const home = "https://chat.example.org"

// newWorld returns a world whose worker follows what is said from now on. Before it
// does, prepare is called.
func newWorld(t *testing.T, prepare func(w *world)) *world {
	t.Helper()
	dir := t.TempDir()
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	st, err := store.Open(dir, store.Options{Logger: logger, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, store: st, web: http.NewServeMux(), pushes: &pushtest.Service{}}
	nothing := func(dst []byte, _ *chat.RoomInfo, _ *chat.Event) []byte { return dst }
	w.hub, err = hub.New(t.Context(), hub.Config{
		Policy: hub.OpenPolicy(), Log: commitlog.NewLocal(), Store: st, Encoders: []hub.Encoder{nothing}, Limits: hub.NoLimits(), Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.files, err = files.Open(filepath.Join(dir, "files"), files.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running, working sync.WaitGroup
	running.Go(func() {
		if err := w.hub.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		w.hub.Close()
		running.Wait()
		stop()
		working.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.hub.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(w)
	}
	worker := outward.New(outward.Config{
		Hub: w.hub, Fetcher: w.fetcher(), Files: w.files, Sender: w.sender(dir), URL: home, Logger: logger,
	})
	working.Go(func() { worker.Run(ctx) })
	return w
}

// fetcher returns one that finds the web server under every name.
func (w *world) fetcher() *preview.Fetcher {
	server := httptest.NewServer(w.web)
	w.Cleanup(server.Close)
	at := server.Listener.Addr().(*net.TCPAddr).AddrPort()
	w.at = at.String()
	return preview.New(preview.Options{
		Agent:  "hubbub-test",
		Lookup: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{at.Addr()}, nil },
		Allow:  func(a netip.AddrPort) bool { return a == at },
	})
}

func (w *world) sender(dir string) *push.Sender {
	keys, err := push.LoadKeys(filepath.Join(dir, "push.key"))
	if err != nil {
		w.Fatal(err)
	}
	return push.NewSender(keys, "mailto:root@example.org", w.pushes)
}

// page has the web server show something.
func (w *world) page(path, kind, body string) {
	w.web.HandleFunc(path, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		_, _ = rw.Write([]byte(body)) // the reader may have had enough
	})
}

// person is somebody with a session.
type person struct {
	*hub.Session
	w *world
}

// Wake implements [hub.Peer].
func (p *person) Wake() {}

// Dialect implements [hub.Peer].
func (p *person) Dialect(*chat.RoomInfo) hub.Dialect { return 0 }

// member returns a new member, who is here.
func (w *world) member(nick string) *person {
	w.Helper()
	p := &person{w: w}
	p.Session = w.hub.Connect(netip.MustParseAddr("192.0.2.1"), p)
	p.Track()
	if err := p.Arrive(w.Context(), hub.Arrival{Nick: nick, Account: &hub.Account{Password: "x"}}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.Close)
	return p
}

// do does what has to succeed.
func (p *person) do(c chat.Command) chat.Outcome {
	p.w.Helper()
	out := p.Do(context.Background(), c)
	if out.Err != nil {
		p.w.Fatalf("%+v: %v", c, out.Err)
	}
	return out
}

func (p *person) say(room chat.RoomID, text string) chat.Seq {
	p.w.Helper()
	return p.do(chat.Command{Op: chat.Say, Room: room, Text: text}).Seq
}

func (p *person) keep(key, value string) {
	p.w.Helper()
	p.do(chat.Command{Op: chat.SetProperty, Name: key, Text: value, Private: true})
}

func (w *world) lobby() chat.RoomID {
	room, err := w.hub.RoomNamed(chat.Lobby)
	if err != nil {
		w.Fatal(err)
	}
	return room.ID
}

// message returns a message as it is now.
func (w *world) message(seq chat.Seq) hub.Message {
	w.Helper()
	m, ok, err := w.hub.MessageAt(w.Context(), seq)
	if !ok || err != nil {
		w.Fatalf("message %d: %v, %v", seq, ok, err)
	}
	return m
}

// until waits until something is so.
func (w *world) until(what string, so func() bool) {
	w.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for over := time.After(time.Minute); !so(); {
		select {
		case <-tick.C:
		case <-over:
			w.Fatalf("it does not come to pass that %s", what)
		}
	}
}

// previews waits until a message has so many previews.
func (w *world) previews(seq chat.Seq, n int) []chat.LinkPreview {
	w.Helper()
	w.until("a message has its previews", func() bool { return len(w.message(seq).Previews) == n })
	return w.message(seq).Previews
}

// slow has the web server show a picture, once: it says that it was asked, and waits
// for the word to answer.
func (w *world) slow(path string, asked chan<- struct{}, answer <-chan struct{}, body string) {
	w.web.HandleFunc(path+"{$}", func(rw http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		rw.Header().Set("Content-Type", "image/png")
		_, _ = rw.Write([]byte(body)) // the reader may have had enough
	})
}
