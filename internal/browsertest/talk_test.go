package browsertest

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/hub"
)

func TestTwoPeopleTalk(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, phone)
	otter.says("good morning")
	ferret.hears("good morning")
	ferret.says("**hello** otter, how is the tea?")
	otter.hears("hello otter")
	otter.sees(messages+" strong", "hello")

	ferret.says("I mean the cofee")
	ferret.hears("I mean the cofee")
	ferret.press("ArrowUp")
	ferret.sees(".composer-about", "Editing")
	ferret.fill(composer, "", "I mean the coffee")
	ferret.press("Enter")
	otter.hears("I mean the coffee")
	otter.sees(messages+" .edited", "")

	otter.does("React with 👍", "coffee")
	ferret.sees(".reaction", "👍 1: otter")
	ferret.click(".reaction", "👍 1: otter")
	otter.sees(".reaction", "👍 2: otter, ferret")

	for _, w := range []*window{otter, ferret} {
		w.visit("/lobby")
		w.hears("I mean the coffee")
		w.sees(".reaction", "👍 2: otter, ferret")
	}
	if otter, ferret := otter.said(), ferret.said(); !slices.Equal(otter, ferret) || len(otter) != 3 {
		t.Errorf("one sees %q, the other %q", otter, ferret)
	}
}

func TestADeletionCanBeUndone(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.says("this stays")
	otter.says("this goes")
	ferret.hears("this goes")

	otter.chooses("Delete", "this stays")
	otter.misses(messages, "this stays")
	otter.click(".toast button", "Undo")
	otter.sees(messages, "this stays")
	otter.chooses("Delete", "this goes")
	ferret.misses(messages, "this goes")
	ferret.sees(messages, "This message was deleted.")
	ferret.hears("this stays")
}

func TestAThreadIsBesideItsRoom(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.says("who brings cake?")
	ferret.hears("who brings cake?")
	ferret.does("Open the thread", "who brings cake?")
	ferret.sees(".pane h2", "Thread")
	ferret.replies("I do, on Friday")
	otter.sees(".replies", "1 reply")
	otter.click(".replies", "1 reply")
	otter.sees(".pane .message", "I do, on Friday")
	otter.replies("with cherries")
	ferret.sees(".pane .message:not(.pending)", "with cherries")
	ferret.sees(".replies", "2 replies")
}

func TestASearchLeadsToItsMessage(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	otter := s.open(desk).enter("otter")
	otter.says("the kettle is in the cupboard")
	seq := otter.seqOf("the kettle")
	s.pipe("stoat", 200, "line ")
	otter.hears("line 200")

	otter.opens("Ctrl+Shift+F", ".search-form input", "kettle")
	otter.sees(".result", "the kettle is in the cupboard")
	otter.sees("mark", "kettle")
	otter.click(".result-main", "the kettle")
	otter.hears("the kettle")
	otter.sees(".message.lit", "the kettle")
	if path := evaluate[string](otter, "location.pathname"); path != "/lobby/"+quote(seq) {
		t.Errorf("the address is %s, want that of message %d", path, seq)
	}

	ferret := s.open(phone).enter("ferret")
	ferret.visit("/lobby/" + quote(seq))
	ferret.sees(".message.lit", "the kettle is in the cupboard")
	ferret.click(".bar", "To the newest message")
	ferret.hears("line 200")
}

func TestTheLanguageCanBeSwitched(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	otter := s.open(desk).enter("otter")
	otter.click("button", "Settings")
	otter.click(".section-link", "Look and language")
	otter.choose("Language", "pl")
	otter.sees(".section h3", "Wygląd i język")
	if lang := evaluate[string](otter, "document.documentElement.lang"); lang != "pl" {
		t.Errorf("the page says that its language is %q", lang)
	}
	otter.visit("/lobby#settings/look")
	otter.choose("Język", "en")
	otter.sees(".section h3", "Look and language")
	otter.leaves("dialog")
	if text := evaluate[string](otter, "document.body.innerText"); strings.Contains(text, "Pokoje") {
		t.Error("Polish is left")
	}
}

func TestWhatIsWrittenOfflineIsSentOnceAndInOrder(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	way := s.wire()
	otter, ferret := openWindow(s, way.url, desk).enter("otter"), s.open(desk).enter("ferret")
	otter.says("before")
	ferret.hears("before")
	otter.until("the page to be kept for reading offline", "navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
	way.setCut(true)
	for _, text := range []string{"one", "two", "three"} {
		otter.says("offline " + text)
	}
	otter.sees(".status-line", "")
	otter.sees(".message.pending", "offline three")
	ferret.says("meanwhile")
	ferret.hears("meanwhile")

	otter.until("it to show again what is known", "(location.reload(), true)")
	otter.sees(".message", "before")
	otter.sees(".message.pending", "offline three")

	way.setCut(false)
	ferret.hears("offline three")
	otter.hears("offline three")
	want := []string{"before", "meanwhile", "offline one", "offline two", "offline three"}
	for _, w := range []*window{otter, ferret} {
		w.misses(".message.pending", "")
		if got := w.said(); !slices.Equal(got, want) {
			t.Errorf("a window shows %q, want %q", got, want)
		}
	}
}
