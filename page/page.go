// Package page holds the chat page: plain HTML, CSS and ES modules, embedded
// as they are in this directory, with no build step. It starts nothing and
// speaks no protocol: the HTTP gateway serves its files.
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
	"io/fs"
	"path"
	"strings"
)

//go:embed index.html icon.svg *.js ui/*.js words/*.js vendor/*.js styles/*.css
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
	".webmanifest": "application/manifest+json",
}

// Load reads the embedded files and compresses them: some milliseconds, once
// at the start.
func Load() (*Files, error) {
	all, sum := map[string]*File{}, sha256.New()
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		all[name] = newFile(name, body)
		sum.Write([]byte(name + "\x00" + all[name].ETag))
		return nil
	})
	if err != nil {
		return nil, err
	}
	f := &Files{Version: hex.EncodeToString(sum.Sum(nil)[:8]), files: all}
	f.Index = newFile("index.html", f.versioned(all["index.html"].Body))
	delete(all, "index.html")
	return f, nil
}

// versioned makes the addresses of a document's files those that never change.
func (f *Files) versioned(document []byte) []byte {
	return bytes.ReplaceAll(document, []byte(`"/page/`), []byte(`"/page/`+f.Version+`/`))
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

func newFile(name string, body []byte) *File {
	sum := sha256.Sum256(body)
	f := &File{Type: types[path.Ext(name)], ETag: `"` + hex.EncodeToString(sum[:12]) + `"`, Body: body}
	if packed := compress(body); len(packed) < len(body) {
		f.Gzip = packed
	}
	return f
}

func compress(body []byte) []byte {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		panic("page: gzip has no best compression") // the level is a constant
	}
	w.Write(body) // to memory: these don't fail
	w.Close()
	return packed.Bytes()
}
