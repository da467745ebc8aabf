package tui

// Most of a screen stays as it is while people talk: a timeline moves up, and the panes
// beside it do not. So the rows on which they are side by side are kept as they were
// painted, and painted anew only where other parts meet.

// line is a row of the whole screen, and what is side by side on it.
type line struct {
	rooms, timeline, people string
	sign                    sign
	text                    string
}

// meets reports whether the same is side by side on another line.
func (l *line) meets(other *line) bool {
	return l.rooms == other.rooms && l.timeline == other.timeline && l.people == other.people && l.sign == other.sign
}

// sheet are the lines of a screen, from above. There is one set of them, in which each
// takes the place of the one that was there before: timelines move up, so a line that
// has moved is still to be found below.
type sheet struct {
	width, look int // that they were painted for
	lines       []line
	by          int // how far below one was found last
}

// begin has lines be kept for so many rows, a width and a look.
func (s *sheet) begin(rows, width, look int) {
	if len(s.lines) != rows || s.width != width || s.look != look {
		*s = sheet{width: width, look: look, lines: make([]line, rows)}
	}
}

// line returns the line at y, which is painted if none was like it, there or below.
func (s *sheet) line(y int, wanted line, paint func() string) string {
	l := &s.lines[y]
	if l.meets(&wanted) && l.text != "" {
		return l.text
	}
	if at := s.find(y, &wanted); at > y {
		*l, s.by = s.lines[at], at-y
		return l.text
	}
	*l = wanted
	l.text = paint()
	return l.text
}

// find returns where below y there is such a line, or 0.
func (s *sheet) find(y int, wanted *line) int {
	if at := y + s.by; at < len(s.lines) && s.lines[at].meets(wanted) && s.lines[at].text != "" {
		return at
	}
	for at := y + 1; at < len(s.lines); at++ {
		if s.lines[at].meets(wanted) && s.lines[at].text != "" {
			return at
		}
	}
	return 0
}
