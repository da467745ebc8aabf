package door_test

import (
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

func TestEnrolledBeforeAnybodyIsThere(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	h.guest("guest")
	a, err := h.door.Enroll(t.Context(), door.Registration{Nick: "ada", Password: good, From: home})
	if err != nil {
		t.Fatal(err)
	}
	h.lets(h.person("ada").ID, a, err)
	if err := h.login("ada", good, "", home); err != nil {
		t.Errorf("the password: %v", err)
	}
	for nick, code := range map[string]chat.Code{"ADA": chat.Conflict, "guest": chat.Conflict, "": chat.Invalid} {
		if _, err := h.door.Enroll(t.Context(), door.Registration{Nick: nick, Password: good, From: home}); err == nil || err.Code != code {
			t.Errorf("%q: %v", nick, err)
		}
	}
}

func TestEnrolledByInvitationOnly(t *testing.T) {
	h := build(t, hub.Policy{Registration: hub.ByInvite})
	code, err := h.door.Invite(t.Context(), h.hub.Console(), door.Invitation{Role: chat.AdminRole, Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	other, _ := auth.NewCode()
	for _, wrong := range []string{"", "K7QX", other.Reveal()} {
		if _, err := h.door.Enroll(t.Context(), door.Registration{Nick: "ada", Password: good, Code: wrong, From: home}); err == nil || err.Code != chat.Forbidden {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	a, err := h.door.Enroll(t.Context(), door.Registration{Nick: "ada", Password: good, Code: code.Reveal(), From: home})
	h.lets(h.person("ada").ID, a, err)
	if role := h.person("ada").Role; role != chat.AdminRole {
		t.Errorf("ada is %v", role)
	}
	if _, err := h.door.Enroll(t.Context(), door.Registration{Nick: "bob", Password: good, Code: code.Reveal(), From: home}); err == nil {
		t.Error("the invitation counts twice")
	}
}
