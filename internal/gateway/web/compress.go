package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"sync"
)

// What is read is compressed on its way: pages of messages and people are a fifth of
// their size then.
//
// How long an answer is tells who listens in something of what is in it. Where text of
// an attacker's choice stands beside a secret, they can guess that piece by piece
// (BREACH). So only what is read is compressed, by GET: what answers with a secret (a
// login, a token, recovery codes) is a POST, no answer repeats a cookie or a token that
// came with the request, and there are no tokens against forged requests. What people
// have said to each other may be beside what somebody else has said; to have it asked for
// again and again takes a page of another site, and those get no answers with the cookie
// (SameSite, Sec-Fetch-Site).

// compressAbove is how many bytes an answer has at least that is compressed: what fits
// into one packet is there no sooner.
const compressAbove = 1 << 10

// compressors are kept, as each takes much memory to make. Level 3 is a quarter slower
// than the fastest and a tenth smaller.
var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, 3) // the level is one
	return z
}}

// compressed returns a body as it is sent, and says so, if the client takes it compressed
// and it is worth it.
func compressed(h http.Header, r *http.Request, body []byte) []byte {
	h.Add("Vary", "Accept-Encoding")
	if r.Method != http.MethodGet || len(body) < compressAbove || !takesGzip(r) || crossSite(r) {
		return body
	}
	var b bytes.Buffer
	b.Grow(len(body) / 3)
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	z.Write(body) // into memory
	z.Close()
	if b.Len() >= len(body) {
		return body
	}
	h.Set("Content-Encoding", "gzip")
	return b.Bytes()
}

// crossSite reports whether a page of another site has a browser ask.
func crossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}
