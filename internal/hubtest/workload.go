package hubtest

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// Workload says who talks in a trial, and how. All they do follows from the
// seed, but for how it falls together.
type Workload struct {
	Seed     uint64
	Rooms    int // beside the lobby
	Programs int // write and read
	Readers  int // programs that only read, each connection as another guest
	Persons  int // write and read, with nothing but a socket
	Shells   int // the same, with an SSH client; every second one has a key
	Chatters int // write and read, by IRC
	Pages    int // write and read, by WebSocket
	Streams  int // write by requests, and read a stream of events
	Remotes  int // programs that go by SSH
	Cut      int // after about how many bytes a connection is cut; 0 is never
	Window   int // how many requests a program may have under way
	Members  int // of the programs, so many have accounts, and a second connection each; the others are guests
	Order    int // how often somebody keeps order: bans, kicks, mutes, promotes

	// More says whether an actor that has done so many things is to do one more.
	More func(done int) bool
}

// Times is for Workload.More: so many things each.
func Times(n int) func(int) bool { return func(done int) bool { return done < n } }

// Run lets everybody talk until they are done, and then read what they have
// not. It returns when all have gone.
func (tr *Trial) Run(w Workload) {
	c := &cast{trial: tr, Workload: w}
	if w.Order > 0 {
		c.root = tr.Owner("root")
	}
	for i := range w.Members {
		c.tokens = append(c.tokens, tr.Account(fmt.Sprintf("member%d", i)))
	}
	var writing, reading sync.WaitGroup
	for i := range w.Programs {
		p := c.program(i, 1, "c")
		writing.Go(func() { c.write(p) })
	}
	for i := range w.Members {
		p := c.program(i, 4, "d")
		writing.Go(func() { c.write(p) })
	}
	for i := range w.Pages + w.Streams {
		p := c.page(i)
		writing.Go(func() { c.write(p) })
	}
	for i := range w.Remotes {
		p := c.remote(i)
		writing.Go(func() { c.write(p) })
	}
	if w.Order > 0 {
		writing.Go(c.keepOrder)
	}
	for i := range w.Persons + w.Shells {
		writing.Go(func() { c.person(i) })
	}
	for i := range w.Chatters {
		writing.Go(func() { c.chatter(i) })
	}
	for i := range w.Readers {
		c.reader(i, &reading)
	}
	writing.Wait()
	tr.calmDown()
	reading.Wait()
	c.finale()
	tr.hung()
}

// cast is everybody who takes part in a workload.
type cast struct {
	Workload
	trial   *Trial
	root    string    // the owner's token
	tokens  []string  // of the members
	authors []*author // all of them, before any writes

	mu       sync.Mutex // guards the following
	readers  []*Program
	persons  []*Person
	chatters []*Chatter
}

// rng returns the source of an actor's decisions.
func (c *cast) rng(role uint64, i int) *rand.Rand {
	return rand.New(rand.NewPCG(c.Seed, role<<32|uint64(i)))
}

// cuts returns how an actor's connections end.
func (c *cast) cuts(rng *rand.Rand) func() cut {
	if c.Cut == 0 {
		return nil
	}
	return Cuts(rand.New(rand.NewPCG(rng.Uint64(), 0)), c.Cut)
}

// room returns the i-th room's name; the lobby is the first.
func (c *cast) room(i int) string {
	if i %= c.Rooms + 1; i > 0 {
		return fmt.Sprintf("#room%d", i)
	}
	return lobby
}

// program returns the i-th program of a role, which gives client ids that begin
// with ids.
func (c *cast) program(i int, role uint64, ids string) *author {
	rng := c.rng(role, i)
	p := c.trial.prepare(fmt.Sprintf("program%d%s", i, strings.TrimPrefix(ids, "c")), c.cuts(rng))
	p.ids, p.tried, p.token = ids, c.Order > 0, hex.EncodeToString(random(16))
	if i < len(c.tokens) {
		p.token = c.tokens[i]
	}
	p.open()
	p.window = 1 + rng.IntN(max(c.Window, 1))
	a := &author{Program: p, rng: rng, cast: c, home: c.room(i)}
	c.authors = append(c.authors, a)
	return a
}

