package line_test

import (
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/line"
)

// What no line command can bring about is encoded all the same: it comes from
// other protocols.
func TestWhatOtherProtocolsBringIsShown(t *testing.T) {
	tea := &chat.RoomInfo{ID: 7, Name: "#tea", Size: 3}
	inbox := &chat.RoomInfo{ID: 3}
	alone := &chat.RoomInfo{ID: 9, Flags: chat.Direct | chat.Private, Members: []chat.Member{{ID: 3, Nick: "ci"}, {ID: 4, Nick: "bob"}}}
	preview := chat.LinkPreview{URL: "https://example.org/", Title: "A page", Image: &chat.File{
		ID: strings.Repeat("a", 26), Hash: strings.Repeat("0", 64), Name: "a.png", Type: "image/png", Size: 1,
	}}
	encoders := line.Encoders(time.UTC, base)
	for _, c := range []struct {
		room                  *chat.RoomInfo
		ev                    chat.Event
		plain, labelled, json string
	}{
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.Notice, By: 3, Nick: "ci", Text: "built\nin 3 s"},
			"00:00 -ci- built\n      | in 3 s\n", "00:00 #tea -ci- built\n      | in 3 s\n",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"notice","by":3,"nick":"ci","text":"built\nin 3 s"}}` + "\n"},
		{alone, chat.Event{Seq: 8, Prev: 7, Room: 9, Kind: chat.Notice, By: 3, Nick: "ci", Text: "built"},
			"00:00 -ci -> bob- built\n", "00:00 -ci -> bob- built\n",
			`{"type":"event","event":{"seq":8,"prev":7,"room":9,"time":0,"kind":"notice","by":3,"nick":"ci","text":"built"}}` + "\n"},
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.MaskAdded, By: 3, Nick: "ann", Level: uint8(chat.BanMask), About: 7, Name: "#tea", Text: "bob!*@*"},
			"00:00 *** ann added bob!*@* to the ban list\n", "00:00 #tea *** ann added bob!*@* to the ban list\n",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"mask-added","by":3,"nick":"ann","about":7,"subject":"#tea","text":"bob!*@*","level":"ban"}}` + "\n"},
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.MaskDropped, Nick: "ann", Level: uint8(chat.InviteMask), Text: "~account:bob"},
			"00:00 *** ann took ~account:bob from the invite list\n", "00:00 #tea *** ann took ~account:bob from the invite list\n",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"mask-dropped","nick":"ann","text":"~account:bob","level":"invite"}}` + "\n"},
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.PropertySet, By: 3, Nick: "ann", About: 7, Name: "avatar", Text: "a.png"}, "", "",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"property","by":3,"nick":"ann","about":7,"subject":"avatar","text":"a.png"}}` + "\n"},
		{inbox, chat.Event{Seq: 8, Prev: 7, Room: 3, Kind: chat.PropertySet, By: 3, Nick: "ann", User: 3, Whose: "ann", Name: "theme", Text: "dark", Flags: chat.Private}, "", "",
			`{"type":"event","event":{"seq":8,"prev":7,"room":3,"time":0,"kind":"property","by":3,"nick":"ann","whose":"ann","user":3,"subject":"theme","text":"dark","level":"private"}}` + "\n"},
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.Previewed, Target: 5, Whose: "ann", Text: preview.Encode()}, "", "",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"previewed","target":5,"whose":"ann",` +
				`"previews":[{"url":"https://example.org/","title":"A page","image":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","name":"a.png","type":"image/png","size":1,"url":"/files/aaaaaaaaaaaaaaaaaaaaaaaaaa/a.png"}}]}}` + "\n"},
		{tea, chat.Event{Seq: 8, Prev: 7, Room: 7, Kind: chat.PreviewDropped, By: 3, Nick: "ann", Target: 5, Whose: "ann", Text: "https://example.org/"}, "", "",
			`{"type":"event","event":{"seq":8,"prev":7,"room":7,"name":"#tea","time":0,"kind":"preview-dropped","by":3,"nick":"ann","target":5,"whose":"ann","text":"https://example.org/"}}` + "\n"},
	} {
		for i, want := range []string{c.plain, c.labelled, c.json} {
			if got := string(encoders[i](nil, c.room, &c.ev)); got != want {
				t.Errorf("%v in dialect %d: %q, want %q", c.ev.Kind, i, got, want)
			}
		}
	}
}
