package chat

import (
	"slices"
	"strconv"
	"strings"
)

// The rules about accounts: becoming a member, and proving to be one. What
// proves it was checked before the command was given; what is decided here is
// whether it still counts.

// Limits of accounts.
const (
	MaxCredentials = 50     // of one person
	MaxInvites     = 10_000 // that one invitation lets in
	MaxLabel       = 64     // bytes of what a credential is called
	MaxSecret      = 1024   // bytes of what proves it
)

// register makes a guest a member, under the same id, so that nothing said is
// lost; or lets somebody in who is nobody yet.
func (d *decision) register() Outcome {
	c, name := d.c, compose(d.c.Name)
	invitation, err := d.invited()
	if err == nil {
		err = d.registrable(name)
	}
	if err == nil {
		err = d.s.barredFrom(c.From, d.now)
	}
	var proof Event
	if err == nil {
		proof, err = d.opening()
	}
	if err != nil {
		return Outcome{Err: err}
	}
	u := d.by
	if u == nil {
		u = d.newcomer(name)
	} else if u.nick != name {
		d.rename(u, name)
	}
	d.tell(u, Event{
		Kind: Registered, Client: c.Client, By: u.id, Nick: name, User: u.id, Whose: name,
		Level: uint8(invitation.Role), Target: invitation.Seq, Text: CleanLine(c.From),
	})
	if proof.Level != 0 {
		proof.By, proof.Nick, proof.User, proof.Whose = u.id, name, u.id, name
		d.emit(u.id.Inbox(), u.inbox, proof)
	}
	d.lands(u, invitation.Role)
	d.enterInvited(u, name, invitation)
	return Outcome{User: u.id, Room: u.id.Inbox(), By: Proof(proof.Level)}
}

// opening returns the event that gives a new member what they log in by: a password, unless
// the command says otherwise. Its Level is 0 if it is nothing. It is decided with the
// account, so that there is never an account that nothing proves since the server stopped
// in between.
func (d *decision) opening() (Event, *Error) {
	c, p := d.c, Proof(d.c.Level)
	if p == 0 && c.Secret != "" {
		p = ByPassword
	}
	_, taken := d.facts.Holders[c.Holder]
	switch {
	case p == 0 && c.Holder.IsZero():
		return Event{}, nil
	case p == 0, !p.proves(c.Holder, c.Secret):
		return Event{}, Errorf(Invalid, noProof)
	case !c.Holder.IsZero() && taken:
		return Event{}, Errorf(Conflict, held)
	case len(c.Text) > MaxLabel:
		return Event{}, Errorf(Invalid, longLabel, MaxLabel)
	}
	return Event{Kind: CredentialAdded, Level: uint8(p), Name: c.Text, Key: c.Holder, Secret: c.Secret}, checkLine("name", c.Text)
}

// Why something proves nobody.
const (
	noProof   = "Nothing in that proves anything."
	held      = "Somebody has that already, and it can prove only one person."
	longLabel = "That name is too long: at most %d bytes."
)

// proves reports whether a credential of a kind can consist of a key and a secret.
func (p Proof) proves(key Key, secret string) bool {
	return p < proofEnd && p.Keyed() != key.IsZero() && p.Secretive() == (secret != "") && len(secret) <= MaxSecret
}

// invited returns the invitation that lets the one who asks register.
func (d *decision) invited() (Invitation, *Error) {
	c := d.c
	switch {
	case d.by != nil && d.by.role != GuestRole:
		return Invitation{}, Errorf(Conflict, "You are %s, and registered already.", d.by.nick)
	case c.Key.IsZero() && c.Open:
		return Invitation{Role: MemberRole}, nil
	case c.Key.IsZero():
		return Invitation{}, Errorf(Forbidden, "One registers here by invitation; ask for a code.")
	}
	v, ok := d.facts.Invitations[d.facts.Codes[c.Key]]
	if !ok || v.Left == 0 || over(v.Until, d.now) {
		return v, Errorf(Forbidden, "That invitation is not valid, or not any more; ask for another.")
	}
	return v, nil
}

// registrable says why an account can't have a name, or nil.
func (d *decision) registrable(name string) *Error {
	if err := CheckNick(name); err != nil {
		return err
	}
	if len(d.c.Secret) > MaxSecret {
		return Errorf(Invalid, "That password is too long.")
	}
	var by UserID
	if d.by != nil {
		by = d.by.id
	}
	return d.claimed(name, by)
}

// newcomer lets somebody in under a new id. Nobody is changed by it yet.
func (d *decision) newcomer(nick string) *user {
	u := &user{id: UserID(d.next()), nick: nick}
	d.emit(u.id.Inbox(), 0, Event{Kind: Arrived, By: u.id, Nick: nick, Node: d.c.Node})
	return u
}

