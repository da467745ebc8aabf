package irc_test

import (
	"context"
	"testing"
	"time"

	"hubbub/internal/gateway"
	"hubbub/internal/gateway/irc"
	"hubbub/internal/gateway/transcript"
)

const server = "chat.test"

// chats is the IRC gateway as transcripts test it.
var chats = transcript.Gateway{
	Name:     "irc",
	Encoders: irc.Encoders(server),
	New: func(p *transcript.Parts) func(context.Context, *gateway.Peer) {
		return irc.New(irc.Config{
			Pump: p.Pump, Door: p.Door, Hub: p.Hub, Logger: p.Logger, First: p.First,
			Server: server, Network: "test", Motd: p.Options["motd"], Started: time.Now(), Unhurried: true,
		}).Serve
	},
	Arrive: func(nick string) string { return "NICK " + nick + "\r\nUSER " + nick + " 0 * :Real " + nick + "\r\n" },
}

func TestTranscripts(t *testing.T) { transcript.Run(t, chats) }
