package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// sshConfig is a small run by SSH against a fake server.
func sshConfig(t *testing.T, fake *fakeSSH, d Dialect) Config {
	fake.behind = startReference(t, Batched)
	cfg := testConfig()
	cfg.Target = Target{Address: fake.start(t)}
	cfg.Dialects, cfg.Speech = []Dialect{d}, lineDialect{}
	cfg.Senders, cfg.Rate, cfg.Count = 1, 50, 30
	return cfg
}

func TestRunsGoBySSH(t *testing.T) {
	for _, d := range []Dialect{sshDialect{}, screenDialect{}} {
		t.Run(d.Name(), func(t *testing.T) {
			cfg := sshConfig(t, &fakeSSH{}, d)
			res, err := Run(t.Context(), cfg, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if res.Faults.Total() > 0 || res.Messages < 30 || res.Dialect != d.Name() {
				t.Errorf("%+v", res)
			}
		})
	}
}

func TestWhatAScreenDoesNotShowIsLost(t *testing.T) {
	cfg := sshConfig(t, &fakeSSH{hidden: string(appendLetters(nil, 7)) + strings.Repeat("a", 8)}, screenDialect{})
	res, err := Run(t.Context(), cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if res.Faults.Lost != uint64(cfg.Clients) { // of message 7
		t.Errorf("faults %+v, want %d lost", res.Faults, cfg.Clients)
	}
}

func TestStalledReaderBySSHTakesNothing(t *testing.T) {
	cfg := sshConfig(t, &fakeSSH{}, sshDialect{})
	cfg.Scenario, cfg.Count, cfg.Rate, cfg.Warmup, cfg.Duration = scenarioSSHStall, 0, 200, 20*time.Millisecond, 200*time.Millisecond
	res, err := Run(t.Context(), cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if res.Stall == nil || res.Stall.Backlog == 0 || res.Faults.Total() > 0 {
		t.Errorf("%+v, stall %+v", res.Faults, res.Stall)
	}
}

func TestIdleSessionsBySSHAreMeasured(t *testing.T) {
	cfg := sshConfig(t, &fakeSSH{}, screenDialect{})
	cfg.Scenario, cfg.Senders, cfg.Rate, cfg.Duration = scenarioSSHIdle, 0, 0, 20*time.Millisecond
	cfg.Target.PID = os.Getpid()
	res, err := Run(t.Context(), cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readUsage(os.Getpid()); err == nil && (res.Idle == nil || res.Idle.Seconds <= 0) {
		t.Errorf("%+v", res.Idle)
	}
	var table bytes.Buffer
	if err := res.WriteTable(&table); err != nil || res.Idle != nil && !strings.Contains(table.String(), "server, idle") {
		t.Errorf("%v\n%s", err, table.String())
	}
}

func TestServerWithoutAShellIsExplained(t *testing.T) {
	cfg := sshConfig(t, &fakeSSH{locked: true}, sshDialect{})
	cfg.Senders, cfg.Rate, cfg.Scenario = 0, 0, scenarioConnect
	if _, err := Run(t.Context(), cfg, io.Discard); err == nil || !strings.Contains(err.Error(), "the server refuses shell") {
		t.Error(err)
	}
}

func TestSSHIsComparedWithLinesAndScreens(t *testing.T) {
	for scenario, want := range map[string]string{
		"ssh-idle": "ssh ssh-screen line", "ssh-paced": "ssh ssh-screen line", "ssh-stall": "ssh line",
	} {
		cfg, err := scenarioConfig(scenario)
		if err != nil {
			t.Fatal(err)
		}
		columns, _, err := (&options{cfg: cfg}).columns()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range columns {
			names = append(names, c.Name)
			if err := c.Config.check(); err != nil {
				t.Errorf("%s, %s: %v", scenario, c.Name, err)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has %s, want %s", scenario, got, want)
		}
	}
}

func TestComparisonTellsOfStallsAndIdleness(t *testing.T) {
	stalled := Result{Stall: &Stall{Undisturbed: &Latency{P99: 2000}, Stalled: &Latency{P99: 3000}, Ratio: 1.5, CatchUp: 0.5}}
	c, err := Comparison{Rounds: 1, Targets: []string{"ssh", "line"}}.summarise([][]Result{{stalled}, {{Idle: &Idle{PerConnection: 8}}}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c.Metrics)
	want := `[{"name":"idle µs/s/connection","medians":[null,8],"ratios":[null]},{"name":"undisturbed p99 ms","medians":[2,null],"ratios":[null]},` +
		`{"name":"beside stall p99 ms","medians":[3,null],"ratios":[null]},{"name":"their ratio","medians":[1.5,null],"ratios":[null]},{"name":"catch-up s","medians":[0.5,null],"ratios":[null]}]`
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, text, want)
	}
}

func TestScreensAreCutAtMarks(t *testing.T) {
	tag := string(appendTag(nil, tag{1, 2, 3, 4}))
	all := "\x1b[H~ hub ~b1 " + tag + " words\r\n> ~!t04-3~\x1b[K" + tag[:20] + "\x1b[2;1H" + tag
	want := []string{"\x1b[H", "~", " hub ", "~", "b1 ", tag, " words\r\n> ", "~!t04-3~", "\x1b[K", "~", tag[1:20] + "\x1b[2;1H", tag}
	d := screenDialect{}
	var got []string
	for rest := []byte(all); len(rest) > 0; {
		piece, n := d.Cut(rest)
		if n == 0 {
			t.Fatalf("nothing is cut of %q", rest)
		}
		got, rest = append(got, string(piece)), rest[n:]
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("cut as\n%q, want\n%q", got, want)
	}
	if n, used := d.Count([]byte(all)); n != 2 || used != len(all) {
		t.Errorf("%d messages in %d of %d bytes", n, used, len(all))
	}
	if k, part := d.Sort([]byte("~!t04-3~")); k != kindPong || string(part) != "t04-3" {
		t.Errorf("a probe is %d, %q", k, part)
	}
	for _, early := range []string{"~", "~abc", tag[:tagSize-1], "~!", "~!t04"} {
		if piece, n := d.Cut([]byte(early)); n != 0 {
			t.Errorf("%q is cut as %q, and may become a tag or a probe", early, piece)
		}
	}
	if _, n := d.Cut([]byte("~!" + strings.Repeat("x", maxProbe))); n != 1 {
		t.Errorf("of a probe without an end %d bytes are cut", n)
	}
}

func FuzzScreenCut(f *testing.F) {
	f.Add([]byte("\x1b[H~ " + string(appendTag(nil, tag{1, 2, 3, 4})) + "~!t1~"))
	f.Add([]byte("~!~~abcdefghijklmnop"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := screenDialect{}
		for {
			piece, used := d.Cut(b)
			if used == 0 {
				if len(b) >= maxProbe {
					t.Fatalf("nothing is cut of %q", b)
				}
				return
			}
			if used != len(piece) || used > len(b) {
				t.Fatalf("cut %q, %d bytes", piece, used)
			}
			d.Sort(piece)
			b = b[used:]
		}
	})
}
