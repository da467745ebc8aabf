package screen

import "time"

// Between two frames there is at least this much time: fastest for what somebody
// types, and up to slowest while more happens than can be followed anyway.
const (
	fastest = time.Second / 30
	slowest = time.Second / 10
)

// pace says when a frame may be painted. The first may at once, and so may one that
// comes long after the last.
type pace struct {
	last time.Time
	gap  time.Duration // after last
	late bool          // the next frame had to wait
}

// wait returns how long the next frame has to wait.
func (p *pace) wait(now time.Time, urgent bool) time.Duration {
	gap := p.gap
	if urgent {
		gap = min(gap, fastest)
	}
	wait := p.last.Add(gap).Sub(now)
	p.late = p.late || wait > 0
	return wait
}

// painted notes a frame. One frame after another that had to wait makes them rarer.
func (p *pace) painted(now time.Time) {
	if p.late {
		p.gap = min(p.gap+p.gap/4, slowest)
	} else {
		p.gap = fastest
	}
	p.last, p.late = now, false
}
