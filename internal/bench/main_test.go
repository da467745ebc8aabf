package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asProgram is the environment variable that turns the test binary into
// hubbub, as far as runs need it: `bench`, and a `serve` that is the batched
// reference. So runs can start their servers as real processes.
const asProgram = "HUBBUB_BENCH_AS_PROGRAM"

// runAsProgram lets the test start the test binary as hubbub. A binary built
// with the race detector would wait a second before it ends.
func runAsProgram(t *testing.T) {
	t.Setenv(asProgram, "1")
	t.Setenv("GORACE", "atexit_sleep_ms=0")
}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" || len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := program(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// program is the main function of the test binary as hubbub.
func program(ctx context.Context, args []string) error {
	if args[0] == "bench" {
		return Main(ctx, args[1:], os.Stdout, os.Stderr)
	}
	if len(args) != 6 || args[0] != "serve" || args[1] != "--listen" || args[3] != "--data" || args[5] != "--no-limits" {
		return fmt.Errorf("unexpected arguments %q", args)
	}
	if err := os.MkdirAll(args[4], 0o700); err != nil {
		return err
	}
	return runReference(ctx, Batched, args[2], os.Stdout)
}

// small are flags that make any scenario short.
func small(args ...string) []string {
	return append(args, "--clients", "12", "--warmup", "20ms", "--duration", "150ms", "--quiet")
}

func TestRunStartsServerAndReportsJSON(t *testing.T) {
	runAsProgram(t)
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	svg := filepath.Join(t.TempDir(), "plot.svg")
	if err := Main(t.Context(), small("fanout", "--json", "--svg", svg), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var res Result
	if err := json.Unmarshal(out.Bytes(), &res); err != nil {
		t.Fatal(err)
	}
	if res.Target != "hubbub" || res.Messages == 0 || res.Deliveries < res.Messages || res.Seen.Count != 12*res.Ack.Count || res.Ack.P50 <= 0 {
		t.Errorf("result is implausible: %s", out.String())
	}
	if plot, err := os.ReadFile(svg); err != nil || !bytes.Contains(plot, []byte("<polyline")) {
		t.Errorf("plot: %v, %q", err, plot)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "hubbub-bench-*")); len(left) > 0 {
		t.Errorf("temporary data was left behind: %v", left)
	}
}

