package bench

import (
	"encoding/binary"
	"math/bits"
)

// tag is what a message says about itself, so that whoever reads it can check
// it alone.
type tag struct {
	run    uint16 // tells this run's messages from an earlier run's in the history
	sender uint16
	count  uint32 // 0, 1, 2, … for each sender
	sent   int64  // when it was sent, or was due to be: ns since the run began
}

// A tag in text is tagMark and 32 letters a to p, one for each four bits, most
// significant first: run and sender, count, sent. Letters pass through any
// server unchanged, and eight of them are decoded at once. The mark is nowhere
// else in a message, so counting marks counts messages.
const (
	tagMark = '~'
	tagSize = 1 + 32
)

// appendTag appends the text of t to dst.
func appendTag(dst []byte, t tag) []byte {
	dst = append(dst, tagMark)
	dst = appendLetters(dst, uint32(t.run)<<16|uint32(t.sender))
	dst = appendLetters(dst, t.count)
	dst = appendLetters(dst, uint32(uint64(t.sent)>>32))
	return appendLetters(dst, uint32(t.sent))
}

// parseTag reads the tag at the start of text. It reports false if there is
// none.
func parseTag(text []byte) (tag, bool) {
	if len(text) < tagSize || text[0] != tagMark {
		return tag{}, false
	}
	who, ok1 := letters(text[1:9])
	count, ok2 := letters(text[9:17])
	high, ok3 := letters(text[17:25])
	low, ok4 := letters(text[25:33])
	t := tag{uint16(who >> 16), uint16(who), count, int64(uint64(high)<<32 | uint64(low))}
	return t, ok1 && ok2 && ok3 && ok4
}

// eight has 'a' in each byte, the letter of a zero.
const eight = 0x6161616161616161

// letters decodes eight letters. Subtracting 'a' from all of them at once may
// borrow across bytes, but only from a byte below 'a', whose own upper half is
// then not zero: so the test of the upper halves finds every bad letter.
func letters(s []byte) (uint32, bool) {
	x := binary.BigEndian.Uint64(s) - eight
	if x&0xf0f0f0f0f0f0f0f0 != 0 {
		return 0, false
	}
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16), true
}

// appendLetters appends the eight letters of v.
func appendLetters(dst []byte, v uint32) []byte {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	return binary.BigEndian.AppendUint64(dst, x+eight)
}

// id mixes sender and count into a number for the rolling hash.
func (t tag) id() uint64 {
	x := uint64(t.sender)<<32 | uint64(t.count)
	hi, lo := bits.Mul64(x+0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}
