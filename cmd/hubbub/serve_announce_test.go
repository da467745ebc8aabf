package main

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func tcp(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

func TestAServerForThisMachineOnlyIsNotAnnounced(t *testing.T) {
	home(t)
	var out bytes.Buffer
	err := run(context.Background(), []string{"serve", "--announce", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, strings.NewReader(""), &out, &out)
	if exitCode(err, &bytes.Buffer{}) != exitUsage || !strings.Contains(err.Error(), "only this machine can reach it") {
		t.Errorf("got %v", err)
	}
}

func TestAnnouncedIsWhereTheServerListens(t *testing.T) {
	for _, c := range []struct {
		bound    []net.Addr
		port     uint16
		yes, not string
	}{
		{[]net.Addr{tcp("127.0.0.1:7000"), tcp("10.0.0.1:7007")}, 7007, "10.0.0.1", "10.0.0.2 fe80::1%eth0"},
		{[]net.Addr{tcp("0.0.0.0:7008")}, 7008, "10.0.0.1 192.168.1.1", "fe80::1%eth0"},
		{[]net.Addr{tcp("[::]:7008")}, 7008, "10.0.0.1 fe80::1%eth0", ""},
		{[]net.Addr{tcp("[fe80::1%eth0]:7008")}, 7008, "fe80::1", "fe80::2 10.0.0.1"},
		{[]net.Addr{&net.UnixAddr{Name: "/run/x"}, tcp("10.0.0.1:1"), tcp("10.0.0.2:2")}, 1, "10.0.0.1", "10.0.0.2"},
	} {
		a, err := announce(c.bound, nil, "Tea")
		if err != nil || a.service.Port != c.port || a.service.TLS || a.service.Name != "Tea" {
			t.Errorf("%v: %v, %+v", c.bound, err, a)
			continue
		}
		for _, addr := range strings.Fields(c.yes) {
			if !a.reaches(netip.MustParseAddr(addr)) {
				t.Errorf("%v: %s is left out", c.bound, addr)
			}
		}
		for _, addr := range strings.Fields(c.not) {
			if a.reaches(netip.MustParseAddr(addr)) {
				t.Errorf("%v: %s is announced", c.bound, addr)
			}
		}
	}
}

func TestAnnouncedUnderItsOwnName(t *testing.T) {
	if got := announcedName("Tea"); got != "Tea" {
		t.Errorf("called %q", got)
	}
	if got := announcedName(defaultNetworkName); got == "" {
		t.Error("has no name")
	}
}
