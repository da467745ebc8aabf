package discover

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// wire is a network on which everybody hears what is sent to all.
type wire struct {
	mu    sync.Mutex // guards the following
	links []*wireLink
	lost  int // packets to lose
}

type packet struct {
	data []byte
	from netip.AddrPort
}

// wireLink is somebody on a wire.
type wireLink struct {
	wire   *wire
	at     netip.AddrPort
	in     chan packet
	closed chan struct{}
	once   sync.Once
}

func (w *wire) link(at string) *wireLink {
	l := &wireLink{wire: w, at: netip.MustParseAddrPort(at), in: make(chan packet, 100), closed: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.links = append(w.links, l)
	return l
}

func (l *wireLink) Receive(buf []byte) (int, netip.AddrPort, error) {
	select {
	case p := <-l.in:
		return copy(buf, p.data), p.from, nil
	case <-l.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

func (l *wireLink) Send(data []byte, to netip.AddrPort) error {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	if l.wire.lost > 0 {
		l.wire.lost--
		return nil
	}
	for _, other := range l.wire.links {
		if other.at == to || !to.IsValid() && other.at.Port() == port {
			select {
			case other.in <- packet{slices.Clone(data), l.at}:
			default:
			}
		}
	}
	return nil
}

func (l *wireLink) Near(a netip.Addr) bool { return netip.MustParsePrefix("10.0.0.0/24").Contains(a) }
func (l *wireLink) Addrs() []netip.Addr    { return []netip.Addr{l.at.Addr()} }
func (l *wireLink) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

var tea = Service{Name: "Tea room", Port: 7007, TLS: true, Fingerprint: "SHA256:" + strings.Repeat("AB:", 31) + "AB"}

// announced announces a service on a wire until the test ends.
func announced(t *testing.T, w *wire, s Service, at string) {
	t.Helper()
	a := newAnnouncer(s, slog.New(slog.DiscardHandler))
	a.follow(map[place][]netip.Prefix{{name: at}: nil}, func(place) (Link, error) { return w.link(at), nil })
	t.Cleanup(a.stop)
}

// browsed returns what somebody finds on a wire within a second.
func browsed(t *testing.T, w *wire) []Found {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	return Browse(ctx, []Link{w.link("10.0.0.9:40000")})
}

// failing is a link that does not receive so many times, or what it would have.
type failing struct {
	Link
	failures int // owned by who receives
}

func (l *failing) Receive(buf []byte) (int, netip.AddrPort, error) {
	if l.failures--; l.failures >= 0 {
		return 0, netip.AddrPort{}, errors.New("a packet that was too large")
	}
	return l.Link.Receive(buf)
}

func TestAPacketThatCannotBeReceivedEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "10.0.0.1:5353")
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		broken := &failing{Link: w.link("10.0.0.8:40000"), failures: 1 << 40} // which ends
		if got := Browse(ctx, []Link{&failing{Link: w.link("10.0.0.9:40000"), failures: 3}, broken}); len(got) != 1 {
			t.Errorf("found %+v", got)
		}
	})
}

func TestServersOfTheNetworkAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "10.0.0.1:5353")
		announced(t, w, Service{Name: "Coffee", Port: 7008}, "10.0.0.2:5353")
		got := browsed(t, w)
		want := []Found{{Service{Name: "Coffee", Port: 7008}, netip.MustParseAddr("10.0.0.2")}, {tea, netip.MustParseAddr("10.0.0.1")}}
		if !slices.Equal(got, want) {
			t.Errorf("found %+v", got)
		}
	})
}

func TestALostQuestionIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "10.0.0.1:5353")
		w.lost = 1
		if got := browsed(t, w); len(got) != 1 {
			t.Errorf("found %+v", got)
		}
	})
}

func TestAnnouncementsAreHeardWhereAnswersAreNotLetThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "10.0.0.1:5353")
		asks := w.link("10.0.0.9:40000")
		asks.at = netip.MustParseAddrPort("10.0.0.9:40001") // what is sent to it is lost
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if got := Browse(ctx, []Link{asks, w.link("10.0.0.9:5353")}); len(got) != 1 || got[0].Service != tea {
			t.Errorf("found %+v", got)
		}
	})
}

