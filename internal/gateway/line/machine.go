package line

import (
	"bytes"
	"encoding/json"
	"strconv"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// The machine mode: one JSON object a line.

// appendJSON appends v and a line end. The types of package api can always be
// encoded.
func appendJSON(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// appendMachineEvent is the encoder of the machine dialect: every event, as it
// is in the log.
func appendMachineEvent(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	e := eventJSON(ev)
	e.RoomName = room.Name
	return appendJSON(dst, &api.Message{Type: api.TypeEvent, Event: &e})
}

// eventJSON returns an event as programs see it. What only the server may know
// is not in it.
func eventJSON(ev *chat.Event) api.Event {
	e := api.Event{
		Seq: uint64(ev.Seq), Prev: uint64(ev.Prev), Room: uint64(ev.Room), Time: int64(ev.Time),
		Kind: ev.Kind.String(), By: uint64(ev.By), Nick: ev.Nick, Client: string(ev.Client),
		Target: uint64(ev.Target), Whose: ev.Whose, When: int64(ev.When),
		Thread: uint64(ev.Thread), User: uint64(ev.User), About: uint64(ev.About), Subject: ev.Name, Text: ev.Text, Files: filesJSON(ev.Files),
		Deleted: ev.Said() && ev.Text == "", Level: levelOf(ev),
	}
	if p, err := chat.ParsePreview(ev.Text); err == nil && ev.Kind == chat.Previewed {
		e.Text, e.Previews = "", []api.Preview{previewJSON(&p)}
	}
	return e
}

func previewJSON(p *chat.LinkPreview) api.Preview {
	j := api.Preview{URL: p.URL, Title: p.Title, Description: p.Description, Site: p.Site}
	if p.Image != nil {
		j.Image = &filesJSON([]chat.File{*p.Image})[0]
	}
	return j
}

func filesJSON(files []chat.File) (all []api.File) {
	for i := range files {
		f := &files[i]
		all = append(all, api.File{
			ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, Width: f.Width, Height: f.Height, URL: f.Path(),
		})
	}
	return all
}

// levelOf returns the name of what an event makes of somebody.
func levelOf(ev *chat.Event) string {
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
		return typedRules(ev.Flags, ev.Count)
	case chat.PropertySet:
		if ev.Flags&chat.Private != 0 {
			return "private"
		}
	}
	return ""
}

func (c *conn) messagesJSON(messages []hub.Message) []api.Event {
	if !c.machine {
		return nil
	}
	events := make([]api.Event, len(messages))
	for i := range messages {
		m := &messages[i]
		events[i] = eventJSON(&m.Event)
		events[i].Edited, events[i].Deleted = m.Edited, m.Deleted
		for j := range m.Previews {
			events[i].Previews = append(events[i].Previews, previewJSON(&m.Previews[j]))
		}
		if room, err := c.Session().RoomByID(m.Room); err == nil {
			events[i].RoomName = room.Name
		}
	}
	return events
}

// roomsJSON returns a list of one room, or of none.
func (c *conn) roomsJSON(room *chat.RoomInfo) []api.Room {
	if room == nil {
		return nil
	}
	return []api.Room{c.roomJSON(room)}
}

func (c *conn) roomJSON(room *chat.RoomInfo) api.Room {
	_, joined := room.Member(c.Session().User())
	return api.Room{
		ID: uint64(room.ID), Name: room.Name, Topic: room.Topic, Members: len(room.Members),
		Private: room.Flags&chat.Private != 0, Announce: room.Flags&chat.Announce != 0, Direct: room.Flags&chat.Direct != 0,
		Joined: joined, Archived: room.Archived, Head: uint64(c.Session().Head(room)),
	}
}
