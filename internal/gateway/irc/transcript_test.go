package irc_test

import (
	"context"
	"testing"
	"time"

	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/irc"
	"hubbub/internal/gateway/transcript"
)

const (
	server = "chat.test"
	base   = "https://chat.test"
)

// chats is the IRC gateway as transcripts test it.
var chats = transcript.Gateway{
	Name:     "irc",
	Encoders: irc.Encoders(server, base),
	New: func(p *transcript.Parts) func(context.Context, *gateway.Peer) {
		return irc.New(irc.Config{
			Pump: p.Pump, Door: p.Door, Hub: p.Hub, Logger: p.Logger, First: p.First,
			URL: base, Server: server, Network: "test", Motd: p.Options["motd"], Started: time.Now(), Unhurried: true,
			STS: sts(p.Options["sts"]), Upload: p.Options["upload"],
		}).Serve
	},
	Arrive: func(nick string) string { return "NICK " + nick + "\r\nUSER " + nick + " 0 * :Real " + nick + "\r\n" },
}

// sts is the policy that a transcript asks for.
func sts(lasts string) irc.STS {
	d, _ := door.ParseSpan(lasts)
	return irc.STS{Port: 6697, Lasts: d}
}

func TestTranscripts(t *testing.T) { transcript.Run(t, chats) }
