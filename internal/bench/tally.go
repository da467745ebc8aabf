package bench

import (
	"fmt"
	"math"
	"slices"
)

// This file reads what the fleet's clients have seen.

// totals returns what has been delivered and acknowledged so far.
func (f *fleet) totals() (delivered, acked uint64) {
	for _, sh := range f.shards {
		sh.mu.Lock()
		delivered += sh.delivered
		acked += sh.acked
		sh.mu.Unlock()
	}
	return delivered, acked
}

// timeFrom empties the histograms; from now on they take messages sent from now
// on. All shards change at one moment, so that a message counts with all its
// readers or with none.
func (f *fleet) timeFrom() {
	f.atOnce(func(sh *shard, now int64) {
		sh.from, sh.to = now, math.MaxInt64
		sh.echo, sh.seen = histogram{}, histogram{}
	})
}

// timeUntil ends the window of timeFrom. What was sent in it and arrives later
// still counts.
func (f *fleet) timeUntil() {
	f.atOnce(func(sh *shard, now int64) { sh.to = now })
}

// atOnce changes all shards while none of them takes anything in.
func (f *fleet) atOnce(change func(sh *shard, now int64)) {
	for _, sh := range f.shards {
		sh.mu.Lock()
		defer sh.mu.Unlock()
	}
	now := f.now()
	for _, sh := range f.shards {
		change(sh, now)
	}
}

// latencies returns the histograms of all shards, merged: send to own message
// back, and send to seen.
func (f *fleet) latencies() (echo, seen *histogram) {
	echo, seen = new(histogram), new(histogram)
	for _, sh := range f.shards {
		sh.mu.Lock()
		echo.add(&sh.echo)
		seen.add(&sh.seen)
		sh.mu.Unlock()
	}
	return echo, seen
}

// sentCounts returns how many messages each sender of the room has sent.
func (r *room) sentCounts() []uint32 {
	sent := make([]uint32, len(r.senders))
	for i, c := range r.senders {
		c.mu.Lock()
		sent[i] = c.sent
		c.mu.Unlock()
	}
	return sent
}

// toSee returns how many messages of each sender the client must see, given
// how many they have sent: not its own, where they don't come back.
func (c *client) toSee(sent []uint32) []uint32 {
	if !c.blind() {
		return sent
	}
	slot, _ := c.room.slotOf(uint16(c.number))
	sent = slices.Clone(sent)
	sent[slot] = 0
	return sent
}

// blind reports whether the client sends, and does not see where its own
// messages come in the room's order.
func (c *client) blind() bool { return c.sends && !c.dialect.Echoes() }

// expected returns how many deliveries there must be in all, of what has been
// sent until now.
func (f *fleet) expected() uint64 {
	var n uint64
	for _, r := range f.rooms {
		for slot, s := range r.sentCounts() {
			readers := len(r.readers)
			if r.senders[slot].blind() {
				readers--
			}
			n += uint64(s) * uint64(readers)
		}
	}
	return n
}

// expected returns how many messages the client must see, of what has been
// sent until now.
func (c *client) expected() uint64 {
	var n uint64
	for _, s := range c.toSee(c.room.sentCounts()) {
		n += uint64(s)
	}
	return n
}

// seen returns how many messages the client has seen.
func (c *client) seen() uint64 {
	c.sh.mu.Lock()
	defer c.sh.mu.Unlock()
	return c.sight.seen
}

// setPaused stops the client's reading, or lets it go on.
func (c *client) setPaused(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if paused {
		c.link.pause()
	} else {
		c.link.resume()
	}
}

// missing returns how many readers have not seen everything, and what the first
// of them has seen.
func (f *fleet) missing() (readers int, first string) {
	for _, r := range f.rooms {
		sent := r.sentCounts()
		for _, c := range r.readers {
			c.sh.mu.Lock()
			want := c.toSee(sent)
			lost, atEnd, seen := c.sight.finish(want).Lost, c.sight.behind(want), c.sight.seen
			c.sh.mu.Unlock()
			if lost == 0 {
				continue
			}
			if readers++; readers == 1 {
				first = fmt.Sprintf("%s saw %d and missed %d, of which %d after the last ones it saw", c.nick, seen, lost, atEnd)
			}
		}
	}
	return readers, first
}

// faults returns everything that went wrong, once nothing more is to come, and
// the first reason for which a connection ended.
func (f *fleet) faults() (all Faults, gone error) {
	for _, r := range f.rooms {
		all.add(r.faults())
	}
	for _, c := range f.clients {
		c.mu.Lock()
		if c.gone != nil {
			all.Disconnected++
			if gone == nil {
				gone = fmt.Errorf("%s: %w", c.nick, c.gone)
			}
		}
		all.Unacked += uint64(max(c.inFlight, 0))
		c.mu.Unlock()
	}
	return all, gone
}

// faults returns what the room's readers missed or saw wrongly. Readers that
// have seen everything, their own messages too, must have seen it in one order, whose hash the largest
// group of them has.
func (r *room) faults() (all Faults) {
	sent := r.sentCounts()
	orders := map[uint64]uint64{}
	var complete, largest uint64
	for _, c := range r.readers {
		c.sh.mu.Lock()
		f := c.sight.finish(c.toSee(sent))
		hash := c.sight.hash
		c.sh.mu.Unlock()
		all.add(f)
		if !c.counting && !c.blind() && f.Lost == 0 && f.Duplicate == 0 {
			complete++
			orders[hash]++
			largest = max(largest, orders[hash])
		}
	}
	all.Reordered = complete - largest
	return all
}
