//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// hostile returns what is said to spoil the screens of others: sequences that a terminal
// would obey, text that turns direction, marks without width by the thousand, words far
// wider than a screen.
func hostile() []string {
	return []string{
		"\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x07 title and clipboard",
		"\x1b[2J\x1b[H\x1b[31mpwned\x1b[?1049l\x1b[?1000h\x1b[?25l\x1bc erased",
		"\u009b2J\u009d0;pwned\u009c C1",
		"\x0e\x0f\b\b\b\b\b\b\b\b\b\b\v\f\x00\x7f moved",
		"\u202eturned\u2066inside\u2068again\u202d never ended",
		"zero" + strings.Repeat("\u200b\u200d\u2060\ufeff", 1200) + "width",
		"tower" + strings.Repeat("\u0301\u0323", 2000),
		strings.Repeat("W", 10_000),
		strings.Repeat("界", 3_300),
		strings.Repeat("👩\u200d👩\u200d👧", 400),
		strings.Repeat("\U0010eeee\u0305\u0305", 200) + " a picture that is none",
	}
}

// frame returns what no message may move: where the divider behind the rooms is in each
// row, and the rows at the bottom, of which the clock is no part.
func (s *screen) frame() string {
	rows := s.rows()
	var b strings.Builder
	for _, row := range rows[1 : len(rows)-2] {
		fmt.Fprintln(&b, slices.Index([]rune(row), '│'))
	}
	return b.String() + rows[len(rows)-1]
}

// Whatever nc, IRC and curl bring, the screens of others stay as they are but for the
// messages; nothing of it reaches the terminal as anything but text.
func TestNothingThatIsSaidSpoilsAScreen(t *testing.T) {
	d := newDesk(t, "ssh", "nc", "bash", "curl")
	nc := d.netcat()
	out := &shell{t: t, home: d.home, port: d.port}
	v := sittings()[0]
	zoe := d.sits(v, out.speaking("tea+zoe")...)
	v.name = "join"
	jo := d.sits(v, os.Args[0], "join", "--nick", "jo", d.address, "tea")
	nc.says("before it all")
	screens := []*screen{zoe, jo}
	frames, titles := make([]string, 2), make([]string, 2)
	for i, s := range screens {
		s.waits("before it all")
		frames[i], titles[i] = s.frame(), s.tmux("display-message", "-p", "-t", s.name, "#{pane_title}")
	}
	for i, attack := range hostile() {
		for way, bring := range map[string]func(string){"nc": d.byLines, "irc": d.byIRC, "curl": d.byCurl} {
			bring(attack)
			mark := fmt.Sprintf("after %d by %s.", i, way)
			nc.says(mark)
			for k, s := range screens {
				s.waits(mark)
				d.until(fmt.Sprintf("%s is as it was after %q by %s", s.name, attack[:min(len(attack), 20)], way), func() bool { return s.frame() == frames[k] }, s.shows)
				if modes := s.modes(); modes != "1 1 0" {
					t.Errorf("%s is in the modes %s after %q by %s", s.name, modes, attack[:min(len(attack), 40)], way)
				}
			}
		}
	}
	for i, s := range screens {
		if title := s.tmux("display-message", "-p", "-t", s.name, "#{pane_title}"); strings.Contains(title, "pwned") {
			t.Errorf("the title of %s was %q, and is %q", s.name, titles[i], title)
		}
	}
	if buffers := zoe.tmux("list-buffers"); strings.Contains(buffers, "pwned") {
		t.Errorf("the clipboard has %s", buffers)
	}
}

// byLines says something as a bare socket does, and waits until it has been taken.
func (d *desk) byLines(text string) {
	d.t.Helper()
	d.converses("/join "+tea+"\n"+text+"\n/ping done\n", "* pong done")
}

// byIRC says it by IRC, as far as it fits into a line.
func (d *desk) byIRC(text string) {
	d.t.Helper()
	text = strings.ToValidUTF8(text[:min(len(text), 400)], "")
	d.converses("NICK eve\r\nUSER u 0 * :u\r\nJOIN "+tea+"\r\nPRIVMSG "+tea+" :"+text+"\r\nPING done\r\n", "PONG")
}

// converses sends something on a connection of its own, and reads until the answer.
func (d *desk) converses(text, answer string) {
	d.t.Helper()
	c, err := net.Dial("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprint(c, text); err != nil {
		d.t.Fatal(err)
	}
	for in := bufio.NewScanner(c); in.Scan(); {
		if strings.Contains(in.Text(), answer) {
			return
		}
	}
	d.t.Fatalf("no %q came", answer)
}

// byCurl says it by HTTP. A refusal is as good as its being said.
func (d *desk) byCurl(text string) {
	d.t.Helper()
	c := d.command("curl", "-sS", "--data-binary", "@-", "http://"+d.address+"/tea?nick=mallory")
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil {
		d.t.Fatalf("%v\n%s", err, out)
	}
}

// resident is how Linux tells the memory that a process has in it.
var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// memory returns how much memory the server has in it, in bytes, or 0 where that is not
// told.
func (d *desk) memory() int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.server.Process.Pid))
	match := resident.FindSubmatch(status)
	if match == nil {
		return 0
	}
	n, err := strconv.Atoi(string(match[1]))
	if err != nil {
		d.t.Fatal(err)
	}
	return n << 10
}

// A terminal that says that it has 10,000 by 10,000 cells, and then another size again
// and again, costs the server little and others nothing.
func TestHugeAndRestlessWindowsCostLittle(t *testing.T) {
	d := newDesk(t, "ssh", "nc", "bash")
	nc := d.netcat()
	zoe := d.sits(sittings()[0], (&shell{t: t, home: d.home, port: d.port}).speaking("tea+zoe")...)
	before, frame := d.memory(), zoe.frame()
	for i := range 4 {
		d.restless(fmt.Sprintf("tea+restless%d", i))
	}
	nc.says("and that was all")
	zoe.waits("and that was all")
	d.until("the screen is as it was", func() bool { return zoe.frame() == frame }, zoe.shows)
	const most = 256 << 20 // a single screen of that size would have more
	if grown := d.memory() - before; grown > most {
		t.Errorf("the server has %d MB more in memory", grown>>20)
	}
}

// restless opens a session in a huge terminal, changes its size a thousand times, and
// sees that what is typed is still taken.
func (d *desk) restless(user string) {
	d.t.Helper()
	nothing := func(string, string, []string, []bool) ([]string, error) { return nil, nil }
	client, err := ssh.Dial("tcp", d.address, &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.KeyboardInteractive(nothing)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		d.t.Fatal(err)
	}
	in, errIn := session.StdinPipe()
	out, errOut := session.StdoutPipe()
	if errIn != nil || errOut != nil {
		d.t.Fatal(errIn, errOut)
	}
	const huge = 10_000
	if err := session.RequestPty("xterm-256color", huge, huge, ssh.TerminalModes{}); err != nil {
		d.t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		d.t.Fatal(err)
	}
	for i := range 1000 {
		size := []int{huge, 0, 1, 1 << 31, 80}[i%5]
		if err := session.WindowChange(size, size); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := session.WindowChange(24, 80); err != nil {
		d.t.Fatal(err)
	}
	if _, err := fmt.Fprint(in, "still here\r"); err != nil {
		d.t.Fatal(err)
	}
	seen := ""
	for buf := make([]byte, 32<<10); !strings.Contains(seen, "still here"); {
		n, err := out.Read(buf)
		if err != nil {
			d.t.Fatalf("%v after %q", err, seen)
		}
		seen = seen[max(0, len(seen)-100):] + string(buf[:n])
	}
}
