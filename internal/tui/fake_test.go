package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// fake is a chat with one user: what it is told it keeps, and tells back.
type fake struct {
	mu      sync.Mutex
	self    Person
	rooms   []Room
	entries map[chat.RoomID][]Entry
	people  []Person
	found   []Entry
	reply   Reply
	prefers map[string]string
	lost    error // of pages
	unknown bool  // what is preferred, as long as there is no connection
	picture []byte
	fetched []string // names of pictures
	calls   []string // what was asked of it, but for reading
	pages   int
	fail    error         // of what changes something
	hold    chan struct{} // drafts are not kept before it is closed; nil does not hold them
	places  bool          // but they are placed
	seq     chat.Seq
	pending []Update
	wake    chan struct{}
}

const (
	lobby chat.RoomID = iota + 1
	dev
	ops
	bobRoom
)

const (
	ann chat.UserID = iota + 101
	bob
	cid
	dora
)

func newFake() *fake {
	return &fake{
		self: Person{ID: ann, Nick: "ann"}, entries: map[chat.RoomID][]Entry{}, seq: 1000, prefers: map[string]string{},
		people: []Person{{ID: bob, Nick: "bob", Rank: chat.ModeratorRank}, {ID: ann, Nick: "ann"}, {ID: cid, Nick: "cid", Away: true}, {ID: dora, Nick: "日本の人"}},
	}
}

func (f *fake) Self() Person { return f.self }

func (f *fake) Next(ctx context.Context) ([]Update, error) {
	for {
		f.mu.Lock()
		got := f.pending
		f.pending = nil
		f.mu.Unlock()
		if len(got) > 0 {
			return got, nil
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// bring has Next return something.
func (f *fake) bring(updates ...Update) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, updates...)
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *fake) Page(_ context.Context, room chat.RoomID, w Where) (Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages++
	if f.lost != nil {
		return Page{}, f.lost
	}
	all := f.entries[room]
	at := func(s chat.Seq) int {
		i, _ := slices.BinarySearchFunc(all, s, func(e Entry, s chat.Seq) int { return cmp.Compare(e.Seq, s) })
		return i
	}
	from, to := max(0, len(all)-w.Limit), len(all)
	switch {
	case w.Before != 0:
		to = at(w.Before)
		from = max(0, to-w.Limit)
	case w.After != 0:
		from = at(w.After + 1)
		to = min(len(all), from+w.Limit)
	case w.Around != 0:
		from = max(0, at(w.Around)-w.Limit/2)
		to = min(len(all), from+w.Limit)
	}
	return Page{slices.Clone(all[from:to]), from > 0, to < len(all)}, nil
}

// read reports whether part of a timeline was read.
func (f *fake) read() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pages > 0
}

func (f *fake) list(what string) ([]Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.found, f.fail
}

func (f *fake) Thread(_ context.Context, root chat.Seq) ([]Entry, error) {
	return f.list(fmt.Sprint("thread ", root))
}
func (f *fake) Search(_ context.Context, query string) ([]Entry, error) {
	return f.list("search " + query)
}
func (f *fake) Mentions(context.Context) ([]Entry, error) { return f.list("mentions") }
func (f *fake) People(context.Context, chat.RoomID) ([]Person, error) {
	return f.people, nil
}

func (f *fake) did(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return f.fail
}

