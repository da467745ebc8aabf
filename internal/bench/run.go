package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// runner is one run: a fleet against a server, and what came of it.
type runner struct {
	cfg      Config
	f        *fleet
	srv      *server
	progress io.Writer
	res      Result
}

// moment is a reading of all counters.
type moment struct {
	at               int64
	delivered, acked uint64
	reads            uint64
	lastAck          int64
	bytes, joins     uint64
	names            uint64
	server, bench    usage
}

// How long to wait for what may never come.
const (
	stuckAfter   = 5 * time.Second        // without any delivery, unless Config.patience says otherwise
	drainQuiet   = 100 * time.Millisecond // after everything has come: might more come?
	pollInterval = 5 * time.Millisecond
)

// Run runs cfg and returns what it measured. Progress, for people, goes to
// progress line by line. Once the clients have landed, the end of ctx ends the
// run early, and the result says so; before that it is an error. A result with
// faults is not an error: see [Faults.Total].
func Run(ctx context.Context, cfg Config, progress io.Writer) (Result, error) {
	if err := cfg.check(); err != nil {
		return Result{}, err
	}
	if err := allowDescriptors(cfg.Clients); err != nil {
		return Result{}, err
	}
	if cfg.ssh() {
		return runWith(ctx, cfg, progress, newStreams)
	}
	return runWith(ctx, cfg, progress, newTransport)
}

// runWith is Run with a choice of how the clients read.
func runWith(ctx context.Context, cfg Config, progress io.Writer, newTransport func(*fleet) (transport, error)) (res Result, err error) {
	srv, err := startServer(ctx, cfg.Target, progress)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, srv.stop()) }()
	f, err := newFleet(cfg, srv.address, newTransport)
	if err != nil {
		return Result{}, err
	}
	defer f.close()
	r := &runner{cfg: cfg, f: f, srv: srv, progress: progress, res: newResult(cfg, f.dialectName())}
	if err := r.run(ctx); err != nil {
		return r.res, err
	}
	return r.res, nil
}

// run lands the clients and goes through the scenario.
func (r *runner) run(ctx context.Context) error {
	if r.cfg.stalls() {
		r.f.clients[len(r.f.clients)-1].slow = true
	}
	r.f.outside = r.f.outside || r.cfg.Scenario == scenarioIRCJoin
	if r.cfg.idles() {
		r.visit(ctx)
	}
	before := r.look()
	if err := r.land(ctx); err != nil {
		return err
	}
	var err error
	switch r.cfg.Scenario {
	case scenarioConnect:
	case scenarioIdle, scenarioIRCIdle, scenarioWebIdle:
		r.wait(ctx, r.cfg.Settle, false)
	case scenarioSSHIdle:
		r.wait(ctx, r.cfg.Settle, false)
		r.idle(ctx)
	case scenarioAck:
		err = r.ack(ctx)
	case scenarioStall, scenarioSSHStall:
		r.stall(ctx)
	case scenarioLogins:
		err = r.logins(ctx)
	case scenarioIRCJoin:
		r.join(ctx)
	case scenarioIRCHistory:
		err = r.history(ctx)
	default:
		r.load(ctx)
	}
	r.memory(before.server)
	r.conclude()
	r.res.Interrupted = ctx.Err() != nil
	return err
}

// patience returns how long a run waits without any delivery.
func (r *runner) patience() time.Duration {
	if r.cfg.patience > 0 {
		return r.cfg.patience
	}
	return stuckAfter
}

// visit lets somebody come and go, so that what a server takes into memory for
// the first client (its program's pages, mostly) is not shared out among all.
// Whatever fails here, landing will meet too, and say so.
func (r *runner) visit(ctx context.Context) {
	c := r.f.clients[0]
	g, err := callOn(ctx, r.srv.address, c.dialect, "visitor", c.landsIn())
	if err != nil {
		return
	}
	defer g.close()
	g.send(c.dialect.AppendQuit(nil))
	for {
		if _, err := g.next(time.Second); err != nil {
			return
		}
	}
}

