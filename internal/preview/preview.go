// Package preview finds out what a link leads to: a title, a description, a
// picture.
//
// Problem: a server that fetches what people write links to can be had to fetch
// what only it can reach (server-side request forgery): routers, databases, the
// metadata of a cloud. So a [Fetcher] looks up the name of a host itself, and
// refuses every address that is not of the public internet. What is checked is
// the address that the socket is about to be connected to, after any name and
// any redirect, so an answer of the DNS that changes meanwhile does not help.
// It keeps to the ports of the web, knows no proxy and no cookies, sends no
// Referer, and what it reads is bounded in bytes, before and after they are
// unpacked, and in time.
//
// What can't be seen from here: a public address that leads back inside, because
// somebody's router or NAT64 prefix makes it.
//
// [URLs] finds the links in a message. What comes back from [Fetcher.Fetch] is
// clean, and fit to be shown.
//
// The package starts no goroutines but those of net/http, which end with the
// fetch. A Fetcher is safe for concurrent use.
package preview

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// The bounds of one fetch.
const (
	maxTime      = 5 * time.Second // for everything: waiting, redirects, the picture
	maxRedirects = 3
	maxURL       = 2048      // bytes
	maxHeader    = 64 << 10  // bytes
	maxHTML      = 512 << 10 // bytes, unpacked; a head is found in these, what follows does not matter
	maxImage     = 2 << 20   // bytes
)

// Why there is no preview, for errors.Is.
var (
	// ErrForbidden says that the link leads where the server must not go.
	ErrForbidden = errors.New("preview: the link leads somewhere else than to the public web")
	// ErrNothing says that there is nothing to show: another kind of file, a page
	// without a title, an error of the server.
	ErrNothing = errors.New("preview: there is nothing to show")
	// ErrBusy says that too much else is being fetched; another time it may go well.
	ErrBusy = errors.New("preview: too many links are being looked at")
	// ErrTooLarge says that a picture is larger than one may be.
	ErrTooLarge = errors.New("preview: the picture is too large")
)

// Page is what a link leads to. Texts are one clean line each, or empty.
type Page struct {
	URL         string // where the link leads, after redirects
	Title       string // at most 200 characters
	Description string // at most 300
	Site        string // at most 60
	Image       []byte // JPEG, PNG, GIF or WebP, as the server calls it; nil if there is none. Not to be changed
}

// Options are what a [Fetcher] is made with.
type Options struct {
	// Agent is the User-Agent (RFC 9110 §10.1.5): it should say who we are and
	// where somebody can read why we come.
	Agent string

	// Lookup finds the addresses of a host; nil for the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Allow tells which addresses may be connected to although they are not
	// public, or on another port; nil for none. It is for tests, whose servers
	// are on this machine.
	Allow func(netip.AddrPort) bool
	// Now is the clock of the cache; nil for the system's.
	Now func() time.Time
}

// Fetcher fetches what links lead to, and remembers it for a while.
type Fetcher struct {
	o      Options
	client *http.Client
	turns  *turns
	cache  *cache
}

// New makes a fetcher.
func New(o Options) *Fetcher {
	if o.Lookup == nil {
		o.Lookup = lookup
	}
	if o.Allow == nil {
		o.Allow = func(netip.AddrPort) bool { return false }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Fetcher{o: o, turns: newTurns(), cache: newCache(o.Now)}
	f.client = &http.Client{
		CheckRedirect: followed,
		Transport: &polite{f.turns, &http.Transport{
			DialContext:            f.dial, // and no proxy
			DisableKeepAlives:      true,   // each request is for a host that is checked anew
			TLSHandshakeTimeout:    maxTime,
			MaxResponseHeaderBytes: maxHeader,
		}},
	}
	return f
}

// Fetch returns what a link leads to, in five seconds or not at all. Whoever
// asks for a link that is being fetched waits for the same fetch. What went
// wrong is remembered too, for a shorter while, unless that was here.
//
// The error matches ErrForbidden, ErrNothing, ErrTooLarge or ErrBusy, is that of
// ctx or of the time that is over, or one of the network.
func (f *Fetcher) Fetch(ctx context.Context, link string) (Page, error) {
	u, err := parse(link)
	if err != nil {
		return Page{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	return f.cache.get(bounded, u.String(), func() (page Page, keep bool, err error) {
		page, err = f.fetch(bounded, u)
		return page, ctx.Err() == nil && !errors.Is(err, ErrBusy), err
	})
}

// parse returns the URL of a link, if it is one that may be fetched at all: of
// the web, with a host, and without somebody's password. What it says about a
// place in the page is not sent.
func parse(link string) (*url.URL, error) {
	if len(link) > maxURL {
		return nil, ErrForbidden
	}
	u, err := url.Parse(link)
	if err != nil || !fetchable(u) {
		return nil, ErrForbidden
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func fetchable(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.Opaque == ""
}

// followed says whether a redirect is followed, and forgets where it came from.
func followed(next *http.Request, before []*http.Request) error {
	next.Header.Del("Referer")
	if len(before) > maxRedirects || len(next.URL.String()) > maxURL || !fetchable(next.URL) {
		return ErrForbidden
	}
	return nil
}

// lookup asks the system's resolver.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
