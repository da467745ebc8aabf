package tui

import (
	"cmp"
	"slices"
	"time"

	"hubbub/internal/chat"
)

// item is an entry of a timeline, and how it was laid out last.
type item struct {
	Entry
	day    int // of Time, in the user's zone
	links  []link
	files  []link // where the files are; without a target if that is nowhere
	failed string // why it could not be sent
	laid   layout
}

// layout is rows for a width and a look.
type layout struct {
	width int
	look  int
	rows  []row
}

// timeline is what of a room is held here: a run of its entries without a gap, and
// which part of that is seen.
//
// What is shown are blocks: an entry that somebody said, or a run of entries about
// who comes and goes, which is shown as one.
type timeline struct {
	room         chat.RoomID
	items        []*item // by Seq; behind them what is on its way, with Seq 0
	loaded       bool
	loading      bool
	stale        bool     // what is being loaded is not wanted any more
	failed       bool     // it could not be read; that is tried again when somebody wants to see it
	older, newer bool     // the session has more
	missed       chat.Seq // the last that came while newer
	mark         chat.Seq
	since        time.Time // of the first entry behind mark
	news         int       // how many are behind mark

	// What is seen ends with the block of an entry, of which some rows are hidden
	// below. None follows the newest.
	bottom   chat.Seq
	below    int
	selected chat.Seq

	begins beginning // what the rows before the first are laid out from
	begun  []row     // and these; nil if they are not

	left int // when another room was shown, by Model.visits
}

// kept returns how many items are entries that the session has.
func (t *timeline) kept() int {
	n := len(t.items)
	for n > 0 && t.items[n-1].Seq == 0 {
		n--
	}
	return n
}

// last returns the newest entry's Seq, or 0.
func (t *timeline) last() chat.Seq {
	if n := t.kept(); n > 0 {
		return t.items[n-1].Seq
	}
	return 0
}

// first returns the oldest entry's Seq, or 0.
func (t *timeline) first() chat.Seq {
	if t.kept() > 0 {
		return t.items[0].Seq
	}
	return 0
}

// index returns where an entry is, or would be.
func (t *timeline) index(seq chat.Seq) (int, bool) {
	return slices.BinarySearchFunc(t.items[:t.kept()], seq, func(i *item, s chat.Seq) int { return cmp.Compare(i.Seq, s) })
}

// find returns an entry, or nil.
func (t *timeline) find(seq chat.Seq) *item {
	if i, ok := t.index(seq); ok && seq != 0 {
		return t.items[i]
	}
	return nil
}

// following reports whether the newest is seen, and what comes will be.
func (t *timeline) following() bool { return t.bottom == 0 && !t.newer }

// put adds entries, each in its place; one that is there is replaced.
func (t *timeline) put(items ...*item) {
	for _, it := range items {
		i, ok := t.index(it.Seq)
		if ok {
			t.items[i] = it
			continue
		}
		t.items = slices.Insert(t.items, i, it)
	}
}

// prepend adds a page before all others.
func (t *timeline) prepend(items []*item) {
	items = slices.DeleteFunc(items, func(i *item) bool { return t.first() != 0 && i.Seq >= t.first() })
	t.items = append(items, t.items...)
}

// replace changes an entry, if it is here.
func (t *timeline) replace(it *item) {
	if i, ok := t.index(it.Seq); ok {
		t.items[i] = it
	}
}

// settleSent takes what was on its way under an ID out: it has come, or is given up.
func (t *timeline) settleSent(id string) {
	t.items = slices.DeleteFunc(t.items, func(i *item) bool { return i.Seq == 0 && i.Client == id })
}

// onItsWay returns what was sent under an ID and has not come, or nil.
func (t *timeline) onItsWay(id string) *item {
	for _, i := range t.items[t.kept():] {
		if i.Client == id {
			return i
		}
	}
	return nil
}

// forget lets go of what is far from what is seen, on both sides, once more than
// twice n entries are held there: then n stay. It returns anew what is seen.
func (t *timeline) forget(top, bottom, n int) (int, int) {
	if kept := t.kept(); kept-bottom > 2*n {
		t.missed, t.newer = max(t.missed, t.last()), true
		t.items = slices.Delete(t.items, bottom+n, kept)
	}
	if drop := min(top-n, t.kept()); top > 2*n && drop > 0 {
		t.items, t.older = slices.Delete(t.items, 0, drop), true
		top, bottom = top-drop, bottom-drop
	}
	return top, bottom
}

// trim forgets the oldest entries, so that at most n stay.
func (t *timeline) trim(n int) {
	if drop := len(t.items) - n; drop > 0 && t.following() {
		drop = min(drop, t.kept())
		t.items = slices.Delete(t.items, 0, drop)
		t.older = true
	}
}

// block returns the block that an item is in.
func (t *timeline) block(i int) (from, to int) {
	from, to = i, i+1
	if !t.items[i].social() {
		return from, to
	}
	for from > 0 && t.joins(from) {
		from--
	}
	for to < len(t.items) && t.joins(to) {
		to++
	}
	return from, to
}

