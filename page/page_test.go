package page_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hubbub/page"
)

func load(t *testing.T) *page.Files {
	t.Helper()
	files, err := page.Load()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The budget of issue and README: what a first visit transfers.
const firstLoad = 100 << 10

func TestTheFirstLoadStaysSmall(t *testing.T) {
	files := load(t)
	total := len(files.Index.Gzip)
	for _, ref := range regexp.MustCompile(`"/page/([^"]*)"`).FindAllSubmatch(files.Index.Body, -1) {
		file, _ := files.Lookup(string(ref[1]))
		if file.Gzip != nil {
			total += len(file.Gzip)
		} else {
			total += len(file.Body)
		}
	}
	if total < 20<<10 {
		t.Errorf("the first load is %d bytes compressed: the index does not tell of all modules", total)
	}
	t.Logf("the first load is %d bytes compressed", total)
	if total > firstLoad {
		t.Errorf("the first load is %d bytes compressed, at most %d are promised", total, firstLoad)
	}
}

func TestCompressedFilesAreTheFiles(t *testing.T) {
	files := load(t)
	for _, name := range append(files.Names(), "") {
		file := files.Index
		if name != "" {
			file, _ = files.Lookup(name)
		}
		if file.Type == "" {
			t.Errorf("%s has no media type", name)
		}
		if file.Gzip == nil {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(file.Gzip))
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r); err != nil || !bytes.Equal(body, file.Body) {
			t.Errorf("%s: the compressed form is another (%v)", name, err)
		}
	}
}

func TestTheIndexRefersToFilesThatNeverChange(t *testing.T) {
	files := load(t)
	refs := regexp.MustCompile(`"/page/([^"]*)"`).FindAllSubmatch(files.Index.Body, -1)
	if len(refs) < 3 {
		t.Fatalf("the index refers to %d files: is it the page?", len(refs))
	}
	for _, ref := range refs {
		if file, fixed := files.Lookup(string(ref[1])); file == nil || !fixed {
			t.Errorf("the index refers to %s, which is not there for ever", ref[1])
		}
	}
	if file, fixed := files.Lookup("app.js"); file == nil || fixed {
		t.Error("app.js should be found without the version too, as one that can change")
	}
	if file, _ := files.Lookup("../page.go"); file != nil {
		t.Error("a file outside the page was found")
	}
}

func TestTheServiceWorkerKeepsTheFilesOfItsVersion(t *testing.T) {
	files := load(t)
	worker, _ := files.Lookup("sw.js")
	if !bytes.Contains(worker.Body, []byte("const version = '"+files.Version+"';")) {
		t.Error("the service worker does not know its version")
	}
	listed, fixed := files.Lookup(files.Version + "/files.json")
	if listed == nil || !fixed {
		t.Fatal("there is no list of the files of this version")
	}
	var names struct{ Files []string }
	if err := json.Unmarshal(listed.Body, &names); err != nil {
		t.Fatal(err)
	}
	for _, name := range names.Files {
		if file, _ := files.Lookup(name); file == nil {
			t.Errorf("%s is listed, and not there", name)
		}
	}
	for _, ref := range regexp.MustCompile(`"/page/[0-9a-f]+/([^"]*)"`).FindAllSubmatch(files.Index.Body, -1) {
		if !slices.Contains(names.Files, string(ref[1])) {
			t.Errorf("the index refers to %s, which is not listed", ref[1])
		}
	}
	if slices.Contains(names.Files, "sw.js") {
		t.Error("the service worker would keep itself")
	}
}

func TestTheManifestRefersToIcons(t *testing.T) {
	files := load(t)
	manifest, _ := files.Lookup("manifest.webmanifest")
	var what struct{ Icons []struct{ Src, Type string } }
	if err := json.Unmarshal(manifest.Body, &what); err != nil {
		t.Fatal(err)
	}
	if len(what.Icons) == 0 {
		t.Fatal("no icons")
	}
	for _, icon := range what.Icons {
		file, _ := files.Lookup(strings.TrimPrefix(icon.Src, "/page/"))
		if file == nil || file.Type != icon.Type {
			t.Errorf("the icon %s is not there as %s", icon.Src, icon.Type)
		}
	}
}

