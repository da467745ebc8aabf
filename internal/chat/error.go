package chat

import "fmt"

// Code is the kind of a refusal: a short closed list, and the only thing that
// callers branch on.
type Code uint8

// The codes.
const (
	_           Code = iota
	Invalid          // the request is malformed: too long, empty, a bad name
	NotFound         // no such room, person or message
	Forbidden        // it exists, but not for you
	Conflict         // the name is taken, or it is already so
	Gone             // the message was deleted, or the room is archived
	TooMany          // a limit on how many there may be
	Full             // the disk is full: nothing can be written for now
	Unavailable      // the server is stopping or has not started
	Stale            // the cursor is of another log
	Internal         // our fault; the cause is in the server's log
)

var codeNames = [...]string{"", "invalid", "not-found", "forbidden", "conflict", "gone", "too-many", "full", "unavailable", "stale", "internal"}

// String returns the code's stable name, as machine-readable dialects send it.
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("code-%d", uint8(c))
}

// Error is a refusal: a code for programs and a sentence for people. The
// sentence says what failed, on what, and what to do.
type Error struct {
	Code  Code
	Why   Why
	Text  string
	Cause error // for the server's log; never shown to a peer
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error of the given code. It takes no %w: a cause is set in
// the struct.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}
