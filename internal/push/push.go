// Package push sends a few bytes to a browser that is not connected, by the push
// service of who made it (Web Push: RFC 8030, RFC 8291, RFC 8292).
//
// A browser gives a [Subscription]: where its push service takes messages, and
// keys by which only it can read them. [Sender.Send] sends a [Message] once;
// [Queue] does so in the background, tries again later what could not be
// delivered, and tells which subscriptions are over. [Keys] is by what push
// services know the server again; they are made once, and kept in a file.
//
// The endpoint comes from a browser, which may be anybody's: it is checked here
// as far as a URL can be, and the client that a sender is given has to refuse
// addresses of private networks. [Queue.Run] is the one goroutine that stays, with
// some below it that send; all have ended when it returns.
package push

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// The bounds of what a browser gives, and of what it is sent, in bytes.
const (
	MaxEndpoint = 2048
	MaxPayload  = maxRecord - headerLen - overhead // 3993 (RFC 8291 §4)

	maxSubscription = 4096 // of JSON
	authLen         = 16   // RFC 8291 §3.2
	pointLen        = 65   // uncompressed, of P-256
)

// Subscription is where a browser takes messages. It is checked when it is
// parsed, and does not change.
type Subscription struct {
	Endpoint   string
	Credential chat.Seq // what its owner had come by when they subscribed; 0 if it is not known

	public *ecdh.PublicKey
	auth   []byte
}

// inJSON is a subscription as browsers write it (Push API §8.1), with what the server
// adds.
type inJSON struct {
	Endpoint   string   `json:"endpoint"`
	Credential chat.Seq `json:"credential,omitempty"`
	Keys       struct {
		Public string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// ParseSubscription reads what PushSubscription.toJSON gives, or what
// [Subscription.Encode] has written.
func ParseSubscription(raw []byte) (Subscription, *chat.Error) {
	var given inJSON
	if len(raw) > maxSubscription {
		return Subscription{}, tooLong()
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return Subscription{}, malformed(err)
	}
	s := Subscription{Endpoint: given.Endpoint, Credential: given.Credential}
	if err := CheckEndpoint(s.Endpoint); err != nil {
		return Subscription{}, err
	}
	public, err := decode(given.Keys.Public, pointLen)
	if err == nil {
		s.public, err = ecdh.P256().NewPublicKey(public)
	}
	if err == nil {
		s.auth, err = decode(given.Keys.Auth, authLen)
	}
	if err != nil {
		return Subscription{}, malformed(err)
	}
	if len(s.Encode()) > maxSubscription { // what JSON escapes takes more
		return Subscription{}, tooLong()
	}
	return s, nil
}

func tooLong() *chat.Error {
	return chat.Errorf(chat.Invalid, "That subscription is too long: at most %d bytes.", maxSubscription)
}

func malformed(cause error) *chat.Error {
	return &chat.Error{Code: chat.Invalid, Cause: cause, Text: "That is not what a browser gives to be sent messages; subscribe anew."}
}

// decode reads base64url of n bytes, padded or not, as browsers differ.
func decode(s string, n int) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(s, "="))
	if err == nil && len(b) != n {
		err = base64.CorruptInputError(len(b))
	}
	return b, err
}

// Encode returns the subscription in JSON, as [ParseSubscription] reads it.
func (s Subscription) Encode() []byte {
	out := inJSON{Endpoint: s.Endpoint, Credential: s.Credential}
	out.Keys.Public = base64.RawURLEncoding.EncodeToString(s.public.Bytes())
	out.Keys.Auth = base64.RawURLEncoding.EncodeToString(s.auth)
	b, err := json.Marshal(out)
	if err != nil {
		panic("push: " + err.Error()) // strings always can be
	}
	return b
}

// MaxSubscriptions is how many a person has at most: of as many browsers. Whoever
// keeps them, and whoever sends to them, sees to that.
//
// Properties can be written by other ways than by subscribing, so what is read
// from them is parsed as what a browser gives is.
const MaxSubscriptions = 10

// Prefix is what the names begin with under which subscriptions are kept, among
// the private properties of a person.
const Prefix = "push/"

// Name returns the name of the private property in which a subscription is kept.
// It is the same whenever the same browser subscribes.
func (s Subscription) Name() string {
	sum := sha256.Sum256([]byte(s.Endpoint))
	return Prefix + hex.EncodeToString(sum[:8])
}

// CheckEndpoint says why nothing is sent to a URL, or nil: it has to be https,
// at a name and not at an address, at the usual port. Where the name leads is
// checked when it is dialled.
func CheckEndpoint(endpoint string) *chat.Error {
	u, err := url.Parse(endpoint)
	switch {
	case len(endpoint) > MaxEndpoint:
		return chat.Errorf(chat.Invalid, "That push service has too long an address: at most %d bytes.", MaxEndpoint)
	case err != nil, u.Scheme != "https", u.User != nil, u.Fragment != "", u.Opaque != "", u.Port() != "" && u.Port() != "443":
		return chat.Errorf(chat.Invalid, "A push service has an https address without a port of its own.")
	case !isPublicName(u.Hostname()):
		return chat.Errorf(chat.Invalid, "A push service is at a name that everybody can look up.")
	}
	return nil
}

// isPublicName reports whether a host can be somebody's on the internet.
func isPublicName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(host); err == nil || len(host) > 253 {
		return false
	}
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return false
	}
	switch last := host[dot+1:]; last {
	case "localhost", "local", "internal", "home", "lan", "arpa", "test":
		return false
	default:
		return strings.Trim(last, "0123456789") != "" // 127.1 is an address to some
	}
}

// Urgency is how soon a device should be woken (RFC 8030 §5.3).
type Urgency string

// The urgencies that we have a use for.
const (
	Normal Urgency = "normal" // unless the battery is low
	High   Urgency = "high"   // even then
)

// Message is what a browser is sent.
type Message struct {
	Payload []byte        // at most [MaxPayload]
	TTL     time.Duration // for how long the push service keeps it for a browser that is away; whole seconds
	Urgency Urgency       // empty is normal
	Topic   string        // a later message of the same topic takes the place of one that waits; empty for none
}
