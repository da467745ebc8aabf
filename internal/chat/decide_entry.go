package chat

// The rules about coming into rooms.

func (d *decision) join() Outcome {
	id := d.c.Room
	if id == 0 {
		found, ok := d.s.Find(d.c.Name)
		if !ok {
			return d.create(d.c.Name)
		}
		id = found
	}
	r := d.s.rooms[id]
	switch {
	case r == nil:
		return refuse(NotFound, noRoom).because(NoSuchRoom)
	case d.c.Private && r.flags&Private == 0:
		return refuse(Conflict, "There is already a room called %s, and it is not private; choose another name.", r.name).because(RoomNameTaken)
	case r.has(d.by.id):
		return Outcome{Room: id} // already in: nothing to do
	case r.flags&(Direct|Audit) != 0:
		return refuse(NotFound, noRoom).because(NoSuchRoom)
	}
	err := d.admits(r, d.by, d.c.Text)
	if other := d.instead(r, err); other != nil {
		if r, id, err = other, other.id, nil; other.has(d.by.id) {
			return Outcome{Room: id}
		}
	}
	switch {
	case err != nil && err.Why == NeedsInvitation && r.flags&Private != 0 && d.c.Room != 0: // by number, one could ask for names
		return refuse(NotFound, noRoom).because(NoSuchRoom)
	case err != nil:
		return Outcome{Err: err}
	case d.confined() && r.flags&Private != 0:
		return Outcome{Err: errConfined()}
	case d.by.full():
		return d.tooManyRooms()
	}
	d.emit(id, r.last, Event{Kind: Joined, Client: d.c.Client})
	return Outcome{Room: id}
}

// instead returns the room into which somebody comes who has asked for another one by
// its name and is not let in, or nil. It has to let them in just so.
func (d *decision) instead(r *room, refused *Error) *room {
	if refused == nil || r.forward == "" || r.flags&Private != 0 || d.c.Room != 0 {
		return nil
	}
	other := d.s.rooms[d.s.names[Fold(r.forward)]]
	if other == nil || other.flags&Private != 0 || d.admits(other, d.by, "") != nil {
		return nil
	}
	return other
}

// admits says why somebody who is not in a room can't come in with a word, or
// nil. An invitation opens what is not about the person alone.
func (d *decision) admits(r *room, u *user, word string) *Error {
	st, on, trusted := r.standing[u.id], r.masked(u), r.trusts(u)
	switch {
	case r.flags&Private != 0 && !trusted && !on.has(InviteMask):
		return Errorf(Forbidden, "%s is private: somebody in it has to /invite you.", r.name).Because(NeedsInvitation)
	case r.flags&InviteOnly != 0 && !trusted && !on.has(InviteMask):
		return Errorf(Forbidden, "%s is entered by invitation: somebody in it has to /invite you.", r.name).Because(NeedsInvitation)
	case u.role == GuestRole && r.flags&NoGuests != 0:
		return Errorf(Forbidden, "%s is for members only; /register makes you one, /login says that you are one.", r.name).Because(MembersOnly)
	case st.Barred(d.now):
		return Errorf(Forbidden, "You are banned from %s %s.", r.name, lasting(st.BannedUntil, d.now)).Because(BannedHere)
	case trusted:
		return nil
	case on.bars():
		return Errorf(Forbidden, "You are banned from %s, as all are who are meant by one of its masks.", r.name).Because(BannedHere)
	case r.key != "" && word != r.key:
		return Errorf(Forbidden, "%s is entered with a key: /join %s key=WORD.", r.name, r.name).Because(WrongKey)
	case r.limit != 0 && uint64(len(r.members)) >= uint64(r.limit):
		return Errorf(TooMany, "%s is full: it takes %d members at most.", r.name, r.limit).Because(RoomFull)
	}
	return nil
}

