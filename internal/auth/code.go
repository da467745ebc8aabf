package auth

import (
	"encoding/base32"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// A code is an invitation, the owner's first way in, or a recovery code: a
// secret for people, who write it down and read it aloud. It is six groups of
// four in Crockford's base32, whose letters can't be taken for each other: 13
// random bytes (104 bits) and 2 check bytes, which come out even.
const (
	codeBytes = 13
	codeCheck = 2
	codeLen   = (codeBytes + codeCheck) * 8 / 5
	codeGroup = 4
	maxCode   = 2 * codeLen // with what people put in between
)

var codeText = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewCode returns a new code, such as 7ZK4-…, and the key under which to keep
// it.
func NewCode() (Secret, chat.Key) {
	plain := codeText.EncodeToString(checked(random(codeBytes), codeCheck))
	groups := slices.Collect(slices.Chunk([]byte(plain), codeGroup))
	var b strings.Builder
	for i, g := range groups {
		if i > 0 {
			b.WriteByte('-')
		}
		b.Write(g)
	}
	return Secret(b.String()), keyOf(plain)
}

// ParseCode returns the key of a code as a person typed it: in capitals or not,
// with dashes and spaces anywhere or nowhere, with O for 0 and I or L for 1. It
// returns false if it can't be one that [NewCode] made, so that a typo is told
// from a code that was used or withdrawn.
func ParseCode(s string) (chat.Key, bool) {
	if len(s) > maxCode {
		return chat.Key{}, false
	}
	plain := strings.Map(codeRune, s)
	if len(plain) != codeLen || !isChecked(codeText, plain, codeCheck) {
		return chat.Key{}, false
	}
	return keyOf(plain), true
}

// codeRune returns what a typed character stands for.
func codeRune(r rune) rune {
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch r {
	case '-', ' ':
		return -1
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	return r
}
