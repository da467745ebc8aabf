package bench

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// webFrame is a text frame as servers send it, deflated if that is asked for.
func webFrame(text string, deflated bool) string {
	first := byte(webText)
	if deflated {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestSpeed)
		if err != nil {
			panic(err)
		}
		io.WriteString(w, text)
		w.Flush()
		text, first = strings.TrimSuffix(b.String(), "\x00\x00\xff\xff"), first|webRSV1
	}
	if len(text) < 126 {
		return string([]byte{first, byte(len(text))}) + text
	}
	return string([]byte{first, 126, byte(len(text) >> 8), byte(len(text))}) + text
}

// webMessage is what tells of a message.
func webMessage(text string) string {
	return fmt.Sprintf(`{"type":"event","event":{"seq":7,"prev":6,"room":1,"name":"#lobby","time":1,"kind":"message","by":2,"nick":"b1","client":"~a","text":"%s"}}`, text)
}

func TestWebFramesAreSorted(t *testing.T) {
	long := strings.Repeat("at length ", 100)
	for _, c := range []struct {
		unit string
		kind kind
		part string
	}{
		{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket", kindNotice, ""},
		{"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json", kindRefusal, ""},
		{webFrame(`{"type":"welcome","epoch":"E"}`, false), kindWelcome, ""},
		{webFrame(webMessage("hello"), false), kindMessage, "hello"},
		{webFrame(webMessage(long), false), kindMessage, long},
		{webFrame(webMessage(long), true), kindMessage, long},
		{webFrame(`{"type":"event","event":{"kind":"joined"}}`, false), kindJoin, ""},
		{webFrame(`{"type":"event","event":{"kind":"topic","text":"\"kind\":\"message\""}}`, false), kindNotice, ""},
		{webFrame(`{"type":"ack","id":"t1"}`, false), kindPong, "t1"},
		{webFrame(`{"type":"ack","id":"~abc","seq":7}`, false), kindNotice, ""},
		{webFrame(`{"type":"error","id":"~abc","code":"forbidden","text":"No."}`, false), kindRefusal, ""},
		{"\x89\x02hi", kindPing, "hi"},
		{"\x88\x00", kindOdd, ""},
		{webFrame("\x00", false)[:2] + "\xff", kindOdd, ""},
		{"\xc1\x03\xff\xff\xff", kindOdd, ""},
	} {
		if k, part := webPlain().Sort([]byte(c.unit)); k != c.kind || string(part) != c.part {
			t.Errorf("%.60q is %d, %.20q; want %d, %.20q", c.unit, k, part, c.kind, c.part)
		}
	}
}

func TestWebFramesOfSeveralEventsAreSplit(t *testing.T) {
	several := `{"type":"events","events":[{"kind":"message","client":"~a","text":"one"},{"kind":"topic","text":"\"kind\":\"message\""},{"kind":"message","text":"two"}]}`
	k, part := webDeflated().Sort([]byte(webFrame(several, true)))
	var texts []string
	for text := range splitWeb(part) {
		texts = append(texts, string(text))
	}
	if k != kindMessages || !slices.Equal(texts, []string{"one", "two"}) {
		t.Errorf("%d, with %q", k, texts)
	}
	all := []byte(webFrame(several, false) + webFrame(several, true) + webFrame(webMessage("three"), false))
	if n, used := webDeflated().Count(all); n != 5 || used != len(all) {
		t.Errorf("%d messages in %d of %d bytes", n, used, len(all))
	}
}

func TestWebFramesAreCutAndCounted(t *testing.T) {
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
	frames := []string{
		head, webFrame(`{"type":"ack","id":"t1"}`, false), webFrame(webMessage(strings.Repeat("x", 300)), false),
		webFrame(webMessage(strings.Repeat("y", 300)), true), "\x89\x00",
	}
	all := []byte(strings.Join(frames, ""))
	if n, used := webDeflated().Count(all); n != 2 || used != len(all) {
		t.Errorf("%d messages in %d of %d bytes", n, used, len(all))
	}
	for i, rest := 0, all; len(rest) > 0; i++ {
		for short := range len(frames[i]) {
			if unit, used := webPlain().Cut(rest[:short]); used != 0 {
				t.Fatalf("%d bytes of %q are cut as %q", short, frames[i], unit)
			}
		}
		unit, used := webPlain().Cut(rest)
		if want := strings.TrimSuffix(frames[i], "\r\n\r\n"); string(unit) != want || used != len(frames[i]) {
			t.Fatalf("cut %q, %d bytes; want %q", unit, used, want)
		}
		rest = rest[used:]
	}
}

func FuzzWebSort(f *testing.F) {
	f.Add([]byte("HTTP/1.1 101 \r\n\r\n" + webFrame(webMessage("hello"), false)))
	f.Add([]byte(webFrame(webMessage("hello"), true)))
	f.Fuzz(func(t *testing.T, b []byte) {
		for {
			unit, used := webPlain().Cut(b)
			if used == 0 {
				return
			}
			webPlain().Sort(unit)
			b = b[used:]
		}
	})
}
