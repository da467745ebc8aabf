package checker

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
)

// line is a message as a final history shows it once edits and deletions have
// been applied.
type line struct {
	author, kind string
	sum          Sum
}

// view is one read of the final history: by one protocol of one node. who tells
// two readers of one kind apart if they disagree.
type view struct{ name, who string }

// project puts a hash of what each view of the final history shows into the
// report. Equal hashes mean that a person sees the same rooms in each; the
// hashes leave out Seqs, which not every protocol shows.
func (c *check) project() {
	rooms := map[view]map[int32][]int32{}
	for i := range c.ops {
		op := &c.ops[i]
		if op.Verb != Final || c.eventOf[i] < 0 {
			continue
		}
		v := view{op.Protocol + "@" + op.Node, op.Who}
		if rooms[v] == nil {
			rooms[v] = map[int32][]int32{}
		}
		rooms[v][c.roomOf[i]] = append(rooms[v][c.roomOf[i]], int32(i))
	}
	views := slices.SortedFunc(maps.Keys(rooms), func(a, b view) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.who, b.who)) })
	for _, v := range views {
		hash := c.projection(rooms[v])
		name := v.name
		if known, ok := c.report.Projections[name]; ok && known != hash {
			name += " (" + v.who + ")"
		}
		c.report.Projections[name] = hash
	}
}

// projection returns the hash of rooms, each given by its Final ops.
func (c *check) projection(rooms map[int32][]int32) string {
	byName := slices.SortedFunc(maps.Keys(rooms), func(a, b int32) int { return cmp.Compare(c.rooms[a].name, c.rooms[b].name) })
	h := fnv.New64a()
	var buf []byte
	for _, room := range byName {
		buf = strconv.AppendQuote(buf[:0], c.rooms[room].name)
		for _, l := range c.lines(rooms[room]) {
			buf = strconv.AppendQuote(append(buf, ' '), l.author)
			buf = strconv.AppendQuote(buf, l.kind)
			buf = strconv.AppendUint(buf, uint64(l.sum), 16)
		}
		h.Write(append(buf, '\n'))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// lines returns the messages among ops, in the order of their Seqs, with edits
// and deletions applied.
func (c *check) lines(ops []int32) []line {
	slices.SortStableFunc(ops, func(a, b int32) int {
		return cmp.Compare(c.events[c.eventOf[a]].seq, c.events[c.eventOf[b]].seq)
	})
	var lines []line
	index := map[uint64]int{}
	for _, i := range ops {
		op := &c.ops[i]
		target, known := index[op.Target]
		switch {
		case op.said():
			index[c.events[c.eventOf[i]].seq] = len(lines)
			lines = append(lines, line{op.Author, op.kind(), op.sum()})
		case op.Kind == kindEdited && known:
			lines[target].sum = op.sum()
		case op.Kind == kindDeleted && known:
			lines[target].sum = 0
		}
	}
	return slices.DeleteFunc(lines, func(l line) bool { return l.sum == 0 })
}
