package hub_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

// world is a hub over a store in a temporary directory.
type world struct {
	testing.TB
	dir   string
	store *store.Store
	log   *countedLog
	hub   *hub.Hub
	ended chan error // receives what Run returns
	once  sync.Once

	hook    atomic.Pointer[commitHook] // in place of the store's Commit; nil for that
	stopper *client                    // whose messages batch has committed
}

// countedLog tells when something has been appended.
type countedLog struct {
	*commitlog.Local
	appended atomic.Int64
}

func (l *countedLog) Append(ctx context.Context, c *chat.Command) error {
	err := l.Local.Append(ctx, c)
	l.appended.Add(1)
	return err
}

// aside does something on a goroutine of its own.
func aside[T any](f func() T) <-chan T {
	done := make(chan T, 1)
	go func() { done <- f() }()
	return done
}

// appending is aside for what appends to the log; it returns when it has.
func appending[T any](w *world, f func() T) <-chan T {
	w.Helper()
	before := w.log.appended.Load()
	done := aside(f)
	waitFor(w, "a command in the log", func() bool { return w.log.appended.Load() > before })
	return done
}

// commitHook is called with the events of a batch and what commits them.
type commitHook func(events []chat.Event, commit func() error) error

// newWorld returns a hub that runs until the test ends. The functions are
// called before Run.
func newWorld(t testing.TB, limits hub.Limits, before ...func(*hub.Hub)) *world {
	t.Helper()
	return openWorld(t, t.TempDir(), limits, before...)
}

