package chat

import (
	"cmp"
	"slices"
)

// The rules about keeping order: in a room, and on the server. Whoever is at the
// server's console (d.by is nil) may do what an owner may.

// Limits of keeping order.
const (
	MaxStandings = 10_000 // people who are something in particular in one room
	MaxBans      = 10_000 // from the server
	MaxSlow      = 3600   // seconds of slow mode
)

// role returns what the one who asks is on the server.
func (d *decision) role() Role {
	if d.by == nil {
		return OwnerRole
	}
	return d.by.role
}

// may says why the one who asks may not do something in a room, or nil.
func (d *decision) may(a Act, r *room) *Error {
	if d.by == nil {
		return nil
	}
	switch {
	case !Permit(a, d.by.role, r.standing[d.by.id].Rank, r.flags):
		return d.forbidden(a, r)
	case a <= ActTopic:
		return d.silence(r, d.by)
	}
	return nil
}

func (d *decision) forbidden(a Act, r *room) *Error {
	switch {
	case a == ActSay:
		return Errorf(Forbidden, "%s is for announcements: only those with a voice say something there; nothing was sent.", r.name).Because(NeedsVoice)
	case needs[a].rank <= ModeratorRank:
		return Errorf(Forbidden, "Only a moderator of %s can do that.", r.name).Because(NeedsModerator)
	}
	return Errorf(Forbidden, "Only an owner of %s can do that.", r.name).Because(NeedsOwner)
}

// mayOnServer says why the one who asks may not do something that is in no room,
// or nil.
func (d *decision) mayOnServer(a Act) *Error {
	role := d.role()
	switch {
	case Permit(a, role, 0, 0):
		return nil
	case role == GuestRole:
		return Errorf(Forbidden, "Guests can't do that; /register makes you a member, /login says that you are one.").Because(NeedsRole)
	}
	return Errorf(Forbidden, "That is for this server's %ss.", needs[a].role).Because(NeedsRole)
}

// rank returns what somebody is in the room: admins are owners of every one that is
// not between two people.
func (r *room) rank(u *user) Rank {
	if u.role >= AdminRole && r.flags&Direct == 0 {
		return OwnerRank
	}
	return r.standing[u.id].Rank
}

// power orders people by whom they may act on: those with less of it.
func power(r *room, u *user) int {
	if u.role >= AdminRole {
		return int(rankEnd) + int(u.role)
	}
	return int(r.standing[u.id].Rank)
}

// over returns whom the command is about, if the one who asks may act on them
// in a room.
func (d *decision) over(r *room) (*user, *Error) {
	u := d.s.users[d.c.User]
	switch {
	case u == nil:
		return nil, Errorf(NotFound, "There is nobody of that name here.").Because(NoSuchPerson)
	case u == d.by:
		return nil, Errorf(Invalid, "That would be yourself.")
	case d.by != nil && power(r, u) >= power(r, d.by):
		return nil, Errorf(Forbidden, "You can't do that to %s, who has as much to say in %s as you.", u.nick, r.name).Because(Outranked)
	}
	return u, nil
}

// under is over for what is done on the server.
func (d *decision) under() (*user, *Error) {
	u := d.s.users[d.c.User]
	switch {
	case u == nil:
		return nil, Errorf(NotFound, "There is nobody of that name here.").Because(NoSuchPerson)
	case u == d.by:
		return nil, Errorf(Invalid, "That would be yourself.")
	case d.by != nil && u.role >= d.by.role:
		return nil, Errorf(Forbidden, "You can't do that to %s, who has as much to say on this server as you.", u.nick).Because(Outranked)
	}
	return u, nil
}

// moderated returns the room that is kept in order, as far as the one who asks
// may see it. An admin may act on a public room from outside.
func (d *decision) moderated() (*room, *Error) {
	r := d.s.rooms[d.c.Room]
	switch {
	case r == nil, r.flags&Audit != 0, d.by != nil && r.flags&Private != 0 && !r.has(d.by.id):
		return nil, Errorf(NotFound, noRoom).Because(NoSuchRoom)
	case r.flags&Direct != 0:
		return nil, Errorf(Invalid, "A direct conversation has nobody who keeps order; /part leaves it, and /report tells of it.")
	case d.by != nil && d.by.role < AdminRole && !r.has(d.by.id):
		return nil, Errorf(Forbidden, "You are not in %s; /join %s first.", r.name, r.name).Because(NotMember)
	}
	return r, nil
}

