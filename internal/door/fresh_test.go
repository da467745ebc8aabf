package door_test

import (
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// arrive has a session come by what the door says.
func (h *house) arrive(a hub.Arrival) *hub.Session {
	h.Helper()
	s := h.hub.Connect(home, peer{})
	h.Cleanup(s.Close)
	if err := s.Arrive(h.Context(), a); err != nil {
		h.Fatal(err)
	}
	return s
}

// A login counts for ten minutes, by whatever one has come, and so does the password.
func TestALoginIsFreshForAWhile(t *testing.T) {
	key := chat.Key{1}
	for name, come := range map[string]func(h *house) (hub.Arrival, *chat.Error){
		"a password": func(h *house) (hub.Arrival, *chat.Error) {
			return h.door.Login(h.Context(), door.Login{Nick: "alice", Password: good, From: home})
		},
		"a key": func(h *house) (hub.Arrival, *chat.Error) {
			a, _, err := h.door.ByCertificate(h.Context(), key)
			return a, err
		},
		"a client's token": func(h *house) (hub.Arrival, *chat.Error) {
			token, err := h.door.Remember(h.Context(), h.person("alice").ID, door.JoinClient, time.Hour)
			if err != nil {
				return hub.Arrival{}, err
			}
			return h.door.ByToken(h.Context(), token.Reveal(), home)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := build(t, hub.OpenPolicy())
				registered, alice := h.member("alice")
				missing := func(s *hub.Session, what door.Change) *chat.Error { return h.door.Missing(t.Context(), s, what) }
				if err := missing(registered, door.FurtherWay); err != nil {
					t.Errorf("who has just registered is told %v", err)
				}
				if err := h.door.AddCertificate(t.Context(), registered, alice.ID, "laptop", key); err != nil {
					t.Fatal(err)
				}
				a, err := come(h)
				if err != nil {
					t.Fatal(err)
				}
				s := h.arrive(a)
				time.Sleep(door.FreshFor)
				if err := missing(s, door.FurtherWay); err != nil {
					t.Errorf("for a while: %v", err)
				}
				if err := missing(s, door.LessProof); err != door.ErrPassword {
					t.Errorf("what leaves less to prove takes %v", err)
				}
				time.Sleep(time.Second)
				if err := missing(s, door.FurtherWay); err != door.ErrPassword {
					t.Errorf("after it: %v", err)
				}
				again, err := h.door.Again(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				if err := missing(h.arrive(again), door.FurtherWay); err != door.ErrPassword {
					t.Errorf("another session that goes on for it: %v", err)
				}
				if err := h.door.Confirm(t.Context(), s, "not the password"); err == nil {
					t.Error("another password will do")
				}
				if err := h.door.Confirm(t.Context(), s, good); err != nil {
					t.Error(err)
				}
				if err := missing(s, door.FurtherWay); err != nil {
					t.Errorf("after the password: %v", err)
				}
				if err := missing(h.arrive(again), door.FurtherWay); err != door.ErrPassword {
					t.Errorf("it counts for another session: %v", err)
				}
			})
		})
	}
}

// Who has no password to give logs in anew.
func TestWhoHasNoPasswordHasToLogInAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		s, alice := h.member("alice")
		key := chat.Key{1}
		if err := h.door.AddCertificate(t.Context(), s, alice.ID, "laptop", key); err != nil {
			t.Fatal(err)
		}
		all, err := h.door.Credentials(t.Context(), alice.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.door.Drop(t.Context(), s, alice.ID, all[0].Seq); err != nil {
			t.Fatal(err)
		}
		come := func() *hub.Session {
			a, _, err := h.door.ByCertificate(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			return h.arrive(a)
		}
		s = come()
		time.Sleep(door.FreshFor + time.Second)
		for _, what := range []door.Change{door.FurtherWay, door.LessProof} {
			if err := h.door.Missing(t.Context(), s, what); err != door.ErrNotFresh {
				t.Errorf("for %d is missing %v", what, err)
			}
			if err := h.door.Missing(t.Context(), come(), what); err != nil {
				t.Errorf("for %d is missing, of who has just come, %v", what, err)
			}
		}
	})
}
