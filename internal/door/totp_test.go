package door_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// shown is what an authenticator app shows now (RFC 6238, RFC 4226 §5.3).
func shown(t *testing.T, seed string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&0x0f:])&0x7fffffff%1_000_000)
}

// guarded makes a member with a second factor.
func guarded(t *testing.T, h *house) (s *hub.Session, alice hub.Person, seed string, codes []auth.Secret) {
	t.Helper()
	s, alice = h.member("alice")
	_, seed, err := h.door.BeginTOTP(alice)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.login("alice", good, "", home); err != nil {
		t.Fatalf("it counts before it is confirmed: %v", err)
	}
	if _, err := h.door.ConfirmTOTP(t.Context(), s, alice, "000000x"); err == nil {
		t.Fatal("it is confirmed by no code")
	}
	if codes, err = h.door.ConfirmTOTP(t.Context(), s, alice, shown(t, seed)); err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	return s, alice, seed, codes
}

func TestACodeCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		_, _, seed, _ := guarded(t, h)
		if err := h.login("alice", good, "", home); err != door.ErrCode {
			t.Errorf("without a code: %v", err)
		}
		if err := h.login("alice", "not the password", shown(t, seed), home); err == nil || err == door.ErrCode {
			t.Errorf("with a code and the wrong password: %v", err)
		}
		if err := h.login("alice", good, shown(t, seed), home); err == nil {
			t.Error("the code that confirmed it counts again")
		}
		<-time.After(30 * time.Second)
		code := shown(t, seed)
		if err := h.login("alice", good, code, home); err != nil {
			t.Error(err)
		}
		if err := h.login("alice", good, code, home); err == nil || *err != *chat.NoLogin() {
			t.Errorf("again: %v", err)
		}
		<-time.After(30 * time.Second)
		if err := h.login("alice", good, code, home); err == nil {
			t.Error("it counts again when it is old")
		}
		if err := h.login("alice", good, shown(t, seed), home); err != nil {
			t.Error(err)
		}
	})
}

func TestARecoveryCodeCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, hub.OpenPolicy())
		s, alice, seed, codes := guarded(t, h)
		if err := h.login("alice", good, codes[0].Reveal(), home); err != nil {
			t.Error(err)
		}
		if err := h.login("alice", good, codes[0].Reveal(), home); err == nil {
			t.Error("it counts again")
		}
		if err := h.login("alice", "not the password", codes[1].Reveal(), home); err == nil {
			t.Error("it counts without the password")
		}
		if err := h.login("alice", good, codes[1].Reveal(), home); err != nil {
			t.Errorf("a wrong password uses it up: %v", err)
		}

		// With the key of the seeds lost, there are still those.
		h.sealer = nil
		h.renovate(cheap)
		if err := h.login("alice", good, shown(t, seed), home); err == nil || err.Code != chat.Unavailable {
			t.Errorf("without the key: %v", err)
		}
		if err := h.login("alice", good, codes[2].Reveal(), home); err != nil {
			t.Errorf("without the key, a recovery code: %v", err)
		}

		if err := h.door.DropTOTP(t.Context(), s, alice.ID); err != nil {
			t.Error(err)
		}
		if err := h.login("alice", good, "", home); err != nil {
			t.Errorf("the second factor is off: %v", err)
		}
		left, err := h.hub.Credentials(t.Context(), alice.ID)
		if err != nil || len(left) != 1 {
			t.Errorf("%d credentials are left, %v", len(left), err)
		}
	})
}
