package browsertest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// axe returns the source of axe-core, which scripts/page.sh puts into the cache.
func axe(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(cache, "hubbub", "page-*", "node_modules", "axe-core", "axe.min.js"))
	if err == nil && len(found) == 0 {
		err = errors.Join(fs.ErrNotExist, errors.New("axe-core is not in the cache: scripts/page.sh installs it"))
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	source, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// wears has the page look as on a light or a dark device.
func (w *window) wears(scheme string) {
	w.t.Helper()
	must(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// violations returns what axe-core finds wrong with what is shown.
func (w *window) violations(source string) []string {
	w.t.Helper()
	if !evaluate[bool](w, "'axe' in globalThis") {
		_, err := tryEvaluate[bool](w, source+"\n;true") // evaluate would show the source if it failed
		w.must(err)
	}
	return evaluate[[]string](w, `axe.run().then(({ violations }) => violations.map((one) => one.id + ': ' + one.help + ' '
		+ one.nodes.map((node) => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' | ')))`)
}

func TestAxeFindsNothingOnAnyScreen(t *testing.T) {
	t.Parallel()
	browser(t)
	source := axe(t)
	w, phoneWindow := furnished(t)
	for _, view := range []*window{w, phoneWindow} {
		for _, scheme := range []string{"light", "dark"} {
			view.wears(scheme)
			for _, screen := range screens {
				view.show(screen)
				for _, what := range view.violations(source) {
					t.Errorf("%s, %s: %s", screen.name, scheme, what)
				}
			}
		}
	}
	stranger := w.site.open(desk)
	for _, scheme := range []string{"light", "dark"} {
		stranger.wears(scheme)
		for _, path := range []string{"/lobby", "/?newcomer=stoat"} {
			stranger.visit(path)
			stranger.sees(".signin-box input", "")
			for _, what := range stranger.violations(source) {
				t.Errorf("%s, %s: %s", path, scheme, strings.TrimSpace(what))
			}
		}
	}
}
