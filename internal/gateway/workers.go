package gateway

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// workers write to connections that can take what they are due at once: as many
// goroutines as there are processors, and a queue of connections to look at.
//
// A message to a thousand readers is then a thousand short turns of a few
// goroutines, whose stacks have grown once, instead of a thousand goroutines.
// And since the queue is first in, first out, what arrives for a connection
// while it waits for its turn leaves in the same write: the longer the queue,
// the larger the writes.
//
// No turn may wait for anything. A connection that would make it wait (its
// socket is full, it has to read from the store what it has missed, it is to be
// greeted) gets a goroutine of its own until it rests.
type workers struct {
	idle atomic.Int32 // workers that wait for ready

	mu      sync.Mutex // guards the following; held for a push or a pop only
	ready   sync.Cond  // on mu: there is something in the queue, or stopped
	queue   []*Conn    // from head on
	head    int
	running bool // there are workers
}

// turn is how many bytes a connection may be sent before others have theirs.
const turn = 2 * maxWrite

// run runs the workers until stop is closed.
func (w *workers) run(stop <-chan struct{}) {
	var all sync.WaitGroup
	w.mu.Lock()
	w.running = true
	w.mu.Unlock()
	for range runtime.GOMAXPROCS(0) {
		all.Go(w.work)
	}
	<-stop
	w.mu.Lock()
	w.running = false
	w.ready.Broadcast()
	w.mu.Unlock()
	all.Wait()
}

// push queues a connection whose state is wanted, or reports that there are no
// workers. A connection is queued once at most.
func (w *workers) push(c *Conn) bool {
	w.mu.Lock()
	if !w.running {
		w.mu.Unlock()
		return false
	}
	w.queue = append(w.queue, c)
	w.mu.Unlock()
	if w.idle.Load() > 0 {
		w.ready.Signal()
	}
	return true
}

// handful is how many connections a worker takes from the queue at once, so that
// the lock is not taken for each.
const handful = 8

// keptQueue is for how many connections an empty queue keeps its memory.
const keptQueue = 4096

// pop waits for connections and returns some in hand. There are none when the
// workers are to end; the queue is empty then.
func (w *workers) pop(hand []*Conn) []*Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.head == len(w.queue) {
		if !w.running {
			return nil
		}
		w.idle.Add(1)
		w.ready.Wait()
		w.idle.Add(-1)
	}
	waiting := w.queue[w.head:]
	// Leave something for the others while there is little.
	n := copy(hand, waiting[:min(handful, max(1, len(waiting)/4))])
	clear(waiting[:n])
	w.head += n
	switch {
	case w.head == len(w.queue) && cap(w.queue) > keptQueue:
		w.queue, w.head = nil, 0
	case w.head == len(w.queue):
		w.queue, w.head = w.queue[:0], 0
	case w.head >= 1024 && w.head*2 >= len(w.queue):
		n := copy(w.queue, w.queue[w.head:])
		clear(w.queue[n:])
		w.queue, w.head = w.queue[:n], 0
	}
	return hand[:n]
}

// yieldEvery is after how many handfuls a worker lets other goroutines run: the
// applier and the readers of connections must not wait for a whole round.
const yieldEvery = 4

func (w *workers) work() {
	t := newTry()
	var out gather // from turn to turn
	var hand [handful]*Conn
	for rounds := 1; ; rounds++ {
		conns := w.pop(hand[:])
		if len(conns) == 0 {
			return
		}
		for _, c := range conns {
			c.turn(&out, t)
		}
		if rounds%yieldEvery == 0 {
			runtime.Gosched()
		}
	}
}

// turn writes what is due to a connection, and leaves it to a goroutine of its
// own if that would take waiting.
func (c *Conn) turn(out *gather, t *try) {
	c.state.Store(writing)
	out.conn = c
	done, err := c.write(out, t)
	if err == nil && !done {
		own := *out
		*out = gather{}
		c.alone(&own)
		return
	}
	out.drop()
	if err != nil {
		c.broken(err)
	}
	c.rest()
}

// rest ends the writing, unless there is more to write by now.
func (c *Conn) rest() {
	if !c.state.CompareAndSwap(writing, resting) {
		c.queue()
		return
	}
	if rested := c.rested.Swap(nil); rested != nil {
		close(*rested)
	}
}

// queue has a connection that is to be written to written to.
func (c *Conn) queue() {
	if c.raw == nil || !c.pump.workers.push(c) {
		c.alone(&gather{conn: c})
	}
}

// alone has a connection written to by a goroutine of its own, which goes on
// with what has been gathered.
func (c *Conn) alone(out *gather) {
	c.pump.writers.Add(1)
	go func() {
		defer c.pump.writers.Done()
		c.writeLoop(out)
	}()
}
