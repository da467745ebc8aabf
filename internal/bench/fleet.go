package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// fleet is all clients of a run.
type fleet struct {
	cfg        Config
	dialects   []Dialect // what clients speak, but for senders where they speak something else
	outside    bool      // clients land in no room, and enter later
	address    string
	run        uint16
	epoch      time.Time // what the times in tags count from
	words      []byte    // of which messages are made
	closedLoop bool

	rooms   []*room
	clients []*client // the first Config.Senders of them send
	shards  []*shard
	sending atomic.Bool
	tr      transport

	arrivals chan arrival // one for each client; large enough that sending never waits; never closed
	pacer    sync.WaitGroup
	late     time.Duration // the pacer's: the longest that a message left after it was due; read after halt
	halted   chan struct{} // closed by halt: the pacer returns
}

// room is a room of the run, with who sends and who reads in it.
type room struct {
	name    string
	number  int
	rooms   int // how many there are in all
	senders []*client
	readers []*client
}

// slotOf returns the position of a sender among those of the room. It reports
// false if that sender doesn't send here.
func (r *room) slotOf(sender uint16) (int, bool) {
	slot := int(sender) / r.rooms
	return slot, int(sender)%r.rooms == r.number && slot < len(r.senders)
}

// arrival is a client's landing, or its failure to.
type arrival struct {
	c   *client
	err error
}

// transport connects clients and feeds them what comes. close ends all
// connections and returns when its goroutines have.
type transport interface {
	dial(c *client)
	close()
}

const (
	maxUnacked  = 1 << 14          // a paced sender waits with so many messages in flight
	landBurst   = 1000             // connections that may be landing at once
	landTimeout = 90 * time.Second // without anybody's landing
	maxTries    = 5                // to connect again, after a pause, when refused
	retryPause  = 50 * time.Millisecond
	maxLine     = 64 << 10 // bytes that a server may send without a line break
)

// newFleet prepares the clients of cfg, without connecting them.
// newTransport chooses how they read.
func newFleet(cfg Config, address string, newTransport func(*fleet) (transport, error)) (*fleet, error) {
	f := &fleet{
		cfg: cfg, dialects: cfg.Dialects, address: address, closedLoop: cfg.Rate == 0,
		run: uint16(rand.Uint32()), epoch: time.Now(), words: chatter(cfg.Size),
		arrivals: make(chan arrival, (2+maxTries)*cfg.Clients), halted: make(chan struct{}),
	}
	if len(f.dialects) == 0 {
		f.dialects = []Dialect{lineDialect{}}
	}
	for range f.readers() {
		f.shards = append(f.shards, &shard{from: math.MaxInt64})
	}
	if cfg.Rooms == 0 {
		f.outside = true
	}
	for i := range max(cfg.Rooms, 1) {
		f.rooms = append(f.rooms, &room{name: f.roomName(i), number: i, rooms: max(cfg.Rooms, 1)})
	}
	for i := range cfg.Clients {
		f.addClient(i)
	}
	for _, r := range f.rooms {
		r.prepareSights()
	}
	var err error
	f.tr, err = newTransport(f)
	return f, err
}

// readers returns the number of shards.
func (f *fleet) readers() int {
	if f.cfg.Readers > 0 {
		return f.cfg.Readers
	}
	return min(runtime.GOMAXPROCS(0), 4)
}

// roomName names room i. One room is the lobby, if that is where all clients
// are anyway.
func (f *fleet) roomName(i int) string {
	home := func(d Dialect) bool { return d.Home() == lobby }
	if f.cfg.Rooms == 1 && !slices.ContainsFunc(f.dialects, func(d Dialect) bool { return !home(d) }) {
		return lobby
	}
	return fmt.Sprintf("#b%d", i)
}

// addClient makes client i and puts it into its room.
func (f *fleet) addClient(i int) {
	r := f.rooms[i%len(f.rooms)]
	c := &client{
		f: f, dialect: f.cfg.speaks(i), sh: f.shards[i%len(f.shards)], room: r, number: i,
		nick: fmt.Sprintf("b%d", i), token: fmt.Sprintf("t%04x-%d", f.run, i),
		sends: i < f.cfg.Senders, quota: f.quota(i),
	}
	switch f.cfg.Verify {
	case VerifyCount:
		c.counting = !c.sends
	case VerifySample:
		c.counting = !c.sends && len(r.readers)%f.cfg.Sample != 0
	}
	if c.sends {
		r.senders = append(r.senders, c)
	}
	r.readers = append(r.readers, c)
	f.clients = append(f.clients, c)
}

// quota returns how many messages sender i may send.
func (f *fleet) quota(i int) uint32 {
	count, senders := f.cfg.Count, f.cfg.Senders
	switch {
	case i >= senders:
		return 0
	case count == 0:
		return math.MaxUint32
	case i < count%senders:
		return uint32(count/senders + 1)
	default:
		return uint32(count / senders)
	}
}

// prepareSights gives each checking reader its counters.
func (r *room) prepareSights() {
	for _, c := range r.readers {
		if !c.counting {
			c.sight.next = make([]uint32, len(r.senders))
		}
	}
}

// pad returns what follows a tag: other words in each message, so that a compressor has
// about as much to do as with what people say.
func (f *fleet) pad(t tag) []byte {
	n := f.cfg.Size - tagSize
	if n <= 0 {
		return nil
	}
	at := (int(t.sender)*apart + int(t.count)*n) % (len(f.words) - 2*n)
	for f.words[at+n-1] == ' ' { // a server would take it away
		at++
	}
	return f.words[at : at+n]
}

