package outward

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
)

// pushed returns what a browser is told of a message.
func pushed(room *chat.RoomInfo, ev *chat.Event) *api.Pushed {
	p := &api.Pushed{Room: uint64(room.ID), Name: room.Name, Nick: ev.Nick, Text: plain(ev.Text), Seq: uint64(ev.Seq)}
	if p.Text == "" {
		var names []string
		for i := range ev.Files {
			names = append(names, ev.Files[i].Name)
		}
		p.Text = clip(strings.Join(names, ", "))
	}
	if room.Flags&chat.Direct != 0 {
		p.Link = fmt.Sprintf("/d/%s/%d", url.PathEscape(ev.Nick), ev.Seq)
	} else {
		p.Link = fmt.Sprintf("/r/%s/%d", url.PathEscape(strings.TrimPrefix(room.Name, "#")), ev.Seq)
	}
	return p
}

var (
	fence   = regexp.MustCompile("(?m)^\\s*(```+|~~~+).*$") // of code, with its language
	linked  = regexp.MustCompile(`\[([^\[\]\n]+)\]\(https?://[^\s()]+\)`)
	marks   = strings.NewReplacer("`", "", "**", "", "~~", "")
	escaped = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
)

// plain returns a text as a notification shows it: on one line, in short, and without
// what only marks how it looks.
func plain(text string) string {
	text = marks.Replace(linked.ReplaceAllString(fence.ReplaceAllString(text, ""), "$1"))
	return clip(escaped.ReplaceAllString(text, "$1"))
}

// maxShown is how many characters of a message are pushed.
const maxShown = 200

// clip puts a text on one line, and cuts it.
func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	n := 0
	for i := range text {
		if n++; n > maxShown {
			return strings.TrimSpace(text[:i]) + "…"
		}
	}
	return text
}
