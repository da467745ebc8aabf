package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// How connections that are told live begin.

// protocolOwn is the subprotocol that is spoken with those who ask for none.
const protocolOwn = "hubbub.v1"

// live answers a request to go on by WebSocket.
func (g *Gateway) live(w http.ResponseWriter, r *http.Request) {
	u, bad := parseUpgrade(r, g.protocols()...)
	switch {
	case bad != nil:
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-WebSocket-Version", "13")
		refuse(w, bad.status, chat.Invalid.String(), bad.text)
		return
	case !fromHere(r, g.cfg.Origins):
		problem(w, errOrigin)
		return
	}
	if carry := g.cfg.Carried[u.protocol]; carry != nil {
		g.carry(w, r, &u, carry)
		return
	}
	a, err := g.liveArrival(r)
	c := &live{gateway: g, format: formatFrame}
	if err == nil {
		c.resumed, err = g.resume(&a, r.FormValue("epoch"), r.FormValue("after"), r.FormValue("limit"))
	}
	if err != nil {
		problem(w, err)
		return
	}
	if u.deflates {
		c.format = formatDeflated
	}
	c.answer = u.answer()
	g.begin(w, r, c, &a)
}

// protocols returns the subprotocols that are known.
func (g *Gateway) protocols() []string {
	known := []string{protocolOwn}
	for protocol := range g.cfg.Carried {
		known = append(known, protocol)
	}
	return known
}

// liveArrival returns how to arrive for a connection that is told live. Who comes
// without a credential is a guest, where those are let in.
func (g *Gateway) liveArrival(r *http.Request) (hub.Arrival, *chat.Error) {
	a, err := g.arrival(r)
	if err == nil && a == (hub.Arrival{}) && !g.cfg.Hub.Policy().Guests {
		err = errLogin
	}
	if a.User == 0 && a.Nick == "" {
		a.Nick = r.FormValue("nick")
	}
	return a, err
}

// resume has somebody who arrives read on from a position, if that is one of this
// log, and no more has happened since than they want to be told. It reports whether
// they do.
func (g *Gateway) resume(a *hub.Arrival, epoch, after, limit string) (bool, *chat.Error) {
	position, err := parseSeq("after", after)
	if err != nil {
		return false, err
	}
	most, err := parseSeq("limit", limit)
	if err != nil {
		return false, err
	}
	horizon := g.cfg.Hub.Horizon()
	if position == 0 || position > horizon || epoch != g.cfg.Hub.Epoch() || limit != "" && horizon-position > most {
		return false, nil
	}
	a.Resume = position
	return true, nil
}

func parseSeq(name, text string) (chat.Seq, *chat.Error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, chat.Errorf(chat.Invalid, "%s is a number, and can't be %q.", name, clipped(text))
	}
	return chat.Seq(n), nil
}

// begin takes a request's connection, and has it told live.
func (g *Gateway) begin(w http.ResponseWriter, r *http.Request, c *live, a *hub.Arrival) {
	t, err := g.hijack(w, r)
	if err != nil {
		g.cfg.Logger.Error("take a connection from the HTTP server", "err", err)
		return
	}
	first := t.First
	t.First = nil
	c.Conn = g.cfg.Pump.Open(t.conn.ctx, t.Peer, c)
	c.in = newMessages(c, first, maxMessage, c.format == formatDeflated)
	if err := c.arrive(t.conn.ctx, a); err != nil {
		t.GoOn(func() { c.turnAway(err) })
		return
	}
	g.lives.add(c)
	t.GoOn(c.run)
}

// arrive lets the peer in, or look in.
func (c *live) arrive(ctx context.Context, a *hub.Arrival) *chat.Error {
	if c.looks {
		after := a.Resume
		if after == 0 {
			after = c.Session().Horizon()
		}
		return c.Session().Look(ctx, c.only, after)
	}
	err := c.Session().Arrive(ctx, *a)
	if err == nil {
		c.Session().Settled()
	}
	return err
}

