// Package page holds the chat page: plain HTML, CSS and ES modules, embedded
// from this directory, with no build step: what is served is what stands here,
// but for the comments, and with what the page starts with in one file of code
// and one of styles. It starts nothing and speaks no protocol: the HTTP gateway
// serves its files.
//
// All files together have one version, and every file but [Files.Index] can be
// asked for below a directory of that name ("/page/3f2a…/app.js"), where it
// never changes. The index refers to them so, and modules import each other by
// relative addresses: so a page is made of files of one version, even if the
// server becomes another while it loads, and a browser asks for each file once.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed index.html icon.svg *.png *.webmanifest robots.txt *.js ui/*.js words/*.js vendor/*.js styles/*.css
var embedded embed.FS

// File is one file of the page.
type File struct {
	Type string // the media type
	ETag string // strong, of the content, with its quotes
	Body []byte
	Gzip []byte // Body compressed; nil where that saves nothing
}

// Files are all files of the page. They do not change.
type Files struct {
	Version string // of all files together; a name in a path
	Index   *File  // what a browser gets at every address of a room
	files   map[string]*File
}

// types are the media types, by the ending of the name: those that a system
// knows differ.
var types = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

// Load returns the embedded files, read and compressed: that takes some tens of
// milliseconds, once. They are shared by all callers, and nobody changes them.
func Load() (*Files, error) { return loaded() }

var loaded = sync.OnceValues(load)

func load() (*Files, error) {
	all, sum := map[string]*File{}, sha256.New()
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".js" && path.Dir(name) != "vendor" {
			body = uncommented(body)
		}
		all[name] = newFile(name, body)
		sum.Write([]byte(name + "\x00" + all[name].ETag))
		return nil
	})
	if err != nil {
		return nil, err
	}
	f := &Files{Version: hex.EncodeToString(sum.Sum(nil)[:8]), files: all}
	if err := f.join(); err != nil {
		return nil, err
	}
	f.Index = newFile("index.html", f.versioned(f.dressed(all["index.html"].Body)))
	delete(all, "index.html")
	all["sw.js"] = newFile("sw.js", f.stamped(all["sw.js"].Body))
	all[list] = newFile(list, f.list())
	f.compress()
	return f, nil
}

// list is the file that tells the service worker which files there are.
const list = "files.json"

// list returns what is in it: what a page may need while there is no connection.
func (f *Files) list() []byte {
	var names struct {
		Files []string `json:"files"`
	}
	for name := range f.files {
		if name != "sw.js" && name != "robots.txt" && name != list {
			names.Files = append(names.Files, name)
		}
	}
	slices.Sort(names.Files)
	body, err := json.Marshal(names)
	if err != nil {
		panic("page: strings have JSON")
	}
	return body
}

// stamped writes the version into the service worker: browsers take one for new
// when a byte of it differs, and it keeps the files of its version.
func (f *Files) stamped(worker []byte) []byte {
	return bytes.Replace(worker, []byte("const version = ''"), []byte("const version = '"+f.Version+"'"), 1)
}

// sheet is all style sheets of the document, in its order, in one file.
const sheet = "styles.css"

// styled finds where a document asks for a style sheet.
var styled = regexp.MustCompile(`<link rel="stylesheet" href="/page/([^"]+)">\n`)

// dressed joins the style sheets of a document into one, which it refers to
// where the first was.
func (f *Files) dressed(document []byte) []byte {
	var all []byte
	document = styled.ReplaceAllFunc(document, func(link []byte) []byte {
		name := string(styled.FindSubmatch(link)[1])
		first := all == nil
		all = append(all, f.files[name].Body...)
		delete(f.files, name)
		if first {
			return []byte(`<link rel="stylesheet" href="/page/` + sheet + `">` + "\n")
		}
		return nil
	})
	f.files[sheet] = newFile(sheet, all)
	return document
}

// versioned makes the addresses of a document's files those that never change.
func (f *Files) versioned(document []byte) []byte {
	return bytes.ReplaceAll(document, []byte(`"/page/`), []byte(`"/page/`+f.Version+`/`))
}

// Opening returns the index with JSON in it that the page begins with, instead of asking
// for it: opening.js reads it. No "<" may be in the JSON but as \u003c.
func (f *Files) Opening(json []byte) []byte {
	before, after, _ := bytes.Cut(f.Index.Body, []byte("</body>"))
	return slices.Concat(before, []byte(`<script type="application/json" id="opening">`), json, []byte("</script>\n</body>"), after)
}

// Lookup returns a file by its path below /page/, with or without the version
// before it, or nil. Fixed reports whether the path holds the version, so that
// what is there never changes.
func (f *Files) Lookup(name string) (file *File, fixed bool) {
	rest, fixed := strings.CutPrefix(name, f.Version+"/")
	if fixed {
		name = rest
	}
	return f.files[name], fixed
}

// Names returns the paths of all files but the index, for those who list them.
func (f *Files) Names() []string {
	names := make([]string, 0, len(f.files))
	for name := range f.files {
		names = append(names, name)
	}
	return names
}

var (
	cast    = regexp.MustCompile(`/\*\* @(?:type|param|returns|extends) [^\n]*?\*/ ?`)
	comment = regexp.MustCompile(`(?m)^[ \t]*(?://.*|/\*\*(?:[^*]|\*+[^*/])*\*+/[ \t]*)$`)
)

// uncommented leaves the comments out of a module of ours: about a third of
// what would be transferred. Only whole lines go, and types; each line keeps its
// number, so that what a browser reports can be found here.
func uncommented(module []byte) []byte {
	return comment.ReplaceAllFunc(cast.ReplaceAll(module, nil), func(found []byte) []byte {
		return bytes.Repeat([]byte("\n"), bytes.Count(found, []byte("\n")))
	})
}

func newFile(name string, body []byte) *File {
	sum := sha256.Sum256(body)
	return &File{Type: types[path.Ext(name)], ETag: `"` + hex.EncodeToString(sum[:12]) + `"`, Body: body}
}

// compress is for when no file becomes a part of another any more.
func (f *Files) compress() {
	w, err := gzip.NewWriterLevel(io.Discard, gzip.BestCompression)
	if err != nil {
		panic("page: gzip has no best compression") // the level is a constant
	}
	for _, file := range append(slices.Collect(maps.Values(f.files)), f.Index) {
		var packed bytes.Buffer
		w.Reset(&packed)
		w.Write(file.Body) // to memory: these don't fail
		w.Close()
		if packed.Len() < len(file.Body) {
			file.Gzip = packed.Bytes()
		}
	}
}
