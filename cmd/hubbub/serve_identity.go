package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"unicode"

	"hubbub/internal/oidc"
	"hubbub/internal/passkey"
	"hubbub/internal/server"
)

// identityFlags says where browsers see the server, and who else keeps accounts
// of its people.
type identityFlags struct {
	origins []string
	elsewhere
	provider *oidc.Provider // set by complete; nil for none
}

// elsewhere is who keeps accounts.
type elsewhere struct {
	issuer, client, secretFile string
	name, nick                 string
	scopes, domains            []string
	register                   bool
}

func (f *identityFlags) add(flags *flag.FlagSet) {
	each := func(into *[]string) func(string) error {
		return func(s string) error { *into = append(*into, s); return nil }
	}
	flags.Func("origin", "`URL` at which browsers see the server, as in https://chat.example.org: passkeys are bound to its host; may be repeated, for hosts below the first (default the first domain of --acme, or http://localhost while only this machine can connect and no proxy is trusted)", each(&f.origins))
	flags.StringVar(&f.issuer, "oidc-issuer", "", "`URL` of who keeps accounts by which people log in here, by OpenID Connect; see docs/accounts.md")
	flags.StringVar(&f.client, "oidc-client", "", "`ID` by which --oidc-issuer knows this server")
	flags.StringVar(&f.secretFile, "oidc-secret-file", "", "`FILE` with the secret that belongs to --oidc-client; without one it is a public client")
	flags.StringVar(&f.name, "oidc-name", "", "`NAME` of --oidc-issuer, for people (default its host)")
	flags.BoolVar(&f.register, "oidc-register", false, "let whoever has an account at --oidc-issuer become a member, whatever --registration says")
	flags.Func("oidc-domain", "`DOMAIN` of e-mail addresses, verified by --oidc-issuer, that are let in; may be repeated (default all)", each(&f.domains))
	flags.Func("oidc-scope", "`SCOPE` to ask --oidc-issuer for, beside openid; may be repeated (default profile and email)", each(&f.scopes))
	flags.StringVar(&f.nick, "oidc-nick", "", "`CLAIM` of --oidc-issuer that suggests a nick (default preferred_username)")
}

// complete checks what can be before there are listeners.
func (f *identityFlags) complete() (err error) {
	if f.issuer == "" {
		if f.client != "" || f.secretFile != "" || f.name != "" || f.nick != "" || f.scopes != nil || f.domains != nil || f.register {
			return errors.New("the flags --oidc-… say more about who --oidc-issuer names, and it is not given")
		}
	}
	if len(f.origins) > 0 {
		if _, err := passkey.NewRelyingParty("", f.origins); err != nil {
			return fmt.Errorf("--origin: %w", err)
		}
	}
	f.provider, err = f.keeper()
	return err
}

// keeper returns who keeps accounts, or nil.
func (f *elsewhere) keeper() (*oidc.Provider, error) {
	if f.issuer == "" {
		return nil, nil
	}
	cfg := oidc.Config{
		Issuer: f.issuer, ClientID: f.client, Name: f.name, Nick: f.nick, Scopes: f.scopes, Domains: f.domains, Register: f.register,
	}
	if f.secretFile != "" {
		var err error
		if cfg.Secret, err = readSecret(f.secretFile); err != nil {
			return nil, fmt.Errorf("--oidc-secret-file: %w", err)
		}
	}
	p, err := oidc.New(cfg)
	if err != nil {
		err = fmt.Errorf("--oidc-issuer: %w", err)
	}
	return p, err
}

// readSecret reads a file of one line.
func readSecret(path string) (string, error) {
	const most = 1024
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, most+1))
	secret := strings.TrimRight(string(b), "\r\n")
	switch {
	case err != nil:
		return "", err
	case secret == "" || len(b) > most || strings.IndexFunc(secret, unicode.IsControl) >= 0:
		return "", fmt.Errorf("%s has to hold one line of at most %d bytes", path, most)
	}
	return secret, nil
}

// configure tells the server. Where browsers see it is as usual if nobody says so.
func (f *identityFlags) configure(cfg *server.Config, usual []string, domains []string) (err error) {
	cfg.OIDC = f.provider
	origins := f.origins
	if len(origins) == 0 {
		origins = usual
	}
	switch {
	case len(origins) > 0:
		cfg.Site, err = passkey.NewRelyingParty(cfg.NetworkName, origins)
	case cfg.OIDC != nil:
		err = errors.New("--oidc-issuer needs --origin too: people come back from there to an address that no request may choose")
	}
	if told := len(f.origins)+len(domains) > 0; told && cfg.URL == "" && cfg.Site != nil {
		cfg.URL = cfg.Site.Origins()[0]
	}
	return err
}

// usualOrigins returns where browsers see a server of which nobody says so, or
// nil if that can't be known.
func (f *serveFlags) usualOrigins(bound []net.Addr) []string {
	domains, first := f.secure.domains, firstPort(bound)
	port := ":" + strconv.Itoa(first)
	switch {
	case first == 0:
		return nil
	case len(domains) > 0:
		return []string{"https://" + domains[0] + port}
	case !f.reachable(bound):
		return []string{"http://localhost" + port, "https://localhost" + port}
	}
	return nil
}
