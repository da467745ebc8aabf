package client

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// DefaultPort is where a hubbub server listens.
const DefaultPort = "7007"

// ParseAddress reads an address as people write it: host, host:port, [::1]:7007,
// ::1, or unix:/path; tls:// before one that is no path asks for TLS, https:// or
// http:// for WebSocket, as through the proxies of the web. An empty one is this
// machine. It returns what [net.Dial] takes or, where more is asked for, "tls",
// "https" or "http", and what Dial takes with "tcp".
func ParseAddress(s string) (network, address string, err error) {
	if scheme, inside, ok := strings.Cut(s, "://"); ok {
		return parseURL(s, scheme, strings.TrimSuffix(inside, "/"))
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" {
			return "", "", fmt.Errorf("%q names no socket; write unix:/path", s)
		}
		return "unix", filepath.FromSlash(path), nil
	}
	if s == "" {
		return "tcp", net.JoinHostPort("127.0.0.1", DefaultPort), nil
	}
	bare, ok := strings.CutPrefix(s, "[")
	if bare, closed := strings.CutSuffix(bare, "]"); ok == closed && net.ParseIP(bare) != nil {
		return "tcp", net.JoinHostPort(bare, DefaultPort), nil
	}
	host, port := s, DefaultPort
	if strings.Contains(s, ":") {
		if host, port, err = net.SplitHostPort(s); err != nil {
			return "", "", badAddress(s)
		}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strings.ContainsAny(host, " /?#[]") {
		return "", "", badAddress(s)
	}
	return "tcp", net.JoinHostPort(host, port), nil
}

// parseURL reads an address with a scheme. The ports of the web are those that
// browsers take.
func parseURL(s, scheme, inside string) (network, address string, err error) {
	ports := map[string]string{"tls": DefaultPort, "http": "80", "ws": "80", "https": "443", "wss": "443"}
	port, known := ports[scheme]
	if !known || strings.Contains(inside, "://") {
		return "", "", badAddress(s)
	}
	network, address, err = ParseAddress(inside)
	if err != nil || network != "tcp" {
		return "", "", badAddress(s)
	}
	if _, _, err := net.SplitHostPort(inside); err != nil { // it names none
		host, _, _ := net.SplitHostPort(address)
		address = net.JoinHostPort(host, port)
	}
	switch scheme {
	case "ws":
		scheme = "http"
	case "wss":
		scheme = "https"
	}
	return scheme, address, nil
}

func badAddress(s string) error {
	return fmt.Errorf("%q is no address; write host, host:port, [::1]:7007 or unix:/path; tls:// before it for TLS, https:// or http:// to go by the web", s)
}
