package preview_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"hubbub/internal/preview"
)

func TestOnlyThePublicInternetIsPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "93.184.215.14": true, "172.15.255.255": true, "172.32.0.0": true, "100.63.255.255": true, "100.128.0.0": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "10.255.255.255": false, "100.64.0.0": false, "100.127.255.255": false,
		"127.0.0.1": false, "127.255.0.1": false, "169.254.0.1": false, "169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.0.0.8": false, "192.0.2.1": false, "192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false,
		"198.51.100.7": false, "203.0.113.9": false, "224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,

		"2606:4700:4700::1111": true, "2a00:1450:4001:80b::200e": true, "2001:4860:4860::8888": true,
		"::": false, "::1": false, "::ffff:8.8.8.8": false, "::ffff:127.0.0.1": false, "::8.8.8.8": false, "::7f00:1": false,
		"64:ff9b::808:808": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "100::1": false,
		"2001::1": false, "2001:0:4136:e378::1": false, "2001:2::1": false, "2001:10::1": false, "2001:20::1": false, "2001:db8::1": false,
		"2002:7f00:1::": false, "2002:808:808::": false, "3fff::1": false, "5f00::1": false,
		"fc00::1": false, "fd12:3456::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1%eth0": false,
		"fec0::1": false, "ff02::1": false, "ff0e::1": false, "4000::1": false,
	} {
		if got := preview.Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: public is %v", addr, got)
		}
	}
	if preview.Public(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

// An attacker owns names: whatever they stand for, and however an address is
// written, no packet goes where none may.
func TestNothingForbiddenIsConnectedTo(t *testing.T) {
	names := map[string]string{
		"router.example": "192.168.1.1", "self.example": "127.0.0.1", "cloud.example": "169.254.169.254", "six.example": "::1",
		"mapped.example": "::ffff:127.0.0.1", "nat.example": "64:ff9b::7f00:1", "unique.example": "fd00::1",
	}
	f := preview.New(preview.Options{Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		if a, ok := names[host]; ok {
			return []netip.Addr{netip.MustParseAddr(a)}, nil
		}
		return nil, fmt.Errorf("no such host: %s", host)
	}})
	links := []string{
		"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/", "http://0.0.0.0/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
		"http://[fe80::1%25lo]/", "http://[64:ff9b::7f00:1]/", "https://100.64.0.1/", "https://224.0.0.1/",
		"http://8.8.8.8:22/", "http://8.8.8.8:8080/", "https://8.8.8.8:25/", "http://8.8.8.8:0/",
		"ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "//example.org/", "http:example.org", "http:///etc/passwd", "http://",
		"http://user@example.org/", "http://user:secret@example.org/", "http://8.8.8.8@127.0.0.1/", "http://exa mple.org/", "", "://", "http://example.org/" + strings.Repeat("a", 3000),
	}
	for name := range names {
		links = append(links, "http://"+name+"/", "https://"+name+"/")
	}
	for _, link := range links {
		if page, err := f.Fetch(t.Context(), link); !errors.Is(err, preview.ErrForbidden) {
			t.Errorf("%q: %+v, %v", link, page, err)
		}
	}
	for _, link := range []string{"http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/"} { // names, for us
		if page, err := f.Fetch(t.Context(), link); err == nil {
			t.Errorf("%q: %+v", link, page)
		}
	}
}

func TestRedirectsAreCheckedAnew(t *testing.T) {
	w := newWeb(t)
	inner := newWeb(t) // allowed to nobody
	w.page("/inner", redirect(inner.url("127.0.0.1", "/")))
	w.page("/name", redirect(inner.url("inner.example", "/")))
	w.page("/cloud", redirect("http://169.254.169.254/latest/meta-data/"))
	w.page("/file", redirect("file:///etc/passwd"))
	w.page("/user", redirect("http://user@example.org/"))
	w.page("/port", redirect("http://8.8.8.8:22/"))
	w.page("/loop", redirect("/loop"))
	w.page("/1", redirect("/2"))
	w.page("/2", redirect("/3"))
	w.page("/3", redirect("/4"))
	w.page("/4", html("<title>At last</title>"))
	w.page("/0", redirect("/1"))
	f := w.fetcher()
	for _, path := range []string{"/inner", "/name", "/cloud", "/file", "/user", "/port", "/loop", "/0"} {
		if page, err := f.Fetch(t.Context(), w.url("a.example", path)); !errors.Is(err, preview.ErrForbidden) {
			t.Errorf("%s: %+v, %v", path, page, err)
		}
	}
	page, err := f.Fetch(t.Context(), w.url("a.example", "/1"))
	if err != nil || page.Title != "At last" || page.URL != w.url("a.example", "/4") {
		t.Errorf("three redirects: %+v, %v", page, err)
	}
	if n := inner.requests.Load(); n != 0 {
		t.Errorf("%d requests came where none may", n)
	}
	for _, r := range w.seen() {
		if r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("User-Agent") != agent {
			t.Errorf("%s: the header is %v", r.URL, r.Header)
		}
	}
}

// The DNS of an attacker says one thing when it is asked first, and another
// when it is asked again.
func TestANameThatChangesItsAddressDoesNotHelp(t *testing.T) {
	w := newWeb(t)
	w.page("/", redirect("/inner"))
	w.page("/picture", html(`<title>A</title><meta property=og:image content="/inner.png">`))
	for _, second := range [][]string{{"10.0.0.1"}, {"127.0.0.2"}, {"::1", "127.0.0.1"}, {"169.254.169.254"}} {
		var asked atomic.Int32
		o := w.options()
		o.Lookup = func(context.Context, string) (addrs []netip.Addr, err error) {
			if asked.Add(1)%2 == 1 {
				return []netip.Addr{w.at.Addr()}, nil
			}
			for _, a := range second {
				addrs = append(addrs, netip.MustParseAddr(a))
			}
			return addrs, nil
		}
		f := preview.New(o)
		if page, err := f.Fetch(t.Context(), w.url("a.example", "/")); !errors.Is(err, preview.ErrForbidden) {
			t.Errorf("a redirect to %v: %+v, %v", second, page, err)
		}
		page, err := f.Fetch(t.Context(), w.url("a.example", "/picture"))
		if err != nil || page.Title != "A" || page.Image != nil {
			t.Errorf("a picture at %v: %+v, %v", second, page, err)
		}
		// Once for each connection: what was looked up is what was connected to.
		if asked.Load() != 4 {
			t.Errorf("the name was looked up %d times", asked.Load())
		}
	}
	for _, r := range w.seen() {
		if strings.HasPrefix(r.URL.Path, "/inner") {
			t.Errorf("%s was asked for", r.URL)
		}
	}
}

func TestNoProxyIsAsked(t *testing.T) {
	if newWeb(t).fetcher().HasProxy() {
		t.Error("the fetcher would ask a proxy, which looks names up by itself")
	}
}

func TestCookiesAreNotKept(t *testing.T) {
	w := newWeb(t)
	w.page("/", func(rw http.ResponseWriter, r *http.Request) {
		http.SetCookie(rw, &http.Cookie{Name: "who", Value: "me"})
		http.Redirect(rw, r, "/2", http.StatusFound)
	})
	w.page("/2", html("<title>A</title>"))
	if _, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/")); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.seen() {
		if len(r.Cookies()) > 0 {
			t.Errorf("%s was asked for with %v", r.URL, r.Cookies())
		}
	}
}
