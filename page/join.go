package page

import (
	"bytes"
	"fmt"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The page starts with more than fifty modules. A browser can ask for them all
// at once, but each request costs some milliseconds of its processor, so that
// they took most of a first load. So the server sends them as one: each becomes
// a function that is called in the order in which they import each other, and
// what it exports is a member of "modules". What is fetched later imports from
// there, too, so that no module is there twice.

// entry is the module that the index starts, and what it starts with is joined to.
const entry = "app.js"

// What modules may say to each other, where a statement begins (see statements).
// Each begins with a word, so that most of a module is passed over quickly.
var (
	importing = regexp.MustCompile(`import\s*(\{[^}]*\}|\*\s*as\s+\w+|\w+)\s*from\s*["']([^"']+)["']`)
	passingOn = regexp.MustCompile(`export\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']`)
	listing   = regexp.MustCompile(`export\s*\{([^}]*)\}`)
	standard  = regexp.MustCompile(`export default\s*`)
	declaring = regexp.MustCompile(`export ((?:async )?function|class|const)\s+(\w+)`)

	anyImport = regexp.MustCompile(`import\s*[{*\w"']`)
	anyExport = regexp.MustCompile(`export[\s{*]`)
)

// fetching is an import that comes later, anywhere.
var fetching = regexp.MustCompile(`\bimport\(\s*["'](\.[^"']+)["']`)

// join puts the modules that the page starts with into one, the entry, and
// makes the others import from it.
func (f *Files) join() error {
	order, err := f.order(entry, nil)
	if err != nil {
		return err
	}
	var all bytes.Buffer
	all.WriteString("export const modules = {};\n")
	for _, name := range order {
		body, err := member(name, f.files[name].Body)
		if err != nil {
			return err
		}
		fmt.Fprintf(&all, "// %s\nmodules[%q] = (() => {\n%s\n})();\n", name, name, body)
		delete(f.files, name)
	}
	for name, file := range f.files {
		if path.Ext(name) == ".js" {
			f.files[name] = newFile(name, outer(name, file.Body, order))
		}
	}
	f.files[entry] = newFile(entry, all.Bytes())
	return nil
}

// order appends a module to those it has to come after: all that it imports.
func (f *Files) order(name string, before []string, within ...string) ([]string, error) {
	switch {
	case slices.Contains(before, name):
		return before, nil
	case slices.Contains(within, name):
		return nil, fmt.Errorf("page: %s imports itself, by way of %v", name, within)
	case f.files[name] == nil:
		return nil, fmt.Errorf("page: %v import %s, which is not there", within, name)
	}
	for _, pattern := range []*regexp.Regexp{importing, passingOn} {
		for _, found := range statements(f.files[name].Body, pattern) {
			var err error
			if before, err = f.order(beside(name, found[2]), before, append(within, name)...); err != nil {
				return nil, err
			}
		}
	}
	return append(before, name), nil
}

// beside returns the name of what a module calls so.
func beside(name, relative string) string {
	return path.Join(path.Dir(name), relative)
}

// member makes the body of a function of a module: it returns what that exports.
func member(name string, module []byte) ([]byte, error) {
	var exports []string
	export := func(outside, inside string) { exports = append(exports, outside+": "+inside) }
	replace(&module, importing, func(m []string) string { return fromMember(m[1], beside(name, m[2])) })
	replace(&module, passingOn, func(m []string) string {
		for inside, outside := range renamed(m[1]) {
			export(outside, fmt.Sprintf("modules[%q].%s", beside(name, m[2]), inside))
		}
		return ""
	})
	replace(&module, listing, func(m []string) string {
		for inside, outside := range renamed(m[1]) {
			export(outside, inside)
		}
		return ""
	})
	replace(&module, standard, func([]string) string {
		export("default", "standard")
		return "const standard = "
	})
	replace(&module, declaring, func(m []string) string {
		export(m[2], m[2])
		return m[1] + " " + m[2]
	})
	for _, pattern := range []*regexp.Regexp{anyImport, anyExport} {
		for _, left := range statements(module, pattern) {
			return nil, fmt.Errorf("page: %s has an import or export that can't be joined, at %q", name, left[0])
		}
	}
	module = fetching.ReplaceAllFunc(module, func(found []byte) []byte {
		return []byte("import('./" + beside(name, string(fetching.FindSubmatch(found)[1])) + "'")
	})
	slices.Sort(exports)
	return fmt.Appendf(module, "\nreturn { %s };", strings.Join(exports, ", ")), nil
}

// outer makes a module that is fetched later import from the joined one what is
// in there.
func outer(name string, module []byte, joined []string) []byte {
	from := "./"
	if path.Dir(name) != "." {
		from = "../"
	}
	first := "import { modules } from '" + from + entry + "'; "
	replace(&module, importing, func(m []string) string {
		target := beside(name, m[2])
		if !slices.Contains(joined, target) {
			return m[0]
		}
		written := first + fromMember(m[1], target)
		first = ""
		return written
	})
	return module
}

// fromMember is the declaration that an import of a joined module becomes.
func fromMember(what, target string) string {
	member := fmt.Sprintf("modules[%q]", target)
	switch {
	case what[0] == '{':
		return "const " + strings.ReplaceAll(what, " as ", ": ") + " = " + member
	case what[0] == '*':
		return "const " + strings.TrimSpace(what[strings.Index(what, "as ")+3:]) + " = " + member
	}
	return "const " + what + " = " + member + ".default"
}

// renamed ranges over a list of names as "a as b, c": what each is inside and outside.
func renamed(list string) func(yield func(inside, outside string) bool) {
	return func(yield func(inside, outside string) bool) {
		for item := range strings.SplitSeq(list, ",") {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			inside, outside, as := strings.Cut(item, " as ")
			if !as {
				outside = inside
			}
			if !yield(inside, outside) {
				return
			}
		}
	}
}

// replace replaces the statements of a pattern in a module by what is written for them.
func replace(module *[]byte, pattern *regexp.Regexp, write func(groups []string) string) {
	var written []byte
	done := 0
	for at, groups := range statements(*module, pattern) {
		written = append(append(written, (*module)[done:at]...), write(groups)...)
		done = at + len(groups[0])
	}
	*module = append(written, (*module)[done:]...)
}

// statements ranges over what a pattern finds where a statement begins: where each is,
// and its groups. In our modules that is the beginning of a line; vendored ones have no lines.
func statements(module []byte, pattern *regexp.Regexp) iter.Seq2[int, []string] {
	return func(yield func(int, []string) bool) {
		for from := 0; from < len(module); {
			found := pattern.FindSubmatchIndex(module[from:])
			if found == nil {
				return
			}
			at := from + found[0]
			if at > 0 && !strings.ContainsRune("\n;}", rune(module[at-1])) {
				from = at + 1
				continue
			}
			groups := make([]string, len(found)/2)
			for i := range groups {
				groups[i] = string(module[from+found[2*i] : from+found[2*i+1]])
			}
			if !yield(at, groups) {
				return
			}
			from = at + len(groups[0])
		}
	}
}
