package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
)

func (g *Gateway) roomRoutes() []route {
	return []route{
		resource("GET", "/rooms", lookerIn, "The rooms that are listed, and those that you are in with what you have not read", getRooms),
		created(resource("POST", "/rooms", somebody, "Make a room", postRoom)),
		resource("GET", "/rooms/{room}", lookerIn, "A room: by its id, its name, or @nick for the conversation with somebody", getRoom),
		resource("PATCH", "/rooms/{room}", somebody, "Change a room's name, topic or rules", patchRoom),
		resource("PUT", "/rooms/{room}/membership", somebody, "Join a room", putMembership),
		resource("DELETE", "/rooms/{room}/membership", somebody, "Leave a room", deleteMembership),
		resource("GET", "/rooms/{room}/members", lookerIn, "Who is in a room", getMembers),
		resource("GET", "/rooms/{room}/members/{nick}", lookerIn, "One who is in a room, with their rank there", getMember),
		resource("GET", "/rooms/{room}/pins", lookerIn, "The messages that are pinned in a room, in the order of pinning", getPins),
		resource("PUT", "/rooms/{room}/read", somebody, "Everything up to a message has been read", putRead),
	}
}

// roomAt returns the room that the address names.
func (c *call) roomAt() (*chat.RoomInfo, *chat.Error) {
	name := c.r.PathValue("room")
	nick, direct := strings.CutPrefix(name, "@")
	switch id, err := strconv.ParseUint(name, 10, 63); {
	case err == nil:
		return c.session.RoomByID(chat.RoomID(id))
	case !direct:
		return c.session.Room(roomName(name))
	}
	other, err := c.session.Lookup(nick)
	if err != nil {
		return nil, err
	}
	if room, ok := c.session.DirectWith(other); ok {
		return room, nil
	}
	return nil, chat.Errorf(chat.NotFound, "You have no conversation with %s yet; say something to begin one.", clipped(nick)).Because(chat.NoSuchRoom)
}

// inRoom has a command be about the room that the address names.
func (c *call) inRoom(cmd api.Command) *api.Command {
	name := c.r.PathValue("room")
	if id, err := strconv.ParseUint(name, 10, 63); err == nil {
		cmd.Room = id
	} else {
		cmd.To = name
	}
	return &cmd
}

// do does what a resource means, as a command would.
func (c *call) do(cmd *api.Command) (*api.Done, *chat.Error) {
	if cmd.ID == "" {
		cmd.ID = c.r.Header.Get("Idempotency-Key")
	}
	ack, err := c.gateway.performer.perform(c.ctx(), c.session, cmd)
	if err != nil {
		return nil, err
	}
	return &api.Done{Seq: ack.Seq, Room: ack.Room}, nil
}

// whichRooms says which rooms a list is of.
type whichRooms struct {
	Joined bool `query:"joined" doc:"only those that you are in"`
}

func getRooms(c *call, in *whichRooms) (*api.RoomList, *chat.Error) {
	rooms := c.session.Joined()
	if !in.Joined {
		rooms = c.session.Rooms()
		for _, invited := range c.session.Invitations() {
			if !slices.ContainsFunc(rooms, func(r *chat.RoomInfo) bool { return r.ID == invited.ID }) {
				rooms = append(rooms, invited)
			}
		}
	}
	all, err := wire.Rooms(c.ctx(), c.session, rooms)
	return &api.RoomList{Rooms: all}, err
}

func postRoom(c *call, in *api.NewRoom) (*api.Room, *chat.Error) {
	done, err := c.do(&api.Command{Op: api.OpCreate, Name: in.Name, Private: in.Private})
	if err != nil {
		return nil, err
	}
	if in.Topic != "" {
		if _, err := c.do(&api.Command{Op: api.OpTopic, Room: done.Room.ID, Text: in.Topic}); err != nil {
			return nil, err
		}
	}
	return c.describeRoom(chat.RoomID(done.Room.ID))
}

