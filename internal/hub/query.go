package hub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// Message is a message as it reads now, as history shows it.
type Message = store.Message

// Found is a page of what a search found.
type Found = store.SearchResult

// Queries are not ordered by the log: they read what is published and what is
// in the store, as far as the session's user may.

// sees reports whether the session's user may know of a room. Before somebody has
// arrived, that is what a guest may know, where guests are let in.
func (s *Session) sees(info *chat.RoomInfo) bool {
	return info != nil && (info.Flags&chat.Private == 0 && (s.User() != 0 || s.hub.policy.Guests) || s.in(info))
}

// reads reports whether the session's user may read a room, or anybody if nobody has
// arrived: its members do, and others if they could just come in.
func (s *Session) reads(info *chat.RoomInfo) bool {
	switch {
	case info == nil:
		return false
	case s.in(info):
		return true
	case info.Flags&chat.Closed != 0, s.Locked(info.ID): // of which info may not tell
		return false
	case s.User() == 0:
		return s.sees(info) && anybodys(info)
	case s.barred(info):
		return false
	}
	return info.Flags&chat.NoGuests == 0 || s.Role() != chat.GuestRole
}

// barred reports whether the session's user, who is not in a room, is banned from it.
func (s *Session) barred(info *chat.RoomInfo) bool {
	return info.Bars(s.User(), s.Nick(), s.Role(), s.hub.now())
}

// shown returns what the session's user may know of a room that they may know
// of: the key is for its members.
func (s *Session) shown(info *chat.RoomInfo) *chat.RoomInfo {
	if info.Key == "" || s.in(info) {
		return info
	}
	outside := *info
	outside.Key = ""
	return &outside
}

// in reports whether the session's user is a member of a room.
func (s *Session) in(info *chat.RoomInfo) bool {
	_, ok := info.Member(s.User())
	return ok
}

// Room returns a room that the user may know of, by name.
func (s *Session) Room(name string) (*chat.RoomInfo, *chat.Error) {
	if r, ok := s.hub.dir.room(name); ok {
		if info := r.info.Load(); s.sees(info) {
			return s.shown(info), nil
		}
	}
	return nil, chat.Errorf(chat.NotFound, "There is no room %s that you can see. /rooms lists those that there are.", name).Because(chat.NoSuchRoom)
}

// RoomByID returns a room that the user may know of.
func (s *Session) RoomByID(id chat.RoomID) (*chat.RoomInfo, *chat.Error) {
	if r := s.hub.dir.byID(id); r != nil {
		if info := r.info.Load(); s.sees(info) {
			return s.shown(info), nil
		}
	}
	return nil, chat.Errorf(chat.NotFound, "There is no such room. /rooms lists those that there are.").Because(chat.NoSuchRoom)
}

// readable says why the user may not read a room, or nil.
func (s *Session) readable(id chat.RoomID) *chat.Error {
	_, err := s.roomToRead(id)
	return err
}

// roomToRead returns a room that the user may read.
func (s *Session) roomToRead(id chat.RoomID) (*chat.RoomInfo, *chat.Error) {
	info, err := s.RoomByID(id)
	if err == nil && !s.reads(info) {
		err = s.unreadable(info)
	}
	return info, err
}

// unreadable says why the user may not read a room that they may know of.
func (s *Session) unreadable(info *chat.RoomInfo) *chat.Error {
	switch {
	case info.Flags&chat.Closed == 0 && s.Locked(info.ID):
		return chat.Errorf(chat.Forbidden, "%s is read by its members only, and entered with a key: /join %s key=WORD.", info.Name, info.Name).Because(chat.NotMember)
	case info.Flags&chat.Closed == 0 && s.barred(info):
		return chat.Errorf(chat.Forbidden, "You are banned from %s, and can't read it.", info.Name).Because(chat.BannedHere)
	case info.Flags&chat.Closed != 0:
		return chat.Errorf(chat.Forbidden, "%s is read by its members only, and entered by invitation.", info.Name).Because(chat.NotMember)
	}
	return chat.Errorf(chat.Forbidden, "%s is not read by whoever comes along; come in, and join it.", info.Name).Because(chat.NotMember)
}

