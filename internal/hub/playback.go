package hub

import (
	"cmp"
	"context"
	"slices"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// Range is a part of a room's past.
type Range = store.Range

// MaxPlayback is the most events that one Playback returns.
const MaxPlayback = 1000

// Playback returns a room's past as it reads now, oldest first, at most r.Limit
// events of it and MaxPlayback, as an encoder takes them: what was said, edits
// done, without what was deleted. With r.Events also what happened in the room:
// all but edits, pins, and reactions that do not hold any more. Who only looks in
// sees what was said.
//
// A message may be in it that has not been delivered yet: who puts it before what
// is delivered has r.Before be just after the position from which that is.
func (s *Session) Playback(ctx context.Context, room chat.RoomID, r Range) ([]chat.Event, *chat.Error) {
	info, refusal := s.roomToRead(room)
	if refusal != nil {
		return nil, refusal
	}
	r.Limit, r.Events = min(r.Limit, MaxPlayback), r.Events && s.in(info)
	past, err := s.hub.store.Playback(ctx, room, r)
	if err != nil {
		return nil, s.hub.internal("read a room's past", err)
	}
	return past, nil
}

// SeqAt returns the position of the last event of a room that happened before t,
// 0 if none did. So what happened from t on comes after SeqAt(t), and what
// happened up to t, t included, comes before SeqAt(t+1)+1.
//
// Times do not decrease along the log, unless a clock was set back by a minute or
// more (see [chat.Event]). Then a time can be at several places: the answer is one
// of them, and always the same until more is said, so that pages that are asked
// for by time overlap or miss something only where the clock was corrected. Who
// wants pages that never do asks for positions.
func (s *Session) SeqAt(ctx context.Context, room chat.RoomID, t chat.Millis) (chat.Seq, *chat.Error) {
	if _, refusal := s.RoomByID(room); refusal != nil {
		return 0, refusal
	}
	seq, err := s.hub.store.LastBefore(ctx, room, t)
	if err != nil {
		return 0, s.hub.internal("find a time in a room", err)
	}
	return seq, nil
}

// Target is one of the user's rooms, and the last message in it.
type Target struct {
	Room *chat.RoomInfo
	Last chat.Seq
	Time chat.Millis
}

// Targets returns the user's rooms and direct conversations whose last message
// was said between two times, neither included, by that time. If there are more
// than limit, it is those nearest to from, which may be the later of the two.
func (s *Session) Targets(ctx context.Context, from, to chat.Millis, limit int) ([]Target, *chat.Error) {
	rooms := map[chat.RoomID]*chat.RoomInfo{}
	var ids []chat.RoomID
	for _, room := range s.Joined() {
		rooms[room.ID] = room
		ids = append(ids, room.ID)
	}
	messages, err := s.hub.store.LastSaid(ctx, ids)
	if err != nil {
		return nil, s.hub.internal("find what was said last", err)
	}
	var targets []Target
	for i := range messages {
		m := &messages[i]
		if min(from, to) < m.Time && m.Time < max(from, to) {
			targets = append(targets, Target{Room: rooms[m.Room], Last: m.Seq, Time: m.Time})
		}
	}
	slices.SortFunc(targets, func(a, b Target) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Last, b.Last)) })
	limit = min(max(limit, 0), len(targets))
	if from > to {
		return targets[len(targets)-limit:], nil
	}
	return targets[:limit], nil
}

// ReadMarker returns up to where the user has read a room, on whatever connection,
// and when the room's last event up to there happened: for a message, when it was
// said. Both are 0 if nothing was marked. Later changes come as [chat.ReadMarked]
// events in the inbox.
func (s *Session) ReadMarker(ctx context.Context, room chat.RoomID) (chat.Seq, chat.Millis, *chat.Error) {
	if _, refusal := s.RoomByID(room); refusal != nil {
		return 0, 0, refusal
	}
	seq, at, err := s.hub.store.ReadMark(ctx, s.User(), room)
	if err != nil {
		return 0, 0, s.hub.internal("read a read marker", err)
	}
	return seq, at, nil
}

// DirectWith returns the user's direct conversation with somebody, and false if
// there is none or the other has left it.
func (s *Session) DirectWith(user chat.UserID) (*chat.RoomInfo, bool) {
	if user == s.User() {
		return nil, false
	}
	for _, room := range s.Joined() {
		if _, with := room.Member(user); with && room.Flags&chat.Direct != 0 {
			return room, true
		}
	}
	return nil, false
}
