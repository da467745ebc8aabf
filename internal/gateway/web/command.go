package web

import (
	"context"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// Commands: one way for all that changes something, whether it came in a frame, in
// the body of a request, or is what a resource means.

// operation is what an op of the API is in the log, and what must be given for it.
type operation struct {
	op     chat.Op
	room   bool
	person bool
	target bool
	more   func(s *hub.Session, from *api.Command, c *chat.Command) *chat.Error // the rest; nil if Name and Text are all
}

// operations are all those that are commands of the log.
func operations() map[string]operation {
	return map[string]operation{
		api.OpSay:        {op: chat.Say, room: true, more: saying},
		api.OpEdit:       {op: chat.Edit, target: true},
		api.OpDelete:     {op: chat.Delete, target: true},
		api.OpReact:      {op: chat.React, target: true},
		api.OpUnreact:    {op: chat.Unreact, target: true},
		api.OpPin:        {op: chat.Pin, target: true},
		api.OpUnpin:      {op: chat.Unpin, target: true},
		api.OpTopic:      {op: chat.SetTopic, room: true},
		api.OpJoin:       {op: chat.Join, more: joining},
		api.OpLeave:      {op: chat.Leave, room: true},
		api.OpCreate:     {op: chat.CreateRoom, more: naming},
		api.OpRename:     {op: chat.RenameRoom, room: true, more: naming},
		api.OpArchive:    {op: chat.ArchiveRoom, room: true},
		api.OpRestore:    {op: chat.RestoreRoom, room: true},
		api.OpInvite:     {op: chat.Invite, room: true, person: true},
		api.OpDirect:     {op: chat.OpenDirect, person: true},
		api.OpRead:       {op: chat.MarkRead, room: true, target: true},
		api.OpUnread:     {op: chat.MarkRead, room: true, target: true, more: unreading},
		api.OpNick:       {op: chat.SetNick},
		api.OpKick:       {op: chat.Kick, room: true, person: true},
		api.OpMute:       {op: chat.Mute, room: true, person: true, more: lasting},
		api.OpUnmute:     {op: chat.Unmute, room: true, person: true},
		api.OpBan:        {op: chat.Ban, more: banning},
		api.OpUnban:      {op: chat.Unban, more: banning},
		api.OpRank:       {op: chat.SetRank, room: true, person: true, more: ranking},
		api.OpRole:       {op: chat.SetRole, person: true, more: appointing},
		api.OpRules:      {op: chat.SetRules, room: true, more: ruling},
		api.OpKey:        {op: chat.SetKey, room: true, more: locking},
		api.OpLimit:      {op: chat.SetLimit, room: true, more: limiting},
		api.OpProperty:   {op: chat.SetProperty, more: describing},
		api.OpUnpreview:  {op: chat.DropPreview, target: true},
		api.OpReport:     {op: chat.Report, target: true},
		api.OpDisconnect: {op: chat.Disconnect, person: true},
	}
}

// command returns what a program asks for as the log takes it. Names become ids; a
// direct conversation that there is not yet is opened, which waits.
func (o *operation) command(ctx context.Context, s *hub.Session, from *api.Command) (c chat.Command, err *chat.Error) {
	c = chat.Command{Op: o.op, Client: chat.ClientID(from.ID), Target: chat.Seq(from.Target), Name: from.Name, Text: from.Text}
	if err := chat.CheckClientID(c.Client); err != nil {
		return c, err
	}
	if o.target && c.Target == 0 {
		return c, chat.Errorf(chat.Invalid, "The op %s needs a message: its seq in target.", from.Op)
	}
	if o.room {
		if c.Room, err = place(ctx, s, from); err != nil {
			return c, err
		}
	}
	if o.person {
		if c.User, err = person(s, from); err != nil {
			return c, err
		}
	}
	if o.more != nil {
		err = o.more(s, from, &c)
	}
	return c, err
}

// place returns the room that a command names.
func place(ctx context.Context, s *hub.Session, from *api.Command) (chat.RoomID, *chat.Error) {
	nick, alone := strings.CutPrefix(from.To, "@")
	switch {
	case from.Room != 0:
		return chat.RoomID(from.Room), nil
	case from.To == "":
		return 0, chat.Errorf(chat.Invalid, "The op %s needs a room: its id in room, or in to its name, as #tea, or @nick.", from.Op)
	case !alone:
		room, err := s.Room(roomName(from.To))
		if err != nil {
			return 0, err
		}
		return room.ID, nil
	}
	other, err := s.Lookup(nick)
	if err != nil {
		return 0, err
	}
	if room, ok := s.DirectWith(other); ok {
		return room.ID, nil
	}
	out := s.Do(ctx, chat.Command{Op: chat.OpenDirect, User: other})
	return out.Room, out.Err
}

// roomName returns a room's name, with which some leave out the sign.
func roomName(name string) string {
	if name == "" || strings.HasPrefix(name, "#") {
		return name
	}
	return "#" + name
}

// person returns whom a command names.
func person(s *hub.Session, from *api.Command) (chat.UserID, *chat.Error) {
	switch {
	case from.User != 0:
		return chat.UserID(from.User), nil
	case from.Nick == "":
		return 0, chat.Errorf(chat.Invalid, "The op %s needs a person: their id in user, or in nick what they are called.", from.Op)
	}
	return s.Lookup(strings.TrimPrefix(from.Nick, "@"))
}

func saying(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	c.Emote, c.Notice = from.Action, from.Notice && !from.Action
	return nil
}

func joining(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	c.Room, c.Name, c.Private, c.Text = chat.RoomID(from.Room), roomName(from.To), from.Private, from.Key
	if c.Room == 0 && c.Name == "" {
		return chat.Errorf(chat.Invalid, "The op join needs a room: its id in room, or in to its name, as #tea.")
	}
	return nil
}

func naming(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	c.Name, c.Private = roomName(from.Name), from.Private
	return nil
}

func lasting(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	if from.Until < 0 {
		return chat.Errorf(chat.Invalid, "A time in until is in milliseconds since 1970; 0 is for ever.")
	}
	c.Until = chat.Millis(from.Until)
	return nil
}

// banning is from a room or, without one, from the server; and so is lifting a ban.
func banning(s *hub.Session, from *api.Command, c *chat.Command) (err *chat.Error) {
	if err = lasting(s, from, c); err != nil {
		return err
	}
	switch {
	case from.Room != 0 || from.To != "":
		if c.Room = chat.RoomID(from.Room); c.Room == 0 {
			var room *chat.RoomInfo
			if room, err = s.Room(roomName(from.To)); err != nil {
				return err
			}
			c.Room = room.ID
		}
		c.User, err = person(s, from)
	case from.User != 0:
		c.User = chat.UserID(from.User)
	case from.Nick != "":
		c.User, _, err = door.BanTarget(s, from.Nick, c.Op == chat.Unban)
	default:
		c.User, c.Name, err = door.BanTarget(s, from.Name, c.Op == chat.Unban)
	}
	return err
}

func ranking(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	rank, ok := chat.ParseRank(from.Level)
	if !ok {
		return chat.Errorf(chat.Invalid, "In a room one is plain, voice, moderator or owner: level is none of these.")
	}
	c.Level = uint8(rank)
	return nil
}

func appointing(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	role, ok := chat.ParseRole(from.Level)
	if !ok {
		return chat.Errorf(chat.Invalid, "On the server one is member, admin or owner: level is none of these.")
	}
	c.Level = uint8(role)
	return nil
}

// ruling changes the rules that are given and leaves the others as they are.
func ruling(s *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	room, err := s.RoomByID(c.Room)
	switch {
	case err != nil:
		return err
	case from.Rules == nil:
		return chat.Errorf(chat.Invalid, "The op rules needs rules, as in {\"announce\":true,\"slow\":30}.")
	}
	c.Rules, c.Count = room.Flags&chat.Rules, room.Slow
	r := from.Rules
	for flag, on := range map[chat.Flags]*bool{
		chat.Announce: r.Announce, chat.NoGuests: r.NoGuests, chat.HeldInvites: r.HeldInvites, chat.HeldPins: r.HeldPins,
		chat.InviteOnly: r.InviteOnly, chat.Hidden: r.Hidden, chat.Quiet: r.Quiet,
	} {
		switch {
		case on == nil:
		case *on:
			c.Rules |= flag
		default:
			c.Rules &^= flag
		}
	}
	if r.Slow != nil {
		c.Count = *r.Slow
	}
	return nil
}

// unreading puts a marker before a message.
func unreading(_ *hub.Session, _ *api.Command, c *chat.Command) *chat.Error {
	c.Strict = true
	c.Target--
	return nil
}

func locking(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	c.Text = from.Key
	if c.Text == "" {
		return nil
	}
	return chat.CheckKey(c.Text) // or what is cleaned from it would be another
}

// describing sets a property of a room, of a person, or of oneself.
func describing(s *hub.Session, from *api.Command, c *chat.Command) (err *chat.Error) {
	c.Private = from.Private
	switch {
	case from.Room != 0:
		c.Room = chat.RoomID(from.Room)
	case from.To != "":
		var room *chat.RoomInfo
		if room, err = s.Room(roomName(from.To)); err == nil {
			c.Room = room.ID
		}
	case from.User != 0 || from.Nick != "":
		c.User, err = person(s, from)
	}
	return err
}

func limiting(_ *hub.Session, from *api.Command, c *chat.Command) *chat.Error {
	c.Count = from.Limit
	return nil
}

// moments are the ops that are not kept.
func moments() map[string]func(s *hub.Session, from *api.Command) *chat.Error {
	return map[string]func(*hub.Session, *api.Command) *chat.Error{
		api.OpPing:   func(*hub.Session, *api.Command) *chat.Error { return nil },
		api.OpTyping: typing,
		api.OpAway:   goAway,
		api.OpBack:   comeBack,
		api.OpSeen:   look(true),
		api.OpUnseen: look(false),
	}
}

// typing tells a room, or the one other person, that somebody is typing.
func typing(s *hub.Session, from *api.Command) *chat.Error {
	switch from.Text {
	case "":
		from.Text = gateway.TypingActive
	case gateway.TypingActive, gateway.TypingPaused, gateway.TypingDone:
	default:
		return chat.Errorf(chat.Invalid, "The text of typing is active, paused or done.")
	}
	if err := mayTalk(s); err != nil {
		return err
	}
	room, err := listeners(s, from)
	if err != nil {
		return err
	}
	return gateway.TellTyping(s, room, from.Text)
}

// listeners returns the room that is told, which is not opened for that.
func listeners(s *hub.Session, from *api.Command) (*chat.RoomInfo, *chat.Error) {
	nick, alone := strings.CutPrefix(from.To, "@")
	switch {
	case from.Room != 0:
		return s.RoomByID(chat.RoomID(from.Room))
	case !alone:
		return s.Room(roomName(from.To))
	}
	other, err := s.Lookup(nick)
	if err != nil {
		return nil, err
	}
	if room, ok := s.DirectWith(other); ok {
		return room, nil
	}
	return nil, chat.Errorf(chat.NotFound, "You have no conversation with %s yet.", nick).Because(chat.NoSuchRoom)
}

// mayTalk says that the token by which the session came does not allow to tell others
// something, or nil.
func mayTalk(s *hub.Session) *chat.Error { return s.Allows(&chat.Command{Op: chat.Say}) }

// maxReason is how many bytes somebody may take to say why they are away.
const maxReason = 300

func goAway(s *hub.Session, from *api.Command) *chat.Error {
	why := chat.CleanLine(from.Text)
	if why == "" || len(why) > maxReason {
		return chat.Errorf(chat.Invalid, "To be away takes a text of up to %d bytes: why, as in lunch.", maxReason)
	}
	if err := mayTalk(s); err != nil {
		return err
	}
	s.Amend(func(p *hub.Profile) { p.Away = why })
	return nil
}

func comeBack(s *hub.Session, _ *api.Command) *chat.Error {
	if err := mayTalk(s); err != nil {
		return err
	}
	s.Amend(func(p *hub.Profile) { p.Away = "" })
	return nil
}

// look notes whether somebody looks at what a connection brings.
func look(seen bool) func(*hub.Session, *api.Command) *chat.Error {
	return func(s *hub.Session, _ *api.Command) *chat.Error {
		s.Amend(func(p *hub.Profile) { p.Unseen = !seen })
		return nil
	}
}

// performer does what programs ask for.
type performer struct {
	uploads    *uploads
	operations map[string]operation
	moments    map[string]func(*hub.Session, *api.Command) *chat.Error
	mayAppoint func(context.Context, *hub.Session) *chat.Error // somebody who looks after the server
}

func newPerformer(u *uploads, mayAppoint func(context.Context, *hub.Session) *chat.Error) *performer {
	return &performer{uploads: u, operations: operations(), moments: moments(), mayAppoint: mayAppoint}
}

// command returns what a program asks for as the log takes it, or done if it was
// something for the moment, and has been done.
func (p *performer) command(ctx context.Context, s *hub.Session, from *api.Command) (c chat.Command, done bool, err *chat.Error) {
	if o, ok := p.operations[from.Op]; ok {
		if c, err = o.command(ctx, s, from); err == nil && c.Op == chat.Say {
			c.Files, err = p.uploads.of(ctx, s.User(), from.Files)
		}
		if err == nil && c.Op == chat.SetRole && chat.Role(c.Level) >= chat.AdminRole {
			err = p.mayAppoint(ctx, s)
		}
		if err != nil { // what goes to the log is counted there
			_ = s.Charge(ctx, 1)
		}
		return c, false, err
	}
	if err := s.Charge(ctx, 1); err != nil {
		return c, false, err
	}
	do, ok := p.moments[from.Op]
	if !ok {
		return c, false, chat.Errorf(chat.Invalid, "There is no op %q; /api lists those that there are.", chat.CleanLine(from.Op[:min(len(from.Op), 20)]))
	}
	if err := chat.CheckClientID(chat.ClientID(from.ID)); err != nil {
		return c, false, err
	}
	return c, true, do(s, from)
}

// perform does what a program asks for, waits until it is done, and returns the
// acknowledgement.
func (p *performer) perform(ctx context.Context, s *hub.Session, from *api.Command) (api.Message, *chat.Error) {
	c, done, err := p.command(ctx, s, from)
	if err != nil || done {
		return api.Message{Type: api.TypeAck, ID: from.ID}, err
	}
	out := s.Do(ctx, c)
	if out.Err != nil {
		return api.Message{}, out.Err
	}
	p.uploads.said(from.Files)
	return acknowledgement(s, from, out), nil
}

// acknowledgement is how a program is told that something is done: with its
// position, and with the room that it has been brought into.
func acknowledgement(s *hub.Session, of *api.Command, out chat.Outcome) api.Message {
	m := api.Message{Type: api.TypeAck, ID: of.ID, Seq: uint64(out.Seq)}
	switch of.Op {
	case api.OpJoin, api.OpCreate, api.OpDirect:
		if room, err := s.RoomByID(out.Room); err == nil {
			into := wire.FullRoom(s, room)
			m.Room = &into
		}
	}
	return m
}
