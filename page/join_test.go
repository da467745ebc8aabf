package page

import (
	"strings"
	"testing"
)

func TestAModuleBecomesAFunctionThatReturnsItsExports(t *testing.T) {
	for module, want := range map[string]string{
		"import { a, b as c } from '../x.js';\nc(a);":                             "const { a, b: c } = modules[\"x.js\"];\nc(a);\nreturn {  };",
		"import * as db from './db.js';":                                          "const db = modules[\"ui/db.js\"];\nreturn {  };",
		"import en from './en.js';":                                               "const en = modules[\"ui/en.js\"].default;\nreturn {  };",
		"import {\n  a,\n  b,\n} from './x.js';":                                  "const {\n  a,\n  b,\n} = modules[\"ui/x.js\"];\nreturn {  };",
		"export const a = 1;\nexport async function f() {}":                       "const a = 1;\nasync function f() {}\nreturn { a: a, f: f };",
		"export class C extends D {}\nexport default function G() {}":             "class C extends D {}\nconst standard = function G() {}\nreturn { C: C, default: standard };",
		"export { h, k as r } from './x.js';":                                     ";\nreturn { h: modules[\"ui/x.js\"].h, r: modules[\"ui/x.js\"].k };",
		`import{a as n}from"./p.js";import{b}from"./q.js";var t;export{t as x,n}`: "const {a: n} = modules[\"ui/p.js\"];const {b} = modules[\"ui/q.js\"];var t;\nreturn { n: n, x: t };",
		"const l = () => import('./later.js');":                                   "const l = () => import('./ui/later.js');\nreturn {  };",
		"say(`import { a } from './x.js'`);":                                      "say(`import { a } from './x.js'`);\nreturn {  };",
	} {
		got, err := member("ui/m.js", []byte(module))
		if err != nil || string(got) != want {
			t.Errorf("of %q\ncame %q (%v)\nwant %q", module, got, err, want)
		}
	}
}

func TestWhatCannotBeJoinedIsRefused(t *testing.T) {
	for _, module := range []string{"import './effects.js';", "import a, { b } from './x.js';", "export let a = 1;", "export * from './x.js';", "export var a = 1;"} {
		if got, err := member("m.js", []byte(module)); err == nil {
			t.Errorf("%q became %q: what it exports may change, or is lost", module, got)
		}
	}
}

func TestModulesThatImportEachOtherAreRefused(t *testing.T) {
	of := func(body string) *File { return &File{Body: []byte(body)} }
	f := &Files{files: map[string]*File{"app.js": of("import { b } from './b.js';"), "b.js": of("import { c } from './c.js';"), "c.js": of("import { b } from './b.js';")}}
	if err := f.join(); err == nil || !strings.Contains(err.Error(), "imports itself") {
		t.Errorf("got %v", err)
	}
}

func TestALaterModuleImportsWhatIsJoinedFromThere(t *testing.T) {
	module := "import { a } from '../a.js';\nimport { b as c } from './b.js';\nimport { d } from './d.js';\n"
	want := "import { modules } from '../app.js'; const { a } = modules[\"a.js\"];\nconst { b: c } = modules[\"ui/b.js\"];\nimport { d } from './d.js';\n"
	if got := string(outer("ui/later.js", []byte(module), []string{"a.js", "ui/b.js", "app.js"})); got != want {
		t.Errorf("got %q", got)
	}
	if got := string(outer("later.js", []byte("import { a } from './a.js';"), []string{"a.js"})); !strings.HasPrefix(got, "import { modules } from './app.js'; ") {
		t.Errorf("got %q", got)
	}
}
