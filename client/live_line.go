package client

import (
	"context"
	"errors"

	"hubbub/api"
)

// Line has the server do what a line says, as [Client.Send] does, in a room that we are
// in: its name, @nick for the conversation with somebody, or "" for nowhere. It is for
// what people type: the answer's text is for them. Line takes a connection of its own
// for that, so it is for commands that are neither frequent nor urgent.
func (l *Live) Line(ctx context.Context, room, line string) (api.Message, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	cfg := l.cfg
	l.mu.Lock()
	cfg.Nick, cfg.Token = l.nick, l.token
	l.mu.Unlock()
	cfg.User, cfg.Password, cfg.KeepToken, cfg.Epoch, cfg.After, cfg.Rooms, cfg.Patient = "", "", nil, "", 0, nil, false
	c := New(cfg)
	c.where = whereabouts{names: map[uint64]string{}, here: room}
	if len(room) > 0 && room[0] == '#' {
		c.where.rooms = []string{room}
	}
	cmd, err := c.Submit(ctx, line)
	if err != nil {
		return api.Message{}, err
	}
	ran := make(chan error, 1)
	go func() { ran <- c.Run(ctx, func(Update) {}) }()
	select {
	case <-cmd.Done():
	case <-ctx.Done():
	}
	end() // and no goodbye: by that a guest would leave the server
	why := <-ran
	m, err := cmd.Answer() // Run has ended all that are unanswered
	if errors.Is(err, ErrNotSent) || errors.Is(err, ErrUnanswered) {
		err = why
	}
	return m, err
}
