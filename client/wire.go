package client

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Lines on the wire: what we send, and what may come.

// Bounds of a line. A message has at most 32 KiB, of which escaping can make
// twice as much; a reply carries at most 200 messages.
const (
	maxSent     = 96 << 10
	maxReceived = 16 << 20
)

var errLineTooLong = errors.New("the server sent a line that is too long to be right")

// checkLine says what keeps a line from being sent, or nil.
func checkLine(line string) error {
	switch {
	case strings.TrimSpace(line) == "":
		return &Refused{"invalid", "There is nothing to say in an empty message."}
	case !utf8.ValidString(line):
		return &Refused{"invalid", "That is not valid UTF-8; nothing was sent."}
	case len(line) > maxSent:
		return &Refused{"invalid", "That message is too long; nothing was sent."}
	}
	return nil
}

// lineBreaks escapes what would end a line, and what escapes.
var lineBreaks = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// appendLine appends a line as it is sent: the client id, a space, the line.
func appendLine(dst []byte, id, line string) []byte {
	dst = append(append(dst, id...), ' ')
	return append(append(dst, lineBreaks.Replace(line)...), '\n')
}

// split takes a line apart into a command's name and its arguments; the name
// is empty for text.
func split(line string) (verb, rest string) {
	if isText(line) {
		return "", line
	}
	verb, rest, _ = strings.Cut(line[1:], " ")
	return strings.ToLower(verb), strings.TrimSpace(rest)
}

func isText(line string) bool {
	return !strings.HasPrefix(line, "/") || strings.HasPrefix(line, "//")
}

// leaves reports whether a line says goodbye.
func leaves(line string) bool {
	switch verb, _ := split(line); verb {
	case "quit", "q", "exit", "bye", "logout":
		return true
	}
	return false
}

// onceByID reports whether the server does a command once for each client id,
// however often it is sent: what is said, and what is done to what was said.
func onceByID(line string) bool {
	switch verb, _ := split(line); verb {
	case "", "me", "reply", "edit", "delete", "react", "unreact", "pin", "unpin":
		return true
	}
	return false
}

// lineReader reads lines of bounded length.
type lineReader struct {
	from *bufio.Reader
	long []byte // a line that does not fit into the reader's buffer
}

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(from, 16<<10)}
}

// next returns the next line without its end. It is valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	if cap(l.long) > 1<<20 {
		l.long = nil // a page of history, once; not to be kept for ever
	}
	l.long = l.long[:0]
	for {
		part, err := l.from.ReadSlice('\n')
		if err == nil && len(l.long) == 0 {
			return trimEnd(part), nil
		}
		if len(l.long)+len(part) > maxReceived {
			return nil, errLineTooLong
		}
		l.long = append(l.long, part...)
		switch {
		case err == nil:
			return trimEnd(l.long), nil
		case err != bufio.ErrBufferFull:
			return nil, err // the line may be incomplete: it is sent again after a loss
		}
	}
}

func trimEnd(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// patientReader reads from a connection. Once it is renewing, a read fails when
// nothing has come for a while.
type patientReader struct {
	net.Conn
	renewing bool        // owned by who reads
	ending   atomic.Bool // nothing can be sent any more
}

func (r *patientReader) Read(p []byte) (int, error) {
	if r.renewing {
		if err := r.SetReadDeadline(time.Now().Add(silence)); err != nil {
			return 0, err
		}
		if r.ending.Load() { // if not yet, lastWords will set a deadline after ours
			r.SetReadDeadline(time.Now().Add(farewell))
		}
	}
	return r.Conn.Read(p)
}

// farewell is how long reading goes on after lastWords, at most, if nothing
// comes.
const farewell = time.Second

// lastWords ends the reading soon. Any goroutine may call it.
func (r *patientReader) lastWords() {
	r.ending.Store(true)
	r.SetReadDeadline(time.Now().Add(farewell))
}
