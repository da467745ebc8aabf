// Package outward is what the server does of itself when something was said: it looks
// at what is behind links, and tells browsers of people who are not here.
//
// A [Worker] follows the log by a [hub.Trail], behind everybody else: nobody waits for
// it, and it can fall behind without missing anything. What was said while the server
// was down it does not make up for. Links wait in a queue that is bounded, and are
// looked at by a few goroutines; what that finds is proposed to the log, by the
// console, as a command like others. Pushes wait in a [push.Queue].
//
// [Worker.Run] starts these goroutines, and waits for all of them.
package outward

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/files"
	"hubbub/internal/hub"
	"hubbub/internal/preview"
	"hubbub/internal/push"
)

// Config is what a worker is made of.
type Config struct {
	Hub     *hub.Hub
	Fetcher *preview.Fetcher // looks at links; nil: nobody does
	Files   *files.Store     // keeps their pictures; nil: they are shown without
	Sender  *push.Sender     // tells browsers; nil: nobody does
	URL     string           // of the server, whose own pages are not looked at; empty if it is not known
	Logger  *slog.Logger
}

// Worker does what is to be done about what was said.
type Worker struct {
	cfg    Config
	trail  *hub.Trail
	looker *looker // nil without a fetcher
	teller *teller // nil without a sender
}

// New returns a worker for what is said from now on.
func New(cfg Config) *Worker {
	w := &Worker{cfg: cfg, trail: cfg.Hub.Trail()}
	if cfg.Fetcher != nil {
		w.looker = newLooker(&w.cfg)
	}
	if cfg.Sender != nil {
		w.teller = newTeller(&w.cfg)
	}
	return w
}

// Run works until ctx ends. What waits then is dropped.
func (w *Worker) Run(ctx context.Context) {
	if w.looker == nil && w.teller == nil {
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	if w.looker != nil {
		for range lookers {
			all.Go(func() { w.looker.run(ctx) })
		}
	}
	if w.teller != nil {
		queue := push.NewQueue(w.cfg.Sender, func(s push.Subscription) { w.teller.forget(ctx, s) }, w.cfg.Logger)
		w.teller.queue = queue
		all.Go(func() { queue.Run(ctx) })
	}
	w.follow(ctx)
}

// How long the worker rests between two looks at the log, so that it reads several
// events at once, and how long when the log could not be read.
const (
	rest     = 50 * time.Millisecond
	minRetry = 100 * time.Millisecond
	maxRetry = 30 * time.Second
)

// follow follows the log until ctx ends.
func (w *Worker) follow(ctx context.Context) {
	retry := minRetry
	for ctx.Err() == nil {
		more, err := w.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			w.cfg.Logger.Error("previews and pushes wait", "for", retry, "err", err)
			pause(ctx, retry)
			retry = min(2*retry, maxRetry)
		default:
			if retry = minRetry; !more {
				pause(ctx, rest)
			}
		}
	}
}

// step deals with what comes next.
func (w *Worker) step(ctx context.Context) (more bool, err error) {
	if w.teller != nil {
		if refused := w.teller.load(ctx); refused != nil {
			return false, refused
		}
	}
	events, more, err := w.trail.Next(ctx)
	for i := range events {
		if w.looker != nil {
			w.looker.see(&events[i])
		}
		if w.teller != nil {
			w.teller.see(ctx, &events[i])
		}
	}
	return more, err
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
