package discover

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The names of the service (RFC 6763 §4.1, §9).
const (
	serviceName = "_hubbub._tcp.local."
	servicesAll = "_services._dns-sd._udp.local."
)

// For how many seconds what is announced holds (RFC 6762 §10), and at most for
// somebody who asks from another port than 5353 (§6.7).
const (
	hostTTL    = 120
	serviceTTL = 75 * 60
	legacyTTL  = 10
)

// flush says that a record is the only one of its kind, and in a question that an
// answer to oneself is preferred (RFC 6762 §10.2, §5.4).
const flush dnsmessage.Class = 1 << 15

// maxPacket is how many bytes a packet may have (RFC 6762 §17).
const maxPacket = 9000

// maxRecords is how many records of a packet are looked at.
const maxRecords = 64

// names are what a server is announced under.
type names struct{ service, all, instance, host dnsmessage.Name }

// newNames draws names that nobody else has.
func newNames() names {
	id := make([]byte, 8)
	rand.Read(id) // never fails
	unique := hex.EncodeToString(id)
	return names{
		service:  dnsmessage.MustNewName(serviceName),
		all:      dnsmessage.MustNewName(servicesAll),
		instance: dnsmessage.MustNewName("hubbub-" + unique + "." + serviceName),
		host:     dnsmessage.MustNewName("hubbub-" + unique + ".local."),
	}
}

// asked is what somebody wants to know.
type asked struct {
	header    dnsmessage.Header
	questions []dnsmessage.Question // that we answer
	services  bool                  // one of them asks which services there are at all
}

// readQuery returns what a packet asks of us. It reports false if that is
// nothing: it is no query, is broken, or asks for others, or whoever asks knows.
func (n *names) readQuery(packet []byte) (q asked, ok bool) {
	var p dnsmessage.Parser
	var err error
	if q.header, err = p.Start(packet); err != nil || q.header.Response || q.header.OpCode != 0 {
		return q, false
	}
	for range maxRecords {
		question, err := p.Question()
		if err == dnsmessage.ErrSectionDone {
			break
		}
		if err != nil {
			return q, false
		}
		if n.answers(question) {
			q.questions = append(q.questions, question)
			q.services = q.services || strings.EqualFold(question.Name.String(), servicesAll)
		}
	}
	if p.SkipAllQuestions() != nil || len(q.questions) == 0 {
		return q, false
	}
	return q, !n.known(&p, q.questions)
}

// answers reports whether we have an answer to a question.
func (n *names) answers(q dnsmessage.Question) bool {
	if c := q.Class &^ flush; c != dnsmessage.ClassINET && c != dnsmessage.ClassANY {
		return false
	}
	is := func(name dnsmessage.Name, types ...dnsmessage.Type) bool {
		if !strings.EqualFold(q.Name.String(), name.String()) {
			return false
		}
		for _, t := range append(types, dnsmessage.TypeALL) {
			if q.Type == t {
				return true
			}
		}
		return false
	}
	return is(n.service, dnsmessage.TypePTR) || is(n.all, dnsmessage.TypePTR) ||
		is(n.instance, dnsmessage.TypeSRV, dnsmessage.TypeTXT) || is(n.host, dnsmessage.TypeA, dnsmessage.TypeAAAA)
}

// known reports whether whoever asks for the service says that our answer is
// known already, and will be for a while (RFC 6762 §7.1).
func (n *names) known(p *dnsmessage.Parser, questions []dnsmessage.Question) bool {
	for _, q := range questions {
		if !strings.EqualFold(q.Name.String(), serviceName) {
			return false
		}
	}
	for range maxRecords {
		h, err := p.AnswerHeader()
		if err != nil {
			return false
		}
		if h.Type != dnsmessage.TypePTR || !strings.EqualFold(h.Name.String(), serviceName) {
			if p.SkipAnswer() != nil {
				return false
			}
			continue
		}
		ptr, err := p.PTRResource()
		if err != nil {
			return false
		}
		if strings.EqualFold(ptr.PTR.String(), n.instance.String()) && h.TTL >= serviceTTL/2 {
			return true
		}
	}
	return false
}

