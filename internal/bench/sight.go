package bench

import "slices"

// Faults are the ways in which what readers saw differs from what was sent.
// A run without faults has the zero value.
type Faults struct {
	Lost         uint64 `json:"lost"`         // sent, and never seen by a reader that should have
	Duplicate    uint64 `json:"duplicate"`    // seen again by the same reader
	OutOfOrder   uint64 `json:"out_of_order"` // seen after a later message of the same sender
	Reordered    uint64 `json:"reordered"`    // readers whose order differs from the rest of their room
	Garbled      uint64 `json:"garbled"`      // a damaged message
	Misdelivered uint64 `json:"misdelivered"` // seen in a room to which it was not sent
	Unacked      uint64 `json:"unacked"`      // sent, and never come back to its sender
	Disconnected uint64 `json:"disconnected"` // connections that ended during the run
}

// Total returns the number of faults of all kinds.
func (f Faults) Total() uint64 {
	return f.Lost + f.Duplicate + f.OutOfOrder + f.Reordered + f.Garbled + f.Misdelivered + f.Unacked + f.Disconnected
}

// sight is what one reader has seen of its room. A counting reader uses only
// seen.
type sight struct {
	next   []uint32 // for each sender of the room: the count expected next
	gaps   []gap    // what was skipped and has not come since
	hash   uint64   // of the whole sequence so far
	seen   uint64
	faults Faults
}

// gap is a run of counts, from until before to, that one sender's messages
// skipped.
type gap struct {
	slot     int
	from, to uint32
}

// maxGaps bounds what a faulty server can make a reader remember. A late
// message whose gap was forgotten counts as a duplicate.
const maxGaps = 4096

// saw notes a message of the sender at slot, and reports whether it is seen for
// the first time. It allocates only when there is a fault.
func (s *sight) saw(slot int, t tag) bool {
	s.seen++
	s.hash = s.hash*0x100000001b3 + t.id()
	expected := s.next[slot]
	if t.count == expected {
		s.next[slot]++
		return true
	}
	return s.sawUnexpected(slot, t.count, expected)
}

// has reports whether a message of the sender at slot has been seen.
func (s *sight) has(slot int, count uint32) bool {
	if count >= s.next[slot] {
		return false
	}
	return !slices.ContainsFunc(s.gaps, func(g gap) bool { return g.slot == slot && count >= g.from && count < g.to })
}

// sawUnexpected sorts out a message that is not its sender's next one: it
// leaves a gap, or fills one and so is late, or was seen before.
func (s *sight) sawUnexpected(slot int, count, expected uint32) bool {
	switch {
	case count > expected:
		s.faults.Lost += uint64(count - expected)
		if len(s.gaps) < maxGaps {
			s.gaps = append(s.gaps, gap{slot, expected, count})
		}
		s.next[slot] = count + 1
	case s.fill(slot, count):
		s.faults.Lost--
		s.faults.OutOfOrder++
	default:
		s.faults.Duplicate++
		return false
	}
	return true
}

// fill takes count out of the gaps. It reports false if it was in none.
func (s *sight) fill(slot int, count uint32) bool {
	for i := range s.gaps {
		g := &s.gaps[i]
		if g.slot != slot || count < g.from || count >= g.to {
			continue
		}
		rest := gap{slot, count + 1, g.to}
		g.to = count
		if rest.from < rest.to && len(s.gaps) < maxGaps {
			s.gaps = append(s.gaps, rest)
		}
		s.gaps = slices.DeleteFunc(s.gaps, func(g gap) bool { return g.from == g.to })
		return true
	}
	return false
}

// finish returns the faults of a reader in whose room the senders have sent so
// many messages each.
func (s *sight) finish(sent []uint32) Faults {
	f := s.faults
	if s.next == nil {
		var total uint64
		for _, n := range sent {
			total += uint64(n)
		}
		f.Lost += total - min(total, s.seen)
		f.Duplicate += s.seen - min(total, s.seen)
		return f
	}
	f.Lost += s.behind(sent)
	return f
}

// behind returns how many messages are missing after the last that the reader
// saw of each sender. Of a counting reader it is not known, and 0.
func (s *sight) behind(sent []uint32) (n uint64) {
	for slot := range s.next {
		n += uint64(sent[slot] - min(sent[slot], s.next[slot]))
	}
	return n
}

// add adds o to f.
func (f *Faults) add(o Faults) {
	f.Lost += o.Lost
	f.Duplicate += o.Duplicate
	f.OutOfOrder += o.OutOfOrder
	f.Reordered += o.Reordered
	f.Garbled += o.Garbled
	f.Misdelivered += o.Misdelivered
	f.Unacked += o.Unacked
	f.Disconnected += o.Disconnected
}
