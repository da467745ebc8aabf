package door_test

import (
	"context"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/door"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
	"hubbub/internal/passkey"
	"hubbub/internal/store"
)

var (
	cheap  = auth.Params{Memory: 64, Passes: 1, Threads: 1}
	dearer = auth.Params{Memory: 64, Passes: 2, Threads: 1}
	home   = netip.MustParseAddr("192.0.2.1")
	away   = netip.MustParseAddr("198.51.100.7")
)

const (
	good = "open sesame street"
	page = "https://chat.example.org" // where the page is, that browsers show
)

// house is a hub with a door.
type house struct {
	*testing.T
	hub    *hub.Hub
	hasher *auth.Hasher
	sealer *auth.Sealer
	site   *passkey.RelyingParty
	oidc   *oidc.Provider
	door   *door.Door
}

// build returns a house that stands until the test ends.
func build(t *testing.T, policy hub.Policy) *house {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	h, err := hub.New(t.Context(), hub.Config{
		Policy: policy, Log: commitlog.NewLocal(), Store: st, Limits: hub.NoLimits(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := auth.LoadSealer(filepath.Join(t.TempDir(), "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := h.Run(ctx); err != nil {
			t.Errorf("the hub ended with %v", err)
		}
	})
	if err := h.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		running.Wait()
		stop()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	site, err := passkey.NewRelyingParty("hubbub", []string{page})
	if err != nil {
		t.Fatal(err)
	}
	hs := &house{T: t, hub: h, sealer: sealer, site: site}
	hs.renovate(cheap)
	return hs
}

// renovate puts in a door that hashes with other parameters, and has forgotten
// who knocked.
func (h *house) renovate(p auth.Params) {
	h.hasher = auth.NewHasher(p)
	h.door = door.New(door.Config{Hub: h.hub, Hasher: h.hasher, Sealer: h.sealer, Name: "hubbub", Site: h.site, OIDC: h.oidc})
}

// peer takes nothing.
type peer struct{}

func (peer) Wake()                              {}
func (peer) Dialect(*chat.RoomInfo) hub.Dialect { return 0 }

// guest lets a guest in.
func (h *house) guest(nick string) *hub.Session {
	h.Helper()
	s := h.hub.Connect(home, peer{})
	h.Cleanup(s.Close)
	if err := s.Arrive(h.Context(), hub.Arrival{Nick: nick}); err != nil {
		h.Fatal(err)
	}
	return s
}

// member makes a member with the good password.
func (h *house) member(nick string) (*hub.Session, hub.Person) {
	h.Helper()
	s := h.guest(nick)
	if err := h.door.Become(h.Context(), s, door.Registration{Nick: nick, Password: good, From: home}); err != nil {
		h.Fatal(err)
	}
	return s, h.person(nick)
}

func (h *house) person(nick string) hub.Person {
	h.Helper()
	p, ok := h.hub.Person(nick)
	if !ok {
		h.Fatalf("there is nobody called %s", nick)
	}
	return p
}

func (h *house) login(nick, password, code string, from netip.Addr) *chat.Error {
	_, err := h.door.Login(h.Context(), door.Login{Nick: nick, Password: password, Code: code, From: from})
	return err
}

// secretOf returns what is kept of a member's password.
func (h *house) secretOf(user chat.UserID) string {
	h.Helper()
	all, err := h.hub.Credentials(h.Context(), user)
	if err != nil {
		h.Fatal(err)
	}
	for _, c := range all {
		if c.Proof == chat.ByPassword {
			return c.Secret
		}
	}
	return ""
}
