package browsertest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"hubbub/internal/hub"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "write docs/screenshots anew")

// screen is something that the page shows.
type screen struct {
	name    string
	address string // the hash; #thread goes on with the message's number
	shows   string // what is there once it is shown
}

var screens = []screen{
	{"conversation", "", messages},
	{"thread", "#thread/", ".pane .message"},
	{"search", "#search/tea", ".result"},
	{"people", "#people", ".pane li"},
	{"pins", "#pins", ".pane"},
	{"room", "#room", "dialog .dialog-body"},
	{"rooms", "#browse", "dialog input"},
	{"switcher", "#switch", "dialog [role=option]"},
	{"keys", "#shortcuts", "dialog kbd"},
	{"person", "#person/ferret", "dialog button"},
	{"account", "#settings/account", "dialog .field"},
	{"settings", "#settings/look", "dialog select"},
	{"notifications", "#settings/notifications", "dialog select"},
	{"security", "#settings/security", "dialog .entry"},
	{"programs", "#settings/programs", "dialog .field"},
	{"admin", "#admin/people", "dialog .entry"},
	{"invitations", "#admin/invitations", "dialog .field"},
	{"bans", "#admin/bans", "dialog .field"},
	{"audit", "#admin/audit", "dialog .audit"},
	{"state", "#admin/state", "dialog .facts"},
}

// furnished returns two windows of the owner of a site where people talk: a wide
// one and one on a phone.
func furnished(t *testing.T) (wide, small *window) {
	t.Helper()
	s := startSite(t, hub.OpenPolicy(), byTheFirm)
	otter, ferret := s.open(desk).own(s, "otter", password), s.open(phone).enter("ferret")
	small = s.open(phone)
	small.visit("/lobby")
	small.click("button", "I have an account")
	small.fill("input", "Your nick", "otter")
	small.fill("input", "Password", password)
	small.press("Enter")
	small.sees(composer, "")

	otter.says("/join #tea")
	otter.sees(".room-head h2", "#tea")
	otter.goes("#lobby")
	otter.says("/topic Where everybody meets, and the kettle is always on")
	otter.says("Good morning! The new blend is here: *Darjeeling*, second flush. Who wants to taste the tea at four?")
	ferret.hears("Good morning!")
	ferret.says("I do! :tea: What does it need?")
	otter.hears("I do!")
	otter.says("Three minutes at 90 °C. From the recipe:\n\n```go\nfunc brew(tea Tea) (Cup, error) {\n\tif tea.Leaves < 2 {\n\t\treturn Cup{}, errors.New(\"too thin\")\n\t}\n\treturn tea.Steep(3 * time.Minute), nil\n}\n```")
	otter.hears("From the recipe")
	otter.picks(writePicture(t, "the view from the tea room.png", 640, 360))
	otter.sees(".uploads li", "the view")
	otter.says("And this is the view from the tea room:")
	ferret.hears("And this is the view")
	ferret.does("React", "And this is the view")
	ferret.fill(".palette input", "Find an emoji", "heart")
	ferret.press("Enter")
	otter.sees(".reaction", "ferret")
	otter.does("Open the thread", "Good morning!")
	otter.replies("There is milk, too, but please don’t.")
	otter.sees(".pane .message:not(.pending)", "There is milk")
	otter.press("Escape")
	otter.chooses("Pin", "And this is the view")
	otter.sees("button", "1 pinned message")
	ferret.says("@otter see you at four in #tea, then")
	for _, w := range []*window{otter, small} {
		w.hears("see you at four")
		w.root = otter.seqOf("Good morning!")
	}
	return otter, small
}

// show shows a screen and nothing else.
func (w *window) show(s screen) {
	w.t.Helper()
	address := "/lobby" + s.address
	if s.name == "thread" {
		address += fmt.Sprint(w.root)
	}
	evaluate[bool](w, "(history.pushState(null, '', "+quote(address)+"), dispatchEvent(new PopStateEvent('popstate')))")
	w.sees(s.shows, "")
	w.until("nothing to move", "document.getAnimations().every((one) => one.playState !== 'running') && [...document.images].every((one) => one.complete)")
}

// pictured are the screens that are kept as pictures, by the window.
var pictured = map[string][]string{
	"wide":  {"conversation", "thread", "settings", "admin"},
	"phone": {"conversation", "thread", "search", "settings", "admin"},
}

func TestScreenshots(t *testing.T) {
	if !*updateScreenshots {
		t.Skip("they are made anew with -update-screenshots")
	}
	wide, small := furnished(t)
	stranger := wide.site.open(desk)
	stranger.visit("/lobby")
	stranger.sees(".signin-box input", "")
	for _, scheme := range []string{"light", "dark"} {
		for view, w := range map[string]*window{"wide": wide, "phone": small} {
			w.wears(scheme)
			for _, s := range screens {
				if slices.Contains(pictured[view], s.name) {
					w.show(s)
					w.shoot(fmt.Sprintf("%s-%s-%s", s.name, scheme, view))
				}
			}
		}
		stranger.wears(scheme)
		stranger.shoot("signin-" + scheme + "-wide")
	}
}

// most is how large a picture may be: they are in the repository.
const most = 100_000

// shoot writes what the window shows into docs/screenshots.
func (w *window) shoot(name string) {
	w.t.Helper()
	picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Fatal(err)
	}
	if len(picture) > most {
		w.t.Errorf("%s has %d bytes, at most %d are meant", name, len(picture), most)
	}
	dir := filepath.Join("..", "..", "docs", "screenshots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		w.t.Fatal(err)
	}
}
