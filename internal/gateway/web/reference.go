package web

import (
	_ "embed"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hubbub/internal/gateway/wire"
)

// The reference of the API, to be read: a page for browsers, text for others.

//go:embed reference.css
var referenceStyle []byte

// referencePolicy lets the page be styled, and nothing more.
const referencePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// reference is the API described in each way.
type reference struct {
	openAPI, page, text []byte
}

// references makes the reference when it is asked for first: that takes milliseconds,
// which a start does not have to wait for.
type references func() *reference

func newReferences(version string, routes []route) references {
	return sync.OnceValue(func() *reference {
		all := document(version, routes)
		return &reference{openAPI: wire.AppendLine(nil, all), page: referencePage(routes, all), text: referenceText(routes)}
	})
}

// serve answers requests for the descriptions, and reports whether it was one.
func (made references) serve(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	body, kind := []byte(nil), ""
	switch r.URL.Path {
	case "/api", "/api/":
		h.Set("Vary", "Accept")
		body, kind = made().text, "text/plain; charset=utf-8"
		if isBrowser(r) {
			h.Set("Content-Security-Policy", referencePolicy)
			body, kind = made().page, "text/html; charset=utf-8"
		}
	case "/api/reference.css":
		body, kind = referenceStyle, "text/css; charset=utf-8"
	case apiPath + "/openapi.json":
		body, kind = made().openAPI, "application/json"
	}
	if body == nil || !reads(r) {
		return false
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	body = compressed(h, r, body)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body) // if the client has gone nobody needs to know
	}
	return true
}

// isBrowser reports whether who asks shows pages.
func isBrowser(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

func referenceText(routes []route) []byte {
	var b strings.Builder
	b.WriteString("The API of this server. " + apiPath + "/openapi.json describes it for programs,\nand a browser shows here what each takes and answers.\n\n")
	for _, rt := range routes {
		fmt.Fprintf(&b, "%-7s%s%s\n       %s\n", rt.method, apiPath, rt.path, rt.summary)
	}
	return []byte(b.String())
}

// referencePage makes the page of the document.
func referencePage(routes []route, all object) []byte {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		`<title>The API of hubbub</title><link rel="stylesheet" href="/api/reference.css"></head><body><main><h1>The API of hubbub</h1>` +
		`<p>Times are in milliseconds since 1970, and ids are numbers. A refusal is a <a href="#Problem">Problem</a>: its code is for programs, its detail for people. ` +
		`Log in with <code>POST /api/v1/session</code>, or send <code>Authorization: Bearer</code> and a token. ` +
		`<a href="/api/v1/openapi.json">openapi.json</a> has all of this for programs.</p>`)
	paths := all["paths"].(object)
	for i, rt := range routes {
		if section := sectionOf(rt.path); i == 0 || section != sectionOf(routes[i-1].path) {
			fmt.Fprintf(&b, "<h2>%s</h2>", html.EscapeString(section))
		}
		op := paths[strings.ReplaceAll(rt.path, "...}", "}")].(object)[strings.ToLower(rt.method)].(object)
		writeOperation(&b, &rt, op)
	}
	b.WriteString("<h2>Objects</h2>")
	schemas := all["components"].(object)["schemas"].(object)
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		writeSchema(&b, name, schemas[name].(object))
	}
	b.WriteString("</main></body></html>\n")
	return []byte(b.String())
}

// sectionOf returns the first word of a path.
func sectionOf(path string) string {
	section, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return section
}

func writeOperation(b *strings.Builder, rt *route, op object) {
	fmt.Fprintf(b, `<section id="%s"><h3><b>%s</b> <code>%s</code></h3><p>%s.</p><dl>`,
		op["operationId"], rt.method, html.EscapeString(rt.path), html.EscapeString(rt.summary))
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		if p := p.(object); p["in"] == "query" {
			fmt.Fprintf(b, "<dt><code>?%s</code></dt><dd>%s</dd>", p["name"], html.EscapeString(p["description"].(string)))
		}
	}
	if rt.raw {
		b.WriteString("<dt>takes</dt><dd>the bytes themselves</dd>")
	} else if body, ok := op["requestBody"].(object); ok {
		fmt.Fprintf(b, "<dt>takes</dt><dd>%s</dd>", link(body["content"].(object)["application/json"].(object)["schema"].(object)))
	}
	answer := http.StatusText(rt.status)
	if content, ok := op["responses"].(object)[strconv.Itoa(rt.status)].(object)["content"].(object); ok {
		answer = link(content["application/json"].(object)["schema"].(object))
	}
	fmt.Fprintf(b, "<dt>answers</dt><dd>%d %s</dd></dl></section>", rt.status, answer)
}

func writeSchema(b *strings.Builder, name string, s object) {
	fmt.Fprintf(b, `<section id="%s"><h3>%s</h3>`, name, name)
	if text, ok := s["description"].(string); ok {
		fmt.Fprintf(b, "<p>%s</p>", html.EscapeString(text))
	}
	b.WriteString("<dl>")
	properties := s["properties"].(object)
	for _, field := range slices.Sorted(maps.Keys(properties)) {
		p := properties[field].(object)
		text, _ := p["description"].(string)
		fmt.Fprintf(b, "<dt><code>%s</code> %s</dt><dd>%s</dd>", field, link(p), html.EscapeString(text))
	}
	b.WriteString("</dl></section>")
}

// link names the type that a schema is of.
func link(s object) string {
	if ref, ok := s["$ref"].(string); ok {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		return fmt.Sprintf(`<a href="#%s">%s</a>`, name, name)
	}
	if items, ok := s["items"].(object); ok {
		return "list of " + link(items)
	}
	kind, ok := s["type"].(string)
	if !ok {
		return "anything"
	}
	return kind
}
