package remote_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hubtest"
	"hubbub/internal/tui"
)

// cutter dials connections of which each breaks somewhere, until it is calm.
type cutter struct {
	server *hubtest.Server
	calm   atomic.Bool
	cuts   atomic.Int64
}

func (c *cutter) dial(ctx context.Context) (net.Conn, error) {
	conn, err := c.server.Dial(ctx)
	if err != nil || c.calm.Load() {
		return conn, err
	}
	return &cutConn{Conn: conn, of: c, in: 500 + rand.N(12_000), out: 400 + rand.N(2500)}, nil
}

type cutConn struct {
	net.Conn
	of      *cutter
	in, out int // bytes that are left; each owned by one goroutine
}

func (c *cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p[:min(len(p), max(c.in, 1))])
	if c.in -= n; c.in <= 0 {
		c.cut()
	}
	return n, err
}

func (c *cutConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), max(c.out, 0))])
	if c.out -= n; c.out <= 0 {
		c.cut()
		return n, io.ErrClosedPipe
	}
	return n, err
}

func (c *cutConn) cut() {
	c.of.cuts.Add(1)
	c.Conn.Close()
}

// view is what an interface shows of a room that was told to it: entries in the order
// in which they came, as they read now.
func view(told []tui.Update, room chat.RoomID) (texts []string) {
	at := map[chat.Seq]int{}
	for _, u := range told {
		switch u := u.(type) {
		case tui.Posted:
			if u.Entry.Room == room && u.Entry.Kind == chat.Message {
				at[u.Entry.Seq] = len(texts)
				texts = append(texts, fmt.Sprint(u.Entry.Seq, " ", u.Entry.Text))
			}
		case tui.Changed:
			if i, ok := at[u.Entry.Seq]; ok {
				texts[i] = fmt.Sprint(u.Entry.Seq, " ", u.Entry.Text)
			}
		}
	}
	return texts
}

// Whatever breaks, what is told is what the room is: each message once, in one order,
// with its edits; and each draft is said once.
func TestCutsLoseAndDoubleNothing(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	c := &cutter{server: s}
	c.calm.Store(true)
	cfg := guest(s, "ann", "tea")
	cfg.Dial = c.dial
	ann := come(t, cfg)
	cfg.Nick = "bob"
	bob := come(t, cfg)
	tea := ann.room("#tea", nil).ID
	c.calm.Store(false)

	const each = 80
	text := func(nick string, i int) string { return fmt.Sprintf("%s %d %s", nick, i, strings.Repeat("x", 200)) }
	ended := make(chan error, 2)
	for _, p := range []*person{ann, bob} {
		nick := p.Self().Nick
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				err = p.Say(t.Context(), tui.Draft{ID: fmt.Sprintf("%s-%d", nick, i), Room: tea, Text: text(nick, i)})
			}
			ended <- err
		}()
	}
	ann.posted(text("ann", each/4))
	ann.must(s.Stop()) // which ends the connection that never breaks, too
	ann.must(s.Restart())
	for range 2 {
		ann.must(<-ended)
	}
	first := ann.posted(text("ann", 0)).Seq
	ann.must(ann.Edit(t.Context(), first, "ann 0 was another"))
	c.calm.Store(true)
	ann.say(tea, "the end", 0)
	ann.posted("the end")
	bob.posted("the end")
	if c.cuts.Load() < 4 {
		t.Errorf("only %d connections were cut", c.cuts.Load())
	}

	page := roomOf(ann, tea)
	if len(page) != 2*each+1 {
		t.Errorf("the room has %d messages, want %d", len(page), 2*each+1)
	}
	for _, p := range []*person{ann, bob} {
		if got := view(p.told, tea); !slices.Equal(got, page) {
			t.Errorf("%s was told %d messages, of the room's %d, or others:\n%q", p.Self().Nick, len(got), len(page), got)
		}
	}
}

// roomOf returns what a room has, page by page.
func roomOf(p *person, room chat.RoomID) (texts []string) {
	p.t.Helper()
	for before := chat.Seq(0); ; {
		page, err := p.Page(p.t.Context(), room, tui.Where{Before: before, Limit: 50})
		p.must(err)
		var part []string
		for _, e := range page.Entries {
			part = append(part, fmt.Sprint(e.Seq, " ", e.Text))
		}
		texts = append(part, texts...)
		if !page.Older {
			return texts
		}
		before = page.Entries[0].Seq
	}
}
