// Package fullscreen is the gateway for people with a terminal and nothing else: the
// interface of package tui, run here and shown on their terminal, over whatever stream
// brings it. It knows nothing of that stream.
//
// A [Session] is what the interface asks for, answered by the hub: its Next pulls from
// the cursors of a hub session, after a wake that never waits, so nothing is ever
// pushed to a screen. What comes in while a screen is being painted is taken at once
// when that is done; a reader who has lagged behind what the hub holds passes over it
// ([hub.Session.Skip]), and reads it as pages where somebody scrolls. So a stalled
// terminal costs what is on it, and delays nobody.
//
// What a line that begins with / does is not known here: [Commands] does it, which is
// the line gateway's, so that there is one table of commands.
//
// A [Gateway] counts the screens. [Session.Show] runs one on the caller's goroutine,
// and returns when it has ended, with everything that it started. While nothing happens
// and nobody types, nothing of it runs; a read marker may wait for a timer, for seconds.
package fullscreen

import (
	"context"
	"log/slog"
	"sync"

	"hubbub/internal/chat"
	"hubbub/internal/files"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// Config is what a gateway is made of.
type Config struct {
	Hub    *hub.Hub
	First  hub.Dialect  // the dialect of the first of [Encoders]
	Files  *files.Store // nil: there are none
	URL    string       // of the server, for links to files
	Most   int          // screens at once; 0 for no limit
	Logger *slog.Logger
}

// The gateway's dialects, counted from [Config.First].
const (
	dialectSilent = iota // of rooms: screens are painted of the events themselves
	dialectNotes         // of the user's inbox: lines

	Dialects = iota // how many there are
)

// Encoders returns the encoders of the gateway's dialects, in their order. Notes tells
// in lines what comes to somebody's inbox.
func Encoders(notes hub.Encoder) []hub.Encoder {
	return []hub.Encoder{
		dialectSilent: func(dst []byte, _ *chat.RoomInfo, _ *chat.Event) []byte { return dst },
		dialectNotes: func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
			if ev.Kind == chat.NickChanged || ev.Kind == chat.DirectOpened { // a screen shows it
				return dst
			}
			return notes(dst, room, ev)
		},
	}
}

// Commands does what lines say that begin with /, for one session. It may be called
// from several goroutines.
type Commands interface {
	// Do does what a line says, in a room.
	Do(ctx context.Context, room chat.RoomID, line string) (tui.Reply, error)
}

// Gateway shows screens.
type Gateway struct {
	cfg      Config
	decoding chan struct{} // has a place for each picture that is decoded at once

	mu   sync.Mutex // guards open; held for counting only
	open int        // screens
}

// New returns a gateway.
func New(cfg Config) *Gateway { return &Gateway{cfg: cfg, decoding: make(chan struct{}, mostDecoding)} }

// mostDecoding is how many pictures are read and decoded at once, over all screens: each
// is 4 MB at most while it is.
const mostDecoding = 4

// Enter reports whether there may be one more screen, and counts it. Then Leave has to
// be called.
func (g *Gateway) Enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cfg.Most > 0 && g.open >= g.cfg.Most {
		return false
	}
	g.open++
	return true
}

// Size returns how many screens there are.
func (g *Gateway) Size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// Leave undoes Enter.
func (g *Gateway) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}
