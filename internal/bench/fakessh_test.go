package bench

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// fakeSSH brings sessions by SSH to a server that speaks the line protocol, as lines or
// as a screen of few rows, all drawn again with each line.
type fakeSSH struct {
	behind string // the address of that server
	hidden string // lines with this text are shown to nobody
	locked bool   // it has no shell
	cfg    *ssh.ServerConfig
}

// start listens until the test ends and returns the address.
func (s *fakeSSH) start(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	s.cfg = &ssh.ServerConfig{KeyboardInteractiveCallback: func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return &ssh.Permissions{}, nil
	}}
	s.cfg.AddHostKey(signer)
	return listening(t, s.serve)
}

// serve is the life of a connection. A line server may be behind it too.
func (s *fakeSSH) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	if first, _ := in.Peek(4); string(first) != "SSH-" {
		s.relay(struct {
			io.Reader
			io.Writer
		}{in, conn}, func(w io.Writer, line string) { fmt.Fprintf(w, "%s\n", line) }, nil)
		return
	}
	_, channels, globals, err := ssh.NewServerConn(&buffered{conn, in}, s.cfg)
	if err != nil {
		return
	}
	var refusing sync.WaitGroup
	defer refusing.Wait()
	defer conn.Close()
	refusing.Go(func() { ssh.DiscardRequests(globals) })
	for offer := range channels {
		channel, requests, err := offer.Accept()
		if err != nil {
			return
		}
		s.session(channel, requests)
	}
}

// buffered is a connection of which something has been read already.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

// Read implements [net.Conn].
func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

// session answers what is asked for and begins when a shell is.
func (s *fakeSSH) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	var served sync.WaitGroup
	defer served.Wait()
	terminal := false
	for r := range requests {
		terminal = terminal || r.Type == "pty-req"
		_ = r.Reply(!s.locked, nil)
		if r.Type != "shell" || s.locked {
			continue
		}
		if terminal {
			d := &drawing{}
			served.Go(func() { s.relay(channel, d.line, d.typed) })
		} else {
			served.Go(func() { s.relay(channel, func(w io.Writer, line string) { fmt.Fprintf(w, "%s\n", line) }, nil) })
		}
	}
}

// relay connects somebody with the server behind: each line from there is shown, and
// what comes is passed on as it is, or is typed.
func (s *fakeSSH) relay(peer io.ReadWriter, show func(io.Writer, string), typed func(io.Writer, []byte)) {
	behind, err := net.Dial("tcp", s.behind)
	if err != nil {
		return
	}
	lines := bufio.NewScanner(behind)
	if typed != nil { // what is typed is shown here, and would not tell that they are in the room there
		fmt.Fprintf(behind, "/ping here\n")
		for lines.Scan() && lines.Text() != "* pong here" {
		}
	}
	var down sync.WaitGroup
	down.Go(func() {
		for lines.Scan() {
			if s.hidden == "" || !strings.Contains(lines.Text(), s.hidden) {
				show(peer, lines.Text())
			}
		}
	})
	if typed == nil {
		_, _ = io.Copy(behind, peer)
	}
	for buf := make([]byte, 1<<10); typed != nil; {
		n, err := peer.Read(buf)
		if err != nil {
			break
		}
		typed(peer, buf[:n])
	}
	behind.Close()
	down.Wait()
}

// drawing is a screen of few rows and a line that is being typed.
type drawing struct {
	mu   sync.Mutex // guards what follows, and the drawing
	rows []string
	edit string
}

// line shows one more line.
func (d *drawing) line(w io.Writer, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	const most = 8
	if d.rows = append(d.rows, text); len(d.rows) > most {
		d.rows = d.rows[1:]
	}
	d.draw(w)
}

// typed shows what is typed.
func (d *drawing) typed(w io.Writer, b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range b {
		if d.edit += string(rune(c)); string(rune(c)) == eraseTyped {
			d.edit = ""
		}
	}
	d.draw(w)
}

func (d *drawing) draw(w io.Writer) {
	fmt.Fprintf(w, "\x1b[H\x1b[2J\x1b[1mhubbub ~\x1b[m\r\n%s\r\n> %s", strings.Join(d.rows, "\r\n"), d.edit)
}
