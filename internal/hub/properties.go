package hub

import (
	"context"
	"slices"

	"hubbub/internal/chat"
)

// Property is a key and its value, of a room or a person.
type Property = chat.Property

// Properties returns what is kept about a room that the user may read, or, by their
// inbox, about somebody who is here: by key, and what is private only to whose it is.
// Later changes come as [chat.PropertySet] events, in the room or in one's own inbox,
// and of others as [PropertyChanged] signals.
func (s *Session) Properties(ctx context.Context, owner chat.RoomID) ([]Property, *chat.Error) {
	if s.hub.nick(chat.UserID(owner)) == "" {
		if err := s.readable(owner); err != nil {
			return nil, err
		}
	}
	all, err := s.hub.store.Properties(ctx, nil, owner)
	if err != nil {
		return nil, s.hub.internal("read properties", err)
	}
	return s.visible(all), nil
}

// MaxOwners is of how many people PropertiesOf tells at once.
const MaxOwners = 256

// PropertiesOf returns what is kept about people, in their order and then by key, of
// the first MaxOwners of them: see [Session.Properties]. Want is told the key, and
// how many bytes the value has.
func (s *Session) PropertiesOf(ctx context.Context, people []chat.UserID, want func(key string, size int) bool) ([]Property, *chat.Error) {
	owners := make([]chat.RoomID, 0, min(len(people), MaxOwners))
	for _, id := range people[:cap(owners)] {
		owners = append(owners, id.Inbox())
	}
	all, err := s.hub.store.Properties(ctx, want, owners...)
	if err != nil {
		return nil, s.hub.internal("read properties", err)
	}
	return s.visible(all), nil
}

// visible leaves out what is private to others.
func (s *Session) visible(all []Property) []Property {
	return slices.DeleteFunc(all, func(p Property) bool { return p.Private && p.Owner != s.User().Inbox() })
}

// changed tells who has to do with somebody of a property of theirs, unless it is
// private. Their own sessions read of it in their inbox.
func (h *Hub) changed(ev *chat.Event) {
	if p, own := chat.PropertyOf(ev); own && ev.User != 0 && !p.Private {
		h.tellAround(&Signal{
			Kind: PropertyChanged, Time: ev.Time, By: ev.User, Nick: ev.Whose, Role: h.roleOf(ev.User), Name: p.Name, Text: p.Value,
		})
	}
}
