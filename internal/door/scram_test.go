package door_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/auth/authtest"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// scram logs in by SCRAM. Between its messages something may happen.
func (h *house) scram(nick, password string, between func()) (hub.Arrival, *chat.Error) {
	h.Helper()
	client := authtest.Scram{Name: nick, Password: password, Nonce: "fyko+d2lbbFgONRv9qkxdawL"}
	x := h.door.Scram(home)
	challenge, err := x.First(h.Context(), client.First())
	if err != nil {
		return hub.Arrival{}, err
	}
	final, bad := client.Final(challenge)
	if bad != nil {
		h.Fatal(bad)
	}
	if between != nil {
		between()
	}
	answer, a, err := x.Final(h.Context(), final)
	if err == nil && !client.Trusts(answer) || err != nil && (answer != "" || a != hub.Arrival{}) {
		h.Errorf("%s hears %q, %+v, %v", nick, answer, a, err)
	}
	if _, _, again := x.Final(h.Context(), final); again == nil {
		h.Errorf("%s's proof counts twice", nick)
	}
	return a, err
}

// enters reports why an arrival is not let in.
func (h *house) enters(a hub.Arrival) *chat.Error {
	s := h.hub.Connect(home, peer{})
	defer s.Close()
	return s.Arrive(h.Context(), a)
}

// lets checks that an arrival is of a user, and gets in.
func (h *house) lets(user chat.UserID, a hub.Arrival, err *chat.Error) {
	h.Helper()
	if err != nil || a.User != user {
		h.Errorf("%+v, %v", a, err)
		return
	}
	if err := h.enters(a); err != nil {
		h.Errorf("who has proved it is not let in: %v", err)
	}
}

func wantsPlain(err *chat.Error) bool {
	return err != nil && err.Code == chat.Forbidden && err != door.ErrNoScram && strings.Contains(err.Text, "PLAIN")
}

func TestScramLogsIn(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	before := h.hasher.Computed()
	for _, name := range []string{"alice", "ALICE", "alice@phone"} {
		a, err := h.scram(name, good, nil)
		h.lets(alice.ID, a, err)
	}
	if n := h.hasher.Computed() - before; n != 0 {
		t.Errorf("it took %d hashes", n)
	}
}

func TestScramTellsNobodyWhoIsAMember(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	h.member("alice")
	h.guest("bob")
	for _, nick := range []string{"alice", "bob", "nobody", "no nick"} {
		if _, err := h.scram(nick, "not the password", nil); !wantsPlain(err) {
			t.Errorf("%s: %v", nick, err)
		}
		var salts [2]string
		for i := range salts {
			h.renovate(cheap) // a restart changes nothing
			challenge, err := h.door.Scram(home).First(t.Context(), "n,,n="+nick+",r=abc")
			if err != nil {
				t.Fatal(err)
			}
			_, salts[i], _ = strings.Cut(challenge, ",")
		}
		if salts[0] != salts[1] || !strings.HasSuffix(salts[0], ",i=4096") || len(salts[0]) != len("s=,i=4096")+24 {
			t.Errorf("%s is challenged with %s and %s", nick, salts[0], salts[1])
		}
	}
}

