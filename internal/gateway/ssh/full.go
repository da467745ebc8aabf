package ssh

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/gateway/line"
	"hubbub/internal/screen"
	"hubbub/internal/tui"
)

// The whole screen, for those who have a terminal that can show it.

const (
	crowdedText  = "* There are as many full screens here now as this server shows, so you have lines.\n"
	stoppingText = "The server is stopping. What you said is kept; come back in a moment."
)

// entersScreen reports whether the client is to have a whole screen at once, and counts it
// then. Who could have one later is ready for it, though they want none now, or their
// window is too small for one.
func (v *visit) entersScreen() bool {
	full := v.gateway.cfg.Full
	if full == nil || v.window == nil || isDumb(v.window.kind) {
		return false
	}
	v.recognise()
	v.peer.Screen, v.peer.Passing = v.takeOver, v.passing
	if v.wishes.plain || !v.window.fits() {
		return false
	}
	if v.peer.As.User == 0 && !v.gateway.cfg.Hub.Policy().Guests { // lines ask who they are
		return false
	}
	v.crowded = !full.Enter()
	return !v.crowded
}

// takeOver takes over who has chatted in lines and goes on with a screen, and counts that.
func (v *visit) takeOver(p gateway.Passage) *chat.Error {
	switch {
	case !v.window.fits():
		return chat.Errorf(chat.Conflict, "This window is too small for a whole screen, so you have lines.")
	case !v.gateway.cfg.Full.Enter():
		return chat.Errorf(chat.TooMany, "There are as many full screens here now as this server shows, so you have lines.")
	}
	v.passage = &p
	return nil
}

// screens shows one screen after another: who logs in has another one then. What it
// returns goes on in lines; it is nil if nothing does.
func (v *visit) screens(stopping context.Context) (lines func()) {
	defer v.gateway.cfg.Full.Leave()
	asked := false
	if p := v.passage; p != nil {
		v.peer.As, v.peer.Room, v.passage, asked = &p.As, p.Room, nil, p.Asked
		v.passing = v.passing && p.As.User == 0
	}
	for {
		end, lines := v.screen(stopping, asked)
		switch {
		case lines != nil:
			return func() {
				defer context.AfterFunc(stopping, v.hush)()
				lines()
			}
		case end.As == nil:
			if end.Reason != "" {
				_, _ = io.WriteString(screenWriter{v.stream}, chat.CleanLine(end.Reason)+"\r\n") // or there is nobody to read it
			}
			return nil
		}
		v.peer.As, v.passing = end.As, false
	}
}

// recognise gives a guest without a key one for this connection, so that they are the
// same in lines.
func (v *visit) recognise() {
	a := *v.peer.As
	if a.User != 0 {
		return
	}
	if a.Nick == "" {
		a.Nick = v.gateway.cfg.Lines.GuestNick()
	}
	if a.Key.IsZero() {
		rand.Read(a.Key[:])
		v.passing = true
	}
	v.peer.As = &a
}

// screen shows one screen, and returns why it has ended, or what goes on in lines. Who
// prefers lines has them at once, unless they asked for the screen.
func (v *visit) screen(stopping context.Context, asked bool) (fullscreen.End, func()) {
	s, err := v.gateway.cfg.Full.Open(v.ctx, v.peer.Remote, *v.peer.As)
	if err != nil {
		if err.Code == chat.Full { // in lines one can read
			return fullscreen.End{Lines: true}, v.converse()
		}
		return fullscreen.End{Reason: err.Text}, nil
	}
	defer v.endsWith(stopping, s)()
	end := fullscreen.End{Lines: true}
	if asked || !s.PrefersLines() {
		end = v.show(s)
	}
	if end.Lines {
		return v.goOn(s)
	}
	s.Close((v.passing || end.As != nil) && stopping.Err() == nil)
	return end, nil
}

