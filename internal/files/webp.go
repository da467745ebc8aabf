package files

import (
	"bytes"
	"encoding/binary"
)

// The flags of the VP8X chunk (RFC 9649 §2.7.1).
const (
	webpAnimated = 0x02
	webpXMP      = 0x04
	webpEXIF     = 0x08
)

const webpHeadLen = 12 // RIFF, the length, WEBP

// webpKept are the chunks that it takes to show a WebP (RFC 9649 §2.7).
var webpKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true}

// stripWebP keeps the chunks that it takes to show a WebP, and its orientation.
func stripWebP(data []byte) stripped {
	out := stripped{data: append(make([]byte, 0, len(data)), "RIFF\x00\x00\x00\x00WEBP"...), orientation: 1}
	extended := 0 // where in the output the flags are; 0 if there are none
	for rest := webpChunks(data); len(rest) >= 8; {
		size := int64(binary.LittleEndian.Uint32(rest[4:]))
		if size > int64(len(rest)-8) {
			break
		}
		name, body := string(rest[:4]), rest[8:8+size]
		switch {
		case name == "EXIF":
			out.orientation = exifOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case name == "VP8X" && (extended > 0 || size == 0): // there is one, and it has flags
		case webpKept[name]:
			if name == "VP8X" {
				extended = len(out.data) + 8
			}
			out.data = appendWebPChunk(out.data, name, body)
		}
		rest = rest[min(8+size+size&1, int64(len(rest))):]
	}
	out.finishWebP(extended)
	return out
}

// webpChunks returns what is between the head and the end that it tells.
func webpChunks(data []byte) []byte {
	if len(data) < webpHeadLen {
		return nil
	}
	end := 8 + int64(binary.LittleEndian.Uint32(data[4:]))
	return data[webpHeadLen:max(webpHeadLen, min(end, int64(len(data))))]
}

func appendWebPChunk(out []byte, name string, body []byte) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, name...), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// finishWebP writes what can only be known at the end: the flags, the
// orientation and the length. A WebP without flags has no orientation.
func (s *stripped) finishWebP(flags int) {
	if flags == 0 {
		s.orientation = 1
	} else {
		s.animated = s.data[flags]&webpAnimated != 0
		s.data[flags] &^= webpXMP | webpEXIF
	}
	if s.orientation != 1 {
		s.data[flags] |= webpEXIF
		s.data = appendWebPChunk(s.data, "EXIF", orientationOnly(s.orientation))
	}
	binary.LittleEndian.PutUint32(s.data[4:], uint32(len(s.data)-8))
}
