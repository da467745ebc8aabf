package files

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// sniffLen is how many bytes it takes at most to tell what a file is.
const sniffLen = 512

const (
	anyType  = "application/octet-stream" // for a browser: save it, don't look into it
	textType = "text/plain; charset=utf-8"
)

// signatures are what files begin with, at most one per file. HTML, SVG, XML and
// scripts are not among them: a browser would run what somebody uploaded in the
// name of whoever looks at it. They are text.
var signatures = []struct{ begin, mime string }{
	{"\xff\xd8\xff", "image/jpeg"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"GIF87a", "image/gif"},
	{"GIF89a", "image/gif"},
	{"%PDF-", "application/pdf"},
	{"PK\x03\x04", "application/zip"},
	{"PK\x05\x06", "application/zip"}, // without anything in it
	{"\x1f\x8b\x08", "application/gzip"},
	{"ID3", "audio/mpeg"},
	{"\xff\xfb", "audio/mpeg"},
	{"\xff\xf3", "audio/mpeg"},
	{"\xff\xf2", "audio/mpeg"},
	{"fLaC", "audio/flac"},
}

// brands are the kinds of ISO media files (ISO/IEC 14496-12 §4.3).
var brands = map[string]string{
	"avif": "image/avif", "avis": "image/avif",
	"heic": "image/heic", "heix": "image/heic", "hevc": "image/heic", "heim": "image/heic", "heis": "image/heic", "mif1": "image/heic", "msf1": "image/heic",
	"M4A ": "audio/mp4", "M4B ": "audio/mp4",
	"qt  ": "video/quicktime",
	"isom": "video/mp4", "iso2": "video/mp4", "iso4": "video/mp4", "iso5": "video/mp4", "iso6": "video/mp4",
	"mp41": "video/mp4", "mp42": "video/mp4", "avc1": "video/mp4", "dash": "video/mp4", "M4V ": "video/mp4", "3gp4": "video/mp4", "3gp5": "video/mp4",
}

// sniff returns the MIME type of a file that begins so: one of a closed list,
// none of which a browser runs.
func sniff(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begin)) {
			return s.mime
		}
	}
	mime := sniffContainer(head)
	if mime == "" && isText(head) {
		mime = textType
	}
	if mime == "" {
		mime = anyType
	}
	return mime
}

// sniffContainer is sniff for formats whose first bytes tell only how it is
// packed, or "".
func sniffContainer(head []byte) string {
	has := func(at int, s string) bool { return len(head) >= at && bytes.HasPrefix(head[at:], []byte(s)) }
	switch {
	case has(0, "RIFF") && has(8, "WEBP"):
		return "image/webp"
	case has(0, "RIFF") && has(8, "WAVE"):
		return "audio/wav"
	case has(4, "ftyp") && len(head) >= 12:
		return brands[string(head[8:12])]
	case has(0, "\x1a\x45\xdf\xa3") && bytes.Contains(head[:min(len(head), 64)], []byte("\x42\x82\x84webm")): // DocType (RFC 8794 §11.2.6)
		return "video/webm"
	case has(0, "OggS\x00"):
		return sniffOgg(head)
	}
	return ""
}

// sniffOgg tells sound from anything else in an Ogg file, by its first packet
// (RFC 3533 §6, RFC 5334 §4).
func sniffOgg(head []byte) string {
	const packet = 28 // of a page with one segment
	if len(head) > packet {
		for _, codec := range []string{"OpusHead", "\x01vorbis", "\x7fFLAC", "Speex   "} {
			if bytes.HasPrefix(head[packet:], []byte(codec)) {
				return "audio/ogg"
			}
		}
		if strings.HasPrefix(string(head[packet:]), "\x80theora") {
			return "video/ogg"
		}
	}
	return "application/ogg"
}

// isText reports whether a file that begins so can be shown as text: UTF-8
// without control characters, except for those that lay text out.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(head) // cut in the middle
		}
		if r < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", r) || r == 0x7f {
			return false
		}
		head = head[n:]
	}
	return true
}
