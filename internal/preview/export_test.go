package preview

import (
	"bytes"
	"net/http"
	"net/url"

	"hubbub/internal/chat"
)

var Public = public

// The turns of requests, for tests without any.
type Turns = turns

var (
	NewTurns = newTurns
	Wait     = (*turns).wait
	End      = (*turns).end
)

const (
	MaxHTML = maxHTML
)

// IsClean reports whether a text does no harm on a screen.
func IsClean(s string) bool { return chat.CleanLine(s) == s }

// ReadPage reads a page of a MIME type, and where its picture is.
func ReadPage(contentType string, body []byte) (Page, string, error) {
	at := &url.URL{Scheme: "https", Host: "example.org", Path: "/"}
	h, err := readHead(bytes.NewReader(body), contentType)
	return h.page(at), h.imageURL(at), err
}

// HasProxy reports whether requests may go through a proxy.
func (f *Fetcher) HasProxy() bool {
	return f.client.Transport.(*polite).next.(*http.Transport).Proxy != nil
}
