package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	bubbletea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	screens "hubbub/internal/screen"
)

// openTTY returns both ends of a terminal.
func openTTY(t *testing.T) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return master, tty
}

func TestDeviceTellsTheScreenWhatTheSystemTells(t *testing.T) {
	master, tty := openTTY(t)
	resize := func(size screens.Size) {
		t.Helper()
		if err := unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(size.Width), Row: uint16(size.Height)}); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(s syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	small, large := screens.Size{Width: 40, Height: 10}, screens.Size{Width: 62, Height: 14}
	resize(small)
	d, err := openDevice(tty, tty)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if got := d.size(); got != small {
		t.Errorf("at first the size is %v", got)
	}
	resize(large)
	tell(syscall.SIGWINCH)
	if got := <-d.sizes; got != large {
		t.Errorf("the new size is told as %v", got)
	}
	resize(small) // while it is stopped, of which nobody tells
	tell(syscall.SIGCONT)
	if got := <-d.sizes; got != small {
		t.Errorf("behind a stop the size is told as %v", got)
	}
	if _, ok := (<-d.told).(bubbletea.ResumeMsg); !ok {
		t.Error("nothing is told of the stop")
	}
	tell(syscall.SIGWINCH) // and nobody takes it: closing waits for nothing
}