func TestWhatComesFromOutsideIsNotBelievedNorAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "192.0.2.1:5353")
		if got := browsed(t, w); len(got) > 0 {
			t.Errorf("found %+v", got)
		}
		announced(t, w, tea, "10.0.0.1:5353")
		stranger := w.link("192.0.2.2:40000")
		packet, err := query()
		if err != nil || stranger.Send(packet, netip.AddrPort{}) != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := len(stranger.in); n > 0 {
			t.Errorf("%d answers", n)
		}
	})
}

func TestOneWhoFloodsFillsNoList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		asks := w.link("10.0.0.9:40000")
		for range 50 {
			n := newNames()
			answer, err := n.answer(&tea, nil, &asked{}, false)
			if err != nil {
				t.Fatal(err)
			}
			asks.in <- packet{answer, netip.MustParseAddrPort("10.0.0.1:5353")}
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if got := Browse(ctx, []Link{asks}); len(got) != maxFromOne {
			t.Errorf("found %d", len(got))
		}
	})
}

func TestAFloodOfQuestionsIsAnsweredInPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		announced(t, w, tea, "10.0.0.1:5353")
		asks, hears := w.link("10.0.0.9:40000"), w.link("10.0.0.8:5353")
		for range 90 {
			packet, err := query()
			if err != nil || asks.Send(packet, netip.AddrPort{}) != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		answers := 0
		for range len(hears.in) {
			p := <-hears.in
			if services, err := readAnswer(p.data); err == nil && len(services) > 0 {
				answers++
			}
		}
		if ones := len(asks.in); ones != toOnes || answers != 1 {
			t.Errorf("%d answers to the one, %d to all", ones, answers)
		}
	})
}

func TestGoodbyeIsToldToAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		hears := w.link("10.0.0.8:5353")
		a := newAnnouncer(tea, slog.New(slog.DiscardHandler))
		here := map[place][]netip.Prefix{{name: "a"}: nil}
		open := func(place) (Link, error) { return w.link("10.0.0.1:5353"), nil }
		if !a.follow(here, open) || a.follow(here, open) {
			t.Error("a place is new once")
		}
		a.follow(nil, open) // the network has gone
		a.stop()
		var ttls []uint32
		for range len(hears.in) {
			p := <-hears.in
			var m dnsmessage.Message
			if err := m.Unpack(p.data); err != nil {
				t.Fatal(err)
			}
			ttls = append(ttls, m.Answers[0].Header.TTL)
		}
		if !slices.Equal(ttls, []uint32{serviceTTL, 0}) {
			t.Errorf("for so long: %v", ttls)
		}
	})
}

func TestAnInterfaceThatCantBeOpenedIsTriedAgain(t *testing.T) {
	w := &wire{}
	a := newAnnouncer(tea, slog.New(slog.DiscardHandler))
	defer a.stop()
	here := map[place][]netip.Prefix{{name: "a"}: nil}
	if a.follow(here, func(place) (Link, error) { return nil, errors.New("not yet") }) {
		t.Error("it was opened")
	}
	if !a.follow(here, func(place) (Link, error) { return w.link("10.0.0.1:5353"), nil }) {
		t.Error("it was not tried again")
	}
}

func TestAnInterfaceThatCantBeOpenedIsToldOnceWhileItIsThere(t *testing.T) {
	var told strings.Builder
	a := newAnnouncer(tea, slog.New(slog.NewTextHandler(&told, nil)))
	defer a.stop()
	here := map[place][]netip.Prefix{{name: "a"}: nil}
	fails := func(place) (Link, error) { return nil, errors.New("not yet") }
	for i, found := range []map[place][]netip.Prefix{here, here, nil, here} {
		a.follow(found, fails)
		if n, want := strings.Count(told.String(), "not yet"), 1+i/3; n != want {
			t.Errorf("after %d looks it is told %d times, want %d", i+1, n, want)
		}
	}
}

