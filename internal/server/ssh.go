package server

import (
	"context"

	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/gateway/irc"
	"hubbub/internal/gateway/line"
	"hubbub/internal/gateway/ssh"
)

// hostKeyName is the file, in the data directory, of the key by which SSH clients know
// the server again.
const hostKeyName = "ssh-host.key"

// overSSH returns the handler for SSH: within it there are whole screens, and lines. Who is not in yet
// when the server stops is not waited for; serving ends when those who are have
// drained.
func (s *server) overSSH(serving context.Context, lines *line.Gateway) Handler {
	full := fullscreen.New(fullscreen.Config{
		Hub: s.hub, First: line.Dialects + irc.Dialects, Files: s.files, URL: s.cfg.URL,
		Most: s.cfg.Limits.Screens, Logger: s.cfg.Logger,
	})
	g := ssh.New(ssh.Config{
		Lines: lines, Full: full, Zone: s.cfg.Zone, Door: s.door, Hub: s.hub, Key: s.ssh, Logger: s.cfg.Logger,
		Stall: s.cfg.Limits.Stall, PerKey: s.cfg.Limits.ConnsPerKey,
	})
	return func(stopping context.Context, c *Conn) func() { return g.Greet(serving, stopping, c.peer()) }
}
