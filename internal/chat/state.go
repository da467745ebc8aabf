package chat

import (
	"cmp"
	"maps"
	"slices"
)

// State is everything that the rules need and that is worth keeping in memory:
// who is here, which rooms there are, who is in which. It is owned by one
// goroutine, the applier; nothing in it is safe for concurrent use.
type State struct {
	seq    Seq
	now    Millis
	users  map[UserID]*user
	nicks  map[string]UserID // by folded nick
	rooms  map[RoomID]*room
	names  map[string]RoomID    // by folded room name
	direct map[[2]UserID]RoomID // by the two people's ids, in ascending order
	keys   map[Key]UserID       // of the guests who have a key
	audit  *room                // the audit log; nil until there is one
	bans   map[UserID]*BanInfo  // from the server, of people
	nets   []BanInfo            // and of networks, by Name

	nickLooks claims[UserID]
	nameLooks claims[RoomID]
}

type user struct {
	id    UserID
	nick  string
	key   *Key // nil without one
	node  uint64
	role  Role
	inbox Seq      // last event in the inbox
	rooms []RoomID // in the order of joining, without the inbox
	rare  *rarely  // nil until there is something
}

// rarely is what is known of few users.
type rarely struct {
	invited []RoomID            // private rooms that expect this user
	ranked  []RoomID            // where there is a standing, if nothing but this visit tells who it is: there is no key
	read    map[RoomID]ReadMark // nil until the first
}

// known returns what is known of few users, of this one.
func (u *user) known() rarely {
	if u.rare == nil {
		return rarely{}
	}
	return *u.rare
}

// learn returns it to be changed.
func (u *user) learn() *rarely {
	if u.rare == nil {
		u.rare = &rarely{}
	}
	return u.rare
}

type room struct {
	id       RoomID
	name     string
	topic    topic
	created  Millis
	flags    Flags
	archived bool
	creator  UserID
	members  []*user             // by id
	invited  map[UserID]struct{} // nil where nobody is
	pins     []Seq
	slow     uint32              // seconds between two messages of one person; 0 is none
	limit    uint32              // members at most; 0 is none
	key      string              // the word that joining takes; empty if none
	forward  string              // see ForwardKey; empty if none
	masks    []mask              // in the order of adding
	standing map[UserID]Standing // nil where everybody is like everybody else
	last     Seq                 // last event in the room
}

// topic is what a room is about, who said so, and when.
type topic struct {
	text string
	by   string // empty for the server itself
	at   Millis // 0 if there never was one
}

// NewState returns the state before the first event.
func NewState() *State {
	return &State{
		users:  map[UserID]*user{},
		nicks:  map[string]UserID{},
		rooms:  map[RoomID]*room{},
		names:  map[string]RoomID{},
		direct: map[[2]UserID]RoomID{},
		keys:   map[Key]UserID{},
		bans:   map[UserID]*BanInfo{},

		nickLooks: newClaims[UserID](),
		nameLooks: newClaims[RoomID](),
	}
}

// Seq returns the position of the last event.
func (s *State) Seq() Seq { return s.seq }

// RoomInfo is what others than the applier may know of a room: a copy that
// never changes.
type RoomInfo struct {
	ID       RoomID
	Name     string // empty for direct conversations and inboxes
	Topic    string
	TopicBy  string // who set the topic: the nick then; empty for the server itself
	TopicAt  Millis // 0 if it was never set
	Flags    Flags
	Archived bool
	Creator  UserID
	Created  Millis
	Last     Seq      // the room's last event
	Size     int      // how many members
	Members  []Member // by id: in the order of arrival; nil in a brief copy
	Invited  []UserID // who may join whatever it takes
	Pins     []Seq    // in the order of pinning
	Slow     uint32   // seconds between two messages of one person; 0 is none
	Limit    uint32   // members at most; 0 is none
	Key      string   // the word that joining takes, for members to know; empty if none
	Forward  string   // the room for those who may not come in; empty if none

	Standings []Standing // by User: of those who are not just members like others
	Masks     []MaskInfo // in the order of adding
}

