package logtest_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/commitlog/logtest"
)

// kept is a log that keeps every command in memory, as one that outgrows a
// machine would keep them elsewhere: it can be reopened and followed again from
// any position, which is a command's number.
type kept struct {
	mu       sync.Mutex // guards the following
	commands []*chat.Command
	closed   bool
	changed  chan struct{} // closed and replaced when they change
}

func newKept() *kept { return &kept{changed: make(chan struct{})} }

func (k *kept) change(do func()) {
	do()
	close(k.changed)
	k.changed = make(chan struct{})
}

func (k *kept) Append(_ context.Context, c *chat.Command) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return commitlog.ErrClosed
	}
	own := *c
	k.change(func() { k.commands = append(k.commands, &own) })
	return nil
}

func (k *kept) Follow(ctx context.Context, after uint64, commit func(commitlog.Batch) error) error {
	for ctx.Err() == nil {
		k.mu.Lock()
		rest, closed, changed := k.commands[after:], k.closed, k.changed
		k.mu.Unlock()
		switch {
		case len(rest) > 0:
			after += uint64(len(rest))
			if err := commit(commitlog.Batch{Position: after, Commands: rest}); err != nil {
				return err
			}
		case closed:
			return nil
		default:
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
	return context.Cause(ctx)
}

func (k *kept) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.change(func() { k.closed = true })
	}
}

func TestLogThatKeepsItsCommands(t *testing.T) {
	logtest.Run(t, logtest.Subject{
		Open: func(*testing.T) commitlog.Log { return newKept() },
		Reopen: func(_ *testing.T, old commitlog.Log) commitlog.Log {
			log := newKept()
			log.commands = old.(*kept).commands
			return log
		},
	})
}

// faulty is a good log with a fault planted in front of it.
type faulty struct {
	commitlog.Log
	fault string

	mu     sync.Mutex // guards the following; held across Append in the fault that overtakes
	n      int
	held   *chat.Command
	closed bool
}

func (f *faulty) Append(ctx context.Context, c *chat.Command) error {
	f.mu.Lock()
	f.n++
	n, closed := f.n, f.closed
	f.mu.Unlock()
	switch {
	case f.fault == "loses one in seven" && n%7 == 0:
		return nil
	case f.fault == "doubles one in seven" && n%7 == 0:
		_ = f.Log.Append(ctx, c)
	case f.fault == "changes one in seven" && n%7 == 0:
		other := *c
		other.Text += "!"
		c = &other
	case f.fault == "takes commands once closed" && closed:
		return nil
	case f.fault == "waits for room though cancelled":
		ctx = context.WithoutCancel(ctx)
	case f.fault == "acknowledges before it orders":
		return f.overtake(ctx, c, n)
	}
	return f.Log.Append(ctx, c)
}

// overtake keeps one command in five back, and lets the next go before it.
func (f *faulty) overtake(ctx context.Context, c *chat.Command, n int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil && n%5 == 0 {
		f.held = c
		return nil
	}
	err := f.Log.Append(ctx, c)
	if f.held != nil && err == nil {
		err, f.held = f.Log.Append(ctx, f.held), nil
	}
	return err
}

func (f *faulty) Follow(ctx context.Context, after uint64, commit func(commitlog.Batch) error) error {
	if f.fault == "does not look at its context" {
		ctx = context.WithoutCancel(ctx)
	}
	return f.Log.Follow(ctx, after, func(b commitlog.Batch) error { return f.pass(b, after, commit) })
}

// pass hands one batch on, as the fault has it.
func (f *faulty) pass(b commitlog.Batch, after uint64, commit func(commitlog.Batch) error) error {
	switch f.fault {
	case "turns batches round":
		slices.Reverse(b.Commands)
	case "waits a millisecond for more":
		<-time.After(time.Millisecond)
	case "stays at one position":
		b.Position = after + 1
	case "begins at one again":
		b.Position -= after
	case "commits one by one":
		for i := range b.Commands {
			if err := commit(commitlog.Batch{Position: b.Position<<20 + uint64(i), Commands: b.Commands[i : i+1]}); err != nil {
				return err
			}
		}
		return nil
	case "commits beside":
		var wg sync.WaitGroup
		for _, c := range b.Commands {
			wg.Go(func() { _ = commit(commitlog.Batch{Position: b.Position, Commands: []*chat.Command{c}}) })
		}
		wg.Wait()
		return nil
	case "forgets what failed":
		_ = commit(b)
		return nil
	case "forgets at close":
		if f.mu.Lock(); f.closed {
			b.Commands = b.Commands[:len(b.Commands)-1]
		}
		f.mu.Unlock()
	}
	return commit(b)
}

func (f *faulty) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed = true; f.held != nil {
		_ = f.Log.Append(context.Background(), f.held)
	}
	f.Log.Close()
}

// faults are the planted ones, each with the tests of which at least one must
// notice it.
var faults = map[string]string{
	"loses one in seven":              "OneAppenderIsInOrder",
	"doubles one in seven":            "OneAppenderIsInOrder",
	"changes one in seven":            "OneAppenderIsInOrder",
	"turns batches round":             "OneAppenderIsInOrder",
	"acknowledges before it orders":   "WhatReturnedIsBeforeWhatBeginsLater",
	"commits beside":                  "ManyAppendersLoseNothing",
	"stays at one position":           "ManyAppendersLoseNothing",
	"begins at one again":             "PositionsIncreaseFromAfter",
	"forgets at close":                "CloseDrains",
	"takes commands once closed":      "AppendAfterCloseIsRefused",
	"forgets what failed":             "CommitErrorEndsFollow",
	"does not look at its context":    "CancelledFollowEnds",
	"commits one by one":              "CommandsShareACommit",
	"waits a millisecond for more":    "LoneCommandWaitsForNoTimer",
	"takes more than a batch":         "FullBatchBlocksAppend",
	"waits for room though cancelled": "FullBatchAndCancelledAppend",
	"none":                            "",
}

// faultVariable tells this program, when it runs itself, which fault to plant.
const faultVariable = "HUBBUB_PLANTED_FAULT"

// TestSuiteNoticesFaults runs the suite on each faulty log in a process of its
// own, for a failed test can't be taken back.
func TestSuiteNoticesFaults(t *testing.T) {
	for fault, notices := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			run := "^TestPlanted$"
			if notices != "" {
				run += "/^" + notices + "$"
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+run, "-test.v", "-test.timeout=60s")
			cmd.Env = append(os.Environ(), faultVariable+"="+fault)
			out, err := cmd.CombinedOutput()
			failed := strings.Contains(string(out), "--- FAIL: TestPlanted/"+notices+" ")
			switch {
			case notices == "" && err != nil:
				t.Errorf("a log without a fault fails: %v\n%s", err, out)
			case notices != "" && (err == nil || !failed):
				t.Errorf("a log that %s passes %s: %v\n%s", fault, notices, err, out)
			}
		})
	}
}

// TestPlanted is what TestSuiteNoticesFaults runs.
func TestPlanted(t *testing.T) {
	fault, ok := os.LookupEnv(faultVariable)
	if !ok {
		t.Skip("runs within TestSuiteNoticesFaults only")
	}
	bound := commitlog.MaxBatch
	if fault == "takes more than a batch" {
		bound--
	}
	logtest.Run(t, logtest.Subject{
		Open:     func(*testing.T) commitlog.Log { return &faulty{Log: commitlog.NewLocal(), fault: fault} },
		MaxBatch: bound,
	})
}