func TestQuestionsAreTold(t *testing.T) {
	n := newNames()
	question := func(name string, kind dnsmessage.Type) dnsmessage.Question {
		return dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}
	}
	knows := func(ttl uint32, instance dnsmessage.Name) []dnsmessage.Resource {
		return []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: n.service, Class: dnsmessage.ClassINET, TTL: ttl}, Body: &dnsmessage.PTRResource{PTR: instance}}}
	}
	for _, c := range []struct {
		name string
		m    dnsmessage.Message
		ok   bool
	}{
		{"the service", dnsmessage.Message{Questions: []dnsmessage.Question{question("_HUBBUB._tcp.local.", dnsmessage.TypePTR)}}, true},
		{"which services", dnsmessage.Message{Questions: []dnsmessage.Question{question(servicesAll, dnsmessage.TypePTR)}}, true},
		{"our port", dnsmessage.Message{Questions: []dnsmessage.Question{question(n.instance.String(), dnsmessage.TypeSRV)}}, true},
		{"our address", dnsmessage.Message{Questions: []dnsmessage.Question{question("x.local.", dnsmessage.TypeA), question(n.host.String(), dnsmessage.TypeALL)}}, true},
		{"another service", dnsmessage.Message{Questions: []dnsmessage.Question{question("_ipp._tcp.local.", dnsmessage.TypePTR)}}, false},
		{"nothing", dnsmessage.Message{}, false},
		{"an answer", dnsmessage.Message{Header: dnsmessage.Header{Response: true}, Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}}, false},
		{"who knows us", dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}, Answers: knows(serviceTTL, n.instance)}, false},
		{"who hardly knows us", dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}, Answers: knows(10, n.instance)}, true},
		{"who knows another", dnsmessage.Message{Questions: []dnsmessage.Question{question(serviceName, dnsmessage.TypePTR)}, Answers: knows(serviceTTL, n.host)}, true},
	} {
		packed, err := c.m.Pack()
		if err != nil {
			t.Fatal(c.name, err)
		}
		if _, ok := n.readQuery(packed); ok != c.ok {
			t.Errorf("%s: answered is %v", c.name, ok)
		}
	}
}

func TestHostileTextIsCleaned(t *testing.T) {
	for _, c := range []struct {
		text []string
		want Service
	}{
		{[]string{"name=Tea\x1b[2J\nroom", "tls=1"}, Service{Name: "Tea room", TLS: true}},
		{[]string{"name=\u202eaet"}, Service{Name: "aet"}},
		{[]string{"name=" + strings.Repeat("é", 100)}, Service{Name: strings.Repeat("é", MaxName/2)}},
		{[]string{"NAME=one", "name=two", "tls=yes"}, Service{Name: "one"}},
		{[]string{"name=\xff\xfe", "fp=SHA256:zz"}, Service{Name: "before"}},
		{[]string{"fp=" + tea.Fingerprint}, Service{Name: "before", Fingerprint: tea.Fingerprint}},
		{append(make([]string, maxStrings), "name=late"), Service{Name: "before"}},
	} {
		got := Service{Name: "before"}
		if got.readText(c.text); got != c.want {
			t.Errorf("%q: %+v", c.text, got)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	n := newNames()
	for _, s := range []Service{tea, {Port: 1}, {Name: "\x1b[2J", Port: 65535}} {
		for _, to := range []*asked{nil, {services: true}} {
			packet, err := n.answer(&s, []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1")}, to, false)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(packet)
		}
	}
	f.Add([]byte{0, 0, 0x84, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, packet []byte) {
		services, _ := readAnswer(packet)
		if len(services) > maxRecords {
			t.Errorf("%d services", len(services))
		}
		for _, s := range services {
			if s.Name != cleanName(s.Name) || len(s.Name) > MaxName || strings.ContainsAny(s.Name, "\n\x1b") || s.Port == 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzReadQuery(f *testing.F) {
	n := newNames()
	if packet, err := query(); err == nil {
		f.Add(packet)
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		if q, ok := n.readQuery(packet); ok {
			if _, err := n.answer(&tea, nil, &q, false); err != nil {
				t.Error(err)
			}
		}
	})
}
