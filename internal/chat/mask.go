package chat

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of masks and of what a room is entered with.
const (
	MaxMask  = 128 // bytes of one pattern
	MaxMasks = 100 // in one list of one room
)

// MaskList is a list of patterns of people that a room keeps.
type MaskList uint8

// The lists. The numbers are on disk: append only.
const (
	_          MaskList = iota
	BanMask             // can't come in, and say nothing
	QuietMask           // say nothing
	ExceptMask          // are not meant by the two above
	InviteMask          // come in where it takes an invitation
	maskEnd
)

var maskNames = [maskEnd]string{"", "ban", "quiet", "except", "invite"}

// String returns the list's name.
func (l MaskList) String() string {
	if l > 0 && l < maskEnd {
		return maskNames[l]
	}
	return fmt.Sprintf("list-%d", uint8(l))
}

// MaskInfo is a pattern in one of a room's lists.
type MaskInfo struct {
	List    MaskList
	Pattern string // see [ParseMask]
	By      string // who added it; empty for the server itself
	At      Millis
}

// accountMask begins a pattern of accounts, and briefAccount is short for it.
const accountMask, briefAccount = "~account:", "~a:"

// ParseMask returns the whole of a pattern of which somebody may have given a
// part: nick!user@host, in which * is anything and ? any character, for people
// as [Hostmask] shows them; or ~account:NAME, for members by their names.
func ParseMask(s string) (string, *Error) {
	pattern := compose(s)
	name, account := strings.CutPrefix(pattern, accountMask)
	if !account {
		name, account = strings.CutPrefix(pattern, briefAccount)
	}
	switch {
	case account:
		pattern = accountMask + name
	case strings.HasPrefix(pattern, "~") && strings.Contains(pattern, ":"):
		return "", Errorf(Invalid, "%q is no kind of mask here; there are nick!user@host and ~account:NAME.", shortened(s)).Because(MaskInvalid)
	default:
		pattern = completed(pattern)
	}
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	switch {
	case s == "", account && name == "", !utf8.ValidString(s), CleanLine(pattern) != pattern, strings.Contains(pattern, " "):
		return "", Errorf(Invalid, "%q is no mask, as bob!*@* or ~account:bob.", shortened(s)).Because(MaskInvalid)
	case len(pattern) > MaxMask:
		return "", Errorf(Invalid, "That mask is too long: %d bytes, at most %d.", len(pattern), MaxMask).Because(MaskInvalid)
	}
	return pattern, nil
}

// completed returns nick!user@host of which a part was given: a nick alone,
// user@host, or nick!user.
func completed(part string) string {
	nick, rest, hasNick := strings.Cut(part, "!")
	if !hasNick && strings.Contains(part, "@") {
		nick, rest = "", part
	}
	user, host, _ := strings.Cut(rest, "@")
	return anything(nick) + "!" + anything(user) + "@" + anything(host)
}

func anything(part string) string {
	if part == "" {
		return "*"
	}
	return part
}

// Matches reports whether a pattern, in which * is anything and ? any character,
// describes a name, however the two are capitalised.
func Matches(pattern, name string) bool { return matches(Fold(pattern), Fold(name)) }

// matches reports whether a folded pattern describes a folded name. It looks
// back to the last * only, so that no pattern takes long.
func matches(pattern, name string) bool {
	p, i := 0, 0
	star, from := -1, 0 // the last *, and what comes after its share of the name
	for i < len(name) {
		_, n := utf8.DecodeRuneInString(name[i:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p, i = p+1, i+n
		case strings.HasPrefix(pattern[p:], name[i:i+n]):
			p, i = p+n, i+n
		case star >= 0:
			_, n = utf8.DecodeRuneInString(name[from:])
			from += n
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// mask is a pattern as a room keeps it.
type mask struct {
	MaskInfo
	folded string
}

func newMask(info MaskInfo) mask { return mask{info, Fold(info.Pattern)} }

// maskSet is a set of lists.
type maskSet uint8

func (s maskSet) has(l MaskList) bool { return s&(1<<l) != 0 }

// masked returns on which of the room's lists somebody is.
func (r *room) masked(u *user) maskSet {
	if len(r.masks) == 0 {
		return 0
	}
	return maskedBy(r.masks, u.nick, u.role)
}

func maskedBy(masks []mask, nick string, role Role) (on maskSet) {
	shown, account := Fold(Hostmask(nick, role)), Fold(nick)
	for i := range masks {
		m := &masks[i]
		if on.has(m.List) {
			continue
		}
		name, byAccount := strings.CutPrefix(m.folded, accountMask)
		if byAccount && role > GuestRole && matches(name, account) || !byAccount && matches(m.folded, shown) {
			on |= 1 << m.List
		}
	}
	return on
}

// Silences reports whether the room's masks have somebody say nothing there. They are
// not meant for those who have a voice.
func (r *RoomInfo) Silences(nick string, role Role) bool {
	on := r.masked(nick, role)
	return on.bars() || on.quiets()
}

// Bars reports whether somebody who is not in the room is banned from it now: they, or
// all who are like them, which is not meant for who is invited or owns the room.
func (r *RoomInfo) Bars(who UserID, nick string, role Role, now Millis) bool {
	st := r.Standing(who)
	if st.Barred(now) || len(r.Masks) == 0 {
		return st.Barred(now)
	}
	_, invited := slices.BinarySearch(r.Invited, who)
	return !invited && r.RankOf(who, role) != OwnerRank && r.masked(nick, role).bars()
}

// masked returns on which of the room's lists somebody is.
func (r *RoomInfo) masked(nick string, role Role) maskSet {
	masks := make([]mask, len(r.Masks))
	for i, m := range r.Masks {
		masks[i] = newMask(m)
	}
	return maskedBy(masks, nick, role)
}

// bars reports whether somebody on these lists is banned.
func (s maskSet) bars() bool { return s.has(BanMask) && !s.has(ExceptMask) }

// quiets reports whether somebody on these lists is muted.
func (s maskSet) quiets() bool { return s.has(QuietMask) && !s.has(ExceptMask) }

// findMask returns where a pattern is among the room's, or -1.
func (r *room) findMask(l MaskList, pattern string) int {
	folded := Fold(pattern)
	return slices.IndexFunc(r.masks, func(m mask) bool { return m.List == l && m.folded == folded })
}

// countMasks returns how many patterns a list of the room has.
func (r *room) countMasks(l MaskList) (n int) {
	for i := range r.masks {
		if r.masks[i].List == l {
			n++
		}
	}
	return n
}

func (r *room) maskInfos() []MaskInfo {
	var all []MaskInfo
	for i := range r.masks {
		all = append(all, r.masks[i].MaskInfo)
	}
	return all
}
