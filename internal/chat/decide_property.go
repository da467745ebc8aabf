package chat

import (
	"strings"
	"unicode/utf8"
)

// The rules about properties: what is kept about a person or a room as a key and
// a value, and means something to programs. A room's are for whoever reads it, a
// person's for everybody, unless they are private.

// Limits of properties.
const (
	MaxPropertyKey = 64   // bytes
	MaxProperty    = 4096 // bytes of a value
	MaxProperties  = 100  // of one person, or of one room
)

// ForwardKey is the key of the one property that means something to the rules: the
// name of a room, into which somebody comes who asks for this one and may not come
// in.
const ForwardKey = "forward"

// Property is a key and its value.
type Property struct {
	PropertyKey
	PropertyFact
}

// PropertyKey names a property: Owner is a room, or the inbox of a person.
type PropertyKey struct {
	Owner RoomID
	Name  string
}

// PropertyFact is what a property is now.
type PropertyFact struct {
	Value   string
	Private bool // only its owner sees it
}

// PropertyOf returns the property that a PropertySet event sets, and false if the
// event is the audit log's copy. An empty value is none.
func PropertyOf(ev *Event) (Property, bool) {
	p := Property{PropertyKey{ev.Room, ev.Name}, PropertyFact{ev.Text, ev.Flags&Private != 0}}
	return p, ev.Room == ev.About || ev.Room == ev.User.Inbox()
}

// CheckPropertyKey says what is wrong with the key of a property, or nil.
// (https://ircv3.net/specs/extensions/metadata, "Keys and Values")
func CheckPropertyKey(key string) *Error {
	other := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("_./-", r))
	}
	if key == "" || len(key) > MaxPropertyKey || strings.ContainsFunc(key, other) {
		return Errorf(Invalid, "A key is up to %d of the characters a-z, 0-9, _ . / and -.", MaxPropertyKey)
	}
	return nil
}

// checkProperty says what is wrong with the value of a property, or nil.
func checkProperty(value string) *Error {
	switch {
	case !utf8.ValidString(value):
		return Errorf(Invalid, "That value is not valid UTF-8.")
	case len(value) > MaxProperty:
		return Errorf(Invalid, "That value is too long: %d bytes, at most %d.", len(value), MaxProperty)
	case CleanText(value) != value:
		return Errorf(Invalid, "That value has control characters or hidden ones in it.")
	}
	return nil
}

// owner returns whose properties a command is about.
func (c *Command) owner() RoomID {
	if c.Room != 0 {
		return c.Room
	}
	return c.subject().Inbox()
}

// setProperty sets a property, or removes it.
func (d *decision) setProperty() Outcome {
	c := d.c
	err := CheckPropertyKey(c.Name)
	if err == nil {
		err = checkProperty(c.Text)
	}
	switch {
	case err != nil:
		return Outcome{Err: err}
	case c.Room != 0:
		return d.setRoomProperty()
	}
	return d.setPersonProperty()
}

func (d *decision) setRoomProperty() Outcome {
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActSetRules, r)
	}
	if err == nil && (d.c.Private || len(d.c.Files) > 0) {
		err = Errorf(Invalid, "What is kept about a room can't be private, nor a file.")
	}
	if err == nil && d.c.Name == ForwardKey && d.c.Text != "" {
		err = d.forwardable(r)
	}
	if err == nil {
		err = d.roomForProperty()
	}
	if err != nil || d.sameProperty() {
		return Outcome{Room: d.c.Room, Err: err}
	}
	ev := d.propertySet()
	ev.About = r.id
	d.emit(r.id, r.last, ev)
	return Outcome{Room: r.id}
}

