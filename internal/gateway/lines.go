package gateway

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// ErrLineTooLong is what Lines.Next returns, once, for a line over the limit.
// The line is refused whole; the next one is read as if nothing had been.
var ErrLineTooLong = errors.New("the line is too long")

// The sizes of a reader's buffer. An idle connection keeps the small one.
const (
	smallBuffer = 256
	largeBuffer = 8 << 10
)

// waiter is a reader that can wait without a buffer until there is something to
// read, or until reading is to end.
type waiter interface{ wait() error }

// Lines reads lines that end in \n or \r\n, each of at most a number of bytes.
// There is one for each connection, so it is kept small.
type Lines struct {
	from io.Reader
	buf  []byte
	err  error // what reading ended with

	max   int32 // bytes of a line, without its end
	start int32 // of what has not been returned
	end   int32 // of what has been read
	seen  int32 // bytes from start in which there is no \n
	got   int32 // bytes of the last read
	skip  bool  // the rest of a line that was refused
	open  bool  // the last line has no end
}

// NewLines returns a reader of lines of at most max bytes. The bytes in first
// have been read already; the reader takes them over.
func NewLines(from io.Reader, first []byte, max int) *Lines {
	return &Lines{from: from, max: int32(min(max, math.MaxInt32/4)), buf: first, end: int32(len(first))}
}

// From returns the reader, to read what follows from elsewhere.
func (l *Lines) From(from io.Reader) *Lines {
	l.from = from
	return l
}

// Next returns the next line without its end. It is valid until the next call.
// At the end of the input a last line without an end counts. With
// ErrLineTooLong comes the beginning of the line, to say which one it was.
func (l *Lines) Next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.buf[l.start+l.seen:l.end], '\n'); i >= 0 {
			line := l.cut(l.seen+int32(i), 1)
			switch {
			case l.skip:
				l.skip = false
				continue
			case len(line) > int(l.max):
				return line, ErrLineTooLong
			}
			return line, nil
		}
		l.seen = l.end - l.start
		if over := l.seen > l.max+1; over || l.skip { // one more for \r
			beginning := l.buf[l.start:l.end]
			l.start, l.end, l.seen = 0, 0, 0
			if over && !l.skip {
				l.skip = true
				return beginning, ErrLineTooLong
			}
		}
		if l.err != nil {
			return l.last()
		}
		if l.wait(); l.err == nil {
			l.makeRoom()
			l.read()
		}
	}
}

// Buffered reports whether there is a whole line that Next can return without
// reading.
func (l *Lines) Buffered() bool {
	return bytes.IndexByte(l.buf[l.start:l.end], '\n') >= 0
}

// Open reports whether the line that Next returned last has no end, since the
// input ended in it: there may have been more of it.
func (l *Lines) Open() bool { return l.open }

// cut returns n bytes from the start, without a \r at their end, and moves on
// past them and the end of the line.
func (l *Lines) cut(n, end int32) []byte {
	line := l.buf[l.start : l.start+n]
	l.start += n + end
	l.seen = 0
	return bytes.TrimSuffix(line, []byte("\r"))
}

// last returns what stands after the last end of a line, then the error.
func (l *Lines) last() ([]byte, error) {
	if l.end > l.start && !l.skip && errors.Is(l.err, io.EOF) {
		l.open = true
		return l.cut(l.end-l.start, 0), nil
	}
	return nil, l.err
}

// wait waits without a buffer, if nothing is in it and nothing much is coming:
// so a peer that only listens costs none.
func (l *Lines) wait() {
	w, ok := l.from.(waiter)
	if ok && l.end == l.start && l.got < smallBuffer {
		l.buf, l.start, l.end = nil, 0, 0
		l.err = w.wait()
	}
}

// read reads once more.
func (l *Lines) read() {
	n, err := l.from.Read(l.buf[l.end:])
	l.got = int32(n)
	l.end += int32(n)
	l.err = err
}

// makeRoom makes room to read into: a large buffer for a busy sender or a long
// line, a small one for somebody who mostly listens.
//
//go:noinline
func (l *Lines) makeRoom() {
	held := int(l.end - l.start)
	want := smallBuffer
	if held > 0 || l.got >= smallBuffer {
		want = max(largeBuffer, 2*held)
	}
	to := l.buf
	if len(l.buf) != want && (held == 0 || len(l.buf) < want) {
		to = make([]byte, want)
	}
	copy(to, l.buf[l.start:l.end])
	l.buf, l.start, l.end = to, 0, int32(held)
}