// Brief returns a copy without the lists, which are long in a large room, and
// without the key. Only a direct conversation keeps its members.
func (r *RoomInfo) Brief() *RoomInfo {
	brief := *r
	brief.Invited, brief.Pins, brief.Standings, brief.Masks, brief.Key = nil, nil, nil, nil, ""
	if r.Flags&Direct == 0 {
		brief.Members = nil
	}
	return &brief
}

// Inbox reports whether the room is a person's inbox.
func (r *RoomInfo) Inbox() bool { return r.Name == "" && r.Flags&Direct == 0 }

// Member is a user as a room's list shows it.
type Member struct {
	ID   UserID
	Nick string
}

// Room returns a copy of what the state holds of a room that is not an inbox.
func (s *State) Room(id RoomID) (RoomInfo, bool) {
	r := s.rooms[id]
	if r == nil {
		return RoomInfo{}, false
	}
	info := RoomInfo{
		ID: r.id, Name: r.name, Topic: r.topic.text, TopicBy: r.topic.by, TopicAt: r.topic.at, Flags: r.flags, Archived: r.archived,
		Creator: r.creator, Created: r.created, Last: r.last,
		Size:    len(r.members),
		Members: make([]Member, 0, len(r.members)),
		Invited: slices.Sorted(maps.Keys(r.invited)),
		Pins:    slices.Clone(r.pins),
		Slow:    r.slow, Limit: r.limit, Key: r.key, Forward: r.forward,
		Standings: r.standings(), Masks: r.maskInfos(),
	}
	for _, u := range r.members {
		info.Members = append(info.Members, Member{ID: u.id, Nick: u.nick})
	}
	return info, true
}

// Member returns what the room knows of a member.
func (r *RoomInfo) Member(id UserID) (Member, bool) {
	i, ok := slices.BinarySearchFunc(r.Members, id, func(m Member, id UserID) int { return cmp.Compare(m.ID, id) })
	if !ok {
		return Member{}, false
	}
	return r.Members[i], true
}

// Rooms returns the ids of all rooms but inboxes, in the order of creation.
func (s *State) Rooms() []RoomID { return slices.Sorted(maps.Keys(s.rooms)) }

// ReadMark is up to where somebody has read a room: the position of an event there,
// and a time, for protocols that name places by time. Neither ever goes back.
type ReadMark struct {
	Seq Seq    // 0 if only the time is known
	At  Millis // 0 if only the position is known
}

// UserInfo is a copy of what the state holds of a user.
type UserInfo struct {
	ID    UserID
	Nick  string
	Role  Role
	Key   Key
	Node  uint64
	Inbox Seq      // the last event in the inbox
	Rooms []RoomID // in the order of joining, without the inbox
	Read  map[RoomID]ReadMark
}

// User returns a copy of what the state holds of a user who is here.
func (s *State) User(id UserID) (UserInfo, bool) {
	u := s.users[id]
	if u == nil {
		return UserInfo{}, false
	}
	return UserInfo{
		ID: u.id, Nick: u.nick, Role: u.role, Key: u.secret(), Node: u.node, Inbox: u.inbox,
		Rooms: slices.Clone(u.rooms), Read: maps.Clone(u.known().read),
	}, true
}

// Users returns the ids of everybody who is here, in the order of arrival.
func (s *State) Users() []UserID { return slices.Sorted(maps.Keys(s.users)) }

// Lookup returns the user who is called nick, however it is capitalised.
func (s *State) Lookup(nick string) (UserID, bool) {
	id, ok := s.nicks[Fold(nick)]
	return id, ok
}

// Find returns the room that is called name, however it is capitalised.
func (s *State) Find(name string) (RoomID, bool) {
	id, ok := s.names[Fold(name)]
	return id, ok
}

// Snapshot is a whole state as plain data: what a store keeps as read models
// and gives back at the start.
type Snapshot struct {
	Seq   Seq
	Now   Millis
	Users []UserInfo
	Rooms []RoomInfo // Members need only their IDs
	Bans  []BanInfo  // from the server: of people by User, then of networks by Name
}

