package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"hubbub/internal/certs"
	"hubbub/internal/door"
	"hubbub/internal/fingerprint"
	"hubbub/internal/server"
)

// tlsFlags says whether TLS is offered and with which certificate.
type tlsFlags struct {
	mode, cert, key  string
	domains          []string
	email, directory string
	sts              time.Duration
}

// The values of --tls.
const (
	tlsAuto = "auto" // with the certificate of other flags; else a self-signed one if others can connect
	tlsOff  = "off"
	tlsSelf = "self"
)

func (f *tlsFlags) add(flags *flag.FlagSet) {
	flags.StringVar(&f.mode, "tls", tlsAuto, "`MODE`: auto offers TLS, beside plain text, if there is a certificate or other machines can connect (then with a self-signed one); self also otherwise; off never")
	flags.StringVar(&f.cert, "tls-cert", "", "`FILE` with the certificate and its chain, in PEM; read again when it changes, and at SIGHUP")
	flags.StringVar(&f.key, "tls-key", "", "`FILE` with the private key of --tls-cert")
	flags.Func("acme", "`DOMAIN` to have a certificate issued for, by Let's Encrypt unless told otherwise, to whose terms you agree; may be repeated",
		func(s string) error { f.domains = append(f.domains, s); return nil })
	flags.Func("sts", "`TIME`, as 30d, for which IRC clients that have come once come by TLS only; there is no way back before. For certificates that clients trust",
		func(s string) error { return f.keep(s) })
	flags.StringVar(&f.email, "acme-email", "", "`ADDRESS` at which the certificate authority can reach you")
	flags.StringVar(&f.directory, "acme-directory", "", "`URL` of another certificate authority's ACME directory")
}

// complete checks what the flags say together.
func (f *tlsFlags) complete() error {
	files, acme := f.cert != "" || f.key != "", len(f.domains) > 0
	switch {
	case !slices.Contains([]string{tlsAuto, tlsOff, tlsSelf}, f.mode):
		return fmt.Errorf("--tls is auto, self or off, not %q", f.mode)
	case f.mode != tlsAuto && (files || acme):
		return fmt.Errorf("--tls %s and a certificate contradict each other; leave one of them out", f.mode)
	case files && acme:
		return errors.New("--tls-cert and --acme are two ways to a certificate; leave one of them out")
	case files && (f.cert == "" || f.key == ""):
		return errors.New("--tls-cert and --tls-key belong together")
	case !acme && (f.email != "" || f.directory != ""):
		return errors.New("--acme-email and --acme-directory say how to have a certificate issued; say for which domain with --acme")
	case f.sts > 0 && !files && !acme:
		return errors.New("--sts takes a certificate that clients trust, by --tls-cert or --acme: they would refuse a self-signed one, and come in the clear no more")
	}
	return nil
}

// keep reads for how long clients keep to TLS.
func (f *tlsFlags) keep(s string) error {
	d, ok := door.ParseSpan(s)
	if !ok || d == 0 {
		return errors.New("not a time, as in 30d or 12h")
	}
	f.sts = d
	return nil
}

// source returns where the certificate comes from, nil for no TLS, and what to
// call when the server has ended.
func (f *tlsFlags) source(ctx context.Context, data string, bound []net.Addr, log *slog.Logger) (s *certs.Source, stop func(), err error) {
	stop = func() {}
	switch {
	case f.cert != "":
		// Only who renews files needs SIGHUP; for others it ends the program.
		reload := make(chan os.Signal, 1)
		signal.Notify(reload, syscall.SIGHUP) // never comes on Windows
		stop = func() { signal.Stop(reload) }
		s, err = certs.Files(f.cert, f.key, reload, log)
	case len(f.domains) > 0:
		s, err = certs.ACME(ctx, certs.ACMEConfig{
			Domains: f.domains, Email: f.email, Directory: f.directory, Cache: filepath.Join(data, "acme"), Log: log,
		})
		if err != nil {
			err = fmt.Errorf("%w: --acme: %w", errUsage, err)
		}
	case f.mode == tlsSelf || f.mode == tlsAuto && !onlyHere(bound):
		s, err = certs.Self(filepath.Join(data, "tls"), hosts(bound), log)
	}
	return s, stop, err
}

// hosts returns what clients may call this machine.
func hosts(bound []net.Addr) []string {
	all := []string{"localhost", "127.0.0.1", "::1"}
	if name, err := os.Hostname(); err == nil {
		all = append(all, name)
	}
	for _, a := range bound {
		if t, ok := a.(*net.TCPAddr); ok && !t.IP.IsUnspecified() {
			all = append(all, t.IP.String())
		}
	}
	for _, addr := range server.OutwardAddrs() {
		all = append(all, addr.String())
	}
	return all
}

// secureInvitation returns how to join by TLS, and how to be sure of whom one
// speaks with.
func secureInvitation(s *certs.Source, bound []net.Addr) string {
	if s == nil {
		return ""
	}
	invitation := server.SecureInvitation(program(), bound, server.OutwardAddrs(), s.Names())
	if own := s.SelfSigned(); own != nil {
		invitation += fmt.Sprintf("The certificate is self-signed. A client that trusts it must see this fingerprint:\n    %v\n", fingerprint.Of(own))
	}
	return invitation
}
