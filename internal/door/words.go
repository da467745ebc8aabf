package door

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// How people type what the door is asked for, alike in every gateway.

// ParseSpan reads a length of time: 30s, 10m, 12h, 30d, 2w, up to ten years; or
// forever, which is 0.
func ParseSpan(s string) (time.Duration, bool) {
	const most = 10 * 365 * 24 * time.Hour
	if s == "forever" {
		return 0, true
	}
	if len(s) < 2 || len(s) > 6 || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	unit := units[s[len(s)-1]]
	if err != nil || n <= 0 || unit == 0 || time.Duration(n) > most/unit {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// Until takes a length of time off the beginning of a reason, and returns when
// it is over: 0 without one.
func Until(text string) (until chat.Millis, rest string) {
	word, rest, _ := strings.Cut(text, " ")
	d, ok := ParseSpan(word)
	switch rest = strings.TrimSpace(rest); {
	case !ok:
		return 0, text
	case d == 0:
		return 0, rest
	}
	return in(d), rest
}

// IsNetwork reports whether a word is meant to be an address or a network, which
// may be a wrong one: it is no nick.
func IsNetwork(word string) bool {
	_, err := chat.ParseNetwork(word)
	return err == nil || strings.ContainsAny(word, "/:")
}

// BanTarget returns whom a ban from the server, or the lifting of one, names: a
// person by their nick, who need not be here if it is lifted; or a network, unless
// who bans it would be out too.
func BanTarget(s *hub.Session, word string, lift bool) (user chat.UserID, network string, err *chat.Error) {
	if word == "" {
		return 0, "", chat.Errorf(chat.Invalid, "That needs a person, an address or a network.")
	}
	if !IsNetwork(word) {
		user, err = bannedPerson(s, strings.TrimPrefix(word, "@"), lift)
		return user, "", err
	}
	network, err = chat.ParseNetwork(word)
	if err != nil || lift {
		return 0, network, err
	}
	if prefix := netip.MustParsePrefix(network); prefix.Contains(s.Address().WithZone("")) {
		return 0, "", chat.Errorf(chat.Invalid, "You come from %s yourself, and would be out too.", network)
	}
	return 0, network, nil
}

func bannedPerson(s *hub.Session, nick string, lift bool) (chat.UserID, *chat.Error) {
	id, err := s.Lookup(nick)
	if err == nil || !lift {
		return id, err
	}
	for _, b := range s.Bans() {
		if b.User != 0 && chat.Fold(b.Name) == chat.Fold(nick) {
			return b.User, nil
		}
	}
	return 0, err
}

// ParseToken reads what a token is for: a name, and then a scope and a time, if
// they are given.
func ParseToken(args []string) (Token, *chat.Error) {
	t := Token{Scopes: hub.ScopeRead | hub.ScopeWrite, Lasts: 365 * 24 * time.Hour}
	if len(args) == 0 || args[0] == "" {
		return t, chat.Errorf(chat.Invalid, "A token needs a name, so that you know later what it is for, as in: new builds")
	}
	t.Name = args[0]
	for _, arg := range args[1:] {
		if arg == "" {
			continue
		}
		if scopes, ok := hub.ParseScopes(arg); ok {
			t.Scopes = scopes
		} else if d, ok := ParseSpan(arg); ok {
			t.Lasts = d
		} else {
			return t, chat.Errorf(chat.Invalid, "%q is neither a scope (read, write, admin, all) nor a time (30d, 12h, forever).", clipped(arg))
		}
	}
	return t, nil
}

// ParseInvitation reads what an invitation lets people do: how many, for how
// long, as what, and which rooms they are in at once.
func ParseInvitation(words []string, room func(name string) (*chat.RoomInfo, *chat.Error)) (Invitation, *chat.Error) {
	v := Invitation{Role: chat.MemberRole, Uses: 1, Lasts: 7 * 24 * time.Hour}
	for _, word := range words {
		if role, ok := chat.ParseRole(word); ok {
			v.Role = role
			continue
		}
		if d, ok := ParseSpan(word); ok {
			v.Lasts = d
			continue
		}
		if n, err := strconv.Atoi(word); err == nil && n > 0 {
			v.Uses = n
			continue
		}
		if !strings.HasPrefix(word, "#") {
			return v, chat.Errorf(chat.Invalid, "%q is neither how many people (3), nor for how long (7d), nor a role (member), nor a room (#tea).", clipped(word))
		}
		info, err := room(word)
		if err != nil {
			return v, err
		}
		v.Rooms = append(v.Rooms, info.ID)
	}
	return v, nil
}

// Describe says what an invitation's code is good for.
func (v *Invitation) Describe(code auth.Secret, zone *time.Location) string {
	people, lasts := "1 person", "until it is used"
	if v.Uses != 1 {
		people, lasts = strconv.Itoa(v.Uses)+" people", "until it is used up"
	}
	if v.Lasts > 0 {
		lasts = "until " + time.Now().Add(v.Lasts).In(zone).Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("%s lets in %s as %s, %s: /register NAME %s", code.Reveal(), people, v.Role, lasts, code.Reveal())
}
