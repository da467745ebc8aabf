package web

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// Rooms at their addresses: the page for browsers, for curl and its like what was
// said as text, and a way to say something. docs/curl.md tells how.

// address is what a path that is neither the API's nor a file's means.
type address struct {
	room string   // as the API takes it; empty for all rooms
	seq  chat.Seq // a message in it; 0 for none
}

// reserved are first words of addresses that are no room's.
var reserved = map[string]bool{".well-known": true, "files": true, "manifest.webmanifest": true, "robots.txt": true, "favicon.ico": true, "sw.js": true}

// addressOf reads an address: /NAME or /r/NAME for a room, /d/NICK for a conversation,
// each with a message's number after it or without.
func addressOf(path string) (address, bool) {
	words := strings.Split(strings.Trim(path, "/"), "/")
	var p address
	switch {
	case words[0] == "":
		return p, len(words) == 1
	case reserved[words[0]]:
		return p, false
	case words[0] == "d" && len(words) > 1:
		p.room, words = "@"+words[1], words[2:]
	case words[0] == "r" && len(words) > 1:
		p.room, words = roomName(words[1]), words[2:]
	default:
		p.room, words = roomName(words[0]), words[1:]
	}
	switch len(words) {
	case 0:
		return p, p.room != "@"
	case 1:
		n, err := strconv.ParseUint(words[0], 10, 63)
		p.seq = chat.Seq(n)
		return p, err == nil && n > 0
	}
	return p, false
}

// servePlace answers requests for what is no file and not the API.
func (g *Gateway) servePlace(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	p, ok := addressOf(r.URL.Path)
	posts := r.Method == http.MethodPost && p.room != "" && p.seq == 0
	switch {
	case !ok:
		plainly(w, r, http.StatusNotFound, "There is nothing at "+clipped(r.URL.Path)+"; / lists the rooms.")
	case r.Method == http.MethodOptions || !reads(r) && !posts:
		w.Header().Set("Allow", "GET, HEAD, POST")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		plainly(w, r, http.StatusMethodNotAllowed, "What is here can be read; and by POST to a room something is said there.")
	case reads(r) && isBrowser(r):
		g.serveIndex(w, r, p)
	default:
		if err := g.serveText(w, r, p); err != nil {
			status, code := statusOf(err)
			if wantsJSON(r) {
				refuse(w, status, code, err.Text)
				return
			}
			plainly(w, r, status, err.Text)
		}
	}
}

// wantsJSON reports whether who asks wants to be answered with JSON.
func wantsJSON(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "json")
}

// plainly answers with a sentence.
func plainly(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	answerText(w, r, status, []byte(chat.CleanText(sentence)+"\n"))
}

func answerText(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // if the client has gone nobody needs to know
	}
}

// serveText answers those who are no browsers.
func (g *Gateway) serveText(w http.ResponseWriter, r *http.Request, p address) *chat.Error {
	s, leave, err := g.textVisit(r)
	if err != nil {
		return err
	}
	defer leave()
	if err := charge(r.Context(), s); err != nil {
		return err
	}
	c := &call{gateway: g, w: w, r: r, client: g.clientOf(r), session: s}
	r.SetPathValue("room", p.room)
	switch {
	case r.Method == http.MethodPost:
		return c.sayText(p)
	case p.room == "":
		return c.listText()
	case p.seq != 0:
		return c.messageText(p)
	}
	return c.readText()
}

// stranger is the claim of those who say something and do not say who they are.
const stranger = "guest"

// textVisit returns the session for which a request for text speaks. Who wants to say
// something without a credential is a guest for as long as a visit lasts.
func (g *Gateway) textVisit(r *http.Request) (*hub.Session, func(), *chat.Error) {
	who := g.clientOf(r)
	if nick := r.URL.Query().Get("nick"); r.Method == http.MethodPost && claimOf(r, who.secure) == (claim{}) {
		a := hub.Arrival{Nick: nick, Strict: true, Alone: true}
		if nick == "" {
			a.Nick, a.Strict = stranger, false
		}
		return g.enter(r.Context(), who, claim{name: a.Nick}, func(context.Context) (hub.Arrival, *chat.Error) { return a, nil })
	}
	return g.visit(r)
}

// usage tells what can be done here.
const usage = `
Read a room:      curl %[1]s/lobby
Follow it:        curl -N '%[1]s/lobby?follow'
Say something:    curl -d 'hello' '%[1]s/lobby?nick=otter'
As a member:      curl -H 'Authorization: Bearer TOKEN' ...
For programs:     curl %[1]s/api
`

