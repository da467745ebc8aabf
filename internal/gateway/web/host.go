package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"hubbub/internal/chat"
)

// By what names a server is asked for. Whoever owns a name can have it lead to any
// address, and to this server's from one moment to the next: to browsers a page of
// theirs is then one of this server's own, and may do here whatever people may who
// connect from where that browser is (DNS rebinding). So over plain HTTP only names
// are answered that no stranger can own, and those that the server knows it has. By
// TLS none of this is needed, as nobody else has the certificate for their name.

// privateNames are the last labels of names that nobody can own on the internet
// (RFC 6761, RFC 6762, RFC 8375, and what is not delegated there).
var privateNames = []string{".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa"}

// hosts are the names that a server knows it has, in lower case.
type hosts map[string]bool

// newHosts returns the names, and those in the addresses.
func newHosts(names []string, addresses ...string) hosts {
	h := hosts{}
	for _, name := range names {
		h[plainHost(name)] = true
	}
	for _, address := range addresses {
		if u, err := url.Parse(address); err == nil {
			h[plainHost(u.Host)] = true
		}
	}
	return h
}

// plainHost returns a host as names are compared: without a port, in lower case.
func plainHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// has reports whether a request for that host may be answered, over plain HTTP: an
// address, a name of one label, one that nobody can own, or one of the server's.
func (h hosts) has(host string) bool {
	name := plainHost(host)
	if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") || h[name] {
		return true
	}
	for _, last := range privateNames {
		if strings.HasSuffix(name, last) {
			return true
		}
	}
	return false
}

// knowsHost reports whether a request is for a host that is this server's. A proxy
// that is trusted may say which the client has asked for.
func (g *Gateway) knowsHost(r *http.Request) (host string, ok bool) {
	if g.clientOf(r).secure {
		return "", true
	}
	if !g.hosts.has(r.Host) {
		return r.Host, false
	}
	if host := r.Header.Get("X-Forwarded-Host"); g.trusts(r) && !g.hosts.has(host) {
		return host, false
	}
	return "", true
}

// misdirected refuses a request for a host that may be anybody's.
func (g *Gateway) misdirected(w http.ResponseWriter, r *http.Request, host string) {
	name := clipped(plainHost(host))
	sentence := "This server does not know that it is called " + name + ", and answers no requests for names that may be a stranger's. " +
		"If that is its name, whoever runs it says so: hubbub serve --host " + name + ", or --origin https://" + name + " where it is reached by https. Addresses and names such as localhost and mybox.local need no flag."
	if strings.HasPrefix(r.URL.Path, "/api") || wantsJSON(r) {
		refuse(w, http.StatusMisdirectedRequest, chat.Forbidden.String(), sentence)
		return
	}
	plainly(w, r, http.StatusMisdirectedRequest, sentence)
}
