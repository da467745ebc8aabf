package checker

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Fault is the name of a broken promise. The package comment says which promise
// each stands for.
type Fault string

// The faults.
const (
	Lost        Fault = "lost"         // acknowledged or shown, and not in the final history; or due to a session and not shown
	Duplicate   Fault = "duplicate"    // one message under two Seqs; one Seq twice in a session
	Gap         Fault = "gap"          // an event's predecessor was not shown to the session
	Reorder     Fault = "reorder"      // a session was shown a lower Seq after a higher
	Divergence  Fault = "divergence"   // one Seq, two contents
	Inversion   Fault = "inversion"    // acknowledged before the other was sent, and yet behind it
	StaleRead   Fault = "stale-read"   // an answer that lacks the actor's own acknowledged send
	Phantom     Fault = "phantom"      // nobody sent it
	Refused     Fault = "refused"      // it was refused and appears all the same
	EpochMisuse Fault = "epoch-misuse" // a cursor of an epoch that has ended was accepted
	Outlaw      Fault = "outlaw"       // its author had been banned
)

// allFaults is the order in which reports list them.
var allFaults = [...]Fault{Lost, Duplicate, Gap, Reorder, Divergence, Inversion, StaleRead, Phantom, Refused, EpochMisuse, Outlaw}

// maxExamples is how many findings of each fault a report keeps.
const maxExamples = 5

// Finding is one broken promise.
type Finding struct {
	Fault Fault  `json:"fault"`
	Room  string `json:"room,omitempty"`
	Seq   uint64 `json:"seq,omitempty"`
	At    int64  `json:"at,omitempty"` // on the history's clock, nanoseconds: when it showed
	Text  string `json:"text"`         // a sentence
}

// Losses tells where what is [Lost] was missing: before the first that is
// there, between two that are, or behind the last.
type Losses struct {
	Prefix int `json:"prefix"`
	Middle int `json:"middle"`
	Tail   int `json:"tail"`
}

// Pause is the longest time during which nothing was acknowledged, on the
// history's clock: under load, the time a server needed to recover.
type Pause struct {
	Length time.Duration `json:"ns"`
	From   int64         `json:"from"`
	To     int64         `json:"to"`
}

// Report is the verdict on a history. Its JSON is for machines, its String for
// people.
type Report struct {
	Ops      int `json:"ops"`
	Rooms    int `json:"rooms"`
	Sessions int `json:"sessions"`
	Sends    int `json:"sends"`
	Acked    int `json:"acked"`
	Refused  int `json:"refused"`
	Unknown  int `json:"unknown"` // sends without an answer
	Reads    int `json:"reads"`
	Events   int `json:"events"`  // distinct ones, shown to anybody
	Final    int `json:"final"`   // of them in the final history
	Skipped  int `json:"skipped"` // explicit markers of absence

	Faults   map[Fault]int `json:"faults"` // how many of each; a fault that did not occur is not in it
	Losses   Losses        `json:"losses"`
	Examples []Finding     `json:"examples,omitempty"` // the first few of each fault
	Unread   []string      `json:"unread,omitempty"`   // rooms with sends that nobody read at the end: nothing is proved of them

	Recovery    Pause             `json:"recovery"`
	Projections map[string]string `json:"projections,omitempty"` // by "protocol@node": a hash of the final messages of all rooms
}

// OK reports whether every promise that the checker can see was kept, and
// every room with sends was read at the end.
func (r *Report) OK() bool { return len(r.Faults) == 0 && len(r.Unread) == 0 }

// flag counts a fault and keeps the first few as examples. The sentence is not
// made for the others.
func (r *Report) flag(f Finding, format string, args ...any) {
	r.Faults[f.Fault]++
	if r.Faults[f.Fault] <= maxExamples {
		f.Text = fmt.Sprintf(format, args...)
		r.Examples = append(r.Examples, f)
	}
}

// String returns the report for people, several lines long.
func (r *Report) String() string {
	var b strings.Builder
	if r.OK() {
		b.WriteString("ok: no fault found\n")
	} else {
		b.WriteString("FAULTS: " + r.verdict() + "\n")
	}
	fmt.Fprintf(&b, "  %d ops, %d rooms, %d sessions; %d sends: %d acknowledged, %d refused, %d unknown\n",
		r.Ops, r.Rooms, r.Sessions, r.Sends, r.Acked, r.Refused, r.Unknown)
	fmt.Fprintf(&b, "  %d reads of %d events, %d of them in the final history", r.Reads, r.Events, r.Final)
	if r.Skipped > 0 {
		fmt.Fprintf(&b, "; %d markers of absence", r.Skipped)
	}
	fmt.Fprintf(&b, "\n  longest time without an acknowledgement: %v, from %v\n",
		r.Recovery.Length.Round(time.Microsecond), clock(r.Recovery.From))
	for _, f := range r.Examples {
		fmt.Fprintf(&b, "  %s: %s\n", f.Fault, f.Text)
	}
	for _, room := range r.Unread {
		fmt.Fprintf(&b, "  unread: nobody read room %s at the end, so nothing is proved of it\n", room)
	}
	for _, view := range slices.Sorted(maps.Keys(r.Projections)) {
		fmt.Fprintf(&b, "  final projection %s: %s\n", view, r.Projections[view])
	}
	return b.String()
}

// verdict names the faults and their numbers on one line.
func (r *Report) verdict() string {
	var parts []string
	for _, f := range allFaults {
		n := r.Faults[f]
		if n == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", n, f)
		if f == Lost {
			part += fmt.Sprintf(" (%d prefix, %d middle, %d tail)", r.Losses.Prefix, r.Losses.Middle, r.Losses.Tail)
		}
		parts = append(parts, part)
	}
	if len(r.Unread) > 0 {
		parts = append(parts, fmt.Sprintf("%d rooms unread", len(r.Unread)))
	}
	return strings.Join(parts, ", ")
}

// clock shows a time of the history's clock.
func clock(ns int64) string {
	return time.Duration(ns).Round(time.Microsecond).String()
}