// turnAway answers a request whose sender may not come in. Nothing has been answered
// yet.
func (c *live) turnAway(err *chat.Error) {
	var w rawWriter
	secure(w.Header())
	problem(&w, err)
	c.Conn.Session().Post(c.Context(), w.bytes())
	c.Close()
}

// rawWriter writes an answer to where there is no HTTP server any more.
type rawWriter struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (w *rawWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader implements [http.ResponseWriter].
func (w *rawWriter) WriteHeader(status int) { w.status = status }

// Write implements [http.ResponseWriter].
func (w *rawWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

// bytes returns the answer. The connection ends with it.
func (w *rawWriter) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(w.status) + " " + http.StatusText(w.status) + "\r\n")
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("Connection", "close")
	w.Header().Write(&b) // into memory
	b.WriteString("\r\n")
	b.Write(w.body.Bytes())
	return b.Bytes()
}

// events answers a request for a stream of what happens
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func (g *Gateway) events(w http.ResponseWriter, r *http.Request) {
	var a hub.Arrival
	var err *chat.Error
	c := &live{gateway: g, format: formatStream}
	if !g.own(r) { // it may make a guest
		err = errOrigin
	} else if name := r.FormValue("room"); name != "" {
		c.only, c.looks, err = g.narrow(r, name)
	}
	if err == nil && !c.looks {
		a, err = g.liveArrival(r)
	}
	epoch, after := r.FormValue("epoch"), r.FormValue("after")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		epoch, after, _ = strings.Cut(last, ":")
	}
	if err == nil {
		c.resumed, err = g.resume(&a, epoch, after, r.FormValue("limit"))
	}
	if err != nil {
		problem(w, err)
		return
	}
	if c.answer = streamAnswer("text/event-stream"); r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	g.begin(w, r, c, &a)
}

// narrow returns the one room that is wanted. Who is not in it looks in, as nobody.
func (g *Gateway) narrow(r *http.Request, name string) (room chat.RoomID, looks bool, err *chat.Error) {
	s, leave, err := g.visit(r)
	if err != nil {
		return 0, false, err
	}
	defer leave()
	info, err := s.Room(roomName(name))
	if err != nil {
		return 0, false, err
	}
	return info.ID, g.looks(r, s, info), nil
}

// looks reports whether a request looks into a room: its sender is not in it, or is a
// guest whom nothing proves but the connection by which they came.
func (g *Gateway) looks(r *http.Request, s *hub.Session, room *chat.RoomInfo) bool {
	_, in := room.Member(s.User())
	by := claimOf(r, g.clientOf(r).secure)
	return !in || by.credential == "" && by.password == ""
}

// followText shows what was said last in a room, and goes on with what is said: in the
// name of a member, or of nobody.
func (c *call) followText(room *chat.RoomInfo, in *messageRange) *chat.Error {
	l := &live{gateway: c.gateway, format: formatText, only: room.ID}
	l.looks = c.gateway.looks(c.r, c.session, room)
	a, again := c.session.Again() // which has been proved for this request already
	if !again {
		var err *chat.Error
		if a, err = c.gateway.arrival(c.r); err != nil {
			return err
		}
	}
	a.Resume = c.session.Horizon()
	page, err := c.messages(room.ID, &messageRange{Before: uint64(a.Resume) + 1, Limit: in.Limit})
	if err != nil {
		return err
	}
	l.answer = streamAnswer("text/plain; charset=utf-8")
	for i := range page.messages {
		l.answer = appendSaid(l.answer, &page.messages[i].Event, c.gateway.cfg.Zone, c.here())
	}
	c.gateway.begin(c.w, c.r, l, &a)
	return nil
}

// streamAnswer is what is answered before a stream that has no end. It closes with the
// connection.
func streamAnswer(kind string) []byte {
	w := rawWriter{status: http.StatusOK}
	secure(w.Header())
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // or nginx waits for more
	return w.bytes()
}