// apart is how far into the words those of the next sender begin.
const apart = 7919

// chatter returns words for messages of a size: of 3,000 that are always the same, the
// first of which are frequent (Zipf's law, as in languages).
func chatter(size int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var vocabulary [3000]string
	for i := range vocabulary {
		var word strings.Builder
		for range 1 + random.IntN(5) {
			word.WriteByte("tnshrdlcmwfgypbvk"[random.IntN(17)])
			word.WriteByte("eaoiu"[random.IntN(5)])
		}
		vocabulary[i] = word.String()
	}
	frequent := rand.NewZipf(random, 1.1, 10, uint64(len(vocabulary)-1))
	var text []byte
	for len(text) < 64<<10+4*size {
		text = append(append(text, vocabulary[frequent.Uint64()]...), ' ')
	}
	return text
}

// padding returns n bytes of words, always the same, for the probe of the disk.
func padding(n int) []byte {
	const words = " the quick brown fox jumps over the lazy dog and every reader sees it in one order"
	p := []byte(strings.Repeat(words, n/len(words)+1)[:n])
	if n > 0 && p[n-1] == ' ' {
		p[n-1] = '.'
	}
	return p
}

// dialectName names what the clients speak.
func (f *fleet) dialectName() string {
	var names []string
	for _, d := range f.dialects {
		names = append(names, d.Name())
	}
	return strings.Join(names, "+")
}

// now returns the time since the run began, in nanoseconds.
func (f *fleet) now() int64 { return int64(time.Since(f.epoch)) }

// land connects all clients, in an order that spreads the senders, and returns
// when each has seen the answer of its probe.
func (f *fleet) land(ctx context.Context) error {
	stuck := time.NewTimer(landTimeout)
	defer stuck.Stop()
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(f.clients))
	var waiting []*client // to be dialed once more
	var pause <-chan time.Time
	for next, done := 0, 0; done < len(f.clients); {
		for next < len(order) && next-done < f.cfg.landBurst() {
			c := f.clients[order[next]]
			c.dialed = f.now()
			f.tr.dial(c)
			next++
		}
		select {
		case a := <-f.arrivals:
			if a.err != nil && a.c.mayRetry(a.err) {
				waiting = append(waiting, a.c)
				if pause == nil {
					pause = time.After(retryPause)
				}
				continue
			}
			if a.err != nil {
				return fmt.Errorf("bench: client %d of %d did not land at %s: %w", done+1, len(f.clients), f.address, a.err)
			}
			done++
			stuck.Reset(landTimeout)
		case <-pause:
			pause = nil
			for _, c := range waiting {
				f.tr.dial(c)
			}
			waiting = waiting[:0]
		case <-ctx.Done():
			return f.notAllLanded(done, context.Cause(ctx))
		case <-stuck.C:
			return f.notAllLanded(done, errLandTimeout)
		}
	}
	return nil
}

// notAllLanded says how many have landed, and why it is not waited for more.
func (f *fleet) notAllLanded(done int, why error) error {
	return fmt.Errorf("bench: %d of %d clients landed at %s: %w", done, len(f.clients), f.address, why)
}

var errLandTimeout = errors.New("the others got no answer to their ping in time; is this a server that speaks this protocol?")

// mayRetry reports whether a client that did not land is to try once more:
// while thousands connect, a server's queue for them may be full.
func (c *client) mayRetry(err error) bool {
	if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ECONNRESET) || c.tries >= maxTries {
		return false
	}
	c.tries++
	c.mu.Lock()
	c.gone = nil
	c.mu.Unlock()
	return true
}

// landing returns the distribution of the clients' landing times.
func (f *fleet) landing() *Latency {
	var h histogram
	for _, c := range f.clients {
		c.sh.mu.Lock()
		h.record(c.landTime)
		c.sh.mu.Unlock()
	}
	return h.latency()
}

// send starts the load. It goes on until halt.
func (f *fleet) send() {
	f.sending.Store(true)
	senders := f.clients[:f.cfg.Senders]
	if !f.closedLoop {
		f.pacer.Go(func() { f.pace(senders) })
		return
	}
	for _, c := range senders {
		c.mu.Lock()
		c.topUp(f.now())
		c.mu.Unlock()
	}
}

// pace sends at the configured rate, the senders taking turns. A message's tag
// carries the time at which it was due, so a delay on the way to the socket
// counts as latency and does not thin the load unseen.
func (f *fleet) pace(senders []*client) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	begin := f.now()
	for k := 0; f.sending.Load(); {
		due := begin + int64(float64(k)/f.cfg.Rate*1e9)
		wait := time.Duration(due - f.now())
		if wait <= 0 && senders[k%len(senders)].sendDue(due) {
			f.late = max(f.late, -wait)
			k++
			continue
		}
		timer.Reset(max(wait, time.Millisecond/4))
		select {
		case <-timer.C:
		case <-f.halted:
		}
	}
}

// halt stops the load; what is in flight may still arrive.
func (f *fleet) halt() {
	if f.sending.Swap(false) {
		close(f.halted)
	}
	f.pacer.Wait()
}

// close ends all connections.
func (f *fleet) close() {
	f.halt()
	f.tr.close()
}
