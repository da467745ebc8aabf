package chat

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of the files of a message.
const (
	MaxFiles     = 10      // of one message
	MaxFileName  = 255     // bytes
	MaxFileType  = 127     // bytes (RFC 6838 §4.2)
	MaxFileSize  = 1 << 40 // bytes
	MaxFileSide  = 1 << 16 // pixels of a picture's width or height
	fileIDLength = 26
	hashLength   = 64
)

// File is what was uploaded and is shown with a message. Its bytes are not in the
// log.
type File struct {
	ID     string `json:"id"`              // by which it is fetched, by whoever knows it: 26 random characters of base32 (RFC 4648 §6), in lower case
	Hash   string `json:"hash"`            // SHA-256 of its bytes, in lower-case hex
	Name   string `json:"name"`            // as it was called where it comes from, without a directory
	Type   string `json:"type"`            // a media type without parameters, in lower case
	Size   int64  `json:"size"`            // bytes
	Width  int    `json:"width,omitempty"` // pixels of a picture; 0 if it is none, or not known
	Height int    `json:"height,omitempty"`
}

// CheckFiles says what is wrong with the files of a message, or nil.
func CheckFiles(files []File) *Error {
	if len(files) > MaxFiles {
		return Errorf(TooMany, "A message has at most %d files, and that one has %d; nothing was sent.", MaxFiles, len(files))
	}
	for i := range files {
		if err := checkFile(&files[i]); err != nil {
			return err
		}
		for j := range i {
			if files[j].ID == files[i].ID {
				return Errorf(Invalid, "One file is twice in that message; nothing was sent.")
			}
		}
	}
	return nil
}

func checkFile(f *File) *Error {
	switch {
	case len(f.ID) != fileIDLength || strings.Trim(f.ID, "abcdefghijklmnopqrstuvwxyz234567") != "":
		return Errorf(Invalid, "A file is named by %d letters and digits of base32; upload it again.", fileIDLength)
	case len(f.Hash) != hashLength || strings.Trim(f.Hash, "0123456789abcdef") != "":
		return Errorf(Invalid, "The hash of a file is its SHA-256 in hex; upload it again.")
	case f.Size < 0 || f.Size > MaxFileSize:
		return Errorf(Invalid, "A file can't have %d bytes; upload it again.", f.Size)
	case !mediaType(f.Type):
		return Errorf(Invalid, "%q is no type of a file, as image/png is.", shortened(f.Type))
	case f.Width < 0, f.Height < 0, f.Width > MaxFileSide, f.Height > MaxFileSide, (f.Width == 0) != (f.Height == 0):
		return Errorf(Invalid, "A picture has a width and a height of at most %d pixels.", MaxFileSide)
	}
	return checkFileName(f.Name)
}

func checkFileName(name string) *Error {
	switch {
	case !utf8.ValidString(name), CleanLine(name) != name, blank(name):
		return Errorf(Invalid, "The name of a file is one plain line; give it another.")
	case len(name) > MaxFileName:
		return Errorf(Invalid, "The name of that file is too long: %d bytes, at most %d; give it another.", len(name), MaxFileName)
	case name == ".", name == "..", strings.ContainsAny(name, `/\`):
		return Errorf(Invalid, "The name of a file has no directory in it; give it another.")
	}
	return nil
}

// mediaType reports whether s is one, without parameters (RFC 6838 §4.2).
func mediaType(s string) bool {
	kind, sub, found := strings.Cut(s, "/")
	return found && len(s) <= MaxFileType && restricted(kind) && restricted(sub)
}

// restricted reports whether s is a restricted-name of RFC 6838, in lower case.
func restricted(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && strings.IndexByte("!#$&-^_.+", c) >= 0 {
			continue
		}
		return false
	}
	return s != ""
}

// Path returns where a file is fetched, on the server.
func (f *File) Path() string { return filesPath + f.ID + "/" + percent(f.Name) }

// percent writes a name as it stands in the path of an address (RFC 3986 §2.1): all
// but the unreserved characters is escaped.
func percent(name string) string {
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Extent returns how large a file is, for people.
func (f *File) Extent() string {
	const step = 1000
	size, unit := float64(f.Size), ""
	for _, u := range [...]string{"k", "M", "G", "T"} {
		if size < step-0.5 {
			break
		}
		size, unit = size/step, u
	}
	if unit != "" && size < 9.95 {
		return fmt.Sprintf("%.1f %sB", size, unit)
	}
	return fmt.Sprintf("%.0f %sB", size, unit)
}

// Shown returns the text of what was said as those see it who get nothing but
// text: after it a line for each file, with where it is fetched, but for those whose
// link is in the text. Base is the address of the server, without a slash at the end.
func (ev *Event) Shown(base string) string {
	if len(ev.Files) == 0 {
		return ev.Text
	}
	var b strings.Builder
	b.WriteString(ev.Text)
	for i := range ev.Files {
		f := &ev.Files[i]
		if strings.Contains(ev.Text, base+f.Path()) {
			continue
		}
		fmt.Fprintf(&b, "\n%s (%s, %s) %s%s", f.Name, f.Type, f.Extent(), base, f.Path())
	}
	return b.String()
}
