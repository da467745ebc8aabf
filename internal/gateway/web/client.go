package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// client is who is at the other end of a request.
type client struct {
	from    netip.Addr // whose limits apply
	private bool       // nobody can listen in
	secure  bool       // it comes by https
}

// clientOf returns who sent a request. A proxy that is trusted tells for whom it
// speaks, and whether by https: the last address that it or another such proxy has
// not added itself is the client's.
func (g *Gateway) clientOf(r *http.Request) client {
	peer := connOf(r).peer
	c := client{from: peer.Remote, private: peer.Private, secure: peer.Secure}
	if !g.trusts(r) {
		return c
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if c.from = hop.Unmap().WithZone(""); !g.cfg.Trusts(c.from) {
			break
		}
	}
	// How the client has come is known from the proxy only, and not by how near that is.
	// What comes by TLS, and through no proxy as far as one says so, is a client itself.
	proto := r.Header.Get("X-Forwarded-Proto")
	if proto == "" && peer.Secure && len(r.Header.Values("X-Forwarded-For")) == 0 {
		return c
	}
	c.secure = proto == "https"
	c.private = c.secure || proto != "" && c.from.IsLoopback()
	return c
}

// trusts reports whether a request comes from a proxy whose word is believed.
func (g *Gateway) trusts(r *http.Request) bool {
	return g.cfg.Trusts != nil && g.cfg.Trusts(connOf(r).peer.Remote)
}