// enterInvited lets somebody into the rooms that an invitation names, as far as
// they are still there and not closed to the one who comes.
func (d *decision) enterInvited(u *user, nick string, v Invitation) {
	in := slices.Clone(u.rooms)
	for id := range strings.FieldsSeq(v.Rooms) {
		n, _ := strconv.ParseUint(id, 10, 64)
		r := d.s.rooms[RoomID(n)]
		if r == nil || r.archived || slices.Contains(in, r.id) || r.bars(u.id, d.now) || len(in) >= MaxRoomsPerUser {
			continue
		}
		d.emit(r.id, r.last, Event{Kind: Joined, By: u.id, Nick: nick, Level: uint8(v.Role)})
		in = append(in, r.id)
	}
}

// makeBot makes an account that nobody but tokens can prove.
func (d *decision) makeBot() Outcome {
	if err := d.mayOnServer(ActMakeBot); err != nil {
		return Outcome{Err: err}
	}
	name := compose(d.c.Name)
	if err := CheckNick(name); err != nil {
		return Outcome{Err: err}
	}
	if err := d.claimed(name, 0); err != nil {
		return Outcome{Err: err}
	}
	u := d.newcomer(name)
	d.tell(u, Event{Kind: Registered, Client: d.c.Client, User: u.id, Whose: u.nick, Level: uint8(BotRole)})
	d.lands(u, BotRole)
	return Outcome{}
}

// login decides whether a session may speak for a member. It is no event: who is
// connected is not in the log.
func (d *decision) login() Outcome {
	c := d.c
	u := d.s.users[c.User]
	if c.By != 0 || u == nil || u.role == GuestRole {
		return refuse(Forbidden, noLogin)
	}
	if err := d.s.barredFrom(c.From, d.now); err != nil {
		return Outcome{Err: err}
	}
	for _, cred := range d.facts.Credentials[u.id] {
		if cred.Seq != c.Target || cred.Expired(d.now) {
			continue
		}
		if err := d.s.barred(u.id, d.now); err != nil { // told only to who has proved who they are
			return Outcome{Err: err}
		}
		return Outcome{User: u.id, Room: u.id.Inbox(), By: cred.Proof}
	}
	return refuse(Forbidden, noLogin)
}

// noLogin is the answer to a wrong name and to a wrong password alike.
const noLogin = "That name and password don't go together."

// NoLogin is what somebody hears who has not proved who they are, whatever was
// wrong.
func NoLogin() *Error { return Errorf(Forbidden, noLogin) }

// addCredential gives somebody one more way to prove who they are; a password or
// a second factor replaces the one before. The server can also keep a password
// anew, as better hashes come up: only if it still is that one, or whoever logs
// in with a password while it is replaced would bring it back.
func (d *decision) addCredential() Outcome {
	c := d.c
	u, err := d.holder()
	if err != nil {
		return Outcome{Err: err}
	}
	p := Proof(c.Level)
	_, taken := d.facts.Holders[c.Key]
	switch {
	case p == 0 || p >= proofEnd:
		return refuse(Invalid, "There is no such proof.")
	case !p.proves(c.Key, c.Secret):
		return refuse(Invalid, noProof)
	case u.role == BotRole && p != ByToken && p != BySSHKey && p != ByCertificate:
		return refuse(Invalid, "A bot has tokens and keys, and no password.")
	case !c.Key.IsZero() && taken:
		return refuse(Conflict, held)
	case len(c.Name) > MaxLabel:
		return refuse(Invalid, longLabel, MaxLabel)
	case over(c.Until, d.now):
		return refuse(Invalid, "That time is over already.")
	case c.Target != 0 && (d.by != nil || p != ByPassword):
		return refuse(Invalid, "Only the server keeps a password anew.")
	case c.Target != 0 && !slices.ContainsFunc(d.facts.Credentials[u.id], func(was Credential) bool { return was.Seq == c.Target && was.Proof == p }):
		return refuse(Conflict, "%s has another password by now.", u.nick)
	case len(besides(d.facts.Credentials[u.id], p)) >= MaxCredentials:
		return refuse(TooMany, "%s has %d ways to log in, as many as there can be; drop one first.", u.nick, MaxCredentials)
	}
	if err := checkLine("name", c.Name); err != nil {
		return Outcome{Err: err}
	}
	added := Event{
		Kind: CredentialAdded, Client: c.Client, User: u.id, Whose: u.nick, Level: c.Level, Target: c.Target,
		Name: c.Name, Key: c.Key, Secret: c.Secret, When: c.Until, Count: c.Count,
	}
	if c.Target != 0 { // the same password: nobody has done anything to anybody
		d.emit(u.id.Inbox(), u.inbox, added)
	} else {
		d.tell(u, added)
	}
	return Outcome{}
}

// besides returns which of somebody's credentials stay when one of a proof is
// added.
func besides(all []Credential, p Proof) []Credential {
	if !p.Single() {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Credential) bool { return c.Proof == p })
}

// holder returns whose credentials the command is about: one's own, or an
// admin's choice.
func (d *decision) holder() (*user, *Error) {
	if d.by != nil && (d.c.User == 0 || d.c.User == d.by.id) {
		return d.by, d.mayOnServer(ActMakeToken)
	}
	if err := d.mayOnServer(ActMakeBot); err != nil {
		return nil, err
	}
	u, err := d.under()
	if err == nil && u.role == GuestRole {
		err = Errorf(Invalid, "%s is a guest, who has to /register first.", u.nick)
	}
	return u, err
}

