package hubtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/server"
	"hubbub/internal/store"
)

// configVar holds the Config, as JSON, with which a test binary is to be a
// server.
const configVar = "HUBBUB_TEST_SERVER"

// exitBroken is what a server's process exits with when its disk has failed:
// what hubbub serve exits with then.
const exitBroken = 74

// Main runs the tests, or a server if the test binary was started to be one.
func Main(m *testing.M) {
	if cfg, ok := os.LookupEnv(configVar); ok {
		os.Exit(beServer(cfg))
	}
	os.Exit(m.Run())
}

// beServer runs a server until SIGTERM comes or the input ends, so that none
// outlives its test. Its first line of output is the address; to each line of
// input it answers with the number of its goroutines.
func beServer(text string) int {
	var cfg Config
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = server.Run(ctx, server.Config{
		Policy: hub.OpenPolicy(), Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1},
		Data: cfg.Data, Listeners: []net.Listener{listener}, Limits: cfg.Limits,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Ready: func(server.Welcome) {
			fmt.Println(listener.Addr())
			go tellGoroutines()
		},
	})
	switch {
	case err == nil:
		return 0
	case errors.Is(err, store.ErrBroken):
		fmt.Fprintln(os.Stderr, err)
		return exitBroken
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// tellGoroutines answers the test, and ends the process when the test is gone.
func tellGoroutines() {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(runtime.NumGoroutine())
	}
	os.Exit(3)
}

// process is a server in a process of its own.
type process struct {
	cmd   *exec.Cmd
	at    net.Addr
	in    io.WriteCloser
	out   *bufio.Reader
	log   *output
	ended chan struct{}
	err   error // set before ended is closed
}

// output collects what a process says on its error output.
type output struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

// Write implements [io.Writer].
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

// String returns what has been written.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func startProcess(t testing.TB, cfg Config) (life, error) {
	text, err := json.Marshal(cfg)
	if err != nil {
		return nil, fmt.Errorf("hubtest: %w", err)
	}
	p := &process{cmd: exec.Command(os.Args[0]), log: &output{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), configVar+"="+string(text), "GORACE=halt_on_error=1 atexit_sleep_ms=0")
	p.cmd.Stderr = p.log
	out, errOut := p.cmd.StdoutPipe()
	in, errIn := p.cmd.StdinPipe()
	if err := errors.Join(errOut, errIn, p.cmd.Start()); err != nil {
		return nil, fmt.Errorf("hubtest: start a server's process: %w", err)
	}
	p.in, p.out = in, bufio.NewReader(out)
	first, err := p.out.ReadString('\n')
	if err == nil {
		p.at, err = net.ResolveTCPAddr("tcp", strings.TrimSpace(first))
	}
	if err != nil {
		return nil, p.failed(p.cmd.Wait())
	}
	go p.wait(t)
	return p, nil
}

// failed says how a server's process ended that should not have.
func (p *process) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("hubtest: the server's process: %w\n%s", err, p.log)
}

// wait notices the end of the process. A data race is the test's failure,
// however the process was meant to end.
func (p *process) wait(t testing.TB) {
	defer close(p.ended)
	p.err = p.cmd.Wait()
	if log := p.log.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic:") || strings.Contains(log, "fatal error:") {
		t.Errorf("the server's process says:\n%s", log)
	}
}

func (p *process) addr() net.Addr      { return p.at }
func (p *process) stop()               { p.cmd.Process.Signal(syscall.SIGTERM) }
func (p *process) kill()               { p.cmd.Process.Kill() }
func (p *process) done() chan struct{} { return p.ended }
func (p *process) fate() error         { return p.failed(p.err) }

// ExitCode returns what the process exited with from which err, of Stop or
// Wait, came: 0 for nil, -1 if it was killed.
func ExitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// process returns the server's process. It must have one.
func (s *Server) process() *process { return s.present().life.(*process) }

// PID returns the id of the server's process.
func (s *Server) PID() int { return s.process().cmd.Process.Pid }

// Log returns what the server's present or last process has logged.
func (s *Server) Log() string { return s.process().log.String() }

// dump ends the server's process, if it has one that still runs, and returns what
// it logged, with what each goroutine was doing.
func (s *Server) dump() string {
	p, ok := s.present().life.(*process)
	if !ok {
		return ""
	}
	p.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		s.Kill()
	}
	return p.log.String()
}

// Goroutines asks the server's process how many goroutines it has.
func (s *Server) Goroutines() (n int, err error) {
	p := s.process()
	if _, err = fmt.Fprintln(p.in); err == nil {
		_, err = fmt.Fscanln(p.out, &n)
	}
	return n, err
}
