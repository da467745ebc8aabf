package browsertest

import (
	"strings"
	"testing"

	"hubbub/internal/hub"
)

// guest opens the lobby of a site where so much has been said.
func (s *site) guest(lines int) *window {
	s.t.Helper()
	s.pipe("ann", lines, "the kettle is on for the time ")
	w := s.open(desk).enter("otter")
	w.until("messages to be there", "document.querySelector('#messages .message[data-seq]')")
	return w
}

// Older messages that come in between somebody's scrolling and the event that tells of it
// undo nothing of it, and what is read stays where it is. The page is given the answer, so
// that all of that is between two frames.
func TestAPageThatComesInLeavesThePlaceAlone(t *testing.T) {
	w := startSite(t, hub.OpenPolicy()).guest(600)
	w.until("some to be known above", "document.getElementById('messages').scrollTop > 1600")
	moved := evaluate[[]float64](w, `(async () => {
		const scroller = document.getElementById('messages'), frame = () => new Promise(requestAnimationFrame), before = fetch, moved = [];
		let bring;
		globalThis.fetch = async (address, options) => {
			const answer = await before(address, options);
			if (!String(address).includes('before=')) return answer;
			const body = await answer.json();
			await new Promise((resolve) => { bring = resolve; });
			return { ok: true, status: 200, headers: answer.headers, json: async () => body };
		};
		for (const by of [120, 0, 333]) {
			scroller.scrollTop = 900;
			while (!bring) await frame();
			await frame();
			const row = [...scroller.querySelectorAll('li[data-key^=m]')].find((row) => row.getBoundingClientRect().top > scroller.getBoundingClientRect().top);
			const { key } = row.dataset, { top } = row.getBoundingClientRect(), height = scroller.scrollHeight;
			scroller.scrollTop -= by;
			bring();
			bring = null;
			while (scroller.scrollHeight < height + 500) await frame();
			await frame();
			moved.push(scroller.querySelector('li[data-key=' + key + ']').getBoundingClientRect().top - top - by);
		}
		return moved;
	})()`)
	for _, by := range moved {
		if by < -1.5 || by > 1.5 {
			t.Fatalf("messages have moved of themselves, by %v pixels", moved)
		}
	}
}

// rests waits until what the page has to do by the next frame is done.
func (w *window) rests() {
	w.t.Helper()
	w.until("the page to be at rest", "new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame)).then(() => true)")
}

// Where messages have come in above the first one that is known, those below it stay
// where they are, although it may stand under an author's name no more.
func TestAPageThatComesInAtTheEndLeavesThePlaceAlone(t *testing.T) {
	w := startSite(t, hub.OpenPolicy()).guest(300)
	let := w.holds("/messages")
	w.until("the end of what is known", `(() => {
		const scroller = document.getElementById('messages');
		scroller.scrollTop = 0;
		return globalThis.held > 0;
	})()`)
	place := func() []float64 {
		return evaluate[[]float64](w, `(() => {
			globalThis.rows ??= [...document.querySelectorAll('#messages li[data-key^=m]')].slice(1, 6).map((row) => row.dataset.key);
			return rows.map((key) => document.querySelector('#messages li[data-key=' + key + ']').getBoundingClientRect().top);
		})()`)
	}
	w.rests()
	before := place()
	let()
	w.until("older messages to come in", "document.getElementById('messages').scrollTop > 500")
	w.rests()
	for i, top := range place() {
		if by := top - before[i]; by < -1.5 || by > 1.5 {
			t.Fatalf("message %d below the first has moved by %v pixels", i+1, by)
		}
	}
}

// Home leads to the first message of all, and End back to the last, however many are
// between them that the page does not know.
func TestHomeAndEndLeadToTheFirstMessageAndTheLast(t *testing.T) {
	w := startSite(t, hub.OpenPolicy()).guest(600)
	seen := func(text string) string {
		return `[...document.querySelectorAll('#messages .message-text')].some((one) => one.textContent.trim() === ` + quote(text) + ` && one.getBoundingClientRect().top > 0 && one.getBoundingClientRect().bottom < innerHeight)`
	}
	w.tabsToNewest()
	w.press("Home")
	w.until("the first message to be seen", seen("the kettle is on for the time 1"))
	w.until("the beginning to be seen", "document.querySelector('#messages .beginning')")
	if said := strings.Join(w.said(), "\n"); strings.Contains(said, "600") {
		t.Error("the last message is there as well")
	}
	w.focuses("#messages")
	w.press("End")
	w.until("the last message to be seen", seen("the kettle is on for the time 600"))
}
