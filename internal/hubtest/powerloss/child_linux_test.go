package powerloss_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// roleVar names what this test binary does when a test starts it again: memory
// mappings and locks need a process other than the one that serves the mount.
const roleVar = "HUBBUB_POWERLOSS_ROLE"

func TestMain(m *testing.M) {
	roles := map[string]func(args []string) error{
		"rows": writeRows,
		"lock": holdLock,
		"map":  writeMapped,
	}
	role := roles[os.Getenv(roleVar)]
	if role == nil {
		os.Exit(m.Run())
	}
	err := inheritsNothing()
	if err == nil {
		err = role(os.Args[1:])
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// inheritsNothing makes sure that a child does not hold the mount's connection
// with the kernel: it would hang for ever if the test process were killed.
func inheritsNothing() error {
	const fds = "/proc/self/fd"
	entries, err := os.ReadDir(fds)
	for _, e := range entries {
		if to, _ := os.Readlink(filepath.Join(fds, e.Name())); to == "/dev/fuse" {
			return fmt.Errorf("fd %s is the connection of the mount", e.Name())
		}
	}
	return err
}

// child is this binary at work in another process.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner // what it says
}

// start starts a child. The test waits for it at the end at the latest.
func start(t *testing.T, role string, args ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], args...)}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	t.Cleanup(c.kill)
	return c
}

// stop ends the child as kill -9 does. What it has said can still be read.
func (c *child) stop() { c.cmd.Process.Kill() }

// kill ends the child and waits for it.
func (c *child) kill() {
	c.stop()
	c.cmd.Wait()
}

// expect reads the next line, which must be want.
func (c *child) expect(t *testing.T, want string) {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatalf("the child ended, want it to say %q", want)
	}
	if got := c.lines.Text(); got != want {
		t.Fatalf("the child said %q, want %q", got, want)
	}
}

// say writes a line to the child.
func (c *child) say(t *testing.T, line string) {
	t.Helper()
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		t.Fatal(err)
	}
}

// holdLock takes a byte-range lock and a flock on the file, says whether it
// got them, and holds them until its input ends.
func holdLock(args []string) error {
	f, err := os.OpenFile(args[0], os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	lk := unix.Flock_t{Type: unix.F_WRLCK, Start: 100, Len: 10}
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lk); err != nil {
		fmt.Println("range:", err)
	} else {
		fmt.Println("range: locked")
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		fmt.Println("flock:", err)
	} else {
		fmt.Println("flock: locked")
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// writeMapped maps a file shared and does what its input says: "put TEXT"
// writes into the mapping, "sync" is msync, "get" shows what the mapping holds.
func writeMapped(args []string) error {
	f, err := os.OpenFile(args[0], os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	mem, err := unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	fmt.Println("mapped")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		verb, text, _ := strings.Cut(in.Text(), " ")
		switch verb {
		case "put":
			copy(mem, text)
		case "sync":
			if err := unix.Msync(mem, unix.MS_SYNC); err != nil {
				return err
			}
		}
		fmt.Printf("%s\n", strings.TrimRight(string(mem[:8]), "\x00"))
	}
	return nil
}
