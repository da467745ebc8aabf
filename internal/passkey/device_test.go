package passkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"hubbub/internal/chat"
	"hubbub/internal/passkey"
	"hubbub/internal/passkey/passkeytest"
)

const (
	origin = "https://chat.example.org"
	host   = "chat.example.org"
)

func site(t testing.TB) *passkey.RelyingParty {
	t.Helper()
	rp, err := passkey.NewRelyingParty("hubbub", []string{origin})
	if err != nil {
		t.Fatal(err)
	}
	return rp
}

var alice = passkey.Person{ID: 7, Nick: "alice"}

// made makes a passkey of alice's.
func made(t testing.TB, d *passkeytest.Device, algorithm passkeytest.Algorithm) *passkey.Credential {
	t.Helper()
	rp, challenge := site(t), passkey.NewChallenge()
	c, err := rp.Register(d.Create(rp.CreationOptions(alice, nil, challenge), algorithm), challenge)
	if err != nil {
		t.Fatal(err, err.Cause)
	}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, broken := passkey.Decode(text)
	if broken != nil || back.Key() != c.Key() {
		t.Fatalf("%q is not what was kept: %v", text, broken)
	}
	return &back
}

// used logs alice in, as far as it goes.
func used(t testing.TB, d *passkeytest.Device, c *passkey.Credential, user chat.UserID) (uint32, *chat.Error) {
	t.Helper()
	rp, challenge := site(t), passkey.NewChallenge()
	a, err := passkey.ParseAssertion(d.Get(rp.RequestOptions(challenge)))
	if err != nil {
		return 0, err
	}
	return rp.Verify(a, user, c, challenge)
}

func TestAPasskeyProvesItsOwner(t *testing.T) {
	for _, algorithm := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256} {
		d := passkeytest.New(origin, host)
		c := made(t, d, algorithm)
		d.Count = 5
		if count, err := used(t, d, c, alice.ID); err != nil || count != 5 {
			t.Errorf("algorithm %d: %d, %v", algorithm, count, err)
		}
		if !bytes.Equal(c.ID, d.ID) || strings.Join(c.Transports, " ") != "hybrid internal" {
			t.Errorf("algorithm %d: %+v is kept", algorithm, c)
		}
	}
}

func TestALieIsFoundWhenAPasskeyIsMade(t *testing.T) {
	rp := site(t)
	for name, lie := range map[string]func(d *passkeytest.Device){
		"another origin":        func(d *passkeytest.Device) { d.Origin = "https://chat.example.org.evil.example" },
		"plain http":            func(d *passkeytest.Device) { d.Origin = "http://chat.example.org" },
		"another site":          func(d *passkeytest.Device) { d.Site = "evil.example" },
		"nobody was there":      func(d *passkeytest.Device) { d.Flags = passkeytest.Verified },
		"nobody was verified":   func(d *passkeytest.Device) { d.Flags = passkeytest.Present },
		"synced, but it can't ": func(d *passkeytest.Device) { d.Flags |= 1 << 4 },
		"more, but there isn't": func(d *passkeytest.Device) { d.Flags |= 1 << 7 },
	} {
		d := passkeytest.New(origin, host)
		lie(d)
		challenge := passkey.NewChallenge()
		if _, err := rp.Register(d.Create(rp.CreationOptions(alice, nil, challenge), passkeytest.ES256), challenge); err == nil {
			t.Errorf("%s: it is believed", name)
		}
	}
	d, challenge := passkeytest.New(origin, host), passkey.NewChallenge()
	response := d.Create(rp.CreationOptions(alice, nil, challenge), passkeytest.ES256)
	if _, err := rp.Register(response, passkey.NewChallenge()); err == nil || err.Code != chat.Forbidden {
		t.Errorf("the answer to another challenge: %v", err)
	}
	if _, err := rp.Register(d.Get(rp.RequestOptions(challenge)), challenge); err == nil {
		t.Error("a login makes a passkey")
	}
	if _, err := rp.Register(append(response, '{'), challenge); err == nil {
		t.Error("something may stand after it")
	}
	if _, err := rp.Register(bytes.Repeat([]byte(" "), passkey.MaxResponse+1), challenge); err == nil || err.Code != chat.Invalid {
		t.Errorf("it may have any length: %v", err)
	}
}

