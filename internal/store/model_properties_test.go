package store_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// What the model knows of properties.

// learnProperty keeps a property, or forgets it; the audit log's copies say nothing
// new.
func (m *model) learnProperty(ev *chat.Event) {
	key := chat.PropertyKey{Owner: ev.Room, Name: ev.Name}
	if ev.Name == chat.PictureKey && (ev.User == 0 || ev.User.Inbox() == ev.Room) {
		m.learnPicture(key, ev)
	}
	switch {
	case ev.User != 0 && ev.User.Inbox() != ev.Room:
	case ev.Text == "":
		delete(m.facts.Properties, key)
	default:
		m.facts.Properties[key] = chat.PropertyFact{Value: ev.Text, Private: ev.Flags&chat.Private != 0}
	}
}

// learnPicture forgets the file that was the picture before, and keeps the new one.
func (m *model) learnPicture(key chat.PropertyKey, ev *chat.Event) {
	delete(m.facts.Files, m.pictures[key].ID)
	delete(m.pictures, key)
	for _, f := range ev.Files {
		m.facts.Files[f.ID] = ev.Seq
		m.pictures[key] = store.File{File: f, By: ev.User, Message: ev.Seq}
	}
}

// propertiesOf returns what an owner has, by key.
func (m *model) propertiesOf(owner chat.RoomID) (all []chat.Property) {
	for key, fact := range m.facts.Properties {
		if key.Owner == owner {
			all = append(all, chat.Property{PropertyKey: key, PropertyFact: fact})
		}
	}
	slices.SortFunc(all, func(a, b chat.Property) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// property sets, changes or removes a property of a room or of somebody.
func (m *model) property(c *chat.Command) {
	c.Name, c.Text, c.Until = fmt.Sprintf("key%d", m.rng.IntN(4)), []string{"", "tea", "milk", "two\nlines"}[m.rng.IntN(4)], 0
	if m.rng.IntN(3) > 0 {
		c.Room = 0
	} else if r, ok := m.state.Room(m.room()); ok && m.rng.IntN(2) == 0 {
		c.By, c.Name, c.Text = 0, chat.ForwardKey, []string{"", r.Name}[m.rng.IntN(2)]
	}
	if c.By != 0 && m.rng.IntN(4) > 0 {
		c.User, c.Private = 0, m.rng.IntN(3) == 0
	}
	if c.Room == 0 && m.rng.IntN(3) == 0 {
		m.picture(c)
	}
}

// picture chooses somebody's picture, or removes it.
func (m *model) picture(c *chat.Command) {
	c.Name, c.Text, c.Private = chat.PictureKey, "", false
	if f := m.file(); f.Width > 0 && m.rng.IntN(4) > 0 {
		c.Text, c.Files = f.Path(), []chat.File{f}
	}
}

// checkProperties compares what everybody and every room has.
func (m *model) checkProperties() {
	m.t.Helper()
	owners := append(m.state.Rooms(), 1<<40)
	for _, id := range m.state.Users() {
		owners = append(owners, id.Inbox())
	}
	var want []chat.Property
	for _, owner := range owners {
		want = append(want, m.propertiesOf(owner)...)
	}
	got, err := m.store.Properties(m.t.Context(), nil, owners...)
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		m.t.Fatalf("properties: %v\n got %+v\nwant %+v", err, got, want)
	}
	short := func(key string, size int) bool { return key != "key1" && size < 5 }
	want = slices.DeleteFunc(want, func(p chat.Property) bool { return !short(p.Name, len(p.Value)) })
	got, err = m.store.Properties(m.t.Context(), short, owners...)
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		m.t.Fatalf("short properties: %v\n got %+v\nwant %+v", err, got, want)
	}
}
