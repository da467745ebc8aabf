// The tests in this directory hold the repository to what its documents say.
// Each reads its rule from the document that people read, so that the two
// can't disagree: the floors from ARCHITECTURE.md, the dependencies from
// docs/dependencies.md, the commands from README.md.
package hubbub_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/modules.txt, and the screens in docs/terminal.md, anew")

const module = "hubbub"

// systems are the operating systems for which files may be left in or out; the
// rules hold on each.
var systems = []string{"linux", "darwin", "windows"}

// goPackage is what "go list -json" says of a package.
type goPackage struct {
	ImportPath, Name, Doc, Dir         string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
	Standard                           bool
	Module                             *goModule
}

type goModule struct {
	Path, Version, Dir string
	Main               bool
}

// path returns where the package is in the module: "." for the root.
func (p *goPackage) path() string { return inModule(p.ImportPath) }

// tests returns what the package's tests import.
func (p *goPackage) tests() []string { return slices.Concat(p.TestImports, p.XTestImports) }

// inModule returns an import path without the module's, or "" for the path of
// another module's or a standard package.
func inModule(importPath string) string {
	if importPath == module {
		return "."
	}
	path, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return ""
	}
	return path
}

// below reports whether path is dir or something in it.
func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// goTool runs the go command for an operating system and returns its output.
func goTool(t *testing.T, system string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("GOOS=%s go %s: %v\n%s", system, strings.Join(args, " "), err, exit.Stderr)
		}
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// list returns the packages that match, as an operating system sees them.
func list(t *testing.T, system string, args ...string) []*goPackage {
	t.Helper()
	return decodeAll[goPackage](t, goTool(t, system, append([]string{"list", "-e", "-json"}, args...)...))
}

// decodeAll reads one JSON object after the other.
func decodeAll[T any](t *testing.T, data []byte) (all []*T) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(data)))
	for {
		v := new(T)
		if err := dec.Decode(v); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
}

// files returns the slash-separated paths of the repository's files whose name
// ends so, without what git and test data keep for themselves.
func files(t *testing.T, suffix string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, suffix) {
			paths = append(paths, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil || len(paths) == 0 {
		t.Fatalf("looking for *%s: %v, found %d", suffix, err, len(paths))
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// table returns the rows of the first Markdown table whose first heading is
// the given one, cells trimmed.
func table(t *testing.T, document, heading string) (rows [][]string) {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(read(t, document)))
	inside := false
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			if inside {
				return rows
			}
		case !inside:
			inside = cells[0] == heading
		case !strings.HasPrefix(cells[0], "--"):
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no table that begins with %q", document, heading)
	}
	return rows
}

// quoted returns what stands between backquotes.
func quoted(s string) (words []string) {
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			words = append(words, part)
		}
	}
	return words
}

// floor is a row of the table in ARCHITECTURE.md.
type floor struct {
	level     int
	imports   []string // packages of the module that it may import
	any       bool     // it may import everything on the floors below
	testsOnly bool     // only tests import it
}

// floors is the table, by package.
type floors map[string]floor

func readFloors(t *testing.T) floors {
	t.Helper()
	rules := floors{}
	for _, row := range table(t, "ARCHITECTURE.md", "floor") {
		level, err := strconv.Atoi(row[0])
		if err != nil || len(row) != 4 {
			t.Fatalf("ARCHITECTURE.md: %q is no row of the floors", row)
		}
		for _, name := range quoted(row[1]) {
			rules[name] = floor{
				level:     level,
				imports:   quoted(row[3]),
				any:       row[3] == "all below",
				testsOnly: strings.Contains(row[1], "tests only"),
			}
		}
	}
	return rules
}

// isBelow reports whether a package is on a floor below another's, or inside it
// on the same floor.
func (f floors) isBelow(name, other string) bool {
	low, known := f[name]
	high := f[other]
	return known && (low.level < high.level || low.level == high.level && name != other && below(name, other))
}

