package line

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// Names and rooms: what one is called, where one is.

func (c *conn) nick(req request) {
	name := strings.TrimPrefix(req.rest, "@")
	if name == "" {
		c.reply(req, api.Message{Text: "* You are " + c.Session().Nick() + "; /nick NAME changes that."})
		return
	}
	if out, ok := c.do(req, chat.Command{Op: chat.SetNick, Name: name}); ok && out.Seq == 0 {
		c.note("You are called " + c.Session().Nick() + " already.")
	}
}

// note tells a person something that is not an event. A program has had its
// answer.
func (c *conn) note(text string) {
	if !c.machine {
		c.post(api.Message{Type: api.TypeReply, Text: "* " + text})
	}
}

func (c *conn) join(req request) {
	name, how, _ := strings.Cut(req.rest, " ")
	how = strings.TrimSpace(how)
	key, keyed := strings.CutPrefix(how, "key=")
	switch how = strings.ToLower(how); {
	case name == "":
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/join needs a room, as in /join #tea; /rooms lists those that there are."))
	case how != "" && how != "private" && !keyed:
		c.refuse(req.id, chat.Errorf(chat.Invalid, "After the room can come the word private, for a new room that is entered on /invite only; or key=WORD, for a room that is entered with a key."))
	default:
		c.enter(req, name, chat.Command{Private: how == "private", Text: key})
	}
}

// enter makes a room the one that the peer is in, and reports whether it could.
// The command says how it is joined.
func (c *conn) enter(req request, name string, how chat.Command) bool {
	if !strings.HasPrefix(name, "#") {
		name = "#" + name
	}
	was, in := c.here.Load(), c.inside(name)
	if !in { // so that what the room greets with is told as of where one is
		c.here.Store(&place{name: chat.Fold(name)})
	}
	how.Op, how.Name = chat.Join, name
	out, ok := c.do(req, how)
	if !ok {
		c.here.Store(was)
		return false
	}
	c.here.Store(&place{id: out.Room, name: chat.Fold(name)})
	if in || c.sentOn(name, out.Room) {
		c.tellWhereabouts()
	}
	return true
}

// sentOn reports whether the peer has come into another room than it has asked for.
func (c *conn) sentOn(asked string, id chat.RoomID) bool {
	room, err := c.Session().RoomByID(id)
	return err == nil && chat.Fold(room.Name) != chat.Fold(asked)
}

// inside reports whether the peer is a member of a room.
func (c *conn) inside(name string) bool {
	for _, room := range c.Session().Joined() {
		if chat.Fold(room.Name) == chat.Fold(name) {
			return true
		}
	}
	return false
}

// room returns the room that a command is about: the one named, or the one that
// the peer is in.
func (c *conn) room(name string) (*chat.RoomInfo, *chat.Error) {
	if name != "" {
		if !strings.HasPrefix(name, "#") {
			name = "#" + name
		}
		return c.Session().Room(name)
	}
	here := c.here.Load()
	if here == nil || here.id == 0 {
		return nil, errNowhere()
	}
	return c.Session().RoomByID(here.id)
}

