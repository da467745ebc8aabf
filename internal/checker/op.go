package checker

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Verb says what an actor did.
type Verb string

// The verbs, with the fields that each uses beside Who, Start, End, Protocol,
// Node and Outcome.
const (
	// Send is a request to add an event to a room: Room, Author, Kind, Text;
	// Client and Target if it has them; Seq if the answer told it. A retry is a
	// Send of its own with the same Client. Outcome is [Unknown] when no answer
	// came.
	Send Verb = "send"

	// Join begins a session, or a session's stay in one Room, without a cursor.
	// After, if not 0, is the position from which everything was promised; what is
	// shown from before it is welcome. Seq is the head that the server named, if
	// it did. An actor that enters a further room with a running session records
	// a Join of that room.
	Join Verb = "join"

	// Resume begins a session, or goes on with it, after the cursor After of
	// Epoch: exactly what is after After is due. Without a Room it concerns all
	// rooms of the session. Seq is as for Join. Outcome is [Fail] when the server
	// refused the cursor.
	Resume Verb = "resume"

	// Read is an event shown to a session: Room, Seq, Prev, Author, Client, Kind,
	// Target, Text, as far as the protocol shows them. The reads of a session
	// stand in the history in the order in which they were shown. With the Kind
	// "skip" it is an explicit marker: what is after Prev and up to Seq is absent
	// on purpose.
	Read Verb = "read"

	// Snapshot is a question about the present, whose answer showed Room up to
	// Seq; After is the cursor that went with the question, if one did.
	Snapshot Verb = "snapshot"

	// Close ends a session, or its stay in Room. Seq, if not 0, is a cursor:
	// everything up to it was shown.
	Close Verb = "close"

	// Final is an event of the final history, or a marker in it, with the fields
	// of Read. A Final with neither Seq nor Text says that the room was read; one
	// is needed where the room may be empty.
	Final Verb = "final"

	// Base says that Room already held events up to Seq before the run; they are
	// nobody's sends.
	Base Verb = "base"

	// Restore says that the server was restored from a backup whose head was Seq,
	// and that Epoch began with it.
	Restore Verb = "restore"

	// Ban says that Author may say nothing any more, anywhere: Seq is the answer's,
	// so everything of theirs that is behind it came too late. It has no Room, and
	// no end but a Lift.
	Ban Verb = "ban"

	// Lift ends an Author's ban. Seq is the answer's; Outcome is [Unknown] if none
	// came, and then the ban before it proves nothing.
	Lift Verb = "lift"
)

// valid reports whether v is a verb that [Check] knows.
func (v Verb) valid() bool {
	switch v {
	case Send, Join, Resume, Read, Snapshot, Close, Final, Base, Restore, Ban, Lift:
		return true
	}
	return false
}

// Outcome says what became of an op. The empty Outcome means [OK], so that a
// forgotten one claims too much and is noticed.
type Outcome string

// The outcomes.
const (
	OK      Outcome = "ok"      // acknowledged, accepted
	Fail    Outcome = "fail"    // refused: certain not to have happened
	Unknown Outcome = "unknown" // no answer: it may have happened
)

// valid reports whether o is an outcome that [Check] knows.
func (o Outcome) valid() bool {
	return o == "" || o == OK || o == Fail || o == Unknown
}

// Sum is a hash of a text that is too long to be recorded.
type Sum uint64

// SumOf returns the sum of text: FNV-1a, 64 bits. It finds accidents, not
// forgery. It is never 0, which means that there is no sum.
func SumOf(text string) Sum {
	h := fnv.New64a()
	h.Write([]byte(text))
	return max(1, Sum(h.Sum64()))
}

// MarshalText writes the sum in hexadecimal, since JSON's numbers lose bits in
// other languages.
func (s Sum) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(s), 16), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Sum) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil {
		return fmt.Errorf("sum %q is not a 64-bit hexadecimal number", b)
	}
	*s = Sum(n)
	return nil
}

