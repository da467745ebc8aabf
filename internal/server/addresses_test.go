package server_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/server"
)

func TestListenAddressesAreReadSensibly(t *testing.T) {
	for given, want := range map[string][2]string{
		"7007":                {"tcp", "127.0.0.1:7007"},
		"0":                   {"tcp", "127.0.0.1:0"},
		":7007":               {"tcp", ":7007"},
		"*:7007":              {"tcp", ":7007"},
		"0.0.0.0:80":          {"tcp", "0.0.0.0:80"},
		"[::]:7007":           {"tcp", "[::]:7007"},
		"[::1]:7007":          {"tcp", "[::1]:7007"},
		"[fe80::1%eth0]:7007": {"tcp", "[fe80::1%eth0]:7007"},
		"::1":                 {"tcp", "[::1]:7007"},
		"[::1]":               {"tcp", "[::1]:7007"},
		"192.0.2.1":           {"tcp", "192.0.2.1:7007"},
		"localhost":           {"tcp", "localhost:7007"},
		"Chat.example:07":     {"tcp", "Chat.example:7"},
		"unix:/run/hubbub":    {"unix", "/run/hubbub"},
		server.DefaultListen:  {"tcp", "127.0.0.1:7007"},
	} {
		network, address, err := server.ParseListen(given)
		if network != want[0] || address != want[1] || err != nil {
			t.Errorf("ParseListen(%q) = %s, %s, %v; want %s, %s", given, network, address, err, want[0], want[1])
		}
	}
}

func TestBadListenAddressesSayWhatIsWanted(t *testing.T) {
	for _, given := range []string{"", ":", "host:", ":x", ":65536", ":-1", "70000", "host:1:2", "http://host:7007",
		"host/x:7007", "a b:7007", "[::1:7007", "[::1]7007", "unix:", "fe80::1%eth0]:7007", "::1%a b", "host\n:7007", "żółw:7007", ":7007 "} {
		_, _, err := server.ParseListen(given)
		if !errors.Is(err, server.ErrAddressSyntax) {
			t.Errorf("ParseListen(%q): %v", given, err)
			continue
		}
		wantContains(t, err.Error(), "--listen "+strconv.Quote(given))
		wantContains(t, err.Error(), "[IPV6]:PORT")
	}
}

func TestTakenPortIsNamedWithAnotherToTry(t *testing.T) {
	taken := loopback(t)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	free := loopback(t)
	freeAt := free.Addr().String()
	free.Close()

	_, err := server.Listen(t.Context(), []string{freeAt, strconv.Itoa(port)})
	if !errors.Is(err, server.ErrAddressInUse) {
		t.Fatalf("listen twice: %v", err)
	}
	problem, ok := errors.AsType[*server.ListenError](err)
	if !ok || problem.Address != strconv.Itoa(port) {
		t.Errorf("the error is for %q", problem.Address)
	}
	next := port + 1
	if port == 65535 {
		next = 7007
	}
	wantContains(t, err.Error(), "cannot listen on "+strconv.Itoa(port))
	wantContains(t, err.Error(), "--listen 127.0.0.1:"+strconv.Itoa(next))

	again, err := server.Listen(t.Context(), []string{freeAt}) // the first was closed again
	if err != nil {
		t.Fatal(err)
	}
	again[0].Close()
}

func TestAddressOfAnotherMachineIsNotAvailable(t *testing.T) {
	for _, given := range []string{"192.0.2.1:7007", "no-such-host.invalid:7007"} {
		_, err := server.Listen(t.Context(), []string{given})
		if !errors.Is(err, server.ErrAddressUnavailable) {
			t.Errorf("listen on %s: %v", given, err)
			continue
		}
		wantContains(t, err.Error(), "no such address")
	}
}

func TestEveryKindOfListenErrorSaysWhatToDo(t *testing.T) {
	for _, test := range []struct {
		problem server.ListenError
		want    string
	}{
		{server.ListenError{Address: ":80", Kind: server.ErrAddressForbidden}, "--listen :7007"},
		{server.ListenError{Address: "[::1]:80", Kind: server.ErrAddressForbidden}, "--listen [::1]:7007"},
		{server.ListenError{Address: ":65535", Kind: server.ErrAddressInUse}, "--listen :7007"},
		{server.ListenError{Address: "unix:/run/h", Kind: server.ErrAddressInUse}, "--listen unix:/run/h2"},
		{server.ListenError{Address: "10.0.0.1:1", Kind: server.ErrAddressUnavailable}, "--listen :7007"},
		{server.ListenError{Address: ":7007", Err: errors.New("the sky fell")}, "cannot listen on :7007: the sky fell"},
	} {
		wantContains(t, test.problem.Error(), test.want)
	}
}

