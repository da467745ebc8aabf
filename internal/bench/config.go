package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verify says how closely readers look at what they get. Senders always look
// at every message, since they wait for their own. Looking costs this process
// about 0.04 µs a delivery more than counting, which is a small part of what the
// kernel takes to bring it, so full is the default.
type Verify string

// The levels of verification.
const (
	VerifyFull   Verify = "full"   // every reader checks every message
	VerifySample Verify = "sample" // one reader in Config.Sample does, the others count
	VerifyCount  Verify = "count"  // readers count messages
)

// Mode is a form of the reference server.
type Mode string

// The reference servers: a list of sockets and a loop over it, in memory only.
const (
	Unbatched Mode = "unbatched" // one write per reader and message
	Batched   Mode = "batched"   // one write per reader and batch
)

// Target is the server under test: one of an address, a reference, another
// project's IRC server, or (the zero value) hubbub itself, started as a process
// of its own.
type Target struct {
	Address   string   // host:port of a running server
	PID       int      // process id of the server at Address, to read its CPU time and memory; or 0
	Reference Mode     // start the built-in reference server of this form
	Ircd      Ircd     // start this IRC server, if it is installed
	Program   []string // the program to start and its first arguments; by default this executable
	Data      string   // data directory to use and keep; by default a temporary one
	Limits    bool     // start hubbub with its limits on
}

// String names the target in tables.
func (t Target) String() string {
	switch {
	case t.Address != "":
		return t.Address
	case t.Reference != "":
		return string(t.Reference)
	case t.Ircd != "":
		return string(t.Ircd)
	default:
		return "hubbub"
	}
}

// Config says what to run. Take one from [Scenarios] and change it: there are no
// defaults for fields left zero, except where it says so.
type Config struct {
	Scenario string
	Target   Target
	Dialects []Dialect // clients speak them in turn; the line protocol if empty
	Speech   Dialect   // what senders speak, where it is not what their turn says

	Clients int // every client reads its room
	Rooms   int // clients are spread over them evenly; 1 room is the lobby where there is one; 0, with IRC, is none
	Senders int // of the clients, so many also send; spread over the rooms
	Size    int // bytes of a message's text, at least tagSize

	Rate   float64 // messages a second in all; 0 is a closed loop
	Logins float64 // logins: wrong ones a second
	Window int     // closed loop: a sender's messages that have not come back yet

	Warmup   time.Duration // sending, before the measured window
	Duration time.Duration // the measured window
	Count    int           // if not 0, end once so many messages in all are acknowledged; history: how many to put into the room first
	Settle   time.Duration // idle: how long memory may settle before it is read

	Verify  Verify
	Sample  int // see VerifySample
	Readers int // reading goroutines where they are shared (Linux); 0 is one per core, at most 4

	patience time.Duration // give up after so long without a delivery; 0 is stuckAfter
}

// Limits of a configuration.
const (
	maxClients  = 100_000
	maxSize     = 32 << 10
	maxWindow   = 1 << 16
	maxCount    = 1 << 31
	maxDuration = time.Hour
	maxRate     = 1e7
)

// check refuses what cannot be run, and says what would be accepted.
func (c *Config) check() error {
	ranges := []struct {
		name     string
		value    float64
		min, max float64
	}{
		{"clients", float64(c.Clients), 1, maxClients},
		{"rooms", float64(c.Rooms), c.minRooms(), float64(c.Clients)},
		{"senders", float64(c.Senders), 0, float64(min(c.Clients, 1<<16-1))},
		{"size", float64(c.Size), tagSize, maxSize},
		{"window", float64(c.Window), 1, maxWindow},
		{"rate", c.Rate, 0, maxRate},
		{"logins", c.Logins, 0, maxRate},
		{"count", float64(c.Count), 0, maxCount},
		{"duration", c.Duration.Seconds(), 0, maxDuration.Seconds()},
		{"warmup", c.Warmup.Seconds(), 0, maxDuration.Seconds()},
		{"settle", c.Settle.Seconds(), 0, maxDuration.Seconds()},
		{"sample", float64(c.Sample), 1, maxClients},
		{"readers", float64(c.Readers), 0, 64},
	}
	for _, r := range ranges {
		if !(r.value >= r.min && r.value <= r.max) {
			return fmt.Errorf("bench: %s is %g, and must be from %g to %g", r.name, r.value, r.min, r.max)
		}
	}
	switch c.Verify {
	case VerifyFull, VerifySample, VerifyCount:
	default:
		return fmt.Errorf("bench: verify is %q, and must be full, sample or count", c.Verify)
	}
	if err := c.checkDialects(); err != nil {
		return err
	}
	if err := c.checkScreens(); err != nil {
		return err
	}
	return c.Target.check()
}

