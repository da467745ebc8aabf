package bench

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// golden compares what write writes with a file in testdata, which it writes
// instead if the environment variable UPDATE_GOLDEN is set.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := write(&got); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; run with UPDATE_GOLDEN=1 and look at the difference. Now it is:\n%s", file, got.String())
	}
	if filepath.Ext(name) == ".svg" {
		wellFormed(t, got.Bytes())
	}
}

// wellFormed fails unless the text is XML.
func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

// sampleLatency returns a distribution of so many values, rising from low to
// high microseconds.
func sampleLatency(low, high int64) *Latency {
	var h histogram
	for i := range int64(10_000) {
		h.record((low + (high-low)*i*i/1e8) * 1000)
	}
	return h.latency()
}

// sampleResult returns a result with every part filled in.
func sampleResult() *Result {
	return &Result{
		Scenario: "stall", Target: "hub <a&b>", Dialect: "line", System: "linux/amd64, 2 cores, go1.26.8",
		Clients: 50, Rooms: 1, Senders: 20, Size: 100, Rate: 5000, Verify: VerifyFull,
		LandingSeconds: 0.0321, Landing: sampleLatency(10_000, 30_000),
		Seconds: 10.002, Deliveries: 2_500_000, DeliveriesPerSecond: 249_950, DeliveriesPerRead: 12.34, Messages: 50_000, MessagesPerSecond: 4999,
		Server: &Cost{0.512, 0.112, 0.4, 25.6, 1.28, 0.128},
		Bench:  &Cost{0.7, 0.5, 0.2, 35, 1.75, 0.175},
		Memory: &Memory{12 << 20, 13 << 20, 20971.52},
		Ack:    sampleLatency(400, 2500), Seen: sampleLatency(420, 9000), Fsync: sampleLatency(250, 700),
		Stall:       &Stall{sampleLatency(410, 3000), sampleLatency(450, 4000), 1.33, 40_000, 0.25},
		Join:        &Join{2.05, sampleLatency(1000, 2_000_000), 2.5, 2_001_000, 78_000_000, 717.4, 0.7171},
		History:     &History{1_000_000, 4321, 100, sampleLatency(600, 4000), 512.3},
		Faults:      Faults{Lost: 1, Duplicate: 1200},
		Interrupted: true,
		Notes:       []string{"a remark"},
	}
}

// sampleComparison returns a comparison of three servers, in which one figure
// is missing.
func sampleComparison() *Comparison {
	f := func(v float64) *float64 { return &v }
	return &Comparison{
		Scenario: "fanout", System: "linux/amd64, 2 cores, go1.26.8", Rounds: 5, Targets: []string{"hubbub", "batched", "unbatched"},
		Metrics: []Metric{
			{"CPU µs/delivery", []*float64{f(0.12), f(0.1), f(4.2)}, []*float64{f(1.2), f(0.12 / 4.2)}},
			{"deliveries/s", []*float64{f(5_812_331), f(6_000_000), f(190_000)}, []*float64{f(0.97), f(30.6)}},
			{"ack p50 ms", []*float64{f(4), nil, f(1291.8)}, []*float64{nil, f(0.0031)}},
			{"not drawn", []*float64{f(1), f(2), f(3)}, []*float64{f(.5), f(1. / 3)}},
		},
		Notes: []string{"batched in round 2: a remark"},
	}
}

// sampleIRCComparison returns one with other projects' servers, of which one
// has faults.
func sampleIRCComparison() *Comparison {
	f := func(v float64) *float64 { return &v }
	return &Comparison{
		Scenario: "irc-fanout", System: "linux/amd64, 2 cores, go1.26.8", Rounds: 3, Targets: []string{"hubbub", "ngircd", "inspircd"},
		Metrics: []Metric{
			{"CPU µs/delivery", []*float64{f(0.2), f(1), f(0.7)}, []*float64{f(0.2), f(0.2 / 0.7)}},
			{"deliveries/s", []*float64{f(5_812_331), f(600_000), f(900_000)}, []*float64{f(9.69), f(6.46)}},
		},
		Others: []Other{{Target: "ngircd", Faults: Faults{Reordered: 3}}, {Target: "inspircd"}},
		Notes:  []string{"ngircd is ngIRCd 26.1", "ngircd in round 2: readers with another order: 3"},
	}
}

func TestOutcomesAreWrittenAsExpected(t *testing.T) {
	golden(t, "result.txt", sampleResult().WriteTable)
	golden(t, "result.svg", sampleResult().WriteSVG)
	golden(t, "comparison.txt", sampleComparison().WriteTable)
	golden(t, "comparison-irc.txt", sampleIRCComparison().WriteTable)
	golden(t, "comparison.svg", sampleComparison().WriteSVG)
	healthy := &Result{Scenario: "connect", Target: "hubbub", Dialect: "line", System: "plan9/arm", Clients: 1, Rooms: 1, Verify: VerifyFull}
	golden(t, "connect.txt", healthy.WriteTable)
	golden(t, "connect.svg", healthy.WriteSVG)
}

func TestNumbersAreGrouped(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.0312: "0.031", 1: "1", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234: "1,234", 999_999: "999,999",
		12_345_678: "12,345,678", -1234: "-1,234", -0.5: "-0.500",
	} {
		if got := group(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

// broken refuses to write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestFailedWriteIsReported(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{
		"result table": sampleResult().WriteTable, "result plot": sampleResult().WriteSVG,
		"comparison table": sampleComparison().WriteTable, "comparison plot": sampleComparison().WriteSVG,
		"help": usageText,
	} {
		if err := write(broken{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMedians(t *testing.T) {
	with := func(rates ...float64) (all []Result) {
		for _, r := range rates {
			all = append(all, Result{MessagesPerSecond: r})
		}
		return all
	}
	of := func(r *Result) float64 { return r.MessagesPerSecond }
	if got := median(with(5, 1, 3), of); *got != 3 {
		t.Errorf("median of three is %g", *got)
	}
	if got := median(with(4, 1, 3, 100), of); *got != 3.5 {
		t.Errorf("median of four is %g", *got)
	}
	if got := median(with(0, 7), of); *got != 7 {
		t.Errorf("a run without the figure counts: %g", *got)
	}
	if got := median(with(0), of); got != nil || ratio(got, got) != nil {
		t.Errorf("median of nothing is %v", got)
	}
}
