package hubbub_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// sourceFile is a parsed Go file, whatever system it is for.
type sourceFile struct {
	path string
	set  *token.FileSet
	ast  *ast.File
}

// parse reads a Go file; the source may be nil, then it is read from the path.
func parse(t *testing.T, path string, source any) *sourceFile {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return &sourceFile{path, set, file}
}

func sources(t *testing.T) (parsed []*sourceFile) {
	t.Helper()
	for _, path := range files(t, ".go") {
		parsed = append(parsed, parse(t, path, nil))
	}
	return parsed
}

func (f *sourceFile) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// in reports whether the file is in a directory or below it.
func (f *sourceFile) in(dir string) bool { return below(path.Dir(f.path), dir) }

// fault says what is wrong at a node, with the line as compilers write it.
func (f *sourceFile) fault(n ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: ", f.path, f.set.Position(n.Pos()).Line) + fmt.Sprintf(format, args...)
}

// find returns the nodes of the file for which ok holds.
func (f *sourceFile) find(ok func(ast.Node) bool) (found []ast.Node) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if n != nil && ok(n) {
			found = append(found, n)
		}
		return true
	})
	return found
}

// isSelector reports whether a node is pkg.name for one of the names.
func isSelector(n ast.Node, pkg string, names ...string) bool {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || !slices.Contains(names, sel.Sel.Name) {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// sourceRules are what every source file is held to.
var sourceRules = map[string]func(*sourceFile) []string{
	"imports stay where they belong": reservedImports,
	"nothing runs before main":       runsBeforeMain,
	"nobody sleeps":                  sleeps,
	"the rules are pure":             impurities,
	"mutexes say what they guard":    silentMutexes,
	"exported names are documented":  undocumentedNames,
}

func TestSourcesKeepTheRules(t *testing.T) {
	all := sources(t)
	for name, rule := range sourceRules {
		t.Run(name, func(t *testing.T) {
			for _, f := range all {
				for _, fault := range rule(f) {
					t.Error(fault)
				}
			}
		})
	}
}

func TestSourceRulesFindPlantedFaults(t *testing.T) {
	for _, c := range []struct {
		rule, path, source string
		want               int // faults
	}{
		{"imports stay where they belong", "internal/hub/a.go", `import "zombiezen.com/go/sqlite/sqlitex"`, 1},
		{"imports stay where they belong", "internal/store/search/a.go", `import "zombiezen.com/go/sqlite"`, 0},
		{"imports stay where they belong", "internal/hub/a_test.go", `import "database/sql"`, 1},
		{"imports stay where they belong", "internal/hub/a.go", `import "net/http"`, 1},
		{"imports stay where they belong", "internal/certs/a.go", `import "net/http"`, 0},
		{"imports stay where they belong", "internal/hub/a_test.go", `import "net/http"`, 0},
		{"imports stay where they belong", "internal/store/a.go", `import "C"`, 1},
		{"nothing runs before main", "internal/hub/a_test.go", `func init() {}`, 1},
		{"nothing runs before main", "internal/hub/a.go", `func (h *hub) init() {}`, 0},
		{"nothing runs before main", "internal/hub/a.go", `import _ "example.org/driver"`, 1},
		{"nothing runs before main", "internal/hub/a.go", `import _ "embed"`, 0},
		{"nobody sleeps", "internal/hub/a.go", `func f() { time.Sleep(1) }`, 1},
		{"nobody sleeps", "internal/hub/a_test.go", `func f() { go time.Sleep(1); synctest.Test(t, func() { time.Sleep(2) }) }`, 1},
		{"nobody sleeps", "internal/hub/a.go", `func f() { clock.Sleep(1) }`, 0},
		{"the rules are pure", "internal/chat/a.go", `import "sync/atomic"`, 1},
		{"the rules are pure", "internal/chat/a.go", `func f() { time.Now() }`, 1},
		{"the rules are pure", "internal/chat/a_test.go", `import "os"; func f() { time.Now() }`, 0},
		{"the rules are pure", "internal/hub/a.go", `import "os"; func f() { time.Now() }`, 0},
		{"mutexes say what they guard", "internal/hub/a.go", `type t struct { mu sync.Mutex; n int }`, 1},
		{"mutexes say what they guard", "internal/hub/a.go", `type t struct { mu sync.RWMutex // guards n
			n int }`, 0},
		{"mutexes say what they guard", "internal/hub/a_test.go", `type fake struct { mu sync.Mutex }`, 0},
		{"exported names are documented", "internal/hub/a.go", `func F() {}; func (t *T) M() {}; func (t *t[K]) M() {}; type T int; const C = 1`, 4},
		{"exported names are documented", "internal/hub/a.go", `
			// The kinds.
			const ( A = 1; B = 2 )`, 0},
		{"exported names are documented", "internal/hub/a_test.go", `func F() {}`, 0},
	} {
		if faults := sourceRules[c.rule](parse(t, c.path, "package a\n"+c.source)); len(faults) != c.want {
			t.Errorf("%s, %s in %s: faults %q, want %d", c.rule, c.source, c.path, faults, c.want)
		}
	}
}

// reserved are imports that belong to one place, each with the reason. A path
// stands for what is below it too.
var reserved = []struct {
	path, place string // places are separated by commas; none is nowhere
	tests       string // where tests may have it as well; "." is anywhere
	why         string
}{
	{"zombiezen.com/go/sqlite", "internal/store", "internal/hubtest/powerloss", "one place knows how things are kept"},
	{"modernc.org", "internal/store", "", "one place knows how things are kept"},
	{"database/sql", "", "", "the driver is used directly"},
	{"github.com/nats-io", "internal/commitlog/jetstream", "", "the rest must not care which log it has"},
	{"github.com/hanwen/go-fuse", "internal/hubtest/powerloss", "", "the program mounts nothing"},
	{"net/http", "internal/gateway, internal/certs, internal/oidc, internal/preview, internal/push, internal/hubtest, client", ".", "a protocol belongs to its gateway, and to the clients; ACME is HTTP, and so is what links lead to, and what others are asked and told"},
	{"C", "", "", "cgo would end cross-compiling"},
}

func reservedImports(f *sourceFile) (faults []string) {
	for _, i := range f.ast.Imports {
		imported := strings.Trim(i.Path.Value, `"`)
		for _, r := range reserved {
			if below(imported, r.path) && !slices.ContainsFunc(strings.Split(r.place, ", "), f.in) && !(f.test() && (r.tests == "." || f.in(r.tests))) {
				faults = append(faults, f.fault(i, "imports %s; it belongs to %q, because %s", imported, r.place, r.why))
			}
		}
	}
	return faults
}

func runsBeforeMain(f *sourceFile) (faults []string) {
	for _, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			faults = append(faults, f.fault(fn, "an init function; let whoever needs it construct it"))
		}
	}
	for _, i := range f.ast.Imports {
		if i.Name != nil && i.Name.Name == "_" && i.Path.Value != `"embed"` && i.Path.Value != `"time/tzdata"` { // those are data
			faults = append(faults, f.fault(i, "imports %s for what its init does", i.Path.Value))
		}
	}
	return faults
}

