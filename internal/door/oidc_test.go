package door_test

import (
	"net/url"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
	"hubbub/internal/oidc/oidctest"
)

const back = page + "/login/back"

// withIssuer has a house let people in who have an account elsewhere.
func withIssuer(h *house, register bool) *oidctest.Issuer {
	h.Helper()
	i := oidctest.New(h)
	p, err := oidc.New(oidc.Config{Issuer: i.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Name: "the firm", Register: register})
	if err != nil {
		h.Fatal(err)
	}
	h.oidc = p
	h.renovate(cheap)
	return i
}

// goThere begins and has the browser log in as subject elsewhere.
func (h *house) goThere(i *oidctest.Issuer, user chat.UserID, subject string) (ceremony string, query url.Values) {
	h.Helper()
	where, ceremony, err := h.door.BeginOIDC(h.Context(), user, back, home)
	if err != nil {
		h.Fatal(err)
	}
	return ceremony, i.Visit(where, subject)
}

func (h *house) comeBack(i *oidctest.Issuer, subject string) (hub.Arrival, *door.Newcomer, *chat.Error) {
	h.Helper()
	ceremony, query := h.goThere(i, 0, subject)
	return h.door.FinishOIDC(h.Context(), ceremony, query, home)
}

func TestSomebodyNewRegistersByAnAccountElsewhere(t *testing.T) {
	h := build(t, hub.Policy{Registration: hub.ByInvite})
	i := withIssuer(h, true)
	a, who, err := h.comeBack(i, "alice")
	if err != nil || who == nil || who.Nick != "alice" || a != (hub.Arrival{}) {
		t.Fatalf("%+v, %+v, %v", a, who, err)
	}
	if _, err := h.door.RegisterOIDC(t.Context(), who.Ceremony, door.Registration{Nick: "no nick at all", From: home}); err == nil || err.Code != chat.Invalid {
		t.Errorf("any nick will do: %v", err)
	}
	if _, err := h.door.RegisterOIDC(t.Context(), who.Ceremony, door.Registration{Nick: "ada", Code: "made up", From: home}); err == nil || err.Code != chat.Forbidden {
		t.Errorf("any code will do: %v", err)
	}
	a, err = h.door.RegisterOIDC(t.Context(), who.Ceremony, door.Registration{Nick: "ada", From: home})
	ada := h.person("ada")
	h.lets(ada.ID, a, err)
	if ada.Role != chat.MemberRole {
		t.Errorf("she is %v", ada.Role)
	}
	if _, err := h.door.RegisterOIDC(t.Context(), who.Ceremony, door.Registration{Nick: "ada2", From: home}); err == nil || err.Code != chat.Gone {
		t.Errorf("twice: %v", err)
	}
	a, who, err = h.comeBack(i, "alice")
	if h.lets(ada.ID, a, err); who != nil {
		t.Errorf("she is new again: %+v", who)
	}
	if err := h.login("ada", "", "", home); err == nil {
		t.Error("she has an empty password")
	}
	all, err := h.door.Credentials(t.Context(), ada.ID)
	if err != nil || len(all) != 1 || all[0].Proof != chat.ByOIDC || all[0].Name != "the firm" {
		t.Errorf("she has %+v, %v", all, err)
	}
}

// Who began in two tabs has one account in the end, and not another that nothing proves.
func TestWhoRegistersTwiceByOneAccountElsewhereIsOneMember(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	i := withIssuer(h, true)
	var tabs []*door.Newcomer
	for range 2 {
		_, who, err := h.comeBack(i, "alice")
		if err != nil || who == nil {
			t.Fatal(err)
		}
		tabs = append(tabs, who)
	}
	a, err := h.door.RegisterOIDC(t.Context(), tabs[0].Ceremony, door.Registration{Nick: "ada", From: home})
	ada := h.person("ada")
	h.lets(ada.ID, a, err)
	a, err = h.door.RegisterOIDC(t.Context(), tabs[1].Ceremony, door.Registration{Nick: "lovelace", From: home})
	h.lets(ada.ID, a, err)
	if p, ok := h.hub.Person("lovelace"); ok {
		t.Errorf("there is another account: %+v", p)
	}
}

