package bench

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// ircConfig returns a small run of a scenario of IRC.
func ircConfig(t *testing.T, scenario string) Config {
	cfg, err := scenarioConfig(scenario)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Clients, cfg.Senders, cfg.Window, cfg.Rate, cfg.Count = 9, min(3, cfg.Senders), 4, 0, 60
	cfg.Warmup, cfg.Duration, cfg.Settle, cfg.patience = 0, 20*time.Second, 0, time.Second
	return cfg
}

// runIRC runs cfg against s with each transport.
func runIRC(t *testing.T, cfg Config, newServer func() *fakeIRC, check func(*testing.T, *fakeIRC, Result, error)) {
	eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
		s := newServer()
		cfg.Target.Address = s.start(t)
		res, err := runWith(t.Context(), cfg, io.Discard, newTransport)
		check(t, s, res, err)
	})
}

func TestIRCClientsSeeEverythingOnce(t *testing.T) {
	tests := []struct {
		name     string
		dialects []Dialect
		change   func(*Config)
		seen     uint64 // deliveries of the 60 messages to 9 clients
	}{
		{"plain", []Dialect{ircPlain()}, func(*Config) {}, 60 * 8},
		{"all tags", []Dialect{ircTagged()}, func(*Config) {}, 60 * 9},
		{"mixed", []Dialect{ircPlain(), ircTimed(), ircTagged()}, func(*Config) {}, 20*9 + 40*8},
		{"paced", []Dialect{ircPlain()}, func(c *Config) { c.Rate = 2000 }, 60 * 8},
		{"three rooms", []Dialect{ircPlain(), ircTagged()}, func(c *Config) { c.Rooms = 3 }, 20*3 + 40*2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := ircConfig(t, "irc-fanout")
			cfg.Dialects = tt.dialects
			tt.change(&cfg)
			runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{} }, func(t *testing.T, s *fakeIRC, res Result, err error) {
				if err != nil || res.Faults != (Faults{}) || len(res.Notes) > 1 {
					t.Fatalf("error %v, faults %s, notes %q", err, res.Faults, res.Notes)
				}
				if n := s.count(); n != 60 || res.Messages != 60 || res.Ack.Count != 60 || res.Seen.Count != tt.seen {
					t.Errorf("%d messages came, %d acknowledged, %d timed, %d seen; want 60 and %d", n, res.Messages, res.Ack.Count, res.Seen.Count, tt.seen)
				}
			})
		})
	}
}

// swapOnce plans that b5 sees two neighbours of different senders swapped.
func swapOnce() ircPlan {
	held, done := "", false
	sender := func(frame string) string { return frame[:strings.IndexByte(frame, '!')] }
	return func(to string, _ int, frame string) string {
		switch {
		case to != "b5" || done:
			return frame
		case held == "":
			held = frame
			return ""
		case sender(held) == sender(frame):
			frame, held = held, frame
			return frame
		default:
			done = true
			return frame + held
		}
	}
}

func TestIRCFaultsAreFound(t *testing.T) {
	at7 := func(frame string) func() ircPlan {
		return func() ircPlan {
			return func(who string, n int, whole string) string {
				if who == "b5" && n == 7 {
					return strings.ReplaceAll(frame, "FRAME", whole)
				}
				return whole
			}
		}
	}
	tests := []struct {
		name string
		plan func() ircPlan
		want Faults
		note string
	}{
		{"lost", at7(""), Faults{Lost: 1}, "b5 saw 59 and missed 1"},
		{"doubled", at7("FRAMEFRAME"), Faults{Duplicate: 1}, ""},
		{"refused", at7("FRAME:s 404 b5 #b0 :Cannot send\r\n"), Faults{}, "404 b5"},
		{"another order", swapOnce, Faults{Reordered: 1}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := ircConfig(t, "irc-fanout")
			runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{plan: tt.plan()} }, func(t *testing.T, s *fakeIRC, res Result, err error) {
				if err != nil || res.Faults != tt.want || !strings.Contains(strings.Join(res.Notes, "\n"), tt.note) {
					t.Errorf("error %v, faults %s, notes %q", err, res.Faults, res.Notes)
				}
			})
		})
	}
}

func TestIRCServerThatRefusesIsQuoted(t *testing.T) {
	for name, s := range map[string]func() *fakeIRC{
		"no room for you":     func() *fakeIRC { return &fakeIRC{full: true} },
		"NAK :message-tags s": func() *fakeIRC { return &fakeIRC{without: "echo-message"} },
	} {
		cfg := ircConfig(t, "irc-fanout")
		cfg.Dialects = []Dialect{ircTagged()}
		runIRC(t, cfg, s, func(t *testing.T, _ *fakeIRC, _ Result, err error) {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("error is %v, want one with %q", err, name)
			}
		})
	}
}

func TestJoinCountsWhatEverybodyIsTold(t *testing.T) {
	for _, d := range []Dialect{ircPlain(), ircNameless()} {
		cfg := ircConfig(t, "irc-join")
		cfg.Dialects = []Dialect{d}
		runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{} }, func(t *testing.T, s *fakeIRC, res Result, err error) {
			if err != nil || res.Join == nil || len(res.Notes) > 1 {
				t.Fatalf("error %v, notes %q", err, res.Notes)
			}
			if j := res.Join; j.Lines != 9*10/2 || j.Each.Count != 9 || j.Seconds <= 0 || j.Settled < j.Seconds || s.inside("#b0") != 9 {
				t.Errorf("%s: joined %+v", d.Name(), j)
			}
		})
	}
}