// irc reports whether any client speaks IRC, and web whether any goes by WebSocket.
func (c *Config) irc() bool {
	return slices.ContainsFunc(c.Dialects, func(d Dialect) bool { return strings.HasPrefix(d.Name(), "irc") })
}

func (c *Config) web() bool {
	return slices.ContainsFunc(c.Dialects, func(d Dialect) bool { return strings.HasPrefix(d.Name(), "web") })
}

// ssh reports whether any client goes by SSH.
func (c *Config) ssh() bool {
	return slices.ContainsFunc(c.Dialects, func(d Dialect) bool { return strings.HasPrefix(d.Name(), "ssh") })
}

// screens reports whether any client is shown a screen.
func (c *Config) screens() bool { return slices.ContainsFunc(c.Dialects, drawn) }

// drawn reports whether what a client of the dialect reads may be drawn again.
func drawn(d Dialect) bool { return d == Dialect(screenDialect{}) }

// speaks returns the dialect of client i.
func (c *Config) speaks(i int) Dialect {
	switch {
	case i < c.Senders && c.Speech != nil:
		return c.Speech
	case len(c.Dialects) == 0:
		return lineDialect{}
	}
	return c.Dialects[i%len(c.Dialects)]
}

// line reports whether any client speaks the line protocol.
func (c *Config) line() bool {
	return len(c.Dialects) == 0 || slices.ContainsFunc(c.Dialects, func(d Dialect) bool { return d.Name() == lineDialect{}.Name() })
}

// minRooms returns the least number of rooms: an IRC client may be in none.
func (c *Config) minRooms() float64 {
	if c.line() || c.web() || c.ssh() || c.Senders > 0 {
		return 1
	}
	return 0
}

// checkDialects refuses what the clients' dialects cannot do.
func (c *Config) checkDialects() error {
	switch {
	case c.line() && (c.Target.Ircd != "" || c.scenarioOfIRC()):
		return fmt.Errorf("bench: the line protocol can't be among the dialects here: use --dialect with those of IRC, or another scenario")
	case c.ssh() && (c.Target.Ircd != "" || c.Target.Reference != "" || c.scenarioOfIRC()):
		return fmt.Errorf("bench: only hubbub speaks the dialects ssh and ssh-screen")
	case c.web() && (c.Target.Ircd != "" || c.Target.Reference != "" || c.scenarioOfIRC()):
		return fmt.Errorf("bench: only hubbub speaks the dialects web and web-deflated")
	case !c.irc():
		return nil
	case c.Size > maxIRCSize:
		return fmt.Errorf("bench: size is %d, and must be at most %d for IRC, whose lines have 512 bytes in all", c.Size, maxIRCSize)
	case c.Verify != VerifyFull:
		return fmt.Errorf("bench: verify is %q, and must be full for IRC, whose clients must look at each line to answer pings", c.Verify)
	}
	return nil
}

// maxScreenRate is how many messages a second a screen may be watched for: those of
// one frame must not push each other off it.
const maxScreenRate = 50

// checkScreens refuses what can't be seen on a screen.
func (c *Config) checkScreens() error {
	switch {
	case !c.screens() || c.Senders == 0:
		return nil
	case c.Rate == 0 || c.Rate > maxScreenRate:
		return fmt.Errorf("bench: a screen shows only the newest messages: give ssh-screen a --rate of at most %d a second", maxScreenRate)
	case c.Verify != VerifyFull:
		return fmt.Errorf("bench: verify is %q, and must be full for ssh-screen, which shows messages again", c.Verify)
	}
	for i := range c.Senders {
		if drawn(c.speaks(i)) {
			return fmt.Errorf("bench: who has a screen only reads here: use ssh-screen in the scenario ssh-paced, whose sender has none")
		}
	}
	return nil
}

// check refuses a target that is not exactly one server.
func (t Target) check() error {
	switch t.Reference {
	case "", Unbatched, Batched:
	default:
		return fmt.Errorf("bench: there is no reference server %q: use unbatched or batched", t.Reference)
	}
	if t.Ircd != "" {
		if err := t.Ircd.check(); err != nil {
			return err
		}
		if t.Address != "" || t.Reference != "" {
			return fmt.Errorf("bench: give one of an address, a reference server and an IRC server")
		}
	}
	if t.Address != "" && t.Reference != "" {
		return fmt.Errorf("bench: give either an address or a reference server, not both")
	}
	if t.PID != 0 && t.Address == "" {
		return fmt.Errorf("bench: a process id goes with the address of a running server; other servers are started here")
	}
	return nil
}
