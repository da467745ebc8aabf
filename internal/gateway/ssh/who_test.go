package ssh_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/gateway/ssh"
	"hubbub/internal/hub"
)

func TestAKnownKeyIsItsMember(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		ada := s.member("ada")
		key, line := newKey(t)
		other, _ := newKey(t)
		if _, err := s.door.AddKey(s.serving, s.hub.Console(), ada.ID, line); err != nil {
			t.Fatal(err)
		}
		for _, user := range []string{"ada", "adalovelace", "tea+ada", ""} { // whatever the user name
			h := s.chats(s.enter(user, gossh.PublicKeys(key)))
			h.sees("Welcome to hubbub, ada.")
			h.in.Close()
			h.ended(0)
		}
		// The client goes on to the key that is ada's.
		s.chats(s.enter("ada", gossh.PublicKeys(other, key))).sees("Welcome to hubbub, ada.")
	})
}

func TestAnyOtherKeyIsAGuest(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		key, _ := newKey(t)
		h := s.chats(s.enter("zoe", gossh.PublicKeys(key)))
		h.sees("You are zoe;")
		h.says("/nick zara\n")
		// The same key is the same guest, on a second connection and under the name it has now.
		s.chats(s.enter("zoe", gossh.PublicKeys(key))).sees("You are zara;")
		// Another with that name is somebody else.
		second, _ := newKey(t)
		s.chats(s.enter("zara", gossh.PublicKeys(second))).sees("You are zara2;")
	})
}

func TestAKeyIsProvedNotOnlyShown(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		ada := s.member("ada")
		key, line := newKey(t)
		if _, err := s.door.AddKey(s.serving, s.hub.Console(), ada.ID, line); err != nil {
			t.Fatal(err)
		}
		impostor, _ := newKey(t)
		// It shows ada's key, and signs with another.
		forged := forgery{Signer: impostor, shown: key.PublicKey()}
		if _, err := s.dial(s.connect(), "ada", gossh.PublicKeys(forged)); err == nil {
			t.Error("a key was believed that the client does not have")
		}
	})
}

// someone is a client of whom only the user name is known.
type someone struct{ gossh.ConnMetadata }

func (someone) User() string { return "ada" }

func TestKeysAreNotAskedAboutWithoutEnd(t *testing.T) {
	if n := ssh.Tries(someone{}, 100); n < 6 || n > 20 {
		t.Errorf("a client may try %d times", n)
	}
}

type forgery struct {
	gossh.Signer
	shown gossh.PublicKey
}

func (f forgery) PublicKey() gossh.PublicKey { return f.shown }

func TestAMembersNameNeedsProof(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		key, _ := newKey(t)
		if _, err := s.dial(s.connect(), "ada", gossh.PublicKeys(key)); err == nil {
			t.Error("a stranger's key made them ada")
		}
		if _, err := s.dial(s.connect(), "ada", answers("wrong")); err == nil {
			t.Error("a wrong password was taken")
		}
		if _, err := s.dial(s.connect(), "ada", gossh.Password("wrong")); err == nil {
			t.Error("a wrong password was taken by the other method")
		}
		<-time.After(time.Hour) // wrong ones make the next wait
		s.chats(s.enter("ada", gossh.PublicKeys(key), answers(password))).sees("Welcome to hubbub, ada.")
		s.chats(s.enter("ada", gossh.Password(password))).sees("Welcome to hubbub, ada.")
		s.chats(s.enter("ada", answers(""))).sees("You are ada2;") // a guest who is called the same
	})
}

func TestGuessingIsSlow(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		s.member("ada")
		for range 30 {
			s.dial(s.connect(), "ada", gossh.Password("wrong"))
		}
		if _, err := s.dial(s.connect(), "ada", gossh.Password(password)); err == nil {
			t.Error("after thirty wrong ones the right password was looked at")
		}
	})
}

func TestASecondFactorIsAskedFor(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		ada := s.member("ada")
		_, typed, err := s.door.BeginTOTP(ada)
		if err != nil {
			t.Fatal(err)
		}
		codes, err := s.door.ConfirmTOTP(s.serving, s.hub.Console(), ada, code(t, typed))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.dial(s.connect(), "ada", answers(password)); err == nil {
			t.Error("the password alone was enough")
		}
		s.chats(s.enter("ada", answers(password, codes[0].Reveal()))).sees("Welcome to hubbub, ada.")
		s.chats(s.enter("ada", gossh.Password(password+" "+codes[1].Reveal()))).sees("Welcome to hubbub, ada.")
	})
}

// code returns what an authenticator shows now (RFC 6238).
func code(t *testing.T, typed string) string {
	t.Helper()
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(typed)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, seed)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

func TestStrangersOnAServerForMembersAreToldWhatToDo(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		h := s.chats(s.enter("zoe"))
		h.sees("This server is for its members.")
		h.says("/register zoe\n" + password + "\n" + password + "\n")
		h.sees("Welcome to hubbub, zoe.")
	})
}

func TestARoomInTheUserNameIsGoneTo(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		for _, user := range []string{"tea+zoe", "#tea+zed"} {
			h := s.chats(s.enter(user))
			h.sees("You are in #lobby", "You are in #tea")
			h.says("hello\n")
		}
		h := s.chats(s.enter("#tea+zed"))
		h.sees("<zoe> hello", "<zed> hello")
		long := s.chats(s.enter(strings.Repeat("x", 300) + "+zap"))
		long.sees("You are zap;", "You are in #lobby")
	})
}

func TestConnectionsWithOneKeyAreCounted(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		key, _ := newKey(t)
		var first *hands
		for range 3 {
			h := s.chats(s.enter("zoe", gossh.PublicKeys(key)))
			if first == nil {
				first = h
			}
		}
		fourth, err := s.dial(s.connect(), "zoe", gossh.PublicKeys(key))
		if err == nil {
			if _, err = fourth.NewSession(); err == nil {
				t.Error("a fourth connection was let in")
			}
		}
		first.in.Close()
		first.ended(0)
		s.chats(s.enter("zoe", gossh.PublicKeys(key))).sees("You are zoe;")
	})
}
