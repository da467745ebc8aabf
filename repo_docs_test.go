package hubbub_test

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// readmes say the same in two languages.
var readmes = []string{"README.md", "README.pl.md"}

// prose returns a Markdown document without its blocks of code, and those.
func prose(document string) (text string, blocks []string) {
	for i, part := range strings.Split("\n"+document, "\n```") {
		if i%2 == 0 {
			text += part + "\n"
		} else {
			blocks = append(blocks, part)
		}
	}
	return text, blocks
}

// anchors returns the names under which a document's headings can be linked
// to, made as GitHub makes them.
func anchors(document string) (names []string) {
	text, _ := prose(document)
	for line := range strings.Lines(text) {
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title)))
	}
	return names
}

var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// brokenLinks returns the links of a document to files or headings of the
// repository that are not there. Other sites are not ours to check.
func brokenLinks(t *testing.T, from, document string) (broken []string) {
	t.Helper()
	text, _ := prose(document)
	for _, match := range link.FindAllStringSubmatch(text, -1) {
		to, err := url.Parse(match[1])
		if err != nil || to.Scheme != "" {
			continue
		}
		headings := document
		if to.Path != "" {
			target := filepath.FromSlash(path.Join(path.Dir(from), to.Path))
			info, err := os.Stat(target)
			if err != nil {
				broken = append(broken, match[1])
				continue
			}
			headings = ""
			if !info.IsDir() {
				headings = read(t, target)
			}
		}
		if to.Fragment != "" && !slices.Contains(anchors(headings), to.Fragment) {
			broken = append(broken, match[1])
		}
	}
	return broken
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	for _, from := range files(t, ".md") {
		for _, to := range brokenLinks(t, from, read(t, from)) {
			t.Errorf("%s: the link to %s leads nowhere", from, to)
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	const document = "# A title, with *this*\n[a](#a-title-with-this) [b](#b) [c](../LICENSE) [d](LICENSE)\n" +
		"[e](../ARCHITECTURE.md#floors) [f](../ARCHITECTURE.md#g) [g](https://example.org/h) [h](decisions/)\n" +
		"```\n# Code\n[i](i)\n```\n[j](#code)\n"
	want := []string{"#b", "LICENSE", "../ARCHITECTURE.md#g", "#code"}
	if got := brokenLinks(t, "docs/a.md", document); !slices.Equal(got, want) {
		t.Errorf("broken: %q, want %q", got, want)
	}
}

// The README gives a newcomer two commands, and CI begins with the second.
func TestReadmeCommandsAreWhatCIRuns(t *testing.T) {
	const want = "sh\ngo run ./cmd/hubbub serve\ngo test ./..."
	for _, name := range readmes {
		if _, blocks := prose(read(t, name)); len(blocks) == 0 || blocks[0] != want {
			t.Errorf("%s: its first block of code should be %q; blocks: %q", name, want, blocks)
		}
	}
	ci := read(t, ".ci/run")
	test := regexp.MustCompile(`(?m)^step \d+ '[^']+' go test \./\.\.\.$`).FindStringIndex(ci)
	check := regexp.MustCompile(`(?m)^step \d+ '[^']+' make check$`).FindStringIndex(ci)
	if test == nil || check == nil || check[0] < test[0] {
		t.Error(".ci/run should run the README's go test ./... and then make check")
	}
}

var promise = regexp.MustCompile(`\*\*P(\d+)\*\*`)

// A reader of either language is told the same commands and the same promises,
// under as many headings.
func TestReadmesSayTheSame(t *testing.T) {
	english, polish := read(t, readmes[0]), read(t, readmes[1])
	textEN, blocksEN := prose(english)
	textPL, blocksPL := prose(polish)
	if !slices.Equal(blocksEN, blocksPL) {
		t.Errorf("the blocks of code differ:\n%q\n%q", blocksEN, blocksPL)
	}
	if a, b := len(anchors(english)), len(anchors(polish)); a != b {
		t.Errorf("%s has %d headings, %s %d", readmes[0], a, readmes[1], b)
	}
	for name, text := range map[string]string{readmes[0]: textEN, readmes[1]: textPL, "ARCHITECTURE.md": read(t, "ARCHITECTURE.md")} {
		var got []string
		for _, match := range promise.FindAllStringSubmatch(text, -1) {
			got = append(got, match[1])
		}
		if want := strings.Fields("1 2 3 4 5 6 7 8 9 10"); !slices.Equal(got, want) {
			t.Errorf("%s prints the promises %v", name, got)
		}
	}
}

func TestChangelogHasRoomForTheNextChange(t *testing.T) {
	text := read(t, "CHANGELOG.md")
	if first := regexp.MustCompile(`(?m)^## (.*)$`).FindStringSubmatch(text); first == nil || first[1] != "[Unreleased]" {
		t.Errorf("CHANGELOG.md: the first section is %q, not [Unreleased]", first)
	}
}

func TestDecisionsAreNumberedAndWhole(t *testing.T) {
	records, err := filepath.Glob("docs/decisions/*.md")
	if err != nil || len(records) == 0 {
		t.Fatalf("found no decisions: %v", err)
	}
	for i, name := range records {
		if begin := fmt.Sprintf("%04d-", i+1); !strings.HasPrefix(filepath.Base(name), begin) {
			t.Errorf("%s: the next number is %s", name, begin)
		}
		titles := anchors(read(t, filepath.ToSlash(name)))
		if len(titles) != 5 || !slices.Equal(titles[1:], []string{"context", "decision", "consequences", "rejected"}) {
			t.Errorf("%s: its headings are %v", name, titles)
		}
	}
}

var (
	target  = regexp.MustCompile(`(?m)^([a-z]+):(.*)$`)
	mention = regexp.MustCompile("`make ([a-z]+)")
)

func TestMakeTargetsExplainThemselves(t *testing.T) {
	var targets []string
	for _, match := range target.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets = append(targets, match[1])
		if !strings.Contains(match[2], "## ") {
			t.Errorf("Makefile: %s has no help", match[1])
		}
	}
	for _, name := range files(t, ".md") {
		for _, match := range mention.FindAllStringSubmatch(read(t, name), -1) {
			if !slices.Contains(targets, match[1]) {
				t.Errorf("%s: there is no make %s", name, match[1])
			}
		}
	}
}

// shown is a block of code that is a screen which another test compares: its first line
// says in which file that is, and under which name.
var shown = regexp.MustCompile("(?m)^```text (\\S+\\.txt) (\\S+)\n((?:[^`\n].*\n|\n)*)```$")

// screen returns what is kept under a name in a file of screens.
func screen(t *testing.T, file, name string) string {
	t.Helper()
	_, rest, found := strings.Cut("\n"+read(t, file), "\n== "+name+", ")
	if !found {
		t.Fatalf("%s has no screen %s", file, name)
	}
	_, rest, _ = strings.Cut(rest, "\n")
	rest, _, _ = strings.Cut(rest, "\n== ")
	return strings.TrimSuffix(rest, "\n") + "\n"
}

// To show them as they are now: go test . -run Screens -update
func TestScreensInDocumentsAreAsOtherTestsSeeThem(t *testing.T) {
	const file = "docs/terminal.md"
	text := read(t, file)
	if n := len(shown.FindAllString(text, -1)); n != 3 {
		t.Errorf("%s shows %d screens, not 3", file, n)
	}
	want := shown.ReplaceAllStringFunc(text, func(block string) string {
		match := shown.FindStringSubmatch(block)
		return fmt.Sprintf("```text %s %s\n%s```", match[1], match[2], screen(t, match[1], match[2]))
	})
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != want {
		t.Errorf("%s shows other screens than there are: go test . -run Screens -update", file)
	}
}
