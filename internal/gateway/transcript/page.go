package transcript

import (
	"net/netip"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// reading is somebody with a browser, as far as transcripts have one: of what
// happens they take no notice.
type reading struct{}

// Wake implements [hub.Peer].
func (reading) Wake() {}

// Dialect implements [hub.Peer].
func (reading) Dialect(*chat.RoomInfo) hub.Dialect { return 0 }

// page has a guest with a browser, pia, say something with a picture: in "/me waves",
// what she does. She comes when she says something first.
func (p *performance) page(text string) {
	if p.browser == nil {
		p.browser = p.started().hub.Connect(netip.MustParseAddr("127.0.0.1"), reading{})
		p.t.Cleanup(p.browser.Close)
		if err := p.browser.Arrive(p.t.Context(), hub.Arrival{Nick: "pia", Strict: true}); err != nil {
			p.t.Fatal(err)
		}
	}
	room, err := p.browser.Room(chat.Lobby)
	if err != nil {
		p.t.Fatal(err)
	}
	p.pictures++
	does, emote := strings.CutPrefix(text, "/me ")
	out := p.browser.Do(p.t.Context(), chat.Command{Op: chat.Say, Room: room.ID, Text: does, Emote: emote, Files: []chat.File{{
		ID: strings.Repeat("a", 25) + string('a'+rune(p.pictures)), Hash: strings.Repeat("0", 64),
		Name: "my cat.png", Type: "image/png", Size: 34_000, Width: 640, Height: 480,
	}}})
	if out.Err != nil {
		p.t.Fatal(out.Err)
	}
}
