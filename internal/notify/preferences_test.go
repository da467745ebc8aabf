package notify_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

func TestPreferencesAreAsThePageWritesThem(t *testing.T) {
	p := prefer(t, `{"level":"mentions","rooms":{"12":"all"},"keywords":["deploy"],"quiet":{"from":"22:00","to":"07:00","zone":"Europe/Warsaw"},"later":1}`)
	if p.Level != notify.Mentions || p.Rooms[12] != notify.All || p.Keywords[0] != "deploy" || p.Quiet.Zone != "Europe/Warsaw" {
		t.Errorf("%+v", p)
	}
	const want = `{"level":"mentions","rooms":{"12":"all"},"keywords":["deploy"],"quiet":{"from":"22:00","to":"07:00","zone":"Europe/Warsaw"}}`
	if got := string(p.Encode()); got != want {
		t.Error(got)
	}
	if got := string(prefer(t, "").Encode()); got != `{"level":"mentions"}` {
		t.Errorf("the usual ones are %s", got)
	}
}

func TestWishesThatCannotBeAreRefused(t *testing.T) {
	many := func(n int, of string) string { return strings.TrimSuffix(strings.Repeat(of+",", n), ",") }
	rooms := ""
	for i := range notify.MaxRooms + 1 {
		rooms += fmt.Sprintf(`"%d":"all",`, i+1)
	}
	for name, text := range map[string]string{
		"no JSON":              "level=all",
		"a list":               "[]",
		"no level":             `{"level":""}`,
		"another level":        `{"level":"some"}`,
		"another level, here":  `{"rooms":{"12":"some"}}`,
		"no room":              `{"rooms":{"0":"all"}}`,
		"a room by name":       `{"rooms":{"#tea":"all"}}`,
		"a negative room":      `{"rooms":{"-1":"all"}}`,
		"many rooms":           `{"rooms":{` + strings.TrimSuffix(rooms, ",") + `}}`,
		"many keywords":        `{"keywords":[` + many(notify.MaxKeywords+1, `"a"`) + `]}`,
		"an empty keyword":     `{"keywords":[""]}`,
		"a keyword of a space": `{"keywords":[" "]}`,
		"a keyword of a dash":  `{"keywords":["-"]}`,
		"a long keyword":       `{"keywords":["` + strings.Repeat("x", 65) + `"]}`,
		"a keyword of 2 lines": `{"keywords":["a\nb"]}`,
		"an escape":            `{"keywords":["a\u001b[31m"]}`,
		"hours of nothing":     `{"quiet":{}}`,
		"no end":               `{"quiet":{"from":"22:00"}}`,
		"the same":             `{"quiet":{"from":"22:00","to":"22:00"}}`,
		"25 o'clock":           `{"quiet":{"from":"25:00","to":"07:00"}}`,
		"60 minutes":           `{"quiet":{"from":"22:60","to":"07:00"}}`,
		"7 o'clock":            `{"quiet":{"from":"22:00","to":"7:00"}}`,
		"no zone":              `{"quiet":{"from":"22:00","to":"07:00","zone":"Europe/Atlantis"}}`,
		"a file":               `{"quiet":{"from":"22:00","to":"07:00","zone":"../../etc/passwd"}}`,
		"the server's zone":    `{"quiet":{"from":"22:00","to":"07:00","zone":"Local"}}`,
		"too long":             `{"level":"all"` + strings.Repeat(" ", notify.MaxSize) + `}`,
	} {
		if p, err := notify.Parse([]byte(text)); err == nil || err.Code != chat.Invalid && err.Code != chat.TooMany {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestQuietHoursAreThoseOfTheZone(t *testing.T) {
	for _, c := range []struct {
		from, to, zone string
		at             string // UTC
		quiet          bool
	}{
		{"22:00", "07:00", "Europe/Warsaw", "2026-11-27T20:59:59Z", false},
		{"22:00", "07:00", "Europe/Warsaw", "2026-11-27T21:00:00Z", true},
		{"22:00", "07:00", "Europe/Warsaw", "2026-11-28T05:59:59Z", true},
		{"22:00", "07:00", "Europe/Warsaw", "2026-11-28T06:00:00Z", false},
		{"22:00", "07:00", "Europe/Warsaw", "2026-07-01T20:00:00Z", true}, // summer
		{"22:00", "07:00", "Europe/Warsaw", "2026-07-01T19:59:59Z", false},
		{"22:00", "07:00", "", "2026-11-27T21:59:59Z", false},
		{"22:00", "07:00", "", "2026-11-27T23:00:00Z", true},
		{"12:00", "13:00", "UTC", "2026-11-27T12:59:59Z", true},
		{"12:00", "13:00", "UTC", "2026-11-27T13:00:00Z", false},
		{"12:00", "13:00", "UTC", "2026-11-27T11:59:59Z", false},
		{"00:00", "23:59", "Asia/Kathmandu", "2026-11-27T18:14:30Z", false}, // a quarter before the hour
		{"00:00", "23:59", "Asia/Kathmandu", "2026-11-27T18:15:00Z", true},
		{"02:00", "03:00", "Europe/Warsaw", "2026-03-29T01:00:00Z", false}, // the hour that there is not
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		p := prefer(t, fmt.Sprintf(`{"level":"all","quiet":{"from":%q,"to":%q,"zone":%q}}`, c.from, c.to, c.zone))
		if got := notify.Decide(said("hello", nil), &notify.Reader{ID: alice, Nick: "alice", Preferences: p}, at) == notify.NoReason; got != c.quiet {
			t.Errorf("from %s to %s in %q, at %s: %v", c.from, c.to, c.zone, c.at, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"level":"mentions","rooms":{"12":"all"},"keywords":["deploy"],"quiet":{"from":"22:00","to":"07:00","zone":"Europe/Warsaw"},"silent":true}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := notify.Parse(raw)
		if err != nil {
			return
		}
		notify.Decide(said("@alice deploy", nil), &notify.Reader{ID: alice, Nick: "alice", Preferences: p}, noon)
		text := p.Encode()
		back, err := notify.Parse(text)
		if err != nil && len(text) <= notify.MaxSize || err == nil && !bytes.Equal(back.Encode(), text) {
			t.Errorf("%q becomes %q: %v", raw, text, err)
		}
	})
}