// Op is one thing that one actor did. Strings that name things (rooms, authors,
// nodes, epochs) mean nothing to the checker: they need only be the same
// wherever the same thing is meant.
type Op struct {
	Who      string  `json:"who"` // the actor; its acts are one after another
	Verb     Verb    `json:"op"`
	Session  string  `json:"session,omitempty"` // one of Who's sessions; needed if Who has several
	Protocol string  `json:"protocol,omitempty"`
	Node     string  `json:"node,omitempty"`  // the server that answered
	Epoch    string  `json:"epoch,omitempty"` // the server's; in a Resume the cursor's
	Room     string  `json:"room,omitempty"`
	Author   string  `json:"author,omitempty"`
	Client   string  `json:"id,omitempty"` // the author's client id
	Seq      uint64  `json:"seq,omitempty"`
	Prev     uint64  `json:"prev,omitempty"`  // Seq of the room's previous event; 0 if not shown or none
	After    uint64  `json:"after,omitempty"` // the cursor given
	Kind     string  `json:"kind,omitempty"`  // the event's kind; empty is "message"
	Target   uint64  `json:"target,omitempty"`
	Text     string  `json:"text,omitempty"`    // as it should appear; only its [Tag] if Sum is set
	Sum      Sum     `json:"sum,omitempty"`     // of the whole text
	Start    int64   `json:"start,omitempty"`   // nanoseconds on the history's clock
	End      int64   `json:"end,omitempty"`     // the same; not before Start
	Outcome  Outcome `json:"outcome,omitempty"` // empty is ok
	NoEcho   bool    `json:"noecho,omitempty"`  // Join, Resume: this session is not shown its own sends
}

// The kinds that mean something to the checker. All others are compared and
// counted, no more.
const (
	kindMessage = "message"
	kindAction  = "action"
	kindNotice  = "notice"
	kindEdited  = "edited"  // Text replaces that of Target
	kindDeleted = "deleted" // the text of Target is gone
	kindSkip    = "skip"    // no event, but a marker that some are absent on purpose
)

// Shorten replaces the text by its tag and its sum, for histories of long
// texts.
func (op *Op) Shorten() {
	if op.Text != "" && op.Sum == 0 {
		op.Sum = SumOf(op.Text)
		op.Text = Tag(op.Text)
	}
}

// Tag returns the mark by which the sender of a text makes it unique: a first
// word of the form name/number, such as "alice/17". It returns "" if the text
// has none. Nobody may use a tag twice, except to send the same message again.
func Tag(text string) string {
	word := text
	if i := strings.IndexAny(text, " \t\n"); i >= 0 {
		word = text[:i]
	}
	slash := strings.LastIndexByte(word, '/')
	if slash <= 0 || slash == len(word)-1 || len(word) > 128 {
		return ""
	}
	for _, c := range []byte(word[slash+1:]) {
		if c < '0' || c > '9' {
			return ""
		}
	}
	return word
}

// ok reports whether the op was acknowledged.
func (op *Op) ok() bool { return op.Outcome == "" || op.Outcome == OK }

// kind returns the event's kind, which is "message" where none was given.
func (op *Op) kind() string {
	if op.Kind == "" {
		return kindMessage
	}
	return op.Kind
}

// said reports whether the op's event is something that a person wrote.
func (op *Op) said() bool {
	return op.Kind == "" || op.Kind == kindMessage || op.Kind == kindAction || op.Kind == kindNotice
}

// sum returns the sum of the op's text, and 0 for an empty text.
func (op *Op) sum() Sum {
	if op.Sum != 0 || op.Text == "" {
		return op.Sum
	}
	return SumOf(op.Text)
}

// sameText reports whether two ops tell of the same text.
func sameText(a, b *Op) bool {
	if a.Sum == 0 && b.Sum == 0 {
		return a.Text == b.Text
	}
	return a.sum() == b.sum()
}
