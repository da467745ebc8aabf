package tui

import "hubbub/internal/chat"

// The panes beside a timeline stay as they are while people talk, so their rows are
// kept as they were painted.

// paneLook is all that a row of a pane is painted from.
type paneLook struct {
	colour           *palette
	cells            int // its width
	style            style
	sign, name, side string
}

// paneRow is a row as it was painted.
type paneRow struct {
	look paneLook
	row  row
}

// as returns the row as it looks now, painted anew if it did not look so.
func (r *paneRow) as(l paneLook, paint func(*painter, paneLook)) row {
	if r.look != l {
		p := newPainter(l.colour, l.cells)
		paint(p, l)
		r.look, r.row = l, p.row()
	}
	return r.row
}

// rowAt returns the row at y.
func rowAt(rows *[]paneRow, y int) *paneRow {
	for len(*rows) <= y {
		*rows = append(*rows, paneRow{})
	}
	return &(*rows)[y]
}

// roomRow returns the row of a room at y, with the line beside it.
func (m *Model) roomRow(i, y int, g geometry) row {
	l := paneLook{colour: m.colour, cells: g.rooms}
	if i >= len(m.rooms) {
		return m.noRoomRow.as(l, paintRoom)
	}
	r := &m.rooms[i]
	l.name, l.sign = r.Name, " "
	switch {
	case r.ID == m.current:
		l.style, l.sign = accent, "›"
	case r.Mentions > 0:
		l.style, l.side = alarm, "!"+badge(r.Mentions)
	case r.Unread > 0:
		l.style, l.side = strong, badge(r.Unread)
	}
	return rowAt(&m.roomRows, y).as(l, paintRoom)
}

func paintRoom(p *painter, l paneLook) {
	p.limit--
	count := width(l.side)
	p.put(accent, l.sign).put(l.style, shorten(l.name, p.limit-2-count)).fill(plain, " ", p.limit-count-1).put(l.style, l.side)
	p.fill(plain, " ", p.limit)
	p.limit++
	p.put(faint, "│")
}

// personRow returns the row at y of who is in the room, those of rank first, with the
// line beside it.
func (m *Model) personRow(y int, g geometry) row {
	l := paneLook{colour: m.colour, cells: g.people}
	rest := len(m.people) - y
	switch {
	case rest <= 0:
		return m.nobodyRow.as(l, paintPerson)
	case rest > 1 && y == g.body-1:
		l.style, l.side = faint, " "+m.language.count(rest, wAnd, rest)
		return rowAt(&m.personRows, y).as(l, paintPerson)
	}
	person := &m.people[y]
	l.name, l.sign = person.Nick, " "
	if person.Rank >= chat.ModeratorRank {
		l.sign = "@"
	}
	if person.Away {
		l.style, l.side = faint, " "+m.language.say(wAway)
	}
	return rowAt(&m.personRows, y).as(l, paintPerson)
}

func paintPerson(p *painter, l paneLook) {
	st := l.style
	if st == plain {
		st = nickStyleOf(l.name)
	}
	p.put(faint, "│").put(faint, l.sign).put(st, shorten(l.name, p.limit-p.width-width(l.side))).put(l.style, l.side)
}
