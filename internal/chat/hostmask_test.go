package chat_test

import (
	"testing"

	"hubbub/internal/chat"
)

func TestHostmaskTellsWhatSomebodyIs(t *testing.T) {
	want := [chat.RoleEnd]string{"zoë!~u@guest", "zoë!u@bot", "zoë!u@member", "zoë!u@member", "zoë!u@member"}
	for role := range chat.RoleEnd {
		if got := chat.Hostmask("zoë", role); got != want[role] {
			t.Errorf("of a %v: %q, want %q", role, got, want[role])
		}
	}
}
