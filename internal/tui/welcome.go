package tui

// What somebody sees who is new: here, or in a room. It says what to type.

// beginning is what the rows before a timeline are laid out from.
type beginning struct {
	older, quiet   bool
	failed, direct bool
	name           string // the room's
	width, look    int
}

// beginRows tell what is before a timeline: more of it, or its beginning; and in a
// room where nobody has said anything, what to do about that. They are laid out once.
func (m *Model) beginRows(t *timeline, width int) []row {
	b := beginning{older: t.older || !t.loaded, quiet: t.loaded && !t.anySaid(), failed: t.failed, width: width, look: m.look}
	if r := m.room(t.room); r != nil {
		b.name, b.direct = r.Name, r.Direct
	}
	if t.begun == nil || t.begins != b {
		t.begins, t.begun = b, m.layOutBeginning(t, &b)
	}
	return t.begun
}

func (m *Model) layOutBeginning(t *timeline, b *beginning) (rows []row) {
	if b.older {
		return append(rows, m.paint(b.width).put(faint, "  "+m.language.say(t.coming(wOlder))).row())
	}
	begin := wBegin
	if b.direct {
		begin = wBeginDirect
	}
	rows = append(rows, m.paint(b.width).put(faint, "  "+m.language.say(begin, b.name)).row())
	if b.quiet {
		for _, w := range []word{wNothingYet, wFirstKeys} {
			rows = append(rows, m.plainRows("  "+m.language.say(w), plain, b.width, 2)...)
		}
	}
	return rows
}

// welcomeRows stand where there is no timeline yet, or nothing in it.
func (m *Model) welcomeRows(width int) (rows []row) {
	t := m.timeline()
	switch {
	case t == nil && !m.arrived:
		return []row{m.paint(width).put(faint, "  "+m.language.say(wComing)).row()}
	case t != nil && !t.loaded:
		return m.plainRows("  "+m.language.say(t.coming(wComing)), faint, width, 2)
	case t != nil:
		return m.beginRows(t, width)
	}
	for _, w := range []word{wNoRoom, wFirstRoom} {
		rows = append(rows, m.plainRows("  "+m.language.say(w), plain, width, 2)...)
	}
	return rows
}

// coming returns a word for what is being read, or says that it could not be.
func (t *timeline) coming(w word) word {
	if t.failed {
		return wNotRead
	}
	return w
}

// anySaid reports whether anybody has said something that is held.
func (t *timeline) anySaid() bool {
	for _, it := range t.items {
		if it.said() {
			return true
		}
	}
	return false
}
