package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"

	"hubbub/internal/certs"
	"hubbub/internal/discover"
	"hubbub/internal/fingerprint"
	"hubbub/internal/server"
)

// announcement is what serve --announce tells the local network.
type announcement struct {
	service discover.Service
	at      []netip.AddrPort // that are listened on, with that port
}

// announcement returns what to announce, nil for nothing.
func (f *serveFlags) announcement(bound []net.Addr, secure *certs.Source) (*announcement, error) {
	if !f.announce {
		return nil, nil
	}
	return announce(bound, secure, announcedName(f.names.network))
}

// announce returns what to announce of a server that listens there.
func announce(bound []net.Addr, secure *certs.Source, name string) (*announcement, error) {
	a := &announcement{service: discover.Service{Name: name, TLS: secure != nil}}
	for _, addr := range bound {
		tcp, ok := addr.(*net.TCPAddr)
		if !ok || server.OnlyHere(addr) {
			continue
		}
		at := tcp.AddrPort()
		if a.service.Port == 0 {
			a.service.Port = at.Port()
		}
		if at.Port() == a.service.Port {
			a.at = append(a.at, at)
		}
	}
	if len(a.at) == 0 {
		return nil, errors.New("--announce tells others of this server, but only this machine can reach it: have it listen on its network too, as with --listen :" + server.DefaultPort)
	}
	if secure != nil {
		if own := secure.SelfSigned(); own != nil {
			a.service.Fingerprint = fingerprint.Of(own).String()
		}
	}
	return a, nil
}

// announcedName is what a server is called on the network: by its network's name
// if it has one of its own, and by its machine's.
func announcedName(network string) string {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	if network == "" || network == defaultNetworkName {
		return cmp.Or(host, defaultNetworkName)
	}
	return network
}

// reaches reports whether an address of this machine is one that is listened on.
func (a *announcement) reaches(addr netip.Addr) bool {
	for _, at := range a.at {
		on := at.Addr().Unmap().WithZone("") // addr has none where it is asked for
		switch {
		case on == addr.WithZone(""), on.IsUnspecified() && on.Is6(): // which takes IPv4 too
			return true
		case on.IsUnspecified() && addr.Is4():
			return true
		}
	}
	return false
}

// start announces, if there is anything to, until the returned function is
// called, which waits.
func (a *announcement) start(ctx context.Context, log *slog.Logger) (stop func()) {
	if a == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	log.Info("announced on the local network", "name", a.service.Name, "port", a.service.Port)
	all.Go(func() { discover.Announce(ctx, a.service, a.reaches, log) })
	return func() {
		cancel()
		all.Wait()
	}
}
