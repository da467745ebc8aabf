package preview

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"hubbub/internal/chat"
)

// How long the texts of a page may be, in characters.
const (
	maxTitle       = 200
	maxDescription = 300
	maxSite        = 60
)

// head is what a page says about itself: the <title>, and the content of <meta>
// by name or property, the first of each.
type head struct {
	title string
	meta  map[string]string
}

// wanted are the kinds of <meta> that are read (ogp.me; Twitter's cards).
var wanted = map[string]bool{
	"og:title": true, "og:description": true, "og:site_name": true, "og:image": true, "og:image:url": true, "og:image:secure_url": true,
	"twitter:title": true, "twitter:description": true, "twitter:image": true, "twitter:image:src": true,
	"description": true, "application-name": true,
}

// readHead reads what a page says about itself. The character set is the one
// that the server tells, or the page, as browsers do it. A page that breaks off
// or is cut off has said what it has said.
func readHead(r io.Reader, contentType string) (head, error) {
	h := head{meta: map[string]string{}}
	decoded, err := charset.NewReader(r, contentType)
	if errors.Is(err, io.EOF) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("preview: read a page: %w", err)
	}
	z := html.NewTokenizer(decoded)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF && h.empty() {
				return h, fmt.Errorf("preview: read a page: %w", err)
			}
			return h, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			if h.read(z) {
				return h, nil
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head && !h.empty() {
				return h, nil
			}
		}
	}
}

func (h *head) empty() bool { return h.title == "" && len(h.meta) == 0 }

// read reads a tag, and reports whether the head is at its end.
func (h *head) read(z *html.Tokenizer) (done bool) {
	switch t := z.Token(); t.DataAtom {
	case atom.Body:
		return !h.empty()
	case atom.Title:
		if h.title == "" && z.Next() == html.TextToken { // also of <title/>, as in browsers
			h.title = string(z.Text())
		}
	case atom.Meta:
		h.readMeta(t.Attr)
	}
	return false
}

func (h *head) readMeta(attributes []html.Attribute) {
	var names []string
	content := ""
	for _, a := range attributes {
		switch a.Key {
		case "name", "property":
			names = append(names, strings.ToLower(strings.TrimSpace(a.Val)))
		case "content":
			content = a.Val
		}
	}
	for _, name := range names {
		if wanted[name] && h.meta[name] == "" {
			h.meta[name] = content
		}
	}
}

// first returns the first of some kinds of <meta> that says something.
func (h *head) first(names ...string) string {
	for _, name := range names {
		if text := strings.TrimSpace(h.meta[name]); text != "" {
			return text
		}
	}
	return ""
}

// page returns the texts of a page that was found at a URL.
func (h *head) page(at *url.URL) Page {
	title := h.first("og:title", "twitter:title")
	if title == "" {
		title = h.title
	}
	return Page{
		URL:         at.String(),
		Title:       clean(title, maxTitle),
		Description: clean(h.first("og:description", "twitter:description", "description"), maxDescription),
		Site:        clean(h.first("og:site_name", "application-name"), maxSite),
	}
}

// imageURL returns where the picture of a page is, or "".
func (h *head) imageURL(at *url.URL) string {
	link := h.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
	u, err := at.Parse(link)
	if link == "" || err != nil {
		return ""
	}
	return u.String()
}

// clean returns one line of at most so many characters, without what harms a
// screen.
func clean(text string, most int) string {
	text = chat.CleanLine(strings.ToValidUTF8(text, "\ufffd"))
	text = strings.Join(strings.Fields(text), " ")
	n := 0
	for i := range text {
		if n++; n > most {
			_, size := utf8.DecodeLastRuneInString(text[:i])
			return strings.TrimSpace(text[:i-size]) + "…"
		}
	}
	return text
}
