package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Whom a request speaks for: who has a credential, or nobody.

// guestPrefix begins the secret by which a guest comes back.
const guestPrefix = "g."

// newGuestSecret draws one.
func newGuestSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return guestPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// guestKey returns the key of the guest who has a secret, and false if it is none.
func guestKey(secret string) (chat.Key, bool) {
	text, ok := strings.CutPrefix(secret, guestPrefix)
	if b, err := base64.RawURLEncoding.DecodeString(text); !ok || err != nil || len(b) != 32 {
		return chat.Key{}, false
	}
	return sha256.Sum256([]byte(secret)), true
}

// claim is what a request says about who sends it.
type claim struct {
	credential     string // a token or a guest's secret
	name, password string // instead
}

// claimOf returns what a request comes with: an Authorization header, or else the
// cookie.
func claimOf(r *http.Request, secure bool) claim {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return claim{credential: strings.TrimSpace(token)}
	}
	if name, password, ok := r.BasicAuth(); ok {
		return claim{name: name, password: password}
	}
	if c, err := r.Cookie(cookieName(secure)); err == nil {
		return claim{credential: c.Value}
	}
	return claim{}
}

// secret reports whether who overhears the claim can make it too, and be a member.
func (c claim) secret() bool {
	_, guest := guestKey(c.credential)
	return c.password != "" || c.credential != "" && !guest
}

// key returns what tells claims apart.
func (c claim) key() [sha256.Size]byte {
	return sha256.Sum256([]byte(c.credential + "\n" + c.name + "\n" + c.password))
}

// arrival returns how to arrive with a session for whom a request speaks for; the
// zero value for nobody. It is how a session of one's own begins, as that of a live
// connection.
func (g *Gateway) arrival(r *http.Request) (hub.Arrival, *chat.Error) {
	who := g.clientOf(r)
	return g.prove(r.Context(), who, claimOf(r, who.secure))
}

// prove returns how to arrive by a claim.
func (g *Gateway) prove(ctx context.Context, who client, c claim) (hub.Arrival, *chat.Error) {
	key, guest := guestKey(c.credential)
	switch {
	case c == claim{}:
		return hub.Arrival{}, nil
	case guest:
		return hub.Arrival{Key: key}, nil
	case c.secret() && !who.private:
		return hub.Arrival{}, errSecret
	case c.credential == "" && c.password == "":
		return hub.Arrival{Nick: c.name, Strict: true, Alone: true}, nil
	case c.credential == "":
		a, err := g.cfg.Door.Plain(ctx, c.name, c.password, who.from)
		return a, unknown(err)
	}
	a, err := g.cfg.Door.ByBrowser(ctx, c.credential, who.from)
	return a, unknown(err)
}

// unknown says of a claim that was refused that another may be accepted.
func unknown(err *chat.Error) *chat.Error {
	if err == nil || err.Code != chat.Forbidden || err.Why != 0 || err == door.ErrCode {
		return err
	}
	again := *err
	return again.Because(chat.NeedsLogin)
}

// How long a session is kept after the last request that it served, how many there
// are at most, and how often they are looked through.
const (
	visitLasts = time.Minute
	maxVisits  = 10_000
	sweepEvery = 10 * time.Second
)

// visits are the sessions of plain requests: a burst of them by one credential, from
// one address, is one arrival.
type visits struct {
	gateway *Gateway

	mu   sync.Mutex // guards the following and what is in it; held for map operations only
	open map[visitKey]*visit
}

// visitKey is whom a visit is of.
type visitKey struct {
	claim [sha256.Size]byte
	from  netip.Addr
}

// visit is a session for requests. It has no reader: its cursors wait, each in the
// session's queue once at most.
type visit struct {
	session *hub.Session
	arrived chan struct{} // closed when it is known whether it could arrive
	err     *chat.Error   // why not; written before arrived is closed
	uses    int           // requests under way
	last    time.Time     // when the last one ended
}

// Wake implements [hub.Peer].
func (*visit) Wake() {}

// Dialect implements [hub.Peer].
func (*visit) Dialect(*chat.RoomInfo) hub.Dialect { return 0 }

func (v *visits) init(g *Gateway) { v.gateway, v.open = g, map[visitKey]*visit{} }

// visit returns the session for which a request speaks, and what to call when the
// request is done. If it comes without a claim the session has not arrived: it looks
// in, where guests are let in.
func (g *Gateway) visit(r *http.Request) (*hub.Session, func(), *chat.Error) {
	who := g.clientOf(r)
	c := claimOf(r, who.secure)
	switch {
	case c == (claim{}) && !g.cfg.Hub.Policy().Guests:
		return nil, nil, errLogin
	case c.secret() && !who.private: // of a visit that is under way too
		return nil, nil, errSecret
	}
	return g.enter(r.Context(), who, c, func(ctx context.Context) (hub.Arrival, *chat.Error) { return g.prove(ctx, who, c) })
}

