//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// beMain has the test binary be hubbub itself, so that what runs beside other
// programs is what is being tested.
const beMain = "HUBBUB_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(beMain) != "" {
		main()
	}
	os.Setenv("HUBBUB_KEYRING", "off") // whoever runs the tests has things in theirs
	os.Exit(m.Run())
}

// desk is a person's desk: terminals with programs in them, by tmux, and a server
// that can be killed.
type desk struct {
	t       *testing.T
	home    string
	address string
	port    string
	server  *exec.Cmd
}

// newDesk returns a desk for programs, which must be installed, with a server that
// runs.
func newDesk(t *testing.T, programs ...string) *desk {
	t.Helper()
	installed(t, append(programs, "tmux")...)
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, home: t.TempDir(), address: on.Addr().String()}
	on.Close()
	_, d.port, _ = net.SplitHostPort(d.address)
	t.Cleanup(d.clear)
	d.start()
	return d
}

// clear ends everything. WeeChat writes to its directory at its end, so that is waited
// for.
func (d *desk) clear() {
	tmux := func(args ...string) error { return d.command("tmux", append([]string{"-S", "tmux"}, args...)...).Run() }
	if tmux("send-keys", "-t", "weechat", "/quit", "Enter") == nil {
		d.until("WeeChat ends", func() bool { return tmux("has-session", "-t", "weechat") != nil }, nil)
	}
	_ = tmux("kill-server") // it may have ended with its last program
	d.kill()
}

// command returns a program that knows nothing of whoever runs the tests.
func (d *desk) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = d.home
	c.Env = []string{"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "TERM=screen-256color", "LANG=C.UTF-8", "TZ=UTC", beMain + "=1"}
	return c
}

// start starts the server, and waits until it lets people in.
func (d *desk) start() {
	d.t.Helper()
	d.server = d.command(os.Args[0], "serve", "--listen", d.address, "--data", "data", "--server-name", "chat.test")
	d.server.Stderr = d.t.Output()
	if err := d.server.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.until("the server listens", func() bool {
		c, err := net.Dial("tcp", d.address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, nil)
}

// kill ends the server as kill -9 does.
func (d *desk) kill() {
	if d.server != nil {
		_ = d.server.Process.Kill()
		_ = d.server.Wait()
	}
}

// until looks again and again, until ok. What was seen last is told if that does not
// come.
func (d *desk) until(what string, ok func() bool, seen func() string) {
	d.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-late:
			if seen == nil {
				seen = func() string { return "" }
			}
			d.t.Fatalf("%s: not in 20 s\n%s", what, seen())
		}
	}
}

// screen is a terminal with a program in it.
type screen struct {
	d     *desk
	name  string
	again func() // comes back after the server was killed
	said  string // instead of the screen, a file of what was said
}

// open opens a terminal with a program.
func (d *desk) open(name string, program ...string) *screen {
	d.t.Helper()
	args := []string{"-S", "tmux", "-f", "/dev/null", "new-session", "-d", "-s", name, "-x", "160", "-y", "70", "--"}
	if out, err := d.command("tmux", append(args, program...)...).CombinedOutput(); err != nil {
		d.t.Fatalf("open %s: %v\n%s", name, err, out)
	}
	return &screen{d: d, name: name}
}

// types types a line.
func (s *screen) types(line string) {
	s.d.t.Helper()
	for _, keys := range [][]string{{"-l", line}, {"Enter"}} {
		if out, err := s.d.command("tmux", append([]string{"-S", "tmux", "send-keys", "-t", s.name}, keys...)...).CombinedOutput(); err != nil {
			s.d.t.Fatalf("type at %s: %v\n%s", s.name, err, out)
		}
	}
}

// says is types for what is said in the room.
func (s *screen) says(line string) {
	s.d.t.Helper()
	if s.said == "" {
		s.types(line)
		return
	}
	s.d.writes(filepath.Join(filepath.Dir(s.said), "in"), line)
}

// shows returns what is on the screen.
func (s *screen) shows() string {
	if s.said != "" {
		text, _ := os.ReadFile(s.said)
		return string(text)
	}
	out, _ := s.d.command("tmux", "-S", "tmux", "capture-pane", "-p", "-J", "-S", "-500", "-t", s.name).CombinedOutput()
	return string(out)
}

