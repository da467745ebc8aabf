package page

import (
	"bytes"
	"fmt"
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

// What modules may say to each other. Ours say it at the beginning of a line;
// vendored ones have no lines.
var (
	importing = regexp.MustCompile(`(?m)(^|[;}])import\s*(\{[^}]*\}|\*\s*as\s+\w+|\w+)\s*from\s*["']([^"']+)["']`)
	passingOn = regexp.MustCompile(`(?m)(^|[;}])export\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']`)
	listing   = regexp.MustCompile(`(?m)(^|[;}])export\s*\{([^}]*)\}`)
	standard  = regexp.MustCompile(`(?m)(^|[;}])export default\s*`)
	declaring = regexp.MustCompile(`(?m)(^|[;}])export ((?:async )?function|class|const)\s+(\w+)`)
	fetching  = regexp.MustCompile(`()\bimport\(\s*["'](\.[^"']+)["']`)
	speaking  = regexp.MustCompile(`(?m)(?:^|[;}])(?:import\s*[{*\w"']|export[\s{*])`) // an import or export of any kind
)

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
		for _, found := range pattern.FindAllSubmatch(f.files[name].Body, -1) {
			var err error
			if before, err = f.order(beside(name, string(found[3])), before, append(within, name)...); err != nil {
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
	replace(&module, importing, func(m []string) string { return fromMember(m[2], beside(name, m[3])) })
	replace(&module, passingOn, func(m []string) string {
		for inside, outside := range renamed(m[2]) {
			export(outside, fmt.Sprintf("modules[%q].%s", beside(name, m[3]), inside))
		}
		return ""
	})
	replace(&module, listing, func(m []string) string {
		for inside, outside := range renamed(m[2]) {
			export(outside, inside)
		}
		return ""
	})
	replace(&module, standard, func([]string) string {
		export("default", "standard")
		return "const standard = "
	})
	replace(&module, declaring, func(m []string) string {
		export(m[3], m[3])
		return m[2] + " " + m[3]
	})
	replace(&module, fetching, func(m []string) string { return "import('./" + beside(name, m[2]) + "'" })
	if left := speaking.Find(module); left != nil {
		return nil, fmt.Errorf("page: %s has an import or export that can't be joined, at %q", name, left)
	}
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
		target := beside(name, m[3])
		if !slices.Contains(joined, target) {
			return strings.TrimPrefix(m[0], m[1])
		}
		written := first + fromMember(m[2], target)
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

// replace replaces what a pattern finds in a module by what is written for it;
// what the first group found, which comes before, stays.
func replace(module *[]byte, pattern *regexp.Regexp, write func(groups []string) string) {
	*module = pattern.ReplaceAllFunc(*module, func(found []byte) []byte {
		groups := pattern.FindSubmatch(found)
		texts := make([]string, len(groups))
		for i, group := range groups {
			texts[i] = string(group)
		}
		return []byte(texts[1] + write(texts))
	})
}
