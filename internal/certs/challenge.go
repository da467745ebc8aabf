package certs

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
)

// ChallengePath begins the path of a request by which a certificate authority
// looks whether a domain is ours (RFC 8555 §8.3).
const ChallengePath = "/.well-known/acme-challenge/"

// Challenges reports whether an authority may ask for one: whether requests to
// [ChallengePath] are for [Source.Challenge].
func (s *Source) Challenges() bool { return s.challenges != nil }

// Challenge reads one HTTP request and returns the whole answer to it.
// The connection is to be closed then.
func (s *Source) Challenge(request io.Reader) []byte {
	const maxRequest = 8 << 10
	a := &answer{header: http.Header{}, code: http.StatusOK}
	r, err := http.ReadRequest(bufio.NewReader(io.LimitReader(request, maxRequest)))
	if err != nil {
		http.Error(a, "That is no request.", http.StatusBadRequest)
	} else {
		s.challenges.ServeHTTP(a, r)
	}
	response := http.Response{
		StatusCode: a.code, ProtoMajor: 1, ProtoMinor: 1, Request: r, Close: true,
		Header: a.header, Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()),
	}
	var b bytes.Buffer
	if err := response.Write(&b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// answer collects what a handler writes.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(code int)        { a.code = code }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
