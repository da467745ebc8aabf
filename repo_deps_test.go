package hubbub_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowedLicences can be met by keeping the notices, whatever is built on
// hubbub; none asks anything of the code beside it.
var allowedLicences = []string{"MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Apache-2.0"}

// dependency is a row of docs/dependencies.md.
type dependency struct {
	licence string
	places  []string // the packages that may import it, and what is below them
}

func readDependencies(t *testing.T) map[string]dependency {
	t.Helper()
	rows := map[string]dependency{}
	for _, row := range table(t, "docs/dependencies.md", "module") {
		names := quoted(row[0])
		if len(row) != 5 || len(names) != 1 || slices.Contains(row, "") {
			t.Fatalf("docs/dependencies.md: %q should have five cells that say something, the first a module", row)
		}
		rows[names[0]] = dependency{licence: row[1], places: quoted(row[2])}
	}
	return rows
}

// goMod is what "go mod edit -json" says of go.mod.
type goMod struct {
	Require []struct {
		Path     string
		Indirect bool
	}
	Tool []struct{ Path string }
}

// direct returns the modules that hubbub chose: those that it imports, and
// those that its tools come from.
func (m *goMod) direct() (paths []string) {
	for _, r := range m.Require {
		tool := false
		for _, t := range m.Tool {
			tool = tool || below(t.Path, r.Path)
		}
		if tool || !r.Indirect {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

func (m *goMod) requires(path string) bool {
	for _, r := range m.Require {
		if r.Path == path {
			return true
		}
	}
	return false
}

func readGoMod(t *testing.T) *goMod {
	t.Helper()
	m := new(goMod)
	if err := json.Unmarshal(goTool(t, "linux", "mod", "edit", "-json"), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDirectDependenciesAreExplained(t *testing.T) {
	rows, mod := readDependencies(t), readGoMod(t)
	for _, path := range mod.direct() {
		if _, ok := rows[path]; !ok {
			t.Errorf("docs/dependencies.md has no row for %s: say what it saves us and what else there was", path)
		}
	}
	for path := range rows {
		if !mod.requires(path) {
			t.Errorf("docs/dependencies.md has a row for %s, which go.mod does not require", path)
		}
	}
}

// A module is imported only where its row says, tests included.
func TestDependenciesAreUsedWhereTheirRowSays(t *testing.T) {
	rows := readDependencies(t)
	for _, f := range sources(t) {
		for _, i := range f.ast.Imports {
			imported := strings.Trim(i.Path.Value, `"`)
			host, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(host, ".") {
				continue // ours or the standard library's
			}
			if path := moduleOf(imported, rows); path == "" {
				t.Error(f.fault(i, "imports %s, for which docs/dependencies.md has no row", imported))
			} else if !slices.ContainsFunc(rows[path].places, f.in) {
				t.Error(f.fault(i, "imports %s, whose row in docs/dependencies.md allows it in %q", imported, rows[path].places))
			}
		}
	}
}

// moduleOf returns the module among the rows that an import comes from.
func moduleOf(imported string, rows map[string]dependency) (path string) {
	for candidate := range rows {
		if below(imported, candidate) && len(candidate) > len(path) {
			path = candidate
		}
	}
	return path
}

func TestDependenciesHaveTheLicenceTheirRowSays(t *testing.T) {
	rows := readDependencies(t)
	args := []string{"mod", "download", "-json"}
	for path := range rows {
		args = append(args, path)
	}
	for _, m := range decodeAll[goModule](t, goTool(t, "linux", args...)) {
		found, said := licence(t, m.Dir), rows[m.Path].licence
		if found != said || !slices.Contains(allowedLicences, found) {
			t.Errorf("%s: its licence is %s, docs/dependencies.md says %s, allowed are %v", m.Path, found, said, allowedLicences)
		}
	}
}

// licence tells by its words which licence a module's directory has: the SPDX
// name, or "unknown".
func licence(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range []string{"LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			return licenceOf(string(data))
		}
	}
	return "unknown"
}

func licenceOf(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("general public license") || has("mozilla public license"):
		return "copyleft"
	case has("apache license version 2.0"):
		return "Apache-2.0"
	case has("permission is hereby granted, free of charge"):
		return "MIT"
	case has("permission to use, copy, modify, and distribute this software for any purpose"),
		has("permission to use, copy, modify, and/or distribute this software for any purpose"):
		return "ISC"
	case has("redistribution and use in source and binary forms") && has("neither the name"):
		return "BSD-3-Clause"
	case has("redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	}
	return "unknown"
}

func TestLicencesAreToldByTheirWords(t *testing.T) {
	const bsd = "Redistribution and use in source and binary forms,\nwith or without modification, are permitted"
	for text, want := range map[string]string{
		read(t, "LICENSE"): "Apache-2.0",
		"Permission is hereby\n granted, free of charge, to any person":                 "MIT",
		"Permission to use, copy, modify, and distribute this software for any purpose": "ISC",
		bsd + ".\nNeither the name of the\ncopyright holder":                            "BSD-3-Clause",
		bsd: "BSD-2-Clause",
		"GNU AFFERO GENERAL PUBLIC LICENSE Version 3": "copyleft",
		"Mozilla Public License Version 2.0":          "copyleft",
		"You may look at this":                        "unknown",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%.40q is taken for %s, not %s", text, got, want)
		}
	}
}

// modulesFile lists whose code is in the program, so that a change which
// brings in something new, at whatever remove, shows in its diff.
const modulesFile = "docs/modules.txt"

const modulesHead = `# The modules whose code is in the hubbub program, with their licences; in
# brackets the systems, if it is not in all. A test compares. To write it anew:
#   go test . -run TestProgramHoldsOnlyListedModules -update
`

func TestProgramHoldsOnlyListedModules(t *testing.T) {
	if _, err := os.Stat("cmd/hubbub"); err != nil {
		t.Skip("there is no program yet")
	}
	licences, on := map[string]string{}, map[string][]string{}
	for _, system := range systems {
		for _, p := range list(t, system, "-deps", "./cmd/hubbub") {
			if p.Module == nil || p.Module.Main || slices.Contains(on[p.Module.Path], system) {
				continue
			}
			on[p.Module.Path] = append(on[p.Module.Path], system)
			licences[p.Module.Path] = licence(t, p.Module.Dir)
		}
	}
	var lines []string
	for path, systemsOf := range on {
		if !slices.Contains(allowedLicences, licences[path]) {
			t.Errorf("%s is in the program, and its licence is %s: allowed are %v", path, licences[path], allowedLicences)
		}
		line := path + " " + licences[path]
		if len(systemsOf) < len(systems) {
			line += fmt.Sprintf(" %v", systemsOf)
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	got := modulesHead + strings.Join(lines, "")
	if *update {
		if err := os.WriteFile(modulesFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, modulesFile); got != want {
		t.Errorf("the program holds other modules than %s lists; it holds\n%s", modulesFile, got)
	}
}
