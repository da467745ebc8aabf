package bench

import "testing"

// see feeds a reader with messages written as sender letter and count: "a0 b0".
func see(slots int, seq ...string) *sight {
	s := &sight{next: make([]uint32, slots)}
	for _, m := range seq {
		slot := int(m[0] - 'a')
		s.saw(slot, tag{sender: uint16(slot), count: uint32(m[1] - '0')})
	}
	return s
}

func TestReaderFindsFaults(t *testing.T) {
	tests := []struct {
		name string
		seq  []string
		sent []uint32
		want Faults
	}{
		{"all in order", []string{"a0", "b0", "a1", "b1"}, []uint32{2, 2}, Faults{}},
		{"nothing sent, nothing seen", nil, []uint32{0, 0}, Faults{}},
		{"lost in the middle", []string{"a0", "a2", "b0"}, []uint32{3, 1}, Faults{Lost: 1}},
		{"lost at the beginning", []string{"a2", "b0"}, []uint32{3, 1}, Faults{Lost: 2}},
		{"lost at the end", []string{"a0"}, []uint32{3, 1}, Faults{Lost: 3}},
		{"everything lost", nil, []uint32{3, 4}, Faults{Lost: 7}},
		{"seen twice", []string{"a0", "a0", "a1", "b0"}, []uint32{2, 1}, Faults{Duplicate: 1}},
		{"seen twice, later", []string{"a0", "a1", "b0", "a0"}, []uint32{2, 1}, Faults{Duplicate: 1}},
		{"late", []string{"a0", "a2", "a1", "b0"}, []uint32{3, 1}, Faults{OutOfOrder: 1}},
		{"backwards", []string{"a3", "a2", "a1", "a0"}, []uint32{4, 0}, Faults{OutOfOrder: 3}},
		{"late, from the middle of a gap", []string{"a4", "a2", "a1", "a3"}, []uint32{5, 0}, Faults{Lost: 1, OutOfOrder: 3}},
		{"late, and seen twice", []string{"a1", "a0", "a0"}, []uint32{2, 0}, Faults{OutOfOrder: 1, Duplicate: 1}},
		{"senders don't matter to each other", []string{"b0", "b1", "a0", "b2"}, []uint32{1, 3}, Faults{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := see(2, tt.seq...).finish(tt.sent); got != tt.want {
				t.Errorf("faults are %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRememberedGapsAreBounded(t *testing.T) {
	s := &sight{next: make([]uint32, 1)}
	const n = 3 * maxGaps
	for i := range uint32(n) {
		s.saw(0, tag{count: 2*i + 1})
	}
	if len(s.gaps) > maxGaps {
		t.Errorf("%d gaps are remembered", len(s.gaps))
	}
	if got := s.finish([]uint32{2 * n}); got.Lost != n {
		t.Errorf("%d lost, want %d", got.Lost, n)
	}
}

func TestCountingReaderFindsTooFewAndTooMany(t *testing.T) {
	for seen, want := range map[uint64]Faults{5: {}, 3: {Lost: 2}, 9: {Duplicate: 4}} {
		s := &sight{seen: seen}
		if got := s.finish([]uint32{2, 3}); got != want {
			t.Errorf("after %d of 5: %+v, want %+v", seen, got, want)
		}
	}
}

func TestHashTellsOrders(t *testing.T) {
	ab, ba, again := see(2, "a0", "b0", "a1"), see(2, "b0", "a0", "a1"), see(2, "a0", "b0", "a1")
	if ab.hash == ba.hash {
		t.Error("two orders have one hash")
	}
	if ab.hash != again.hash {
		t.Error("one order has two hashes")
	}
}

func TestFaultsAreAddedAndTold(t *testing.T) {
	all := Faults{1, 2, 3, 4, 5, 6, 7, 8}
	sum := all
	sum.add(all)
	if want := (Faults{2, 4, 6, 8, 10, 12, 14, 16}); sum != want || sum.Total() != 72 {
		t.Errorf("sum is %+v, total %d", sum, sum.Total())
	}
	const want = "1 lost, 2 duplicate, 3 out of order, readers with another order: 4, 5 garbled, 6 in the wrong room, 7 not acknowledged, connections ended: 8"
	if got := all.String(); got != want {
		t.Errorf("told as %q, want %q", got, want)
	}
	if got := (Faults{}).String(); got != "none" {
		t.Errorf("no faults are told as %q", got)
	}
}
