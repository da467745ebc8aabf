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
	"hubbub/internal/oidc"
	"hubbub/internal/oidc/oidctest"
	"hubbub/internal/server"
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
func ownSite(t *testing.T, setUp ...func(*site, *server.Config)) *window {
	t.Helper()
	s := startSite(t, hub.Policy{Registration: hub.ByInvite}, setUp...)
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
	otter.fill("input", "Code", "123")
	otter.press("Enter")
	otter.sees(".field-error", "")
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
	elsewhere.fill("input", "Code", "123456")
	elsewhere.press("Enter")
	elsewhere.sees(".field-error", "")
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

// byTheFirm has a site let in who has an account with a firm.
func byTheFirm(s *site, cfg *server.Config) {
	s.t.Helper()
	issuer := oidctest.New(s.t)
	var err error
	cfg.OIDC, err = oidc.New(oidc.Config{Issuer: issuer.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Name: "the firm", Register: true})
	if err != nil {
		s.t.Fatal(err)
	}
}

// provesElsewhere says at the firm who one is there.
func (w *window) provesElsewhere(subject string) {
	w.t.Helper()
	w.fill("input", "Account", subject)
	w.click("button", "Continue")
}

func TestAnAccountElsewhereLetsItsOwnerIn(t *testing.T) {
	t.Parallel()
	otter := ownSite(t, byTheFirm)
	ferret := otter.site.open(phone)
	ferret.visit("/lobby")
	ferret.click("a.button", "Continue with the firm")
	ferret.provesElsewhere("ferret.of.the.firm")
	ferret.sees("input", "Your nick")
	ferret.fill("input", "Your nick", "otter")
	ferret.press("Enter")
	ferret.sees(".field-error", "") // there is one already
	ferret.fill("input", "Your nick", "ferret")
	ferret.press("Enter")
	ferret.sees(".room-head", "")
	ferret.visit("/lobby")
	ferret.says("the firm sends me")
	otter.hears("the firm sends me")

	ferret.visit("/lobby#settings/account")
	ferret.click("button", "Log out")
	ferret.click("a.button", "Continue with the firm")
	ferret.provesElsewhere("ferret.of.the.firm")
	ferret.sees(composer, "")
	ferret.says("and I am back")
	otter.hears("and I am back")
}

func TestAMemberLinksAnAccountElsewhere(t *testing.T) {
	t.Parallel()
	otter := ownSite(t, byTheFirm)
	otter.visit("/lobby#settings/security")
	otter.click("button", "Link an account with the firm")
	otter.provesElsewhere("otter.of.the.firm")
	otter.sees(".group .entry", "the firm")
	otter.click(".section-link", "Account")
	otter.click("button", "Log out")
	otter.click("a.button", "Continue with the firm")
	otter.provesElsewhere("otter.of.the.firm")
	otter.sees(composer, "")
}

func TestWhoLoggedInAWhileAgoGivesThePasswordBeforeLinking(t *testing.T) {
	t.Parallel()
	otter := ownSite(t, byTheFirm)
	otter.visit("/lobby#settings/security")
	evaluate[bool](otter, `(() => {
		const ask = window.fetch;
		let given = false;
		window.fetch = async (where, how) => {
			if (!String(where).endsWith('/session/confirmation')) return ask(where, how);
			if (how.method === 'GET') return given ? ask(where, how) : Response.json({ code: 'password', detail: 'Once more.' }, { status: 403 });
			const answer = await ask(where, how);
			given = answer.ok;
			return answer;
		};
		return true;
	})()`) // as if that were long ago; what is given is judged by the server
	link := func(given string) {
		t.Helper()
		otter.click("button", "Link an account with the firm")
		otter.sees("dialog h2", "Your password once more")
		otter.fill("dialog input[type=password]", "Password", given)
		otter.press("Enter")
	}
	link("not my password")
	otter.sees(".group .field-error", "")
	link(password)
	otter.provesElsewhere("otter.of.the.firm")
	otter.sees(".group .entry", "the firm")
}