// trusts reports whether a room's key, limit and masks are not meant for
// somebody: who is invited, or owns it. Admins own those that are not private.
func (r *room) trusts(u *user) bool {
	_, invited := r.invited[u.id]
	return invited || r.standing[u.id].Rank == OwnerRank || u.role >= AdminRole && r.flags&Private == 0
}

// picks reports whether the room does not just let everybody in, so that it has
// to keep in mind who is invited.
func (r *room) picks() bool {
	return r.flags&Closed != 0 || r.key != "" || r.limit != 0 || r.countMasks(BanMask) > 0
}

// lands lets a newcomer, who now has a role, into the lobby, unless they want to
// choose their rooms themselves.
func (d *decision) lands(u *user, role Role) {
	lobby := d.s.rooms[d.s.names[Lobby]]
	if lobby == nil || d.c.Private || d.s.users[u.id] != nil || d.admits(lobby, &user{id: u.id, nick: u.nick, role: role}, "") != nil {
		return
	}
	d.emit(lobby.id, lobby.last, Event{Kind: Joined, By: u.id, Nick: u.nick, Level: uint8(role)})
	u.rooms = append(u.rooms, lobby.id)
}

// silence says why somebody who has the rank for it may add nothing to a room,
// or nil. Masks are not meant for those who have a voice.
func (d *decision) silence(r *room, u *user) *Error {
	st := r.standing[u.id]
	switch {
	case st.Silenced(d.now):
		return Errorf(Forbidden, "You are muted in %s %s; nothing was sent.", r.name, lasting(st.MutedUntil, d.now)).Because(MutedHere)
	case len(r.masks) == 0, st.Rank >= VoiceRank, u.role >= AdminRole:
		return nil
	}
	switch on := r.masked(u); {
	case on.bars():
		return Errorf(Forbidden, "You are banned from %s, as all are who are meant by one of its masks; nothing was sent.", r.name).Because(BannedHere)
	case on.quiets():
		return Errorf(Forbidden, "You are muted in %s, as all are who are meant by one of its masks; nothing was sent.", r.name).Because(MutedHere)
	}
	return nil
}

// full reports whether somebody can be in no more rooms.
func (u *user) full() bool { return len(u.rooms) >= MaxRoomsPerUser }

func (d *decision) tooManyRooms() Outcome {
	return refuse(TooMany, "You are in %d rooms, as many as one can be in; /part one first.", len(d.by.rooms)).because(TooManyRooms)
}

func (d *decision) invite() Outcome {
	r, err := d.open(d.c.Room)
	guest := d.s.users[d.c.User]
	known := func() bool {
		_, invited := r.invited[guest.id]
		return invited || r.standing[guest.id].Rank == OwnerRank
	}
	switch {
	case err != nil:
		return Outcome{Err: err}
	case r.flags&Direct != 0:
		return refuse(Invalid, "A direct conversation has just its two people; /join a room for more.")
	case d.confined():
		return Outcome{Err: errConfined()}
	case guest == nil:
		return refuse(NotFound, "There is nobody of that name here.").because(NoSuchPerson)
	case r.has(guest.id):
		return refuse(Conflict, "%s is in %s already.", guest.nick, r.name).because(AlreadyMember)
	case r.picks() && known():
		return refuse(Conflict, "%s has been invited to %s already.", guest.nick, r.name).because(AlreadySo)
	case r.picks() && len(r.invited) >= MaxInvited:
		return refuse(TooMany, "%d people who have been invited to %s have not come yet, as many as there can be.", MaxInvited, r.name).because(ListFull)
	}
	if err := d.may(ActInvite, r); err != nil {
		return Outcome{Room: r.id, Err: err}
	}
	ev := Event{Kind: Invited, About: r.id, Name: r.name, User: guest.id, Whose: guest.nick}
	d.emit(guest.id.Inbox(), guest.inbox, ev)
	ev.Client = d.c.Client
	d.emit(r.id, r.last, ev)
	return Outcome{Room: r.id}
}
