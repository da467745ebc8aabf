package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"hubbub/internal/hub"
)

// tabsTo moves the focus by the Tab key until it is at what is called so.
func (w *window) tabsTo(selector, name string) {
	w.t.Helper()
	w.sees(selector, name)
	for range 80 {
		if evaluate[bool](w, "finder.all("+quote(selector)+", "+quote(name)+").includes(document.activeElement)") {
			return
		}
		w.press("Tab")
	}
	w.fail("the Tab key does not lead to %s %s", selector, name)
}

// tabsToNewest moves the focus to the newest message.
func (w *window) tabsToNewest() {
	w.t.Helper()
	w.tabsTo("#messages", "")
	w.press("ArrowUp")
	w.focuses("#messages li[data-key]")
}

// replaces types over all that is in the field that has the focus.
func (w *window) replaces(text string) {
	w.t.Helper()
	evaluate[chromedp.Void](w, "document.activeElement.select()")
	w.types(text)
}

func TestEverythingGoesByTheKeyboard(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	ferret := s.open(phone).enter("ferret")
	w := s.open(desk)
	w.visit("/lobby")
	w.tabsTo("button", "Come in as a guest")
	w.press("Enter")
	w.tabsTo("input", "Your nick")
	w.types("otter")
	w.press("Enter")

	w.focuses(composer)
	w.types("typed with no mouse")
	w.press("Enter")
	w.hears("typed with no mouse")
	w.press("ArrowUp")
	w.sees(".composer-about", "Editing")
	w.replaces("typed without a mouse")
	w.press("Enter")
	ferret.hears("typed without a mouse")

	w.tabsToNewest()
	w.opens("+", ".palette input", "tada")
	ferret.sees(".reaction", "🎉 1: otter")
	w.focuses("#messages li[data-key]")
	w.opens("t", ".pane textarea", "an answer in the thread")
	ferret.sees(".replies", "1 reply")
	w.leaves(".pane")

	w.tabsToNewest()
	w.press("r")
	w.focuses(composer)
	w.sees(".composer-about", "Reply to otter")
	w.leaves(".composer-about")

	w.types("this was a mistake")
	w.press("Enter")
	w.hears("this was a mistake")
	w.tabsToNewest()
	w.press("Delete")
	w.misses(messages, "this was a mistake")
	w.tabsTo(".toast button", "Undo")
	w.press("Enter")
	w.hears("this was a mistake")

	w.tabsToNewest()
	w.press("Enter")
	w.focuses("[role=menuitem]")
	for evaluate[string](w, "finder.nameOf(document.activeElement)") != "Copy the link" {
		w.press("ArrowDown")
	}
	w.press("Enter")
	w.sees(".toast", "The link is copied.")

	w.opens("Ctrl+Shift+F", ".search-form input", "mouse")
	w.tabsTo(".result-main", "typed without a mouse")
	w.press("Enter")
	w.sees(".message.lit", "typed without a mouse")
	w.leaves(".pane")

	w.tabsTo(composer, "")
	w.types("/join #tea")
	w.press("Enter")
	w.sees(".room-head h2", "#tea")
	w.opens("Ctrl+k", "dialog input", "lob")
	w.sees(".room-head h2", "#lobby")

	w.press("Ctrl+,")
	w.tabsTo(".section-link", "Look and language")
	w.press("Enter")
	w.tabsTo("select", "Language")
	for _, letter := range "Pol" {
		w.press(string(letter))
	}
	w.sees(".section h3", "Wygląd i język")
	w.tabsTo("select", "Język")
	w.press("Home") // as the browser says
	w.sees(".section h3", "Look and language")
	w.leaves("dialog")

	w.tabsTo(".room input[type=file]", "")
	w.picks(writePicture(t, "keys.png", 64, 48))
	w.sees(".uploads li", "keys.png")
	w.tabsTo(composer, "")
	w.press("Enter")
	w.sees(".message:not(.pending) .picture img", "")
	ferret.sees(".message:not(.pending) .picture img", "")
}
