package screen

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Rower is a model that has its screen in rows. Rows returns what View does, but what
// would be its content row by row, good until the next call: so rows that stay as they
// are need not be put together and taken apart again for each frame.
type Rower interface {
	tea.Model
	Rows() ([]string, tea.View)
}

// view returns how the model looks, in rows.
func (r *runner) view() ([]string, tea.View) {
	if m, ok := r.model.(Rower); ok {
		return m.Rows()
	}
	v := r.model.View()
	return strings.Split(v.Content, "\n"), v
}

// rows paints what of a view's rows the terminal does not show yet.
func (p *painter) rows(view []string) {
	if !p.known {
		p.put("\x1b[m\x1b[2J")
		p.shown, p.known = p.shown[:0], true
	}
	p.next = append(p.next[:0], view[:min(len(view), p.size.Height)]...)
	p.shift()
	for y, row := range p.next {
		if old := at(p.shown, y); row != old {
			p.row(y, old, row)
		}
	}
	for y := len(p.next); y < len(p.shown); y++ {
		if p.shown[y] != "" {
			p.row(y, p.shown[y], "")
		}
	}
	p.shown, p.next = p.next, p.shown
	clear(p.next) // holds on to no text
}

// same reports whether a view's rows are those that the terminal shows.
func (p *painter) same(view []string) bool {
	return slices.Equal(p.shown, view[:min(len(view), p.size.Height)])
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return ""
}

// row paints what of a row is not there yet. It is emptied first and not behind the
// text, for behind a row that fills the window the cursor stands on its last cell.
func (p *painter) row(y int, old, row string) {
	bytes, cells := unchanged(old, row)
	if cells >= p.size.Width {
		bytes, cells = 0, 0
	}
	p.move(cells, y)
	p.put("\x1b[K")
	if p.colours != nil {
		p.colours.WriteString(row[bytes:])
		return
	}
	p.put(row[bytes:])
}

// shift has the terminal move rows up, if that leaves less to paint.
func (p *painter) shift() {
	top, bottom := 0, min(len(p.next), len(p.shown))
	for top < bottom && p.next[top] == p.shown[top] {
		top++
	}
	for bottom > top && p.next[bottom-1] == p.shown[bottom-1] {
		bottom--
	}
	by, saved := 0, 1                       // about what the sequences cost
	for k := 1; bottom-top-k > saved; k++ { // further up there is no more to save
		if n := p.saving(top, bottom, k); n > saved {
			by, saved = k, n
		}
	}
	if by == 0 {
		return
	}
	// The part of the screen that scrolls (DECSTBM), by how much (SU), and all of it.
	p.put("\x1b[")
	p.out = strconv.AppendInt(p.out, int64(top+1), 10)
	p.out = append(p.out, ';')
	p.out = strconv.AppendInt(p.out, int64(bottom), 10)
	p.put("r\x1b[")
	p.out = strconv.AppendInt(p.out, int64(by), 10)
	p.put("S\x1b[r")
	copy(p.shown[top:], p.shown[top+by:bottom])
	clear(p.shown[bottom-by : bottom])
}

// saving returns how many rows fewer would be painted between top and bottom if
// they were moved up.
func (p *painter) saving(top, bottom, by int) (rows int) {
	for y := top; y < bottom; y++ {
		row := p.next[y]
		if row == "" {
			continue
		}
		if y+by < bottom && row == p.shown[y+by] {
			rows++
		}
		if row == p.shown[y] {
			rows--
		}
	}
	return rows
}
