package line

import (
	"fmt"
	"strconv"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
)

// The rules of a room, and what it takes to come into it.

// rules shows or sets who may do what in the room that the peer is in.
func (c *conn) rules(req request) {
	room, err := c.room("")
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if req.rest == "" {
		c.reply(req, api.Message{Text: "* " + rulesOf(room)})
		return
	}
	if cmd, ok, err := term(req.rest); err != nil {
		c.refuse(req.id, err)
		return
	} else if ok {
		cmd.Room = room.ID
		c.do(req, cmd)
		return
	}
	flags, slow := room.Flags&chat.Rules, room.Slow
	for word := range strings.FieldsSeq(strings.ToLower(req.rest)) {
		if flags, slow, err = withRule(flags, slow, word); err != nil {
			c.refuse(req.id, err)
			return
		}
	}
	c.do(req, chat.Command{Op: chat.SetRules, Room: room.ID, Rules: flags, Count: slow})
}

// term returns the command for a word that is no rule, but says what it takes to
// come in: key=WORD, -key, limit=20, -limit.
func term(word string) (cmd chat.Command, ok bool, err *chat.Error) {
	name, value, set := strings.Cut(word, "=")
	switch strings.ToLower(name) {
	case "key", "-key":
		cmd = chat.Command{Op: chat.SetKey, Text: value}
	case "limit", "-limit":
		cmd.Op = chat.SetLimit
	default:
		return cmd, false, nil
	}
	if off := name[0] == '-'; off == set || set && value == "" {
		return cmd, false, chat.Errorf(chat.Invalid, "That is /rules key=WORD or limit=COUNT, and /rules -key or -limit to remove it.")
	}
	if cmd.Op == chat.SetKey {
		if set {
			err = chat.CheckKey(value) // or what is cleaned from it would be another
		}
		return cmd, true, err
	}
	n, bad := strconv.ParseUint(value, 10, 32)
	if set && (bad != nil || n == 0) {
		return cmd, false, chat.Errorf(chat.Invalid, "%q is no limit; it is a number of members, as in limit=20.", quoted(value))
	}
	cmd.Count = uint32(n)
	return cmd, true, nil
}

// roomRules are what the rules say.
var roomRules = [...]struct {
	flag chat.Flags
	on   string
}{
	{chat.Announce, "only those with a voice say something"},
	{chat.NoGuests, "guests can't come in"},
	{chat.HeldInvites, "only moderators invite"},
	{chat.HeldPins, "only moderators pin and set the topic"},
	{chat.InviteOnly, "one comes in by invitation, and only members read"},
	{chat.Hidden, "it is not listed for others"},
	{chat.Quiet, "comings and goings are not shown"},
}

// withRule returns rules with one changed: announce, -announce, slow=30, -slow.
func withRule(flags chat.Flags, slow uint32, word string) (chat.Flags, uint32, *chat.Error) {
	name, off := strings.CutPrefix(word, "-")
	switch rule, ok := chat.ParseRule(name); {
	case ok && off:
		return flags &^ rule, slow, nil
	case ok:
		return flags | rule, slow, nil
	}
	if name == "slow" && off {
		return flags, 0, nil
	}
	if text, ok := strings.CutPrefix(word, "slow="); ok {
		if n, err := strconv.ParseUint(strings.TrimSuffix(text, "s"), 10, 16); err == nil && n <= chat.MaxSlow {
			return flags, uint32(n), nil
		}
	}
	return flags, slow, chat.Errorf(chat.Invalid, "%q is no rule: there are announce, noguests, heldinvites, heldpins, inviteonly, hidden, quiet and slow=SECONDS, and each with - before it; and alone, key=WORD and limit=COUNT.", quoted(word))
}

// rulesOf says what the rules of a room are.
func rulesOf(room *chat.RoomInfo) string {
	var all []string
	for _, r := range roomRules {
		if room.Flags&r.flag != 0 {
			all = append(all, r.on)
		}
	}
	if room.Slow > 0 {
		all = append(all, fmt.Sprintf("one message of each every %d seconds", room.Slow))
	}
	if room.Key != "" {
		all = append(all, "one comes in with the key "+room.Key)
	}
	if room.Limit > 0 {
		all = append(all, fmt.Sprintf("at most %d members", room.Limit))
	}
	if len(all) == 0 {
		return "Everybody in " + room.Name + " may talk, invite, pin and set the topic."
	}
	return "In " + room.Name + ": " + strings.Join(all, "; ") + "."
}
