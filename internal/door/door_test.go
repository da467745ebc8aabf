package door_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Whoever asks for names learns none: neither by what is answered nor by what
// that costs.
func TestNobodyLearnsWhoIsAMember(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	h.member("alice")
	h.guest("bob")
	out := h.hub.Console().Do(t.Context(), chat.Command{Op: chat.MakeBot, Name: "robot"})
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	_, carol := h.member("carol") // who has nothing to log in with any more
	all, err := h.hub.Credentials(t.Context(), carol.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if err := h.door.Drop(t.Context(), h.hub.Console(), carol.ID, c.Seq); err != nil {
			t.Fatal(err)
		}
	}
	for _, nick := range []string{"nobody", "bob", "robot", "carol", "alice", "", "no nick at all", strings.Repeat("x", 10_000)} {
		before := h.hasher.Computed()
		err := h.login(nick, "not the password", "", home)
		if err == nil || *err != *chat.NoLogin() {
			t.Errorf("%.20q: %v", nick, err)
		}
		if n := h.hasher.Computed() - before; n != 1 {
			t.Errorf("%.20q took %d hashes", nick, n)
		}
	}
	before := h.hasher.Computed()
	if err := h.login("alice", good, "", home); err != nil {
		t.Error(err)
	}
	if n := h.hasher.Computed() - before; n != 1 {
		t.Errorf("the right password took %d hashes", n)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	tooMany := func(err *chat.Error) bool { return err != nil && err.Code == chat.TooMany }
	t.Run("at an account", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := build(t, hub.OpenPolicy())
			h.member("alice")
			if err := h.login("alice", good, "", home); err != nil {
				t.Fatal(err)
			}
			tries := 0
			for !tooMany(h.login("Alice", "a guess", "", away)) {
				if tries++; tries > 100 {
					t.Fatal("there is no end to it")
				}
			}
			before := h.hasher.Computed()
			err := h.login("alice", good, "", away)
			if !tooMany(err) || h.hasher.Computed() != before {
				t.Errorf("the right password at the wrong time: %v", err)
			}
			if err := h.login("alice", good, "", home); err != nil {
				t.Errorf("alice, from where she was before: %v", err)
			}
			<-time.After(time.Minute)
			if err := h.login("alice", good, "", away); err != nil {
				t.Errorf("after a minute: %v", err)
			}
		})
	})
	t.Run("from an address", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := build(t, hub.OpenPolicy())
			tries := 0
			for !tooMany(h.login(strings.Repeat("x", 1+tries%30), "a guess", "", away)) {
				if tries++; tries > 100 {
					t.Fatal("there is no end to it")
				}
			}
			token, _ := auth.NewToken()
			if _, err := h.door.ByToken(t.Context(), token.Reveal(), away); !tooMany(err) {
				t.Errorf("a token is checked in spite of it: %v", err)
			}
			if err := h.login("somebody", "a guess", "", home); tooMany(err) {
				t.Error("others have to wait too")
			}
		})
	})
	t.Run("at codes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := build(t, hub.Policy{Registration: hub.ByInvite, Guests: true})
			code, err := h.door.Invite(t.Context(), h.hub.Console(), door.Invitation{Role: chat.MemberRole, Uses: 1})
			if err != nil {
				t.Fatal(err)
			}
			s, tries := h.guest("eve"), 0
			guess := func(code string) *chat.Error {
				return h.door.Become(t.Context(), s, door.Registration{Nick: "eve", Password: good, Code: code, From: away})
			}
			for {
				wrong, _ := auth.NewCode()
				if err = guess(wrong.Reveal()); err == nil || tooMany(err) {
					break
				}
				if tries++; tries > 100 {
					t.Fatal("there is no end to it")
				}
			}
			if err = guess(code.Reveal()); !tooMany(err) {
				t.Errorf("the right code at the wrong time: %v", err)
			}
			<-time.After(5 * time.Minute)
			if err = guess(code.Reveal()); err != nil {
				t.Error(err)
			}
		})
	})
}

