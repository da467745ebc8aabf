package prompt

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// newTTY returns a terminal that nobody looks at.
func newTTY(t *testing.T) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return tty
}

// modes returns how a terminal is set.
func modes(t *testing.T, tty *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

func TestTerminalIsWhatItWas(t *testing.T) {
	tty := newTTY(t)
	before := modes(t, tty)
	terminal, err := Open(tty, tty)
	if err != nil {
		t.Fatal(err)
	}
	raw := modes(t, tty)
	if raw == before {
		t.Fatal("it is not in raw mode")
	}
	// After a stop by others it may be in raw mode or not.
	for _, found := range []unix.Termios{raw, before} {
		if err := unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, &found); err != nil {
			t.Fatal(err)
		}
		if err := terminal.Resume(); err != nil || modes(t, tty) != raw {
			t.Errorf("it is not in raw mode again: %v", err)
		}
	}
	terminal.Close()
	if modes(t, tty) != before {
		t.Error("it is not what it was")
	}
	if err := terminal.Resume(); !errors.Is(err, os.ErrClosed) || modes(t, tty) != before {
		t.Errorf("it was had again after its end: %v", err)
	}
}

func TestSizeIsThatOfTheTerminal(t *testing.T) {
	tty := newTTY(t)
	terminal, err := Open(tty, tty)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	for _, c := range []struct{ width, height, wantWidth, wantHeight int }{{62, 14, 62, 14}, {0, 0, 80, 24}} {
		if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(c.width), Row: uint16(c.height)}); err != nil {
			t.Fatal(err)
		}
		if w, h := terminal.Size(); w != c.wantWidth || h != c.wantHeight {
			t.Errorf("%dx%d is told as %dx%d", c.width, c.height, w, h)
		}
	}
}
