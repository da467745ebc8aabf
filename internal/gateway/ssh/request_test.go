package ssh_test

import (
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/gateway/ssh"
)

func TestRequestsAreBounded(t *testing.T) {
	if _, command, _ := ssh.Ask([]string{"exec"}, gossh.Marshal(struct{ Command string }{"rooms"})); command != "rooms" {
		t.Errorf("%q", command)
	}
	if done, _, _ := ssh.Ask([]string{"exec"}, gossh.Marshal(struct{ Command string }{strings.Repeat("x", 20_000)})); done {
		t.Error("a command without end was taken")
	}
	type pty struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	for columns, want := range map[uint32]int{0: 80, 1: 1, 100: 100, 1 << 31: 500} {
		if _, _, width := ssh.Ask([]string{"pty-req"}, gossh.Marshal(pty{Term: "xterm", Columns: columns})); width != want {
			t.Errorf("%d columns: %d", columns, width)
		}
	}
	for _, again := range []string{"pty-req", "shell"} {
		if done, _, _ := ssh.Ask([]string{again, again}, gossh.Marshal(pty{})); done {
			t.Errorf("%s was done twice", again)
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, kind := range []string{"pty-req", "window-change", "shell", "exec", "env", "subsystem"} {
		f.Add(kind, gossh.Marshal(struct{ Text string }{"hello"}))
	}
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		_, command, width := ssh.Ask([]string{"pty-req", kind, "window-change", "exec"}, payload)
		if width < 0 || width > 500 || len(command) > len(payload) {
			t.Errorf("%d columns, %d bytes", width, len(command))
		}
	})
}
