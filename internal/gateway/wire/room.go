package wire

import (
	"context"
	"slices"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// acts are the names of what one may do in a room.
var acts = [...]struct {
	act  chat.Act
	name string
}{
	{chat.ActReact, "react"}, {chat.ActPin, "pin"}, {chat.ActTopic, "topic"}, {chat.ActInvite, "invite"},
	{chat.ActDeleteOthers, "delete"}, {chat.ActKick, "kick"}, {chat.ActMute, "mute"}, {chat.ActBanHere, "ban"},
	{chat.ActRename, "rename"}, {chat.ActArchive, "archive"}, {chat.ActVoice, "voice"}, {chat.ActSetRank, "rank"}, {chat.ActSetRules, "rules"},
}

// Room returns a room as a list shows it to the session's user.
func Room(s *hub.Session, room *chat.RoomInfo) api.Room {
	_, joined := room.Member(s.User())
	return api.Room{
		ID: uint64(room.ID), Name: room.Name, Topic: room.Topic, Members: room.Size,
		Private: room.Flags&chat.Private != 0, Announce: room.Flags&chat.Announce != 0, Direct: room.Flags&chat.Direct != 0,
		Joined: joined, Archived: room.Archived, Head: uint64(s.Head(room)),
	}
}

// FullRoom returns all of a room that the session's user may know, but for what
// they have not read. It must not be a brief copy.
func FullRoom(s *hub.Session, room *chat.RoomInfo) api.Room {
	full := Room(s, room)
	full.Limit, full.Locked, full.Rules = room.Limit, s.Locked(room.ID), rulesOf(room)
	for _, seq := range room.Pins {
		full.Pins = append(full.Pins, uint64(seq))
	}
	if rank := room.Standing(s.User()).Rank; rank != chat.PlainRank {
		full.Rank = rank.String()
	}
	full.Invited = slices.Contains(room.Invited, s.User())
	if full.Direct {
		full.With = with(s, room)
	}
	if full.Joined {
		full.May = may(s, room)
	}
	return full
}

// with returns the other in a direct conversation, and whether they are here, or
// nil if they have left it.
func with(s *hub.Session, room *chat.RoomInfo) *api.Person {
	for _, m := range room.Members {
		if m.ID == s.User() {
			continue
		}
		other := api.Person{ID: uint64(m.ID), Nick: m.Nick}
		if p, ok := s.Portray(m.ID); ok {
			other = Portrait(nil, &p)
		}
		return &other
	}
	return nil
}

// may returns what the session's user may do in a room that they are in.
func may(s *hub.Session, room *chat.RoomInfo) (names []string) {
	role, rank := s.Role(), room.Standing(s.User()).Rank
	if s.MaySay(room) && !room.Archived {
		names = append(names, "say")
	}
	for _, a := range acts {
		if chat.Permit(a.act, role, rank, room.Flags) && (!room.Archived || a.act == chat.ActArchive) {
			names = append(names, a.name)
		}
	}
	return names
}

// rulesOf returns the rules that hold in a room, or nil if none does.
func rulesOf(room *chat.RoomInfo) *api.Rules {
	if room.Flags&chat.Rules == 0 && room.Slow == 0 {
		return nil
	}
	yes := true
	on := func(flag chat.Flags) *bool {
		if room.Flags&flag == 0 {
			return nil
		}
		return &yes
	}
	r := &api.Rules{
		Announce: on(chat.Announce), NoGuests: on(chat.NoGuests), HeldInvites: on(chat.HeldInvites), HeldPins: on(chat.HeldPins),
		InviteOnly: on(chat.InviteOnly), Hidden: on(chat.Hidden), Quiet: on(chat.Quiet),
	}
	if room.Slow != 0 {
		r.Slow = &room.Slow
	}
	return r
}

// Rooms returns rooms in full, with what the session's user has not read of those
// that they are in.
func Rooms(ctx context.Context, s *hub.Session, rooms []*chat.RoomInfo) ([]api.Room, *chat.Error) {
	unread, err := s.UnreadIn(ctx, rooms, s.Horizon())
	if err != nil {
		return nil, err
	}
	in := make(map[chat.RoomID]*hub.Unread, len(unread))
	for i := range unread {
		in[unread[i].Room] = &unread[i]
	}
	all := make([]api.Room, len(rooms))
	for i, room := range rooms {
		all[i] = FullRoom(s, room)
		if u := in[room.ID]; u != nil {
			all[i].Read, all[i].First, all[i].Unread, all[i].Mentions = uint64(u.Marker), uint64(u.First), u.Count, u.Mentions
		}
	}
	return all, nil
}
