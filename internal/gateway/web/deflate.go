package web

import (
	"bytes"
	"compress/flate"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Messages that are deflated (permessage-deflate, RFC 7692), each by itself: neither
// side remembers the ones before (server_no_context_takeover and
// client_no_context_takeover). So a frame can be deflated once for all who get it,
// and a connection that is idle costs no window.

// worthDeflating is from how many bytes on a message is deflated.
const worthDeflating = 256

// deflateAnswer is what the server agrees to.
const deflateAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// offersDeflate reports whether one of the extensions that a client offers can be
// agreed to (§7.1). A smaller window than ours can't: nothing here makes one.
func offersDeflate(h http.Header) bool {
	for _, line := range h.Values("Sec-Websocket-Extensions") {
		for offer := range strings.SplitSeq(line, ",") {
			if agreeable(offer) {
				return true
			}
		}
	}
	return false
}

func agreeable(offer string) bool {
	params := strings.Split(offer, ";")
	if strings.TrimSpace(params[0]) != "permessage-deflate" {
		return false
	}
	seen := map[string]bool{}
	for _, param := range params[1:] {
		name, value, given := strings.Cut(strings.TrimSpace(param), "=")
		name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
		if seen[name] {
			return false
		}
		seen[name] = true
		switch name {
		case "server_no_context_takeover", "client_no_context_takeover":
			if given {
				return false
			}
		case "client_max_window_bits":
			if given && !windowBits(value) {
				return false
			}
		case "server_max_window_bits":
			if value != "15" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// windowBits reports whether a value is the size of a window (§7.1.2.1).
func windowBits(value string) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n >= 8 && n <= 15 && strconv.Itoa(n) == value
}

// deflater deflates. It takes most of a megabyte, so there are as many as work at
// once.
type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

var deflaters = sync.Pool{New: func() any {
	d := &deflater{}
	d.w, _ = flate.NewWriter(&d.out, flate.BestSpeed) // it fails for levels that there are not
	return d
}}

// syncTail is how what is deflated ends, and what is left out of each message (§7.2.1).
const syncTail = "\x00\x00\xff\xff"

// endDeflated ends a text frame that began at start, deflated if that makes it
// smaller.
func endDeflated(dst []byte, start int) []byte {
	payload := dst[start+mediumHeader:]
	if len(payload) < worthDeflating {
		return endText(dst, start)
	}
	d := deflaters.Get().(*deflater)
	defer deflaters.Put(d)
	d.out.Reset()
	d.w.Reset(&d.out)
	d.w.Write(payload) // into memory
	d.w.Flush()
	small := bytes.TrimSuffix(d.out.Bytes(), []byte(syncTail))
	if len(small) >= len(payload) {
		return endText(dst, start)
	}
	return endFrame(append(dst[:start+mediumHeader], small...), start, bitFin|bitDeflated|byte(opText))
}

// inflaters are for what clients send.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// inflate returns what a message says that was deflated, of at most max bytes. What
// follows the tail ends the stream, for a reader that wants an end.
func inflate(data []byte, max int) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	from := io.MultiReader(bytes.NewReader(data), strings.NewReader(syncTail+"\x01\x00\x00\xff\xff"))
	if err := r.(flate.Resetter).Reset(from, nil); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(r, int64(max)+1))
	switch {
	case err != nil:
		return nil, &violation{closeInvalid, "a message can't be inflated"}
	case n > int64(max):
		return nil, &violation{closeTooBig, "a message is too long"}
	}
	return out.Bytes(), nil
}