func TestCompareRunsEachTargetInTurn(t *testing.T) {
	runAsProgram(t)
	var out bytes.Buffer
	if err := Main(t.Context(), small("compare", "fanout", "--rounds", "2", "--json"), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var c Comparison
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, r := range c.Runs {
		order = append(order, r.Target)
	}
	if got, want := strings.Join(order, " "), "hubbub batched unbatched hubbub batched unbatched"; got != want {
		t.Errorf("runs went %s, want %s", got, want)
	}
	for _, m := range c.Metrics {
		if len(m.Medians) != 3 || len(m.Ratios) != 2 {
			t.Errorf("%s has %d medians and %d ratios", m.Name, len(m.Medians), len(m.Ratios))
		}
	}
}

func TestAckScenarioProbesTheDisk(t *testing.T) {
	runAsProgram(t)
	var out bytes.Buffer
	dir := t.TempDir()
	if err := Main(t.Context(), []string{"ack", "--data", dir, "--warmup", "10ms", "--duration", "50ms", "--json"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var res Result
	if err := json.Unmarshal(out.Bytes(), &res); err != nil {
		t.Fatal(err)
	}
	if res.Fsync == nil || res.Fsync.Count == 0 || res.Ack == nil {
		t.Errorf("fsync %+v, ack %+v", res.Fsync, res.Ack)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "bench-fsync-*")); len(left) > 0 {
		t.Errorf("the probe left %v", left)
	}
}

func TestServerThatDoesNotStartIsQuoted(t *testing.T) {
	cfg := testConfig()
	cfg.Target = Target{Program: []string{os.Args[0], "-test.run=^$", "-no-such-flag"}}
	_, err := Run(t.Context(), cfg, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "no-such-flag") {
		t.Errorf("error is %v, want one with what the process said", err)
	}
}

func TestHelpNamesEveryScenario(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}} {
		var out bytes.Buffer
		if err := Main(t.Context(), args, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		for _, s := range Scenarios() {
			if !strings.Contains(out.String(), "  "+s.Config.Scenario+" ") {
				t.Errorf("%v: %s is missing", args, s.Config.Scenario)
			}
		}
	}
	var out bytes.Buffer
	if err := Main(t.Context(), []string{"paced", "-h"}, &out, io.Discard); err != nil || !strings.Contains(out.String(), "(default 50)") {
		t.Errorf("help of paced: %v, %s", err, out.String())
	}
}

func TestWrongArgumentsAreExplained(t *testing.T) {
	tests := []struct {
		args string
		want string
	}{
		{"no-such", "there is no scenario"},
		{"fanout --clients 0", "clients is 0, and must be from 1"},
		{"fanout --clients 5 --rooms 6", "rooms is 6, and must be from 1 to 5"},
		{"fanout --size 10", "size is 10, and must be from 33"},
		{"fanout --rate NaN", "rate is NaN"},
		{"fanout --verify maybe", "full, sample or count"},
		{"fanout --reference fast", "unbatched or batched"},
		{"fanout --reference batched --address 127.0.0.1:1", "not both"},
		{"fanout --serve --address 127.0.0.1:1", "one of --serve"},
		{"fanout --pid 1", "goes with the address"},
		{"fanout extra", "one word too many"},
		{"fanout --no-such", "not defined"},
		{"fanout --rooms 0", "rooms is 0, and must be from 1"},
		{"fanout --dialect gopher", "there is no dialect \"gopher\": choose of line, irc"},
		{"fanout --ircd ergo", "use ngircd or inspircd"},
		{"fanout --ircd ngircd", "can't be among the dialects"},
		{"irc-fanout --dialect line,irc", "can't be among the dialects"},
		{"irc-fanout --ircd ngircd --reference batched", "give one of"},
		{"irc-fanout --ircd ngircd --serve", "one of --serve"},
		{"irc-fanout --size 500", "at most 400 for IRC"},
		{"irc-fanout --verify count", "must be full for IRC"},
		{"irc-fanout --rooms 0", "rooms is 0, and must be from 1"},
		{"compare fanout --servers ngircd", "goes with the scenarios of IRC"},
		{"compare irc-fanout --servers ergo", "no server \"ergo\""},
		{"compare irc-history --servers ngircd", "compares only hubbub"},
		{"compare fanout --rounds 0", "rounds is 0"},
		{"fanout --dialect ssh --reference batched", "only hubbub speaks"},
		{"irc-fanout --dialect ssh", "only hubbub speaks"},
		{"ssh-idle --rooms 0", "rooms is 0, and must be from 1"},
		{"fanout --dialect ssh-screen", "give ssh-screen a --rate of at most 50"},
		{"ssh-paced --dialect ssh-screen --rate 51", "give ssh-screen a --rate of at most 50"},
		{"ssh-paced --dialect ssh-screen --verify count", "must be full for ssh-screen"},
		{"paced --dialect ssh-screen", "who has a screen only reads"},
		{"compare ssh-idle --servers ngircd", "goes with the scenarios of IRC"},
		{"compare --address 127.0.0.1:1", "not defined"},
		{"reference --mode fast", "there is no reference server"},
	}
	for _, tt := range tests {
		err := Main(t.Context(), strings.Fields(tt.args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want one with %q", tt.args, err, tt.want)
		}
	}
}

func TestScenariosAreValid(t *testing.T) {
	for _, s := range Scenarios() {
		if err := s.Config.check(); err != nil {
			t.Errorf("%s: %v", s.Config.Scenario, err)
		}
	}
}
