package powerloss

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// at returns the node with a path, and its parent.
func (fs *FS) at(name string) (parent, n *node) {
	n = fs.root
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		if parent = n; part == "" {
			return nil, n
		}
		if n = parent.names[part]; n == nil {
			return parent, nil
		}
	}
	return parent, n
}

// do performs one step of a script, e.g. "rename a b".
func (fs *FS) do(t *testing.T, step string) {
	t.Helper()
	f := append(strings.Fields(step), "")
	parent, n := fs.at(f[1])
	to, _ := fs.at(f[2])
	var errno syscall.Errno
	switch f[0] {
	case "create", "mkdir":
		errno = fs.make(parent, path.Base(f[1]), newNode(f[0] == "mkdir"))
	case "link":
		errno = fs.link(to, path.Base(f[2]), n)
	case "rename":
		errno = fs.rename(parent, path.Base(f[1]), to, path.Base(f[2]))
	case "remove":
		errno = fs.remove(parent, path.Base(f[1]), n.dir)
	case "sync":
		errno = fs.sync(n)
	default:
		t.Fatalf("no such step: %q", step)
	}
	if errno != 0 {
		t.Fatalf("%s: %v", step, errno)
	}
}

// tree returns all paths and what they lead to.
func (fs *FS) tree() map[string]*node {
	all := make(map[string]*node)
	var walk func(at string, n *node)
	walk = func(at string, n *node) {
		for name, child := range n.names {
			all[at+name] = child
			walk(at+name+"/", child)
		}
	}
	walk("", fs.root)
	return all
}