// faults returns what the package imports against the table. Tests may import
// whatever is below them, and whatever is there for tests.
func (f floors) faults(p *goPackage) (faults []string) {
	own, ok := f[p.path()]
	if !ok {
		return []string{p.path() + ": ARCHITECTURE.md has no row for it"}
	}
	for _, imported := range p.Imports {
		name := inModule(imported)
		switch {
		case name == "":
		case !f.isBelow(name, p.path()):
			faults = append(faults, fmt.Sprintf("%s is on floor %d and imports %s, which is not below it", p.path(), own.level, name))
		case !own.any && !slices.Contains(own.imports, name):
			faults = append(faults, fmt.Sprintf("%s imports %s, which its row does not allow", p.path(), name))
		case f[name].testsOnly && !own.testsOnly:
			faults = append(faults, fmt.Sprintf("%s imports %s, which is for tests", p.path(), name))
		}
	}
	for _, imported := range p.tests() {
		name := inModule(imported)
		if name != "" && name != p.path() && !f[name].testsOnly && !f.isBelow(name, p.path()) {
			faults = append(faults, fmt.Sprintf("a test of %s, on floor %d, imports %s, which is not below it", p.path(), own.level, name))
		}
	}
	return faults
}

func TestPackagesImportOnlyWhatTheirFloorAllows(t *testing.T) {
	rules := readFloors(t)
	for _, system := range systems {
		for _, p := range list(t, system, "./...") {
			if p.path() == "." {
				continue // it has no code
			}
			for _, fault := range rules.faults(p) {
				t.Errorf("on %s: %s", system, fault)
			}
		}
	}
}

// A row that allows what the floors forbid would be a mistake in the table.
func TestFloorsAllowOnlyWhatIsBelow(t *testing.T) {
	rules := readFloors(t)
	for name, own := range rules {
		for _, imported := range own.imports {
			if !rules.isBelow(imported, name) {
				t.Errorf("ARCHITECTURE.md: the row of %s, on floor %d, allows %s, which is not below it", name, own.level, imported)
			}
		}
	}
}

func TestFloorsRuleFindsPlantedFaults(t *testing.T) {
	rules := floors{
		"low":     {level: 0},
		"probe":   {level: 0, testsOnly: true},
		"mid":     {level: 1, imports: []string{"low", "probe", "mid/in"}},
		"mid/in":  {level: 1, imports: []string{"low", "mid"}},
		"beside":  {level: 1, imports: []string{"low"}},
		"high":    {level: 2, imports: []string{"mid"}},
		"harness": {level: 3, any: true, testsOnly: true},
	}
	imports := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, module+"/"+name)
		}
		return append(paths, "fmt", "example.org/other")
	}
	for _, c := range []struct {
		about string
		p     goPackage
		want  string // part of the only complaint; empty for none
	}{
		{"its row allows it", goPackage{ImportPath: "hubbub/high", Imports: imports("mid")}, ""},
		{"everything below", goPackage{ImportPath: "hubbub/harness", Imports: imports("low", "mid", "high", "probe")}, ""},
		{"a test may use what is below", goPackage{ImportPath: "hubbub/high", TestImports: imports("low", "high")}, ""},
		{"a test may use what is for tests", goPackage{ImportPath: "hubbub/low", XTestImports: imports("harness", "low")}, ""},
		{"what is inside it", goPackage{ImportPath: "hubbub/mid", Imports: imports("mid/in")}, ""},
		{"what it is inside of", goPackage{ImportPath: "hubbub/mid/in", Imports: imports("mid")}, "not below"},
		{"upwards", goPackage{ImportPath: "hubbub/mid", Imports: imports("high")}, "not below"},
		{"sideways", goPackage{ImportPath: "hubbub/mid", Imports: imports("beside")}, "not below"},
		{"not in its row", goPackage{ImportPath: "hubbub/high", Imports: imports("low")}, "does not allow"},
		{"a package for tests, in the program", goPackage{ImportPath: "hubbub/mid", Imports: imports("probe")}, "for tests"},
		{"an unknown package", goPackage{ImportPath: "hubbub/high", Imports: imports("new")}, "not below"},
		{"no row", goPackage{ImportPath: "hubbub/new"}, "no row"},
		{"a test upwards", goPackage{ImportPath: "hubbub/low", XTestImports: imports("high")}, "a test of"},
	} {
		faults := rules.faults(&c.p)
		if c.want == "" && len(faults) != 0 || c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.want)) {
			t.Errorf("%s: complaints %q, want one with %q", c.about, faults, c.want)
		}
	}
}
