package auth

import (
	"math"
	"time"
)

// rule is how attempts of one kind are slowed down.
type rule struct {
	free     int           // attempts without a wait
	maxDelay time.Duration // of the waits, which begin at a second and double
	forget   time.Duration // in which one attempt is forgotten
	maxLevel float64       // attempts that are remembered, so that an end is in sight
}

// Many people can be behind one address; at one account there is one person.
// Against a guesser who never stops, an address comes down to about an attempt
// a minute.
var (
	networkRule = rule{free: 20, maxDelay: 5 * time.Minute, forget: time.Minute, maxLevel: 30}
	accountRule = rule{free: 5, maxDelay: 30 * time.Second, forget: time.Minute, maxLevel: 12}
)

// delay returns the wait after so many attempts. One that is half forgotten
// counts.
func (r rule) delay(level float64) time.Duration {
	beyond := int(math.Ceil(level)) - r.free
	if beyond < 0 {
		return 0
	}
	return min(r.maxDelay, time.Second<<min(beyond, 16))
}

// pace is how many attempts are remembered, and when the last one was.
type pace struct {
	level float64
	at    time.Time
}

// levelAt returns what is left of the level now.
func (p *pace) levelAt(now time.Time, r rule) float64 {
	return max(0, p.level-float64(now.Sub(p.at))/float64(r.forget))
}

// add counts n more attempts, or fewer.
func (p *pace) add(n float64, now time.Time, r rule) {
	p.level = min(r.maxLevel, max(0, p.levelAt(now, r)+n))
	p.at = now
}