// enter returns the session of a claim's visit. If there is none yet it arrives as
// the function says.
func (g *Gateway) enter(ctx context.Context, who client, c claim, how func(context.Context) (hub.Arrival, *chat.Error)) (*hub.Session, func(), *chat.Error) {
	v, key := &g.visits, visitKey{c.key(), who.from}
	this, first, err := v.take(key)
	if err != nil {
		return nil, nil, err
	}
	leave := func() { v.leave(key, this) }
	if first {
		if c != (claim{}) {
			this.err = this.arrive(ctx, how)
		}
		close(this.arrived)
	}
	select {
	case <-this.arrived:
	case <-ctx.Done():
		leave()
		return nil, nil, errClosing
	}
	if this.err != nil {
		v.drop(key, this)
		leave()
		return nil, nil, this.err
	}
	return this.session, leave, nil
}

// arrive lets the visit's session come in. Others may wait for that: it does not end
// with the request.
func (v *visit) arrive(ctx context.Context, how func(context.Context) (hub.Arrival, *chat.Error)) *chat.Error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), headerTime)
	defer cancel()
	a, err := how(ctx)
	if err != nil {
		return err
	}
	return unknown(v.session.Arrive(ctx, a))
}

// take returns the visit of that key, or a new one, which has to arrive.
func (v *visits) take(key visitKey) (this *visit, first bool, err *chat.Error) {
	var ended *visit
	defer func() { ended.close() }()
	v.mu.Lock()
	defer v.mu.Unlock()
	this = v.open[key]
	if this != nil && this.over() {
		ended, this = v.remove(key), nil
	}
	if this == nil {
		if len(v.open) >= maxVisits {
			if ended = v.makeRoom(); ended == nil {
				return nil, false, errRush
			}
		}
		this, first = &visit{arrived: make(chan struct{})}, true
		this.session = v.gateway.cfg.Hub.Connect(key.from, this)
		this.session.Pass()
		v.open[key] = this
	}
	this.uses++
	return this, first, nil
}

// over reports whether the session can't go on, since its user has departed, was
// banned, or has dropped what it came by.
func (v *visit) over() bool { return v.session.Evicted() != nil }

// close ends the session. It does nothing for nil.
func (v *visit) close() {
	if v != nil {
		v.session.Close()
	}
}

// remove takes a visit from the map, and returns it if it is to be closed. v.mu must
// be held.
func (v *visits) remove(key visitKey) *visit {
	this := v.open[key]
	delete(v.open, key)
	if this.uses > 0 {
		return nil // the last request closes it
	}
	return this
}

// makeRoom removes a visit that no request uses, and returns it. v.mu must be held.
func (v *visits) makeRoom() *visit {
	for key, this := range v.open {
		if this.uses == 0 {
			return v.remove(key)
		}
	}
	return nil
}

// leave ends a request of a visit.
func (v *visits) leave(key visitKey, this *visit) {
	v.mu.Lock()
	this.uses--
	this.last = time.Now()
	last := this.uses == 0 && v.open[key] != this
	v.mu.Unlock()
	if last {
		this.close()
	}
}

// drop has nobody else use a visit that a request uses.
func (v *visits) drop(key visitKey, this *visit) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open[key] == this {
		v.remove(key)
	}
}

// forget ends the visit of a claim, since it has been taken back.
func (v *visits) forget(who client, c claim) {
	key := visitKey{c.key(), who.from}
	v.mu.Lock()
	var ended *visit
	if v.open[key] != nil {
		ended = v.remove(key)
	}
	v.mu.Unlock()
	ended.close()
}

// sweep ends visits that nobody has needed for a while, until ctx ends.
func (v *visits) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			v.closeUnused(now.Add(-visitLasts))
		case <-ctx.Done():
			return
		}
	}
}

// close ends all visits. No request may be under way.
func (v *visits) close() { v.closeUnused(time.Now()) }

// closeUnused ends the visits whose last request ended before a moment.
func (v *visits) closeUnused(before time.Time) {
	var ended []*visit
	v.mu.Lock()
	for key, this := range v.open {
		if this.uses == 0 && !this.last.After(before) {
			ended = append(ended, v.remove(key))
		}
	}
	v.mu.Unlock()
	for _, this := range ended {
		this.close()
	}
}