func (c *conn) part(req request) {
	name, reason := "", req.rest
	if strings.HasPrefix(req.rest, "#") {
		name, reason, _ = strings.Cut(req.rest, " ")
	}
	room, err := c.room(name)
	if err == nil && name != "" && !c.inside(name) {
		err = chat.Errorf(chat.Conflict, "You are not in %s.", room.Name)
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if _, ok := c.do(req, chat.Command{Op: chat.Leave, Room: room.ID, Text: strings.TrimSpace(reason)}); !ok {
		return
	}
	if c.here.Load().is(room) {
		c.Flush() // the leaving is still seen in the room that one is in
		c.goBack()
		c.tellWhereabouts()
	}
}

// goBack makes the room that was joined last of those that are left the one that
// text goes to.
func (c *conn) goBack() {
	c.here.Store(nil)
	for _, other := range c.Session().Joined() {
		if other.Flags&chat.Direct == 0 {
			c.here.Store(&place{id: other.ID, name: chat.Fold(other.Name)})
		}
	}
}

// tellWhereabouts tells a person where text goes.
func (c *conn) tellWhereabouts() {
	if !c.machine {
		c.post(api.Message{Type: api.TypeReply, Text: c.whereabouts()})
	}
}

// whereabouts says where text goes.
func (c *conn) whereabouts() string {
	room, err := c.room("")
	switch {
	case err != nil:
		return "* You are in no room; /join " + chat.Lobby + " to be among people."
	case room.Flags&chat.Direct != 0:
		return "* What you type goes to " + c.other(room) + " alone, until you /join a room."
	}
	return "* You talk in " + room.Name + " now."
}

// other returns who else is in a direct conversation.
func (c *conn) other(room *chat.RoomInfo) string {
	for _, m := range room.Members {
		if m.ID != c.Session().User() {
			return m.Nick
		}
	}
	return ""
}

// mostPeople is how many members /who names.
const mostPeople = 1000

func (c *conn) who(req request) {
	if !c.charge(req) {
		return
	}
	room, err := c.room(req.rest)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	var m api.Message
	named := c.Session().Presences(room.Members[:min(len(room.Members), mostPeople)])
	nicks := make([]string, 0, len(named)+1)
	for i := range named {
		nicks = append(nicks, listed(room, &named[i]))
		m.People = append(m.People, wire.Member(room, &named[i]))
	}
	if more := len(room.Members) - len(named); more > 0 {
		nicks = append(nicks, fmt.Sprintf("and %d more", more))
	}
	switch other := c.other(room); {
	case room.Flags&chat.Direct == 0:
		m.Text = wrapped(fmt.Sprintf("* In %s (%d):", room.Name, room.Size), nicks)
	case other == "":
		m.Text = "* The other person has left; /part leaves too."
	default:
		m.Text = "* This is between you and " + other + " alone."
	}
	c.reply(req, m)
}

// listed is how somebody is shown among the members of a room: @ before whoever
// keeps order in it, + before whoever has a voice, ~ behind whoever is away.
func listed(room *chat.RoomInfo, p *hub.Presence) string {
	nick := p.Nick
	switch rank := room.Standing(p.ID).Rank; {
	case rank >= chat.ModeratorRank:
		nick = "@" + nick
	case rank == chat.VoiceRank:
		nick = "+" + nick
	}
	if !p.Here {
		nick += "~"
	}
	return nick
}

// wrapped appends words to text in lines of at most 78 characters, if the words
// are not longer.
func wrapped(text string, words []string) string {
	var b strings.Builder
	b.WriteString(text)
	width := utf8.RuneCountInString(text)
	for _, word := range words {
		n := utf8.RuneCountInString(word)
		if width+1+n > 78 {
			b.WriteString("\n ")
			width = 1
		}
		b.WriteByte(' ')
		b.WriteString(word)
		width += 1 + n
	}
	return b.String()
}

func (c *conn) topic(req request) {
	room, err := c.room("")
	switch {
	case err != nil:
		c.refuse(req.id, err)
	case req.rest == "" && room.Topic == "":
		c.reply(req, api.Message{Text: "* There is no topic; /topic TEXT sets one."})
	case req.rest == "":
		c.reply(req, api.Message{Text: "* Topic: " + room.Topic})
	default:
		text := req.rest
		if text == "-" {
			text = ""
		}
		if out, ok := c.do(req, chat.Command{Op: chat.SetTopic, Room: room.ID, Text: text}); ok && out.Seq == 0 {
			c.note("That is the topic already.")
		}
	}
}

func (c *conn) invite(req request) {
	room, err := c.room("")
	if err == nil && req.rest == "" {
		err = chat.Errorf(chat.Invalid, "/invite needs a person, as in /invite otter")
	}
	var guest chat.UserID
	if err == nil {
		guest, err = c.Session().Lookup(strings.TrimPrefix(req.rest, "@"))
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.do(req, chat.Command{Op: chat.Invite, Room: room.ID, User: guest})
}

func (c *conn) rename(req request) {
	name := req.rest
	if name == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/rename needs the new name, as in /rename #tea."))
		return
	}
	if !strings.HasPrefix(name, "#") {
		name = "#" + name
	}
	if was := c.here.Load(); c.keep(req, chat.Command{Op: chat.RenameRoom, Name: name}) {
		c.here.Store(&place{id: was.id, name: chat.Fold(name)})
	}
}

func (c *conn) archive(req request) { c.keep(req, chat.Command{Op: chat.ArchiveRoom}) }
func (c *conn) restore(req request) { c.keep(req, chat.Command{Op: chat.RestoreRoom}) }

// keep does something to the room that the peer is in.
func (c *conn) keep(req request, cmd chat.Command) bool {
	room, err := c.room("")
	if err != nil {
		c.refuse(req.id, err)
		return false
	}
	cmd.Room = room.ID
	_, ok := c.do(req, cmd)
	return ok
}

// ping answers when everything before it is done.
func (c *conn) ping(req request) {
	c.reply(req, api.Message{Text: strings.TrimSpace("* pong " + req.rest)})
}

func (c *conn) leave(req request) {
	c.reply(req, api.Message{Text: "* Goodbye."})
	c.Session().Leave(req.rest)
	c.quit = true
}
