package web

import (
	"cmp"
	"net/url"
	"runtime/metrics"
	"strconv"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// What those who look after the server need.

func (g *Gateway) adminRoutes() []route {
	return []route{
		resource("GET", "/invitations", somebody, "The invitations to the server that still let somebody in", getInvitations),
		created(resource("POST", "/invitations", somebody, "Make an invitation; its code is shown once", postInvitation)),
		resource("DELETE", "/invitations/{number}", somebody, "Drop an invitation", deleteInvitation),
		resource("GET", "/admin/people", somebody, "Everybody who is here or has an account", getAccounts),
		resource("PATCH", "/admin/people/{nick}", somebody, "Give somebody another role", patchAccount),
		resource("POST", "/admin/people/{nick}/disconnect", somebody, "Close all of somebody's connections", postDisconnect),
		resource("GET", "/admin/bans", somebody, "The bans from the server", getBans),
		resource("POST", "/admin/bans", somebody, "Ban somebody, or a network, from the server", postBan),
		resource("DELETE", "/admin/bans", somebody, "Lift a ban", deleteBan),
		resource("GET", "/admin/audit", somebody, "The audit log; to moderators what is about their rooms", getAudit),
		resource("GET", "/admin/state", somebody, "How the server is", getState),
	}
}

// permitted says why the one who asks may not do something on the server, or nil.
func (c *call) permitted(act chat.Act) *chat.Error {
	if chat.Permit(act, c.session.Role(), 0, 0) {
		return nil
	}
	return chat.Errorf(chat.Forbidden, "That is for this server's admins.").Because(chat.NeedsRole)
}

func getInvitations(c *call, _ *nothing) (*api.Invitations, *chat.Error) {
	if err := c.permitted(chat.ActMakeInvitation); err != nil {
		return nil, err
	}
	all, err := c.gateway.cfg.Hub.Invitations(c.ctx())
	out := &api.Invitations{Invitations: []api.Invitation{}}
	for i := range all {
		v := &all[i]
		out.Invitations = append(out.Invitations, api.Invitation{
			Number: uint64(v.Seq), Role: v.Role.String(), Left: int(v.Left), Expires: int64(v.Until),
			Rooms: c.roomNames(strings.Fields(v.Rooms)), By: v.By, Made: int64(v.Made),
		})
	}
	return out, err
}

// roomNames returns what rooms are called that the one who asks may know of.
func (c *call) roomNames(ids []string) (names []string) {
	for _, id := range ids {
		n, _ := strconv.ParseUint(id, 10, 63) // one that is damaged is of no room
		if room, err := c.session.RoomByID(chat.RoomID(n)); err == nil {
			names = append(names, room.Name)
		}
	}
	return names
}

// The bounds of an invitation.
const (
	usualInvitationDays = 7
	mostUses            = 10_000
)

func postInvitation(c *call, in *api.NewInvitation) (*api.Invitation, *chat.Error) {
	role, ok := chat.ParseRole(cmp.Or(in.Role, chat.MemberRole.String()))
	switch {
	case !ok:
		return nil, chat.Errorf(chat.Invalid, "An invitation makes people member, admin or owner.")
	case in.Uses < 0 || in.Uses > mostUses || in.Days < 0 || in.Days > mostDays:
		return nil, chat.Errorf(chat.Invalid, "An invitation lets 1 to %d people in, for 1 to %d days.", mostUses, mostDays)
	}
	if role >= chat.AdminRole {
		if err := c.gateway.mayAppoint(c.ctx(), c.session); err != nil {
			return nil, err
		}
	}
	v := door.Invitation{Role: role, Uses: cmp.Or(in.Uses, 1), Lasts: days(cmp.Or(in.Days, usualInvitationDays))}
	names := []string{}
	for _, name := range in.Rooms {
		room, err := c.session.Room(roomName(name))
		if err != nil {
			return nil, err
		}
		v.Rooms, names = append(v.Rooms, room.ID), append(names, room.Name)
	}
	code, err := c.gateway.cfg.Door.Invite(c.ctx(), c.session, v)
	if err != nil {
		return nil, err
	}
	return &api.Invitation{
		Code: code.Reveal(), Link: c.here() + "/?invitation=" + url.QueryEscape(code.Reveal()),
		Role: role.String(), Left: v.Uses, Rooms: names,
	}, nil
}

// here returns the address under which the client knows the server.
func (c *call) here() string {
	if c.client.secure {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

func deleteInvitation(c *call, _ *nothing) (*nothing, *chat.Error) {
	n, err := c.number()
	if err != nil {
		return nil, err
	}
	return nil, c.session.Do(c.ctx(), chat.Command{Op: chat.DropInvitation, Target: n}).Err
}

// accountRange is a page of accounts.
type accountRange struct {
	Query string `query:"q" doc:"a part of the nick"`
	After uint64 `query:"after" doc:"whom the page comes after: next of the page before"`
	Limit int    `query:"limit" doc:"how many at most; 100 if it is not given"`
}

func getAccounts(c *call, in *accountRange) (*api.Accounts, *chat.Error) {
	if err := c.permitted(chat.ActBan); err != nil {
		return nil, err
	}
	wanted, limit := chat.Fold(in.Query), size(in.Limit, usualPeople, mostPeople)
	out := &api.Accounts{People: []api.Account{}}
	for _, p := range c.gateway.cfg.Hub.People() {
		if uint64(p.ID) <= in.After || !strings.Contains(chat.Fold(p.Nick), wanted) {
			continue
		}
		if len(out.People) == limit {
			out.Next = out.People[limit-1].ID
			break
		}
		out.People = append(out.People, c.account(&p))
	}
	return out, nil
}

func (c *call) account(p *hub.Person) api.Account {
	a := api.Account{Person: wire.Person(p), Connections: connections(p)}
	if portrait, ok := c.session.Portray(p.ID); ok {
		a.Person = wire.Portrait(nil, &portrait)
	}
	return a
}

func patchAccount(c *call, in *api.RoleChange) (*api.Account, *chat.Error) {
	nick := c.r.PathValue("nick")
	if _, err := c.do(&api.Command{Op: api.OpRole, Nick: nick, Level: in.Role}); err != nil {
		return nil, err
	}
	p, err := c.session.Whois(strings.TrimPrefix(nick, "@"))
	if err != nil {
		return nil, err
	}
	a := c.account(&p)
	return &a, nil
}

func postDisconnect(c *call, in *api.Reason) (*nothing, *chat.Error) {
	_, err := c.do(&api.Command{Op: api.OpDisconnect, Nick: c.r.PathValue("nick"), Text: in.Reason})
	return nil, err
}

func getBans(c *call, _ *nothing) (*api.Bans, *chat.Error) {
	if err := c.permitted(chat.ActBan); err != nil {
		return nil, err
	}
	out := &api.Bans{Bans: []api.Ban{}}
	for _, b := range c.session.Bans() {
		out.Bans = append(out.Bans, api.Ban{
			User: uint64(b.User), Who: b.Name, Until: int64(b.Until), Reason: b.Reason, By: b.By, At: int64(b.At),
		})
	}
	return out, nil
}

func postBan(c *call, in *api.NewBan) (*nothing, *chat.Error) {
	_, err := c.do(&api.Command{Op: api.OpBan, Name: in.Who, Until: in.Until, Text: in.Reason})
	return nil, err
}

// banned is whose ban is to be lifted.
type banned struct {
	Who string `query:"who" doc:"a nick, an address or a network"`
}

func deleteBan(c *call, in *banned) (*nothing, *chat.Error) {
	_, err := c.do(&api.Command{Op: api.OpUnban, Name: in.Who})
	return nil, err
}

// recordRange is a page of the audit log.
type recordRange struct {
	Before uint64 `query:"before" doc:"next of the page before"`
	Limit  int    `query:"limit" doc:"how many at most; 50 if it is not given"`
}

// Pages of the audit log have so many entries at most.
const (
	usualRecords = 50
	mostRecords  = 200
)

func getAudit(c *call, in *recordRange) (*api.Audit, *chat.Error) {
	limit := size(in.Limit, usualRecords, mostRecords)
	events, err := c.session.Audit(c.ctx(), chat.Seq(in.Before), limit+1)
	if err != nil {
		return nil, err
	}
	out := &api.Audit{Records: []api.Record{}}
	if len(events) > limit {
		events = events[1:]
		out.Next = uint64(events[0].Seq)
	}
	for i := len(events) - 1; i >= 0; i-- {
		ev := &events[i]
		out.Records = append(out.Records, api.Record{
			Seq: uint64(ev.Seq), Time: int64(ev.Time), Kind: ev.Kind.String(), By: ev.Nick, Text: door.Recorded(ev),
		})
	}
	return out, nil
}

func getState(c *call, _ *nothing) (*api.State, *chat.Error) {
	if err := c.permitted(chat.ActReadAudit); err != nil {
		return nil, err
	}
	g := c.gateway
	census := g.cfg.Hub.Census()
	out := &api.State{
		Version: g.cfg.Version, Epoch: g.cfg.Hub.Epoch(), Seq: uint64(g.cfg.Hub.Horizon()), Started: g.started.UnixMilli(),
		Here: census.Here, People: len(g.cfg.Hub.People()), Rooms: census.Rooms, Connections: g.cfg.Pump.Size(), Memory: memory(),
	}
	if g.cfg.Disk != nil {
		out.Database, out.Files = g.cfg.Disk()
	}
	return out, nil
}

// memory returns how many bytes the process has from the system.
func memory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}
