package files

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/chat"
)

const (
	maxName      = 100 // bytes
	maxExtension = 16  // of a name that has to be cut, with the dot
)

// cleanName returns a name that does no harm where it is shown or saved under:
// the last part of a path, without characters that control, hide or reorder,
// without those that some system does not allow in a name, and hidden nowhere.
// It has at most 100 bytes; if it has to be cut the extension stays.
func cleanName(name string) (string, error) {
	name = chat.CleanLine(strings.ToValidUTF8(name, "_"))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(cleanRune, name)
	name = trimName(shorten(trimName(name)))
	if name == "" {
		return "", refuse(ErrName, chat.Invalid, "That file needs a name, such as photo.jpg.")
	}
	return name, nil
}

func cleanRune(r rune) rune {
	switch {
	case unicode.Is(unicode.Bidi_Control, r): // chat leaves the marks in, which can still move a dot
		return -1
	case strings.ContainsRune(`<>:"|?*`, r): // Windows
		return '_'
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// trimName takes away what makes a name hidden on Unix, or another on Windows.
func trimName(name string) string {
	return strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
}

func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > maxExtension {
		extension = ""
	}
	end := maxName - len(extension)
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + extension
}
