package door_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/passkey/passkeytest"
)

func device() *passkeytest.Device { return passkeytest.New(page, "chat.example.org") }

// withPasskey makes a member who has a passkey, and the device that it is on.
func withPasskey(h *house, nick string) (*hub.Session, hub.Person, *passkeytest.Device) {
	h.Helper()
	s, p := h.member(nick)
	d := device()
	options, ceremony, err := h.door.BeginPasskey(h.Context(), p, home)
	if err != nil {
		h.Fatal(err)
	}
	if err := h.door.FinishPasskey(h.Context(), s, p.ID, ceremony, "phone", d.Create(options, passkeytest.ES256)); err != nil {
		h.Fatal(err, err.Cause)
	}
	return s, p, d
}

// use logs in with what a device has.
func (h *house) use(d *passkeytest.Device) (hub.Arrival, *chat.Error) {
	h.Helper()
	options, ceremony, err := h.door.BeginPasskeyLogin(home)
	if err != nil {
		h.Fatal(err)
	}
	return h.door.FinishPasskeyLogin(h.Context(), ceremony, d.Get(options))
}

func TestAPasskeyLetsItsOwnerIn(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	s, alice, d := withPasskey(h, "alice")
	a, err := h.use(d)
	h.lets(alice.ID, a, err)

	all, err := h.door.Credentials(t.Context(), alice.ID)
	if err != nil || len(all) != 2 || all[1].Proof != chat.ByPasskey || all[1].Name != "phone" {
		t.Fatalf("she has %+v, %v", all, err)
	}
	log, err := h.hub.Audit(t.Context(), 0, 1)
	if err != nil || len(log) != 1 || log[0].Kind != chat.CredentialAdded || chat.Proof(log[0].Level) != chat.ByPasskey {
		t.Errorf("the audit log ends with %+v, %v", log, err)
	}

	if err := h.door.Drop(t.Context(), s, alice.ID, all[1].Seq); err != nil {
		t.Fatal(err)
	}
	if _, err := h.use(d); err == nil || err.Code != chat.Forbidden {
		t.Errorf("a passkey that was dropped: %v", err)
	}
	if err := h.enters(a); err == nil {
		t.Error("what it proved before still counts")
	}
}

func TestAPasskeyIsTwoFactors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		s, alice, _, _ := guarded(t, h)
		d := device()
		options, ceremony, err := h.door.BeginPasskey(t.Context(), alice, home)
		if err == nil {
			err = h.door.FinishPasskey(t.Context(), s, alice.ID, ceremony, "", d.Create(options, passkeytest.EdDSA))
		}
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.use(d)
		h.lets(alice.ID, a, err)
		d.Flags &^= passkeytest.Verified
		if _, err := h.use(d); err == nil {
			t.Error("it is taken from a device that has verified nobody")
		}
	})
}

