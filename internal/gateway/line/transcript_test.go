package line_test

import (
	"context"
	"testing"
	"time"

	"hubbub/internal/gateway"
	"hubbub/internal/gateway/line"
	"hubbub/internal/gateway/transcript"
)

const base = "https://chat.test"

// lines is the line gateway as transcripts test it.
var lines = transcript.Gateway{
	Name:     "line",
	Encoders: line.Encoders(time.UTC, base),
	New: func(p *transcript.Parts) func(context.Context, *gateway.Peer) {
		g := line.New(line.Config{Pump: p.Pump, Door: p.Door, Logger: p.Logger, First: p.First, Zone: time.UTC, URL: base, Max: p.Line})
		g.SetGuest(p.Guest)
		return g.Serve
	},
	Arrive: func(nick string) string { return "/nick " + nick + "\n" },
}

func TestTranscripts(t *testing.T) { transcript.Run(t, lines) }