// inform adds an event to a room and to the audit log.
func (d *decision) inform(r *room, ev Event) {
	ev.About = r.id
	ev.Name = orName(ev.Name, r.name)
	d.emit(r.id, r.last, ev)
	d.record(ev)
}

func orName(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// tell adds an event to somebody's inbox and to the audit log.
func (d *decision) tell(u *user, ev Event) {
	d.emit(u.id.Inbox(), u.inbox, ev)
	d.record(ev)
}

// record adds an event to the audit log. What is for the server alone stays out
// of it.
func (d *decision) record(ev Event) {
	ev.Client, ev.Secret, ev.Key = "", "", Key{}
	d.recordAlone(ev)
}

// recordAlone adds an event that nobody else is told of to the audit log: only
// there can its client id be found again.
func (d *decision) recordAlone(ev Event) {
	id, last := d.auditLog()
	d.emit(id, last, ev)
}

// auditLog returns the room that is the audit log, and its last event. It is made
// when there is something to record first.
func (d *decision) auditLog() (RoomID, Seq) {
	if r := d.s.audit; r != nil {
		return r.id, r.last
	}
	for i := range d.events[d.first:] {
		if ev := &d.events[d.first+i]; ev.Kind == RoomCreated && ev.Flags&Audit != 0 {
			return ev.Room, ev.Seq
		}
	}
	by, id := d.by, RoomID(d.next())
	d.by = nil // the server makes it
	d.emit(id, 0, Event{Kind: RoomCreated, Name: AuditName, Flags: Private | Audit})
	d.by = by
	return id, Seq(id)
}

// discipline decides on putting somebody out of a room, and on muting.
func (d *decision) discipline() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActMute, r)
	}
	if err == nil {
		err = d.reasonable()
	}
	var u *user
	if err == nil {
		u, err = d.over(r)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	ev := Event{Client: c.Client, User: u.id, Whose: u.nick, Text: c.Text, When: c.Until}
	st := r.standing[u.id]
	switch {
	case c.Op == Kick && !r.has(u.id):
		return refuse(Conflict, "%s is not in %s.", u.nick, r.name).because(OtherNotThere)
	case c.Op == Unmute && !st.Muted:
		return refuse(Conflict, "%s is not muted in %s.", u.nick, r.name).because(AlreadySo)
	case c.Op != Kick && !r.roomForStanding(u.id):
		return refuse(TooMany, "There are too many exceptions in %s; lift some first.", r.name).because(ListFull)
	case c.Op == Kick:
		ev.Kind, ev.When = Kicked, 0
	case c.Op == Mute:
		ev.Kind = Muted
	default:
		ev.Kind, ev.When = Unmuted, 0
	}
	d.inform(r, ev)
	return Outcome{Room: r.id}
}

func (r *room) roomForStanding(id UserID) bool {
	_, known := r.standing[id]
	return known || len(r.standing) < MaxStandings
}

// reasonable says what is wrong with the command's reason or time, or nil.
func (d *decision) reasonable() *Error {
	if over(d.c.Until, d.now) {
		return Errorf(Invalid, "That time is over already.")
	}
	return checkLine("reason", d.c.Text)
}

func (d *decision) setRank() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(rankAct(r, c), r)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	u := d.s.users[c.User]
	switch {
	case u == nil || !r.has(u.id):
		return refuse(NotFound, "There is nobody of that name in %s.", r.name).because(OtherNotThere)
	case Rank(c.Level) >= rankEnd:
		return refuse(Invalid, "A rank is plain, voice, moderator or owner.")
	case Rank(c.Level) == OwnerRank && !u.lasts() && d.role() < AdminRole:
		return refuse(Invalid, "%s is a guest, and gone when the connection is; somebody who owns a room should /register.", u.nick)
	case r.standing[u.id].Rank == Rank(c.Level):
		return refuse(Conflict, "%s has that rank in %s already.", u.nick, r.name).because(AlreadySo)
	case u == d.by && d.role() < AdminRole && u.lasts() && !r.ownedByOthers(u.id):
		return refuse(Conflict, "%s would be without an owner; make somebody else one first.", r.name)
	case u != d.by && d.role() < AdminRole && r.standing[u.id].Rank == OwnerRank:
		return refuse(Forbidden, "You can't do that to %s, who has as much to say in %s as you.", u.nick, r.name).because(Outranked)
	case !r.roomForStanding(u.id):
		return refuse(TooMany, "There are too many exceptions in %s; lift some first.", r.name).because(ListFull)
	}
	d.inform(r, Event{Kind: RankSet, Client: c.Client, User: u.id, Whose: u.nick, Level: c.Level, Was: uint32(r.standing[u.id].Rank)})
	return Outcome{Room: r.id}
}

