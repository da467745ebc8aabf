package web

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// WebSocket frames (RFC 6455 §5).

// opcode says what a frame is (§5.2).
type opcode byte

const (
	opContinuation opcode = 0x0
	opText         opcode = 0x1
	opBinary       opcode = 0x2
	opClose        opcode = 0x8
	opPing         opcode = 0x9
	opPong         opcode = 0xa
)

// control reports whether a frame is no part of a message (§5.5).
func (o opcode) control() bool { return o&0x8 != 0 }

// The bits of a frame's first two bytes.
const (
	bitFin      = 0x80
	bitDeflated = 0x40 // RSV1, of a message's first frame (RFC 7692 §6)
	bitsUnused  = 0x30 // RSV2 and RSV3
	bitsOp      = 0x0f
	bitMask     = 0x80
	bitsLength  = 0x7f
)

// closeCode says why a connection is closed (§7.4.1).
type closeCode uint16

const (
	closeNormal      closeCode = 1000
	closeGoingAway   closeCode = 1001 // the server stops; come back in a moment
	closeProtocol    closeCode = 1002
	closeUnsupported closeCode = 1003 // data that is not text
	closeNone        closeCode = 1005 // never sent: a close frame without a code
	closeInvalid     closeCode = 1007 // what is no UTF-8, or can't be inflated
	closePolicy      closeCode = 1008 // the session has to end
	closeTooBig      closeCode = 1009
	closeLogIn       closeCode = 4001 // what was logged in with does not count any more
)

// mayBeSent reports whether a close frame may carry the code (§7.4). Those up to 1014
// are the ones that are registered.
func (c closeCode) mayBeSent() bool {
	switch {
	case c >= 3000 && c < 5000:
		return true
	case c == 1004 || c == closeNone || c == 1006:
		return false
	}
	return c >= 1000 && c <= 1014
}

// violation is what is wrong with what a peer sends. It ends the connection.
type violation struct {
	code closeCode
	text string
}

// Error says so.
func (v *violation) Error() string { return fmt.Sprintf("web: closed with %d: %s", v.code, v.text) }

func violated(text string) error { return &violation{closeProtocol, text} }

// The sizes of a frame's header, as the server sends it: by the size of what follows.
const (
	shortHeader  = 2
	mediumHeader = 4
	longHeader   = 10

	mediumLength = 126 // stands for a length of 16 bits
	longLength   = 127 // and this for one of 64

	maxControl = 125 // bytes of a control frame (§5.5)
)

// appendFrame appends a whole message, or a control frame, as servers send it.
func appendFrame(dst []byte, op opcode, payload []byte) []byte {
	return append(appendHeader(dst, bitFin|byte(op), len(payload)), payload...)
}

// appendHeader appends the header of a frame of which the first byte is given.
func appendHeader(dst []byte, first byte, size int) []byte {
	switch {
	case size < mediumLength:
		return append(dst, first, byte(size))
	case size <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, first, mediumLength), uint16(size))
	}
	return binary.BigEndian.AppendUint64(append(dst, first, longLength), uint64(size))
}

// beginFrame makes room for the header of a frame, whose payload is to be appended to
// what it returns, and endFrame makes it a frame.
func beginFrame(dst []byte) []byte { return append(dst, make([]byte, mediumHeader)...) }

// endFrame ends a frame that began at start.
func endFrame(dst []byte, start int, first byte) []byte {
	payload := dst[start+mediumHeader:]
	var header [longHeader]byte
	h := appendHeader(header[:0], first, len(payload))
	switch len(h) {
	case shortHeader:
		copy(dst[start+shortHeader:], payload)
		dst = dst[:len(dst)-(mediumHeader-shortHeader)]
	case longHeader:
		dst = append(dst, header[:longHeader-mediumHeader]...)
		copy(dst[start+longHeader:], payload)
	}
	copy(dst[start:], h)
	return dst
}

// endText ends a text frame that began at start.
func endText(dst []byte, start int) []byte { return endFrame(dst, start, bitFin|byte(opText)) }

// appendClose appends a close frame. Of the text goes what there is room for.
func appendClose(dst []byte, code closeCode, text string) []byte {
	if code == closeNone {
		return appendFrame(dst, opClose, nil)
	}
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	for len(text) > maxControl-len(payload) {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return appendFrame(dst, opClose, append(payload, text...))
}

// parseClose returns why a peer closes.
func parseClose(payload []byte) (closeCode, error) {
	if len(payload) == 0 {
		return closeNone, nil
	}
	if len(payload) < 2 {
		return 0, violated("a close frame has half a code")
	}
	code := closeCode(binary.BigEndian.Uint16(payload))
	switch {
	case !code.mayBeSent():
		return 0, violated("a close frame has a code that is not to be sent")
	case !utf8.Valid(payload[2:]):
		return 0, &violation{closeInvalid, "the reason is not UTF-8"}
	}
	return code, nil
}

// header is a frame's header, as clients send it.
type header struct {
	op       opcode
	fin      bool
	deflated bool
	size     int // of the header
	length   int // of the payload
	key      [4]byte
}

// parseHeader reads a frame's header, or reports that there is more of it to come.
// What is wrong with it is told as soon as it shows.
func parseHeader(b []byte) (h header, more bool, err error) {
	if len(b) < 2 {
		return h, true, nil
	}
	h.op, h.fin, h.deflated = opcode(b[0]&bitsOp), b[0]&bitFin != 0, b[0]&bitDeflated != 0
	short := int(b[1] & bitsLength)
	switch {
	case b[0]&bitsUnused != 0:
		return h, false, violated("reserved bits are set")
	case h.op > opBinary && h.op < opClose || h.op > opPong:
		return h, false, violated("an opcode that there is not")
	case b[1]&bitMask == 0:
		return h, false, violated("a frame is not masked")
	case h.op.control() && (!h.fin || h.deflated || short > maxControl):
		return h, false, violated("a control frame is long, or in pieces")
	}
	h.size, h.length = 2, short
	switch short {
	case mediumLength:
		h.size = mediumHeader
	case longLength:
		h.size = longHeader
	}
	if h.size += len(h.key); len(b) < h.size {
		return h, true, nil
	}
	if short >= mediumLength {
		if h.length, err = parseLength(b[2 : h.size-len(h.key)]); err != nil {
			return h, false, err
		}
	}
	copy(h.key[:], b[h.size-len(h.key):])
	return h, false, nil
}

// parseLength reads a length that takes two or eight bytes: the fewest that it fits
// into (§5.2).
func parseLength(b []byte) (int, error) {
	if len(b) == 2 {
		n := int(binary.BigEndian.Uint16(b))
		if n < mediumLength {
			return 0, violated("a length takes more bytes than it needs")
		}
		return n, nil
	}
	switch n := binary.BigEndian.Uint64(b); {
	case n <= 0xffff, n > 1<<63-1:
		return 0, violated("a length is none")
	case n > tooLong:
		return tooLong, nil
	default:
		return int(n), nil
	}
}

// tooLong stands for any length that is more than anything that is read. With what
// else is counted it still is an int of 32 bits.
const tooLong = 1 << 30

// unmask undoes, or does, the masking (§5.3).
func unmask(b []byte, key [4]byte) {
	k := binary.LittleEndian.Uint32(key[:])
	wide := uint64(k)<<32 | uint64(k)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= key[i&3]
	}
}
