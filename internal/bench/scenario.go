package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The scenarios that go through steps of their own; all others send and
// measure one window.
const (
	scenarioConnect = "connect"
	scenarioIdle    = "idle"
	scenarioAck     = "ack"
	scenarioStall   = "stall"
	scenarioLogins  = "logins"

	scenarioIRCMixed   = "irc-mixed"
	scenarioIRCIdle    = "irc-idle"
	scenarioIRCJoin    = "irc-join"
	scenarioIRCHistory = "irc-history"

	scenarioWebIdle = "web-idle"

	scenarioSSHIdle  = "ssh-idle"
	scenarioSSHStall = "ssh-stall"
)

// Scenario is a named configuration.
type Scenario struct {
	About  string // one line
	Config Config // ready to run against this program's own server
}

// idles reports whether the scenario is about connections that do nothing.
func (c *Config) idles() bool {
	return slices.Contains([]string{scenarioIdle, scenarioIRCIdle, scenarioWebIdle, scenarioSSHIdle}, c.Scenario)
}

// stalls reports whether the last reader stalls in the scenario.
func (c *Config) stalls() bool { return c.Scenario == scenarioStall || c.Scenario == scenarioSSHStall }

// scenarioOfIRC reports whether the scenario's clients must all speak IRC.
func (c *Config) scenarioOfIRC() bool { return strings.HasPrefix(c.Scenario, "irc-") }

// Scenarios returns the scenarios in the order in which help lists them. The
// numbers are those of docs/performance.md.
func Scenarios() []Scenario {
	base := Config{
		Clients: 1000, Rooms: 1, Senders: 4, Size: 100, Window: 16,
		Warmup: 2 * time.Second, Duration: 5 * time.Second, Verify: VerifyFull, Sample: 16,
	}
	scenario := func(name, about string, change func(*Config)) Scenario {
		c := base
		c.Scenario = name
		change(&c)
		return Scenario{about, c}
	}
	return append([]Scenario{
		scenario("fanout", "1,000 readers in one room, 4 of them send as fast as they are acknowledged", func(c *Config) {}),
		scenario("paced", "the same at 50 messages a second", func(c *Config) { c.Rate = 50 }),
		scenario("rooms", "100 senders in 100 rooms of 10, pipelined: acknowledged messages a second", func(c *Config) {
			c.Rooms, c.Senders, c.Window = 100, 100, 32
		}),
		scenario(scenarioConnect, "1,000 clients connect and land in one room; nobody sends", func(c *Config) { c.Senders = 0 }),
		scenario(scenarioAck, "one sender waits for each message; beside it the disk's own fsync", func(c *Config) {
			c.Clients, c.Senders, c.Window = 1, 1, 1
		}),
		scenario(scenarioIdle, "8,000 idle connections: the server's memory for each", func(c *Config) {
			c.Clients, c.Senders, c.Settle = 8000, 0, 10*time.Second
		}),
		scenario(scenarioStall, "one of 50 readers stalls while 20 send: what the others notice, and how it catches up", func(c *Config) {
			c.Clients, c.Senders, c.Rate, c.Duration = 50, 20, 5000, 10*time.Second
		}),
		scenario(scenarioLogins, "1,000 wrong logins a second from one address, limits on: what 100 readers of 50 messages a second notice", func(c *Config) {
			c.Clients, c.Senders, c.Rate, c.Logins, c.Duration = 100, 20, 50, 1000, 20*time.Second
			c.Target.Limits = true
		}),
	}, slices.Concat(ircScenarios(scenario), webScenarios(scenario), sshScenarios(scenario))...)
}

// sshScenarios returns those whose clients go by SSH. Sessions by SSH are people, so
// there are fewer of them.
func sshScenarios(scenario func(name, about string, change func(*Config)) Scenario) []Scenario {
	return []Scenario{
		scenario(scenarioSSHIdle, "200 idle sessions by SSH: the server's memory and CPU time for each", func(c *Config) {
			c.Clients, c.Senders, c.Settle, c.Duration, c.Dialects = 200, 0, 5*time.Second, 10*time.Second, []Dialect{sshDialect{}}
		}),
		scenario("ssh-paced", "200 readers by SSH and one sender with nc, 4 messages a second", func(c *Config) {
			c.Clients, c.Senders, c.Rate, c.Duration = 201, 1, 4, 15*time.Second
			c.Dialects, c.Speech = []Dialect{sshDialect{}}, lineDialect{}
		}),
		scenario(scenarioSSHStall, "one of 8 readers by SSH stalls while 4 with nc send: what the others notice, and how it catches up", func(c *Config) {
			c.Clients, c.Senders, c.Rate, c.Duration = 12, 4, 5000, 10*time.Second
			c.Dialects, c.Speech = []Dialect{sshDialect{}}, lineDialect{}
		}),
	}
}

// webScenarios returns those whose clients go by WebSocket.
func webScenarios(scenario func(name, about string, change func(*Config)) Scenario) []Scenario {
	return []Scenario{
		scenario("web-fanout", "2,000 readers in one room by WebSocket, 4 of them send as fast as they are acknowledged", func(c *Config) {
			c.Clients, c.Window, c.Dialects = 2000, 256, []Dialect{webPlain()}
		}),
		scenario(scenarioWebIdle, "8,000 idle WebSockets: the server's memory for each", func(c *Config) {
			c.Clients, c.Senders, c.Settle, c.Dialects = 8000, 0, 10*time.Second, []Dialect{webPlain()}
		}),
	}
}

// ircScenarios returns those whose clients speak IRC. scenario makes one from
// what all have in common.
func ircScenarios(scenario func(name, about string, change func(*Config)) Scenario) []Scenario {
	irc := func(name, about string, change func(*Config)) Scenario {
		return scenario(name, about, func(c *Config) {
			c.Dialects = []Dialect{ircPlain()}
			change(c)
		})
	}
	return []Scenario{
		irc("irc-fanout", "fanout with IRC clients, 256 in flight; a sender waits for the PONG behind its messages", func(c *Config) { c.Window = 256 }),
		irc("irc-paced", "the same at 50 messages a second", func(c *Config) { c.Rate = 50 }),
		irc(scenarioIRCMixed, "irc-fanout with a third each of clients that negotiate nothing, times, all tags", func(c *Config) {
			c.Dialects, c.Window = []Dialect{ircPlain(), ircTimed(), ircTagged()}, 256
		}),
		irc(scenarioIRCIdle, "8,000 registered clients in no room (--rooms 1: in one): the server's memory for each", func(c *Config) {
			c.Clients, c.Rooms, c.Senders, c.Settle = 8000, 0, 0, 10*time.Second
		}),
		irc(scenarioIRCJoin, "2,000 registered clients join one room at once: until each has all its answers", func(c *Config) {
			c.Clients, c.Senders = 2000, 0
		}),
		irc(scenarioIRCHistory, "CHATHISTORY LATEST of 100, again and again, in a room of a million messages", func(c *Config) {
			c.Clients, c.Count, c.Window, c.Duration = 4, 1_000_000, 256, 10*time.Second
		}),
	}
}

// scenarioConfig returns the configuration of that name.
func scenarioConfig(name string) (Config, error) {
	var names []string
	for _, s := range Scenarios() {
		if s.Config.Scenario == name {
			return s.Config, nil
		}
		names = append(names, s.Config.Scenario)
	}
	return Config{}, fmt.Errorf("bench: there is no scenario %q: choose one of %s", name, strings.Join(names, ", "))
}
