package chat

import (
	"strconv"
	"unicode/utf8"
)

// The rules about people: arriving, being called something, going.

// arrive lets a guest in, under the id that belongs to the key if there is one,
// and into the lobby unless they want to choose their rooms themselves. Somebody who
// is here already is just recognised.
func (d *decision) arrive() Outcome {
	c := d.c
	if err := d.s.barredFrom(c.From, d.now); err != nil {
		return Outcome{Err: err}
	}
	if !c.Key.IsZero() {
		if id, here := d.s.keys[c.Key]; here {
			return Outcome{User: id, Room: id.Inbox(), Err: d.s.barred(id, d.now)}
		}
	}
	id, last, wish := UserID(d.next()), Seq(0), c.Name
	guest, known := d.facts.Guests[c.Key]
	if known && !c.Key.IsZero() && d.s.users[guest.ID] == nil { // else a member has outgrown the key
		id, last = guest.ID, guest.Inbox
		if err := d.s.barred(id, d.now); err != nil {
			return Outcome{Err: err}
		}
		if wish == "" {
			wish = guest.Nick
		}
	}
	nick, err := d.grant(wish)
	if err != nil {
		return Outcome{Err: err}
	}
	d.by = &user{id: id, nick: nick}
	d.emit(id.Inbox(), last, Event{Kind: Arrived, Key: c.Key, Node: c.Node})
	d.lands(d.by, GuestRole)
	return Outcome{User: id, Room: id.Inbox()}
}

// grant returns the nick that an arriving guest gets: the one wished for, or
// one like it with a number.
func (d *decision) grant(wish string) (string, *Error) {
	wish = compose(wish)
	if err := CheckNick(wish); err != nil {
		if d.c.Strict {
			return "", err
		}
		wish = "guest"
	}
	err := d.claimed(wish, 0)
	if err == nil {
		return wish, nil
	}
	if d.c.Strict {
		return "", err
	}
	return d.numbered(wish), nil
}

// numbered returns a nick that nobody has, nor one that looks like it: a guest's
// wish, or what of it leaves room, and a number. Numbers that differ look
// different, and so only those are in the way that somebody chose to be called by.
func (d *decision) numbered(wish string) string {
	for utf8.RuneCountInString(wish) > MaxNick-20 { // 20 digits number every Seq
		_, n := utf8.DecodeLastRuneInString(wish)
		wish = wish[:len(wish)-n]
	}
	if CheckNick(wish+"2") != nil { // all digits, say, which would be a message's number
		wish = "guest"
	}
	folded, look := keysOf(wish)
	for n := uint64(2); ; n++ {
		if n == 10 { // on with one that hardly anybody has, so that many of one name cost no search
			n = max(n, uint64(d.next()))
		}
		digits := strconv.FormatUint(n, 10)
		_, taken := d.s.nicks[folded+digits] // digits change nothing in what is before them
		_, alike := d.s.nickLooks.first[look+Skeleton(digits)]
		if !taken && !alike {
			return wish + digits
		}
	}
}

// claimed says why somebody can't have a nick, or nil: it is another's, or looks
// like it.
func (d *decision) claimed(nick string, by UserID) *Error {
	folded, look := keysOf(nick)
	if id, taken := d.s.nicks[folded]; taken && id != by {
		return Errorf(Conflict, "The nick %s is taken; choose another.", nick).Because(NickTaken)
	}
	if id, alike := d.s.nickLooks.other(look, by); alike {
		return Errorf(Conflict, "The nick %s looks like %s's; choose another.", nick, d.s.users[id].nick).Because(NickTaken)
	}
	return nil
}

// setNick renames somebody, visibly in each room that they are in.
func (d *decision) setNick() Outcome {
	name := compose(d.c.Name)
	err := CheckNick(name)
	if err == nil {
		err = d.claimed(name, d.by.id)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	if name == d.by.nick {
		return Outcome{}
	}
	d.rename(d.by, name)
	return Outcome{}
}

// rename has somebody be called name from now on.
func (d *decision) rename(u *user, name string) {
	ev := Event{Kind: NickChanged, By: u.id, Nick: u.nick, Name: name}
	if d.c.Op == SetNick {
		ev.Client = d.c.Client
	}
	d.emit(u.id.Inbox(), u.inbox, ev)
	ev.Client = ""
	for _, id := range u.rooms {
		d.emit(id, d.s.rooms[id].last, ev)
	}
}

// depart lets a guest go, out of all rooms.
func (d *decision) depart() Outcome {
	if d.c.By != 0 {
		return refuse(Forbidden, "Only the server lets people go.")
	}
	d.by = d.s.users[d.c.User]
	if d.by == nil || d.by.role != GuestRole {
		return Outcome{} // gone already, or stays
	}
	reason := d.c.Text
	if checkLine("reason", reason) != nil { // going can't be refused
		reason = ""
	}
	d.goes(d.by, reason)
	return Outcome{}
}