// rankAct returns what setting somebody's rank is: who has no more than a voice,
// and gets no more, is made nothing by it that takes an owner.
func rankAct(r *room, c *Command) Act {
	if Rank(c.Level) <= VoiceRank && r.standing[c.User].Rank <= VoiceRank {
		return ActVoice
	}
	return ActSetRank
}

// lasts reports whether somebody is still the same after their connection has ended.
// Of others the ranks end with it, so that they may as well give them back.
func (u *user) lasts() bool { return u.role != GuestRole || u.key != nil }

func (r *room) ownedByOthers(id UserID) bool {
	for other, st := range r.standing {
		if other != id && st.Rank == OwnerRank {
			return true
		}
	}
	return false
}

func (d *decision) setRules() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActSetRules, r)
	}
	flags := r.rules() | c.Rules
	switch {
	case err != nil:
		return Outcome{Err: err}
	case c.Rules&^Rules != 0, c.Count > MaxSlow:
		return refuse(Invalid, "Slow mode is at most %d seconds, and there are no such rules.", MaxSlow)
	case flags == r.flags && c.Count == r.slow:
		return refuse(Conflict, "The rules of %s are so already.", r.name).because(AlreadySo)
	}
	d.inform(r, Event{Kind: RulesSet, Client: c.Client, Flags: flags, Count: c.Count, Was: uint32(r.flags)})
	return Outcome{Room: r.id}
}

// rules returns the flags of a room without those that can be changed.
func (r *room) rules() Flags {
	if r == nil {
		return 0
	}
	return r.flags &^ Rules
}

func (d *decision) banOrLift() Outcome {
	if err := d.reasonable(); err != nil {
		return Outcome{Err: err}
	}
	switch {
	case d.c.Room != 0:
		return d.banHere()
	case d.c.User != 0:
		return d.banPerson()
	}
	return d.banNetwork()
}

// banHere bans from a room, or lifts that. The person may be away.
func (d *decision) banHere() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActBanHere, r)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	st, nick := r.standing[c.User], ""
	if CheckNick(c.Name) == nil {
		nick = c.Name
	}
	if c.Op == Ban {
		u, err := d.over(r)
		if err != nil {
			return Outcome{Err: err}
		}
		nick = u.nick
	} else if u := d.s.users[c.User]; u != nil {
		nick = u.nick
	}
	ev := Event{Kind: Banned, Client: c.Client, User: c.User, Whose: nick, When: c.Until, Text: c.Text}
	switch {
	case c.Op == Unban && !st.Banned:
		return refuse(Conflict, "That person is not banned from %s.", r.name).because(AlreadySo)
	case c.Op == Unban:
		ev.Kind, ev.When = Unbanned, 0
	case !r.roomForStanding(c.User):
		return refuse(TooMany, "There are too many exceptions in %s; lift some first.", r.name).because(ListFull)
	}
	if c.Op == Ban && r.has(c.User) {
		d.emit(r.id, r.last, Event{Kind: Kicked, User: c.User, Whose: nick, Text: c.Text, About: r.id, Name: r.name})
	}
	d.inform(r, ev)
	return Outcome{Room: r.id}
}

// banPerson bans from the server, or lifts that. A guest has to go.
func (d *decision) banPerson() Outcome {
	c := d.c
	if err := d.mayOnServer(ActBan); err != nil {
		return Outcome{Err: err}
	}
	if c.Op == Unban {
		return d.liftPerson()
	}
	u, err := d.under()
	switch {
	case err != nil:
		return Outcome{Err: err}
	case len(d.s.bans)+len(d.s.nets) >= MaxBans:
		return refuse(TooMany, "There are %d bans, as many as there can be; lift some first.", MaxBans).because(ListFull)
	}
	d.tell(u, Event{Kind: Banned, Client: c.Client, User: u.id, Whose: u.nick, When: c.Until, Text: c.Text})
	if u.role == GuestRole {
		d.goes(u, "banned")
	}
	return Outcome{}
}

