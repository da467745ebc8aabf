package server_test

import (
	"net"
	"testing"

	"hubbub/internal/server"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{"https://chat.example.org", "https://chat.example.org"},
		{"https://chat.example.org/", "https://chat.example.org"},
		{"http://[::1]:7007", "http://[::1]:7007"},
		{"https://example.org/chat/", "https://example.org/chat"},
		{"", ""},
		{"chat.example.org", ""},
		{"chat.example.org:7007", ""},
		{"/files", ""},
		{"https://", ""},
		{"https://:7007", ""},
		{"ftp://chat.example.org", ""},
		{"javascript:alert(1)", ""},
		{"https://user:word@chat.example.org", ""},
		{"https://chat.example.org/?a=b", ""},
		{"https://chat.example.org/?", ""},
		{"https://chat.example.org/#", ""},
		{"https://chat.example.org/#a", ""},
		{"https://chat.example.org\n", ""},
	} {
		got, err := server.ParseURL(c.given)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v; want %q", c.given, got, err, c.want)
		}
	}
}

// at is a listener that is somewhere.
type at struct {
	net.Listener
	addr net.Addr
}

func (l at) Addr() net.Addr { return l.addr }

func TestUsualURLIsThatOfTheFirstPort(t *testing.T) {
	socket := at{addr: &net.UnixAddr{Name: "/run/hubbub", Net: "unix"}}
	port := func(ip string) at { return at{addr: &net.TCPAddr{IP: net.ParseIP(ip), Port: 7007}} }
	for _, c := range []struct {
		listeners []net.Listener
		want      string
	}{
		{nil, ""},
		{[]net.Listener{socket}, ""},
		{[]net.Listener{socket, port("127.0.0.1"), port("192.0.2.1")}, "http://127.0.0.1:7007"},
		{[]net.Listener{port("::1")}, "http://[::1]:7007"},
		{[]net.Listener{port("::")}, "http://localhost:7007"},
		{[]net.Listener{port("0.0.0.0")}, "http://localhost:7007"},
	} {
		if got := server.UsualURL(c.listeners); got != c.want {
			t.Errorf("%v: %q, want %q", c.listeners, got, c.want)
		}
	}
}