// Content-Security-Policy allows neither, and a bare import would need a map.
var (
	inline   = regexp.MustCompile(`<script(?:>|\s+(?:type=\S+)?>)|<style|\sstyle=|\son[a-z]+=`)
	bare     = regexp.MustCompile(`(?:from|import)\s*\(?\s*["']([@\w][^"']*)["']`)
	unsafe   = regexp.MustCompile(`\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function`)
	imported = regexp.MustCompile(`(?:from|import)\s*\(?\s*["'](\.[^"']*)["']`)
)

func TestThePageObeysItsOwnPolicy(t *testing.T) {
	files := load(t)
	if found := inline.Find(files.Index.Body); found != nil {
		t.Errorf("the index has %q inline", found)
	}
	for _, name := range files.Names() {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		file, _ := files.Lookup(name)
		if found := bare.FindSubmatch(file.Body); found != nil {
			t.Errorf("%s imports %s by its name", name, found[1])
		}
		if found := unsafe.Find(file.Body); found != nil && !strings.HasPrefix(name, "vendor/") {
			t.Errorf("%s has %q: text from outside must not become markup or code", name, found)
		}
		for _, ref := range imported.FindAllSubmatch(file.Body, -1) {
			if target, _ := files.Lookup(path.Join(path.Dir(name), string(ref[1]))); target == nil {
				t.Errorf("%s imports %s, which is not there", name, ref[1])
			}
		}
	}
}

func TestThePolicyIsCheckedAgainstPlantedFaults(t *testing.T) {
	for text, rule := range map[string]*regexp.Regexp{
		`<script>x</script>`:      inline,
		`<p style="color:red">`:   inline,
		`<a onclick="x">`:         inline,
		`import {h} from'preact'`: bare,
		`import("preact")`:        bare,
		`e.innerHTML = text`:      unsafe,
		`from './a.js'`:           imported,
	} {
		if !rule.MatchString(text) {
			t.Errorf("%q is not found", text)
		}
	}
}

func TestTheIndexNamesTheModulesThatThePageStartsWith(t *testing.T) {
	files := load(t)
	modules := files.Modules()
	if modules[0] != "app.js" {
		t.Errorf("the first module is %s", modules[0])
	}
	for _, name := range []string{"ui/shell.js", "vendor/preact.js", "words/en.js"} {
		if !strings.Contains(string(files.Index.Body), `"modulepreload" href="/page/`+files.Version+`/`+name+`"`) {
			t.Errorf("the index does not name %s, which the page can't start without", name)
		}
	}
	if strings.Contains(string(files.Index.Body), "words/pl.js") {
		t.Error("the index names words/pl.js, which is fetched only when it is wanted")
	}
}

func TestServedModulesKeepTheirLinesButNotTheirComments(t *testing.T) {
	files, left := load(t), 0
	for _, name := range files.Names() {
		if path.Ext(name) != ".js" || path.Dir(name) == "vendor" {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, _ := files.Lookup(name)
		if got, want := bytes.Count(file.Body, []byte("\n")), bytes.Count(source, []byte("\n")); got != want {
			t.Errorf("%s has %d lines, of %d: what a browser reports could not be found", name, got, want)
		}
		written := strings.Split(string(source), "\n")
		for i, line := range strings.Split(string(file.Body), "\n") {
			text, before := strings.TrimSpace(line), strings.TrimSpace(written[i])
			if strings.HasPrefix(text, "//") || strings.HasPrefix(text, "/**") {
				t.Errorf("%s:%d: a comment is served: %s", name, i+1, text)
			}
			if text == "" && before != "" && !strings.HasPrefix(before, "//") && !strings.HasPrefix(before, "/**") && !strings.HasPrefix(before, "*") {
				t.Errorf("%s:%d: this is not served: %s", name, i+1, before)
			}
		}
		left += len(source) - len(file.Body)
	}
	if left == 0 {
		t.Error("nothing was left out")
	}
}
