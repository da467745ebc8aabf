package browsertest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

var (
	doubled = size{640, 400, false} // the desk's window at 200 % zoom
	narrow  = size{320, 640, true}  // a desk's window at 400 %, or the smallest phone (WCAG 2.2 §1.4.10)
)

// sideways finds what one would have to scroll sideways to get at, and what is cut off.
const sideways = `(() => {
	const wide = document.documentElement.clientWidth, wrong = [];
	if (document.documentElement.scrollWidth > wide) wrong.push('the page is ' + document.documentElement.scrollWidth + ' wide');
	const scrolls = (element) => { for (; element; element = element.parentElement) if (/auto|scroll/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth) return true; };
	for (const element of document.querySelectorAll('a, button, input, select, textarea, h2, h3, h4, p, label')) {
		if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest('.unseen, .skip, .tools') || element.matches('.unseen')) continue;
		const { left, right, width } = element.getBoundingClientRect();
		if (width && (left < -1 || right > wide + 1) && !scrolls(element.parentElement)) wrong.push(element.outerHTML.slice(0, 140) + ' reaches from ' + left + ' to ' + right);
	}
	return wrong;
})()`

// speaks has the page use a language.
func (w *window) speaks(language string) {
	w.t.Helper()
	w.visit("/lobby#settings/look")
	w.sees("dialog select", "")
	evaluate[bool](w, `(() => {
		const list = [...document.querySelectorAll('dialog select')].find((one) => one.querySelector('option[value=pl]'));
		list.value = `+quote(language)+`;
		return list.dispatchEvent(new Event('change', { bubbles: true }));
	})()`)
	w.until("the language to be another", "document.documentElement.lang === "+quote(language))
}

func TestEveryScreenFitsANarrowWindow(t *testing.T) {
	t.Parallel()
	browser(t)
	w, _ := furnished(t)
	for _, language := range []string{"en", "pl"} {
		w.speaks(language)
		for _, z := range []size{doubled, narrow} {
			w.resize(z)
			for _, screen := range screens {
				w.show(screen)
				for _, what := range evaluate[[]string](w, sideways) {
					t.Errorf("%s in %s, %d pixels wide: %s", screen.name, language, z.width, what)
				}
			}
			w.show(screens[0])
			if high := evaluate[float64](w, "document.getElementById('messages').clientHeight"); high < 120 {
				t.Errorf("in a window of %d by %d the messages have %v pixels", z.width, z.height, high)
			}
		}
	}
}

func TestNothingMovesForWhoWantsNoMotion(t *testing.T) {
	t.Parallel()
	browser(t)
	w, _ := furnished(t)
	w.wears("light") // and no motion
	const moving = `[...document.querySelectorAll('*')].flatMap((element) => ['', '::before', '::after'].map((part) => getComputedStyle(element, part || null))
		.filter(({ transitionDuration, animationDuration, animationName, scrollBehavior }) => scrollBehavior === 'smooth' || [transitionDuration, animationName === 'none' ? '0s' : animationDuration].some((all) => all.split(', ').some((one) => parseFloat(one) > 0.001)))
		.map(() => element.className))`
	for _, screen := range screens {
		w.show(screen)
		for _, what := range evaluate[[]string](w, moving) {
			t.Errorf("%s: %q moves", screen.name, what)
		}
	}
}

// Where the system gives the colours, what is chosen and what is not look different all
// the same: by an outline or a border, as backgrounds are gone.
func TestWhatIsChosenIsSeenInForcedColours(t *testing.T) {
	t.Parallel()
	browser(t)
	w, _ := furnished(t)
	must(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
	w.click(".reaction", "ferret")
	w.sees(".reaction[aria-pressed=true]", "")
	const marks = `(() => {
		const look = (one) => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth, s.borderColor, s.borderWidth, s.backgroundColor, s.fontWeight, s.textDecorationLine, s.forcedColorAdjust].join(' '); };
		const found = [], same = [];
		for (const [chosen, other] of [['.room-link[aria-current]', '.room-link:not([aria-current])'], ['.section-link[aria-current]', '.section-link:not([aria-current])'],
			['.option[aria-selected=true]', '.option[aria-selected=false]'], ['.reaction[aria-pressed=true]', '.reaction.add'], ['[role=switch]:checked', '[role=switch]:not(:checked)']]) {
			const a = document.querySelector(chosen), b = document.querySelector(other);
			if (a && b) found.push(chosen);
			if (a && b && look(a) === look(b)) same.push(chosen);
		}
		return { found, same };
	})()`
	compared := map[string]bool{}
	for _, screen := range screens {
		w.show(screen)
		seen := evaluate[struct{ Found, Same []string }](w, marks)
		for _, what := range seen.Found {
			compared[what] = true
		}
		for _, what := range seen.Same {
			t.Errorf("%s: %s looks as what is not chosen", screen.name, what)
		}
	}
	if len(compared) < 5 {
		t.Errorf("compared are only %v", compared)
	}
}