// look reads all counters.
func (r *runner) look() moment {
	m := moment{at: r.f.now()}
	for _, sh := range r.f.shards {
		sh.mu.Lock()
		m.delivered += sh.delivered
		m.acked += sh.acked
		m.reads += sh.reads
		m.lastAck = max(m.lastAck, sh.lastAck)
		m.bytes += sh.bytes
		m.joins += sh.joins
		m.names += sh.names
		sh.mu.Unlock()
	}
	if r.srv.pid != 0 {
		// A process that cannot be read leaves its figures out; see land.
		m.server, _ = readUsage(r.srv.pid)
	}
	m.bench, _ = readUsage(os.Getpid())
	return m
}

// land connects the fleet.
func (r *runner) land(ctx context.Context) error {
	if r.srv.pid == 0 {
		r.res.note("the server's CPU time and memory are not known: give its process id with --pid")
	} else if _, err := readUsage(r.srv.pid); err != nil {
		r.res.note("the server's CPU time and memory are not known: %v", err)
	}
	begin := time.Now()
	if err := r.f.land(ctx); err != nil {
		return err
	}
	r.res.LandingSeconds = time.Since(begin).Seconds()
	r.res.Landing = r.f.landing()
	fmt.Fprintf(r.progress, "%s landed in %.3f s\n", plural(r.cfg.Clients, "client"), r.res.LandingSeconds)
	return nil
}

// load measures one window under load.
func (r *runner) load(ctx context.Context) {
	fmt.Fprintf(r.progress, "sending: %v to warm up, then %v measured\n", r.cfg.Warmup, r.cfg.Duration)
	a := r.open()
	r.f.send()
	if r.cfg.Warmup > 0 {
		r.wait(ctx, r.cfg.Warmup, true)
		a = r.open()
	}
	r.measure(ctx, a)
	r.f.halt()
	r.drain(ctx)
	echo, seen := r.f.latencies()
	r.res.Ack, r.res.Seen = echo.latency(), seen.latency()
}

// open begins a window: latencies are those of messages sent from now on.
func (r *runner) open() moment {
	r.f.timeFrom()
	return r.look()
}

// measure lets the load run for the configured time, or until the configured
// count is acknowledged, and keeps the figures of the window that began at a.
func (r *runner) measure(ctx context.Context, a moment) {
	r.wait(ctx, r.cfg.Duration, true)
	r.f.timeUntil()
	b := r.look()
	if r.cfg.Count > 0 && b.acked >= uint64(r.cfg.Count) {
		b.at = max(b.lastAck, a.at+1)
	}
	r.res.window(a, b)
}