// Rooms returns all rooms that are listed for the user: those with a name in the
// order of creation, then the user's direct conversations.
func (s *Session) Rooms() []*chat.RoomInfo {
	var rooms []*chat.RoomInfo
	for _, r := range s.hub.dir.named() {
		if info := r.info.Load(); s.sees(info) && (info.Flags&chat.Hidden == 0 || s.in(info)) {
			rooms = append(rooms, s.shown(info))
		}
	}
	for _, info := range s.Joined() {
		if info.Flags&chat.Direct != 0 {
			rooms = append(rooms, info)
		}
	}
	return rooms
}

// Locked reports whether a room is entered with a key, whether or not the user may know
// it.
func (s *Session) Locked(room chat.RoomID) bool {
	r := s.hub.dir.byID(room)
	info := (*chat.RoomInfo)(nil)
	if r != nil {
		info = r.info.Load()
	}
	return info != nil && info.Key != ""
}

// Invitations returns the rooms to which the user is invited, in the order of their
// creation.
func (s *Session) Invitations() []*chat.RoomInfo {
	var rooms []*chat.RoomInfo
	for _, r := range s.hub.dir.named() {
		if info := r.info.Load(); info != nil {
			if _, invited := slices.BinarySearch(info.Invited, s.User()); invited {
				rooms = append(rooms, s.shown(info))
			}
		}
	}
	return rooms
}

// Joined returns the rooms that the user is in, in the order of joining.
func (s *Session) Joined() []*chat.RoomInfo {
	s.hub.mu.Lock()
	var ids []chat.RoomID
	if p := s.hub.people[s.User()]; p != nil {
		ids = append(ids, p.rooms...)
	}
	s.hub.mu.Unlock()
	rooms := make([]*chat.RoomInfo, 0, len(ids))
	for _, id := range ids {
		if r := s.hub.dir.byID(id); r != nil && r.info.Load() != nil {
			rooms = append(rooms, r.info.Load())
		}
	}
	return rooms
}

// Head returns the position of a room's last event now. What is known of a room
// otherwise is as of the last change of its people or of itself.
func (s *Session) Head(room *chat.RoomInfo) chat.Seq {
	if r := s.hub.dir.byID(room.ID); r != nil {
		return chat.Seq(r.last.Load())
	}
	return room.Last
}

// Lookup returns who is called nick.
func (s *Session) Lookup(nick string) (chat.UserID, *chat.Error) {
	if id, ok := s.hub.dir.user(nick); ok {
		return id, nil
	}
	return 0, chat.Errorf(chat.NotFound, "There is nobody called %s here. /who lists those who are.", nick).Because(chat.NoSuchPerson)
}

// NickOf returns what somebody who is here is called, or "".
func (s *Session) NickOf(id chat.UserID) string { return s.hub.nick(id) }

// History returns the last messages of a room before a position (0: the end),
// at most limit, oldest first, as they read now: edits and deletions done.
func (s *Session) History(ctx context.Context, room chat.RoomID, before chat.Seq, limit int) ([]Message, *chat.Error) {
	return s.Messages(ctx, room, Range{Before: before, Latest: true, Limit: limit})
}

// Messages returns what was said in a part of a room's past, oldest first, at
// most r.Limit messages of it and MaxPlayback, as they read now. Deleted ones are
// there, marked.
func (s *Session) Messages(ctx context.Context, room chat.RoomID, r Range) ([]Message, *chat.Error) {
	if err := s.readable(room); err != nil {
		return nil, err
	}
	r.Limit = min(r.Limit, MaxPlayback)
	messages, err := s.hub.store.Messages(ctx, room, r, s.User())
	if err != nil {
		return nil, s.hub.internal("read history", err)
	}
	return messages, nil
}

// Around returns the messages of a room around a position, at most limit of them
// and MaxPlayback, oldest first, as they read now. Half of them are before the
// position, as far as there are so many.
func (s *Session) Around(ctx context.Context, room chat.RoomID, seq chat.Seq, limit int) ([]Message, *chat.Error) {
	if err := s.readable(room); err != nil {
		return nil, err
	}
	messages, err := s.hub.store.Around(ctx, room, seq, min(limit, MaxPlayback), s.User())
	if err != nil {
		return nil, s.hub.internal("read history", err)
	}
	return messages, nil
}

