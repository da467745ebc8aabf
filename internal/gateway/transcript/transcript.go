package transcript

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"hubbub/internal/gateway"
	"hubbub/internal/gateway/admin/admintest"
	"hubbub/internal/hub"
)

// update has the transcripts written anew.
var update = flag.Bool("update", false, "write what the server says into the transcripts")

// Run performs the transcripts. Each file in testdata is an archive of conversations with a server of their
// own. A line of a conversation is one of
//
//	# a comment
//	NAME> text       NAME sends a line; who was not there before connects with it
//	NAME>" quoted"   NAME sends these bytes, in Go's syntax, without a line end
//	NAME< text       NAME receives a line
//	NAME: closed     NAME finds the connection closed
//	NAME: connect [to=GATEWAY] [from=ADDRESS] [public|secure] [certificate=WHICH]
//	                 NAME connects and says nothing; public is without TLS, secure
//	                 is inside it, and otherwise both ends are on one machine
//	NAME: eof        NAME ends its half of the connection
//	NAME: gone       NAME is cut off
//	everybody: NAME ... connect in this order under these names, and hear nothing of it
//	answers: apart, from now on: a program's events are listed before its answers,
//	                which each come in their order, and at any moment between the others
//	crowd: N         N more people connect, and nobody hears anything of it
//	clock: 25h       time passes
//	server: stop     the server stops
//	console: VERB .. hubbub admin asks for something; a word =SECRET is a password
//	console< text    and this is its answer
//	limits: rate=5 burst=2 line=80, before everything else
//	policy: guests=no registration=invite confined, before everything else
//	options: NAME=VALUE ..., before everything else: password is the server's, and of the
//	                others the gateway makes what it will
//
// What the server draws at random is numbered as it appears: TOKEN1, CODE1,
// SEED1. Said by somebody, these are what they stand for, and TOTP1 is what an
// authenticator with SEED1 shows.
//
// After each thing that is done the runner waits until nothing moves any more,
// and lists everything that has been received by anybody. So a transcript says
// not only what everybody receives, but also that it is all.
func Run(t *testing.T, gateways ...Gateway) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			changed := false
			for i := range archive.Files {
				f := &archive.Files[i]
				t.Run(f.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						said := perform(t, string(f.Data), gateways)
						if said == string(f.Data) {
							return
						}
						if !*update {
							t.Errorf("it went otherwise (go test -update writes it down):\n%s", differences(string(f.Data), said))
						}
						f.Data, changed = []byte(said), true
					})
				})
			}
			if *update && changed {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// performance is a transcript that is being performed.
type performance struct {
	t       *testing.T
	server  *server
	names   []string // in the order of connecting
	clients map[string]*client
	closed  map[string]bool
	apart   bool // events before answers
	options options
	drawn   secrets

	browser  *hub.Session // of pia, see page; nil until she comes
	pictures int          // that she has sent
	out      strings.Builder
}

// perform does what a transcript says its people do, and returns the transcript
// with what they receive.
func perform(t *testing.T, script string, gateways []Gateway) string {
	p := &performance{t: t, options: options{gateways: gateways}, clients: map[string]*client{}, closed: map[string]bool{}}
	for _, l := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		if received.MatchString(l) {
			continue
		}
		fmt.Fprintln(&p.out, l)
		if l == "" || l[0] == '#' {
			continue
		}
		p.act(l)
		synctest.Wait()
		p.listen()
	}
	return p.out.String()
}

var (
	received = regexp.MustCompile(`^\w+(<|: closed$)`)
	sent     = regexp.MustCompile(`^(\w+)>("?) ?(.*)$`)
	told     = regexp.MustCompile(`^(\w+): (.*)$`)
)

// act does what one line says.
func (p *performance) act(l string) {
	if m := told.FindStringSubmatch(l); m != nil {
		p.direct(m[1], m[2])
		return
	}
	m := sent.FindStringSubmatch(l)
	if m == nil {
		p.t.Fatalf("what is %q?", l)
	}
	text := m[3] + "\n"
	if m[2] != "" {
		var err error
		if text, err = strconv.Unquote(`"` + m[3]); err != nil {
			p.t.Fatalf("%q: %v", l, err)
		}
	}
	text = p.drawn.reveal(strings.ReplaceAll(text, "EPOCH", p.started().store.Epoch()))
	if c := p.clients[m[1]]; c != nil {
		c.send(text)
	} else {
		p.connect(m[1], text)
	}
}