// goOn has the user of a session go on in lines, which it returns.
func (v *visit) goOn(s *fullscreen.Session) (fullscreen.End, func()) {
	if s.Hub().Role() != chat.GuestRole { // they may have registered since, or replaced their password
		a, err := v.gateway.cfg.Door.Again(v.ctx, s.Hub())
		if err != nil {
			s.Close(false)
			return fullscreen.End{Reason: err.Text}, nil
		}
		v.peer.As, v.passing = &a, false
	}
	v.peer.Room = cmp.Or(s.Where(), v.peer.Room)
	v.peer.Passing = v.passing
	lines := v.converse() // before the session ends, so that nobody seems to go
	s.Close(false)
	return fullscreen.End{Lines: true}, lines
}

// takeTime is how long a terminal may take to take what is on its way to it when the
// server stops.
const takeTime = 5 * time.Second

// endsWith has a screen end when the server stops, and closes the connection of a
// terminal that takes nothing then. What it returns undoes that.
func (v *visit) endsWith(stopping context.Context, s *fullscreen.Session) (undo func()) {
	over := make(chan struct{})
	v.running.Add(1)
	stop := context.AfterFunc(stopping, func() {
		defer v.running.Done()
		s.Finish(fullscreen.End{Reason: stoppingText})
		select {
		case <-over:
		case <-time.After(takeTime):
			v.socket.Close()
		}
	})
	return func() {
		close(over)
		if stop() {
			v.running.Done()
		}
	}
}

// show shows a session, and returns why that has ended.
func (v *visit) show(s *fullscreen.Session) fullscreen.End {
	c := &commands{session: s, screen: v.gateway.cfg.Lines.Screen(s.Hub())}
	s.Serve(c)
	v.goFirst(s)
	return s.Show(screen.Terminal{
		In: newKeys(v.stream), Out: screenWriter{v.stream}, Size: v.window.now(), Resized: v.window.resized, Term: v.window.kind,
	}, v.wishes.options(v.window.kind, v.gateway.cfg.Zone))
}

// goFirst brings somebody into the room that they come for.
func (v *visit) goFirst(s *fullscreen.Session) {
	room := v.peer.Room
	if v.peer.Room = ""; room == "" {
		return
	}
	if err := s.GoFirst("#" + strings.TrimPrefix(room, "#")); err != nil {
		s.Tell(err.Text)
	}
}

// keys are what is typed while there is a whole screen.
type keys struct{ stream *stream }

// newKeys returns what a stream brings from now on.
func newKeys(s *stream) keys {
	_ = s.near.SetReadDeadline(time.Time{}) // a pipe's never fails
	return keys{s}
}

// Read implements [io.Reader].
func (k keys) Read(b []byte) (int, error) { return k.stream.near.Read(b) }

// Close ends the reading. What comes in then is for what comes after the screen.
func (k keys) Close() error { return k.stream.near.SetReadDeadline(time.Unix(1, 0)) }

// commands does the commands of who looks at a screen: they are those of the line
// gateway, and one that is of the screen.
type commands struct {
	session *fullscreen.Session
	screen  *line.Screen
}

// Do implements [fullscreen.Commands].
func (c *commands) Do(ctx context.Context, room chat.RoomID, text string) (tui.Reply, error) {
	if strings.EqualFold(strings.TrimSpace(text), "/plain") {
		c.session.Finish(fullscreen.End{Lines: true})
		return tui.Reply{}, nil
	}
	return c.reply(c.screen.Do(ctx, room, text))
}

// reply returns what a command had to tell as the interface takes it.
func (c *commands) reply(told line.Told) (tui.Reply, error) {
	switch {
	case told.As != nil:
		c.session.Finish(fullscreen.End{As: told.As})
	case told.Quit:
		c.session.Finish(fullscreen.End{})
	case told.Err != nil && told.Ask == nil:
		return tui.Reply{}, told.Err
	}
	reply := tui.Reply{Lines: told.Lines, Show: told.Room}
	if told.Err != nil { // and then the question again
		reply.Lines = append([]string{told.Err.Text}, reply.Lines...)
	}
	if q := told.Ask; q != nil {
		reply.Ask = &tui.Ask{Question: q.Text, Hidden: q.Hidden, Answer: func(ctx context.Context, answer string) (tui.Reply, error) {
			return c.reply(q.Answer(ctx, answer))
		}}
	}
	return reply, nil
}
