package push

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What can become of a message that is not delivered.
var (
	// ErrGone says that the browser does not take messages there any more: the
	// subscription is to be forgotten.
	ErrGone = errors.New("push: the subscription is over")
	// ErrTooLarge says that a message is too large to be sent.
	ErrTooLarge = errors.New("push: the message is too large")
)

// LaterError says that a push service does not take a message now, and may do so
// later.
type LaterError struct {
	After time.Duration // as the service wants it; 0 if it does not say
	Cause error
}

// Error says why.
func (e *LaterError) Error() string { return "push: not now: " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *LaterError) Unwrap() error { return e.Cause }

const (
	patience  = 10 * time.Second // with a push service
	maxAnswer = 4 << 10          // bytes of its answer, which nobody reads
	maxAfter  = time.Hour        // that it can have us wait
)

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	keys    *Keys
	contact string
	client  *http.Client
}

// NewSender returns a sender. The contact is a URL, mailto: or https:, at which
// whoever runs a push service finds whoever runs this server; some take nothing
// without it. The transport has to refuse what is not on the internet, as
// endpoints come from browsers.
func NewSender(keys *Keys, contact string, transport http.RoundTripper) *Sender {
	return &Sender{keys, contact, &http.Client{
		Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send sends a message once. Beside [ErrGone], [ErrTooLarge] and [LaterError], it
// returns errors after which there is no use in trying again.
func (s *Sender) Send(ctx context.Context, to *Subscription, m Message) error {
	body, err := encrypt(to, m.Payload)
	if err != nil {
		return err
	}
	if refused := CheckEndpoint(to.Endpoint); refused != nil {
		return refused
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if err := s.head(r.Header, to, &m); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	answer, err := s.client.Do(r)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the endpoint, which lets whoever reads it send something
	}
	if err != nil {
		return &LaterError{Cause: err}
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // so that the connection can be used again; else it is closed
	return outcome(answer)
}

// head fills the headers in (RFC 8030 §5, RFC 8291 §4).
func (s *Sender) head(h http.Header, to *Subscription, m *Message) error {
	authorization, err := s.keys.authorization(to.Endpoint, s.contact, time.Now())
	if err != nil {
		return err
	}
	h.Set("Authorization", authorization)
	h.Set("Content-Encoding", "aes128gcm")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("TTL", strconv.FormatInt(max(0, int64(m.TTL/time.Second)), 10))
	if m.Urgency != "" {
		h.Set("Urgency", string(m.Urgency))
	}
	if m.Topic != "" { // as a hash, which is of the right length and tells nothing
		sum := sha256.Sum256([]byte(m.Topic))
		h.Set("Topic", base64.RawURLEncoding.EncodeToString(sum[:24]))
	}
	return nil
}

// outcome tells what a push service's answer means (RFC 8030 §5, §7.3, §8.4).
func outcome(answer *http.Response) error {
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return ErrGone
	case status == http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case status == http.StatusTooManyRequests, status >= 500:
		return &LaterError{after(answer.Header.Get("Retry-After"), time.Now()), fmt.Errorf("the push service says %d", status)}
	default:
		return fmt.Errorf("push: the push service says %d", status)
	}
}

// after reads a Retry-After (RFC 9110 §10.2.3): a number of seconds, or a time.
// It is 0 if there is none, and an hour at most.
func after(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxAfter)
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, min(t.Sub(now), maxAfter))
	}
	return 0
}
