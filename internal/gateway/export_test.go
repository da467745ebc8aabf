package gateway

import "time"

// Interrupt is what the sweeper does.
func (s *Steady) Interrupt(now time.Time, stall time.Duration) { s.interrupt(now, stall) }