func TestALieIsFoundWhenAPasskeyIsUsed(t *testing.T) {
	d := passkeytest.New(origin, host)
	c := made(t, d, passkeytest.ES256)
	other := passkeytest.New(origin, host)
	others := made(t, other, passkeytest.ES256)
	for name, lie := range map[string]func(d *passkeytest.Device){
		"another origin":      func(d *passkeytest.Device) { d.Origin = "https://evil.example" },
		"another site":        func(d *passkeytest.Device) { d.Site = "evil.example" },
		"nobody was there":    func(d *passkeytest.Device) { d.Flags &^= passkeytest.Present },
		"nobody was verified": func(d *passkeytest.Device) { d.Flags &^= passkeytest.Verified },
		"now it is synced":    func(d *passkeytest.Device) { d.Flags |= passkeytest.Synced },
		"another key":         func(d *passkeytest.Device) { id := d.ID; *d = *other.Copy(); d.ID = id },
	} {
		liar := d.Copy()
		lie(liar)
		if _, err := used(t, liar, c, alice.ID); err == nil || err.Code != chat.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := used(t, d, others, alice.ID); err == nil {
		t.Error("it proves another credential")
	}
	if _, err := used(t, d, c, 8); err == nil {
		t.Error("it proves somebody else")
	}
	rp, challenge := site(t), passkey.NewChallenge()
	a, err := passkey.ParseAssertion(d.Get(rp.RequestOptions(challenge)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rp.Verify(a, alice.ID, c, passkey.NewChallenge()); err == nil {
		t.Error("it answers another challenge")
	}
	a.Response.Signature[8] ^= 1
	if _, err := rp.Verify(a, alice.ID, c, challenge); err == nil {
		t.Error("any signature will do")
	}
}

func TestADeviceMakesNoSecondPasskeyOfOnePerson(t *testing.T) {
	d := passkeytest.New(origin, host)
	c := made(t, d, passkeytest.ES256)
	var options struct {
		Exclude []struct{ ID, Type string } `json:"excludeCredentials"`
		User    struct{ ID, Name string }
	}
	if err := json.Unmarshal(site(t).CreationOptions(alice, []passkey.Credential{*c}, passkey.NewChallenge()), &options); err != nil {
		t.Fatal(err)
	}
	if len(options.Exclude) != 1 || options.Exclude[0].ID != base64.RawURLEncoding.EncodeToString(d.ID) || options.Exclude[0].Type != "public-key" {
		t.Errorf("the browser is told of %+v", options.Exclude)
	}
	if options.User.Name != "alice" || options.User.ID != "AAAAAAAAAAc" {
		t.Errorf("it is for %+v", options.User)
	}
}

// attested returns an answer with what a device says exchanged.
func attested(t *testing.T, response []byte, change func(data []byte) []byte) []byte {
	t.Helper()
	var answer map[string]any
	if err := json.Unmarshal(response, &answer); err != nil {
		t.Fatal(err)
	}
	inner := answer["response"].(map[string]any)
	raw, err := base64.RawURLEncoding.DecodeString(inner["attestationObject"].(string))
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := cbor.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	object["authData"] = change(object["authData"].([]byte))
	if raw, err = cbor.Marshal(object); err != nil {
		t.Fatal(err)
	}
	inner["attestationObject"] = base64.RawURLEncoding.EncodeToString(raw)
	out, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestADamagedPasskeyIsRefused(t *testing.T) {
	rp := site(t)
	const id = 37 + 16 // where the length of the id stands
	for name, change := range map[string]func([]byte) []byte{
		"nothing":           func([]byte) []byte { return nil },
		"half a head":       func(b []byte) []byte { return b[:20] },
		"no key":            func(b []byte) []byte { return b[:37] },
		"no id":             func(b []byte) []byte { b[id], b[id+1] = 0, 0; return b },
		"a long id":         func(b []byte) []byte { b[id], b[id+1] = 0xff, 0xff; return b },
		"half a key":        func(b []byte) []byte { return b[:len(b)-10] },
		"bytes after it":    func(b []byte) []byte { return append(b, 0xa0) },
		"another id":        func(b []byte) []byte { b[id+2] ^= 1; return b },
		"a point elsewhere": func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"another algorithm": func(b []byte) []byte { return bytes.Replace(b, []byte{0x03, 0x26}, []byte{0x03, 0x27}, 1) },
	} {
		challenge := passkey.NewChallenge()
		d := passkeytest.New(origin, host)
		response := attested(t, d.Create(rp.CreationOptions(alice, nil, challenge), passkeytest.ES256), change)
		if _, err := rp.Register(response, challenge); err == nil || err.Code != chat.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRegister(f *testing.F) {
	rp, challenge := site(f), passkey.Challenge{}
	f.Add(passkeytest.New(origin, host).Create(rp.CreationOptions(alice, nil, challenge), passkeytest.ES256))
	f.Add([]byte(`{"rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		c, err := rp.Register(response, challenge)
		if err != nil {
			return
		}
		if len(c.ID) == 0 || len(c.ID) > 384 || len(c.Public) == 0 {
			t.Errorf("%+v is kept", c)
		}
		if text, err := c.Encode(); err == nil && len(text) > chat.MaxSecret {
			t.Errorf("%d bytes are kept", len(text))
		}
	})
}

func FuzzAssertion(f *testing.F) {
	rp, challenge, d := site(f), passkey.Challenge{}, passkeytest.New(origin, host)
	c := made(f, d, passkeytest.ES256)
	right := d.Get(rp.RequestOptions(challenge))
	signed, err := passkey.ParseAssertion(right)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(right)
	f.Fuzz(func(t *testing.T, response []byte) {
		a, err := passkey.ParseAssertion(response)
		if err != nil {
			return
		}
		_, err = rp.Verify(a, alice.ID, c, challenge)
		same := bytes.Equal(a.Response.ClientData, signed.Response.ClientData) && bytes.Equal(a.Response.AuthData, signed.Response.AuthData)
		if err == nil && !same {
			t.Errorf("%q proves something that was not signed", response)
		}
	})
}
