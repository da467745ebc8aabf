package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/hub"
)

// What people do in a window, each as one step.

const (
	composer = ".room textarea"
	messages = "#messages li[data-key^=m]"
)

// enter comes in as a guest, into the first room.
func (w *window) enter(nick string) *window {
	w.t.Helper()
	w.visit("/lobby")
	w.click(".signin button", "Come in as a guest")
	w.fill("input", "Your nick", nick)
	w.press("Enter")
	w.sees(composer, "")
	return w
}

// twoGuests returns the windows of two guests of a site that is open to all: otter's
// on a desk, and ferret's of another size.
func twoGuests(t *testing.T, other size) (otter, ferret *window) {
	t.Helper()
	s := startSite(t, hub.OpenPolicy())
	return s.open(desk).enter("otter"), s.open(other).enter("ferret")
}

// own registers as the owner of a server that has none.
func (w *window) own(s *site, nick, password string) *window {
	w.t.Helper()
	w.visit("/lobby")
	w.fill("input", "Your nick", nick)
	w.fill("input", "New password", password)
	w.fill("input", "The code that the server printed", s.owner)
	w.press("Enter")
	w.sees(composer, "")
	return w
}

// says says something in the room.
func (w *window) says(text string) {
	w.t.Helper()
	w.fill(composer, "", text)
	w.press("Enter")
	w.until("the line to be taken", "document.querySelector('"+composer+"').value === ''")
}

// hears waits until a message is there that has been sent.
func (w *window) hears(text string) {
	w.t.Helper()
	w.sees(messages+" .message:not(.pending)", text)
}

// said returns the texts of the messages that are shown, the oldest first.
func (w *window) said() []string {
	w.t.Helper()
	return evaluate[[]string](w, `[...document.querySelectorAll('#messages li[data-key^=m] .message-text')].map((one) => finder.squeeze(one.innerText))`)
}

// does clicks one of the buttons of a message.
func (w *window) does(tool, text string) {
	w.t.Helper()
	w.hover(messages+" .message", text)
	w.click(messages+" .tools button", tool)
}

// chooses clicks what the menu of a message offers.
func (w *window) chooses(item, text string) {
	w.t.Helper()
	w.does("More", text)
	w.click("[role=menuitem]", item)
}

// replies answers in the thread that is shown.
func (w *window) replies(text string) {
	w.t.Helper()
	w.fill(".pane textarea", "Reply", text)
	w.press("Enter")
}

// opens opens by a key what has a field, and fills that in.
func (w *window) opens(key, field, text string) {
	w.t.Helper()
	w.press(key)
	w.focuses(field)
	w.types(text)
	w.press("Enter")
}

// leaves closes what Escape closes.
func (w *window) leaves(selector string) {
	w.t.Helper()
	w.press("Escape")
	w.misses(selector, "")
}

// goes goes to a room of the list.
func (w *window) goes(room string) {
	w.t.Helper()
	w.click(".room-link", strings.TrimPrefix(room, "#"))
	w.sees(".room-head h2", room)
}

// seqOf returns the number of a message that is shown.
func (w *window) seqOf(text string) int {
	w.t.Helper()
	w.hears(text)
	return evaluate[int](w, fmt.Sprintf("Number(finder.all('.message[data-seq]', %s)[0].dataset.seq)", quote(text)))
}
