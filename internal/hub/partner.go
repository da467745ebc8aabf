package hub

import (
	"cmp"
	"context"
	"slices"

	"hubbub/internal/chat"
)

// A guest who goes leaves their direct conversations. The other keeps them, alone,
// and who it was stands in the room's events.

// maxAlone is in how many conversations somebody who is gone is looked for, the
// latest first.
const maxAlone = 100

// How many of a conversation's last events are looked at for the going of the other,
// after which little can happen in it; and of the first, which are that it was made,
// and that both came.
const (
	lastWords  = 20
	firstWords = 3
)

// DirectWithGone returns the user's latest direct conversation with somebody who was
// called nick and is gone, as it was when they were there.
func (s *Session) DirectWithGone(ctx context.Context, nick string) (*chat.RoomInfo, bool) {
	var alone []*chat.RoomInfo
	for _, room := range s.Joined() {
		if room.Flags&chat.Direct != 0 && len(room.Members) == 1 {
			alone = append(alone, room)
		}
	}
	slices.SortFunc(alone, func(a, b *chat.RoomInfo) int { return cmp.Compare(s.Head(b), s.Head(a)) })
	for _, room := range alone[:min(len(alone), maxAlone)] {
		if both, other, ok := s.WithGone(ctx, room); ok && chat.Fold(other.Nick) == chat.Fold(nick) {
			return both, true
		}
	}
	return nil, false
}

// WithGone returns the user's direct conversation that they are alone in now as it was
// when the other was there, and what the other was called last.
func (s *Session) WithGone(ctx context.Context, room *chat.RoomInfo) (*chat.RoomInfo, chat.Member, bool) {
	for _, r := range [...]Range{{Latest: true, Limit: lastWords, Events: true}, {Limit: firstWords, Events: true}} {
		events, err := s.Playback(ctx, room.ID, r)
		if err != nil {
			break
		}
		for i := len(events) - 1; i >= 0; i-- {
			if ev := &events[i]; (ev.Kind == chat.Left || ev.Kind == chat.Joined) && ev.By != s.User() {
				other := chat.Member{ID: ev.By, Nick: ev.Nick}
				both := *room
				both.Members = append([]chat.Member{other}, room.Members...)
				slices.SortFunc(both.Members, func(a, b chat.Member) int { return cmp.Compare(a.ID, b.ID) })
				return &both, other, true
			}
		}
	}
	return room, chat.Member{}, false
}
