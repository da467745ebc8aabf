package tui

// What somebody sees who is new: here, or in a room. It says what to type.

// beginRows tell what is before a timeline: more of it, or its beginning; and in a
// room where nobody has said anything, what to do about that.
func (m *Model) beginRows(t *timeline, width int) (rows []row) {
	if t.older || !t.loaded {
		return append(rows, m.paint(width).put(faint, "  "+m.language.say(t.coming(wOlder))).row())
	}
	name, begin := "", wBegin
	if r := m.room(t.room); r != nil {
		name = r.Name
		if r.Direct {
			begin = wBeginDirect
		}
	}
	rows = append(rows, m.paint(width).put(faint, "  "+m.language.say(begin, name)).row())
	if t.loaded && !t.anySaid() {
		for _, w := range []word{wNothingYet, wFirstKeys} {
			rows = append(rows, m.plainRows("  "+m.language.say(w), plain, width, 2)...)
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
