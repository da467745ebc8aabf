package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// server is the server under test.
type server struct {
	address string
	pid     int    // 0 if not known
	data    string // its data directory, if it has one that is known
	child   *child // nil if the server was running before
	temp    string // directory to remove at the end, or ""
	forgets bool   // it keeps nothing, so it needs no time to end well
}

// startServer starts the target, or takes the one that runs already.
func startServer(ctx context.Context, t Target, progress io.Writer) (*server, error) {
	if t.Address != "" {
		return &server{address: t.Address, pid: t.PID, data: t.Data}, nil
	}
	s := &server{data: t.Data, forgets: t.Ircd != ""}
	var err error
	if s.address, err = freeAddress(); err != nil {
		return nil, err
	}
	argv, err := s.command(t)
	if err != nil {
		s.stop()
		return nil, err
	}
	if s.child, err = startChild(argv); err != nil {
		s.stop()
		return nil, err
	}
	s.pid = s.child.cmd.Process.Pid
	if err := s.child.awaitListening(ctx, s.address); err != nil {
		s.stop()
		return nil, err
	}
	fmt.Fprintf(progress, "started %s: process %d on %s%s\n", t, s.pid, s.address, dataNote(s.data))
	return s, nil
}

// dataNote says where a server keeps its data.
func dataNote(dir string) string {
	switch {
	case dir == "":
		return ""
	case onMemory(dir):
		return ", data in " + dir + " (kept in memory, so fsync costs nothing there: use --data with a directory on disk)"
	default:
		return ", data in " + dir
	}
}

// freeAddress returns a loopback address on which nothing listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("bench: find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// command returns the command line of the target, and makes its temporary data
// directory if it needs one.
func (s *server) command(t Target) ([]string, error) {
	argv := append([]string(nil), t.Program...)
	if len(argv) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("bench: find this program, to start it as the server: %w", err)
		}
		argv = []string{self}
	}
	if t.Ircd != "" {
		if err := s.makeTemp(); err != nil {
			return nil, err
		}
		return t.Ircd.command(s.temp, s.address)
	}
	if t.Reference != "" {
		return append(argv, "bench", "reference", "--mode", string(t.Reference), "--listen", s.address), nil
	}
	if s.data == "" {
		if err := s.makeTemp(); err != nil {
			return nil, err
		}
		s.data = filepath.Join(s.temp, "data")
	}
	argv = append(argv, "serve", "--listen", s.address, "--data", s.data)
	if !t.Limits {
		argv = append(argv, "--no-limits")
	}
	return argv, nil
}

// makeTemp makes a directory that goes with the server.
func (s *server) makeTemp() (err error) {
	if s.temp, err = os.MkdirTemp("", "hubbub-bench-"); err != nil {
		return fmt.Errorf("bench: make a data directory: %w", err)
	}
	return nil
}

// stop ends the server if it was started here, and removes its temporary data.
func (s *server) stop() error {
	var err error
	switch {
	case s.child == nil:
	case s.forgets:
		s.child.kill()
	default:
		err = s.child.stop()
	}
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}

// died returns an error if the server was started here and has already ended.
func (s *server) died() error {
	if s.child == nil {
		return nil
	}
	select {
	case <-s.child.exited:
		return s.child.failed("ended during the run", s.child.err)
	default:
		return nil
	}
}

// child is a process started here. One goroutine waits for it.
type child struct {
	cmd    *exec.Cmd
	output tail
	exited chan struct{} // closed when the process has ended
	err    error         // how it ended; set before exited is closed
}

// How long a child may take to begin and to end.
const (
	startTimeout = 60 * time.Second // a large database may have to recover first
	stopTimeout  = 15 * time.Second
)

// startChild starts argv. The child ends with this process where the system
// can promise that, and an interrupt at the terminal reaches only this process,
// so that a run that is cut short can still be measured.
func startChild(argv []string) (*child, error) {
	c := &child{cmd: exec.Command(argv[0], argv[1:]...), exited: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.SysProcAttr = childAttributes()
	started := make(chan error)
	go func() {
		// Linux ends the child when the thread that started it ends, so this
		// thread stays until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.err = c.cmd.Wait()
			close(c.exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("bench: start the server: %w", err)
	}
	return c, nil
}

// awaitListening returns once the child accepts connections.
func (c *child) awaitListening(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("it did not listen on %s within %v", address, startTimeout))
	defer cancel()
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-c.exited:
			return c.failed("ended at once", c.err)
		case <-ctx.Done():
			return c.failed("did not start", context.Cause(ctx))
		case <-retry.C:
		}
	}
}

// failed explains what became of the child, with the end of its own output.
func (c *child) failed(what string, err error) error {
	if err == nil {
		err = errors.New("exit code 0")
	}
	said := c.output.String()
	if said == "" {
		said = "nothing"
	}
	return fmt.Errorf("bench: the server (%s) %s: %w; it said: %s", strings.Join(c.cmd.Args, " "), what, err, said)
}

// stop asks the child to end, and after a while makes it.
func (c *child) stop() error {
	if err := terminate(c.cmd.Process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = c.cmd.Process.Kill() // it may have ended meanwhile
	}
	deadline := time.NewTimer(stopTimeout)
	defer deadline.Stop()
	select {
	case <-c.exited:
		return nil
	case <-deadline.C:
		_ = c.cmd.Process.Kill() // it may have ended meanwhile
		<-c.exited
		return c.failed("had to be killed", fmt.Errorf("it did not stop within %v", stopTimeout))
	}
}

// kill ends the child at once. An IRC server that thousands have just left tells
// each of those who remain of each that went, for minutes.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended meanwhile
	<-c.exited
}

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex // guards buf: the process's output is copied by its own goroutine
	buf []byte
}

// maxTail is how much a tail keeps, in bytes.
const maxTail = 2 << 10

// Write keeps the end of p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - maxTail; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// String returns what was kept, without blanks at the ends.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