// waits waits until the screen shows all of some words.
func (s *screen) waits(words ...string) {
	s.d.t.Helper()
	for _, w := range words {
		s.d.until(s.name+" shows "+w, func() bool { return strings.Contains(s.shows(), w) }, s.shows)
	}
}

// writes writes a line to a FIFO that a program reads.
func (d *desk) writes(fifo, line string) {
	d.t.Helper()
	f, err := os.OpenFile(fifo, os.O_RDWR, 0) // else it would wait for the program
	if err == nil {
		_, err = fmt.Fprintln(f, line)
		f.Close()
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

const (
	tea      = "#tea"
	password = "correct horse battery"
)

// register makes members, as one does with nc.
func (d *desk) register(nicks ...string) {
	d.t.Helper()
	for _, nick := range nicks {
		c, err := net.Dial("tcp", d.address)
		if err != nil {
			d.t.Fatal(err)
		}
		fmt.Fprintf(c, "/register %s\n%s\n%s\n/part #lobby\n/quit\n", nick, password, password)
		var said strings.Builder
		buf := make([]byte, 4096)
		for n := 0; err == nil; n, err = c.Read(buf) {
			said.Write(buf[:n])
		}
		c.Close()
		if !strings.Contains(said.String(), "You are "+nick) && !strings.Contains(said.String(), nick+" is yours") && strings.Contains(said.String(), "! ") {
			d.t.Fatalf("register %s:\n%s", nick, said.String())
		}
	}
}

// netcat is somebody with nc.
func (d *desk) netcat() *screen {
	s := d.open("nc", "nc", "127.0.0.1", d.port)
	come := func() {
		s.types("/nick nora")
		s.types("/join " + tea)
		s.waits("You are in " + tea)
	}
	come()
	s.again = func() {
		s.d.open("nc2", "nc", "127.0.0.1", d.port)
		s.name = "nc2"
		come()
	}
	return s
}

// joiner is somebody with hubbub join, who comes back by themselves.
func (d *desk) joiner() *screen {
	s := d.open("join", os.Args[0], "join", "--nick", "jo", d.address, tea)
	s.waits("You are jo in " + tea)
	s.again = func() {}
	return s
}

// irssi is a member with irssi, which logs in by SASL.
func (d *desk) irssi() *screen {
	config := `servers = ( { address = "127.0.0.1"; chatnet = "hub"; port = "` + d.port + `"; autoconnect = "yes"; } );
chatnets = { hub = { type = "IRC"; nick = "iris"; sasl_mechanism = "PLAIN"; sasl_username = "iris"; sasl_password = "` + password + `"; }; };
channels = ( { name = "` + tea + `"; chatnet = "hub"; autojoin = "yes"; } );
settings = { core = { real_name = "Iris"; user_name = "iris"; nick = "iris"; }; };
`
	dir := filepath.Join(d.home, "irssi")
	if err := os.Mkdir(dir, 0o700); err == nil {
		err = os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600)
		if err != nil {
			d.t.Fatal(err)
		}
	}
	s := d.open("irssi", "irssi", "--home="+dir)
	s.waits("SASL authentication succeeded", "[Act: 2") // the room's window
	s.types("/window 2")
	s.waits("iris [u@member] has joined " + tea)
	s.again = func() {
		s.types("/reconnect all")
		d.until("irssi is back", func() bool { return strings.Count(s.shows(), "iris [u@member] has joined "+tea) == 2 }, s.shows)
	}
	return s
}

// weechat is a member with WeeChat.
func (d *desk) weechat() *screen {
	commands := "/bar hide nicklist;/bar hide buflist;/set irc.look.smart_filter off;" +
		"/server add hub 127.0.0.1/" + d.port + " -notls -nicks=wanda -autojoin=" + tea + " -sasl_mechanism=plain -sasl_username=wanda;" +
		`/set irc.server.hub.sasl_password "` + password + `";/connect hub`
	s := d.open("weechat", "weechat", "-d", filepath.Join(d.home, "weechat"), "-r", commands)
	s.waits("(u@member) has joined " + tea)
	s.again = func() {
		s.types("/reconnect hub")
		d.until("WeeChat is back", func() bool { return strings.Count(s.shows(), "(u@member) has joined "+tea) >= 2 }, s.shows)
	}
	return s
}

// ii is somebody with ii, for whom rooms are directories.
func (d *desk) ii() *screen {
	server := filepath.Join(d.home, "ii", "127.0.0.1")
	come := func(name string) {
		greeting := &screen{d: d, name: "ii", said: filepath.Join(server, "out")}
		before := strings.Count(greeting.shows(), "Welcome")
		d.open(name, "ii", "-i", filepath.Join(d.home, "ii"), "-s", "127.0.0.1", "-p", d.port, "-n", "ivan")
		d.until("ii is welcome", func() bool { return strings.Count(greeting.shows(), "Welcome") > before }, greeting.shows)
		d.writes(filepath.Join(server, "in"), "/j "+tea)
	}
	come("ii")
	s := &screen{d: d, name: "ii", said: filepath.Join(server, tea, "out")}
	s.waits("ivan(~u@guest) has joined " + tea)
	s.again = func() {
		come("ii2")
		d.until("ii is back", func() bool { return strings.Count(s.shows(), "ivan(~u@guest) has joined") == 2 }, s.shows)
	}
	return s
}

// marked is what somebody has said, as opposed to what a terminal echoes.
var marked = regexp.MustCompile(`(?:>|\|) ((first|paste|more|late)-[a-z]+-\d+)`)

// order returns what was said of some kinds, in the order in which a screen shows it.
func (s *screen) order(kinds ...string) (order []string) {
	for _, m := range marked.FindAllStringSubmatch(s.shows(), -1) {
		if slices.Contains(kinds, m[2]) {
			order = append(order, m[1])
		}
	}
	return order
}

// People with nc, hubbub join, irssi, WeeChat and ii are in one room, and see one
// another's words in the same order, edits and reactions too; after kill -9 they come
// back, and who has an account sees what they missed.
func TestStockClientsShareARoom(t *testing.T) {
	d := newDesk(t, "irssi", "weechat", "ii", "nc")
	d.register("iris", "wanda")
	nc := d.netcat()
	all := []*screen{nc, d.joiner(), d.irssi(), d.weechat(), d.ii()}
	everybodySees := func(words ...string) {
		t.Helper()
		for _, s := range all {
			s.waits(words...)
		}
	}
	sameOrder := func(of []*screen, kinds ...string) {
		t.Helper()
		for _, s := range of[1:] {
			if got, want := s.order(kinds...), of[0].order(kinds...); !slices.Equal(got, want) {
				t.Errorf("%s shows\n%q\nand %s\n%q", s.name, got, of[0].name, want)
			}
		}
	}

	for i, s := range all {
		text := fmt.Sprintf("first-%c-%d", 'a'+i, i)
		s.says(text)
		everybodySees(text)
	}
	sameOrder(all, "first")

	// Two talk at once; the others see them in one order.
	for i := range 8 {
		all[0].says(fmt.Sprint("paste-nc-", i))
		all[4].says(fmt.Sprint("paste-ii-", i))
	}
	everybodySees("paste-nc-7", "paste-ii-7")
	sameOrder(all[:4], "paste")

	nc.says("I meen it")
	everybodySees("I meen it")
	nc.says("/edit I mean it")
	nc.says("/react ^ 👍")
	for _, s := range all[2:] {
		s.waits("(edited) I mean it", "reacted to nora with 👍")
	}

	d.kill()
	d.start()
	nc.again()
	nc.says("more-nc-1")
	nc.waits("more-nc-1")
	for _, s := range all[1:] {
		s.again()
	}
	for _, s := range all[:4] { // ii knows no times, and is told nothing of before
		s.waits("more-nc-1")
	}
	nc.says("late-nc-1")
	everybodySees("late-nc-1")
	sameOrder(all[1:4], "more", "late")
	if testing.Verbose() {
		for _, s := range all {
			t.Logf("%s:\n%s", s.name, s.shows())
		}
	}
}
