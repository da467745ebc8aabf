package fingerprint_test

import (
	"crypto/x509"
	"strings"
	"testing"

	"hubbub/internal/fingerprint"
)

func TestFingerprintsAreReadAsWritten(t *testing.T) {
	f := fingerprint.Of(&x509.Certificate{Raw: []byte("abc")})
	const want = "SHA256:BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
	if f.String() != want {
		t.Errorf("got %v, want %v", f, want)
	}
	digits := strings.TrimPrefix(want, "SHA256:")
	for _, s := range []string{want, digits, strings.ToLower(want), strings.ReplaceAll(digits, ":", ""), " " + want + "\n"} {
		if got, err := fingerprint.Parse(s); err != nil || got != f {
			t.Errorf("Parse(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "SHA256:", want + ":00", want[:len(want)-3], "SHA1:" + digits, strings.Replace(want, "BA", "XY", 1)} {
		if got, err := fingerprint.Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v", s, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("SHA256:BA:78")
	f.Add(strings.Repeat("0a", 32))
	f.Fuzz(func(t *testing.T, s string) {
		if print, err := fingerprint.Parse(s); err == nil {
			if again, err := fingerprint.Parse(print.String()); err != nil || again != print {
				t.Errorf("%q became %v and then %v, %v", s, print, again, err)
			}
		}
	})
}
