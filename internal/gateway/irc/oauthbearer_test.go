package irc

import (
	"strings"
	"testing"
)

func TestParseOAuthBearer(t *testing.T) {
	for data, want := range map[string][2]string{
		"n,,\x01auth=Bearer vF9dft4qmT\x01\x01": {"", "vF9dft4qmT"},
		"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3R==\x01\x01": {"user@example.com", "vF9dft4qmTc2Nvb3R=="}, // RFC 7628 §4.1
		"y,a=a=2Cb=3D,\x01auth=bEARER  x \x01\x01":                                                                {"a,b=", "x"},
		"n,,\x01auth=Bearer x\x01user=\x01\x01":                                                                   {"", "x"},

		"":                            {},
		"\x01":                        {}, // what a client says to a refusal
		"n,,\x01\x01":                 {},
		"n,,\x01auth=Bearer x\x01":    {},
		"n,,auth=Bearer x\x01\x01":    {},
		"n,,\x01auth=Bearer \x01\x01": {},
		"n,,\x01auth=Basic x\x01\x01": {},
		"n,,\x01auth=Bearer x\x01auth=Bearer y\x01\x01": {},
		"n,,\x01auth=Bearer x\x01\x01host=y\x01\x01":    {},
		"n,,\x01=y\x01auth=Bearer x\x01\x01":            {},
		"n,,\x01p-ort=1\x01auth=Bearer x\x01\x01":       {},
		"n,,\x01host\x01auth=Bearer x\x01\x01":          {},
		"p=tls-exporter,,\x01auth=Bearer x\x01\x01":     {},
		"n,ada,\x01auth=Bearer x\x01\x01":               {},
		"n,a=,\x01auth=Bearer x\x01\x01":                {},
		"n,a=a=2,\x01auth=Bearer x\x01\x01":             {},
		"n,a=a,b,\x01auth=Bearer x\x01\x01":             {},
		"n\x01auth=Bearer x\x01\x01":                    {},
	} {
		as, token, err := parseOAuthBearer(data)
		if got := [2]string{as, token}; got != want || (err == nil) != (want[1] != "") {
			t.Errorf("%q is %q, %v", data, got, err)
		}
	}
}

// What a client wraps is what is taken out, and nothing but what is well formed is
// taken for a message.
func FuzzOAuthBearer(f *testing.F) {
	f.Add("ada", "hub_x", "n,,\x01auth=Bearer x\x01\x01")
	f.Add("a,=b", "a=b", "\x01")
	f.Add("", "x y", "n,a==3D=2C,\x01host=\x01auth=Bearer x\x01\x01")
	f.Fuzz(func(t *testing.T, as, token, data string) {
		if as, token, err := parseOAuthBearer(data); err == nil {
			if token == "" || strings.ContainsAny(as+token, "\x01") || len(as)+len(token) >= len(data) {
				t.Errorf("%q is %q, %q", data, as, token)
			}
		} else if as != "" || token != "" {
			t.Errorf("%q is refused, and %q, %q", data, as, token)
		}
		token = strings.Trim(token, " ")
		if token == "" || strings.ContainsAny(as+token, "\x00\x01") {
			return
		}
		header := "n,"
		if as != "" {
			header += "a=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(as)
		}
		gotAs, got, err := parseOAuthBearer(header + ",\x01auth=Bearer " + token + "\x01\x01")
		if err != nil || gotAs != as || got != token {
			t.Errorf("%q, %q is read as %q, %q, %v", as, token, gotAs, got, err)
		}
	})
}
