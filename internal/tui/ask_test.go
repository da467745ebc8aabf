package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// asks is a command that asks for a name and for a secret.
func asks(got *[]string) Reply {
	secret := func(_ context.Context, answer string) (Reply, error) {
		*got = append(*got, answer)
		return Reply{Lines: []string{"Welcome."}}, nil
	}
	name := func(_ context.Context, answer string) (Reply, error) {
		*got = append(*got, answer)
		return Reply{Ask: &Ask{Question: "Password \x1b[2Jof " + answer + "?", Hidden: true, Answer: secret}}, nil
	}
	return Reply{Lines: []string{"Nearly there."}, Ask: &Ask{Question: "Name?", Answer: name}}
}

func TestACommandMayAskAndItsSecretsAreNotShown(t *testing.T) {
	var got []string
	f := village()
	f.reply = asks(&got)
	wide(t, f, func(u *user) {
		u.press("a draft{ctrl+a}{ctrl+u}/login{enter}")
		u.sees("Nearly there. Name? · Enter answers")
		u.press("{up}ann{enter}")
		u.sees("Password of ann?")
		u.press("pä界")
		u.take(tea.PasteMsg{Content: "ss\n"})
		u.settle()
		u.sees("> •••••")
		u.misses("pä")
		if f := u.m.Frame(); f.X != 7 || f.CursorHidden {
			t.Errorf("the cursor is at %d", f.X)
		}
		u.press("{left}{bs}x{enter}")
		u.sees("Welcome.")
		if want := []string{"ann", "pä界xs"}; !slices.Equal(got, want) {
			t.Errorf("answered %q, want %q", got, want)
		}
		if all := strings.Join(u.m.composer.editor.History(), " "); strings.Contains(all, "界") {
			t.Errorf("it is remembered: %q", all)
		}
	})
}

func TestWhatOneWouldRatherNotAnswerIsLeft(t *testing.T) {
	var got []string
	f := village()
	f.reply = asks(&got)
	wide(t, f, func(u *user) {
		for _, key := range []string{"{esc}", "{ctrl+c}", "{ctrl+d}"} {
			u.press("/login{enter}secret" + key)
			u.sees("nothing was done")
			u.misses("secret")
		}
		if len(got) != 0 || u.quit {
			t.Errorf("answered %q, left: %t", got, u.quit)
		}
	})
}
