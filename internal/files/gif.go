package files

import "bytes"

// The blocks of GIF (GIF89a §12 and following).
const (
	gifExtension   = 0x21
	gifImage       = 0x2c
	gifTrailer     = 0x3b
	gifComment     = 0xfe
	gifApplication = 0xff
)

// gifKept are the applications whose extensions change how a GIF is shown: how
// often it repeats, and its colours.
var gifKept = [][]byte{[]byte("NETSCAPE2.0"), []byte("ANIMEXTS1.0"), []byte("ICCRGBG1012")}

// stripGIF drops comments, and the extensions of applications: XMP and others. A
// GIF that breaks off is ended where it does.
func stripGIF(data []byte) stripped {
	const head = 13
	if len(data) < head {
		return stripped{data: data, orientation: 1}
	}
	begin := min(head+gifColours(data[10]), len(data))
	out := append(make([]byte, 0, len(data)+1), data[:begin]...)
	for rest := data[begin:]; ; {
		n := gifBlockLen(rest)
		if n == 0 {
			break
		}
		if !gifMetadata(rest[:n]) {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	return stripped{data: append(out, gifTrailer), orientation: 1}
}

// gifColours returns the length of the table of colours that the packed byte of
// a header speaks of.
func gifColours(packed byte) int {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// gifBlockLen returns the length of the block that data begin with, or 0 at the
// end and where there is no whole one.
func gifBlockLen(data []byte) int {
	n := 2 // an extension and its label
	switch {
	case len(data) < 2:
		return 0
	case data[0] == gifImage && len(data) > 10:
		n = 10 + gifColours(data[9]) + 1 // and the size of the first codes
	case data[0] != gifExtension:
		return 0
	}
	for n < len(data) && data[n] > 0 { // sub-blocks
		n += 1 + int(data[n])
	}
	if n >= len(data) {
		return 0
	}
	return n + 1
}

func gifMetadata(block []byte) bool {
	if block[0] != gifExtension {
		return false
	}
	if block[1] != gifApplication {
		return block[1] == gifComment
	}
	for _, name := range gifKept {
		if bytes.HasPrefix(block[3:], name) {
			return false
		}
	}
	return true
}