// joins reports whether an item is in one block with the one before it.
func (t *timeline) joins(i int) bool {
	a, b := t.items[i-1], t.items[i]
	return a.social() && b.social() && a.day == b.day && !t.newsBegin(i)
}

// newsBegin reports whether the first new entry is at i.
func (t *timeline) newsBegin(i int) bool {
	isNew := func(it *item) bool { return it.Seq == 0 || it.Seq > t.mark }
	return t.mark > 0 && t.news > 0 && isNew(t.items[i]) && (i > 0 && !isNew(t.items[i-1]) || i == 0 && !t.older)
}

// dayBegins reports whether an item is the first of its day.
func (t *timeline) dayBegins(i int) bool {
	return i == 0 || t.items[i-1].day != t.items[i].day
}

// dayOf tells days apart by a number.
func dayOf(t time.Time) int { return t.Year()*366 + t.YearDay() }

// bottomIndex returns the last item that is seen, or -1, and how many of its rows
// are hidden below.
func (t *timeline) bottomIndex() (i, below int) {
	if t.bottom == 0 || t.kept() == 0 {
		return len(t.items) - 1, 0
	}
	i, _ = t.index(t.bottom)
	_, to := t.block(min(i, t.kept()-1))
	return to - 1, t.below
}

// measure is how many rows a block has.
type measure func(from, to int) int

// up moves what is seen n rows towards the beginning, but not past it.
func (t *timeline) up(n, height int, rows measure) {
	i, below := t.bottomIndex()
	if i < 0 {
		return
	}
	n = min(n, t.above(i, below+height+n, rows)-below-height)
	if n <= 0 {
		return
	}
	below += n
	for {
		from, to := t.block(i)
		if have := rows(from, to); below >= have && from > 0 {
			below -= have
			i = from - 1
			continue
		}
		t.settle(i, below)
		return
	}
}

// above counts the rows of a block and those before it, until there are enough.
func (t *timeline) above(i, enough int, rows measure) (n int) {
	for i >= 0 && n < enough {
		from, to := t.block(i)
		n += rows(from, to)
		i = from - 1
	}
	return n
}

// down moves what is seen n rows towards the end; there it follows again.
func (t *timeline) down(n int, rows measure) {
	i, below := t.bottomIndex()
	if i < 0 || t.bottom == 0 {
		return
	}
	below -= n
	for below < 0 && i < len(t.items)-1 {
		from, to := t.block(i + 1)
		below += rows(from, to)
		i = to - 1
	}
	t.settle(i, max(below, 0))
}

// settle makes an item the last that is seen.
func (t *timeline) settle(i, below int) {
	if i >= t.kept()-1 && below == 0 && !t.newer || t.kept() == 0 {
		t.bottom, t.below = 0, 0
		return
	}
	i = min(i, t.kept()-1)
	t.bottom, t.below = t.items[i].Seq, below
}

// show brings an entry into view: at the top if it was above, else at the bottom.
func (t *timeline) show(seq chat.Seq, height int, rows measure) {
	i, ok := t.index(seq)
	if !ok {
		return
	}
	top, bottom := t.seen(height, rows)
	from, to := t.block(i)
	switch {
	case i < top || i == top && t.cut(top, height, rows):
		t.settle(to-1, 0)
		t.down(max(0, height-rows(from, to)), rows)
	case i >= bottom || t.below > 0 && to >= bottom:
		t.settle(to-1, 0)
	}
}

// cut reports whether the first block that is seen is not seen whole.
func (t *timeline) cut(top, height int, rows measure) bool {
	i, below := t.bottomIndex()
	total := 0
	for i >= top && i >= 0 {
		from, to := t.block(i)
		total += rows(from, to)
		i = from - 1
	}
	return total-below > height
}

// seen returns the first item that is seen, and the one behind the last.
func (t *timeline) seen(height int, rows measure) (top, bottom int) {
	i, below := t.bottomIndex()
	bottom = i + 1
	for n := -below; i >= 0 && n < height; {
		from, to := t.block(i)
		n += rows(from, to)
		top, i = from, from-1
	}
	return top, bottom
}

// choose selects the next entry that was said, upwards or downwards.
func (t *timeline) choose(step int) {
	i, ok := t.index(t.selected)
	if t.selected == 0 || !ok {
		if step > 0 {
			return
		}
		if i, _ = t.bottomIndex(); t.bottom == 0 {
			i = t.kept() - 1
		}
		i++
	}
	for i += step; i >= 0 && i < t.kept(); i += step {
		if t.items[i].said() {
			t.selected = t.items[i].Seq
			return
		}
	}
	if step > 0 {
		t.selected = 0
	}
}

// ownLast returns the newest message that somebody wrote and that is still there.
func (t *timeline) ownLast(user chat.UserID) *item {
	for i := t.kept() - 1; i >= 0; i-- {
		if it := t.items[i]; it.By == user && it.said() && !it.Deleted {
			return it
		}
	}
	return nil
}
