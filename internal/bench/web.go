package bench

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"iter"
	"strings"
	"sync"
)

// webDialect is hubbub's API by WebSocket, as one kind of client speaks it. What it
// takes for a line is the head of the answer, or a frame with its header.
type webDialect struct {
	name     string
	deflates bool
}

// webPlain is a client that wants frames as they are, and webDeflated one that
// negotiates permessage-deflate, as browsers do.
func webPlain() webDialect    { return webDialect{name: "web"} }
func webDeflated() webDialect { return webDialect{name: "web-deflated", deflates: true} }

// The first byte of a frame (RFC 6455 §5.2, RFC 7692 §6), and of a head.
const (
	webText    = 0x81
	webPing    = 0x89
	webPong    = 0x8a
	webRSV1    = 0x40
	webHead    = 'H'
	webMasked  = 0x80
	webHeadEnd = "\r\n\r\n"
)

// Name returns the name of this kind of client.
func (d webDialect) Name() string { return d.name }

// Home is the lobby.
func (webDialect) Home() string { return lobby }

// Echoes reports true: everybody sees everything in the room.
func (webDialect) Echoes() bool { return true }

// AppendHello asks to go on by WebSocket, as a guest of that nick. The key need not
// be random: nobody between caches.
func (d webDialect) AppendHello(dst []byte, nick, _, _ string) []byte {
	dst = append(append(append(dst, "GET /api/v1/live?nick="...), nick...), " HTTP/1.1\r\nHost: localhost\r\n"...)
	dst = append(dst, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"...)
	if d.deflates {
		dst = append(dst, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// AppendEnter appends a join and a ping.
func (d webDialect) AppendEnter(dst []byte, room, token string) []byte {
	if room != lobby && room != "" {
		dst = appendWebText(dst, `{"op":"join","to":"`, []byte(room), `"}`)
	}
	return d.AppendPing(dst, []byte(token))
}

// AppendMessage appends a message, whose tag is its client id.
func (webDialect) AppendMessage(dst []byte, room string, text []byte) []byte {
	id := text[:min(tagSize, len(text))]
	return appendWebText(dst, `{"op":"say","id":"`, id, `","to":"`, []byte(room), `","text":"`, text, `"}`)
}

// AppendPing appends a ping of the API's.
func (webDialect) AppendPing(dst, token []byte) []byte {
	return appendWebText(dst, `{"op":"ping","id":"`, token, `"}`)
}

// AppendPong appends a pong with what the server's ping said.
func (webDialect) AppendPong(dst, part []byte) []byte {
	return append(appendWebHeader(dst, webPong, len(part)), part...)
}

// AppendQuit closes.
func (webDialect) AppendQuit(dst []byte) []byte { return appendWebHeader(dst, 0x88, 0) }

// appendWebText appends a text frame of some strings and byte slices.
func appendWebText(dst []byte, parts ...any) []byte {
	size := 0
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			size += len(p)
		case []byte:
			size += len(p)
		}
	}
	dst = appendWebHeader(dst, webText, size)
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			dst = append(dst, p...)
		case []byte:
			dst = append(dst, p...)
		}
	}
	return dst
}

// appendWebHeader appends a header as clients send it. The key is zero, so the payload
// stays as it is.
func appendWebHeader(dst []byte, first byte, size int) []byte {
	if size < 126 {
		dst = append(dst, first, webMasked|byte(size))
	} else {
		dst = binary.BigEndian.AppendUint16(append(dst, first, webMasked|126), uint16(size))
	}
	return append(dst, 0, 0, 0, 0)
}

// Cut cuts off a head or a frame.
func (webDialect) Cut(p []byte) (unit []byte, used int) {
	if len(p) > 0 && p[0] == webHead {
		n := bytes.Index(p, []byte(webHeadEnd))
		if n < 0 {
			return nil, 0
		}
		return p[:n], n + len(webHeadEnd)
	}
	start, size := webPayload(p)
	if start == 0 || len(p) < start+size {
		return nil, 0
	}
	return p[:start+size], start + size
}

