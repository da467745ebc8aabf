package fullscreen

import (
	"context"
	"errors"
	"io"

	"hubbub/internal/chat"
	"hubbub/internal/files"
	"hubbub/internal/gateway"
	"hubbub/internal/tui"
)

// do proposes a command and waits until it is done.
func (s *Session) do(ctx context.Context, c chat.Command) error {
	if out := s.hub.Do(ctx, c); out.Err != nil {
		return out.Err
	}
	return nil
}

// Say implements [tui.Session].
func (s *Session) Say(ctx context.Context, d tui.Draft) error {
	return s.do(ctx, chat.Command{Op: chat.Say, Room: d.Room, Text: d.Text, Emote: d.Action, Target: d.Answer, Client: chat.ClientID(d.ID)})
}

// Edit implements [tui.Session].
func (s *Session) Edit(ctx context.Context, message chat.Seq, text string) error {
	return s.do(ctx, chat.Command{Op: chat.Edit, Target: message, Text: text})
}

// Delete implements [tui.Session].
func (s *Session) Delete(ctx context.Context, message chat.Seq) error {
	return s.do(ctx, chat.Command{Op: chat.Delete, Target: message})
}

// React implements [tui.Session].
func (s *Session) React(ctx context.Context, message chat.Seq, emoji string, on bool) error {
	op := chat.React
	if !on {
		op = chat.Unreact
	}
	return s.do(ctx, chat.Command{Op: op, Target: message, Text: emoji})
}

// MarkRead implements [tui.Session]. The marker is kept within seconds.
func (s *Session) MarkRead(_ context.Context, room chat.RoomID, upTo chat.Seq) error {
	s.marks.read(room, upTo)
	return nil
}

// Typing implements [tui.Session].
func (s *Session) Typing(ctx context.Context, id chat.RoomID) error {
	if err := s.hub.Charge(ctx, 1); err != nil {
		return err
	}
	room, err := s.hub.RoomByID(id)
	if err == nil {
		err = gateway.TellTyping(s.hub, room, gateway.TypingActive)
	}
	if err != nil {
		return err
	}
	return nil
}

// Command implements [tui.Session].
func (s *Session) Command(ctx context.Context, room chat.RoomID, line string) (tui.Reply, error) {
	return s.commands.Do(ctx, room, line)
}

// Preferences implements [tui.Session]: they are private properties of the user.
func (s *Session) Preferences(ctx context.Context) (map[string]string, error) {
	all, err := s.hub.Properties(ctx, s.hub.User().Inbox())
	if err != nil {
		return nil, err
	}
	chosen := map[string]string{}
	for _, p := range all {
		if p.Private {
			chosen[p.Name] = p.Value
		}
	}
	return chosen, nil
}

// Prefer implements [tui.Session].
func (s *Session) Prefer(ctx context.Context, key, value string) error {
	return s.do(ctx, chat.Command{Op: chat.SetProperty, Name: key, Text: value, Private: true})
}

var (
	errNoPicture    = chat.Errorf(chat.NotFound, "There is no picture in that file that could be shown here.")
	errPictureLarge = chat.Errorf(chat.TooMany, "That picture is too large to be shown here.")
	errUnread       = chat.Errorf(chat.Internal, "That picture could not be read; the server's log says why.")
)

// Picture implements [tui.Session].
func (s *Session) Picture(ctx context.Context, f tui.File) ([]byte, error) {
	store := s.gateway.cfg.Files
	if store == nil {
		return nil, errNoPicture
	}
	if err := s.hub.Charge(ctx, 1); err != nil {
		return nil, err
	}
	said, refused := s.gateway.cfg.Hub.File(ctx, f.ID)
	if refused != nil {
		return nil, refused
	}
	blob, err := store.OpenBlob(said.File.Hash, true)
	if errors.Is(err, files.ErrNotFound) { // it is small itself
		blob, err = store.OpenBlob(said.File.Hash, false)
	}
	switch {
	case errors.Is(err, files.ErrNotFound): // it has been deleted
		return nil, errNoPicture
	case err != nil:
		s.gateway.cfg.Logger.Error("open a picture for a full screen", "err", err)
		return nil, errUnread
	}
	defer blob.Close()
	switch blob.Type {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
	default:
		return nil, errNoPicture
	}
	picture, err := io.ReadAll(io.LimitReader(blob, tui.MaxPicture+1))
	switch {
	case err != nil:
		s.gateway.cfg.Logger.Error("read a picture for a full screen", "err", err)
		return nil, errUnread
	case len(picture) > tui.MaxPicture:
		return nil, errPictureLarge
	}
	return picture, nil
}
