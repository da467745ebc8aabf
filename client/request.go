package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"hubbub/api"
)

// Requests to the API, and the way there.

const apiPath = "/api/v1"

// ErrNoAPI is why a [Live] can't be: what answers at the address is no hubbub
// server, or one that does not serve the web.
var ErrNoAPI = errors.New("what answers there does not speak hubbub's API")

// How long a request may take, and how many bytes an answer has at most.
const (
	requestTime = 30 * time.Second
	maxAnswer   = 16 << 20
)

// direct is the host of requests that go to the address itself, whatever that is
// called: a server does not answer browsers that know it by a name which is not its
// own, and this is none.
const direct = "hubbub"

// reach is the ways to a server's API: one connection for queries, which are short and
// many, and for all else one each. More of the first kind would have the transport dial
// some that it then needs for nothing; and a connection that says nothing is greeted as
// a person is.
type reach struct {
	base         string // scheme://host
	query, other *http.Client
}

// newReach returns what reaches a server: through the proxy that the environment names
// if the address is one of the web, and directly otherwise.
func newReach(cfg *Config) (*reach, error) {
	network, address, err := ParseAddress(cfg.Address)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{TLSClientConfig: cfg.TLS, TLSHandshakeTimeout: dialTime, IdleConnTimeout: 30 * time.Second, MaxConnsPerHost: 1, Protocols: new(http.Protocols)}
	t.Protocols.SetHTTP1(true) // a WebSocket needs it
	dialer := &net.Dialer{Timeout: dialTime}
	t.DialContext = dialer.DialContext
	scheme, host := "http", direct
	switch network {
	case "http", "https":
		scheme, host, t.Proxy = network, address, http.ProxyFromEnvironment
	case "tls":
		scheme, host = "https", address
	default:
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		}
	}
	if cfg.Dial != nil {
		scheme, host = "http", direct
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return cfg.Dial(ctx) }
	}
	once := t.Clone()
	once.MaxConnsPerHost, once.DisableKeepAlives = 0, true
	return &reach{
		base:  scheme + "://" + host,
		query: &http.Client{Transport: t, CheckRedirect: stayHere}, other: &http.Client{Transport: once, CheckRedirect: stayHere},
	}, nil
}

// dial goes on by WebSocket, from a position if there is one.
func (l *Live) dial(ctx context.Context, epoch string, after uint64) (*websocket.Conn, error) {
	l.mu.Lock()
	nick := l.nick
	l.mu.Unlock()
	query := url.Values{"nick": {nick}}
	if after != 0 {
		query.Set("epoch", epoch)
		query.Set("after", strconv.FormatUint(after, 10))
		if l.cfg.Backlog > 0 {
			query.Set("limit", strconv.Itoa(l.cfg.Backlog))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	ws, answer, err := websocket.Dial(ctx, l.reach.base+webPath+"?"+query.Encode(), &websocket.DialOptions{
		HTTPClient: l.reach.other, HTTPHeader: l.header(), Subprotocols: []string{"hubbub.v1"}, CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err == nil:
		return ws, nil
	case answer != nil && answer.StatusCode != http.StatusSwitchingProtocols:
		body, _ := io.ReadAll(answer.Body) // the first kilobyte is there
		return nil, refusal(answer, body)
	}
	return nil, unreached(err)
}

// header returns what a request comes with.
func (l *Live) header() http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	return http.Header{"Authorization": {"Bearer " + l.token}, "User-Agent": {"hubbub"}}
}

// logIn exchanges the password that the configuration has for a token, once.
func (l *Live) logIn(ctx context.Context) error {
	l.mu.Lock()
	needed := l.cfg.User != "" && l.cfg.Token == "" && !strings.HasPrefix(l.token, tokenPrefix)
	l.mu.Unlock()
	if !needed {
		return nil
	}
	var s api.Session
	in := api.Login{User: l.cfg.User, Password: l.cfg.Password, Code: l.cfg.Code}
	if err := l.ask(ctx, "POST", "/session", nil, &in, &s); err != nil {
		return err
	}
	if s.Token == "" {
		return ErrNoAPI
	}
	l.mu.Lock()
	l.token = s.Token
	l.mu.Unlock()
	if l.cfg.KeepToken != nil {
		l.cfg.KeepToken(s.Token)
	}
	return nil
}

// ask asks for a resource, with what and into what is not nil.
func (l *Live) ask(ctx context.Context, method, path string, query url.Values, in, out any) error {
	body, err := l.request(ctx, l.reach.query, method, apiPath+path, query, in, maxAnswer)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%w: %w", ErrNoAPI, err)
	}
	return nil
}

// request returns the body that is answered, of at most so many bytes.
func (l *Live) request(ctx context.Context, by *http.Client, method, path string, query url.Values, in any, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	to := l.reach.base + path
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return nil, err
	}
	if r.Header = l.header(); in != nil {
		r.Header.Set("Content-Type", "application/json")
		if path == apiPath+"/session" {
			r.Header.Del("Authorization") // it is what one comes in by
		}
	}
	answer, err := by.Do(r)
	if err != nil {
		return nil, unreached(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode >= 300:
		return nil, refusal(answer, text)
	case int64(len(text)) > most:
		return nil, fmt.Errorf("the server answers with more than %d bytes", most)
	}
	return text, nil
}

// refusal returns what an answer that is no success says.
func refusal(answer *http.Response, body []byte) error {
	var p api.Problem
	if json.Unmarshal(body, &p) != nil || p.Code == "" || p.Detail == "" {
		return fmt.Errorf("%w (it answers %q)", ErrNoAPI, answer.Status)
	}
	if p.Code == "login" || p.Code == "code" { // to lines they are one
		p.Code = "forbidden"
	}
	return &Refused{p.Code, p.Detail}
}

// unreached returns why there was no answer, without the words of the HTTP client.
func unreached(err error) error {
	// net/http has no types for them: what is no answer, and what came before we asked.
	switch text := err.Error(); {
	case strings.Contains(text, "malformed HTTP"):
		return fmt.Errorf("%w: %w", ErrNoAPI, err)
	case strings.HasSuffix(text, "readLoopPeekFailLocked: %!w(<nil>)"):
		return fmt.Errorf("%w: it speaks first", ErrNoAPI)
	}
	if of := (*url.Error)(nil); errors.As(err, &of) {
		return of.Err
	}
	return err
}