// Each script's outcomes over many power losses are exactly those listed. A
// file that is not under the name it was created with shows that name, as in
// b=a.
func TestDirectoryChangesAfterPowerLoss(t *testing.T) {
	for _, tc := range []struct{ script, outcomes string }{
		{"create a", "|a"},
		{"create a; sync a", "a"},
		{"create a; sync /", "a"},
		{"create a; create b; sync b", "b|a b"},
		{"create a; sync a; rename a b", "a|b=a"},
		{"create a; sync a; rename a b; sync b", "a|b=a"}, // a file's sync is not its directory's
		{"create a; sync a; rename a b; sync /", "b=a"},
		{"create a; rename a b; sync b", "a|b=a"},
		{"create a; rename a b", "|a|b=a"},
		{"create a; create b; sync /; rename a b", "a b|b=a"},
		{"create a; create b; sync /; rename a b; sync /", "b=a"},
		{"create a; sync /; remove a", "a|"},
		{"create a; sync /; remove a; sync /", ""},
		{"create a; sync /; remove a; create a; sync a", "a"},
		{"create a; create b; sync /; remove a; remove b", "a b|a|b|"},
		{"create a; link a b", "|a|a b=a"},
		{"create a; sync /; link a b", "a|a b=a"},
		{"create a; sync /; link a b; remove a", "a|a b=a|b=a"},
		{"create a; sync /; link a b; create c; rename c a; sync /", "a=c b=a"},
		{"create a; create c; sync /; link a b; rename c a", "a c|a b=a c|a=c b=a"},
		{"mkdir d; create d/f", "|d|d d/f"},
		{"mkdir d; create d/f; sync d/f", "d d/f"},
		{"mkdir d; create d/f; sync d", "d d/f"},
		{"mkdir d; create d/f; sync /", "d|d d/f"},
		{"mkdir d; create d/f; sync d; remove d/f; remove d", "d d/f|d|"},
		{"mkdir d; create d/f; sync d; rename d/f g; remove d", "d d/f|d g=f|g=f"},
		{"mkdir d; mkdir e; create d/f; sync /; sync d; rename d/f g; rename e d", "d d/f e|d e g=f|d=e g=f"},
		{"create f; sync /; mkdir d; rename f d/f", "f|d f|d d/f"},
		{"mkdir d; create f; sync /; rename f d/f; sync d", "d d/f"},
		{"mkdir a; mkdir b; sync /; rename a b/a; rename b/a c; rename b c/b", "a b|b b/a|b c=a|c=a c/b"},
	} {
		got := make(map[string]bool)
		for seed := range 400 {
			got[outcome(t, tc.script, seed)] = true
		}
		want := make(map[string]bool)
		for o := range strings.SplitSeq(tc.outcomes, "|") {
			want[o] = true
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", tc.script, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
}

// outcome runs a script, then a power loss, and returns what is left.
func outcome(t *testing.T, script string, seed int) string {
	fs := newFS("")
	born := make(map[*node]string)
	for step := range strings.SplitSeq(script, "; ") {
		fs.do(t, step)
		for name, n := range fs.tree() {
			if born[n] == "" {
				born[n] = path.Base(name)
			}
		}
	}
	fs.PowerLoss(seeded(seed))
	tree := fs.tree()
	var left []string
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if from := born[tree[name]]; from != path.Base(name) {
			name += "=" + from
		}
		left = append(left, name)
	}
	return strings.Join(left, " ")
}

// history follows a tree through random changes and knows what may be found
// after a power loss.
type history struct {
	fs    *FS
	rng   *rand.Rand
	kept  map[*node]bool  // durable once, and no name taken away since
	names map[string]bool // "directory's id/name=file's id": every meaning a name has had
}

// note records the meaning of every name. Ids change in a power loss, so nodes
// are told apart by their addresses.
func (h *history) note() {
	for name, n := range h.fs.tree() {
		h.names[h.meaning(name, n)] = true
	}
}

func (h *history) meaning(name string, n *node) string {
	parent, _ := h.fs.at(name)
	return fmt.Sprintf("%p/%s=%p", parent, path.Base(name), n)
}

// pick returns a random path that exists, of a directory or of anything.
func (h *history) pick(dir bool) string {
	tree := h.fs.tree()
	paths := slices.Sorted(maps.Keys(tree))
	if dir {
		paths = append(slices.DeleteFunc(paths, func(p string) bool { return !tree[p].dir }), "")
	}
	if len(paths) == 0 {
		return ""
	}
	return paths[h.rng.IntN(len(paths))]
}

// step makes one random change, if it is a possible one.
func (h *history) step() {
	fs, at := h.fs, h.pick(false)
	parent, n := fs.at(at)
	dirPath := h.pick(true)
	_, dir := fs.at(dirPath)
	name := fmt.Sprintf("n%d", h.rng.IntN(8))
	switch k := h.rng.IntN(10); {
	case k < 3 || at == "":
		fs.make(dir, name, newNode(k == 0))
	case k < 6:
		victim := dir.names[name]
		if victim == n || n.dir && strings.HasPrefix(dirPath+"/", at+"/") {
			return // the kernel does not pass it on
		}
		if fs.rename(parent, path.Base(at), dir, name) == 0 {
			delete(h.kept, victim)
		}
	case k < 7:
		if fs.remove(parent, path.Base(at), n.dir) == 0 {
			delete(h.kept, n)
		}
	case k < 8 && !n.dir:
		fs.link(dir, name, n)
	case k < 9:
		fs.sync(n)
	default:
		fs.sync(dir)
	}
}

// check looks at the tree after a power loss.
func (h *history) check(t *testing.T, seed int) {
	t.Helper()
	tree := h.fs.tree()
	found := make(map[*node]int)
	for name, n := range tree {
		found[n]++
		if !h.names[h.meaning(name, n)] {
			t.Fatalf("seed %d: %s has a meaning that it never had", seed, name)
		}
		if h.fs.nodes[n.id] != n {
			t.Fatalf("seed %d: %s is not known by its id", seed, name)
		}
	}
	for n := range h.kept {
		if found[n] == 0 {
			t.Fatalf("seed %d: a durable file or directory is lost, and nobody removed it", seed)
		}
	}
	for n, names := range found {
		if names != n.links || n.dir && names > 1 {
			t.Fatalf("seed %d: a node has %d names and counts %d", seed, names, n.links)
		}
	}
}

func TestRandomDirectoryChangesStayCoherent(t *testing.T) {
	for seed := range 300 {
		rng := seeded(seed)
		h := &history{fs: newFS(""), rng: rng}
		for range 6 {
			h.kept, h.names = make(map[*node]bool), make(map[string]bool)
			for _, n := range h.fs.tree() {
				h.kept[n] = true
			}
			h.note()
			for range rng.IntN(30) {
				h.step()
				h.note()
			}
			h.fs.PowerLoss(rng)
			h.check(t, seed)
		}
	}
}

func TestSyncedDirectoriesSurviveExactly(t *testing.T) {
	for seed := range 300 {
		rng := seeded(seed)
		h := &history{fs: newFS(""), rng: rng, kept: make(map[*node]bool)}
		for range 40 {
			h.step()
		}
		h.fs.sync(h.fs.root)
		for _, n := range h.fs.tree() {
			h.fs.sync(n)
		}
		want := h.fs.tree()
		h.fs.PowerLoss(rng)
		if got := h.fs.tree(); !maps.Equal(got, want) {
			t.Fatalf("seed %d: got %v\nwant %v", seed, got, want)
		}
	}
}

func TestTheSameSeedLosesTheSame(t *testing.T) {
	const script = "mkdir d; create d/f; create a; rename a b; create c; rename c d/c"
	for seed := range 50 {
		if one, two := outcome(t, script, seed), outcome(t, script, seed); one != two {
			t.Fatalf("seed %d: %q, then %q", seed, one, two)
		}
	}
}
