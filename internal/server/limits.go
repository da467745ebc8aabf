package server

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/files"
	"hubbub/internal/gateway/line"
	"hubbub/internal/hub"
)

// Limits bound what a server's peers may do to it. Zero means no limit, where
// the design does not need one.
type Limits struct {
	hub.Limits
	Line         int           // bytes of a line
	File         int64         // bytes of an uploaded file
	Files        int64         // bytes of one person's files together
	Uploads      int64         // bytes of all files together
	Conns        int           // connections at once
	ConnsPerAddr int           // of them from one IPv4 address or IPv6 /64
	ConnsPerKey  int           // of them with one SSH key
	Screens      int           // full screens over SSH at once; others have lines
	Stall        time.Duration // how long a connection may take nothing while something waits for it
	Unthrottled  bool          // attempts to log in are not counted, and any password will do
}

// DefaultLimits suit people, pasted blocks and modest bots.
func DefaultLimits() Limits {
	return Limits{
		Limits: hub.DefaultLimits(), Line: line.DefaultMax, File: files.MaxBytes, Files: 1 << 30, Uploads: 10 << 30,
		Conns: 15_000, ConnsPerAddr: 200, ConnsPerKey: 50, Screens: 500, Stall: 30 * time.Second,
	}
}

// NoLimits turns off everything that can be turned off: for benchmarks and
// tests.
func NoLimits() Limits {
	return Limits{Limits: hub.NoLimits(), Line: chat.MaxText, File: files.MaxBytes, Stall: 5 * time.Minute, Unthrottled: true}
}

// limit is one limit as people set it.
type limit struct {
	name, help string
	set        func(l *Limits, value string) error
	get        func(l *Limits) string
}

func whole(name, help string, field func(*Limits) *int) limit {
	return limit{name, help,
		func(l *Limits, value string) (err error) {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				return fmt.Errorf("%q is not a whole number", value)
			}
			*field(l) = n
			return nil
		},
		func(l *Limits) string { return strconv.Itoa(*field(l)) },
	}
}

func rate(name, help string, field func(*Limits) *float64) limit {
	return limit{name, help,
		func(l *Limits, value string) error {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil || !(n >= 0 && n <= 1e9) {
				return fmt.Errorf("%q is not a number", value)
			}
			*field(l) = n
			return nil
		},
		func(l *Limits) string { return strconv.FormatFloat(*field(l), 'g', -1, 64) },
	}
}

// sizeUnits are what sizes may end in, the largest first.
var sizeUnits = []struct {
	name  string
	bytes int64
}{{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// maxSize is the largest size that can be set: far more than a disk has, and far less
// than would be too large a number once such sizes are added up.
const maxSize = 1 << 50

// size is a number of bytes, as a person writes it: 500M, 10GB, 4096.
func size(name, help string, field func(*Limits) *int64) limit {
	return limit{name, help,
		func(l *Limits, value string) error {
			number, unit := strings.TrimSuffix(strings.ToUpper(value), "B"), int64(1)
			for _, u := range sizeUnits {
				if cut, ok := strings.CutSuffix(number, u.name); ok {
					number, unit = cut, u.bytes
					break
				}
			}
			n, err := strconv.ParseInt(number, 10, 64)
			switch {
			case errors.Is(err, strconv.ErrRange) && n > 0, err == nil && n > maxSize/unit:
				return fmt.Errorf("%q is too large: a size is at most 1024T", value)
			case err != nil || n < 0:
				return fmt.Errorf("%q is not a size such as 500M or 10G", value)
			}
			*field(l) = n * unit
			return nil
		},
		func(l *Limits) string {
			n := *field(l)
			for _, u := range sizeUnits {
				if n >= u.bytes && n%u.bytes == 0 {
					return strconv.FormatInt(n/u.bytes, 10) + u.name
				}
			}
			return "0"
		},
	}
}

// limits returns what can be set, in the order in which the help shows it.
func limits() []limit {
	return []limit{
		whole("line", "bytes of one line from a client", func(l *Limits) *int { return &l.Line }),
		whole("text", "bytes of one message", func(l *Limits) *int { return &l.Text }),
		rate("rate", "messages a second of one connection, in the long run", func(l *Limits) *float64 { return &l.Rate }),
		whole("burst", "messages of one connection at once", func(l *Limits) *int { return &l.Burst }),
		rate("addr-rate", "messages a second of one address", func(l *Limits) *float64 { return &l.AddrRate }),
		whole("addr-burst", "messages of one address at once", func(l *Limits) *int { return &l.AddrBurst }),
		whole("in-flight", "messages of one connection that are not on the disk yet", func(l *Limits) *int { return &l.InFlight }),
		whole("rooms", "rooms on the server", func(l *Limits) *int { return &l.Rooms }),
		size("file", "bytes of an uploaded file", func(l *Limits) *int64 { return &l.File }),
		size("files", "bytes of one person's files together", func(l *Limits) *int64 { return &l.Files }),
		size("uploads", "bytes of all files together", func(l *Limits) *int64 { return &l.Uploads }),
		whole("conns", "connections at once", func(l *Limits) *int { return &l.Conns }),
		whole("addr-conns", "connections of one address at once", func(l *Limits) *int { return &l.ConnsPerAddr }),
		whole("key-conns", "connections with one SSH key at once", func(l *Limits) *int { return &l.ConnsPerKey }),
		whole("screens", "full screens over SSH at once; whoever comes then has lines", func(l *Limits) *int { return &l.Screens }),
		{"stall", "how long a connection may take nothing although something waits for it",
			func(l *Limits, value string) error {
				d, err := time.ParseDuration(value)
				if err != nil || d < 0 {
					return fmt.Errorf("%q is not a time such as 30s", value)
				}
				l.Stall = d
				return nil
			},
			func(l *Limits) string { return l.Stall.String() }},
	}
}

// Set sets one limit, given as name=value. Zero turns it off, where that can be.
func (l *Limits) Set(setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return fmt.Errorf("a limit is given as name=value, as in rate=20")
	}
	for _, known := range limits() {
		if known.name == name {
			if err := known.set(l, value); err != nil {
				return fmt.Errorf("limit %s: %w", name, err)
			}
			if l.InFlight < 1 || l.Line < 1 || l.File < 1 { // those that can't be turned off
				return fmt.Errorf("limit %s: at least 1 is needed", name)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no limit %q", name)
}

// LimitsHelp lists the limits with their values in l, a line each.
func LimitsHelp(l Limits) string {
	var b strings.Builder
	for _, known := range limits() {
		fmt.Fprintf(&b, "  %-12s %-8s %s\n", known.name, known.get(&l), known.help)
	}
	return b.String()
}
