package page

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestLeanModulesKeepTheirCodeAndItsPlace(t *testing.T) {
	for source, want := range map[string]string{
		"a;\n// b\nc; // d\n":              "a;\n\nc; // d\n",
		"/** a */\nb;":                     "\nb;",
		"/**\n * a\n */\nb;\n/* c */ d;":   "\n\n\nb;\n/* c */ d;",
		"  // a\n  /* b\n // c */\nd /* e": "\n\n\nd /* e",
		"a = '// b';\n":                    "a = '// b';\n",
		"":                                 "",
	} {
		if got := string(lean([]byte(source))); got != want {
			t.Errorf("lean(%q) = %q, want %q", source, got, want)
		}
	}
}

// markup is what lines of templates have, and comments don't.
var markup = regexp.MustCompile(`\$\{|</|/>`)

// TestNoMarkupIsTakenForAComment guards what lean says of templates: of the lines
// that it leaves out none is like one of theirs.
func TestNoMarkupIsTakenForAComment(t *testing.T) {
	removed := 0
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".js" || strings.HasPrefix(name, "vendor/") {
			return err
		}
		body, err := embedded.ReadFile(name)
		after := bytes.Split(lean(body), []byte("\n"))
		for i, line := range bytes.Split(body, []byte("\n")) {
			if bytes.Equal(line, after[i]) {
				continue
			}
			removed++
			if markup.Match(line) {
				t.Errorf("%s:%d: is left out, and looks like markup: %s", name, i+1, line)
			}
		}
		return err
	})
	if err != nil || removed < 500 {
		t.Errorf("%d lines are left out (%v): is that the page?", removed, err)
	}
	if !markup.MatchString("// <b>${nick}</b>") {
		t.Error("a planted fault is not found")
	}
}
