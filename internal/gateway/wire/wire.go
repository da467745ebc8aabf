// Package wire makes the JSON of package api of what the hub knows: for the line
// gateway's machine mode and for the web gateway, so that programs are told the
// same by both. It keeps nothing.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// AppendLine appends v and a line end. The types of package api can always be
// encoded.
func AppendLine(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Append appends v.
func Append(dst []byte, v any) []byte {
	dst = AppendLine(dst, v)
	return dst[:len(dst)-1]
}

// Event returns an event as programs see it. What only the server may know is not
// in it.
func Event(ev *chat.Event) api.Event {
	return api.Event{
		Seq: uint64(ev.Seq), Prev: uint64(ev.Prev), Room: uint64(ev.Room), Time: int64(ev.Time),
		Kind: ev.Kind.String(), By: uint64(ev.By), Nick: ev.Nick, Client: string(ev.Client),
		Target: uint64(ev.Target), Whose: ev.Whose, When: int64(ev.When),
		User: uint64(ev.User), About: uint64(ev.About), Subject: ev.Name, Text: ev.Text,
		Deleted: ev.Said() && ev.Text == "", Level: level(ev),
	}
}

// AppendEvent appends the message that tells of an event in a room.
func AppendEvent(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	e := Event(ev)
	e.RoomName = room.Name
	return Append(dst, &api.Message{Type: api.TypeEvent, Event: &e})
}

// level returns the name of what an event makes of somebody.
func level(ev *chat.Event) string {
	switch ev.Kind {
	case chat.Registered, chat.RoleSet, chat.InvitationMade:
		return chat.Role(ev.Level).String()
	case chat.RankSet:
		return chat.Rank(ev.Level).String()
	case chat.CredentialAdded, chat.CredentialDropped:
		return chat.Proof(ev.Level).String()
	case chat.MaskAdded, chat.MaskDropped:
		return chat.MaskList(ev.Level).String()
	case chat.LimitSet:
		return strconv.FormatUint(uint64(ev.Count), 10)
	case chat.RulesSet:
		return rules(ev.Flags, ev.Count)
	}
	return ""
}

// rules returns rules as they are typed.
func rules(flags chat.Flags, slow uint32) string {
	all := flags.RuleNames()
	if slow > 0 {
		all = append(all, fmt.Sprintf("slow=%d", slow))
	}
	return strings.Join(all, " ")
}

// Messages returns a page of messages as they read now, with the names of the rooms
// that the session's user may know of.
func Messages(s *hub.Session, messages []hub.Message) []api.Event {
	events := make([]api.Event, len(messages))
	for i := range messages {
		m := &messages[i]
		events[i] = Event(&m.Event)
		events[i].Edited, events[i].Deleted = m.Edited, m.Deleted
		if room, err := s.RoomByID(m.Room); err == nil {
			events[i].RoomName = room.Name
		}
	}
	return events
}

// Room returns a room as a list shows it to the session's user.
func Room(s *hub.Session, room *chat.RoomInfo) api.Room {
	_, joined := room.Member(s.User())
	return api.Room{
		ID: uint64(room.ID), Name: room.Name, Topic: room.Topic, Members: len(room.Members),
		Private: room.Flags&chat.Private != 0, Announce: room.Flags&chat.Announce != 0, Direct: room.Flags&chat.Direct != 0,
		Joined: joined, Archived: room.Archived, Head: uint64(s.Head(room)),
	}
}

// Joined returns the rooms that the session's user is in, in the order of joining, with
// what is unread in each.
func Joined(ctx context.Context, s *hub.Session) ([]api.Room, *chat.Error) {
	unread, err := s.Unread(ctx)
	if err != nil {
		return nil, err
	}
	by := map[chat.RoomID]*hub.Unread{}
	for i := range unread {
		by[unread[i].Room] = &unread[i]
	}
	var rooms []api.Room
	for _, info := range s.Joined() {
		room := Room(s, info)
		if u := by[info.ID]; u != nil {
			room.Read, room.Unread, room.Mentions, room.First = uint64(u.Marker), u.Count, u.Mentions, uint64(u.First)
		}
		rooms = append(rooms, room)
	}
	return rooms, nil
}

// Role returns the name of what somebody is on the server: none for a guest.
func Role(r chat.Role) string {
	if r == chat.GuestRole {
		return ""
	}
	return r.String()
}

// Member returns somebody who is in a room.
func Member(room *chat.RoomInfo, p *hub.Presence) api.Person {
	person := api.Person{ID: uint64(p.ID), Nick: p.Nick, Role: Role(p.Role), Away: !p.Here}
	if rank := room.Standing(p.ID).Rank; rank != chat.PlainRank {
		person.Rank = rank.String()
	}
	return person
}

// Person returns somebody who is asked for by name.
func Person(p *hub.Person) api.Person {
	return api.Person{ID: uint64(p.ID), Nick: p.Nick, Role: Role(p.Role), Away: len(p.Sessions) == 0}
}

// Refusal returns an error as a program is told it that sent something under an id.
// What it quotes may come from the peer, and go on to a screen.
func Refusal(id string, err *chat.Error) api.Message {
	return api.Message{Type: api.TypeError, ID: id, Code: err.Code.String(), Text: chat.CleanText(err.Text)}
}
