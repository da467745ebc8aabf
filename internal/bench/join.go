package bench

import (
	"context"
	"fmt"
	"time"
)

// join lets all clients, which have landed in no room, join theirs at once. A
// ping follows each JOIN, so its pong comes after everything that answers the
// JOIN: the list of names, where there is one.
func (r *runner) join(ctx context.Context) {
	fmt.Fprintf(r.progress, "joining\n")
	begin := r.look()
	for _, c := range r.f.clients {
		c.say(c.dialect.AppendEnter(nil, c.room.name, c.token))
	}
	entered := r.awaitEntered(ctx)
	settled := r.awaitJoins(ctx, begin)
	r.res.Join = r.f.joined(begin, settled)
	if entered < len(r.f.clients) {
		r.res.note("%d of %s had the answers to their JOIN", entered, plural(len(r.f.clients), "client"))
	}
	if lists, want := settled.names-begin.names, r.f.lists(); lists != want {
		r.res.note("%s came, and there should have been %s", plural(int(lists), "list of names"), group(float64(want)))
	}
	if lines, want := settled.joins-begin.joins, r.f.joins(); lines != want {
		r.res.note("%s came, and there should have been %s", plural(int(lines), "JOIN line"), group(float64(want)))
	}
}

// awaitEntered waits until all have entered, or nothing comes any more, and
// returns how many have.
func (r *runner) awaitEntered(ctx context.Context) (entered int) {
	r.untilQuiet(ctx, func(m moment) bool {
		entered = r.f.entered()
		return entered == len(r.f.clients)
	})
	return entered
}

// awaitJoins waits until everybody has been told of everybody who came after
// them, or nothing comes any more, and returns the moment.
func (r *runner) awaitJoins(ctx context.Context, begin moment) (settled moment) {
	want := r.f.joins()
	r.untilQuiet(ctx, func(m moment) bool {
		if settled.at == 0 || m.bytes != settled.bytes {
			settled = m
		}
		return m.joins-begin.joins >= want
	})
	return settled
}

// untilQuiet looks again and again until done says so, or nothing has come for
// as long as a run's patience.
func (r *runner) untilQuiet(ctx context.Context, done func(moment) bool) {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	var last uint64
	for since := time.Now(); ; {
		m := r.look()
		if done(m) || ctx.Err() != nil {
			return
		}
		if m.bytes != last {
			last, since = m.bytes, time.Now()
		} else if time.Since(since) > r.patience() {
			return
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// entered returns how many clients have entered their room after landing.
func (f *fleet) entered() (n int) {
	for _, c := range f.clients {
		c.sh.mu.Lock()
		if c.entered > 0 {
			n++
		}
		c.sh.mu.Unlock()
	}
	return n
}

// joins returns how many JOIN lines all clients see when each sees its own and
// those of all who come into its room after it.
func (f *fleet) joins() (n uint64) {
	for _, r := range f.rooms {
		readers := uint64(len(r.readers))
		n += readers * (readers + 1) / 2
	}
	return n
}

// lists returns how many clients get a list of names with their room.
func (f *fleet) lists() (n uint64) {
	for _, c := range f.clients {
		if c.dialect.Name() != ircNameless().name {
			n++
		}
	}
	return n
}

// joined sums up what came from the first JOIN on.
func (f *fleet) joined(begin, settled moment) *Join {
	var h histogram
	var last int64
	for _, c := range f.clients {
		c.sh.mu.Lock()
		if c.entered > 0 {
			h.record(c.entered - begin.at)
			last = max(last, c.entered)
		}
		c.sh.mu.Unlock()
	}
	j := &Join{
		Each: h.latency(), Settled: time.Duration(max(settled.at, last) - begin.at).Seconds(),
		Lines: settled.joins - begin.joins, Bytes: settled.bytes - begin.bytes,
	}
	if last > 0 {
		j.Seconds = time.Duration(last - begin.at).Seconds()
	}
	if cpu := micros(settled.server.cpu - begin.server.cpu); cpu > 0 {
		j.PerJoin = cpu / float64(len(f.clients))
		j.PerLine = cpu / float64(max(j.Lines, 1))
	}
	return j
}