// page returns the i-th program that goes by the web: the last ones by streams.
func (c *cast) page(i int) *author {
	rng := c.rng(7, i)
	p := c.trial.prepare(fmt.Sprintf("page%d", i), c.cuts(rng))
	p.ids, p.tried, p.token, p.way, p.window = "p", c.Order > 0, guestSecret(), byPage, 1+rng.IntN(max(c.Window, 1))
	if i >= c.Pages {
		p.way = byStream
	}
	p.open()
	a := &author{Program: p, rng: rng, cast: c, home: c.room(i)}
	c.authors = append(c.authors, a)
	return a
}

// remote returns the i-th program that goes by SSH.
func (c *cast) remote(i int) *author {
	rng := c.rng(8, i)
	p := c.trial.prepare(fmt.Sprintf("remote%d", i), c.cuts(rng))
	p.ids, p.tried, p.token, p.way, p.window = "r", c.Order > 0, hex.EncodeToString(random(16)), byShell, 1+rng.IntN(max(c.Window, 1))
	login, err := login(strings.ReplaceAll(p.who, "/", "-"), i%2 == 1)
	if err != nil {
		c.trial.fault("%s: %v", p.who, err)
	}
	p.login = login
	p.open()
	a := &author{Program: p, rng: rng, cast: c, home: c.room(i)}
	c.authors = append(c.authors, a)
	return a
}

// write writes all kinds of things, in one room after the other.
func (c *cast) write(a *author) {
	a.Go(a.home)
	for done := 0; c.More(done) && c.trial.ctx.Err() == nil; done++ {
		a.act()
	}
	a.Close()
}

// reader reads in all rooms, some of the time not at all.
func (c *cast) reader(i int, reading *sync.WaitGroup) {
	rng := c.rng(2, i)
	p := c.trial.Reader(fmt.Sprintf("reader%d", i), c.cuts(rng))
	c.mu.Lock()
	c.readers = append(c.readers, p)
	c.mu.Unlock()
	reading.Go(func() {
		for room := range c.Rooms + 1 {
			p.Go(c.room(room))
		}
		for slow := i%2 == 0; slow && c.trial.more(1+rng.IntN(200)); {
			p.Hold(true)
			c.trial.more(1 + rng.IntN(500))
			p.Hold(false)
		}
	})
}

// person says simple things. The last ones do by SSH; those of them who have a key
// talk in the lobby, since in any other room they would be found again when they come
// back, and where an unlabelled line belongs is not certain while they go there.
func (c *cast) person(i int) {
	rng := c.rng(3, i)
	name, room := fmt.Sprintf("person%d", i), c.room(i)
	var p *Person
	switch {
	case i < c.Persons:
		p = c.trial.Person(name, room, c.cuts(rng))
	case i%2 == 0:
		p = c.trial.Shell(name, room, false, c.cuts(rng))
	default:
		p = c.trial.Shell(name, lobby, true, c.cuts(rng))
	}
	c.mu.Lock()
	c.persons = append(c.persons, p)
	c.mu.Unlock()
	for done := 0; c.More(done) && c.trial.ctx.Err() == nil; done++ {
		if rng.IntN(10) == 0 {
			p.Do("waves")
		} else {
			p.Say(phrase(rng))
		}
	}
}

// chatter says simple things, and reads in a second room as well.
func (c *cast) chatter(i int) {
	rng := c.rng(6, i)
	rooms := []string{c.room(i + 1)}
	if c.room(i) != c.room(i+1) {
		rooms = append(rooms, c.room(i))
	}
	p := c.trial.Chatter(fmt.Sprintf("chatter%d", i), rooms, c.cuts(rng))
	c.mu.Lock()
	c.chatters = append(c.chatters, p)
	c.mu.Unlock()
	for done := 0; c.More(done) && c.trial.ctx.Err() == nil; done++ {
		switch n := rng.IntN(20); {
		case n == 0:
			p.Notice(phrase(rng))
		case n < 3:
			p.Do("waves")
		default:
			p.Say(phrase(rng))
		}
	}
}

// finale has everybody who only has to read on read the last word in each room.
func (c *cast) finale() {
	herald := c.trial.Program("herald", nil)
	last := map[string]string{}
	for i := range c.Rooms + 1 {
		herald.Go(c.room(i))
		last[c.room(i)] = herald.tag()
		herald.finish(herald.Say("that is all"))
	}
	herald.Close()
	for _, p := range c.readers {
		p.Close()
	}
	for _, p := range c.persons {
		p.leave(last[p.room])
	}
	for _, p := range c.chatters {
		p.leave(last)
	}
}
