package door_test

import (
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

func (h *house) plain(name, password string) *chat.Error {
	_, err := h.door.Plain(h.Context(), name, password, home)
	return err
}

func TestPlainTakesADeviceWithTheName(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	for _, name := range []string{"alice", "Alice@phone", "alice@"} {
		a, err := h.door.Plain(t.Context(), name, good, home)
		h.lets(alice.ID, a, err)
	}
	for _, name := range []string{"@alice", "alice@home@phone", "", "@", "phone@alice"} {
		if err := h.plain(name, good); err == nil || *err != *chat.NoLogin() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string][2]string{"alice": {"alice", ""}, "alice@phone": {"alice", "phone"}, "a@b@c": {"a@b", "c"}, "@": {}} {
		if nick, device := door.CutDevice(name); [...]string{nick, device} != want {
			t.Errorf("%s is %s on %s", name, nick, device)
		}
	}
}

func TestPlainTakesATokenOfThatName(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	s, alice := h.member("alice")
	h.member("bob")
	token, err := h.door.NewToken(t.Context(), s, alice.ID, door.Token{Name: "irc", Scopes: hub.ScopeRead})
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.door.Plain(t.Context(), "alice@phone", token.Reveal(), home)
	if h.lets(alice.ID, a, err); a.Scopes != hub.ScopeRead {
		t.Errorf("its scopes are %v", a.Scopes)
	}
	for _, name := range []string{"bob", "nobody", ""} {
		if err := h.plain(name, token.Reveal()); err == nil || err.Code != chat.Forbidden {
			t.Errorf("for %q: %v", name, err)
		}
	}
	unknown, _ := auth.NewToken()
	if err := h.plain("alice", unknown.Reveal()); err == nil || err.Code != chat.Forbidden {
		t.Errorf("an unknown token: %v", err)
	}
}

// A password may begin as a token does, and end as a code does.
func TestPlainTakesAPasswordAsItIs(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	s, alice := h.member("alice")
	for _, password := range []string{"hub_and_spokes", "sesame 123456", "sesame K7QX-M2PD"} {
		if err := h.door.SetPassword(t.Context(), s, alice, password); err != nil {
			t.Fatal(err)
		}
		if err := h.plain("alice", password); err != nil {
			t.Errorf("%s: %v", password, err)
		}
	}
}

func TestPlainTakesACodeAfterThePassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		_, _, seed, codes := guarded(t, h)
		<-time.After(30 * time.Second)
		for _, password := range []string{good, good + " ", good + " 12345", good + " code"} {
			if err := h.plain("alice", password); err == nil {
				t.Errorf("%q lets in", password)
			}
		}
		if err := h.plain("alice", good); err != door.ErrCode {
			t.Errorf("without a code: %v", err)
		}
		if err := h.plain("alice", "not it "+shown(t, seed)); err == nil || *err != *chat.NoLogin() {
			t.Errorf("with a code and the wrong password: %v", err)
		}
		if err := h.plain("alice", good+" "+shown(t, seed)); err != nil {
			t.Error(err)
		}
		if err := h.plain("alice", good+" "+shown(t, seed)); err == nil {
			t.Error("a code counts twice")
		}
		if err := h.plain("alice", good+" "+codes[0].Reveal()); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
	})
}

func TestPasswordsOfTheConfigurationAreSlowToGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		if h.door.HasPassword() || h.door.ServerPassword(t.Context(), "", home) != nil {
			t.Error("there is a password that nobody gave")
		}
		h.passwords(t)
		check := map[string]func(string) *chat.Error{
			"the server's":  func(p string) *chat.Error { return h.door.ServerPassword(t.Context(), p, home) },
			"an operator's": func(p string) *chat.Error { return h.door.Oper(t.Context(), "root", p, away) },
			"of nobody":     func(p string) *chat.Error { return h.door.Oper(t.Context(), "Root", p, home) },
		}
		for what, check := range check {
			if err := check(good); (err == nil) == (what == "of nobody") {
				t.Errorf("%s: %v", what, err)
			}
			tries := 0
			for {
				err := check("a guess")
				if err == nil || err.Code != chat.Forbidden && err.Code != chat.TooMany {
					t.Fatalf("%s: %v", what, err)
				}
				if err.Code == chat.TooMany {
					break
				}
				if tries++; tries > 100 {
					t.Fatalf("%s: there is no end to it", what)
				}
			}
			<-time.After(time.Hour)
			if err := check(good); (err == nil) == (what == "of nobody") {
				t.Errorf("%s, after an hour: %v", what, err)
			}
		}
	})
}

// passwords puts in a door to a server that has passwords of its own.
func (h *house) passwords(t *testing.T) {
	t.Helper()
	shared, err := auth.NewShared(good)
	if err != nil {
		t.Fatal(err)
	}
	hash, refused := h.hasher.Hash(t.Context(), good)
	if refused != nil {
		t.Fatal(refused)
	}
	opers, err := auth.NewShared(hash)
	if err != nil {
		t.Fatal(err)
	}
	h.door = door.New(door.Config{Hub: h.hub, Hasher: h.hasher, Password: shared, Opers: []door.Oper{{Name: "root", Password: opers}}})
}

func TestUnthrottledGuessingIsAsFastAsItIs(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	h.door = door.New(door.Config{Hub: h.hub, Hasher: h.hasher, Sealer: h.sealer, Unthrottled: true})
	for range 100 {
		if err := h.plain("alice", "a guess"); err == nil || err.Code != chat.Forbidden {
			t.Fatal(err)
		}
	}
	a, err := h.scram("alice", good, nil)
	h.lets(alice.ID, a, err)
	for range 100 {
		token, _ := auth.NewToken()
		if err := h.plain("alice", token.Reveal()); err.Code != chat.Forbidden {
			t.Fatal(err)
		}
	}
}