// Snapshot returns a copy of the state, in a fixed order.
func (s *State) Snapshot() Snapshot {
	snap := Snapshot{Seq: s.seq, Now: s.now}
	for _, id := range s.Users() {
		info, _ := s.User(id)
		snap.Users = append(snap.Users, info)
	}
	for _, id := range s.Rooms() {
		info, _ := s.Room(id)
		snap.Rooms = append(snap.Rooms, info)
	}
	snap.Bans = s.Bans()
	return snap
}

// Restore returns the state that snap is a copy of.
func Restore(snap Snapshot) *State {
	s := NewState()
	s.seq, s.now = snap.Seq, snap.Now
	for _, info := range snap.Users {
		u := &user{
			id: info.ID, nick: info.Nick, role: info.Role, key: kept(info.Key), node: info.Node, inbox: info.Inbox,
			rooms: slices.Clone(info.Rooms),
		}
		if len(info.Read) > 0 {
			u.learn().read = maps.Clone(info.Read)
		}
		s.addUser(u)
	}
	for _, info := range snap.Rooms {
		s.restoreRoom(info)
	}
	for _, ban := range snap.Bans {
		s.ban(ban)
	}
	return s
}

func (s *State) addUser(u *user) {
	s.users[u.id] = u
	s.nameUser(u)
	if u.key != nil {
		s.keys[*u.key] = u.id
	}
}

func (s *State) addRoom(r *room) {
	s.rooms[r.id] = r
	s.nameRoom(r)
	if r.flags&Audit != 0 {
		s.audit = r
	}
}

func (s *State) restoreRoom(info RoomInfo) {
	r := &room{
		id: info.ID, name: info.Name, topic: topic{info.Topic, info.TopicBy, info.TopicAt}, flags: info.Flags, archived: info.Archived,
		creator: info.Creator, created: info.Created, last: info.Last, pins: slices.Clone(info.Pins),
		slow: info.Slow, limit: info.Limit, key: info.Key, forward: info.Forward,
	}
	for _, m := range info.Masks {
		r.masks = append(r.masks, newMask(m))
	}
	for _, st := range info.Standings {
		s.stand(r, st)
	}
	for _, m := range info.Members {
		r.add(s.users[m.ID])
	}
	for _, id := range info.Invited {
		if u := s.users[id]; u != nil {
			r.expect(u)
		}
	}
	s.addRoom(r)
	if r.flags&Direct != 0 && len(info.Members) == 2 {
		s.direct[pair(info.Members[0].ID, info.Members[1].ID)] = r.id
	}
}

// find returns where id is among the members, or would be.
func (r *room) find(id UserID) (int, bool) {
	return slices.BinarySearchFunc(r.members, id, func(u *user, id UserID) int { return cmp.Compare(u.id, id) })
}

func (r *room) has(id UserID) bool {
	_, ok := r.find(id)
	return ok
}

func (r *room) add(u *user) {
	if i, ok := r.find(u.id); !ok {
		r.members = slices.Insert(r.members, i, u)
	}
}

func (r *room) remove(id UserID) {
	if i, ok := r.find(id); ok {
		r.members = slices.Delete(r.members, i, i+1)
	}
}

// invite keeps in mind that u may join, if that takes anything. Who is not here
// any more can't be invited, and who goes is forgotten, so that invitations don't
// pile up.
func (r *room) invite(u *user) {
	if u != nil && r.picks() {
		r.expect(u)
	}
}

func (r *room) expect(u *user) {
	if r.invited == nil {
		r.invited = map[UserID]struct{}{}
	}
	r.invited[u.id] = struct{}{}
	more := u.learn()
	more.invited = append(more.invited, r.id)
}

func (r *room) uninvite(u *user) {
	if _, ok := r.invited[u.id]; ok {
		delete(r.invited, u.id)
		more := u.learn()
		more.invited = slices.DeleteFunc(more.invited, func(id RoomID) bool { return id == r.id })
	}
}

// kept returns a key as a user keeps it: most have none, and 32 bytes are a lot
// for nothing.
func kept(k Key) *Key {
	if k.IsZero() {
		return nil
	}
	return &k
}

func (u *user) secret() Key {
	if u.key == nil {
		return Key{}
	}
	return *u.key
}

// pair is the key of the direct conversation of two people.
func pair(a, b UserID) [2]UserID { return [2]UserID{min(a, b), max(a, b)} }
