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
// ::1, or unix:/path; tls:// before one that is no path asks for TLS. An empty one
// is this machine. It returns what [net.Dial] takes or, for TLS, "tls" and what
// it takes with "tcp".
func ParseAddress(s string) (network, address string, err error) {
	if inside, ok := strings.CutPrefix(s, "tls://"); ok {
		network, address, err := ParseAddress(strings.TrimSuffix(inside, "/"))
		if err != nil || network != "tcp" {
			return "", "", badAddress(s)
		}
		return "tls", address, nil
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
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strings.ContainsAny(host, " /#[]") {
		return "", "", badAddress(s)
	}
	return "tcp", net.JoinHostPort(host, port), nil
}

func badAddress(s string) error {
	return fmt.Errorf("%q is no address; write host, host:port, [::1]:7007 or unix:/path, and tls:// before it for TLS", s)
}
