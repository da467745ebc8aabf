package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"hubbub/internal/hub"
)

// logsIn comes in as a member, by the password, from the page that lets in.
func (w *window) logsIn(nick string) {
	w.t.Helper()
	w.sees(".signin-box input, .signin-box button", "")
	if evaluate[bool](w, count("button", "I have an account")+" > 0") {
		w.click("button", "I have an account")
	}
	w.fill("input", "Your nick", nick)
	w.fill("input", "Password", password)
	w.press("Enter")
	w.sees(composer, "")
}

// endsOthers ends all other sessions of the same person.
func (w *window) endsOthers() {
	w.t.Helper()
	if status := evaluate[int](w, `fetch('/api/v1/sessions', { method: 'DELETE' }).then((answer) => answer.status)`); status >= 300 {
		w.t.Fatalf("other sessions can't be ended: %d", status)
	}
}

// Somebody writes without a connection, and meanwhile the session ends.
func TestWhatIsNotSentWaitsForItsAuthorWhenTheSessionEnds(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	way := s.wire()
	otter := openWindow(s, way.url, desk).own(s, "otter", password)
	elsewhere := s.open(desk)
	elsewhere.visit("/lobby")
	elsewhere.logsIn("otter")
	ended := func(text, draft string) {
		t.Helper()
		otter.says("still here with " + draft)
		elsewhere.hears("still here with " + draft)
		way.setCut(true)
		otter.sees(".status-line", "")
		otter.says(text)
		otter.sees(".message.pending", text)
		otter.fill(composer, "", draft)
		elsewhere.endsOthers()
		way.setCut(false)
		otter.sees(".signin-box", "")
	}

	ended("kept for me", "a draft")
	otter.logsIn("otter")
	elsewhere.hears("kept for me")
	otter.hears("kept for me")
	otter.misses(".message.pending", "")
	if draft := evaluate[string](otter, "document.querySelector('"+composer+"').value"); draft != "a draft" {
		t.Errorf("the draft is %q", draft)
	}
	otter.fill(composer, "", "")

	ended("not for others", "a secret draft")
	otter.enter("ferret")
	otter.says("I am somebody else")
	elsewhere.hears("I am somebody else")
	otter.hears("I am somebody else")
	for _, w := range []*window{otter, elsewhere} {
		if n := evaluate[int](w, count(messages, "not for others")); n != 0 {
			t.Errorf("it is shown to %d", n)
		}
	}
	left := evaluate[string](otter, `new Promise((resolve) => {
		indexedDB.open('hubbub').onsuccess = ({ target: { result } }) => {
			result.transaction('outbox').objectStore('outbox').getAll().onsuccess = ({ target }) => {
				result.close();
				resolve(JSON.stringify([target.result, Object.entries(localStorage).filter(([name]) => name.startsWith('hubbub.draft'))]));
			};
		};
	})`)
	if left != "[[],[]]" {
		t.Errorf("the browser keeps %s", left)
	}
}

// holds has the page's next requests whose path ends so wait until let is called.
func (w *window) holds(ending string) (let func()) {
	w.t.Helper()
	evaluate[bool](w, fmt.Sprintf(`(() => {
		const before = globalThis.fetch, wait = new Promise((resolve) => { globalThis.letThrough = resolve; });
		globalThis.held = 0;
		globalThis.fetch = async (address, options) => {
			const answer = await before(address, options);
			if (!new URL(address, location.href).pathname.endsWith(%s)) return answer;
			globalThis.held++;
			await wait;
			return answer;
		};
		return true;
	})()`, quote(ending)))
	return func() {
		w.t.Helper()
		w.until("an answer to be held", "globalThis.held > 0")
		evaluate[chromedp.Void](w, "globalThis.letThrough()")
	}
}

func TestWhatHappensWhileAThreadIsAskedForIsInIt(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.says("who brings cake?")
	ferret.does("Open the thread", "who brings cake?")
	ferret.replies("I do")
	ferret.sees(".pane .message:not(.pending)", "I do")

	let := otter.holds("/thread")
	otter.does("Open the thread", "who brings cake?")
	otter.until("the thread to be asked for", "globalThis.held > 0")
	ferret.replies("meanwhile with cherries")
	otter.sees(".replies", "2 replies")
	let()
	otter.sees(".pane .message", "I do")
	otter.sees(".pane .message", "meanwhile with cherries")
}

func TestWhatIsHeardOfPeopleIsNewerThanTheirList(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	let := otter.holds("/members")
	otter.click(".room-head button", "2 people")
	otter.until("the list to be asked for", "globalThis.held > 0")
	stoat := ferret.site.open(desk).enter("stoat")
	stoat.says("I have just come")
	otter.hears("I have just come")
	ferret.says("/away at lunch")
	ferret.says("back in an hour")
	otter.hears("back in an hour")
	let()
	otter.sees(".pane li", "stoat")
	otter.sees(".pane li:has(.presence.away)", "ferret")
}

func TestALongThreadIsReadToItsBeginning(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.says("count to 250")
	root, room := otter.seqOf("count to 250"), ferret.lobby()
	const few = 25
	for from := 1; from <= 250; from += few {
		evaluate[bool](ferret, fmt.Sprintf(`(async () => {
			for (let i = %d; i < %d; i++) {
				await fetch('/api/v1/commands', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ op: 'say', room: %d, target: %d, text: 'number ' + i }) });
			}
			return true;
		})()`, from, from+few, room, root))
	}
	otter.visit(fmt.Sprintf("/lobby#thread/%d", root))
	otter.sees(".pane .message", "number 250")
	otter.sees(".pane .rule", "250 replies")
	otter.until("it to be at its end", "(({ scrollTop, clientHeight, scrollHeight }) => scrollHeight - scrollTop - clientHeight < 2)(document.querySelector('.pane-body'))")
	texts := `[...document.querySelectorAll('.pane ol .message-text')].map((one) => one.innerText.trim())`
	for _, n := range []int{200, 250} {
		seen := evaluate[string](otter, `(() => {
			const pane = document.querySelector('.pane-body');
			pane.scrollTop = 0;
			const { top } = pane.getBoundingClientRect();
			return [...pane.querySelectorAll('ol .message-text')].find((one) => one.getBoundingClientRect().top >= top).innerText.trim();
		})()`)
		otter.until("earlier replies to be there", fmt.Sprintf("%s.length >= %d", texts, n))
		otter.until("what was in sight to stay", fmt.Sprintf(`(() => {
			const box = document.querySelector('.pane-body').getBoundingClientRect();
			return [...document.querySelectorAll('.pane ol .message-text')].some((one) => one.innerText.trim() === %s && one.getBoundingClientRect().bottom > box.top && one.getBoundingClientRect().top < box.bottom);
		})()`, quote(seen)))
	}
	got := evaluate[[]string](otter, texts)
	for i, text := range got {
		if want := fmt.Sprintf("number %d", i+1); text != want {
			t.Fatalf("reply %d is %q, want %q", i+1, text, want)
		}
	}
	otter.misses("button", "Earlier replies")
}
