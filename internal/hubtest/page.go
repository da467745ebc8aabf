package hubtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"hubbub/api"
)

// A [Program] may also go by the web: as a page does, by WebSocket both ways, or
// reading a stream of events and saying each thing in a request of its own. Its
// session, its cursor and its client ids are the same.

// way is how a program speaks with the server.
type way int

const (
	byLines  way = iota // the machine mode of the line gateway
	byPage              // WebSocket
	byStream            // server-sent events, and requests
	byShell             // the machine mode, in a session by SSH
)

// protocol is what histories call it.
func (w way) protocol() string { return [...]string{"json", "page", "stream", "ssh"}[w] }

// guestSecret returns a secret by which the web gateway knows a guest again.
func guestSecret() string { return "g." + base64.RawURLEncoding.EncodeToString(random(32)) }

// command returns what a line asks for as the API has it. What it has no command for
// is asked with a ping: it is a question, whose answer nobody looks at.
func (r *request) command() api.Command {
	c := api.Command{ID: r.id, Op: api.OpPing}
	verb, rest, _ := strings.Cut(r.line, " ")
	if !strings.HasPrefix(r.line, "/") || strings.HasPrefix(r.line, "//") {
		c.Op, c.To, c.Text = api.OpSay, r.room, unescape(strings.TrimPrefix(r.line, "/"))
		return c
	}
	first, more, _ := strings.Cut(rest, " ")
	number, _ := strconv.ParseUint(first, 10, 64)
	switch verb {
	case "/me":
		c.Op, c.To, c.Text, c.Action = api.OpSay, r.room, rest, true
	case "/reply":
		c.Op, c.To, c.Target, c.Text = api.OpSay, r.room, number, more
	case "/edit", "/delete", "/react", "/unreact", "/pin", "/unpin":
		c.Op, c.Target, c.Text = verb[1:], number, more
	case "/topic":
		c.Op, c.To, c.Text = api.OpTopic, r.room, rest
	case "/nick":
		c.Op, c.Name = api.OpNick, rest
	case "/join":
		c.Op, c.To = api.OpJoin, rest
	case "/part":
		c.Op, c.To = api.OpLeave, rest
	case "/nonsense":
		c.Op = "nonsense"
	}
	return c
}

// unescape undoes escape.
func unescape(text string) string { return strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(text) }

// client returns a client whose only connection is l. That is not cut within the first
// word: a method and the end of the input are what somebody says who types that word.
func (l *link) client() *http.Client {
	if l.cut.write >= 0 {
		l.cut.write = max(l.cut.write, len("OPTIONS /"))
	}
	used := false
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			if used {
				return nil, errCut
			}
			used = true
			return l, nil
		},
	}}
}

// header says who the program is.
func (p *Program) header() http.Header {
	h := http.Header{}
	if p.token != "" {
		h.Set("Authorization", "Bearer "+p.token)
	}
	return h
}

// address returns an address of the API, with where the program was.
func (p *Program) address(resource string, h *api.Hello) string {
	q := url.Values{"nick": {h.Nick}}
	if h.After != 0 {
		q.Set("epoch", h.Epoch)
		q.Set("after", strconv.FormatUint(h.After, 10))
	}
	return "http://server.localhost/api/v1/" + resource + "?" + q.Encode()
}

// conversePage has one connection by WebSocket.
func (p *Program) conversePage(l *link) {
	h, began := p.hello(l), p.trial.rec.Now()
	how := &websocket.DialOptions{HTTPClient: l.client(), HTTPHeader: p.header()}
	if p.opened%2 == 1 { // only this goroutine changes it
		how.CompressionMode = websocket.CompressionNoContextTakeover
	}
	ws, answer, err := websocket.Dial(p.trial.ctx, p.address("live", &h), how)
	if err != nil {
		if answer != nil && answer.StatusCode != http.StatusSwitchingProtocols {
			p.refused(answer)
		}
		p.leaveOff(l)
		return
	}
	ws.SetReadLimit(1 << 24)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer p.over()
		p.hearFrames(ws, began, h.After != 0)
	})
	for r := p.next(); r != nil; r = p.next() {
		b, _ := json.Marshal(r.command())
		if ws.Write(p.trial.ctx, websocket.MessageText, b) != nil {
			break
		}
	}
	l.end()
	ws.CloseNow()
	reading.Wait()
	p.unanswered()
}

// leaveOff ends a connection that has come to nothing.
func (p *Program) leaveOff(l *link) {
	l.end()
	p.over()
	p.unanswered()
}

// refused takes a problem that came instead of a welcome.
func (p *Program) refused(answer *http.Response) {
	var problem api.Problem
	if body, err := io.ReadAll(answer.Body); err != nil || json.Unmarshal(body, &problem) != nil {
		return // it was cut
	}
	p.turnedAway(&api.Message{Type: api.TypeError, Code: problem.Code, Text: problem.Detail})
}

