package door_test

import (
	"testing"

	"hubbub/internal/door"
	"hubbub/internal/hub"
)

func TestAnyPasswordMayBeChosenWhereGuessingIsNotSlow(t *testing.T) {
	h := build(t, hub.OpenPolicy())
	if err := h.door.CheckPassword("sesame", "ada"); err == nil {
		t.Error("a short one may be chosen otherwise")
	}
	h.door = door.New(door.Config{Hub: h.hub, Hasher: h.hasher, Sealer: h.sealer, Unthrottled: true})
	a, err := h.door.Enroll(t.Context(), door.Registration{Nick: "ada", Password: "sesame", From: home})
	h.lets(h.person("ada").ID, a, err)
	for _, none := range []string{"", "\x00"} {
		if _, err := h.door.Enroll(t.Context(), door.Registration{Nick: "bob", Password: none, From: home}); err == nil {
			t.Errorf("%q is one", none)
		}
	}
}