func openWorld(t testing.TB, dir string, limits hub.Limits, before ...func(*hub.Hub)) *world {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, dir: dir, store: s, log: &countedLog{Local: commitlog.NewLocal()}, ended: make(chan error, 1)}
	w.hub, err = hub.New(t.Context(), hub.Config{Policy: hub.OpenPolicy(),
		Log: w.log, Store: s, Encoders: []hub.Encoder{encodeAll, encodeText, encodeAll}, Bundlers: map[hub.Dialect]hub.Bundler{dialectBundled: bundle}, Limits: limits, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.hub.OnCommit(func(events []chat.Event, commit func() error) error {
		if hook := w.hook.Load(); hook != nil {
			return (*hook)(events, commit)
		}
		return commit()
	})
	for _, f := range before {
		f(w.hub)
	}
	go func() { w.ended <- w.hub.Run(context.Background()) }()
	t.Cleanup(func() { w.stop() })
	if err := w.hub.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// stop ends the hub and the store, and returns what Run returned.
func (w *world) stop() (err error) {
	w.once.Do(func() {
		w.hub.Close()
		err = <-w.ended
		if err := w.store.Close(); err != nil {
			w.Error(err)
		}
	})
	return err
}

// onCommit has hook called for the next batch, once.
func (w *world) onCommit(hook commitHook) {
	var once commitHook = func(events []chat.Event, commit func() error) error {
		w.hook.Store(nil)
		return hook(events, commit)
	}
	w.hook.Store(&once)
}

// batch has what f sends decided in one batch: it keeps the one before from
// being committed until f returns.
func (w *world) batch(f func()) {
	w.Helper()
	if w.stopper == nil {
		w.stopper = w.guest("stopper")
		w.stopper.must(chat.Command{Op: chat.Leave, Room: w.lobby()})
		w.stopper.join("#stopper")
	}
	committing, release := make(chan struct{}), make(chan struct{})
	w.onCommit(func(_ []chat.Event, commit func() error) error {
		close(committing)
		<-release
		return commit()
	})
	w.stopper.send(chat.Command{Op: chat.SetTopic, Room: w.stopper.Joined()[0].ID, Text: rand.Text()})
	<-committing
	defer close(release)
	f()
}

// The dialects of the tests: all fields that matter, the bare text, which is nothing
// for events that have none, and all fields with up to bundled events in a frame.
const (
	dialectAll hub.Dialect = iota
	dialectText
	dialectBundled
)

// bundled is how many events a frame of dialectBundled tells at most.
const bundled = 3

// bundle appends a line of its own, and then the events.
func bundle(dst []byte, e *hub.Entry, i int) ([]byte, int) {
	end := min(i+bundled, len(e.Events))
	dst = append(strconv.AppendInt(append(dst, bundleMark...), int64(end-i), 10), '\n')
	for ; i < end; i++ {
		dst = encodeAll(dst, e.RoomAt(i), &e.Events[i])
	}
	return dst, end
}

// bundleMark begins a frame with several events.
const bundleMark = "+"

func encodeAll(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	for _, n := range [...]uint64{uint64(ev.Seq), uint64(ev.Prev), uint64(ev.Room), uint64(ev.Kind), uint64(ev.By), uint64(ev.Target)} {
		dst = append(strconv.AppendUint(dst, n, 10), ' ')
	}
	return append(strconv.AppendQuote(dst, ev.Text), '\n')
}

func encodeText(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	if ev.Text == "" {
		return dst
	}
	return append(append(dst, ev.Text...), '\n')
}

// event is what a reader gets to know of an event.
type event struct {
	seq, prev chat.Seq
	room      chat.RoomID
	kind      chat.Kind
	by        chat.UserID
	target    chat.Seq
	text      string
}

func (e event) String() string {
	return fmt.Sprintf("%d(%d) %v in %d by %d %q", e.seq, e.prev, e.kind, e.room, e.by, e.text)
}

// unbundle returns frames with each event by itself, and how many told several.
func unbundle(frames []byte) (single []byte, bundles int) {
	for line := range strings.Lines(string(frames)) {
		if strings.HasPrefix(line, bundleMark) {
			bundles++
			continue
		}
		single = append(single, line...)
	}
	return single, bundles
}

// parse is the inverse of encodeAll.
func parse(frames []byte) (events []event, err error) {
	for line := range strings.Lines(string(frames)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 7)
		if len(fields) != 7 {
			return nil, fmt.Errorf("a torn frame: %q", line)
		}
		var n [6]uint64
		for i := range n {
			if n[i], err = strconv.ParseUint(fields[i], 10, 64); err != nil {
				return nil, fmt.Errorf("frame %q: %w", line, err)
			}
		}
		text, err := strconv.Unquote(fields[6])
		if err != nil {
			return nil, fmt.Errorf("frame %q: %w", line, err)
		}
		events = append(events, event{
			chat.Seq(n[0]), chat.Seq(n[1]), chat.RoomID(n[2]), chat.Kind(n[3]), chat.UserID(n[4]), chat.Seq(n[5]), text,
		})
	}
	return events, nil
}

// client is a session and its reader. The reader looks only when the hub has
// woken it, as a gateway does: so a wake-up that is forgotten is found.
type client struct {
	*hub.Session
	w       *world
	dialect hub.Dialect
	max     int  // bytes of a delivery
	wait    bool // whether Next may read from the store at once
	woken   chan struct{}

	mu    sync.Mutex // guards wakes
	wakes int        // since the last Next

	// Owned by the reader.
	got    []hub.Delivery // Bytes are left out: they are in events
	events []event
	err    error // what Next returned

	bundles int // frames with several events
}

// Wake implements [hub.Peer].
func (c *client) Wake() {
	c.mu.Lock()
	c.wakes++
	c.mu.Unlock()
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// Dialect implements [hub.Peer].
func (c *client) Dialect(*chat.RoomInfo) hub.Dialect { return c.dialect }

var localhost = netip.MustParseAddr("127.0.0.1")

// connect returns a session that speaks for nobody yet.
func (w *world) connect(from netip.Addr) *client {
	c := &client{w: w, max: 4096, woken: make(chan struct{}, 1)}
	c.Session = w.hub.Connect(from, c)
	w.Cleanup(c.Close)
	return c
}

// arrive returns a session that speaks for a guest.
func (w *world) arrive(a hub.Arrival) *client {
	w.Helper()
	c := w.connect(localhost)
	if err := c.Arrive(w.Context(), a); err != nil {
		w.Fatalf("arrive as %+v: %v", a, err)
	}
	c.Settled()
	return c
}

func (w *world) guest(nick string) *client {
	w.Helper()
	return w.arrive(hub.Arrival{Nick: nick})
}

// must does a command that has to succeed.
func (c *client) must(cmd chat.Command) chat.Outcome {
	c.w.Helper()
	out := c.Do(context.Background(), cmd)
	if out.Err != nil {
		c.w.Fatalf("%+v: %v", cmd, out.Err)
	}
	return out
}

// send proposes a command, whose answer has itself as the tag.
func (c *client) send(cmd chat.Command) {
	c.w.Helper()
	if err := c.Send(context.Background(), cmd, cmd); err != nil {
		c.w.Fatalf("%+v: %v", cmd, err)
	}
}

// post posts what has to be taken.
func (c *client) post(body string) {
	if err := c.Post(context.Background(), []byte(body)); err != nil {
		c.w.Errorf("post: %v", err)
	}
}

func (c *client) say(room chat.RoomID, text string) chat.Seq {
	c.w.Helper()
	return c.must(chat.Command{Op: chat.Say, Room: room, Text: text}).Seq
}

func (c *client) join(name string) chat.RoomID {
	c.w.Helper()
	return c.must(chat.Command{Op: chat.Join, Name: name}).Room
}

func (w *world) lobby() chat.RoomID {
	w.Helper()
	room, err := w.hub.RoomNamed(chat.Lobby)
	if err != nil {
		w.Fatal(err)
	}
	return room.ID
}

// next asks for one delivery and files it.
func (c *client) next() hub.Delivery {
	c.mu.Lock()
	c.wakes = 0
	c.mu.Unlock()
	d, err := c.Next(context.Background(), c.max, c.wait)
	if err == nil && d.Kind == hub.Lagging {
		d, err = c.Next(context.Background(), c.max, true)
	}
	if err != nil {
		c.err = err
		return hub.Delivery{}
	}
	if d.Kind == hub.Events && c.dialect != dialectText {
		frames, bundles := unbundle(d.Bytes)
		c.bundles += bundles
		events, err := parse(frames)
		if err != nil {
			c.w.Error(err)
		}
		if len(events) == 0 || events[len(events)-1].seq != d.Last {
			c.w.Errorf("a delivery up to %d brought %v", d.Last, events)
		}
		if len(events) > 1 && bundles != 1 && len(d.Bytes) > c.max {
			c.w.Errorf("a delivery of %d events has %d bytes, more than %d", len(events), len(d.Bytes), c.max)
		}
		c.events = append(c.events, events...)
	}
	if d.Kind != hub.Nothing {
		c.got = append(c.got, d)
	}
	return d
}

// drain takes everything that is there.
func (c *client) drain() {
	for c.next().Kind != hub.Nothing {
	}
}

// patience is how long a test waits for what must come. It is only ever used
// up by a test that fails.
const patience = 5 * time.Second

// await reads, each time it is woken, until ok.
func (c *client) await(what string, ok func() bool) {
	c.w.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for c.drain(); !ok() && c.err == nil; c.drain() {
		select {
		case <-c.woken:
		case <-late.C:
			c.w.Fatalf("%s: nothing came; so far %v", what, c.describe())
		}
	}
}

// awaitSeq reads until the event at seq has come.
func (c *client) awaitSeq(seq chat.Seq) {
	c.w.Helper()
	c.await(fmt.Sprintf("event %d", seq), func() bool { return c.last() >= seq })
}

// last returns the position of the last event delivered.
func (c *client) last() chat.Seq {
	if len(c.events) == 0 {
		return 0
	}
	return c.events[len(c.events)-1].seq
}

// describe tells what has been delivered, in short.
func (c *client) describe() (lines []string) {
	for _, d := range c.got {
		switch d.Kind {
		case hub.Events:
			lines = append(lines, fmt.Sprintf("events of %d to %d", d.Room.ID, d.Last))
		case hub.Entered:
			lines = append(lines, fmt.Sprintf("entered %d after %d", d.Room.ID, d.After))
		case hub.Exited:
			lines = append(lines, fmt.Sprintf("exited %d", d.Room.ID))
		case hub.Answered:
			lines = append(lines, fmt.Sprintf("answer %v %d", d.Answer.Tag, d.Answer.Outcome.Seq))
		}
	}
	return lines
}

// answers returns the answers, in order.
func (c *client) answers() (answers []hub.Answer) {
	for _, d := range c.got {
		if d.Kind == hub.Answered {
			answers = append(answers, d.Answer)
		}
	}
	return answers
}

// texts returns what was said, in order.
func (c *client) texts() (texts []string) {
	for _, ev := range c.events {
		if ev.kind == chat.Message {
			texts = append(texts, ev.text)
		}
	}
	return texts
}

// kinds returns the kinds of the deliveries so far, runs of events as one.
func (c *client) kinds() (kinds []hub.DeliveryKind) {
	for _, d := range c.got {
		if n := len(kinds); d.Kind != hub.Events || n == 0 || kinds[n-1] != hub.Events {
			kinds = append(kinds, d.Kind)
		}
	}
	return kinds
}

// wantOrder checks what holds for every stream: it strictly increases, and in
// each room no event is missing.
func (c *client) wantOrder() {
	c.w.Helper()
	last := map[chat.RoomID]chat.Seq{}
	seq := chat.Seq(0)
	for _, ev := range c.events {
		if ev.seq <= seq {
			c.w.Errorf("event %v comes after %d", ev, seq)
		}
		if prev, ok := last[ev.room]; ok && prev != ev.prev && ev.kind != chat.Joined && ev.kind != chat.Arrived {
			c.w.Errorf("event %v comes in its room after %d", ev, prev)
		}
		seq, last[ev.room] = ev.seq, ev.seq
	}
}

// waitFor waits until ok, which something that is under way brings about.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Microsecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not in %v", what, patience)
		}
	}
}

// code returns an error's code, or 0 for none.
func code(err *chat.Error) chat.Code {
	if err == nil {
		return 0
	}
	return err.Code
}