// Thread returns the last replies in a thread before a position (0: the end), at
// most limit of them and MaxPlayback, oldest first, as they read now. A thread is
// named by the message that began it; replies that were deleted are not there.
func (s *Session) Thread(ctx context.Context, root, before chat.Seq, limit int) ([]Message, *chat.Error) {
	if _, err := s.Message(ctx, root); err != nil {
		return nil, err
	}
	replies, err := s.hub.store.Thread(ctx, root, before, min(limit, MaxPlayback), s.User())
	if err != nil {
		return nil, s.hub.internal("read a thread", err)
	}
	return replies, nil
}

// Message returns a message that the user may read.
func (s *Session) Message(ctx context.Context, seq chat.Seq) (Message, *chat.Error) {
	m, ok, err := s.hub.store.Message(ctx, seq, s.User())
	if err != nil {
		return m, s.hub.internal("read message", err)
	}
	if !ok || s.readable(m.Room) != nil {
		return m, chat.Errorf(chat.NotFound, "There is no message %d here. /history shows the numbers.", seq).Because(chat.NoSuchMessage)
	}
	return m, nil
}

// internal logs what went wrong on our side and returns what a peer hears.
func (h *Hub) internal(doing string, err error) *chat.Error {
	h.logger.Error(doing, "err", err)
	return &chat.Error{Code: chat.Internal, Text: "Something went wrong on the server; it has been noted in its log.", Cause: err}
}

// recentMessages is how many messages a room shows to those who come in.
const recentMessages = 20

// recent is a room's newest page, read once for all who come in until something
// is said.
type recent struct {
	at       chat.Seq // of the room's last change that the page shows
	read     sync.Once
	messages []Message
	err      error
}

// Recent returns the messages before a position that somebody sees who begins
// to read a room there. One page is for all, so it does not tell anybody which
// reactions are theirs.
func (s *Session) Recent(ctx context.Context, room chat.RoomID, after chat.Seq) ([]Message, *chat.Error) {
	r := s.hub.dir.byID(room)
	if r == nil {
		return nil, nil
	}
	said := chat.Seq(r.said.Load())
	if said > after { // more has been said since: the page for newcomers is not this one's
		return s.History(ctx, room, after+1, recentMessages)
	}
	page := r.recentAt(said)
	page.read.Do(func() {
		page.messages, page.err = s.hub.store.Messages(context.WithoutCancel(ctx), room, Range{Before: after + 1, Latest: true, Limit: recentMessages}, 0)
	})
	if page.err != nil {
		return nil, s.hub.internal("read recent messages", page.err)
	}
	return page.messages, nil
}

// recentAt returns the page for newcomers as of the room's given last change.
func (r *room) recentAt(said chat.Seq) *recent {
	for {
		page := r.recent.Load()
		if page != nil && page.at == said {
			return page
		}
		fresh := &recent{at: said}
		if r.recent.CompareAndSwap(page, fresh) {
			return fresh
		}
	}
}

// Search finds messages in the user's rooms, or in the rooms that the query
// names (in:#room) as far as the user may read them. Before is
// Found.Next of the page before; 0 begins with the newest.
func (s *Session) Search(ctx context.Context, text string, before chat.Seq) (Found, *chat.Error) {
	rooms := s.Joined()
	if strings.Contains(text, "in:") {
		rooms = s.Rooms()
	}
	request := store.SearchRequest{Text: text, Before: before, Reader: s.User(), User: s.hub.dir.user, Room: s.named}
	for _, room := range rooms {
		if !s.reads(room) {
			continue
		}
		request.Rooms = append(request.Rooms, room.ID)
		request.Head = max(request.Head, s.Head(room))
	}
	found, err := s.hub.store.Search(ctx, request)
	if refusal := (*chat.Error)(nil); errors.As(err, &refusal) {
		return found, refusal
	}
	if err != nil {
		return found, s.hub.internal("search", err)
	}
	return found, nil
}

// named returns the room that a query names: #room, or @nick for the direct
// conversation with somebody.
func (s *Session) named(name string) (chat.RoomID, bool) {
	nick, direct := strings.CutPrefix(name, "@")
	if !direct {
		room, err := s.Room(name)
		if err != nil || !s.reads(room) {
			return 0, false
		}
		return room.ID, true
	}
	if other, ok := s.hub.dir.user(nick); ok {
		if room, ok := s.DirectWith(other); ok {
			return room.ID, true
		}
	}
	return 0, false
}
