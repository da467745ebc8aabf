package bench

import (
	"fmt"
	"runtime"
	"time"
)

// Result is what a run has measured. Parts that the scenario does not measure,
// or that this system cannot, are nil. Latencies and costs are in microseconds,
// memory is in bytes.
type Result struct {
	Scenario string  `json:"scenario"`
	Target   string  `json:"target"`
	Dialect  string  `json:"dialect"`
	System   string  `json:"system"`
	Clients  int     `json:"clients"`
	Rooms    int     `json:"rooms"`
	Senders  int     `json:"senders"`
	Size     int     `json:"size_bytes"`
	Rate     float64 `json:"rate_per_second,omitempty"`
	Window   int     `json:"window,omitempty"`
	Verify   Verify  `json:"verify"`

	LandingSeconds float64  `json:"landing_seconds"` // first dial until the last client was in its room
	Landing        *Latency `json:"landing,omitempty"`

	Seconds             float64 `json:"seconds"` // of the measured window
	Deliveries          uint64  `json:"deliveries"`
	DeliveriesPerSecond float64 `json:"deliveries_per_second"`
	DeliveriesPerRead   float64 `json:"deliveries_per_read"` // about how many the server puts into one write
	Messages            uint64  `json:"messages"`            // acknowledged: seen by their senders
	MessagesPerSecond   float64 `json:"messages_per_second"`

	Server  *Cost    `json:"server_cost,omitempty"`
	Bench   *Cost    `json:"bench_cost,omitempty"` // this process's own
	Memory  *Memory  `json:"server_memory,omitempty"`
	Idle    *Idle    `json:"idle,omitempty"`
	Ack     *Latency `json:"ack,omitempty"`  // send to the sender's own message back
	Seen    *Latency `json:"seen,omitempty"` // send to seen, over all readers that check
	Fsync   *Latency `json:"fsync,omitempty"`
	Stall   *Stall   `json:"stall,omitempty"`
	Logins  *Logins  `json:"logins,omitempty"`
	Join    *Join    `json:"join,omitempty"`
	History *History `json:"history,omitempty"`

	Faults      Faults   `json:"faults"`
	Interrupted bool     `json:"interrupted,omitempty"`
	Notes       []string `json:"notes,omitempty"`
}

// Memory is the server's resident memory.
type Memory struct {
	Before        int64   `json:"before_bytes"` // no client connected
	After         int64   `json:"after_bytes"`
	PerConnection float64 `json:"bytes_per_connection"`
}

// Idle is the server's CPU time while nobody does anything.
type Idle struct {
	Seconds       float64 `json:"seconds"`
	PerConnection float64 `json:"us_per_second_per_connection"`
}

// Stall is what one stalled reader did to the others.
type Stall struct {
	Undisturbed *Latency `json:"undisturbed"` // send to seen by the others, before the stall
	Stalled     *Latency `json:"stalled"`     // the same, during it
	Ratio       float64  `json:"p99_ratio"`
	Backlog     uint64   `json:"backlog_messages"` // what the reader had missed when it resumed
	CatchUp     float64  `json:"catch_up_seconds"` // until it had seen everything sent before
}

// Logins is what a flood of wrong logins did to the others.
type Logins struct {
	Undisturbed *Latency `json:"undisturbed"` // send to seen by the others, before the flood
	Onset       *Latency `json:"onset"`       // the same, while it began
	Flooded     *Latency `json:"flooded"`     // the same, while it went on
	Ratio       float64  `json:"p99_ratio"`
	Tried       uint64   `json:"tried"`
	Refused     uint64   `json:"refused"` // of them, until the end of the measured window
	From        string   `json:"from"`    // the address that they came from
}

// Join is what it took that everybody came into one room at once.
type Join struct {
	Seconds float64  `json:"seconds"`         // from the first JOIN until all had the answers to theirs
	Each    *Latency `json:"each"`            // the same, for each client
	Settled float64  `json:"settled_seconds"` // until everybody had been told of everybody after them
	Lines   uint64   `json:"join_lines"`      // that told so, to all in all
	Bytes   uint64   `json:"bytes"`           // that came meanwhile, lists of names included
	PerJoin float64  `json:"us_per_join"`     // the server's CPU time until it had settled
	PerLine float64  `json:"us_per_line"`
}

// History is what reading a room's past took.
type History struct {
	Filled uint64   `json:"filled_messages"` // by this run, before
	Asked  uint64   `json:"asked"`
	Lines  float64  `json:"lines_per_answer"`
	Answer *Latency `json:"answer"`        // from the question to the end of its batch
	CPU    float64  `json:"us_per_answer"` // of the server
}

// newResult describes the run that is to be measured.
func newResult(cfg Config, dialect string) Result {
	r := Result{
		Scenario: cfg.Scenario, Target: cfg.Target.String(), Dialect: dialect,
		System:  fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()),
		Clients: cfg.Clients, Rooms: cfg.Rooms, Senders: cfg.Senders, Size: cfg.Size, Rate: cfg.Rate, Verify: cfg.Verify,
	}
	if cfg.Rate == 0 {
		r.Window = cfg.Window
	}
	return r
}

// note adds a remark for people.
func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// window fills in what was measured between two moments.
func (r *Result) window(a, b moment) {
	elapsed := time.Duration(b.at - a.at)
	if elapsed <= 0 {
		return
	}
	r.Seconds = elapsed.Seconds()
	r.Deliveries = b.delivered - a.delivered
	r.Messages = b.acked - a.acked
	r.DeliveriesPerSecond = float64(r.Deliveries) / r.Seconds
	if reads := b.reads - a.reads; reads > 0 {
		r.DeliveriesPerRead = float64(r.Deliveries) / float64(reads)
	}
	r.MessagesPerSecond = float64(r.Messages) / r.Seconds
	if b.server.cpu > 0 {
		r.Server = cost(a.server, b.server, elapsed, r.Deliveries, r.Messages)
	}
	if b.bench.cpu > 0 {
		r.Bench = cost(a.bench, b.bench, elapsed, r.Deliveries, r.Messages)
	}
}