func TestAnInvitationCountsForWhoRegistersByAnAccountElsewhere(t *testing.T) {
	h := build(t, hub.Policy{Registration: hub.Closed})
	i := withIssuer(h, true)
	code, err := h.door.Invite(t.Context(), h.hub.Console(), door.Invitation{Role: chat.OwnerRole, Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, who, err := h.comeBack(i, "alice")
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.door.RegisterOIDC(t.Context(), who.Ceremony, door.Registration{Nick: "alice", Code: code.Reveal(), From: home})
	h.lets(h.person("alice").ID, a, err)
	if p := h.person("alice"); p.Role != chat.OwnerRole {
		t.Errorf("she is %v", p.Role)
	}
}

func TestNobodyNewComesInWhereAccountsElsewhereMayNotRegister(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	i := withIssuer(h, false)
	if _, who, err := h.comeBack(i, "alice"); err == nil || err.Code != chat.Forbidden || who != nil {
		t.Errorf("%+v, %v", who, err)
	}
	if _, err := h.door.RegisterOIDC(t.Context(), "", door.Registration{Nick: "alice"}); err == nil {
		t.Error("there is another way")
	}
}

func TestAMemberLinksAnAccountElsewhere(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	i := withIssuer(h, false)
	s, alice := h.member("alice")
	_, bob := h.member("bob")
	ceremony, query := h.goThere(i, alice.ID, "liddell")
	if err := h.door.LinkOIDC(t.Context(), h.hub.Console(), bob.ID, ceremony, query); err == nil {
		t.Error("what alice has begun, bob ends")
	}
	ceremony, query = h.goThere(i, alice.ID, "liddell")
	if err := h.door.LinkOIDC(t.Context(), s, alice.ID, ceremony, query); err != nil {
		t.Fatal(err)
	}
	a, _, err := h.comeBack(i, "liddell")
	h.lets(alice.ID, a, err)

	ceremony, query = h.goThere(i, bob.ID, "liddell")
	if err := h.door.LinkOIDC(t.Context(), h.hub.Console(), bob.ID, ceremony, query); err == nil || err.Code != chat.Conflict {
		t.Errorf("it proves two people: %v", err)
	}
	all, _ := h.door.Credentials(t.Context(), alice.ID)
	if err := h.door.Drop(t.Context(), s, alice.ID, all[len(all)-1].Seq); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.comeBack(i, "liddell"); err == nil {
		t.Error("it is taken after it was dropped")
	}
	if err := h.enters(a); err == nil {
		t.Error("what it proved before still counts")
	}
}

// Nobody is logged in as somebody else by following a link of theirs.
func TestWhatBeganInAnotherBrowserEndsThere(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	i := withIssuer(h, true)
	_, eves := h.goThere(i, 0, "eve")
	alices, _ := h.goThere(i, 0, "alice")
	if _, _, err := h.door.FinishOIDC(t.Context(), alices, eves, home); err == nil || err.Code != chat.Forbidden {
		t.Errorf("eve's answer in alice's browser: %v", err)
	}
	if _, _, err := h.door.FinishOIDC(t.Context(), "", eves, home); err == nil || err.Code != chat.Gone {
		t.Errorf("eve's answer in a browser that has begun nothing: %v", err)
	}
	ceremony, query := h.goThere(i, 0, "alice")
	if _, _, err := h.door.FinishOIDC(t.Context(), ceremony, query, home); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.door.FinishOIDC(t.Context(), ceremony, query, home); err == nil || err.Code != chat.Gone {
		t.Errorf("it ends twice: %v", err)
	}
	_, alice := h.member("alice")
	ceremony, query = h.goThere(i, alice.ID, "alice")
	if _, _, err := h.door.FinishOIDC(t.Context(), ceremony, query, home); err == nil {
		t.Error("what is to link logs in")
	}
	ceremony, query = h.goThere(i, 0, "alice")
	if err := h.door.LinkOIDC(t.Context(), h.hub.Console(), alice.ID, ceremony, query); err == nil {
		t.Error("what is to log in links")
	}
	if err := h.door.LinkOIDC(t.Context(), h.hub.Console(), 0, ceremony, query); err == nil {
		t.Error("nobody's is linked")
	}
}

func TestWithoutAProviderThereAreNoAccountsElsewhere(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	if _, _, err := h.door.BeginOIDC(t.Context(), 0, back, home); err == nil || err.Code != chat.Unavailable || h.door.OIDC() != nil {
		t.Error(err)
	}
	if _, _, err := h.door.FinishOIDC(t.Context(), "", nil, home); err == nil || err.Code != chat.Unavailable {
		t.Error(err)
	}
}
