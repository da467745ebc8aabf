package chat

import (
	"strings"
	"unicode/utf8"
)

// The rules about what it takes to come into a room, beside being let: its key,
// its limit, and the masks of those who are meant.

// CheckKey says what is wrong with the word that a room is to be entered with,
// or nil. A key has no spaces, and none of what ends or lists words on IRC.
func CheckKey(key string) *Error {
	switch {
	case key == "", !utf8.ValidString(key), CleanLine(key) != key, strings.ContainsAny(key, " ,"), strings.HasPrefix(key, ":"):
		return Errorf(Invalid, "A room's key is one word without commas, and without a colon before it.").Because(KeyInvalid)
	case utf8.RuneCountInString(key) > MaxNick:
		return Errorf(Invalid, "That key is too long: at most %d characters.", MaxNick).Because(KeyInvalid)
	}
	return nil
}

// setKey sets the word that a room is entered with, or removes it.
func (d *decision) setKey() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActSetRules, r)
	}
	if err == nil && c.Text != "" {
		err = CheckKey(c.Text)
	}
	switch {
	case err != nil:
		return Outcome{Err: err}
	case c.Text == r.key:
		return refuse(Conflict, "The key of %s is so already.", r.name).because(AlreadySo)
	}
	ev := Event{Kind: KeySet, Client: c.Client, Text: c.Text, About: r.id, Name: r.name}
	d.emit(r.id, r.last, ev)
	ev.Text = "" // it is for members
	d.record(ev)
	return Outcome{Room: r.id}
}

// setLimit sets how many members a room has at most, or removes that.
func (d *decision) setLimit() Outcome {
	c := d.c
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActSetRules, r)
	}
	switch {
	case err != nil:
		return Outcome{Err: err}
	case c.Count == r.limit:
		return refuse(Conflict, "The limit of %s is so already.", r.name).because(AlreadySo)
	}
	d.inform(r, Event{Kind: LimitSet, Client: c.Client, Count: c.Count})
	return Outcome{Room: r.id}
}

// setMask adds a pattern to one of a room's lists, or drops it.
func (d *decision) setMask() Outcome {
	c, list := d.c, MaskList(d.c.Level)
	r, err := d.moderated()
	if err == nil {
		err = d.may(ActBanHere, r)
	}
	if err == nil && (list == 0 || list >= maskEnd) {
		err = Errorf(Invalid, "There is no such list of masks.").Because(MaskInvalid)
	}
	var pattern string
	if err == nil {
		pattern, err = ParseMask(c.Name)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	ev := Event{Kind: MaskAdded, Client: c.Client, Level: c.Level, Text: pattern}
	switch i := r.findMask(list, pattern); {
	case c.Op == DropMask && i < 0:
		return refuse(NotFound, "%s is not in that list of %s.", pattern, r.name).because(AlreadySo)
	case c.Op == DropMask:
		ev.Kind, ev.Text = MaskDropped, r.masks[i].Pattern
	case i >= 0:
		return refuse(Conflict, "%s is in that list of %s already.", pattern, r.name).because(AlreadySo)
	case r.countMasks(list) >= MaxMasks:
		return refuse(TooMany, "There are %d masks in that list of %s, as many as there can be; drop one first.", MaxMasks, r.name).because(ListFull)
	}
	d.inform(r, ev)
	return Outcome{Room: r.id}
}

// terms changes what it takes to come into a room.
func (r *room) terms(ev *Event) {
	switch ev.Kind {
	case KeySet:
		r.key = ev.Text
	case LimitSet:
		r.limit = ev.Count
	case MaskAdded:
		r.masks = append(r.masks, newMask(MaskInfo{List: MaskList(ev.Level), Pattern: ev.Text, By: ev.Nick, At: ev.Time}))
	case MaskDropped:
		if i := r.findMask(MaskList(ev.Level), ev.Text); i >= 0 {
			r.masks = append(r.masks[:i:i], r.masks[i+1:]...)
		}
	}
}
