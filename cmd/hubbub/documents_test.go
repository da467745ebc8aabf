package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	flagHelp  = regexp.MustCompile(`(?m)^  -([a-z][a-z-]*)`)
	flagNamed = regexp.MustCompile("(?m)(?:^|[\\s(`])--([a-z][a-z-]*)")
	lineNamed = regexp.MustCompile("(?m)(?:^|`|\\./cmd/)hubbub ([a-z-]+)(?:`| )")
)

// Flags in the documents that are not hubbub's: of apt-get, curl, git, and of what is
// said to a server by SSH.
var othersFlags = []string{"no-install-recommends", "data-binary", "retry", "format", "one", "help"}

// allFlags returns the flags of all commands, by what their help says.
func allFlags(t *testing.T) (all []string) {
	t.Helper()
	for _, args := range [][]string{
		{"serve"}, {"join"}, {"admin"}, {"backup"}, {"restore"}, {"bench", "fanout"}, {"bench", "compare"}, {"bench", "reference"},
	} {
		var out strings.Builder
		err := run(t.Context(), append(args, "--help"), strings.NewReader(""), &out, &out)
		found := flagHelp.FindAllStringSubmatch(out.String(), -1)
		if err != nil || len(found) == 0 {
			t.Fatalf("%v --help: %d flags, %v", args, len(found), err)
		}
		for _, match := range found {
			all = append(all, match[1])
		}
	}
	return all
}

// unknownIn returns the flags and commands in a document that hubbub does not have.
func unknownIn(document string, flags, names []string) (unknown []string) {
	for _, match := range flagNamed.FindAllStringSubmatch(document, -1) {
		if !slices.Contains(flags, match[1]) && !slices.Contains(othersFlags, match[1]) {
			unknown = append(unknown, "--"+match[1])
		}
	}
	for _, match := range lineNamed.FindAllStringSubmatch(document, -1) {
		if !slices.Contains(names, match[1]) {
			unknown = append(unknown, match[1])
		}
	}
	return unknown
}

func TestDocumentsNameFlagsAndCommandsThatThereAre(t *testing.T) {
	flags, names := allFlags(t), []string{"help"}
	for _, c := range commands() {
		names = append(names, c.name)
	}
	const wrong = "`hubbub serve --listen x` `hubbub forget` (`--guest`)\nhubbub brew --data x\n"
	if got, want := unknownIn(wrong, flags, names), []string{"--guest", "forget", "brew"}; !slices.Equal(got, want) {
		t.Errorf("unknown in %q: %q, want %q", wrong, got, want)
	}
	documents, err := filepath.Glob("../../*.md")
	more, errMore := filepath.Glob("../../docs/*.md")
	if documents = append(documents, more...); err != nil || errMore != nil || len(documents) < 10 {
		t.Fatalf("documents: %q, %v, %v", documents, err, errMore)
	}
	for _, name := range documents {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range unknownIn(string(text), flags, names) {
			t.Errorf("%s: hubbub has no %s", filepath.Base(name), what)
		}
	}
}
