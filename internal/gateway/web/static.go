package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hubbub/internal/chat"
	"hubbub/page"
)

// The page's files. What they are called in an address has their version in it, but
// for the few that browsers look for by a name of their own.

// forBrowsers are files at the root, by their name in the page's.
var forBrowsers = map[string]string{
	"/sw.js": "sw.js", "/manifest.webmanifest": "manifest.webmanifest", "/favicon.ico": "icon.svg", "/robots.txt": "robots.txt",
}

// servePage answers requests for the page, its files, and what else is at the root.
func (g *Gateway) servePage(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/page/")
	if !ok {
		name, ok = forBrowsers[r.URL.Path]
	}
	switch {
	case !ok:
		g.servePlace(w, r)
		return
	case !reads(r):
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, chat.Invalid.String(), "What is here can be read, and nothing else be done with it.")
		return
	}
	file, fixed := g.page.Lookup(name)
	if file == nil {
		problem(w, chat.Errorf(chat.NotFound, "The page has no file %s.", clipped(name)))
		return
	}
	if name == "sw.js" { // a worker has the policy that it came with
		w.Header().Set("Content-Security-Policy", pagePolicy)
	}
	send(w, r, file, fixed)
}

// send answers with a file. One that is fixed never changes.
func send(w http.ResponseWriter, r *http.Request, file *page.File, fixed bool) {
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("ETag", file.ETag)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if fixed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if unchanged(r, file.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := file.Body
	if file.Gzip != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = file.Gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body) // if the client has gone nobody needs to know
	}
}

// takesGzip reports whether an answer may be compressed (RFC 9110 §12.5.3).
func takesGzip(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(coding string) bool {
		name, weight, _ := strings.Cut(coding, ";")
		_, q, weighed := strings.Cut(weight, "=")
		value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return strings.EqualFold(strings.TrimSpace(name), "gzip") && (!weighed || err == nil && value > 0)
	})
}