// answer returns a packet with all there is to know of a service. To whom asks as
// if by plain DNS it repeats the question; nil is for everybody. With gone it says
// that the service has ended (RFC 6762 §10.1).
func (n *names) answer(s *Service, addrs []netip.Addr, to *asked, gone bool) ([]byte, error) {
	header := dnsmessage.Header{Response: true, Authoritative: true}
	if to != nil {
		header.ID = to.header.ID
	}
	b := dnsmessage.NewBuilder(nil, header)
	b.EnableCompression()
	w := writer{b: &b, legacy: to != nil, gone: gone}
	if to != nil {
		w.do(b.StartQuestions())
		for _, q := range to.questions {
			w.do(b.Question(q))
		}
	}
	w.do(b.StartAnswers())
	if to != nil && to.services {
		w.do(b.PTRResource(w.header(n.all, serviceTTL, 0), dnsmessage.PTRResource{PTR: n.service}))
	}
	w.do(b.PTRResource(w.header(n.service, serviceTTL, 0), dnsmessage.PTRResource{PTR: n.instance}))
	w.do(b.StartAdditionals())
	w.do(b.SRVResource(w.header(n.instance, hostTTL, flush), dnsmessage.SRVResource{Port: s.Port, Target: n.host}))
	w.do(b.TXTResource(w.header(n.instance, serviceTTL, flush), dnsmessage.TXTResource{TXT: s.text()}))
	for _, a := range addrs {
		if a.Is4() {
			w.do(b.AResource(w.header(n.host, hostTTL, flush), dnsmessage.AResource{A: a.As4()}))
		} else {
			w.do(b.AAAAResource(w.header(n.host, hostTTL, flush), dnsmessage.AAAAResource{AAAA: a.As16()}))
		}
	}
	packet, err := b.Finish()
	w.do(err)
	return packet, w.err
}

// writer keeps the first error of a builder, and what all headers have in common.
type writer struct {
	b            *dnsmessage.Builder
	legacy, gone bool
	err          error
}

func (w *writer) do(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) header(name dnsmessage.Name, ttl uint32, class dnsmessage.Class) dnsmessage.ResourceHeader {
	switch {
	case w.gone:
		ttl = 0
	case w.legacy:
		ttl, class = min(ttl, legacyTTL), 0
	}
	return dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET | class, TTL: ttl}
}

// query returns the packet that asks for all servers.
func query() ([]byte, error) {
	id := make([]byte, 2)
	rand.Read(id)
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: uint16(id[0])<<8 | uint16(id[1])})
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	q := dnsmessage.Question{Name: dnsmessage.MustNewName(serviceName), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}
	if err := b.Question(q); err != nil {
		return nil, err
	}
	return b.Finish()
}

// readAnswer returns the servers that a packet tells of, by the names of their
// instances: those that are whole in it.
func readAnswer(packet []byte) (map[string]Service, error) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	if err != nil {
		return nil, err
	}
	if !h.Response || h.RCode != 0 {
		return nil, fmt.Errorf("no answer")
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, err
	}
	r := reader{ports: map[string]uint16{}, texts: map[string][]string{}}
	for _, section := range []struct {
		header func() (dnsmessage.ResourceHeader, error)
		skip   func() error
	}{{p.AnswerHeader, p.SkipAnswer}, {p.AuthorityHeader, p.SkipAuthority}, {p.AdditionalHeader, p.SkipAdditional}} {
		if err := r.section(&p, section.header, section.skip); err != nil {
			return nil, err
		}
	}
	return r.services(), nil
}

// reader gathers the records of a packet.
type reader struct {
	seen  int
	ports map[string]uint16
	texts map[string][]string
}

func (r *reader) section(p *dnsmessage.Parser, header func() (dnsmessage.ResourceHeader, error), skip func() error) error {
	for {
		h, err := header()
		if err == dnsmessage.ErrSectionDone {
			return nil
		}
		if err != nil {
			return err
		}
		if r.seen++; r.seen > maxRecords {
			return fmt.Errorf("more than %d records", maxRecords)
		}
		name := strings.ToLower(h.Name.String())
		switch {
		case !strings.HasSuffix(name, "."+serviceName) || h.TTL == 0:
			err = skip()
		case h.Type == dnsmessage.TypeSRV:
			var srv dnsmessage.SRVResource
			if srv, err = p.SRVResource(); err == nil {
				r.ports[name] = srv.Port
			}
		case h.Type == dnsmessage.TypeTXT:
			var txt dnsmessage.TXTResource
			if txt, err = p.TXTResource(); err == nil {
				r.texts[name] = txt.TXT
			}
		default:
			err = skip()
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) services() map[string]Service {
	all := map[string]Service{}
	for name, port := range r.ports {
		if port == 0 {
			continue
		}
		s := Service{Name: cleanName(strings.TrimSuffix(name, "."+serviceName)), Port: port}
		s.readText(r.texts[name])
		all[name] = s
	}
	return all
}