// wait returns after d, or when ctx ends. Under load it also ends when the
// configured count is acknowledged, or nothing is delivered any more.
func (r *runner) wait(ctx context.Context, d time.Duration, underLoad bool) {
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	stuck := r.patience()
	if r.cfg.Rate > 0 {
		stuck += time.Duration(10 / r.cfg.Rate * float64(time.Second))
	}
	var last uint64
	since := time.Now()
	for {
		select {
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		if !underLoad {
			continue
		}
		delivered, acked := r.f.totals()
		if r.cfg.Count > 0 && acked >= uint64(r.cfg.Count) {
			return
		}
		if delivered != last {
			last, since = delivered, time.Now()
		} else if time.Since(since) > stuck {
			r.res.note("nothing was delivered for %v, so the run ended early", stuck)
			return
		}
	}
}

// drain waits until everything sent has been seen, and then a little for what
// should not come. It gives up when nothing comes for a while.
func (r *runner) drain(ctx context.Context) {
	want := r.f.expected()
	patience := r.patience()
	if ctx.Err() != nil {
		patience = min(patience, time.Second)
	}
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	last, since := uint64(math.MaxUint64), time.Now()
	for range poll.C {
		delivered, _ := r.f.totals()
		if delivered != last {
			last, since = delivered, time.Now()
			continue
		}
		quiet := time.Since(since)
		if quiet >= patience || delivered >= want && quiet >= drainQuiet {
			return
		}
	}
}

// ack measures a sender that waits for each message, and the disk before and
// after it.
func (r *runner) ack(ctx context.Context) error {
	probe := min(2*time.Second, r.cfg.Duration)
	var disk histogram
	if r.srv.data != "" {
		if err := probeFsync(ctx, r.srv.data, probe, &disk); err != nil {
			return err
		}
	} else {
		r.res.note("the disk was not probed: the server's data directory is not known (--data)")
	}
	r.load(ctx)
	if r.srv.data != "" {
		if err := probeFsync(ctx, r.srv.data, probe, &disk); err != nil {
			return err
		}
	}
	r.res.Fsync = disk.latency()
	return nil
}

// undisturbed begins the load, and measures the latency while everything is well.
func (r *runner) undisturbed(ctx context.Context) *histogram {
	fmt.Fprintf(r.progress, "undisturbed for %v\n", r.cfg.Duration)
	r.f.send()
	r.wait(ctx, r.cfg.Warmup, true)
	r.open()
	r.wait(ctx, r.cfg.Duration, true)
	r.f.timeUntil()
	r.wait(ctx, r.cfg.Warmup, true) // so that what was sent last is counted too
	_, seen := r.f.latencies()
	return seen
}

// stall measures the others' latency while everything is well, then while one
// reader takes nothing, and then how that reader catches up.
func (r *runner) stall(ctx context.Context) {
	reader := r.f.clients[len(r.f.clients)-1]
	undisturbed := r.undisturbed(ctx)
	fmt.Fprintf(r.progress, "one reader stalls for %v\n", r.cfg.Duration)
	reader.setPaused(true)
	r.measure(ctx, r.open())
	missed := reader.expected() - reader.seen()
	sent := reader.expected()
	reader.setPaused(false)
	resumed := time.Now()
	r.res.Stall = &Stall{Undisturbed: undisturbed.latency(), Backlog: missed}
	r.awaitSeen(ctx, reader, sent)
	r.res.Stall.CatchUp = time.Since(resumed).Seconds()
	r.f.halt()
	r.drain(ctx)
	echo, seen := r.f.latencies()
	r.res.Ack, r.res.Stall.Stalled = echo.latency(), seen.latency()
	if u, s := r.res.Stall.Undisturbed, r.res.Stall.Stalled; u != nil && s != nil {
		r.res.Stall.Ratio = s.P99 / u.P99
	}
}

// awaitSeen waits until the reader has seen n messages, or nothing comes.
func (r *runner) awaitSeen(ctx context.Context, c *client, n uint64) {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	last, since := c.seen(), time.Now()
	for last < n && time.Since(since) < r.patience() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			return
		}
		if now := c.seen(); now != last {
			last, since = now, time.Now()
		}
	}
}

// memory fills in the server's memory, given what it was before.
func (r *runner) memory(before usage) {
	after := r.look().server
	if before.rss > 0 && after.rss > 0 {
		r.res.Memory = &Memory{before.rss, after.rss, float64(after.rss-before.rss) / float64(r.cfg.Clients)}
	}
}

// conclude gathers the faults, and remarks that explain them.
func (r *runner) conclude() {
	const tooLate = 100 * time.Millisecond
	if r.f.late > tooLate {
		r.res.note("messages left up to %v after they were due, which is part of their latencies: this machine was busy, or the server took none", r.f.late.Round(time.Millisecond))
	}
	var gone error
	r.res.Faults, gone = r.f.faults()
	if err := r.srv.died(); err != nil {
		r.res.note("%v", err)
	}
	if readers, first := r.f.missing(); readers > 0 {
		r.res.note("%s missed something: %s", plural(readers, "reader"), first)
	}
	if gone != nil {
		r.res.note("the first connection that ended: %v", gone)
	}
	for _, sh := range r.f.shards {
		sh.mu.Lock()
		if sh.oddLines > 0 {
			r.res.note("%s that are neither messages nor notices, the first for %s", plural(int(sh.oddLines), "line"), sh.oddLine)
		}
		sh.mu.Unlock()
	}
}

// plural returns n and the noun, with an s unless n is 1.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return group(float64(n)) + " " + noun
}
