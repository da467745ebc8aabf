package files

import (
	"bytes"
	"encoding/binary"
)

// The markers of JPEG that matter here (ITU-T T.81 §B.1.1.3).
const (
	jpegSOF2  = 0xc2 // a progressive frame; up to 0xcf others, not all of them
	jpegRST0  = 0xd0
	jpegRST7  = 0xd7
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP2  = 0xe2
	jpegAPP14 = 0xee
	jpegAPP15 = 0xef
	jpegCOM   = 0xfe
)

// stripJPEG keeps what it takes to show a JPEG, and drops the comments and the
// segments of applications: EXIF, XMP, IPTC, other pictures within. Of these it
// keeps what is about colours, and the orientation. What follows the end, as the
// film of a "live" photo does, goes too.
func stripJPEG(data []byte) stripped {
	out := stripped{data: append(make([]byte, 0, len(data)), 0xff, jpegSOI), orientation: 1}
	rest := data[min(2, len(data)):]
	for {
		marker, segment, after := nextSegment(rest)
		if segment == nil {
			return out
		}
		rest = after
		switch {
		case marker == jpegEOI:
			out.data = append(out.data, segment...)
			return out
		case marker == jpegSOS:
			n := scanLen(rest)
			out.data = append(append(out.data, segment...), rest[:n]...)
			rest = rest[n:]
		case marker >= jpegAPP0 && marker <= jpegAPP15:
			out.addApplication(marker, segment)
		case marker != jpegCOM:
			out.progressive = out.progressive || marker == jpegSOF2
			out.data = append(out.data, segment...)
		}
	}
}

// nextSegment returns the next segment with its marker and length, and what
// follows. What is between segments is skipped, as decoders do. The segment is
// nil if there is no whole one.
func nextSegment(data []byte) (marker byte, segment, rest []byte) {
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 >= len(data) {
			return 0, nil, nil
		}
		data = data[at:]
		switch marker = data[1]; {
		case marker == 0xff: // filling
			data = data[1:]
			continue
		case marker == 0 || marker >= jpegRST0 && marker <= jpegRST7: // left over from a scan
			data = data[2:]
			continue
		case marker == jpegEOI:
			return marker, data[:2], data[2:]
		}
		if len(data) < 4 {
			return 0, nil, nil
		}
		end := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if end < 4 || end > len(data) {
			return 0, nil, nil
		}
		return marker, data[:end], data[end:]
	}
}

// scanLen returns how many of the bytes behind the head of a scan belong to it:
// up to a marker that is not of the scan.
func scanLen(data []byte) int {
	for at := 0; ; {
		next := bytes.IndexByte(data[at:], 0xff)
		if next < 0 || at+next+1 >= len(data) {
			return len(data)
		}
		at += next
		switch marker := data[at+1]; {
		case marker == 0xff:
			at++
		case marker == 0 || marker >= jpegRST0 && marker <= jpegRST7:
			at += 2
		default:
			return at
		}
	}
}

// addApplication adds what is to be kept of the segment of an application.
func (s *stripped) addApplication(marker byte, segment []byte) {
	body := segment[4:]
	switch {
	case marker == jpegAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		jfif := append([]byte(nil), body[:14]...)
		jfif[12], jfif[13] = 0, 0 // no thumbnail
		s.addSegment(marker, jfif)
	case marker == jpegAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) && s.orientation == 1:
		if s.orientation = exifOrientation(body[6:]); s.orientation != 1 {
			s.addSegment(marker, append([]byte("Exif\x00\x00"), orientationOnly(s.orientation)...))
		}
	case marker == jpegAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")):
		s.data = append(s.data, segment...)
	case marker == jpegAPP14 && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		s.addSegment(marker, body[:12]) // how colours are coded
	}
}

func (s *stripped) addSegment(marker byte, body []byte) {
	s.data = append(s.data, 0xff, marker)
	s.data = binary.BigEndian.AppendUint16(s.data, uint16(2+len(body)))
	s.data = append(s.data, body...)
}
