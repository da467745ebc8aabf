package remote

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// What the interface asks to be done.

// do has the server do something, and waits until it is kept.
func (s *Session) do(ctx context.Context, c api.Command) error {
	_, err := s.live.Do(ctx, c)
	return refusal(err)
}

// Say implements [tui.Session]. A draft that was handed over is said even if ctx ends,
// unless Run does.
func (s *Session) Say(ctx context.Context, d tui.Draft) error {
	cmd, err := s.live.Submit(ctx, api.Command{
		ID: d.ID, Op: api.OpSay, Room: uint64(d.Room), Text: d.Text, Action: d.Action, Target: uint64(d.Answer),
	})
	if err != nil {
		return refusal(err)
	}
	if d.Placed != nil {
		d.Placed()
	}
	if !s.live.Online() {
		s.mu.Lock()
		s.changedConnection = true // one more waits
		s.mu.Unlock()
		poke(s.news)
	}
	select {
	case <-cmd.Done():
		_, err = cmd.Answer()
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return refusal(err)
}

// Edit implements [tui.Session].
func (s *Session) Edit(ctx context.Context, message chat.Seq, text string) error {
	return s.do(ctx, api.Command{Op: api.OpEdit, Target: uint64(message), Text: text})
}

// Delete implements [tui.Session].
func (s *Session) Delete(ctx context.Context, message chat.Seq) error {
	return s.do(ctx, api.Command{Op: api.OpDelete, Target: uint64(message)})
}

// React implements [tui.Session].
func (s *Session) React(ctx context.Context, message chat.Seq, emoji string, on bool) error {
	op := api.OpUnreact
	if on {
		op = api.OpReact
	}
	return s.do(ctx, api.Command{Op: op, Target: uint64(message), Text: emoji})
}

// Typing implements [tui.Session].
func (s *Session) Typing(_ context.Context, room chat.RoomID) error {
	s.live.Signal(api.Command{Op: api.OpTyping, Room: uint64(room)})
	return nil
}

// Prefer implements [tui.Session].
func (s *Session) Prefer(ctx context.Context, key, value string) error {
	return s.do(ctx, api.Command{Op: api.OpProperty, Name: key, Text: value, Private: true})
}

// Command implements [tui.Session]. What leads somewhere is done here; all else the
// server does as it does for those who type lines.
func (s *Session) Command(ctx context.Context, room chat.RoomID, line string) (tui.Reply, error) {
	verb, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " ")
	rest = strings.TrimSpace(rest)
	name, more, _ := strings.Cut(rest, " ")
	more = strings.TrimSpace(more)
	switch strings.ToLower(verb) {
	case "plain":
		poke(s.plain)
		return tui.Reply{}, nil
	case "join", "j", "room", "enter", "create", "switch", "cd":
		key, keyed := strings.CutPrefix(more, "key=")
		private := strings.EqualFold(more, "private")
		switch { // of anything else the server says what is wrong
		case name == "":
		case keyed:
			return s.goTo(ctx, api.Command{Op: api.OpJoin, To: name, Key: key})
		case private, more == "":
			return s.goTo(ctx, api.Command{Op: api.OpJoin, To: name, Private: private})
		}
	case "dm", "msg", "query":
		if name != "" {
			return s.talkTo(ctx, strings.TrimPrefix(name, "@"), more)
		}
		line = "/msg" // which says what is missing
	case "leave", "part", "close":
		return tui.Reply{}, s.leave(ctx, room, name, rest)
	case "away":
		if rest == "" {
			rest = "away"
		}
		return tui.Reply{}, s.do(ctx, api.Command{Op: api.OpAway, Text: rest})
	case "logout":
		return tui.Reply{}, chat.Errorf(chat.Invalid, "/quit leaves; hubbub join --logout then ends your login.")
	case "back":
		return tui.Reply{}, s.do(ctx, api.Command{Op: api.OpBack})
	}
	return s.line(ctx, room, line)
}

// goTo goes into a room, or opens a conversation, and shows it.
func (s *Session) goTo(ctx context.Context, c api.Command) (tui.Reply, error) {
	m, err := s.live.Do(ctx, c)
	if err != nil || m.Room == nil {
		return tui.Reply{}, refusal(err)
	}
	s.mu.Lock()
	if s.rooms[m.Room.ID] == nil { // the answer may come before what it tells of
		s.rooms[m.Room.ID] = newRoom(m.Room)
		s.changedRooms = true
		poke(s.news)
	}
	s.mu.Unlock()
	return tui.Reply{Show: chat.RoomID(m.Room.ID)}, nil
}

// talkTo opens the conversation with somebody, and says something if there is something.
func (s *Session) talkTo(ctx context.Context, nick, text string) (tui.Reply, error) {
	reply, err := s.goTo(ctx, api.Command{Op: api.OpDirect, Nick: nick})
	if err == nil && text != "" {
		err = s.do(ctx, api.Command{Op: api.OpSay, Room: uint64(reply.Show), Text: text})
	}
	return reply, err
}

// leave leaves a room: the one that is named, or the one that is shown.
func (s *Session) leave(ctx context.Context, room chat.RoomID, name, rest string) error {
	c := api.Command{Op: api.OpLeave, Room: uint64(room), Text: rest}
	if strings.HasPrefix(name, "#") {
		c.Room, c.To, c.Text = 0, name, strings.TrimSpace(strings.TrimPrefix(rest, name))
	}
	return s.do(ctx, c)
}

// maxLines is how many lines of an answer are shown at most.
const maxLines = 2000

// line has the server do what a line says, in a room.
func (s *Session) line(ctx context.Context, room chat.RoomID, line string) (tui.Reply, error) {
	s.mu.Lock()
	where := ""
	if r := s.rooms[uint64(room)]; r != nil && r.Direct {
		where = "@" + r.name()
	} else if r != nil {
		where = r.Name
	}
	s.mu.Unlock()
	m, err := s.live.Line(ctx, where, line)
	if err != nil {
		return tui.Reply{}, refusal(err)
	}
	return tui.Reply{Lines: s.answer(&m)}, nil
}

// answer returns what an answer tells, as lines: messages as they are, and the text.
func (s *Session) answer(m *api.Message) (lines []string) {
	for i := range m.Events {
		ev := &m.Events[i]
		lines = append(lines, fmt.Sprintf("[%d] %s %s: %s", ev.Seq, time.UnixMilli(ev.Time).In(s.zone).Format("2006-01-02 15:04"), ev.Nick, ev.Text))
	}
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	text := strings.TrimSpace(chat.CleanText(strings.Join(lines, "\n")))
	if text == "" {
		return nil
	}
	lines = strings.Split(text, "\n")
	return lines[:min(len(lines), maxLines)]
}
