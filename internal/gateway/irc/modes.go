package irc

import (
	"slices"
	"strconv"
	"strings"

	"hubbub/internal/chat"
)

// The modes, as clients are told of them. What each means here is in docs/irc.md.
const (
	userModes  = "BioZ"
	listModes  = "beIq"
	keyModes   = "k"
	limitModes = "fl"
	flagModes  = "CRimnstu"
	rankModes  = "ov"
	paramModes = "beIqfklov"
	roomModes  = "CRbeIfiklmnoqstuv"

	prefixToken = "(ov)@+"
	prefixSigns = "@+"
)

// flagOf are the rules of a room that are modes without a parameter, by their letters
// in ascending order.
var flagOf = [...]struct {
	mode byte
	rule chat.Flags // by which it shows
	also chat.Flags // goes with it
}{
	{mode: 'C', rule: chat.NoCTCP},
	{mode: 'R', rule: chat.NoGuests},
	{mode: 'i', rule: chat.InviteOnly, also: chat.HeldInvites}, // RFC 2811 §4.2.2: operators invite
	{mode: 'm', rule: chat.Announce},
	{mode: 's', rule: chat.Hidden},
	{mode: 't', rule: chat.HeldPins},
	{mode: 'u', rule: chat.Quiet},
}

// rulesOf returns the rules that a mode is; none if it is not such a mode.
func rulesOf(mode byte) chat.Flags {
	for _, f := range flagOf {
		if f.mode == mode {
			return f.rule | f.also
		}
	}
	return 0
}

// prefixes returns the sign of what somebody is in a room. Who owns a room keeps
// order in it: IRC clients know nothing higher that they all agree on. Nobody has two
// signs, so there is nothing more for who has negotiated multi-prefix.
func prefixes(rank chat.Rank) string {
	switch {
	case rank >= chat.ModeratorRank:
		return "@"
	case rank >= chat.VoiceRank:
		return "+"
	}
	return ""
}

// mode shows modes, and changes them (RFC 2812 §3.1.5, §3.2.3;
// https://modern.ircdocs.horse/#mode-message).
func (c *conn) mode(m *message) {
	if !strings.HasPrefix(m.param(0), "#") {
		c.userMode(m)
		return
	}
	room, ok := c.roomNamed(m.param(0))
	switch {
	case !ok:
	case len(m.params) == 1:
		c.showModes(room)
	default:
		c.changeModes(room, changesOf(m.params[1:]))
	}
}

// showModes says which modes a room has. That it has a key only its members know.
func (c *conn) showModes(room *chat.RoomInfo) {
	modes, params := "+", []string(nil)
	for _, f := range flagOf {
		if room.Flags&f.rule != 0 || room.Flags&chat.Private != 0 && (f.mode == 'i' || f.mode == 's') {
			modes += string(rune(f.mode))
		}
		if f.mode == 'm' {
			modes += "n"
		}
	}
	if room.Forward != "" {
		modes, params = modes+"f", append(params, room.Forward)
	}
	if room.Key != "" {
		modes, params = modes+"k", append(params, room.Key)
	}
	if room.Limit != 0 {
		modes, params = modes+"l", append(params, strconv.FormatUint(uint64(room.Limit), 10))
	}
	c.numeric(rplChannelModeIs, append([]string{room.Name, modes}, params...)...)
	if room.Created != 0 {
		c.numeric(rplCreationTime, room.Name, seconds(room.Created))
	}
}

// change is one of those that a MODE asks for.
type change struct {
	mode  byte
	off   bool
	param string // empty without one
}

// changesOf reads what a MODE asks for: letters with signs before them, and their
// parameters in the same order.
func changesOf(params []string) (all []change) {
	letters, rest := params[0], params[1:]
	off := false
	for i := range len(letters) {
		switch ch := (change{mode: letters[i], off: off}); {
		case ch.mode == '+' || ch.mode == '-':
			off = ch.mode == '-'
		case ch.takes() && len(rest) > 0:
			ch.param, rest = rest[0], rest[1:]
			fallthrough
		default:
			all = append(all, ch)
		}
	}
	return all
}

// takes reports whether a change has a parameter: of those types that modern servers
// name A to C, and the ranks. (CHANMODES, https://modern.ircdocs.horse/#chanmodes-parameter)
func (ch *change) takes() bool {
	return strings.IndexByte(paramModes, ch.mode) >= 0 && (!ch.off || strings.IndexByte(limitModes, ch.mode) < 0)
}

// changeModes applies changes in their order, but that those without a parameter are
// one and come first, so that they are announced on one line.
func (c *conn) changeModes(room *chat.RoomInfo, all []change) {
	rules := slices.DeleteFunc(slices.Clone(all), func(ch change) bool { return rulesOf(ch.mode) == 0 })
	all = slices.DeleteFunc(all, func(ch change) bool { return rulesOf(ch.mode) != 0 })
	if len(all)+min(1, len(rules)) > 1 {
		c.several()
	}
	c.changeRules(room, rules)
	listed := "" // the lists that have been shown
	asked := map[string]bool{}
	for _, ch := range all {
		about := chat.Fold(ch.param)
		if asked[about] { // what was asked for before shows in the room by now
			c.settle()
			if now, err := c.Session().RoomByID(room.ID); err == nil {
				room = now
			}
		}
		asked[about] = true
		switch {
		case strings.IndexByte(listModes, ch.mode) >= 0 && ch.param == "":
			if strings.IndexByte(listed, ch.mode) < 0 {
				c.showMasks(room, ch.mode)
				listed += string(rune(ch.mode))
			}
		default:
			c.changeMode(room, ch)
		}
	}
}

