package server

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"hubbub/internal/gateway/web"
)

// ParseURL reads the address under which browsers find a server: http or https, a
// host, and perhaps a path. A slash at the end is left out.
func ParseURL(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Opaque != "":
		return "", errors.New("not the address of a server, as in https://chat.example.org")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(s, "#"):
		return "", errors.New("the address of a server is http or https, a host and perhaps a path, and nothing else")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// uploadURL returns where files are uploaded to the server of that address; empty if
// it has none.
func uploadURL(server string) string {
	if server == "" {
		return ""
	}
	return server + web.UploadPath
}

// usualURL returns the address under which browsers of this machine find a server
// that listens there; empty if it listens at no port.
func usualURL(listeners []net.Listener) string {
	for _, l := range listeners {
		at, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			continue
		}
		host := "localhost"
		if !at.IP.IsUnspecified() {
			host = at.IP.String()
		}
		return "http://" + net.JoinHostPort(host, strconv.Itoa(at.Port))
	}
	return ""
}
