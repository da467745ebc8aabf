package gateway

import "io"

// The sizes of a reader's buffer. An idle connection keeps the small one, if its
// reader can't wait without any.
const (
	smallBuffer = 256
	largeBuffer = 8 << 10
)

// waiter is a reader that can wait without a buffer until there is something to
// read, or until reading is to end.
type waiter interface{ wait() error }

// Input is what has been read from a peer and not been used yet. There is one for
// each connection, so it is kept small: while nothing is in it, it has no buffer.
type Input struct {
	from io.Reader
	buf  []byte
	err  error // what reading ended with

	start int32 // of what has not been used
	end   int32 // of what has been read
	got   int32 // bytes of the last read
}

// NewInput returns an input from a reader. The bytes in first have been read
// already; the input takes them over.
func NewInput(from io.Reader, first []byte) Input {
	return Input{from: from, buf: first, end: int32(len(first))}
}

// Bytes returns what there is. It is valid until the next call of Fill, and may be
// changed.
func (in *Input) Bytes() []byte { return in.buf[in.start:in.end] }

// Skip uses the first n of the bytes.
func (in *Input) Skip(n int) { in.start += int32(n) }

// Fill waits until there is more, and reads once. At the end of the reading it
// returns why that ended.
func (in *Input) Fill() error {
	if in.err == nil {
		in.wait()
	}
	if in.err != nil {
		return in.err
	}
	in.makeRoom()
	if in.read(); in.got > 0 {
		return nil // what came with an error comes first
	}
	return in.err
}

// wait waits without a buffer, if nothing is in it and nothing much is coming:
// so a peer that only listens costs none.
func (in *Input) wait() {
	w, ok := in.from.(waiter)
	if ok && in.end == in.start && in.got < smallBuffer {
		in.buf, in.start, in.end = nil, 0, 0
		in.err = w.wait()
	}
}

// read reads once more.
func (in *Input) read() {
	n, err := in.from.Read(in.buf[in.end:])
	in.got = int32(n)
	in.end += int32(n)
	in.err = err
}

// makeRoom makes room to read into: a large buffer for a busy sender or a long
// message, a small one for somebody who mostly listens.
//
//go:noinline
func (in *Input) makeRoom() {
	held := int(in.end - in.start)
	want := smallBuffer
	if held > 0 || in.got >= smallBuffer {
		want = max(largeBuffer, 2*held)
	}
	to := in.buf
	if len(in.buf) != want && (held == 0 || len(in.buf) < want) {
		to = make([]byte, want)
	}
	copy(to, in.buf[in.start:in.end])
	in.buf, in.start, in.end = to, 0, int32(held)
}