// forwardable says why people can't be sent on from a room to the one named, or nil:
// it takes somebody who keeps order there.
func (d *decision) forwardable(r *room) *Error {
	other := d.s.rooms[d.s.names[Fold(d.c.Text)]]
	switch {
	case other == nil, other.flags&Private != 0 && d.by != nil && !other.has(d.by.id):
		return Errorf(NotFound, "There is no room %s to go to instead.", d.c.Text).Because(NoSuchForward)
	case other == r, other.flags&Private != 0, other.name != d.c.Text:
		return Errorf(Invalid, "People can be sent on to another room that is not private, by its name as it is spelt.").Because(NoSuchForward)
	case d.by != nil && other.rank(d.by) < ModeratorRank:
		return Errorf(Forbidden, "To send people on to %s you have to keep order there too.", other.name).Because(NeedsModerator)
	}
	return nil
}

func (d *decision) setPersonProperty() Outcome {
	u, err := d.keeper()
	if err == nil {
		err = d.pictured(u)
	}
	if err == nil {
		err = d.roomForProperty()
	}
	if err != nil || d.sameProperty() {
		return Outcome{Err: err}
	}
	ev := d.propertySet()
	ev.User, ev.Whose = u.id, u.nick
	if u == d.by {
		d.emit(u.id.Inbox(), u.inbox, ev)
	} else {
		d.tell(u, ev)
	}
	return Outcome{}
}

// keeper returns whose properties are set: one's own, or an admin's choice. What
// is private is nobody's business but its owner's.
func (d *decision) keeper() (*user, *Error) {
	if d.by != nil && d.c.subject() == d.by.id {
		return d.by, nil
	}
	if err := d.mayOnServer(ActSetProperties); err != nil {
		return nil, err
	}
	u, err := d.under()
	if err == nil && (d.c.Private || d.facts.Properties[d.propertyKey()].Private) {
		err = Errorf(Forbidden, "What is private is %s's alone to set.", u.nick).Because(NotYours)
	}
	return u, err
}

func (d *decision) propertyKey() PropertyKey { return PropertyKey{d.c.owner(), d.c.Name} }

// sameProperty reports whether there is nothing to change.
func (d *decision) sameProperty() bool {
	is := d.facts.Properties[d.propertyKey()]
	return is.Value == d.c.Text && (is.Private == d.c.Private || is.Value == "")
}

// roomForProperty says that one more would be too many, or nil.
func (d *decision) roomForProperty() *Error {
	_, known := d.facts.Properties[d.propertyKey()]
	if d.c.Text == "" || known || d.facts.Owned[d.c.owner()] < MaxProperties {
		return nil
	}
	return Errorf(TooMany, "There are %d keys already, as many as there can be; remove one first.", MaxProperties).Because(ListFull)
}

// propertySet returns the event without whose property it is.
func (d *decision) propertySet() Event {
	ev := Event{Kind: PropertySet, Client: d.c.Client, Name: d.c.Name, Text: d.c.Text, Files: d.c.Files}
	if d.c.Private {
		ev.Flags = Private
	}
	return ev
}

// learnProperty is learn for properties.
func (f *Facts) learnProperty(ev *Event) {
	p, own := PropertyOf(ev)
	if !own {
		return
	}
	was, known := f.Properties[p.PropertyKey]
	f.learnPicture(ev, was.Value)
	switch {
	case p.Value == "":
		delete(f.Properties, p.PropertyKey)
		f.own(p.Owner, -1)
	case known:
		f.Properties[p.PropertyKey] = p.PropertyFact
	default:
		f.Properties[p.PropertyKey] = p.PropertyFact
		f.own(p.Owner, 1)
	}
}

// own changes how many properties somebody is known to have.
func (f *Facts) own(owner RoomID, more int) {
	if f.Owned[owner] += more; f.Owned[owner] <= 0 {
		delete(f.Owned, owner)
	}
}

// disown forgets the properties of a guest who goes.
func (f *Facts) disown(owner RoomID) {
	for key := range f.Properties {
		if key.Owner == owner {
			delete(f.Properties, key)
		}
	}
	delete(f.Owned, owner)
}