// listText lists the rooms, and what can be done.
func (c *call) listText() *chat.Error {
	var b strings.Builder
	for _, room := range c.session.Rooms() {
		if room.Name == "" {
			continue
		}
		fmt.Fprintf(&b, "%-20s %4d  %s\n", "/"+strings.TrimPrefix(room.Name, "#"), room.Size, room.Topic)
	}
	if wantsJSON(c.r) {
		rooms, err := getRooms(c, &whichRooms{})
		if err == nil {
			reply(c.w, c.r, http.StatusOK, rooms)
		}
		return err
	}
	fmt.Fprintf(&b, usage, c.here())
	c.w.Header().Set("Cache-Control", "no-store")
	answerText(c.w, c.r, http.StatusOK, []byte(b.String()))
	return nil
}

// usualLines is how many messages are shown of a room.
const usualLines = 20

// readText shows what was said last in a room, and goes on with it if that is wanted.
func (c *call) readText() *chat.Error {
	in := messageRange{Limit: usualLines}
	if err := c.read(&in); err != nil {
		return err
	}
	room, err := c.roomAt()
	if err != nil {
		return err
	}
	if c.r.URL.Query().Has("follow") && c.r.Method == http.MethodGet && !wantsJSON(c.r) {
		return c.followText(room, &in)
	}
	page, err := c.messages(room.ID, &in)
	if err != nil {
		return err
	}
	if wantsJSON(c.r) {
		reply(c.w, c.r, http.StatusOK, page.json(c.session))
		return nil
	}
	c.answerLines(page.messages)
	return nil
}

// answerLines answers with messages, a line each.
func (c *call) answerLines(messages []hub.Message) {
	var lines []byte
	for i := range messages {
		lines = appendSaid(lines, &messages[i].Event, c.gateway.cfg.Zone, c.here())
	}
	c.w.Header().Set("Cache-Control", "no-store")
	answerText(c.w, c.r, http.StatusOK, lines)
}

// messageText shows one message.
func (c *call) messageText(p address) *chat.Error {
	m, err := c.session.Message(c.ctx(), p.seq)
	if err != nil {
		return err
	}
	if room, err := c.roomAt(); err != nil || room.ID != m.Room {
		return chat.Errorf(chat.NotFound, "Message %d is not in that room.", p.seq).Because(chat.NoSuchMessage)
	}
	if wantsJSON(c.r) {
		event := wire.Message(c.session, &m)
		reply(c.w, c.r, http.StatusOK, &event)
		return nil
	}
	c.answerLines([]hub.Message{m})
	return nil
}

// sayText says in a room what the body is. Who is not in the room comes in first.
func (c *call) sayText(p address) *chat.Error {
	said, err := c.saying()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(p.room, "@") {
		room, err := c.roomAt()
		if err != nil {
			return err
		}
		if _, in := room.Member(c.session.User()); !in {
			if _, err := c.do(&api.Command{Op: api.OpJoin, Room: uint64(room.ID)}); err != nil {
				return err
			}
		}
	}
	done, err := postMessage(c, said)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", fmt.Sprintf("%s/%d", strings.TrimSuffix(c.r.URL.EscapedPath(), "/"), done.Seq))
	if wantsJSON(c.r) {
		reply(c.w, c.r, http.StatusCreated, done)
		return nil
	}
	answerText(c.w, c.r, http.StatusCreated, nil)
	return nil
}

// saying returns what a body says: JSON if it says that it is, else plain text,
// whatever a program calls it.
func (c *call) saying() (*api.NewMessage, *chat.Error) {
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); kind == "application/json" {
		in := &api.NewMessage{}
		return in, c.readBody(in)
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		return nil, chat.Errorf(chat.Invalid, "A message has at most %d bytes here; nothing was sent.", c.gateway.cfg.Text)
	}
	return &api.NewMessage{Text: strings.TrimRight(string(body), "\r\n")}, nil
}

// appendSaid appends a message as a line, and what follows its first line below it.
// No text of a user's begins a line: what is said begins with the time and who said
// it, and goes on behind a bar. Files are links that begin with base.
func appendSaid(dst []byte, ev *chat.Event, zone *time.Location, base string) []byte {
	dst = time.UnixMilli(int64(ev.Time)).In(zone).AppendFormat(dst, "15:04 ")
	before, after := "<", "> "
	switch ev.Kind {
	case chat.Action:
		before, after = "* ", " "
	case chat.Notice:
		before, after = "-", "- "
	}
	dst = append(append(append(dst, before...), ev.Nick...), after...)
	if ev.Whose != "" {
		dst = append(append(append(dst, "(to "...), ev.Whose...), ") "...)
	}
	text := "(deleted)"
	if ev.Text != "" {
		text = ev.Shown(base)
	}
	dst = append(dst, strings.ReplaceAll(text, "\n", "\n      | ")...)
	return append(dst, '\n')
}
