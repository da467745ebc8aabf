package push

import (
	"container/heap"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	maxWaiting  = 10_000 // messages; more are dropped, as those to whom they go see them anyway when they look
	maxOfOne    = 50     // of them, to one browser
	maxAtOnce   = 32     // that are being sent
	maxTries    = 5
	firstPause  = 5 * time.Second // before the second try; then each is four times as long
	pauseGrowth = 4
)

// Queue sends messages in the background. What a push service does not take now
// is tried again, a few times, as long as the message is of use.
type Queue struct {
	sender *Sender
	gone   func(Subscription)
	log    *slog.Logger
	wake   chan struct{} // a message was added, or sent; never closed

	mu      sync.Mutex // guards what follows
	waiting deliveries
	of      map[string]int // messages to an endpoint, that wait or are being sent
	sending int
}

// NewQueue returns a queue; Run works on it. It calls gone, from the
// goroutines that send, for each subscription that is over.
func NewQueue(s *Sender, gone func(Subscription), log *slog.Logger) *Queue {
	return &Queue{sender: s, gone: gone, log: log, wake: make(chan struct{}, 1), of: map[string]int{}}
}

// delivery is a message on its way.
type delivery struct {
	to      Subscription
	message Message
	due     time.Time
	over    time.Time // when it is of no use any more
	tries   int
}

// deliveries are a heap, by when they are due.
type deliveries []*delivery

func (d deliveries) Len() int           { return len(d) }
func (d deliveries) Less(i, j int) bool { return d[i].due.Before(d[j].due) }
func (d deliveries) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *deliveries) Push(x any)        { *d = append(*d, x.(*delivery)) }
func (d *deliveries) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return x
}

// Add has a message sent, and reports whether there was room for it.
func (q *Queue) Add(to Subscription, m Message) bool {
	now := time.Now()
	q.mu.Lock()
	room := len(q.waiting)+q.sending < maxWaiting && q.of[to.Endpoint] < maxOfOne
	if room {
		q.of[to.Endpoint]++
		heap.Push(&q.waiting, &delivery{to: to, message: m, due: now, over: now.Add(m.TTL)})
	}
	q.mu.Unlock()
	if room {
		q.poke()
	}
	return room
}

func (q *Queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default: // it is awake
	}
}

// Run sends what is added, until ctx ends. What waits then is dropped.
func (q *Queue) Run(ctx context.Context) {
	var sending sync.WaitGroup
	defer sending.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		d, wait := q.next(time.Now())
		if d != nil {
			sending.Go(func() { q.send(ctx, d) })
			continue
		}
		timer.Reset(wait)
		select {
		case <-q.wake:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// next returns a message that is due, or how long there is none.
func (q *Queue) next(now time.Time) (d *delivery, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 || q.sending >= maxAtOnce {
		return nil, time.Hour // or until it is woken
	}
	if wait = q.waiting[0].due.Sub(now); wait > 0 {
		return nil, wait
	}
	q.sending++
	return heap.Pop(&q.waiting).(*delivery), 0
}

// send sends a message, and sees to what becomes of it.
func (q *Queue) send(ctx context.Context, d *delivery) {
	d.message.TTL = max(0, time.Until(d.over)) // what is left of it
	err := q.sender.Send(ctx, &d.to, d.message)
	d.tries++
	again := false
	if later, ok := errors.AsType[*LaterError](err); ok && ctx.Err() == nil {
		d.due = time.Now().Add(max(later.After, pause(d.tries)))
		again = d.tries < maxTries && d.due.Before(d.over)
	}
	q.done(d, again)
	switch {
	case err == nil || again || ctx.Err() != nil:
	case errors.Is(err, ErrGone):
		q.gone(d.to)
	default:
		q.log.Warn("a message could not be pushed to a browser", "tries", d.tries, "err", err)
	}
}

// pause returns how long to wait after so many tries.
func pause(tries int) time.Duration {
	p := firstPause
	for range tries - 1 {
		p *= pauseGrowth
	}
	return p
}

// done takes a message off those that are being sent, and has it wait again.
func (q *Queue) done(d *delivery, again bool) {
	q.mu.Lock()
	q.sending--
	if again {
		heap.Push(&q.waiting, d)
	} else if q.of[d.to.Endpoint]--; q.of[d.to.Endpoint] == 0 {
		delete(q.of, d.to.Endpoint)
	}
	q.mu.Unlock()
	q.poke()
}
