package prompt

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// emulator is as much of a terminal as is needed to see what a person would see:
// a grid of cells, wrapping, scrolling, the few control sequences that are used,
// and wrapping anew when the width changes.
type emulator struct {
	t             *testing.T
	width, height int
	rows          [][]string // of cells; the second cell of a wide cluster is ""
	wrapped       []bool     // the row goes on in the next
	row, col      int
	bells         int
	held          string
}

func newEmulator(t *testing.T, width, height int) *emulator {
	e := &emulator{t: t, width: width, height: height}
	e.clear()
	return e
}

func (e *emulator) clear() {
	e.rows, e.wrapped, e.row, e.col = make([][]string, e.height), make([]bool, e.height), 0, 0
}

func (e *emulator) Write(p []byte) (int, error) {
	s := e.held + string(p)
	e.held = ""
	for s != "" {
		n := strings.IndexAny(s, "\x1b\r\n\a")
		switch {
		case n < 0:
			e.put(s)
			return len(p), nil
		case n > 0:
			e.put(s[:n])
			s = s[n:]
			continue
		}
		switch s[0] {
		case '\r':
			e.col = 0
		case '\n':
			e.feed(false)
		case '\a':
			e.bells++
		case 0x1b:
			end := strings.IndexFunc(s[1:], func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
			if end < 0 {
				e.held = s
				return len(p), nil
			}
			e.control(s[2:1+end], s[1+end])
			s = s[1+end:]
		}
		s = s[1:]
	}
	return len(p), nil
}

func (e *emulator) control(parameters string, final byte) {
	n, _ := strconv.Atoi(parameters)
	switch final {
	case 'm', 'h', 'l':
	case 'A':
		e.row = max(0, e.row-max(n, 1))
	case 'C':
		e.col = min(e.width-1, e.col+max(n, 1))
	case 'D':
		e.col = max(0, e.col-max(n, 1))
	case 'H':
		e.row, e.col = 0, 0
	case 'K':
		e.cut(e.row, e.col)
	case 'J':
		if n == 2 {
			row, col := e.row, e.col
			e.clear()
			e.row, e.col = row, col
			return
		}
		e.cut(e.row, e.col)
		for r := e.row + 1; r < e.height; r++ {
			e.cut(r, 0)
		}
	default:
		e.t.Errorf("the terminal does not know ESC [ %s %c", parameters, final)
	}
}

func (e *emulator) cut(row, col int) {
	e.rows[row] = e.rows[row][:min(len(e.rows[row]), col)]
	e.wrapped[row] = false
}

func (e *emulator) put(s string) {
	for _, c := range clusters(s) {
		if c.width == 0 {
			continue
		}
		if e.col+c.width > e.width {
			e.wrapped[e.row] = true
			e.feed(true)
		}
		line := e.rows[e.row]
		for len(line) < e.col {
			line = append(line, " ")
		}
		line = append(line[:e.col], append([]string{c.text, ""}[:c.width], line[min(len(line), e.col+c.width):]...)...)
		e.rows[e.row] = line
		e.col += c.width
	}
}

func (e *emulator) feed(first bool) {
	if first {
		e.col = 0
	}
	if e.row++; e.row == e.height {
		e.rows = append(e.rows[1:], nil)
		e.wrapped = append(e.wrapped[1:], false)
		e.row--
	}
}

// resize wraps everything anew, as most terminals do.
func (e *emulator) resize(width int) {
	var rows [][]string
	var wrapped []bool
	row, col := e.row, e.col
	var long []string
	for r, line := range e.rows {
		if r == e.row {
			row, col = len(rows)+(len(long)+e.col)/width, (len(long)+e.col)%width
		}
		if long = append(long, line...); e.wrapped[r] {
			continue
		}
		for len(long) > width {
			rows, wrapped = append(rows, long[:width]), append(wrapped, true)
			long = long[width:]
		}
		rows, wrapped = append(rows, long), append(wrapped, false)
		long = nil
	}
	for len(rows) > e.height && (row > e.height-1 || len(rows[len(rows)-1]) > 0) {
		rows, wrapped, row = rows[1:], wrapped[1:], row-1
	}
	e.width, e.rows, e.wrapped, e.row, e.col = width, rows[:e.height], wrapped[:e.height], row, col
}

// String returns what is seen, with the cursor as a | before its cell.
func (e *emulator) String() string {
	var b strings.Builder
	last := e.row
	for r, line := range e.rows {
		if len(line) > 0 {
			last = max(last, r)
		}
	}
	for r := 0; r <= last; r++ {
		line := append([]string(nil), e.rows[r]...)
		if r == e.row {
			for len(line) < e.col {
				line = append(line, " ")
			}
			line = append(line[:e.col], append([]string{"|"}, line[e.col:]...)...)
		}
		fmt.Fprintln(&b, strings.TrimRight(strings.Join(line, ""), " "))
	}
	return b.String()
}
