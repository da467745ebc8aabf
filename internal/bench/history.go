package bench

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// historyPage is how many messages are asked for at once.
const historyPage = 100

// history fills the room, and then asks for the end of its past again and again.
// A room that an earlier run has filled, in a data directory that is kept, needs
// no filling.
func (r *runner) history(ctx context.Context) error {
	h := &History{}
	r.res.History = h
	if r.cfg.Count > 0 && r.cfg.Senders > 0 {
		r.fill(ctx)
		_, h.Filled = r.f.totals()
	}
	if ctx.Err() != nil {
		return nil
	}
	room := r.f.rooms[0].name
	g, err := callOn(ctx, r.srv.address, ircHistorian(), "historian", room)
	if err != nil {
		return fmt.Errorf("bench: read the history of %s: %w", room, err)
	}
	defer g.close()
	fmt.Fprintf(r.progress, "reading for %v\n", r.cfg.Duration)
	return r.readHistory(ctx, g, room)
}

// fill sends the configured number of messages, however long that takes.
func (r *runner) fill(ctx context.Context) {
	fmt.Fprintf(r.progress, "filling %s with %s\n", r.f.rooms[0].name, plural(r.cfg.Count, "message"))
	r.open()
	r.f.send()
	r.wait(ctx, maxDuration, true)
	r.f.halt()
	r.drain(ctx)
}

// readHistory asks for the configured time, and at least once.
func (r *runner) readHistory(ctx context.Context, g *guest, room string) error {
	h := r.res.History
	var times histogram
	var lines uint64
	before := r.look()
	deadline := time.Now().Add(r.cfg.Duration)
	for h.Asked == 0 || time.Now().Before(deadline) {
		asked := time.Now()
		n, err := g.latest(room, historyPage)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return fmt.Errorf("bench: read the history of %s: %w", room, err)
		}
		times.record(int64(time.Since(asked)))
		lines += uint64(n)
		h.Asked++
	}
	h.Answer = times.latency()
	if h.Asked > 0 {
		h.Lines = float64(lines) / float64(h.Asked)
		h.CPU = micros(r.look().server.cpu-before.server.cpu) / float64(h.Asked)
	}
	if want := min(historyPage, float64(h.Filled)); h.Lines < want {
		r.res.note("an answer had %s lines, and should have had %s", group(h.Lines), group(want))
	}
	return nil
}

// latest asks for the last messages of a room and returns how many lines came.
// The answer is a batch of messages, even if there are none (draft/chathistory).
func (g *guest) latest(room string, limit int) (lines int, err error) {
	g.send(fmt.Appendf(nil, "CHATHISTORY LATEST %s * %d\r\n", room, limit))
	for begun := false; ; {
		s, err := g.next(guestPatience)
		if err != nil {
			return lines, err
		}
		word, args := ircCommand(s.line)
		switch {
		case string(word) == "FAIL", s.kind == kindRefusal:
			return lines, fmt.Errorf("the server refuses: %.200q", s.line)
		case string(word) == "BATCH" && bytes.HasPrefix(args, []byte{'+'}):
			begun = true
		case string(word) == "BATCH" && begun:
			return lines, nil
		case s.kind == kindMessage && begun:
			lines++
		}
	}
}
