// Package discover finds servers on the local network, and lets them be found, by
// multicast DNS (RFC 6762) and DNS-based service discovery (RFC 6763), as the
// service _hubbub._tcp.
//
// [Announce] answers for one server on every interface by which it can be
// reached, until it is told to stop, and then says that it is gone. [Browse] asks
// on every interface, and returns what has answered. A [Link] is one interface,
// by IPv4 or IPv6; [Open] opens those of this machine, and tests have their own.
//
// Anybody on the network can answer, and say anything. So what is read is bounded
// and cleaned, and where a server is said to be is not believed at all: it is
// where the answer came from, and that must be an address of the link itself.
// What an answer says of a certificate proves nothing either; whoever connects
// must find out by itself whom it has met.
//
// What is announced is unique: the names have random parts, so that they need not
// be probed for (RFC 6762 §8.1), and a daemon that answers for this machine's own
// name is not contradicted.
//
// Goroutines: Announce and Browse have one for each link, and wait for them.
package discover

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"hubbub/internal/chat"
	"hubbub/internal/fingerprint"
)

// Service is what a server tells of itself.
type Service struct {
	Name        string // for people; at most [MaxName] bytes
	Port        uint16
	TLS         bool   // it takes TLS at that port
	Fingerprint string // of its certificate, if it is self-signed; as [fingerprint.SHA256] is written
}

// MaxName is how many bytes of a name are told.
const MaxName = 48

// Found is a server that has answered.
type Found struct {
	Service
	Addr netip.Addr // from which it did; of the link, with its zone
}

// The keys in a service's text (RFC 6763 §6).
const (
	keyVersion     = "txtvers"
	keyName        = "name"
	keyTLS         = "tls"
	keyFingerprint = "fp"
)

// text returns what stands in the TXT record.
func (s *Service) text() []string {
	all := []string{keyVersion + "=1", keyName + "=" + cleanName(s.Name), keyTLS + "=" + strconv.Itoa(oneIf(s.TLS))}
	if s.Fingerprint != "" {
		all = append(all, keyFingerprint+"="+s.Fingerprint)
	}
	return all
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// maxStrings is how many strings of a text are looked at.
const maxStrings = 16

// readText takes from a TXT record what is known. The first string with a key
// counts (RFC 6763 §6.4); what can't be is left out.
func (s *Service) readText(text []string) {
	seen := map[string]bool{}
	for _, pair := range text[:min(len(text), maxStrings)] {
		key, value, _ := strings.Cut(pair, "=")
		key = strings.ToLower(key)
		if seen[key] {
			continue
		}
		seen[key] = true
		switch key {
		case keyName:
			if name := cleanName(value); name != "" {
				s.Name = name
			}
		case keyTLS:
			s.TLS = value == "1"
		case keyFingerprint:
			if f, err := fingerprint.Parse(value); err == nil {
				s.Fingerprint = f.String()
			}
		}
	}
}

// cleanName makes one line of a name that a person can be shown, or "".
func cleanName(s string) string {
	s = strings.Join(strings.Fields(chat.CleanText(strings.ToValidUTF8(s, ""))), " ")
	for len(s) > MaxName {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimSpace(s)
}