func TestIdleIRCClientsAreInNoRoom(t *testing.T) {
	cfg := ircConfig(t, "irc-idle")
	runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{} }, func(t *testing.T, s *fakeIRC, res Result, err error) {
		if err != nil || res.Faults != (Faults{}) || res.Landing.Count != 9 || s.inside("#b0") != 0 {
			t.Errorf("error %v, faults %s, landed %d, in a room %d", err, res.Faults, res.Landing.Count, s.inside("#b0"))
		}
	})
}

func TestHistoryIsFilledAndRead(t *testing.T) {
	cfg := ircConfig(t, "irc-history")
	cfg.Count, cfg.Duration = 150, 20*time.Millisecond
	runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{} }, func(t *testing.T, s *fakeIRC, res Result, err error) {
		if err != nil || res.Faults != (Faults{}) || len(res.Notes) > 1 {
			t.Fatalf("error %v, faults %s, notes %q", err, res.Faults, res.Notes)
		}
		if h := res.History; h.Filled != 150 || h.Asked == 0 || h.Lines != 100 || h.Answer.Count != h.Asked {
			t.Errorf("history %+v", h)
		}
	})
}

func TestHistoryThatIsRefusedIsAnError(t *testing.T) {
	cfg := ircConfig(t, "irc-history")
	runIRC(t, cfg, func() *fakeIRC { return &fakeIRC{without: "chathistory"} }, func(t *testing.T, _ *fakeIRC, _ Result, err error) {
		if err == nil || !strings.Contains(err.Error(), "read the history of #b0: the server refuses historian") {
			t.Errorf("error is %v", err)
		}
	})
}

// Each server's program is found, or else how to get it is told.
func TestComparisonOfIRCNamesItsColumns(t *testing.T) {
	t.Setenv("PATH", "")
	names := func(args ...string) string {
		o, err := parse(args[0], args[1:], true, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		columns, notes, err := o.columns()
		if err != nil {
			return err.Error()
		}
		var names []string
		for _, c := range columns {
			if c.Config.Target.Ircd == "" {
				names = append(names, c.Name)
			}
		}
		for _, d := range ircds() {
			if _, err := d.find(); err != nil && o.cfg.foreign() && o.servers == "" && !strings.Contains(strings.Join(notes, "\n"), "apt-get install") {
				t.Errorf("notes are %q", notes)
			}
		}
		return strings.Join(names, ", ")
	}
	for args, want := range map[string]string{
		"fanout":                            "hubbub, batched, unbatched",
		"irc-fanout":                        "hubbub",
		"irc-mixed":                         "mixed, all plain, all tags",
		"irc-join":                          "hubbub, no names",
		"irc-join --dialect irc-no-names":   "hubbub",
		"irc-history":                       "hubbub",
		"irc-fanout --servers hubbub":       "hubbub",
		"irc-fanout --dialect irc,irc-time": "hubbub",
	} {
		if got := names(strings.Fields(args)...); got != want {
			t.Errorf("%s compares %s, want %s", args, got, want)
		}
	}
}

// What other projects' servers do wrong is told, and is no error of ours.
func TestFaultsElsewhereAreToldApart(t *testing.T) {
	c := Comparison{Targets: []string{"hubbub", "ngircd"}, Others: []Other{{Target: "ngircd"}}}
	c.add("ngircd", Result{Faults: Faults{Reordered: 2}})
	if c.Faults.Total() != 0 || c.Others[0].Faults.Reordered != 2 {
		t.Errorf("comparison is %+v", c)
	}
	c.add("hubbub", Result{Faults: Faults{Lost: 1}})
	if c.Faults.Lost != 1 {
		t.Errorf("comparison is %+v", c)
	}
}

func TestConfigurationsOfIRCServers(t *testing.T) {
	golden(t, "ngircd.conf", func(w io.Writer) error { _, err := io.WriteString(w, ngircdConfig("127.0.0.1", "6667")); return err })
	golden(t, "inspircd.conf", func(w io.Writer) error {
		_, err := io.WriteString(w, inspircdConfig("127.0.0.1", "6667", "/tmp/x"))
		return err
	})
}

// The IRC servers that are installed start with their configuration and are
// left by everybody in order. Others are skipped.
func TestInstalledIRCServersRun(t *testing.T) {
	for _, d := range ircds() {
		t.Run(string(d), func(t *testing.T) {
			if _, err := d.find(); err != nil {
				t.Skip(err)
			}
			cfg := ircConfig(t, "irc-fanout")
			cfg.Target = Target{Ircd: d}
			var progress bytes.Buffer
			res, err := Run(t.Context(), cfg, &progress)
			if err != nil || res.Faults != (Faults{}) || res.Messages != 60 {
				t.Errorf("error %v, faults %s, %d messages, progress %s", err, res.Faults, res.Messages, progress.String())
			}
		})
	}
}
