// Package wire makes the JSON of package api of what the hub knows: for the line
// gateway's machine mode and for the web gateway, so that programs are told the
// same by both. It keeps nothing.
package wire

import (
	"bytes"
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
	e := api.Event{
		Seq: uint64(ev.Seq), Prev: uint64(ev.Prev), Room: uint64(ev.Room), Time: int64(ev.Time),
		Kind: ev.Kind.String(), By: uint64(ev.By), Nick: ev.Nick, Client: string(ev.Client),
		Target: uint64(ev.Target), Thread: uint64(ev.Thread), Whose: ev.Whose, When: int64(ev.When),
		User: uint64(ev.User), About: uint64(ev.About), Subject: ev.Name, Text: ev.Text, Files: files(ev.Files),
		Deleted: ev.Said() && ev.Text == "", Level: level(ev),
	}
	if ev.Kind != chat.Previewed {
		return e
	}
	if p, err := chat.ParsePreview(ev.Text); err == nil {
		e.Text, e.Previews = "", []api.Preview{preview(&p)}
	}
	return e
}

func preview(p *chat.LinkPreview) api.Preview {
	out := api.Preview{URL: p.URL, Title: p.Title, Description: p.Description, Site: p.Site}
	if p.Image != nil {
		image := File(p.Image)
		out.Image = &image
	}
	return out
}

// File returns a file as programs see it.
func File(f *chat.File) api.File {
	out := api.File{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, Width: f.Width, Height: f.Height, URL: f.Path()}
	if f.Width > 0 {
		out.Thumbnail = out.URL + "?thumbnail"
	}
	return out
}

func files(all []chat.File) (out []api.File) {
	for i := range all {
		out = append(out, File(&all[i]))
	}
	return out
}

// AppendEvent appends the message that tells of an event in a room.
func AppendEvent(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	e := Event(ev)
	e.RoomName = room.Name
	return Append(dst, &api.Message{Type: api.TypeEvent, Event: &e})
}

// AppendEvents appends the message that tells of several events of an entry, from the
// i-th on, and returns where it ends: when it has size bytes, or with the entry.
func AppendEvents(dst []byte, e *hub.Entry, i, size int) (out []byte, end int) {
	start := len(dst)
	dst = append(dst, `{"type":"`+api.TypeEvents+`","events":[`...)
	for end = i; end < len(e.Events) && len(dst)-start < size; end++ {
		if end > i {
			dst = append(dst, ',')
		}
		event := Event(&e.Events[end])
		event.RoomName = e.RoomAt(end).Name
		dst = Append(dst, &event)
	}
	return append(dst, "]}"...), end
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
	case chat.ReadMarked:
		if ev.Count != 0 {
			return "unread"
		}
	case chat.PropertySet:
		if ev.Flags&chat.Private != 0 {
			return "private"
		}
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
		events[i] = Message(s, &messages[i])
	}
	return events
}

// Message returns a message as it reads now.
func Message(s *hub.Session, m *hub.Message) api.Event {
	event := Event(&m.Event)
	event.Edited, event.Deleted = m.Edited, m.Deleted
	if room, err := s.RoomByID(m.Room); err == nil {
		event.RoomName = room.Name
	}
	for i := range m.Previews {
		event.Previews = append(event.Previews, preview(&m.Previews[i]))
	}
	for _, r := range m.Reactions {
		event.Reactions = append(event.Reactions, api.Reaction{Emoji: r.Emoji, Count: r.Count, Nicks: r.Nicks, Mine: r.Mine})
	}
	if r := &m.Replies; r.Count > 0 {
		event.Replies = &api.Replies{Count: r.Count, Last: uint64(r.Last), Time: int64(r.At), Nicks: r.Nicks}
	}
	return event
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

// Portrait returns somebody as those who ask over HTTP are told: in a room, if that
// is not nil.
func Portrait(room *chat.RoomInfo, p *hub.Portrait) api.Person {
	here := p.Here && p.Away != hub.Absent // requests that come and go are nobody's presence
	person := api.Person{
		ID: uint64(p.ID), Nick: p.Nick, Role: Role(p.Role), Away: p.Away != "", Here: here, Bot: p.Bot || p.Role == chat.BotRole,
	}
	if here && p.Away != hub.Unattended {
		person.Status = p.Away
	}
	if room == nil {
		return person
	}
	if rank := room.Standing(p.ID).Rank; rank != chat.PlainRank {
		person.Rank = rank.String()
	}
	return person
}

// Refusal returns an error as a program is told it that sent something under an id.
// What it quotes may come from the peer, and go on to a screen.
func Refusal(id string, err *chat.Error) api.Message {
	return api.Message{Type: api.TypeError, ID: id, Code: err.Code.String(), Text: chat.CleanText(err.Text)}
}
