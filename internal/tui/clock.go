package tui

import (
	"fmt"
	"time"
)

// Clock is how times of day are shown.
type Clock uint8

// The clocks. Without one, days are still shown.
const (
	Clock24 Clock = iota // 15:04
	Clock12              // 3:04pm
	NoClock
)

// clockOf returns the clock that somebody has chosen: 12, 24, or else the usual.
func clockOf(name string, none bool) Clock {
	switch {
	case none:
		return NoClock
	case name == "12":
		return Clock12
	}
	return Clock24
}

// name is how the clock is chosen.
func (c Clock) name() string { return [...]string{"24", "12", "off"}[c] }

// show returns a time of day, for a sentence: even without a clock.
func (c Clock) show(t time.Time) string {
	if c == Clock12 {
		return t.Format("3:04pm")
	}
	return t.Format("15:04")
}

// exact is show with seconds.
func (c Clock) exact(t time.Time) string {
	if c == Clock12 {
		return t.Format("3:04:05pm")
	}
	return t.Format(time.TimeOnly)
}

// width is that of the column of times, with a space behind it.
func (c Clock) width() int { return [...]int{6, 8, 0}[c] }

// column returns a time of day as it stands in the column of times.
func (c Clock) column(t time.Time) string {
	switch c {
	case NoClock:
		return ""
	case Clock24:
		return c.show(t) // fills it
	}
	return fmt.Sprintf("%*s", c.width()-1, c.show(t))
}
