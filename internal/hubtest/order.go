package hubtest

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/checker"
)

// Accounts, and somebody who keeps order while everybody talks.

// ownerCode returns the code that makes whoever registers with it the owner. The
// server must have none yet.
func (s *Server) ownerCode() string {
	code, err := os.ReadFile(filepath.Join(s.data, "owner-code"))
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(code))
}

// Owner makes the account that owns the server, and Account one of a member. They
// return a token of it, that may do everything.
func (tr *Trial) Owner(name string) (token string) {
	tr.t.Helper()
	return tr.account(name, tr.server.ownerCode())
}

// Account is described at Owner.
func (tr *Trial) Account(name string) (token string) {
	tr.t.Helper()
	return tr.account(name, "")
}

// account makes an account, as a person at a terminal does, and returns a token
// of it that may do everything.
func (tr *Trial) account(name, code string) (token string) {
	tr.t.Helper()
	l, err := tr.server.dial(tr.ctx, never)
	if err != nil {
		tr.t.Fatal(err)
	}
	defer l.Close()
	const password = "correct horse battery"
	fmt.Fprintf(l, "/register %s-%s %s\n%s\n%s\n/token new hubtest all\n", tr.name, name, code, password, password)
	in := bufio.NewReader(l)
	for said := ""; ; {
		line, err := in.ReadString('\n')
		said += line
		if word := strings.TrimSpace(strings.TrimPrefix(line, "* ")); auth.IsToken(word) {
			return word
		}
		if err != nil || strings.Contains(line, "! ") {
			tr.t.Fatalf("register %s: %v; the server said:\n%s", name, err, said)
		}
	}
}

// warden is the owner, who keeps order among the authors.
type warden struct {
	*Program
	rng  *rand.Rand
	cast *cast
}

// keepOrder does something to somebody, again and again. In between the warden
// talks: that is something to wait for, even if everybody else is banned.
func (c *cast) keepOrder() {
	rng := c.rng(5, 0)
	w := &warden{Program: c.trial.prepare("warden", c.cuts(rng)), rng: rng, cast: c}
	w.token = c.root
	w.open()
	for range c.Order {
		if c.trial.ctx.Err() != nil {
			break
		}
		w.Go(c.room(rng.IntN(c.Rooms + 1)))
		a := c.authors[rng.IntN(len(c.authors))]
		switch n := rng.IntN(10); {
		case n < 4:
			w.ban(a)
		case n < 6:
			w.try("kick", a, "/kick %s enough")
		case n < 8 && w.try("mute", a, "/mute %s 1h enough"):
			w.talk()
			w.lift("/unmute %s", a)
		case n < 9 && w.try("promote", a, "/role %s admin"):
			w.talk()
			w.lift("/role %s member", a)
		default:
			w.try("rank", a, "/role %s moderator")
		}
		w.talk()
	}
	w.Close()
}

// talk lets some time pass in which others may talk too.
func (w *warden) talk() {
	for range 1 + w.rng.IntN(10) {
		w.finish(w.Say("keep it civil"))
	}
}

// try does something to an author, and reports whether it was done: those who are
// called otherwise by then, are not in the room, or are no members, are not met.
func (w *warden) try(what string, a *author, order string) bool {
	_, nick := a.known()
	if w.ask(fmt.Sprintf(order, nick)).Type != api.TypeAck {
		return false
	}
	w.trial.mu.Lock()
	defer w.trial.mu.Unlock()
	w.trial.orders[what]++
	return true
}

// lift takes something back that was done to an author, who may have got another
// nick meanwhile, or may have gone for good.
func (w *warden) lift(order string, a *author) {
	for w.trial.ctx.Err() == nil {
		goes := a.goes()
		_, nick := a.known()
		if m := w.ask(fmt.Sprintf(order, nick)); m.Type == api.TypeAck || m.Code == codeConflict || goes {
			return
		}
	}
}

// goes reports whether the program wants nothing any more.
func (p *Program) goes() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closing
}

// ban bans an author from the server for a while: at least until each of their
// connections has ended, and another was refused. What the answers say is
// recorded, so that the history is judged by it.
func (w *warden) ban(a *author) {
	user, nick := a.known()
	op := checker.Op{Verb: checker.Ban, Author: strconv.FormatUint(user, 10)}
	if !w.decree(op, "/ban server "+nick+" for a while") && !w.bannedUnheard() {
		return
	}
	for _, other := range w.cast.authors {
		if other.token == a.token {
			other.awaitBarred()
		}
	}
	w.talk()
	op.Verb = checker.Lift
	if !w.decree(op, "/unban server "+w.onlyBanned()) && w.trial.ctx.Err() == nil {
		w.trial.fault("%s could not lift the ban of %s", w.who, nick)
	}
}

// bannedUnheard reports whether somebody is banned although the answer was that there
// is nobody of that name: the ban was done, its answer was lost with a connection, and
// by the time it was asked for again the guest had gone. It counts as one that was done.
func (w *warden) bannedUnheard() bool {
	if w.onlyBanned() == noName {
		return false
	}
	w.trial.mu.Lock()
	defer w.trial.mu.Unlock()
	w.trial.orders[string(checker.Ban)]++
	return true
}

// noName is what onlyBanned returns when nobody is banned.
const noName = "nobody"

// onlyBanned returns the name of the one who is banned: the target may have taken
// another just before.
func (w *warden) onlyBanned() string {
	_, ban, _ := strings.Cut(w.ask("/bans").Text, "\n*")
	return strings.Trim(strings.Fields(ban + " " + noName)[0], ",;:")
}

// awaitBarred waits until the program has once more not been let in, or wants
// nothing any more.
func (p *Program) awaitBarred() {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.barred
	p.await(func() bool { return p.barred > before || p.closing })
}

// decree does what ends or begins a ban, records it, and reports whether it was
// done.
func (w *warden) decree(op checker.Op, line string) bool {
	op.Who, op.Node, op.Protocol, op.Start = w.who, node, "json", w.trial.rec.Now()
	m, lifted := w.ask(line), false
	op.End, op.Seq, op.Epoch, op.Outcome = w.trial.rec.Now(), m.Seq, w.epoch(), checker.OK
	switch m.Type {
	case api.TypeAck:
	case api.TypeError:
		op.Outcome = checker.Fail
		if m.Code == codeNotFound {
			op.Outcome = checker.Unknown // it may have been done, and the answer was lost with a connection
			lifted = op.Verb == checker.Lift
		}
	default:
		op.Outcome = checker.Unknown
	}
	w.note(op)
	w.trial.mu.Lock()
	defer w.trial.mu.Unlock()
	done := op.Outcome == checker.OK || lifted
	if done {
		w.trial.orders[string(op.Verb)]++
	}
	return done
}

// epoch returns the epoch of the last welcome.
func (p *Program) epoch() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view.epoch
}

// Orders returns what was done to keep order, and how often.
func (tr *Trial) Orders() map[string]int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return maps.Clone(tr.orders)
}