// goes has a guest go out of all rooms, and from the server.
func (d *decision) goes(u *user, reason string) {
	for _, id := range u.rooms {
		d.emit(id, d.s.rooms[id].last, Event{Kind: Left, Count: 1, By: u.id, Nick: u.nick, Text: d.lastWords(d.s.rooms[id], u, reason)})
	}
	d.emit(u.id.Inbox(), u.inbox, Event{Kind: Departed, By: u.id, Nick: u.nick, Key: u.secret()})
}

func (d *decision) liftPerson() Outcome {
	b := d.s.bans[d.c.User]
	if b == nil {
		return refuse(NotFound, "That person is not banned from this server.").because(AlreadySo)
	}
	ev := Event{Kind: Unbanned, Client: d.c.Client, User: b.User, Whose: b.Name}
	if u := d.s.users[b.User]; u != nil {
		d.tell(u, ev)
		return Outcome{}
	}
	d.recordAlone(ev) // a guest who is not here
	return Outcome{}
}

// banNetwork bans an address or a network, or lifts that.
func (d *decision) banNetwork() Outcome {
	c := d.c
	if err := d.mayOnServer(ActBan); err != nil {
		return Outcome{Err: err}
	}
	name, err := ParseNetwork(c.Name)
	if err != nil {
		return Outcome{Err: err}
	}
	_, there := d.s.findNet(name)
	ev := Event{Kind: Banned, Client: c.Client, Name: name, When: c.Until, Text: c.Text}
	switch {
	case c.Op == Unban && !there:
		return refuse(NotFound, "%s is not banned.", name).because(AlreadySo)
	case c.Op == Unban:
		ev.Kind, ev.When = Unbanned, 0
	case len(d.s.bans)+len(d.s.nets) >= MaxBans:
		return refuse(TooMany, "There are %d bans, as many as there can be; lift some first.", MaxBans).because(ListFull)
	}
	d.recordAlone(ev)
	return Outcome{}
}

func (d *decision) disconnect() Outcome {
	if err := checkLine("reason", d.c.Text); err != nil {
		return Outcome{Err: err}
	}
	if err := d.mayOnServer(ActDisconnect); err != nil && d.c.User != d.c.By {
		return Outcome{Err: err}
	}
	u := d.s.users[d.c.User]
	if u == nil || u != d.by {
		var err *Error
		if u, err = d.under(); err != nil {
			return Outcome{Err: err}
		}
	}
	d.tell(u, Event{Kind: Disconnected, Client: d.c.Client, User: u.id, Whose: u.nick, Text: d.c.Text})
	return Outcome{}
}

func (d *decision) setRole() Outcome {
	c := d.c
	if err := d.mayOnServer(ActSetRole); err != nil {
		return Outcome{Err: err}
	}
	u, role := d.s.users[c.User], Role(c.Level)
	switch {
	case u == nil:
		return refuse(NotFound, "There is nobody of that name here.").because(NoSuchPerson)
	case role < MemberRole || role >= roleEnd:
		return refuse(Invalid, "A role is member, admin or owner.")
	case u.role == GuestRole:
		return refuse(Invalid, "%s is a guest, who has to /register first.", u.nick)
	case u.role == BotRole:
		return refuse(Invalid, "%s is a bot, and stays one.", u.nick)
	case u.role == role:
		return refuse(Conflict, "%s is %s already.", u.nick, role).because(AlreadySo)
	case d.by != nil && u != d.by && u.role == OwnerRole:
		return refuse(Forbidden, "You can't do that to %s, who has as much to say on this server as you.", u.nick).because(Outranked)
	case u.role == OwnerRole && d.s.count(OwnerRole) == 1:
		return refuse(Conflict, "%s is the only owner; make somebody else one first.", u.nick)
	}
	d.tell(u, Event{Kind: RoleSet, Client: c.Client, User: u.id, Whose: u.nick, Level: c.Level})
	return Outcome{}
}

// count returns how many people have a role.
func (s *State) count(role Role) (n int) {
	for _, u := range s.users {
		if u.role == role {
			n++
		}
	}
	return n
}

// maxTold is how many of those who keep order are told of a report; the others
// find it in the audit log.
const maxTold = 50

// keepers returns those who keep order in a room, but for one: its moderators
// and owners, and the server's admins and owners, by their ids.
func (s *State) keepers(r *room, but *user) []*user {
	var all []*user
	for _, u := range s.users {
		if u != but && (u.role >= AdminRole || r.has(u.id) && r.standing[u.id].Rank >= ModeratorRank) {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b *user) int { return cmp.Compare(a.id, b.id) })
	return all[:min(len(all), maxTold)]
}
