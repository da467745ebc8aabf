package web

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The handshake of WebSocket (RFC 6455 §4.2).

// upgrade is a handshake that can be answered.
type upgrade struct {
	key      string
	protocol string // of those that were offered; empty for none
	deflates bool
}

// badUpgrade is why a request can't be answered by an upgrade.
type badUpgrade struct {
	status int
	text   string
}

// parseUpgrade reads a request to go on by WebSocket. Of the subprotocols that it
// offers the first is taken that is known.
func parseUpgrade(r *http.Request, known ...string) (u upgrade, bad *badUpgrade) {
	key := r.Header.Get("Sec-WebSocket-Key")
	raw, err := base64.StdEncoding.DecodeString(key)
	switch {
	case !hasToken(r.Header, "Connection", "upgrade") || !hasToken(r.Header, "Upgrade", "websocket"):
		return u, &badUpgrade{http.StatusUpgradeRequired, "This address speaks WebSocket; /api tells what is said there."}
	case r.Method != http.MethodGet || !r.ProtoAtLeast(1, 1):
		return u, &badUpgrade{http.StatusBadRequest, "A WebSocket begins with a GET of HTTP/1.1."}
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return u, &badUpgrade{http.StatusUpgradeRequired, "Of WebSocket this server speaks version 13."}
	case err != nil || len(raw) != 16:
		return u, &badUpgrade{http.StatusBadRequest, "The Sec-WebSocket-Key is none."}
	}
	u = upgrade{key: key, deflates: offersDeflate(r.Header)}
	for _, offered := range tokens(r.Header, "Sec-WebSocket-Protocol") {
		if u.protocol == "" && slices.Contains(known, offered) {
			u.protocol = offered
		}
	}
	return u, nil
}

// tokens returns the elements of a header that is a list (RFC 9110 §5.6.1).
func tokens(h http.Header, name string) (all []string) {
	for _, line := range h.Values(name) {
		for token := range strings.SplitSeq(line, ",") {
			if token = strings.TrimSpace(token); token != "" {
				all = append(all, token)
			}
		}
	}
	return all
}

func hasToken(h http.Header, name, token string) bool {
	return slices.ContainsFunc(tokens(h, name), func(t string) bool { return strings.EqualFold(t, token) })
}

// answer returns what the server says to the handshake (§4.2.2). What follows it is
// frames.
func (u *upgrade) answer() []byte {
	const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	sum := sha1.Sum([]byte(u.key + guid))
	text := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
	if u.protocol != "" {
		text += "Sec-WebSocket-Protocol: " + u.protocol + "\r\n"
	}
	if u.deflates {
		text += "Sec-WebSocket-Extensions: " + deflateAnswer + "\r\n"
	}
	return []byte(text + "\r\n")
}

// own reports whether a request that does something, although it only reads by its
// method, comes from no other site's page.
func (g *Gateway) own(r *http.Request) bool {
	does := *r
	does.Method = http.MethodPost
	return g.origins.Check(&does) == nil
}

// fromHere reports whether a WebSocket may be opened by the page that does so: one of
// this host's, or of those that are trusted. A browser lets any page try, and sends
// the cookie along. Programs that are no browsers have no origin. (RFC 6455 §10.2)
func fromHere(r *http.Request, trusted []string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(trusted, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
