package chat

import (
	"sort"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The file comes from unicode.org/Public, of the version that is unicode.Version.
//go:generate go test . -run TestWriteConfusables -confusables confusables.txt

// Skeleton returns what a name looks like: two names whose skeletons are equal
// are told apart by nobody who reads them. It is the skeleton of UTS #39 §4,
// with the letters folded as [Fold] does once they have been mapped: a 0 looks
// like an O, so that b0b meets bob, and a capital I like an l, so that aIice
// meets alice (whom folding first would have made aiice). The skeletons of two
// capitalisations of one name may therefore differ; [Fold] sees to those.
//
// A skeleton is its own skeleton, is for comparing, and is shown to nobody. It
// has up to [maxLook] runes for each that a name has in NFD. A name that is its own
// skeleton, as most plain ones are, is returned as it is, without a copy.
func Skeleton(name string) string {
	if ownLook(name) {
		return name
	}
	b := make([]byte, 0, 4*MaxNick)
	for _, r := range norm.NFD.String(name) {
		b = appendLook(b, r)
	}
	if norm.NFD.IsNormal(b) {
		return string(b)
	}
	return string(norm.NFD.Bytes(b))
}

// ownLook reports whether nothing has to be done about any byte of a name.
func ownLook(name string) bool {
	for i := 0; i < len(name); i++ {
		if !plain(name[i]) {
			return false
		}
	}
	return true
}

// plain reports whether a byte is an ASCII character that looks like itself.
func plain(c byte) bool {
	return c < utf8.RuneSelf && (c < 'A' || c > 'Z') && c != '0' && c != '1' && c != 'm'
}

func appendLook(b []byte, r rune) []byte {
	if r < utf8.RuneSelf && plain(byte(r)) {
		return append(b, byte(r))
	}
	if look, ok := lookOf(r); ok {
		return append(b, look...)
	}
	folded := foldRune(r)
	if folded != r {
		if look, ok := lookOf(folded); ok {
			return append(b, look...)
		}
	}
	return utf8.AppendRune(b, folded)
}

// lookOf finds a rune in the table, whose entries hold the rune, and where its
// look is among all looks: the first byte and how many.
func lookOf(r rune) (string, bool) {
	i := sort.Search(len(confusables), func(i int) bool { return rune(confusables[i]>>32) >= r })
	if i == len(confusables) || rune(confusables[i]>>32) != r {
		return "", false
	}
	at, n := confusables[i]&0xffffffff>>8, confusables[i]&0xff
	return confusableLooks[at : at+n], true
}
