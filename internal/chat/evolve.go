package chat

import "slices"

// Evolve changes the state by one event that has been decided. It never
// refuses: an event is a fact. Events must come in Seq order.
func (s *State) Evolve(ev *Event) {
	s.seq = ev.Seq
	s.now = ev.Time
	if ev.Kind == RoomCreated {
		s.roomCreated(ev)
		return
	}
	if ev.Kind == Arrived {
		s.addUser(&user{id: ev.By, nick: ev.Nick, key: kept(ev.Key), node: ev.Node, inbox: ev.Seq})
		return
	}
	if u := s.users[UserID(ev.Room)]; u != nil && u.id.Inbox() == ev.Room {
		u.inbox = ev.Seq
		s.inboxEvent(u, ev)
		return
	}
	if r := s.rooms[ev.Room]; r != nil {
		r.last = ev.Seq
		if r == s.audit {
			s.auditEvent(ev)
			return
		}
		s.roomEvent(r, ev)
	}
}

func (s *State) roomCreated(ev *Event) {
	r := &room{id: ev.Room, name: ev.Name, flags: ev.Flags, creator: ev.By, created: ev.Time, last: ev.Seq}
	s.addRoom(r)
	if ev.By != 0 && ev.Flags&Direct == 0 {
		s.stand(r, Standing{User: ev.By, Rank: OwnerRank})
	}
}

// inboxEvent changes what a person's inbox is about: that person.
func (s *State) inboxEvent(u *user, ev *Event) {
	switch ev.Kind {
	case NickChanged:
		s.unnameUser(u)
		u.nick = ev.Name
		s.nameUser(u)
	case ReadMarked:
		more := u.learn()
		if more.read == nil {
			more.read = map[RoomID]ReadMark{}
		}
		more.read[ev.About] = ReadMark{ev.Target, ev.When}
	case DirectOpened:
		s.direct[pair(u.id, ev.User)] = ev.About
	case Departed:
		delete(s.users, u.id)
		s.unnameUser(u)
		delete(s.keys, u.secret())
		for _, id := range slices.Clone(u.known().invited) {
			s.rooms[id].uninvite(u)
		}
		s.forget(u)
	case Registered:
		s.registered(u, ev)
	case RoleSet:
		u.role = Role(ev.Level)
	case Banned:
		s.ban(banOf(ev))
	case Unbanned:
		delete(s.bans, u.id)
	}
}

// auditEvent changes what only the audit log tells: bans of networks, and the
// end of bans of people who are not here. All else in it is told elsewhere too.
func (s *State) auditEvent(ev *Event) {
	switch {
	case ev.About != 0:
	case ev.Kind == Banned && ev.User == 0:
		s.ban(banOf(ev))
	case ev.Kind == Unbanned && ev.User == 0:
		s.unbanNet(ev.Name)
	case ev.Kind == Unbanned:
		delete(s.bans, ev.User)
	}
}

func (s *State) roomEvent(r *room, ev *Event) {
	switch ev.Kind {
	case TopicSet:
		r.topic = topic{ev.Text, ev.Nick, ev.Time}
	case Joined:
		u := s.users[ev.By]
		r.add(u)
		r.uninvite(u)
		u.rooms = append(u.rooms, r.id)
	case Left:
		s.left(r, ev.By)
	case Kicked:
		s.left(r, ev.User)
	case RulesSet:
		r.flags, r.slow = ev.Flags, ev.Count
	case RankSet, Muted, Unmuted, Banned, Unbanned:
		s.disciplined(r, ev)
	case KeySet, LimitSet, MaskAdded, MaskDropped:
		r.terms(ev)
	case PropertySet:
		if ev.Name == ForwardKey {
			r.forward = ev.Text
		}
	case Invited:
		r.invite(s.users[ev.User])
	case RoomRenamed:
		s.unnameRoom(r)
		r.name = ev.Name
		s.nameRoom(r)
	case RoomArchived:
		r.archived = true
	case RoomRestored:
		r.archived = false
	case Pinned:
		r.pins = append(r.pins, ev.Target)
	case Unpinned, Deleted:
		r.pins = slices.DeleteFunc(r.pins, func(p Seq) bool { return p == ev.Target })
	}
}

// left takes somebody out of a room. A direct conversation that one of its two
// people has left is over, and one without anybody is forgotten: its events
// stay in the log.
func (s *State) left(r *room, id UserID) {
	r.remove(id)
	u := s.users[id]
	u.rooms = slices.DeleteFunc(u.rooms, func(in RoomID) bool { return in == r.id })
	delete(u.known().read, r.id)
	if r.flags&Direct == 0 {
		return
	}
	for _, other := range r.members { // one at most
		delete(s.direct, pair(id, other.id))
	}
	if len(r.members) == 0 {
		delete(s.rooms, r.id)
	}
}