func TestUnixSocketOfAKilledServerIsTakenOverAndOfALivingOneIsNot(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lifetime of Unix sockets differs")
	}
	path := filepath.Join(t.TempDir(), "s")
	spec := []string{"unix:" + path}
	first, err := server.Listen(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(t.Context(), spec); !errors.Is(err, server.ErrAddressInUse) {
		t.Errorf("listen beside a living server: %v", err)
	}
	first[0].(*net.UnixListener).SetUnlinkOnClose(false)
	first[0].Close() // the file stays, as after kill -9
	second, err := server.Listen(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	second[0].Close()

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(t.Context(), spec); !errors.Is(err, server.ErrAddressInUse) {
		t.Errorf("listen on a file: %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "precious" || err != nil {
		t.Errorf("the file now has %q, %v", b, err)
	}
}

func TestInvitation(t *testing.T) {
	outward := []netip.Addr{netip.MustParseAddr("192.168.1.20"), netip.MustParseAddr("2001:db8::20")}
	if got := server.Invitation("hubbub", []net.Addr{tcpAddr("[::]:7007")}, nil); !strings.HasSuffix(got, "once this one is on a network.\n") {
		t.Errorf("off the network:\n%s", got)
	}
	for name, test := range map[string]struct {
		bound []net.Addr
		want  string
	}{
		"by default": {[]net.Addr{tcpAddr("127.0.0.1:7007")}, `
Join from this machine:
    http://127.0.0.1:7007/ in a browser
    nc 127.0.0.1 7007   or   ./hubbub join
Only this machine can join; to let others in, start with --listen :7007
`},
		"every address": {[]net.Addr{tcpAddr("[::]:7007")}, `
Join from this machine:
    http://127.0.0.1:7007/ in a browser
    nc 127.0.0.1 7007      or   ./hubbub join
Join from other machines:
    http://192.168.1.20:7007/ in a browser
    http://[2001:db8::20]:7007/ in a browser
    nc 192.168.1.20 7007   or   hubbub join 192.168.1.20:7007
    nc 2001:db8::20 7007   or   hubbub join '[2001:db8::20]:7007'
`},
		"every IPv4 address": {[]net.Addr{tcpAddr("0.0.0.0:9000")}, `
Join from this machine:
    http://127.0.0.1:9000/ in a browser
    nc 127.0.0.1 9000      or   ./hubbub join 127.0.0.1:9000
Join from other machines:
    http://192.168.1.20:9000/ in a browser
    nc 192.168.1.20 9000   or   hubbub join 192.168.1.20:9000
`},
		"one address": {[]net.Addr{tcpAddr("192.168.1.20:7007")}, `
Join from this machine:
    http://192.168.1.20:7007/ in a browser
    nc 192.168.1.20 7007   or   ./hubbub join 192.168.1.20:7007
Join from other machines:
    http://192.168.1.20:7007/ in a browser
    nc 192.168.1.20 7007   or   hubbub join 192.168.1.20:7007
`},
		"several": {[]net.Addr{tcpAddr("[::1]:9000"), &net.UnixAddr{Net: "unix", Name: "/run/h"}}, `
Join from this machine:
    http://[::1]:9000/ in a browser
    nc ::1 9000    or   ./hubbub join '[::1]:9000'
    nc -U /run/h
Only this machine can join; to let others in, start with --listen :9000
`},
	} {
		if got := server.Invitation("./hubbub", test.bound, outward); "\n"+got != test.want {
			t.Errorf("%s:\n%s\nwant:%s", name, got, test.want)
		}
	}
}

func TestOutwardAddressesAreFewAndReachable(t *testing.T) {
	addrs := server.OutwardAddrs()
	if len(addrs) > 6 {
		t.Errorf("%d addresses", len(addrs))
	}
	for _, a := range addrs {
		if a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || strings.Contains(a.String(), "%") {
			t.Errorf("%v is not for others", a)
		}
	}
}

// FuzzParseListen looks for an address that is accepted but not understood.
func FuzzParseListen(f *testing.F) {
	for _, s := range []string{"7007", ":7007", "[::1]:7007", "unix:/x", "host", "a:b:c", "::1%eth0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		network, address, err := server.ParseListen(s)
		if err != nil {
			if !errors.Is(err, server.ErrAddressSyntax) || err.Error() == "" {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if network == "unix" {
			return
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatalf("%q became %q: %v", s, address, err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
			t.Fatalf("%q became %q", s, address)
		}
		if _, again, err := server.ParseListen(address); err != nil || again != address {
			t.Fatalf("%q became %q and then %q, %v", s, address, again, err)
		}
	})
}