func (f *fake) Say(ctx context.Context, d Draft) error {
	if err := f.did("say %d %q action=%t answer=%d", d.Room, d.Text, d.Action, d.Answer); err != nil {
		return err
	}
	if f.places {
		d.Placed()
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.say(Entry{Room: d.Room, By: ann, Nick: "ann", Text: d.Text, Client: d.ID, Target: d.Answer})
	return nil
}

// say has somebody say something.
func (f *fake) say(e Entry) chat.Seq {
	f.mu.Lock()
	f.seq++
	e.Seq = f.seq
	if e.Kind == 0 {
		e.Kind = chat.Message
	}
	if e.Time.IsZero() {
		e.Time = noon
	}
	f.entries[e.Room] = append(f.entries[e.Room], e)
	f.mu.Unlock()
	f.bring(Posted{e})
	return e.Seq
}

func (f *fake) Edit(_ context.Context, s chat.Seq, text string) error {
	return f.did("edit %d %q", s, text)
}
func (f *fake) Delete(_ context.Context, s chat.Seq) error { return f.did("delete %d", s) }
func (f *fake) React(_ context.Context, s chat.Seq, emoji string, on bool) error {
	return f.did("react %d %s %t", s, emoji, on)
}
func (f *fake) MarkRead(_ context.Context, room chat.RoomID, s chat.Seq) error {
	return f.did("read %d %d", room, s)
}
func (f *fake) Typing(_ context.Context, room chat.RoomID) error { return f.did("typing %d", room) }
func (f *fake) Command(_ context.Context, room chat.RoomID, line string) (Reply, error) {
	return f.reply, f.did("command %d %q", room, line)
}

func (f *fake) Preferences(context.Context) (map[string]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unknown {
		return nil, errDown
	}
	return maps.Clone(f.prefers), nil
}

// Prefer keeps a value, and brings it back, as a server does.
func (f *fake) Prefer(_ context.Context, key, value string) error {
	if err := f.did("prefer %s %s", key, value); err != nil {
		return err
	}
	f.mu.Lock()
	f.prefers[key] = value
	f.mu.Unlock()
	f.bring(Preferred{key, value})
	return nil
}

func (f *fake) Picture(_ context.Context, file File) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fetched = append(f.fetched, file.Name)
	return f.picture, f.fail
}

// done returns what was asked of the session, but for markers and typing.
func (f *fake) done() (calls []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if !strings.HasPrefix(c, "read ") && !strings.HasPrefix(c, "typing ") {
			calls = append(calls, c)
		}
	}
	return calls
}

// was reports whether something was asked of the session.
func (f *fake) was(call string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.calls, call)
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// user is somebody at a terminal: it has keys pressed and reads the screen.
type user struct {
	t       testing.TB
	m       *Model
	f       *fake
	results chan tea.Msg
	running sync.WaitGroup
	raw     []string // what was written to the terminal beside the screen
	quit    bool
}

// use gives a test a terminal. All is within a bubble: waiting is until nothing
// moves any more.
func use(t *testing.T, f *fake, width, height int, options Options, act func(u *user)) {
	t.Helper()
	useSession(t, f, f, width, height, options, act)
}

// useSession is use of a session that has a fake behind it.
func useSession(t *testing.T, f *fake, s Session, width, height int, options Options, act func(u *user)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		f.wake = make(chan struct{}, 1) // here, where waiting for it counts
		options.Zone = time.UTC
		options.Now = func() time.Time { return noon.Add(time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))) }
		options.NewID = func() string { n++; return fmt.Sprint("id", n) }
		u := &user{t: t, f: f, m: New(ctx, s, options), results: make(chan tea.Msg, 10000)}
		u.start(u.m.Init())
		u.take(tea.WindowSizeMsg{Width: width, Height: height})
		u.settle()
		act(u)
		cancel()
		u.running.Wait()
	})
}

// start runs a command beside.
func (u *user) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	u.running.Go(func() { u.results <- cmd() })
}

// take gives the model a message.
func (u *user) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			u.start(cmd)
		}
	case tea.QuitMsg:
		u.quit = true
	case tea.RawMsg:
		u.raw = append(u.raw, fmt.Sprint(msg.Msg))
	default:
		_, cmd := u.m.Update(msg)
		u.start(cmd)
	}
}

// settle waits until nothing moves, and checks the screen.
func (u *user) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-u.results:
			u.take(msg)
			continue
		default:
		}
		checkFrame(u.t, u.m)
		return
	}
}