// describeRoom returns a room with what the user has not read of it.
func (c *call) describeRoom(id chat.RoomID) (*api.Room, *chat.Error) {
	room, err := c.session.RoomByID(id)
	if err != nil {
		return nil, err
	}
	full := wire.FullRoom(c.session, room)
	if !full.Joined {
		return &full, nil
	}
	all, err := wire.Rooms(c.ctx(), c.session, []*chat.RoomInfo{room})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

func getRoom(c *call, _ *nothing) (*api.Room, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	return c.describeRoom(room.ID)
}

func patchRoom(c *call, in *api.RoomChange) (*api.Room, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	for _, cmd := range changes(in) {
		cmd.Room = uint64(room.ID)
		if _, err := c.do(&cmd); err != nil {
			return nil, err
		}
	}
	return c.describeRoom(room.ID)
}

// changes are the commands that make a room different. It is opened first and
// archived last, since nothing can be changed in between.
func changes(in *api.RoomChange) []api.Command {
	var all []api.Command
	if in.Archived != nil && !*in.Archived {
		all = append(all, api.Command{Op: api.OpRestore})
	}
	if in.Name != nil {
		all = append(all, api.Command{Op: api.OpRename, Name: *in.Name})
	}
	if in.Topic != nil {
		all = append(all, api.Command{Op: api.OpTopic, Text: *in.Topic})
	}
	if in.Key != nil {
		all = append(all, api.Command{Op: api.OpKey, Key: *in.Key})
	}
	if in.Limit != nil {
		all = append(all, api.Command{Op: api.OpLimit, Limit: *in.Limit})
	}
	if in.Rules != nil {
		all = append(all, api.Command{Op: api.OpRules, Rules: in.Rules})
	}
	if in.Archived != nil && *in.Archived {
		all = append(all, api.Command{Op: api.OpArchive})
	}
	return all
}

func putMembership(c *call, in *api.Entry) (*api.Room, *chat.Error) {
	done, err := c.do(c.inRoom(api.Command{Op: api.OpJoin, Key: in.Key}))
	if err != nil {
		return nil, err
	}
	return c.describeRoom(chat.RoomID(done.Room.ID))
}

func deleteMembership(c *call, _ *nothing) (*nothing, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	_, err = c.do(&api.Command{Op: api.OpLeave, Room: uint64(room.ID)})
	return nil, err
}

// peopleRange is a page of people: they are in the order of their ids.
type peopleRange struct {
	After uint64 `query:"after" doc:"whom the page comes after: next of the page before"`
	Limit int    `query:"limit" doc:"how many at most; 100 if it is not given"`
}

// Pages of people have so many at most.
const (
	usualPeople = 100
	mostPeople  = 500
)

// size returns how many a page has at most.
func size(asked, usual, most int) int {
	if asked <= 0 {
		return usual
	}
	return min(asked, most)
}

func getMembers(c *call, in *peopleRange) (*api.People, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	first, _ := slices.BinarySearchFunc(room.Members, chat.UserID(in.After)+1, func(m chat.Member, id chat.UserID) int { return cmp.Compare(m.ID, id) })
	members := room.Members[first:]
	page := members[:min(len(members), size(in.Limit, usualPeople, mostPeople))]
	people, err := c.portray(room, c.session.PortrayAll(page))
	if err != nil {
		return nil, err
	}
	out := &api.People{People: people}
	if len(page) < len(members) {
		out.Next = uint64(page[len(page)-1].ID)
	}
	return out, nil
}

func getMember(c *call, _ *nothing) (*api.Person, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	portrait, err := c.portrait()
	if err != nil {
		return nil, err
	}
	if _, in := room.Member(portrait.ID); !in {
		return nil, chat.Errorf(chat.NotFound, "%s is not in that room.", portrait.Nick)
	}
	return c.portrayOne(room, portrait)
}

func getPins(c *call, _ *nothing) (*api.Messages, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	out := &api.Messages{Messages: []api.Event{}}
	for _, seq := range room.Pins {
		m, err := c.session.Message(c.ctx(), seq)
		if err == nil {
			out.Messages = append(out.Messages, wire.Message(c.session, &m))
		} else if err.Code != chat.NotFound {
			return nil, err
		}
	}
	return out, nil
}

func putRead(c *call, in *api.Position) (*nothing, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	_, err = c.do(&api.Command{Op: api.OpRead, Room: uint64(room.ID), Target: in.Seq})
	return nil, err
}

// created makes a route answer that something new is there.
func created(rt route) route {
	rt.status = http.StatusCreated
	return rt
}
