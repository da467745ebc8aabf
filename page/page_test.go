package page_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"path"
	"regexp"
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

// later are what a page fetches only when it is wanted.
var later = regexp.MustCompile(`^(words/(pl)\.js|sw\.js|.*\.png)$`)

func TestTheFirstLoadStaysSmall(t *testing.T) {
	files := load(t)
	total := len(files.Index.Gzip)
	for _, name := range files.Names() {
		file, _ := files.Lookup(name)
		if later.MatchString(name) {
			continue
		}
		if file.Gzip != nil {
			total += len(file.Gzip)
		} else {
			total += len(file.Body)
		}
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

// Content-Security-Policy allows neither, and a bare import would need a map.
var (
	inline   = regexp.MustCompile(`<script(?:>|\s+(?:type=\S+)?>)|<style|\sstyle=|\son[a-z]+=`)
	bare     = regexp.MustCompile(`(?:from|import)\s*\(?\s*["']([^."'][^"']*)["']`)
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
