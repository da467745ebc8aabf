package door_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

const aDay = 24 * time.Hour

func TestParseSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"forever": 0, "1s": time.Second, "30s": 30 * time.Second, "10m": 10 * time.Minute, "12h": 12 * time.Hour,
		"7d": 7 * aDay, "2w": 14 * aDay, "3650d": 3650 * aDay, "99999s": 99999 * time.Second,
	} {
		if got, ok := door.ParseSpan(text); !ok || got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		"", "s", "0s", "-1s", "+1s", "1", "10", "1y", "1M", "1 d", " 1d", "1d ", "3651d", "99999w", "100000s", "1.5h", "1h30m", "Forever", "٣d", "1e3s", "0x1s",
	} {
		if got, ok := door.ParseSpan(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := chat.Millis(time.Now().UnixMilli())
		for text, want := range map[string]struct {
			after time.Duration
			rest  string
		}{
			"":                 {0, ""},
			"spam":             {0, "spam"},
			"10m":              {10 * time.Minute, ""},
			"1h no manners":    {time.Hour, "no manners"},
			"1h  no manners ":  {time.Hour, "no manners"},
			"forever and ever": {0, "and ever"},
			"10 times told":    {0, "10 times told"},
			"no 10m":           {0, "no 10m"},
		} {
			until, rest := door.Until(text)
			if wanted := now + chat.Millis(want.after.Milliseconds()); rest != want.rest || want.after != 0 && until != wanted || want.after == 0 && until != 0 {
				t.Errorf("%q is until %d, %q", text, until, rest)
			}
		}
	})
}

func TestParseToken(t *testing.T) {
	const usual = hub.ScopeRead | hub.ScopeWrite
	for text, want := range map[string]door.Token{
		"builds":                 {Name: "builds", Lasts: 365 * aDay, Scopes: usual},
		"builds read":            {Name: "builds", Lasts: 365 * aDay, Scopes: hub.ScopeRead},
		"builds 30d":             {Name: "builds", Lasts: 30 * aDay, Scopes: usual},
		"builds READ 30d":        {Name: "builds", Lasts: 30 * aDay, Scopes: hub.ScopeRead},
		"builds forever all":     {Name: "builds"},
		"read":                   {Name: "read", Lasts: 365 * aDay, Scopes: usual},
		"builds  admin":          {Name: "builds", Lasts: 365 * aDay, Scopes: usual | hub.ScopeAdmin},
		"builds write read 1h1h": {},
		"builds forevermore":     {},
		"":                       {},
	} {
		got, err := door.ParseToken(strings.Split(text, " "))
		if wrong := want == (door.Token{}); wrong != (err != nil) || !wrong && got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	if _, err := door.ParseToken(nil); err == nil {
		t.Error("a token needs no name")
	}
}

func rooms(name string) (*chat.RoomInfo, *chat.Error) {
	if name == "#tea" {
		return &chat.RoomInfo{ID: 7}, nil
	}
	return nil, chat.Errorf(chat.NotFound, "There is no room %s.", name)
}

func TestParseInvitation(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "1 member 168h0m0s 0",
		"3":                "3 member 168h0m0s 0",
		"3 1d admin #tea":  "3 admin 24h0m0s 1",
		"#tea owner 1w 99": "99 owner 168h0m0s 1",
		"forever":          "1 member 0s 0",
		"0":                "", "-1": "", "#nowhere": "", "king": "", "1 2 x": "",
	} {
		v, err := door.ParseInvitation(strings.Fields(text), rooms)
		got := ""
		if err == nil {
			got = strings.Join([]string{strconv.Itoa(v.Uses), v.Role.String(), v.Lasts.String(), strconv.Itoa(len(v.Rooms))}, " ")
		}
		if got != want {
			t.Errorf("%q is %q (%v), not %q", text, got, err, want)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"forever", "30s", "3650d", "99999w", "1", "-1s", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := door.ParseSpan(s)
		if d < 0 || d > 10*365*aDay || ok && d == 0 && s != "forever" || !ok && d != 0 {
			t.Errorf("%q is %v, %v", s, d, ok)
		}
		until, rest := door.Until(s)
		if !strings.Contains(s, strings.TrimSpace(rest)) || until < 0 {
			t.Errorf("%q is until %d, %q", s, until, rest)
		}
	})
}

func FuzzParseWords(f *testing.F) {
	for _, s := range []string{"builds read 30d", "3 7d admin #tea", "", " ", "all", "\xff #"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Fields(s)
		token, err := door.ParseToken(words)
		switch {
		case err != nil && (err.Code != chat.Invalid || len(err.Text) > 300):
			t.Errorf("%q: %v", s, err)
		case err == nil && (token.Name != words[0] || token.Lasts < 0):
			t.Errorf("%q is %+v", s, token)
		}
		v, err := door.ParseInvitation(words, rooms)
		if err == nil && (v.Uses < 1 || v.Lasts < 0 || len(v.Rooms) > len(words)) {
			t.Errorf("%q is %+v", s, v)
		}
	})
}
