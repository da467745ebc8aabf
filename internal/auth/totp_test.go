package auth_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

// rfcSeed is that of RFC 6238, appendix B.
var rfcSeed = []byte("12345678901234567890")

// The codes are the last six of the eight digits there.
func TestTOTPGivesTheCodesOfTheRFC(t *testing.T) {
	for unix, code := range map[int64]string{
		59:          "287082",
		1111111109:  "081804",
		1111111111:  "050471",
		1234567890:  "005924",
		2000000000:  "279037",
		20000000000: "353130",
	} {
		step, ok := auth.CheckTOTP(rfcSeed, code, time.Unix(unix, 0), 0)
		if !ok || step != uint64(unix)/30 {
			t.Errorf("%s at %d: step %d, %v", code, unix, step, ok)
		}
	}
}

func TestTOTPCodeIsGoodForThreeStepsAndOnce(t *testing.T) {
	const now = 1000
	at := time.Unix(now*30+29, 0)
	for _, c := range []struct {
		step, last uint64
		want       bool
	}{
		{now, 0, true}, {now - 1, 0, true}, {now + 1, 0, true},
		{now - 2, 0, false}, {now + 2, 0, false},
		{now, now - 1, true}, {now + 1, now, true},
		{now, now, false}, {now - 1, now, false}, {now, now + 1, false}, {now - 1, now - 1, false},
	} {
		step, ok := auth.CheckTOTP(rfcSeed, auth.TOTPAt(rfcSeed, c.step), at, c.last)
		if ok != c.want || ok && step != c.step || !ok && step != 0 {
			t.Errorf("code of step %d after %d: step %d, %v", c.step, c.last, step, ok)
		}
	}
}

func TestTOTPCodeIsReadAsTypedAndNothingElse(t *testing.T) {
	at := time.Unix(59, 0)
	for code, want := range map[string]bool{
		"287082": true, "287 082": true, " 287082 ": true,
		"": false, "28708": false, "2870820": false, "94287082": false, "287082\n": false, "28708２": false,
		"-87082": false, "0x1234": false, "2a7082": false, strings.Repeat(" ", 20) + "287082": false,
	} {
		if _, ok := auth.CheckTOTP(rfcSeed, code, at, 0); ok != want {
			t.Errorf("%q: %v", code, ok)
		}
	}
}

// A seed that a damaged database lost would give codes that anybody can tell.
func TestTOTPRefusesWhatHasNoSeedOrNoTime(t *testing.T) {
	for _, seed := range [][]byte{nil, {}, make([]byte, 15)} {
		if _, ok := auth.CheckTOTP(seed, auth.TOTPAt(seed, 1), time.Unix(59, 0), 0); ok {
			t.Errorf("a seed of %d bytes passes", len(seed))
		}
	}
	if _, ok := auth.CheckTOTP(rfcSeed, auth.TOTPAt(rfcSeed, 0), time.Unix(-1, 0), 0); ok {
		t.Error("a time before all steps passes")
	}
	if _, ok := auth.CheckTOTP(rfcSeed, auth.TOTPAt(rfcSeed, 1), time.Unix(0, 0), 0); !ok {
		t.Error("the first step has no next one")
	}
}

func TestTOTPURLIsWhatAppsRead(t *testing.T) {
	secret := auth.TOTPURL(rfcSeed, "Otters: & co", "bóbr d'o")
	const want = "otpauth://totp/Otters%20&%20co:b%C3%B3br%20d%27o?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Otters%20%26%20co&algorithm=SHA1&digits=6&period=30"
	if got := secret.Reveal(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	u, err := url.Parse(secret.Reveal())
	if err != nil || u.Host != "totp" || u.Path != "/Otters & co:bóbr d'o" || u.Query().Get("issuer") != "Otters & co" {
		t.Errorf("read as %+v, %v", u, err)
	}
}

func TestNewSeedsDiffer(t *testing.T) {
	if a, b := auth.NewTOTP(), auth.NewTOTP(); len(a) != 20 || string(a) == string(b) {
		t.Errorf("%x, %x", a, b)
	}
}

func TestRecoveryCodesAreTenCodesWithTheirKeys(t *testing.T) {
	codes, keys := auth.NewRecoveryCodes()
	if len(codes) != 10 || len(keys) != 10 {
		t.Fatalf("%d codes, %d keys", len(codes), len(keys))
	}
	seen := map[chat.Key]bool{}
	for i, code := range codes {
		if key, ok := auth.ParseCode(code.Reveal()); !ok || key != keys[i] || seen[key] {
			t.Errorf("code %d: %v, key %x, want %x", i, ok, key, keys[i])
		}
		seen[keys[i]] = true
	}
}

func FuzzTOTP(f *testing.F) {
	f.Add("287082", int64(59), uint64(0))
	f.Add("287 082", int64(-1), uint64(1))
	f.Fuzz(func(t *testing.T, code string, unix int64, last uint64) {
		at := time.Unix(unix, 0)
		step, ok := auth.CheckTOTP(rfcSeed, code, at, last)
		if !ok {
			return
		}
		if step <= last || auth.TOTPAt(rfcSeed, step) != strings.ReplaceAll(code, " ", "") {
			t.Errorf("%q at %d after %d: step %d", code, unix, last, step)
		}
		if again, twice := auth.CheckTOTP(rfcSeed, code, at, step); twice {
			t.Errorf("%q counts again, for step %d", code, again)
		}
	})
}
