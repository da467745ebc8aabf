package push_test

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/push"
)

const endpoint = "https://push.example.org/send/abc"

func keys(t testing.TB) *push.Keys {
	t.Helper()
	k, err := push.LoadKeys(filepath.Join(t.TempDir(), "push.key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The example of RFC 8291, appendix A and §5.
func TestAMessageIsEncryptedAsTheStandardHasIt(t *testing.T) {
	raw := `{"endpoint":"https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV","keys":{
		"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}`
	s, refused := push.ParseSubscription([]byte(raw))
	if refused != nil {
		t.Fatal(refused)
	}
	once, err := ecdh.P256().NewPrivateKey(unb64(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := push.Seal(&s, once, unb64(t, "DGv6ra1nlYgDCS1FRnbzlw"), []byte("When I grow up, I want to be a watermelon"))
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if err != nil || b64(body) != want {
		t.Errorf("%s, %v", b64(body), err)
	}
	theirs, err := ecdh.P256().NewPrivateKey(unb64(t, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{theirs, unb64(t, "BTBZMqHH6r4Tts7J_aSIgg")}
	if text, err := b.read(body); err != nil || string(text) != "When I grow up, I want to be a watermelon" {
		t.Errorf("the browser reads %q, %v", text, err)
	}
}

func TestAMessageIsReadByItsBrowserOnly(t *testing.T) {
	k, net, b := keys(t), new(service), newBrowser(t)
	s, to := push.NewSender(k, "mailto:ada@example.org", net), b.subscribe(t, endpoint)
	for _, text := range []string{"", "hello", strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("x", push.MaxPayload)} {
		if err := s.Send(t.Context(), &to, push.Message{Payload: []byte(text), TTL: time.Hour, Urgency: push.High, Topic: "room 12"}); err != nil {
			t.Fatal(err)
		}
		came := net.arrivals()
		last := came[len(came)-1]
		if got, err := b.read(last.body); err != nil || string(got) != text {
			t.Errorf("%d bytes arrive as %d, %v", len(text), len(got), err)
		}
		if _, err := newBrowser(t).read(last.body); err == nil {
			t.Error("another browser reads it")
		}
	}
	last := net.arrivals()[1]
	for name, want := range map[string]string{"TTL": "3600", "Urgency": "high", "Content-Encoding": "aes128gcm"} {
		if got := last.header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if topic := last.header.Get("Topic"); len(topic) != 32 || strings.Contains(topic, "room") {
		t.Errorf("the topic is %q", topic)
	}
	claims, public := signed(t, last.header.Get("Authorization"))
	expires := time.Unix(int64(claims["exp"].(float64)), 0)
	if claims["aud"] != "https://push.example.org" || claims["sub"] != "mailto:ada@example.org" || public != k.Public() ||
		time.Until(expires) > 24*time.Hour || time.Until(expires) < time.Hour {
		t.Errorf("it is sent by %v, %s", claims, public)
	}
	if err := s.Send(t.Context(), &to, push.Message{Payload: make([]byte, push.MaxPayload+1)}); err != push.ErrTooLarge {
		t.Errorf("one byte more: %v", err)
	}
	if a, b := net.arrivals()[1].body, net.arrivals()[2].body; len(a) != len(b) || bytes.Equal(a[:86], b[:86]) {
		t.Error("a length tells what it is, or a key is used twice")
	}
}

func TestKeysStayTheSameAndAreTheServersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "push.key")
	first, err := push.LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := push.LoadKeys(path)
	if err != nil || again.Public() != first.Public() {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if p := unb64(t, first.Public()); len(p) != 65 || p[0] != 4 {
		t.Errorf("the public key is %x", p)
	}
	if keys(t).Public() == first.Public() {
		t.Error("two servers have one key")
	}
	none := "hubbub-push-key-1 " + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
	if err := os.WriteFile(path, []byte(none), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := push.LoadKeys(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("nothing is a key: %v", err)
	}
}

func TestWhatAPushServiceAnswersIsUnderstood(t *testing.T) {
	for _, c := range []struct {
		status int
		after  string
		want   string
	}{
		{201, "", "<nil>"}, {200, "", "<nil>"}, {202, "", "<nil>"},
		{404, "", "gone"}, {410, "", "gone"}, {413, "", "too large"},
		{429, "120", "later 2m0s"}, {503, "", "later 0s"}, {500, "x", "later 0s"}, {429, "999999999", "later 1h0m0s"}, {0, "", "later 0s"},
		{400, "", "no"}, {401, "", "no"}, {403, "", "no"}, {302, "", "no"},
	} {
		net := &service{answer: func(*http.Request) (int, http.Header) { return c.status, http.Header{"Retry-After": {c.after}} }}
		to := newBrowser(t).subscribe(t, endpoint)
		got := said(push.NewSender(keys(t), "", net).Send(t.Context(), &to, push.Message{}))
		if got != c.want {
			t.Errorf("%d %q: %s, not %s", c.status, c.after, got, c.want)
		}
	}
}

// said names an outcome.
func said(err error) string {
	switch e := err.(type) {
	case nil:
		return "<nil>"
	case *push.LaterError:
		if strings.Contains(e.Error(), "send/abc") {
			return "an error that tells the endpoint"
		}
		return fmt.Sprintf("later %v", e.After)
	}
	switch err {
	case push.ErrGone:
		return "gone"
	case push.ErrTooLarge:
		return "too large"
	}
	return "no"
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "5": 5 * time.Second, "-5": 0, "3601": time.Hour, "99999999999999999999": 0, "soon": 0,
		"Fri, 27 Nov 2026 12:00:30 GMT": 30 * time.Second, "Fri, 27 Nov 2026 11:00:00 GMT": 0, "Sat, 28 Nov 2026 12:00:00 GMT": time.Hour,
	} {
		if got := push.After(text, now); got != want {
			t.Errorf("%q is %v, not %v", text, got, want)
		}
	}
}

func TestMessagesAreSentToTheInternetOnly(t *testing.T) {
	for address, good := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/abc":               true,
		"https://updates.push.services.mozilla.com/wpush/v2/ab": true,
		"https://web.push.apple.com/QAB":                        true,
		"https://wns2-par02p.notify.windows.com/w/?token=a%3d":  true,
		"https://push.example.org:443/":                         true,
		"https://push.example.org./":                            true,
		"http://push.example.org/":                              false,
		"https://push.example.org:8443/":                        false,
		"https://a:b@push.example.org/":                         false,
		"https://a@push.example.org/":                           false,
		"https://push.example.org/#a":                           false,
		"https://localhost/":                                    false,
		"https://chat.localhost/":                               false,
		"https://printer.local/":                                false,
		"https://db.internal/":                                  false,
		"https://127.0.0.1/":                                    false,
		"https://127.1/":                                        false,
		"https://2130706433/":                                   false,
		"https://[::1]/":                                        false,
		"https://[fe80::1%25eth0]/":                             false,
		"https://192.0.2.1./":                                   false,
		"https://пример.example/":                               false,
		"https://push_x.example.org/":                           false,
		"https:push.example.org":                                false,
		"https:///path":                                         false,
		"//push.example.org/":                                   false,
		"file:///etc/passwd":                                    false,
		"":                                                      false,
		"https://%zz/":                                          false,
		"https://push.example.org/" + strings.Repeat("x", 2048): false,
		"https://" + strings.Repeat("x.", 130) + "example.org/": false,
	} {
		if err := push.CheckEndpoint(address); (err == nil) != good {
			t.Errorf("%.60q: %v", address, err)
		}
	}
}

func TestASubscriptionIsKeptAsItWas(t *testing.T) {
	b := newBrowser(t)
	s := b.subscribe(t, endpoint)
	back, err := push.ParseSubscription(s.Encode())
	if err != nil || back.Name() != s.Name() || !bytes.Equal(back.Encode(), s.Encode()) {
		t.Errorf("%s, %v", s.Encode(), err)
	}
	if name := s.Name(); len(name) != len("push/")+16 || !strings.HasPrefix(name, push.Prefix) || name != newBrowser(t).subscribe(t, endpoint).Name() {
		t.Errorf("it is kept as %q", name)
	}
	if other := b.subscribe(t, endpoint+"d"); other.Name() == s.Name() {
		t.Error("two are kept in one place")
	}
}

func TestWhatIsNoSubscriptionIsRefused(t *testing.T) {
	b := newBrowser(t)
	change := func(f func(endpoint *string, keys map[string]string)) string {
		var v struct {
			Endpoint string            `json:"endpoint"`
			Keys     map[string]string `json:"keys"`
		}
		if err := json.Unmarshal(b.json(endpoint), &v); err != nil {
			t.Fatal(err)
		}
		f(&v.Endpoint, v.Keys)
		out, _ := json.Marshal(v)
		return string(out)
	}
	good := change(func(_ *string, k map[string]string) { k["p256dh"] += "="; k["auth"] += "==" })
	if _, err := push.ParseSubscription([]byte(good)); err != nil {
		t.Errorf("with padding: %v", err)
	}
	for name, raw := range map[string]string{
		"nothing":           "",
		"null":              "null",
		"a list":            "[]",
		"no keys":           `{"endpoint":"` + endpoint + `"}`,
		"no endpoint":       change(func(e *string, _ map[string]string) { *e = "" }),
		"a private one":     change(func(e *string, _ map[string]string) { *e = "https://127.0.0.1/" }),
		"a short key":       change(func(_ *string, k map[string]string) { k["p256dh"] = k["p256dh"][4:] }),
		"a point elsewhere": change(func(_ *string, k map[string]string) { k["p256dh"] = b64(append([]byte{4}, make([]byte, 64)...)) }),
		"a short secret":    change(func(_ *string, k map[string]string) { k["auth"] = "AAAA" }),
		"a long secret":     change(func(_ *string, k map[string]string) { k["auth"] += "AAAA" }),
		"no base64":         change(func(_ *string, k map[string]string) { k["auth"] = "!!" }),
		"too much escaped":  change(func(e *string, _ map[string]string) { *e += strings.Repeat("&", 1500) }),
		"too much":          strings.Repeat(" ", 5000) + string(b.json(endpoint)),
	} {
		if _, err := push.ParseSubscription([]byte(raw)); err == nil || err.Code != chat.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseSubscription(f *testing.F) {
	f.Add(newBrowser(f).json(endpoint))
	f.Add([]byte(`{"endpoint":"https://127.0.0.1/","keys":{"p256dh":"BA","auth":"AA"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := push.ParseSubscription(raw)
		if err != nil {
			return
		}
		kept := s.Encode()
		back, err := push.ParseSubscription(kept)
		if err != nil || !bytes.Equal(back.Encode(), kept) || len(kept) > 4096 {
			t.Errorf("%q is kept as %q: %v", raw, kept, err)
		}
		if push.CheckEndpoint(s.Endpoint) != nil {
			t.Errorf("%q is an endpoint", s.Endpoint)
		}
	})
}
