package browsertest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// program returns a command of a program that has to be there in CI.
func program(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("there is no %s", name)
	}
	return exec.Command(name, args...)
}

// talker is somebody who comes by lines.
type talker struct {
	t     *testing.T
	send  func(line string)
	lines <-chan string
}

// hears waits for a line that holds a text.
func (p *talker) hears(text string) {
	p.t.Helper()
	deadline := time.After(patience)
	var heard []string
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the connection has ended without %q: %q", text, heard)
			}
			if heard = append(heard, line); strings.Contains(line, text) {
				return
			}
		case <-deadline:
			p.t.Fatalf("%q does not come: %q", text, heard)
		}
	}
}

// read hands over lines until the input ends.
func read(in *bufio.Scanner) <-chan string {
	lines := make(chan string, 1000) // more than anybody says here
	go func() {
		defer close(lines)
		for in.Scan() {
			lines <- in.Text()
		}
	}()
	return lines
}

// netcat comes with nc.
func (s *site) netcat(nick string) *talker {
	s.t.Helper()
	host, port, _ := net.SplitHostPort(s.addr)
	nc := program(s.t, "nc", host, port)
	in, err := nc.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := nc.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := nc.Start(); err != nil {
		s.t.Fatal(err)
	}
	p := &talker{s.t, func(line string) { fmt.Fprintln(in, line) }, read(bufio.NewScanner(out))}
	s.t.Cleanup(func() {
		nc.Process.Kill()
		for range p.lines { // until there are no more
		}
		nc.Wait()
	})
	p.send("/nick " + nick)
	return p
}

// ircClient comes as an IRC client does.
func (s *site) ircClient(nick string) *talker {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	p := &talker{s.t, func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }, read(bufio.NewScanner(conn))}
	p.send("NICK " + nick)
	p.send("USER " + nick + " 0 * :" + nick)
	p.send("JOIN #lobby")
	p.hears(" 366 ") // the end of who is there
	return p
}

// curl runs curl and returns what it prints.
func (s *site) curl(args ...string) string {
	s.t.Helper()
	out, err := program(s.t, "curl", append([]string{"-sSf", "--max-time", "60"}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("curl %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestOneConversationByPageCurlNetcatAndIRC(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, phone)
	s := otter.site
	nc, irc := s.netcat("badger"), s.ircClient("heron")

	otter.says("who is here?")
	for _, p := range []*talker{nc, irc} {
		p.hears("who is here?")
	}
	nc.send("I am, by netcat")
	irc.send("PRIVMSG #lobby :and I, by IRC")
	s.curl("-d", "and builds, by curl", s.url("/lobby?nick=builds"))
	ferret.says("and I, on the phone")
	for _, text := range []string{"I am, by netcat", "and I, by IRC", "and builds, by curl", "and I, on the phone"} {
		otter.hears(text)
		ferret.hears(text)
	}
	nc.hears("and I, on the phone")
	irc.hears("and I, on the phone")
	if text := s.curl(s.url("/lobby")); strings.Count(text, "<") != 5 || !strings.Contains(text, "<badger> I am, by netcat") {
		t.Errorf("curl shows\n%s", text)
	}
	irc.send("PRIVMSG #lobby :<b>bold?</b> *starred*")
	otter.hears("<b>bold?</b> starred")
}
