package chat

import (
	"strconv"
	"unicode/utf8"
)

// The rules about people: arriving, being called something, going.

// arrive lets a guest in, under the id that belongs to the key if there is one,
// and into the lobby. Somebody who is here already is just recognised.
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
	if lobby := d.s.rooms[d.s.names[Lobby]]; lobby != nil && lobby.flags&NoGuests == 0 && !lobby.bars(id, d.now) {
		d.emit(lobby.id, lobby.last, Event{Kind: Joined})
	}
	return Outcome{User: id, Room: id.Inbox()}
}

// grant returns the nick that an arriving guest gets: the one wished for, or
// one like it with a number.
func (d *decision) grant(wish string) (string, *Error) {
	if err := CheckNick(wish); err != nil {
		if d.c.Strict {
			return "", err
		}
		wish = "guest"
	}
	if !d.taken(wish) {
		return wish, nil
	}
	if d.c.Strict {
		return "", Errorf(Conflict, "The nick %s is taken; choose another.", wish)
	}
	for utf8.RuneCountInString(wish) > MaxNick-20 { // 20 digits number every Seq
		_, n := utf8.DecodeLastRuneInString(wish)
		wish = wish[:len(wish)-n]
	}
	if allDigits(wish) { // which its number would make a message's
		wish = "guest"
	}
	for n := uint64(2); n < 10; n++ {
		if nick := wish + strconv.FormatUint(n, 10); !d.taken(nick) {
			return nick, nil
		}
	}
	for n := uint64(d.next()); ; n++ { // a number that hardly anybody has, so that many of one name cost no search
		if nick := wish + strconv.FormatUint(n, 10); !d.taken(nick) {
			return nick, nil
		}
	}
}

func (d *decision) taken(nick string) bool {
	_, taken := d.s.Lookup(nick)
	return taken
}

// setNick renames somebody, visibly in each room that they are in.
func (d *decision) setNick() Outcome {
	name := d.c.Name
	if err := CheckNick(name); err != nil {
		return Outcome{Err: err}
	}
	if err := d.claim(name, d.by); err != nil {
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