// webPayload returns where the payload of a frame begins, and its size; 0 if the header
// has not come yet. Servers don't mask.
func webPayload(p []byte) (start, size int) {
	switch {
	case len(p) < 2:
		return 0, 0
	case p[1] < 126:
		return 2, int(p[1])
	case p[1] == 126 && len(p) >= 4:
		return 4, int(binary.BigEndian.Uint16(p[2:]))
	case p[1] == 127 && len(p) >= 10:
		return 10, int(binary.BigEndian.Uint64(p[2:]) & 0x7fffffff)
	}
	return 0, 0
}

// Count counts the messages among whole frames, which are inflated for that if need be.
func (d webDialect) Count(p []byte) (messages uint64, used int) {
	for {
		frame, n := d.Cut(p[used:])
		if n == 0 {
			return messages, used
		}
		switch used += n; {
		case frame[0] == webHead:
		case frame[0]&webRSV1 != 0:
			start, size := webPayload(frame)
			messages += uint64(bytes.Count(inflateWeb(frame[start:start+size]), []byte(webSaid)))
		default:
			messages += uint64(bytes.Count(frame, []byte(webSaid)))
		}
	}
}

// webSaid tells a message from all other events.
const webSaid = `"kind":"message"`

// Sort looks at the type of what a frame says.
func (d webDialect) Sort(unit []byte) (kind, []byte) {
	if unit[0] == webHead {
		if bytes.HasPrefix(unit, []byte("HTTP/1.1 101 ")) {
			return kindNotice, nil
		}
		return kindRefusal, nil
	}
	start, size := webPayload(unit)
	payload := unit[start : start+size]
	switch unit[0] {
	case webPing:
		return kindPing, payload
	case webText | webRSV1:
		payload = inflateWeb(payload)
	case webText:
	default:
		return kindOdd, nil
	}
	return sortWeb(payload)
}

// sortWeb sorts an object of the API's. What it looks for has quotes, and in what
// people say those are escaped.
func sortWeb(m []byte) (kind, []byte) {
	what, ok := bytes.CutPrefix(m, []byte(`{"type":"`))
	if !ok {
		return kindOdd, nil
	}
	switch what, _, _ = bytes.Cut(what, []byte{'"'}); string(what) {
	case "event":
		switch {
		case bytes.Contains(m, []byte(webSaid)):
			return kindMessage, webField(m, `,"text":"`)
		case bytes.Contains(m, []byte(`"kind":"joined"`)):
			return kindJoin, nil
		}
		return kindNotice, nil
	case "events":
		return kindMessages, m
	case "ack":
		if id := webField(m, `,"id":"`); len(id) > 0 && id[0] != tagMark {
			return kindPong, id
		}
		return kindNotice, nil
	case "welcome":
		return kindWelcome, nil
	case "error", "bye":
		return kindRefusal, nil
	}
	return kindNotice, nil
}

// splitWeb returns the texts of the messages among several events.
func splitWeb(m []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for {
			_, rest, ok := bytes.Cut(m, []byte(webSaid))
			if !ok || !yield(webField(rest, `,"text":"`)) {
				return
			}
			m = rest
		}
	}
}

// webField returns the value of a string that has nothing to escape in it.
func webField(m []byte, name string) []byte {
	_, value, _ := bytes.Cut(m, []byte(name))
	value, _, _ = bytes.Cut(value, []byte{'"'})
	return value
}

// webInflaters are for what was deflated.
var webInflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// inflateWeb returns what a deflated frame says, or nothing (RFC 7692 §7.2.2).
func inflateWeb(payload []byte) []byte {
	r := webInflaters.Get().(io.ReadCloser)
	defer webInflaters.Put(r)
	from := io.MultiReader(bytes.NewReader(payload), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff"))
	if r.(flate.Resetter).Reset(from, nil) != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxLine))
	if err != nil {
		return nil
	}
	return text
}