func TestScramIsOfThePasswordThatCounts(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	s, alice := h.member("alice")
	change := func() {
		if err := h.door.SetPassword(t.Context(), s, alice, "quite another one"); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := h.scram("alice", good, change); err != nil || h.enters(a) == nil {
		t.Errorf("a password that was replaced meanwhile lets in: %v", err)
	}
	if _, err := h.scram("alice", good, nil); !wantsPlain(err) {
		t.Errorf("the password before: %v", err)
	}
	a, err := h.scram("alice", "quite another one", nil)
	h.lets(alice.ID, a, err)
	if err := h.door.Drop(t.Context(), s, alice.ID, a.Credential); err != nil {
		t.Fatal(err)
	}
	if _, err := h.scram("alice", "quite another one", nil); !wantsPlain(err) {
		t.Errorf("a dropped password: %v", err)
	}
	if all, err := h.hub.Credentials(t.Context(), alice.ID); err != nil || len(all) != 0 {
		t.Errorf("%d credentials are left, %v", len(all), err)
	}
}

// A backup has no key, so what it has for SCRAM is of no use until each logs in
// with a password.
func TestScramComesBackAfterABackup(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	last := h.audited()
	var err error
	if h.sealer, err = auth.LoadSealer(filepath.Join(t.TempDir(), "another.key")); err != nil {
		t.Fatal(err)
	}
	h.renovate(cheap)
	if _, err := h.scram("alice", good, nil); !wantsPlain(err) {
		t.Errorf("with another key: %v", err)
	}
	if err := h.login("alice", "not the password", "", home); err == nil {
		t.Error("a wrong password lets in")
	}
	if _, err := h.scram("alice", "not the password", nil); !wantsPlain(err) {
		t.Errorf("a wrong password is kept: %v", err)
	}
	a, refused := h.door.Plain(t.Context(), "alice", good, home)
	h.lets(alice.ID, a, refused)
	a, refused = h.scram("alice", good, nil)
	h.lets(alice.ID, a, refused)
	if all, err := h.hub.Credentials(t.Context(), alice.ID); err != nil || len(all) != 1 {
		t.Errorf("%d credentials, %v", len(all), err)
	}
	if h.audited() != last {
		t.Error("the audit log tells of it")
	}
}

// audited returns the last event of the audit log.
func (h *house) audited() chat.Seq {
	h.Helper()
	events, err := h.hub.Audit(h.Context(), 0, 1)
	if err != nil || len(events) != 1 {
		h.Fatalf("%d events, %v", len(events), err)
	}
	return events[0].Seq
}

// Whoever comes while a password is kept anew is let in too.
func TestLoginsAtOnceRenewAPasswordOnce(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	_, alice := h.member("alice")
	h.renovate(dearer)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			a, err := h.door.Plain(t.Context(), "alice", good, home)
			h.lets(alice.ID, a, err)
		})
	}
	all.Wait()
	a, err := h.scram("alice", good, nil)
	h.lets(alice.ID, a, err)
}

func TestScramIsNotEnoughForASecondFactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		guarded(t, h)
		if _, err := h.scram("alice", good, nil); err != door.ErrNoScram {
			t.Errorf("the right password: %v", err)
		}
		if _, err := h.scram("alice", "not the password", nil); !wantsPlain(err) {
			t.Errorf("the wrong password: %v", err)
		}
		_, bob := h.member("bob")
		a, err := h.scram("bob", good, nil)
		h.lets(bob.ID, a, err)
	})
}

func TestGuessingByScramIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		_, alice := h.member("alice")
		tries := 0
		for {
			_, err := h.scram("alice", "a guess", nil)
			if err.Code == chat.TooMany {
				break
			}
			if tries++; tries > 100 {
				t.Fatal("there is no end to it")
			}
		}
		if _, err := h.scram("alice", good, nil); err == nil || err.Code != chat.TooMany {
			t.Errorf("the right password at the wrong time: %v", err)
		}
		<-time.After(time.Minute)
		a, err := h.scram("alice", good, nil)
		h.lets(alice.ID, a, err)
	})
}

func TestScramWithoutAKeyIsRefused(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	h.sealer = nil
	h.renovate(cheap)
	_, alice := h.member("alice")
	if _, err := h.scram("alice", good, nil); err == nil || err.Code != chat.Unavailable {
		t.Errorf("%v", err)
	}
	a, err := h.door.Plain(t.Context(), "alice", good, home)
	h.lets(alice.ID, a, err)
	if _, _, err := h.door.Scram(home).Final(t.Context(), "c=biws,r=abc,p="); err == nil || err.Code != chat.Invalid {
		t.Errorf("the end without the beginning: %v", err)
	}
}