// modeCall is what a change is sent under.
func (c *conn) modeCall(room *chat.RoomInfo, mode byte, about string) *call {
	k := c.call("MODE", room.Name, about)
	k.mode = mode
	return k
}

// changeRules applies the changes that have no parameter.
func (c *conn) changeRules(room *chat.RoomInfo, all []change) {
	if len(all) == 0 {
		return
	}
	rules := room.Flags & chat.Rules
	for _, ch := range all {
		if ch.off {
			rules &^= rulesOf(ch.mode)
		} else {
			rules |= rulesOf(ch.mode)
		}
	}
	c.send(chat.Command{Op: chat.SetRules, Room: room.ID, Rules: rules, Count: room.Slow}, c.modeCall(room, all[0].mode, ""))
}

// changeMode applies a change that has a parameter, and refuses one of a mode that
// there is not.
func (c *conn) changeMode(room *chat.RoomInfo, ch change) {
	mode := string(rune(ch.mode))
	switch {
	case ch.mode == 'n' && ch.off: // nobody says anything in a room from outside
		c.numeric(errUnknownMode, mode, "is always set here: only those in a room say something in it")
	case ch.mode == 'n':
	case ch.mode == 'k':
		c.changeKey(room, ch)
	case ch.mode == 'l':
		c.changeLimit(room, ch)
	case ch.mode == 'f':
		c.changeForward(room, ch)
	case !ch.takes():
		c.numeric(errUnknownMode, shown(mode), "is unknown mode char to me")
	case ch.param == "":
		c.badParam(room, ch, "That mode takes a parameter")
	case ch.mode == 'o' || ch.mode == 'v':
		c.changeRank(room, ch)
	default:
		c.changeMask(room, ch)
	}
}

// badParam refuses the parameter of a change.
// (https://modern.ircdocs.horse/#errinvalidmodeparam-696)
func (c *conn) badParam(room *chat.RoomInfo, ch change, text string) {
	param := shown(ch.param)
	if ch.mode == 'k' {
		param = "*"
	}
	c.numeric(errInvalidModeParam, room.Name, string(rune(ch.mode)), param, text)
}

func (c *conn) changeKey(room *chat.RoomInfo, ch change) {
	switch {
	case ch.off:
		ch.param = ""
	case ch.param == "":
		c.badParam(room, ch, "A room's key is one word")
		return
	case ch.param == room.Key:
		c.numeric(errKeySet, room.Name, "Channel key already set")
		return
	}
	c.send(chat.Command{Op: chat.SetKey, Room: room.ID, Text: ch.param}, c.modeCall(room, 'k', ""))
}

func (c *conn) changeLimit(room *chat.RoomInfo, ch change) {
	n := uint64(0)
	if !ch.off {
		var err error
		if n, err = strconv.ParseUint(ch.param, 10, 32); err != nil || n == 0 {
			c.badParam(room, ch, "A limit is a number of people")
			return
		}
	}
	c.send(chat.Command{Op: chat.SetLimit, Room: room.ID, Count: uint32(n)}, c.modeCall(room, 'l', ch.param))
}

// changeForward says where those go who may not come in.
func (c *conn) changeForward(room *chat.RoomInfo, ch change) {
	name := ""
	if !ch.off {
		other, err := c.Session().Room(ch.param)
		if err != nil {
			c.badParam(room, ch, "There is no such room to go to")
			return
		}
		name = other.Name
	}
	c.send(chat.Command{Op: chat.SetProperty, Room: room.ID, Name: chat.ForwardKey, Text: name}, c.modeCall(room, 'f', ch.param))
}

// changeRank makes somebody a moderator, or gives them a voice, or takes it. Who owns
// the room has what a moderator has.
func (c *conn) changeRank(room *chat.RoomInfo, ch change) {
	id, err := c.Session().Lookup(ch.param)
	if err != nil {
		c.numeric(errNoSuchNick, shown(ch.param), "No such nick")
		return
	}
	st := room.Standing(id)
	rank := chat.PlainRank
	switch {
	case ch.mode == 'o' && !ch.off:
		rank = max(st.Rank, chat.ModeratorRank)
	case ch.mode == 'o' && st.Rank < chat.ModeratorRank, ch.mode == 'v' && ch.off && st.Rank != chat.VoiceRank:
		rank = st.Rank // it is not there to be taken
	case ch.mode == 'v' && !ch.off:
		rank = max(st.Rank, chat.VoiceRank)
	}
	// What is so already is for the room's rules to refuse, in their order.
	c.send(chat.Command{Op: chat.SetRank, Room: room.ID, User: id, Level: uint8(rank)}, c.modeCall(room, ch.mode, c.Session().NickOf(id)))
}