func (d *decision) dropCredential() Outcome {
	u, err := d.holder()
	if err != nil {
		return Outcome{Err: err}
	}
	for _, cred := range d.facts.Credentials[u.id] {
		if cred.Seq == d.c.Target {
			d.tell(u, Event{Kind: CredentialDropped, Client: d.c.Client, User: u.id, Whose: u.nick, Target: cred.Seq, Level: uint8(cred.Proof), Name: cred.Name})
			return Outcome{}
		}
	}
	return refuse(NotFound, "%s has no credential %d.", u.nick, d.c.Target)
}

func (d *decision) makeInvitation() Outcome {
	c := d.c
	if err := d.mayOnServer(ActMakeInvitation); err != nil {
		return Outcome{Err: err}
	}
	switch {
	case c.Key.IsZero(), c.Count == 0, c.Count > MaxInvites:
		return refuse(Invalid, "An invitation lets in between 1 and %d people.", MaxInvites)
	case Role(c.Level) < MemberRole || Role(c.Level) >= roleEnd:
		return refuse(Invalid, "A role is member, admin or owner.")
	case d.by != nil && Role(c.Level) >= d.by.role:
		return refuse(Forbidden, "You can invite only people who will have less to say than you.")
	case over(c.Until, d.now):
		return refuse(Invalid, "That time is over already.")
	}
	if err := checkLine("list of rooms", c.Text); err != nil {
		return Outcome{Err: err}
	}
	for id := range strings.FieldsSeq(c.Text) {
		n, _ := strconv.ParseUint(id, 10, 64)
		r := d.s.rooms[RoomID(n)]
		if r == nil || r.flags&(Direct|Audit) != 0 || d.by != nil && r.flags&Private != 0 && !r.has(d.by.id) {
			return refuse(NotFound, noRoom).because(NoSuchRoom)
		}
	}
	if _, known := d.facts.Codes[c.Key]; known {
		return refuse(Conflict, "There is an invitation with that code already.")
	}
	d.recordAlone(Event{Kind: InvitationMade, Client: c.Client, Key: c.Key, Level: c.Level, Count: c.Count, When: c.Until, Text: c.Text})
	return Outcome{}
}

func (d *decision) dropInvitation() Outcome {
	if err := d.mayOnServer(ActMakeInvitation); err != nil {
		return Outcome{Err: err}
	}
	if _, ok := d.facts.Invitations[d.c.Target]; !ok {
		return refuse(NotFound, "There is no invitation %d.", d.c.Target)
	}
	d.recordAlone(Event{Kind: InvitationDropped, Client: d.c.Client, Target: d.c.Target})
	return Outcome{}
}

// registered makes a guest a member. What a guest is recognised by is over: a
// member has better.
func (s *State) registered(u *user, ev *Event) {
	u.role = Role(ev.Level)
	if u.key != nil {
		delete(s.keys, *u.key)
		u.key = nil
	}
}

// learnProofs is learn for what concerns accounts.
func (f *Facts) learnProofs(ev *Event) {
	inInbox := RoomID(ev.User) == ev.Room
	switch ev.Kind {
	case CredentialAdded:
		if !inInbox {
			return
		}
		f.Credentials[ev.User] = append(besides(f.Credentials[ev.User], Proof(ev.Level)), CredentialOf(ev))
		if !ev.Key.IsZero() {
			f.Holders[ev.Key] = ev.User
		}
	case CredentialDropped:
		for _, c := range f.Credentials[ev.User] {
			if c.Seq == ev.Target {
				delete(f.Holders, c.Key)
			}
		}
		f.Credentials[ev.User] = slices.DeleteFunc(slices.Clone(f.Credentials[ev.User]), func(c Credential) bool { return c.Seq == ev.Target })
	case InvitationMade:
		f.Invitations[ev.Seq] = InvitationOf(ev)
		f.Codes[ev.Key] = ev.Seq
	case InvitationDropped:
		f.useUp(ev.Target)
	case Registered:
		v, ok := f.Invitations[ev.Target]
		if !ok || !inInbox {
			return
		}
		if v.Left--; v.Left == 0 {
			f.useUp(ev.Target)
			return
		}
		f.Invitations[ev.Target] = v
	}
}

// useUp forgets an invitation that lets nobody in any more.
func (f *Facts) useUp(seq Seq) {
	delete(f.Codes, f.Invitations[seq].Key)
	delete(f.Invitations, seq)
}

// CredentialOf returns the credential that a CredentialAdded event adds.
func CredentialOf(ev *Event) Credential {
	return Credential{Seq: ev.Seq, User: ev.User, Proof: Proof(ev.Level), Name: ev.Name, Key: ev.Key, Added: ev.Time, Until: ev.When, Scope: ev.Count}
}

// InvitationOf returns the invitation that an InvitationMade event makes.
func InvitationOf(ev *Event) Invitation {
	return Invitation{Seq: ev.Seq, Key: ev.Key, Role: Role(ev.Level), Left: ev.Count, Until: ev.When, Rooms: ev.Text, By: ev.Nick, Made: ev.Time}
}