// named are the keys that have no text.
var named = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"tab": tea.KeyTab, "bs": tea.KeyBackspace, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"f1": tea.KeyF1, "delete": tea.KeyDelete,
}

// press presses keys: text, or names in braces as in {alt+enter}.
func (u *user) press(keys string) {
	for _, k := range keysOf(keys) {
		u.take(k)
		u.settle()
	}
}

func keysOf(keys string) (all []tea.KeyPressMsg) {
	for keys != "" {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(keys, "{"), "}"); ok && keys[0] == '{' {
			all = append(all, keyOf(name))
			keys = rest
			continue
		}
		r, n := utf8.DecodeRuneInString(keys)
		all = append(all, tea.KeyPressMsg{Code: r, Text: keys[:n]}) // which may be no character
		keys = keys[n:]
	}
	return all
}

func keyOf(name string) (k tea.KeyPressMsg) {
	parts := strings.Split(name, "+")
	for _, mod := range parts[:len(parts)-1] {
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
	}
	last := parts[len(parts)-1]
	if code, ok := named[last]; ok {
		k.Code = code
	} else {
		k.Code = []rune(last)[0]
	}
	return k
}

// bring has the session bring something.
func (u *user) bring(updates ...Update) {
	u.f.bring(updates...)
	u.settle()
}

// screen returns what is seen, without colours.
func (u *user) screen() string { return plainScreen(u.m.Frame()) }

func plainScreen(f Frame) string {
	var rows []string
	for _, r := range f.Rows {
		rows = append(rows, strings.TrimRight(strip(r), " "))
	}
	return strings.Join(rows, "\n")
}

// sees fails unless the screen shows a text.
func (u *user) sees(text string) {
	u.t.Helper()
	if s := u.screen(); !strings.Contains(s, text) {
		u.t.Errorf("the screen does not show %q:\n%s", text, s)
	}
}

// misses fails if the screen shows a text.
func (u *user) misses(text string) {
	u.t.Helper()
	if s := u.screen(); strings.Contains(s, text) {
		u.t.Errorf("the screen shows %q:\n%s", text, s)
	}
}

// asked fails unless the session was asked just that.
func (u *user) asked(want ...string) {
	u.t.Helper()
	if got := u.f.done(); !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
		u.t.Errorf("the session was asked %q, want %q", got, want)
	}
}

// written returns what is in the composer, with | for the cursor.
func (u *user) written() string {
	e := &u.m.composer.editor
	return e.Text()[:e.Cursor()] + "|" + e.Text()[e.Cursor():]
}

// ours are the only sequences that may be painted: colours and links.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;;[!-~]*\x1b\\\\")

func strip(s string) string { return ours.ReplaceAllString(s, "") }

// checkFrame fails unless a screen has as many rows as the window, none of them too
// wide, and no control but ours, and looks as if nothing had been kept of the last one.
func checkFrame(t testing.TB, m *Model) {
	t.Helper()
	f := m.Frame()
	m.sheet = sheet{}
	if anew := m.Frame(); !reflect.DeepEqual(f, anew) {
		t.Fatalf("the screen is\n%q\nand painted anew\n%q", f.Rows, anew.Rows)
	}
	if len(f.Rows) != m.height {
		t.Fatalf("%d rows in a window of %dx%d", len(f.Rows), m.width, m.height)
	}
	for i, r := range f.Rows {
		text := strip(r)
		if w := width(text); w > m.width {
			t.Fatalf("row %d is %d cells wide in a window of %dx%d: %q", i, w, m.width, m.height, text)
		}
		if bad := strings.IndexFunc(text, harmful); bad >= 0 {
			t.Fatalf("row %d has a control at %d: %q", i, bad, text)
		}
	}
	if !f.CursorHidden && (f.X < 0 || f.X >= m.width || f.Y < 0 || f.Y >= m.height) {
		t.Fatalf("the cursor is at %d,%d in a window of %dx%d", f.X, f.Y, m.width, m.height)
	}
}

func harmful(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

var errDown = errors.New("the line is down")