// hearFrames reads until the connection ends.
func (p *Program) hearFrames(ws *websocket.Conn, began int64, resumes bool) {
	for p.mayRead() {
		kind, text, err := ws.Read(p.trial.ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageText || !p.heard(text, began, resumes) {
			return
		}
	}
}

// heard takes an object from the server, and reports whether to read on.
func (p *Program) heard(text []byte, began int64, resumes bool) bool {
	var m api.Message
	if err := json.Unmarshal(text, &m); err != nil {
		p.trial.fault("%s was told %q: %v", p.who, text, err)
		return false
	}
	switch m.Type {
	case api.TypeEntered, api.TypeExited, api.TypeSignal:
		return true
	case api.TypeWelcome:
		if m.Resumed != resumes {
			p.trial.fault("%s wants to resume: %t; and was told: %t", p.who, resumes, m.Resumed)
		}
	}
	return p.told(&m, began)
}

// converseStream reads one stream of events. Meanwhile each request has a connection
// of its own.
func (p *Program) converseStream(l *link) {
	h, began := p.hello(l), p.trial.rec.Now()
	var reading sync.WaitGroup
	reading.Go(func() {
		defer p.over()
		p.hearStream(l, &h, began)
	})
	for r := p.next(); r != nil; r = p.next() {
		if p.post(r) != nil {
			p.unanswered() // and so it is the next one again
		}
	}
	l.end()
	reading.Wait()
	p.unanswered()
}

// post makes a request of what is to be done. After an error nothing is known of it.
func (p *Program) post(r *request) error {
	l, err := p.trial.server.dial(p.trial.ctx, p.cuts())
	if err != nil {
		return err
	}
	defer l.end()
	b, _ := json.Marshal(r.command())
	m, err := p.exchange(l, http.MethodPost, p.address("commands", &api.Hello{}), b)
	if err != nil {
		return err
	}
	m.ID = r.id
	if m.Code == codeUnavailable {
		return errors.New(m.Text)
	}
	p.answered(&m)
	return nil
}

// exchange makes a request, and returns the answer as a message.
func (p *Program) exchange(l *link, method, address string, body []byte) (m api.Message, err error) {
	r, err := http.NewRequestWithContext(p.trial.ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return m, err
	}
	r.Header = p.header()
	r.Header.Set("Content-Type", "application/json")
	r.GetBody = nil // or it might be sent twice
	answer, err := l.client().Do(r)
	if err != nil {
		return m, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return m, err
	}
	if answer.StatusCode < http.StatusMultipleChoices {
		return m, json.Unmarshal(text, &m)
	}
	var problem api.Problem
	err = json.Unmarshal(text, &problem)
	return api.Message{Type: api.TypeError, Code: problem.Code, Text: problem.Detail}, err
}

// hearStream reads a stream until it ends.
func (p *Program) hearStream(l *link, h *api.Hello, began int64) {
	r, err := http.NewRequestWithContext(p.trial.ctx, http.MethodGet, p.address("events", &api.Hello{Nick: h.Nick}), nil)
	if err != nil {
		p.trial.fault("%s: %v", p.who, err)
		return
	}
	r.Header = p.header()
	if h.After != 0 {
		r.Header.Set("Last-Event-ID", fmt.Sprintf("%s:%d", h.Epoch, h.After))
	}
	answer, err := l.client().Do(r)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		p.refused(answer)
		return
	}
	id := ""
	for in := bufio.NewReader(answer.Body); p.mayRead(); {
		line, err := in.ReadString('\n')
		if err != nil {
			return // what is not a whole line was not said
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			id = value
		case "data":
			if !p.heard([]byte(value), began, h.After != 0) {
				return
			}
			p.reached(id)
		}
	}
}

// reached checks that the id of what was shown last is where the program is.
func (p *Program) reached(id string) {
	if want := fmt.Sprintf("%s:%d", p.view.epoch, p.view.after); id != want {
		p.trial.fault("%s is at %s, and the stream says %q", p.who, want, id)
	}
}

// webRooms asks for the rooms by a request of its own.
func (p *Program) webRooms() []api.Room {
	for p.trial.ctx.Err() == nil {
		l, err := p.trial.server.dial(p.trial.ctx, never)
		if err != nil {
			break
		}
		start := p.trial.rec.Now()
		m, err := p.exchange(l, http.MethodGet, p.address("rooms", &api.Hello{}), nil)
		l.end()
		if err == nil && m.Type != api.TypeError {
			for i := range m.Rooms {
				p.snapshot(&m.Rooms[i], start)
			}
			return m.Rooms
		}
	}
	return nil
}
