package bench

import "time"

// usage is what a process has used since its start.
type usage struct {
	cpu       time.Duration // user and system time
	user, sys time.Duration // the same, to the kernel's tick
	rss       int64         // resident memory, bytes
}

// Cost is the CPU time that a process used in the measured window.
type Cost struct {
	PerDelivery float64 `json:"us_per_delivery"` // user and system time, microseconds
	User        float64 `json:"user_us_per_delivery"`
	Sys         float64 `json:"sys_us_per_delivery"`
	PerMessage  float64 `json:"us_per_message"` // the same time, per acknowledged message
	Seconds     float64 `json:"cpu_seconds"`
	Cores       float64 `json:"cores"` // CPU seconds per second
}

// cost returns what was used from a to b, in the given time. It returns nil if
// nothing was delivered.
func cost(a, b usage, elapsed time.Duration, deliveries, messages uint64) *Cost {
	cpu := b.cpu - a.cpu
	if deliveries == 0 || elapsed <= 0 {
		return nil
	}
	c := &Cost{
		PerDelivery: micros(cpu) / float64(deliveries),
		Seconds:     cpu.Seconds(), Cores: cpu.Seconds() / elapsed.Seconds(),
	}
	if messages > 0 {
		c.PerMessage = micros(cpu) / float64(messages)
	}
	if user, sys := b.user-a.user, b.sys-a.sys; user+sys > 0 {
		c.User = c.PerDelivery * float64(user) / float64(user+sys)
		c.Sys = c.PerDelivery - c.User
	}
	return c
}