// direct does what is not said over a connection.
func (p *performance) direct(who, what string) {
	var err error
	switch {
	case who == "limits":
		p.limit(what)
	case who == "policy":
		p.admission(what)
	case who == "options":
		p.options.more = map[string]string{}
		for _, word := range strings.Fields(what) {
			name, value, _ := strings.Cut(word, "=")
			p.options.more[name] = value
		}
	case who == "console":
		s := p.started()
		for _, l := range admintest.Ask(p.t.Context(), s.hub, s.door, p.drawn.reveal(what)) {
			p.note("console< " + l)
		}
	case who == "page":
		p.page(what)
	case who == "clock":
		var d time.Duration
		if d, err = time.ParseDuration(what); err == nil {
			<-time.After(d) // the bubble's clock
		}
	case who == "server" && what == "stop":
		p.started().pump.Stop("The server is stopping.")
		<-time.After(gateway.StopGrace)
	case who == "answers" && what == "apart":
		p.apart = true
	case who == "everybody":
		for _, name := range strings.Fields(what) {
			p.connect(name, p.options.gateways[0].Arrive(name))
			synctest.Wait()
		}
		for _, name := range p.names {
			p.clients[name].hears()
		}
	case who == "crowd":
		var n int
		n, err = strconv.Atoi(what)
		for range n {
			p.started().connect("")
			<-time.After(time.Millisecond)
		}
		for _, name := range p.names {
			p.clients[name].hears()
		}
	case what == "connect" || strings.HasPrefix(what, "connect "):
		p.names = append(p.names, who)
		to, from := peer(p.t, strings.TrimPrefix(what, "connect"))
		if to == "" {
			to = p.options.gateways[0].Name
		}
		p.clients[who] = p.started().admit(to, from)
	case what == "eof":
		p.clients[who].conn.CloseWrite()
	case what == "gone":
		p.clients[who].conn.Close()
		p.closed[who] = true
	default:
		p.t.Fatalf("what is %s: %s?", who, what)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *performance) limit(what string) {
	o := &p.options
	o.limits = hub.DefaultLimits()
	for _, word := range strings.Fields(what) {
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			p.t.Fatal(err)
		}
		switch name {
		case "line":
			o.line = n
		case "rate":
			o.limits.Rate = float64(n)
		case "burst":
			o.limits.Burst = n
		case "text":
			o.limits.Text = n
		case "rooms":
			o.limits.Rooms = n
		default:
			p.t.Fatalf("there is no limit %s", name)
		}
	}
}

// admission sets who may come in: nobody but who is said to.
func (p *performance) admission(what string) {
	o := &hub.Policy{}
	for _, word := range strings.Fields(what) {
		switch word {
		case "guests=no", "registration=closed":
		case "guests=yes":
			o.Guests = true
		case "registration=open":
			o.Registration = hub.Open
		case "registration=invite":
			o.Registration = hub.ByInvite
		case "confined":
			o.Confined = true
		default:
			p.t.Fatalf("there is no policy %s", word)
		}
	}
	p.options.policy = o
}

// peer is who connects as the words say, and to which gateway, if they say so.
func peer(t *testing.T, how string) (to string, p gateway.Peer) {
	p = gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true}
	for _, word := range strings.Fields(how) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "from":
			p.Remote = netip.MustParseAddr(value)
		case "public":
			p.Private = false
		case "secure":
			p.Secure = true
		case "to":
			to = value
		case "certificate":
			p.Certificate = sha256.Sum256([]byte(value))
		default:
			t.Fatalf("nobody connects %s", word)
		}
	}
	return to, p
}

// note writes a line down, without what was drawn at random.
func (p *performance) note(l string) { fmt.Fprintln(&p.out, p.drawn.hide(l)) }

// started returns the server, and starts it if there is none yet.
func (p *performance) started() *server {
	if p.server == nil {
		p.server = start(p.t, p.options)
	}
	return p.server
}

func (p *performance) connect(name, first string) {
	p.names = append(p.names, name)
	p.clients[name] = p.started().connect(first)
}

// listen writes down what everybody has received.
func (p *performance) listen() {
	for _, name := range p.names {
		c := p.clients[name]
		text := c.hears()
		if p.server != nil {
			text = strings.ReplaceAll(text, p.server.store.Epoch(), "EPOCH")
		}
		if p.apart {
			text = eventsFirst(text)
		}
		for l := range strings.Lines(text) {
			whole, ended := strings.CutSuffix(l, "\n")
			whole = strings.TrimSuffix(whole, "\r")
			if !ended || strings.ContainsFunc(whole, unprintable) {
				p.note(fmt.Sprintf("%s<%q", name, l))
				continue
			}
			p.note(strings.TrimRight(name+"< "+whole, " "))
		}
		if c.heard.isEnded() && !p.closed[name] {
			p.closed[name] = true
			fmt.Fprintf(&p.out, "%s: closed\n", name)
		}
	}
}

// eventsFirst moves the lines of events before the others.
func eventsFirst(text string) string {
	var events, answers strings.Builder
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, `{"type":"event"`) {
			events.WriteString(l)
		} else {
			answers.WriteString(l)
		}
	}
	return events.String() + answers.String()
}

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == '�' }

// differences shows what is in one text and not in the other, with some context.
func differences(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	common := make([][]int, len(a)+1) // of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			fmt.Fprintln(&out, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintln(&out, "- "+a[i])
			i++
		default:
			fmt.Fprintln(&out, "+ "+b[j])
			j++
		}
	}
	return out.String()
}
