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

// Lines reads lines that end in \n or \r\n, each of at most a number of bytes.
// There is one for each connection, so it is kept small.
type Lines struct {
	in Input

	max  int32 // bytes of a line, without its end
	seen int32 // bytes from the start in which there is no \n
	skip bool  // the rest of a line that was refused
	open bool  // the last line has no end
}

// NewLines returns a reader of lines of at most max bytes. The bytes in first
// have been read already; the reader takes them over.
func NewLines(from io.Reader, first []byte, max int) *Lines {
	return &Lines{in: NewInput(from, first), max: int32(min(max, math.MaxInt32/4))}
}

// From returns the reader, to read what follows from elsewhere.
func (l *Lines) From(from io.Reader) *Lines {
	l.in.from = from
	return l
}

// Next returns the next line without its end. It is valid until the next call.
// At the end of the input a last line without an end counts. With
// ErrLineTooLong comes the beginning of the line, to say which one it was.
func (l *Lines) Next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.in.Bytes()[l.seen:], '\n'); i >= 0 {
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
		l.seen = l.in.end - l.in.start
		if over := l.seen > l.max+1; over || l.skip { // one more for \r
			beginning := l.in.Bytes()
			l.in.start, l.in.end, l.seen = 0, 0, 0
			if over && !l.skip {
				l.skip = true
				return beginning, ErrLineTooLong
			}
		}
		if err := l.in.Fill(); err != nil {
			return l.last(err)
		}
	}
}

// Buffered reports whether there is a whole line that Next can return without
// reading.
func (l *Lines) Buffered() bool {
	return bytes.IndexByte(l.in.Bytes(), '\n') >= 0
}

// Open reports whether the line that Next returned last has no end, since the
// input ended in it: there may have been more of it.
func (l *Lines) Open() bool { return l.open }

// cut returns n bytes from the start, without a \r at their end, and moves on
// past them and the end of the line.
func (l *Lines) cut(n, end int32) []byte {
	line := l.in.Bytes()[:n]
	l.in.start += n + end
	l.seen = 0
	return bytes.TrimSuffix(line, []byte("\r"))
}

// last returns what stands after the last end of a line, then the error.
func (l *Lines) last(err error) ([]byte, error) {
	if n := l.in.end - l.in.start; n > 0 && !l.skip && errors.Is(err, io.EOF) {
		l.open = true
		return l.cut(n, 0), nil
	}
	return nil, err
}
