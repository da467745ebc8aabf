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
	Faults      Faults   `json:"faults"` // of all runs, but those of other projects' servers
	Others      []Other  `json:"others,omitempty"`
	Interrupted bool     `json:"interrupted,omitempty"`
	Notes       []string `json:"notes,omitempty"`
	Runs        []Result `json:"runs"` // all of them, in the order in which they ran
}

// Column is what a comparison runs in turn with others.
type Column struct {
	Name   string // in the table
	Config Config
}

// Other is what was seen of another project's server. Its faults are told, and
// are no fault of ours.
type Other struct {
	Target string `json:"target"`
	Faults Faults `json:"faults"`
}

// Metric is one figure over all targets. A nil value means that it was not
// measured there.
type Metric struct {
	Name    string     `json:"name"`
	Medians []*float64 `json:"medians"` // in the order of Comparison.Targets
	Ratios  []*float64 `json:"ratios"`  // the first target's to each of the others'
}

// Compare runs each column in turn, and that so many times, so that what else
// the machine is doing meets all of them alike. It keeps the medians. The end of
// ctx ends it after the round that is complete by then.
func Compare(ctx context.Context, columns []Column, rounds int, progress io.Writer) (Comparison, error) {
	c := Comparison{Scenario: columns[0].Config.Scenario}
	for _, col := range columns {
		c.Targets = append(c.Targets, col.Name)
		if col.Config.Target.Ircd != "" {
			c.Others = append(c.Others, Other{Target: col.Name})
		}
	}
	runs := make([][]Result, len(columns))
	begin := time.Now()
	for round := range rounds {
		var results []Result
		for _, col := range columns {
			fmt.Fprintf(progress, "round %d of %d, %s, after %v\n", round+1, rounds, col.Name, seconds(time.Since(begin)))
			res, err := Run(ctx, col.Config, io.Discard)
			if ctx.Err() != nil {
				c.Interrupted = true
				return c.summarise(runs)
			}
			if err != nil {
				return c, fmt.Errorf("%s: %w", col.Name, err)
			}
			results = append(results, res)
		}
		c.Rounds++
		for i, res := range results {
			runs[i] = append(runs[i], res)
			c.add(columns[i].Name, res)
		}
	}
	return c.summarise(runs)
}

// add takes the faults and remarks of a run of the column of that name.
func (c *Comparison) add(name string, res Result) {
	c.System = res.System
	c.Runs = append(c.Runs, res)
	c.faultsOf(name).add(res.Faults)
	if res.Faults.Total() > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%s in round %d: %s", name, c.Rounds, res.Faults))
	}
	for _, n := range res.Notes {
		c.Notes = append(c.Notes, fmt.Sprintf("%s in round %d: %s", name, c.Rounds, n))
	}
}

// faultsOf returns where the faults of a column belong.
func (c *Comparison) faultsOf(name string) *Faults {
	for i := range c.Others {
		if c.Others[i].Target == name {
			return &c.Others[i].Faults
		}
	}
	return &c.Faults
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
	ack, seen := func(r *Result) *Latency { return r.Ack }, func(r *Result) *Latency { return r.Seen }
	return append([]figure{
		{"CPU µs/delivery", cpu(func(c *Cost) float64 { return c.PerDelivery })},
		{"of it user", cpu(func(c *Cost) float64 { return c.User })},
		{"of it system", cpu(func(c *Cost) float64 { return c.Sys })},
		{"server cores", cpu(func(c *Cost) float64 { return c.Cores })},
		{"deliveries/s", func(r *Result) float64 { return r.DeliveriesPerSecond }},
		{"deliveries/read", func(r *Result) float64 { return r.DeliveriesPerRead }},
		{"messages/s", func(r *Result) float64 { return r.MessagesPerSecond }},
		{"ack p50 ms", milliseconds(ack, p50)},
		{"ack p99 ms", milliseconds(ack, p99)},
		{"seen p50 ms", milliseconds(seen, p50)},
		{"seen p99 ms", milliseconds(seen, p99)},
		{"landing s", func(r *Result) float64 { return r.LandingSeconds }},
		{"memory KB/connection", func(r *Result) float64 {
			if r.Memory == nil {
				return 0
			}
			return r.Memory.PerConnection / (1 << 10)
		}},
		{"idle µs/s/connection", func(r *Result) float64 {
			if r.Idle == nil {
				return 0
			}
			return r.Idle.PerConnection
		}},
	}, append(stallFigures(), ircFigures()...)...)
}

// stallFigures returns those of the scenarios in which a reader stalls.
func stallFigures() []figure {
	stall := func(of func(*Stall) float64) func(*Result) float64 {
		return func(r *Result) float64 {
			if r.Stall == nil {
				return 0
			}
			return of(r.Stall)
		}
	}
	before := func(r *Result) *Latency {
		if r.Stall == nil {
			return nil
		}
		return r.Stall.Undisturbed
	}
	during := func(r *Result) *Latency {
		if r.Stall == nil {
			return nil
		}
		return r.Stall.Stalled
	}
	return []figure{
		{"undisturbed p99 ms", milliseconds(before, p99)},
		{"beside stall p99 ms", milliseconds(during, p99)},
		{"their ratio", stall(func(s *Stall) float64 { return s.Ratio })},
		{"catch-up s", stall(func(s *Stall) float64 { return s.CatchUp })},
	}
}

// milliseconds is a figure of a latency distribution that some results have.
func milliseconds(l func(*Result) *Latency, of func(*Latency) float64) func(*Result) float64 {
	return func(r *Result) float64 {
		if l := l(r); l != nil {
			return of(l) / 1e3
		}
		return 0
	}
}

// ircFigures returns those of the scenarios that only IRC has.
func ircFigures() []figure {
	join := func(of func(*Join) float64) func(*Result) float64 {
		return func(r *Result) float64 {
			if r.Join == nil {
				return 0
			}
			return of(r.Join)
		}
	}
	past := func(r *Result) *Latency {
		if r.History == nil {
			return nil
		}
		return r.History.Answer
	}
	return []figure{
		{"joined s", join(func(j *Join) float64 { return j.Seconds })},
		{"all told s", join(func(j *Join) float64 { return j.Settled })},
		{"CPU µs/join", join(func(j *Join) float64 { return j.PerJoin })},
		{"CPU µs/JOIN line", join(func(j *Join) float64 { return j.PerLine })},
		{"MB sent", join(func(j *Join) float64 { return float64(j.Bytes) / (1 << 20) })},
		{"history p50 ms", milliseconds(past, p50)},
		{"history p99 ms", milliseconds(past, p99)},
		{"CPU µs/history", func(r *Result) float64 {
			if r.History == nil {
				return 0
			}
			return r.History.CPU
		}},
	}
}

func p50(l *Latency) float64 { return l.P50 }
func p99(l *Latency) float64 { return l.P99 }

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