// A password is kept as today's parameters want it, from its next use on.
func TestLoginRenewsAWeakerHash(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	was := h.secretOf(alice.ID)
	h.renovate(dearer)
	if err := h.login("alice", "not the password", "", home); err == nil || h.secretOf(alice.ID) != was {
		t.Errorf("a wrong password changes it: %v", err)
	}
	for range 2 {
		a, err := h.door.Login(t.Context(), door.Login{Nick: "alice", Password: good, From: home})
		if err != nil {
			t.Fatal(err)
		}
		s := h.hub.Connect(home, peer{})
		defer s.Close()
		if err := s.Arrive(t.Context(), a); err != nil { // the credential is the one that counts now
			t.Error(err)
		}
	}
	now := h.secretOf(alice.ID)
	if now == was || !strings.Contains(now, "t=2") {
		t.Errorf("kept are %q and then %q", was, now)
	}
	h.renovate(cheap)
	if err := h.login("alice", good, "", home); err != nil || h.secretOf(alice.ID) != now {
		t.Errorf("it is made weaker again: %v", err)
	}
}

func TestTokensEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		s, alice := h.member("alice")
		token, err := h.door.NewToken(t.Context(), s, alice.ID, door.Token{Name: "builds", Lasts: time.Hour, Scopes: hub.ScopeRead})
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.door.ByToken(t.Context(), token.Reveal(), home)
		if err != nil || a.User != alice.ID || a.Scopes != hub.ScopeRead {
			t.Fatalf("%+v, %v", a, err)
		}
		for _, wrong := range []string{"", "hub_", token.Reveal() + "a", token.Reveal()[:20], strings.ToUpper(token.Reveal()), good} {
			if _, err := h.door.ByToken(t.Context(), wrong, home); err == nil {
				t.Errorf("%q lets in", wrong)
			}
		}
		<-time.After(time.Hour)
		if _, err := h.door.ByToken(t.Context(), token.Reveal(), home); err == nil || err.Code != chat.Forbidden {
			t.Errorf("after its time: %v", err)
		}
		late := h.hub.Connect(home, peer{})
		defer late.Close()
		if err := late.Arrive(t.Context(), a); err == nil {
			t.Error("what was checked before its time lets in after it")
		}
		token, err = h.door.NewToken(t.Context(), s, alice.ID, door.Token{Name: "for ever"})
		if err != nil {
			t.Fatal(err)
		}
		a, err = h.door.ByToken(t.Context(), token.Reveal(), home)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.door.Drop(t.Context(), s, alice.ID, a.Credential); err != nil {
			t.Fatal(err)
		}
		if _, err := h.door.ByToken(t.Context(), token.Reveal(), home); err == nil {
			t.Error("it lets in after it was dropped")
		}
		if err := late.Arrive(t.Context(), a); err == nil {
			t.Error("what was checked before it was dropped lets in after it")
		}
	})
}

// What a browser comes back by is in its cookie. By HTTP it takes more to get further
// ways in; who has stolen it must not get them by another protocol.
func TestWhatABrowserComesBackByCountsForHTTPOnly(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, ada := h.member("ada")
	for client, elsewhere := range map[string]bool{door.Browser("Firefox"): false, door.Program("hubbub"): true, door.JoinClient: true} {
		token, err := h.door.Remember(t.Context(), ada.ID, client, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.door.ByBrowser(t.Context(), token.Reveal(), home)
		h.lets(ada.ID, a, err)
		for way, come := range map[string]func() (hub.Arrival, *chat.Error){
			"token": func() (hub.Arrival, *chat.Error) { return h.door.ByToken(t.Context(), token.Reveal(), home) },
			"name and token": func() (hub.Arrival, *chat.Error) {
				return h.door.Plain(t.Context(), "ada", token.Reveal(), home)
			},
		} {
			if a, err := come(); elsewhere {
				h.lets(ada.ID, a, err)
			} else if err == nil || err.Code != chat.Forbidden || a != (hub.Arrival{}) {
				t.Errorf("%s, by %s: %+v, %v", client, way, a, err)
			}
		}
		if name, ok := door.Remembered(client); !ok || strings.Contains(name, ":") {
			t.Errorf("%s is shown as %q, %t", client, name, ok)
		}
	}
}

// A key of another kind is no token, even if it is known.
func TestAnInvitationIsNoCredential(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	code, err := h.door.Invite(t.Context(), h.hub.Console(), door.Invitation{Role: chat.OwnerRole, Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.door.ByToken(t.Context(), code.Reveal(), home); err == nil {
		t.Error("an invitation lets in like a token")
	}
	key, _ := auth.ParseCode(code.Reveal())
	if _, ok, err := h.door.ByCertificate(t.Context(), key); ok || err != nil {
		t.Error("an invitation lets in like a certificate")
	}
}