// A sleep is either too short, and then something fails now and then, or too
// long, and then everybody waits for it. Wait for the thing itself, or use a
// timer with a context. Inside synctest.Test a sleep is neither: there the
// clock is a fake, and jumps.
func sleeps(f *sourceFile) (faults []string) {
	bubbles := f.find(func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && f.test() && isSelector(call.Fun, "synctest", "Test")
	})
	for _, n := range f.find(func(n ast.Node) bool { return isSelector(n, "time", "Sleep") }) {
		if !slices.ContainsFunc(bubbles, func(b ast.Node) bool { return b.Pos() <= n.Pos() && n.End() <= b.End() }) {
			faults = append(faults, f.fault(n, "time.Sleep"))
		}
	}
	return faults
}

// impure is what the rules of the chat must not be able to reach: the same
// commands have to give the same state on every node and at every replay. Of
// net, the addresses are values and nothing else.
var impure = []string{"bufio", "context", "crypto/rand", "hash/maphash", "io", "log", "math/rand", "net", "os", "runtime", "sync", "syscall"}

func impurities(f *sourceFile) (faults []string) {
	if f.test() || !f.in("internal/chat") {
		return nil
	}
	for _, i := range f.ast.Imports {
		imported := strings.Trim(i.Path.Value, `"`)
		for _, path := range impure {
			if below(imported, path) && imported != "net/netip" { // which only knows how addresses are written
				faults = append(faults, f.fault(i, "imports %s, so a replay could give another state", i.Path.Value))
			}
		}
	}
	for _, n := range f.find(func(n ast.Node) bool {
		return isSelector(n, "time", "Now", "Since", "Until", "After", "NewTimer", "NewTicker")
	}) {
		faults = append(faults, f.fault(n, "reads the clock; a command brings its time along"))
	}
	return faults
}

// Whoever reads a struct has to learn there what its lock is for.
func silentMutexes(f *sourceFile) (faults []string) {
	for _, n := range f.find(func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		return ok && !f.test() && isSelector(field.Type, "sync", "Mutex", "RWMutex") && field.Doc == nil && field.Comment == nil
	}) {
		faults = append(faults, f.fault(n, "a mutex that does not say what it guards"))
	}
	return faults
}

func undocumentedNames(f *sourceFile) (faults []string) {
	if f.test() || f.ast.Name.Name == "main" {
		return nil
	}
	for _, d := range f.ast.Decls {
		for _, name := range undocumented(d) {
			faults = append(faults, f.fault(name, "%s has no comment", name.Name))
		}
	}
	return faults
}

// undocumented returns the exported names that a declaration introduces
// without a word: a function or method, or a type, constant or variable unless
// its group has a comment.
func undocumented(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiverExported(d.Recv)) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return nil
		}
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Names[0])
				}
			}
		}
	}
	return names
}

// receiverExported reports whether a method's type is exported: the first name
// in *T, T or T[K].
func receiverExported(r *ast.FieldList) (exported bool) {
	first := true
	ast.Inspect(r.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && first {
			exported, first = id.IsExported(), false
		}
		return true
	})
	return exported
}

// vague are names that say nothing about what a package provides.
var vague = []string{"base", "common", "core", "helper", "helpers", "lib", "manager", "misc", "models", "pkg", "service", "services", "shared", "types", "util", "utils"}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	for _, p := range list(t, "linux", "./...") {
		for _, name := range append(strings.Split(p.path(), "/"), p.Name) {
			if slices.Contains(vague, strings.TrimSuffix(name, "_test")) {
				t.Errorf("%s: %q says nothing: name a package for what it provides", p.path(), name)
			}
		}
		if len(p.GoFiles) == 0 {
			continue // only tests
		}
		if begin := "Package " + p.Name + " "; p.Doc == "" || p.Name != "main" && !strings.HasPrefix(p.Doc, begin) {
			t.Errorf("%s: its package comment should begin with %q, not %q", p.path(), begin, p.Doc)
		}
	}
}
