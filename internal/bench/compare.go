package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Comparison is the outcome of [Compare].
type Comparison struct {
	Scenario    string   `json:"scenario"`
	System      string   `json:"system"`
	Rounds      int      `json:"rounds"` // complete ones
	Targets     []string `json:"targets"`
	Metrics     []Metric `json:"metrics"`
	Faults      Faults   `json:"faults"` // of all runs
	Interrupted bool     `json:"interrupted,omitempty"`
	Notes       []string `json:"notes,omitempty"`
	Runs        []Result `json:"runs"` // all of them, in the order in which they ran
}

// Metric is one figure over all targets. A nil value means that it was not
// measured there.
type Metric struct {
	Name    string     `json:"name"`
	Medians []*float64 `json:"medians"` // in the order of Comparison.Targets
	Ratios  []*float64 `json:"ratios"`  // the first target's to each of the others'
}

// Compare runs cfg against each target in turn, and that so many times, so that
// what else the machine is doing meets all of them alike. It keeps the medians.
// The end of ctx ends it after the round that is complete by then.
func Compare(ctx context.Context, cfg Config, targets []Target, rounds int, progress io.Writer) (Comparison, error) {
	c := Comparison{Scenario: cfg.Scenario}
	for _, t := range targets {
		c.Targets = append(c.Targets, t.String())
	}
	runs := make([][]Result, len(targets))
	begin := time.Now()
	for round := range rounds {
		var results []Result
		for _, t := range targets {
			cfg.Target = t
			fmt.Fprintf(progress, "round %d of %d, %s, after %v\n", round+1, rounds, t, seconds(time.Since(begin)))
			res, err := Run(ctx, cfg, io.Discard)
			if ctx.Err() != nil {
				c.Interrupted = true
				return c.summarise(runs)
			}
			if err != nil {
				return c, err
			}
			results = append(results, res)
		}
		c.Rounds++
		for i, res := range results {
			runs[i] = append(runs[i], res)
			c.add(res)
		}
	}
	return c.summarise(runs)
}

// add takes a run's faults and remarks.
func (c *Comparison) add(res Result) {
	c.System = res.System
	c.Runs = append(c.Runs, res)
	c.Faults.add(res.Faults)
	if res.Faults.Total() > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%s in round %d: %s", res.Target, c.Rounds, res.Faults))
	}
	for _, n := range res.Notes {
		c.Notes = append(c.Notes, fmt.Sprintf("%s in round %d: %s", res.Target, c.Rounds, n))
	}
}

// summarise fills in the metrics that at least one target has. runs holds each
// target's results.
func (c Comparison) summarise(runs [][]Result) (Comparison, error) {
	if c.Rounds == 0 {
		return c, fmt.Errorf("bench: interrupted before the first round was complete")
	}
	for _, d := range figures() {
		m := Metric{Name: d.name}
		some := false
		for _, results := range runs {
			v := median(results, d.of)
			m.Medians = append(m.Medians, v)
			some = some || v != nil
		}
		for _, v := range m.Medians[1:] {
			m.Ratios = append(m.Ratios, ratio(m.Medians[0], v))
		}
		if some {
			c.Metrics = append(c.Metrics, m)
		}
	}
	return c, nil
}

// figure is a number to compare.
type figure struct {
	name string
	of   func(*Result) float64 // 0 if the run has none
}

// figures returns what is compared, in the order of the table.
func figures() []figure {
	cpu := func(of func(*Cost) float64) func(*Result) float64 {
		return func(r *Result) float64 {
			if r.Server == nil {
				return 0
			}
			return of(r.Server)
		}
	}
	p := func(l func(*Result) *Latency, of func(*Latency) float64) func(*Result) float64 {
		return func(r *Result) float64 {
			if l := l(r); l != nil {
				return of(l) / 1e3
			}
			return 0
		}
	}
	ack, seen := func(r *Result) *Latency { return r.Ack }, func(r *Result) *Latency { return r.Seen }
	p50, p99 := func(l *Latency) float64 { return l.P50 }, func(l *Latency) float64 { return l.P99 }
	return []figure{
		{"CPU µs/delivery", cpu(func(c *Cost) float64 { return c.PerDelivery })},
		{"of it user", cpu(func(c *Cost) float64 { return c.User })},
		{"of it system", cpu(func(c *Cost) float64 { return c.Sys })},
		{"server cores", cpu(func(c *Cost) float64 { return c.Cores })},
		{"deliveries/s", func(r *Result) float64 { return r.DeliveriesPerSecond }},
		{"deliveries/read", func(r *Result) float64 { return r.DeliveriesPerRead }},
		{"messages/s", func(r *Result) float64 { return r.MessagesPerSecond }},
		{"ack p50 ms", p(ack, p50)},
		{"ack p99 ms", p(ack, p99)},
		{"seen p50 ms", p(seen, p50)},
		{"seen p99 ms", p(seen, p99)},
		{"landing s", func(r *Result) float64 { return r.LandingSeconds }},
		{"memory KB/connection", func(r *Result) float64 {
			if r.Memory == nil {
				return 0
			}
			return r.Memory.PerConnection / (1 << 10)
		}},
	}
}

// median returns the median of a figure, or nil if no run has it.
func median(results []Result, of func(*Result) float64) *float64 {
	var values []float64
	for i := range results {
		if v := of(&results[i]); v != 0 {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	n := len(values)
	m := (values[(n-1)/2] + values[n/2]) / 2
	return &m
}

// ratio returns a to b, or nil if either is missing.
func ratio(a, b *float64) *float64 {
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	r := *a / *b
	return &r
}