func TestPasskeysOfOthersAndElsewhereAreRefused(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, _, d := withPasskey(h, "alice")
	_, bob, bobs := withPasskey(h, "bob")
	for name, lie := range map[string]func(*passkeytest.Device){
		"of another page":  func(d *passkeytest.Device) { d.Origin = "https://evil.example" },
		"of another site":  func(d *passkeytest.Device) { d.Site = "evil.example" },
		"under her id":     func(d *passkeytest.Device) { id := d.ID; *d = *bobs.Copy(); d.ID = id },
		"of nobody's":      func(d *passkeytest.Device) { d.ID = []byte("made up") },
		"without an id":    func(d *passkeytest.Device) { d.ID = nil },
		"with too long id": func(d *passkeytest.Device) { d.ID = make([]byte, 2000) },
	} {
		liar := d.Copy()
		lie(liar)
		if _, err := h.use(liar); err == nil {
			t.Errorf("a passkey %s is taken", name)
		}
	}
	a, err := h.use(bobs)
	h.lets(bob.ID, a, err)

	options, ceremony, err := h.door.BeginPasskey(t.Context(), h.person("alice"), home)
	if err != nil {
		t.Fatal(err)
	}
	s := h.hub.Connect(home, peer{})
	t.Cleanup(s.Close)
	if err := s.Arrive(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := h.door.FinishPasskey(t.Context(), s, bob.ID, ceremony, "", device().Create(options, passkeytest.ES256)); err == nil || err.Code != chat.Forbidden {
		t.Errorf("what alice has begun, bob ends: %v", err)
	}
}

func TestAnAnswerCountsOnceAndForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		s, alice, d := withPasskey(h, "alice")
		options, ceremony, err := h.door.BeginPasskeyLogin(home)
		if err != nil {
			t.Fatal(err)
		}
		answer := d.Get(options)
		if _, other, _ := h.door.BeginPasskeyLogin(home); other == ceremony {
			t.Fatal("ceremonies have one name")
		} else if _, err := h.door.FinishPasskeyLogin(t.Context(), other, answer); err == nil {
			t.Error("it answers another question")
		}
		a, err := h.door.FinishPasskeyLogin(t.Context(), ceremony, answer)
		h.lets(alice.ID, a, err)
		if _, err := h.door.FinishPasskeyLogin(t.Context(), ceremony, answer); err == nil || err.Code != chat.Gone {
			t.Errorf("it counts again: %v", err)
		}

		options, ceremony, _ = h.door.BeginPasskeyLogin(home)
		<-time.After(5 * time.Minute)
		if _, err := h.door.FinishPasskeyLogin(t.Context(), ceremony, d.Get(options)); err == nil || err.Code != chat.Gone {
			t.Errorf("it counts for ever: %v", err)
		}

		options, ceremony, _ = h.door.BeginPasskey(t.Context(), alice, home)
		if _, err := h.door.FinishPasskeyLogin(t.Context(), ceremony, d.Get(options)); err == nil {
			t.Error("what is to make a passkey logs in")
		}
		options, ceremony, _ = h.door.BeginPasskeyLogin(home)
		if err := h.door.FinishPasskey(t.Context(), s, alice.ID, ceremony, "", device().Create(options, passkeytest.ES256)); err == nil {
			t.Error("what is to log in makes a passkey")
		}
	})
}

func TestACopyOfAPasskeyIsRefused(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice, d := withPasskey(h, "alice")
	thief := d.Copy()
	d.Count, thief.Count = 2, 1
	a, err := h.use(d)
	h.lets(alice.ID, a, err)
	if _, err := h.use(thief); err == nil || !strings.Contains(err.Text, "copied") {
		t.Errorf("a count that goes back: %v", err)
	}
	d.Count++
	a, err = h.use(d)
	h.lets(alice.ID, a, err)
}

func TestOneAddressBeginsOnlySoMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		net := netip.MustParseAddr("2001:db8::1")
		begin := func() *chat.Error {
			_, _, err := h.door.BeginPasskeyLogin(net)
			net = net.Next() // of the same /64
			return err
		}
		tries := 0
		for begin() == nil {
			if tries++; tries > 1000 {
				t.Fatal("there is no end to it")
			}
		}
		if err := begin(); err.Code != chat.TooMany {
			t.Error(err)
		}
		for range 1000 { // of this machine, whoever that is
			if _, _, err := h.door.BeginPasskeyLogin(netip.Addr{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := h.door.BeginPasskeyLogin(away); err != nil {
			t.Errorf("others have to wait too: %v", err)
		}
		<-time.After(5 * time.Minute)
		if err := begin(); err != nil {
			t.Errorf("after a while: %v", err)
		}
	})
}

func TestWithoutASiteThereAreNoPasskeys(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	h.site = nil
	h.renovate(cheap)
	if _, _, err := h.door.BeginPasskey(t.Context(), alice, home); err == nil || err.Code != chat.Unavailable || h.door.HasPasskeys() {
		t.Errorf("%v", err)
	}
	if _, _, err := h.door.BeginPasskeyLogin(home); err == nil || err.Code != chat.Unavailable {
		t.Errorf("%v", err)
	}
}
