package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// group writes a number as people read it: thousands apart, and as many digits
// after the point as its size deserves.
func group(v float64) string {
	digits := 0
	switch a := math.Abs(v); {
	case a != 0 && a < 1:
		digits = 3
	case a < 10 && v != math.Trunc(v):
		digits = 2
	case a < 100 && v != math.Trunc(v):
		digits = 1
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, frac, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	return sign + whole
}

// megabytes writes a number of bytes.
func megabytes(n float64) string {
	if math.Abs(n) < 1<<20 {
		return group(n/(1<<10)) + " KB"
	}
	return group(n/(1<<20)) + " MB"
}

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

// printf writes formatted text, unless writing has failed before.
func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// row writes a label and what belongs to it.
func (p *printer) row(label, format string, args ...any) {
	p.printf("  %-16s %s\n", label, fmt.Sprintf(format, args...))
}

// load describes how the messages were sent.
func (r *Result) load() string {
	switch {
	case r.Senders == 0:
		return "nobody sends"
	case r.Rate > 0:
		return fmt.Sprintf("%s at %s messages/s in all, %d bytes each", plural(r.Senders, "sender"), group(r.Rate), r.Size)
	default:
		return fmt.Sprintf("%s with %d messages in flight each, %d bytes each", plural(r.Senders, "sender"), r.Window, r.Size)
	}
}

// where says how many rooms there were.
func (r *Result) where() string {
	if r.Rooms == 0 {
		return "no room"
	}
	return plural(r.Rooms, "room")
}

// WriteTable writes r for people.
func (r *Result) WriteTable(w io.Writer) error {
	p := &printer{w: w}
	p.printf("%s: %s, %s protocol (%s)\n", r.Scenario, r.Target, r.Dialect, r.System)
	p.printf("%s in %s, %s, verify %s\n\n", plural(r.Clients, "client"), r.where(), r.load(), r.Verify)
	if r.Landing != nil {
		p.row("landed", "%.3f s (each p50 %s ms, p99 %s ms)", r.LandingSeconds, group(r.Landing.P50/1e3), group(r.Landing.P99/1e3))
	}
	if r.Seconds > 0 {
		p.row("deliveries/s", "%s, %s to a read", group(math.Round(r.DeliveriesPerSecond)), group(math.Round(r.DeliveriesPerRead*10)/10))
		p.row("messages/s", "%s acknowledged, over %.2f s", group(r.MessagesPerSecond), r.Seconds)
	}
	p.cost("server CPU", r.Server)
	if r.Memory != nil {
		p.row("server memory", "%s, before they came %s: %s a connection", megabytes(float64(r.Memory.After)), megabytes(float64(r.Memory.Before)), megabytes(r.Memory.PerConnection))
	}
	if r.Idle != nil {
		p.row("server, idle", "%s µs of CPU time a second for a connection, over %.2f s", group(r.Idle.PerConnection), r.Idle.Seconds)
	}
	p.cost("bench CPU", r.Bench)
	p.latencies(r)
	p.stall(r.Stall)
	p.logins(r.Logins)
	p.join(r.Join)
	p.history(r.History)
	p.faults(r.Faults)
	if r.Interrupted {
		p.row("interrupted", "the figures are of the time until then")
	}
	for _, n := range r.Notes {
		p.row("note", "%s", n)
	}
	return p.err
}

// cost writes what a process used.
func (p *printer) cost(label string, c *Cost) {
	if c != nil {
		p.row(label, "%s µs a delivery (user %s, system %s), %s µs a message, %.2f cores",
			group(c.PerDelivery), group(c.User), group(c.Sys), group(c.PerMessage), c.Cores)
	}
}

// named is a latency distribution and what it is of.
type named struct {
	name string
	*Latency
}

// distributions returns the latencies that r has, in the order of the table.
func (r *Result) distributions() (all []named) {
	add := func(name string, l *Latency) {
		if l != nil {
			all = append(all, named{name, l})
		}
	}
	add("send to ack", r.Ack)
	add("send to seen", r.Seen)
	add("disk fsync", r.Fsync)
	if r.Stall != nil {
		add("undisturbed", r.Stall.Undisturbed)
		add("during stall", r.Stall.Stalled)
	}
	if r.Join != nil {
		add("JOIN to PONG", r.Join.Each)
	}
	if r.History != nil {
		add("CHATHISTORY", r.History.Answer)
	}
	if r.Logins != nil {
		add("undisturbed", r.Logins.Undisturbed)
		add("flood begins", r.Logins.Onset)
		add("during flood", r.Logins.Flooded)
	}
	return all
}

// latencies writes a line for each distribution.
func (p *printer) latencies(r *Result) {
	all := r.distributions()
	if len(all) == 0 {
		return
	}
	p.printf("\n  %-16s %10s %10s %10s %10s %10s\n", "milliseconds", "p50", "p90", "p99", "p99.9", "max")
	for _, l := range all {
		p.printf("  %-16s", l.name)
		for _, v := range []float64{l.P50, l.P90, l.P99, l.P999, l.Max} {
			p.printf(" %10.3f", v/1e3)
		}
		p.printf("\n")
	}
	p.printf("\n")
}

// stall writes how the stalled reader fared.
func (p *printer) stall(s *Stall) {
	if s == nil {
		return
	}
	p.row("others' p99", "%.2f times that of the undisturbed time", s.Ratio)
	p.row("stalled reader", "had missed %s, and caught up in %.3f s", plural(int(s.Backlog), "message"), s.CatchUp)
}

func (p *printer) logins(l *Logins) {
	if l == nil {
		return
	}
	p.row("others' p99", "%.2f times that of the undisturbed time", l.Ratio)
	p.row("wrong logins", "%s tried from %s, %s refused", group(float64(l.Tried)), l.From, group(float64(l.Refused)))
}

func (p *printer) join(j *Join) {
	if j == nil {
		return
	}
	p.row("joined", "all had their answers in %.3f s; all had been told of all others in %.3f s", j.Seconds, j.Settled)
	p.row("told", "%s JOIN lines, %s in all", group(float64(j.Lines)), megabytes(float64(j.Bytes)))
	if j.PerJoin > 0 {
		p.row("server CPU", "%s µs a join, %s µs a JOIN line", group(j.PerJoin), group(j.PerLine))
	}
}

func (p *printer) history(h *History) {
	if h == nil {
		return
	}
	p.row("history", "%s put in before; %s asked, %s lines to an answer", plural(int(h.Filled), "message"), group(float64(h.Asked)), group(h.Lines))
	if h.CPU > 0 {
		p.row("server CPU", "%s µs an answer", group(h.CPU))
	}
}

// faults writes the faults, or that there are none.
func (p *printer) faults(f Faults) {
	if f.Total() == 0 {
		p.row("faults", "none: 0 lost, 0 duplicate, 0 out of order, every reader of a room saw one order")
		return
	}
	p.row("FAULTS", "%s", f)
}

// String lists the kinds of faults that occurred.
func (f Faults) String() string {
	var parts []string
	add := func(n uint64, format string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, group(float64(n))))
		}
	}
	add(f.Lost, "%s lost")
	add(f.Duplicate, "%s duplicate")
	add(f.OutOfOrder, "%s out of order")
	add(f.Reordered, "readers with another order: %s")
	add(f.Garbled, "%s garbled")
	add(f.Misdelivered, "%s in the wrong room")
	add(f.Unacked, "%s not acknowledged")
	add(f.Disconnected, "connections ended: %s")
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// WriteTable writes the medians for people: a line for each metric, a column
// for each server, and how the first compares with the others.
func (c *Comparison) WriteTable(w io.Writer) error {
	p := &printer{w: w}
	p.printf("%s: medians of %s, interleaved (%s)\n\n", c.Scenario, plural(c.Rounds, "run"), c.System)
	p.printf("  %-24s", "")
	for _, t := range c.Targets {
		p.printf(" %14s", t)
	}
	for _, t := range c.Targets[1:] {
		p.printf(" %16s", "/ "+t)
	}
	p.printf("\n")
	for _, m := range c.Metrics {
		p.printf("  %s%s", m.Name, strings.Repeat(" ", max(0, 24-utf8.RuneCountInString(m.Name))))
		for _, v := range m.Medians {
			p.printf(" %14s", orDash(v, ""))
		}
		for _, v := range m.Ratios {
			p.printf(" %16s", orDash(v, "x"))
		}
		p.printf("\n")
	}
	p.printf("\n")
	if len(c.Others) < len(c.Targets) {
		p.faults(c.Faults)
	}
	for _, o := range c.Others {
		p.row("faults elsewhere", "%s: %s", o.Target, o.Faults)
	}
	if c.Interrupted {
		p.row("interrupted", "the figures are of the runs until then")
	}
	for _, n := range c.Notes {
		p.row("note", "%s", n)
	}
	return p.err
}

// orDash writes a figure, or a dash if there is none.
func orDash(v *float64, unit string) string {
	if v == nil {
		return "-"
	}
	return group(*v) + unit
}

// seconds returns d rounded for messages.
func seconds(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }
