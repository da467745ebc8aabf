package main

import (
	"flag"
	"fmt"
	"net/mail"
	"net/url"

	"hubbub/internal/server"
)

// outwardFlags is what the server has to do with others on the internet.
type outwardFlags struct {
	noPreviews bool
	contact    string
}

func (f *outwardFlags) add(flags *flag.FlagSet) {
	flags.BoolVar(&f.noPreviews, "no-previews", false, "look at no links: else what people write links to is fetched, from the public web, and shown in short")
	flags.StringVar(&f.contact, "push-contact", "", "`URL`, mailto:somebody@example.org or https:, at which those who push notifications to browsers can reach you; some push nothing without it (default --url, if that is https)")
}

// complete checks what the flags say.
func (f *outwardFlags) complete() error {
	if f.contact != "" && !isContact(f.contact) {
		return fmt.Errorf("--push-contact %q is none: it looks like mailto:somebody@example.org or https://example.org/contact", f.contact)
	}
	return nil
}

// isContact reports whether push services can take s for where to reach somebody
// (RFC 8292 §2.1).
func isContact(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxContact {
		return false
	}
	if u.Scheme == "mailto" {
		_, err := mail.ParseAddress(u.Opaque)
		return err == nil
	}
	return u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}

const maxContact = 255 // bytes

func (f *outwardFlags) configure(cfg *server.Config) {
	cfg.Previews, cfg.PushContact = !f.noPreviews, f.contact
}
