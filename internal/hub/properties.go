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

// PrivateProperties returns what everybody keeps for themselves alone, of the keys
// that are wanted, in no order: for what the server does for them. Later changes come
// as events, in their inboxes.
func (h *Hub) PrivateProperties(ctx context.Context, want func(key string) bool) (all []Property, err *chat.Error) {
	people := h.People()
	for chunk := range slices.Chunk(people, MaxOwners) {
		owners := make([]chat.RoomID, len(chunk))
		for i := range chunk {
			owners[i] = chunk[i].ID.Inbox()
		}
		some, failed := h.store.Properties(ctx, func(key string, _ int) bool { return want(key) }, owners...)
		if failed != nil {
			return nil, h.internal("read properties", failed)
		}
		all = append(all, some...)
	}
	return slices.DeleteFunc(all, func(p Property) bool { return !p.Private }), nil
}

// PropertyNow returns a property of somebody's as it is now, whose value is empty if
// there is none: of one that is private and was replaced, the event that set it does not
// say the value any more.
func (h *Hub) PropertyNow(ctx context.Context, user chat.UserID, key string) (Property, *chat.Error) {
	now := Property{PropertyKey: chat.PropertyKey{Owner: user.Inbox(), Name: key}}
	all, err := h.store.Properties(ctx, func(name string, _ int) bool { return name == key }, user.Inbox())
	if err != nil {
		return now, h.internal("read a property", err)
	}
	for _, p := range all {
		now = p
	}
	return now, nil
}

// ForgetPrivate removes what somebody keeps for themselves alone: as they would, since
// nobody else may. It is for what was given to the server to be used by it, and is of
// no use any more.
func (h *Hub) ForgetPrivate(ctx context.Context, user chat.UserID, key string) *chat.Error {
	return h.do(ctx, chat.Command{Op: chat.SetProperty, By: user, Name: key, Private: true}).Err
}
