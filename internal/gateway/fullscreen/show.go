package fullscreen

import (
	"context"
	"crypto/rand"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/screen"
	"hubbub/internal/tui"
)

// keep is how many entries of a room a screen holds: what comes before is in the store,
// a page away.
const keep = 60

// Tell has the first that the user is told be a line. It is called before the session
// is shown.
func (s *Session) Tell(line string) { s.told = line }

// GoFirst brings the user into a room, which is shown first, or returns why not. It is
// called before the session is shown.
func (s *Session) GoFirst(name string) *chat.Error {
	out := s.hub.Do(s.ctx, chat.Command{Op: chat.Join, Name: name})
	s.first = out.Room
	return out.Err
}

// Where returns the name of the room that is shown, or "" if that is a conversation of
// two, or none that the user is still in.
func (s *Session) Where() string {
	id := s.room()
	for _, room := range s.hub.Joined() {
		if room.ID == id {
			return room.Name
		}
	}
	return ""
}

// PrefersLines reports whether the user would rather not have a whole screen.
func (s *Session) PrefersLines() bool {
	chosen, err := s.Preferences(s.ctx)
	return err == nil && tui.PrefersPlain(chosen[tui.TerminalKey])
}

// Show shows the session on a terminal, and returns why that has ended. Before it
// returns, the terminal is as it was.
func (s *Session) Show(t screen.Terminal, o tui.Options) End {
	o.Keep, o.NewID, o.Room, o.Decoding = keep, rand.Text, s.first, s.gateway.decoding
	_ = screen.Run(s.showing, func(ctx context.Context) tea.Model { return tui.New(ctx, s, o) }, t) // or there is nobody any more
	return s.ended()
}
