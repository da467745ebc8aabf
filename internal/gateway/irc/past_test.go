package irc

import (
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
)

func TestLinesAreInTheirBatch(t *testing.T) {
	lines := "@msgid=1 :a PRIVMSG #b :c\r\n" + ":a TOPIC #b :d\r\n" +
		"@msgid=2 :a BATCH +x draft/multiline #b\r\n" + "@batch=x :a PRIVMSG #b :e\r\n" + ":a BATCH -x\r\n"
	want := "before\r\n" + "@batch=H1;msgid=1 :a PRIVMSG #b :c\r\n" + "@batch=H1 :a TOPIC #b :d\r\n" +
		"@batch=H1;msgid=2 :a BATCH +x draft/multiline #b\r\n" + "@batch=x :a PRIVMSG #b :e\r\n" + "@batch=H1 :a BATCH -x\r\n"
	if got := string(appendWithin([]byte("before\r\n"), []byte(lines), "H1")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := string(appendWithin(nil, []byte(lines), "")); got != lines {
		t.Errorf("without a batch: %s", got)
	}
}

func TestReplayIsBounded(t *testing.T) {
	events := make([]chat.Event, 3)
	for i := range events {
		events[i].Text = strings.Repeat("x", 10)
	}
	for most, want := range map[int]int{0: 1, 9: 1, 10: 1, 19: 1, 20: 2, 30: 3, 100: 3} {
		if got := tail(events, most); len(got) != want {
			t.Errorf("of at most %d bytes: %d events, want %d", most, len(got), want)
		}
	}
	if got := tail(nil, 10); len(got) != 0 {
		t.Errorf("of nothing: %d", len(got))
	}
}

func TestTimesAsZNCHasThem(t *testing.T) {
	for s, want := range map[string]chat.Millis{"": 7, "0": 0, "12": 12000, "1767225600.5": 1767225600500, "1767225600.1240001": 1767225600124} {
		if got, ok := epoch(s, 7); !ok || got != want {
			t.Errorf("%q: %d, %t, want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"soon", "-1", "NaN", "Inf", "1e300"} {
		if got, ok := epoch(s, 7); ok {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func TestHowMuchOfThePast(t *testing.T) {
	for s, want := range map[string]struct {
		limit  int
		within time.Duration
	}{"": {defaultHistory, 0}, "7": {7, 0}, "5000": {maxHistory, 0}, "2h": {maxHistory, 2 * time.Hour}, "3d": {maxHistory, 72 * time.Hour}} {
		if limit, within, ok := amount(s); !ok || limit != want.limit || within != want.within {
			t.Errorf("%q: %d, %v, %t, want %+v", s, limit, within, ok, want)
		}
	}
	for _, s := range []string{"0", "-1", "much", "-2h", "d", "-1d"} {
		if limit, within, ok := amount(s); ok {
			t.Errorf("%q: %d, %v", s, limit, within)
		}
	}
}
