package browsertest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"

	"hubbub/internal/hub"
)

const password = "correct horse battery"

// totp returns the code of an authenticator app (RFC 6238).
func totp(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(seed, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// ownSite starts a site that lets in by invitation, and returns its owner's window.
func ownSite(t *testing.T) *window {
	t.Helper()
	s := startSite(t, hub.Policy{Registration: hub.ByInvite})
	return s.open(desk).own(s, "otter", password)
}

// registers registers by the link of an invitation.
func (w *window) registers(link *url.URL, nick string) {
	w.t.Helper()
	w.visit(link.RequestURI())
	w.fill("input", "Your nick", nick)
	w.fill("input", "New password", password)
	w.press("Enter")
}

func TestASecondFactorIsAskedForAndASessionCanBeRevoked(t *testing.T) {
	t.Parallel()
	otter := ownSite(t)
	otter.visit("/lobby#settings/security")
	otter.click("button", "Turn on")
	otter.sees("code.seed", "")
	seed := evaluate[string](otter, "document.querySelector('code.seed').textContent")
	otter.fill("input", "Code", totp(t, seed, time.Now()))
	otter.press("Enter")
	otter.sees(".group", "Recovery codes")

	elsewhere := otter.site.open(phone)
	elsewhere.visit("/lobby")
	elsewhere.fill("input", "Your nick", "otter")
	elsewhere.fill("input", "Password", "no horse")
	elsewhere.press("Enter")
	elsewhere.sees(".field-error", "")
	elsewhere.fill("input", "Password", password)
	elsewhere.press("Enter")
	elsewhere.sees("input", "Code")
	elsewhere.fill("input", "Code", totp(t, seed, time.Now().Add(30*time.Second))) // the one before counts no more
	elsewhere.press("Enter")
	elsewhere.sees(composer, "")
	elsewhere.says("it is me, on the way")

	otter.leaves("dialog")
	otter.visit("/lobby#settings/security")
	otter.click(".entry button", "Log out there")
	elsewhere.sees("h1", "hubbub")
	elsewhere.sees("input", "Your nick")
	otter.press("Escape")
	otter.hears("it is me, on the way")
}

func TestAPasskeyLetsItsOwnerIn(t *testing.T) {
	t.Parallel()
	otter := ownSite(t)
	must(otter, webauthn.Enable, webauthn.EnableParams{})
	must(otter, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	otter.visit("/lobby#settings/security")
	otter.fill("input", "Name for a new passkey", "my laptop")
	otter.press("Enter")
	otter.sees(".entry", "my laptop")

	otter.click(".section-link", "Account")
	otter.click("button", "Log out")
	otter.click("button", "Use a passkey")
	otter.sees(composer, "")
	otter.says("no password needed")
	otter.hears("no password needed")
}

func TestAnInvitationLetsAStrangerIn(t *testing.T) {
	t.Parallel()
	otter := ownSite(t)
	otter.click("button", "Administration")
	otter.click(".section-link", "Invitations")
	otter.fill("input", "Rooms that they are in at once", "#lobby")
	otter.click("button", "Make an invitation")
	otter.sees(".dialog-body", "Send this link")
	shown := evaluate[string](otter, `[...document.querySelectorAll('.dialog code, .dialog pre, .dialog input')].map((one) => one.value || one.textContent).find((text) => text.includes('invitation='))`)
	link, err := url.Parse(shown)
	if err != nil {
		t.Fatal(err)
	}
	otter.press("Escape")

	stranger := otter.site.open(phone)
	stranger.registers(link, "stranger")
	stranger.sees(".room-head", "")
	stranger.visit("/lobby")
	stranger.says("thank you for the invitation")
	otter.hears("thank you for the invitation")

	another := otter.site.open(desk)
	another.registers(link, "another")
	another.sees(".field-error", "") // it was for one
}
