package irc

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// The keys of properties that a client wants to hear of, and the telling.
// (https://ircv3.net/specs/extensions/metadata, "Notifications")

const (
	maxSubscribed = 100      // keys of one client
	syncBytes     = 64 << 10 // of lines that are told unasked; where there are more, the client has to ask
	everything    = "*ALL"   // a target: all that the client has to do with
)

// subscribed returns the keys that the client has subscribed to. They never change.
func (c *conn) subscribed() []string {
	if keys := c.keys.Load(); keys != nil {
		return *keys
	}
	return nil
}

// subscribedTo reports whether the client is told of changes of a key.
func (c *conn) subscribedTo(key string) bool {
	return c.aware() && slices.Contains(c.subscribed(), key)
}

// wants reports whether the client is told of a property with a value of so many
// bytes.
func (c *conn) wants(key string, size int) bool { return fits(key, size) && c.subscribedTo(key) }

// alone says that a subcommand is about the client itself, if the target is another.
func (c *conn) alone(target string) bool {
	if target == "*" || c.isMe(target) {
		return true
	}
	c.fail("METADATA", "INVALID_TARGET", shown(target), "One subscribes for oneself: the target is *")
	return false
}

// subscribe adds keys that the client wants to hear of, in their order, as many as
// there may be.
func (c *conn) subscribe(target string, keys []string) {
	if !c.alone(target) {
		return
	}
	var good, bad []string
	over, all := "", slices.Clone(c.subscribed())
	for _, key := range keys {
		known := slices.Contains(all, key)
		if chat.CheckPropertyKey(key) != nil {
			bad = append(bad, key)
			continue
		}
		if !known && len(all) == maxSubscribed {
			over = key
			break
		}
		if good = append(good, key); !known {
			all = append(all, key)
		}
	}
	fresh := all[len(c.subscribed()):]
	c.keys.Store(&all)
	c.keyLines(rplMetadataSubOK, good)
	for _, key := range bad {
		c.badKey(c.newer("WARN", "FAIL"), key)
	}
	c.tooManyKeys(over)
	c.introduce(fresh)
}

// tooManyKeys says which was the first key that was not subscribed to, if any.
func (c *conn) tooManyKeys(key string) {
	switch {
	case key == "":
	case c.has(capMetadata3):
		c.fail("METADATA", "LIMIT_REACHED", "SUB", key, strconv.Itoa(maxSubscribed), "Those are as many subscriptions as there can be")
	default:
		c.fail("METADATA", "TOO_MANY_SUBS", key, "Those are as many subscriptions as there can be")
	}
}

// introduce tells what the values of keys are that the client has just subscribed to;
// or, as draft/metadata-3 has it, to ask for them.
func (c *conn) introduce(fresh []string) {
	switch {
	case len(fresh) == 0:
	case c.has(capMetadata3):
		c.numeric(errMetadataSyncLater, everything, "0", "Ask for what is set with METADATA "+everything+" SYNC")
	default:
		for _, room := range c.Session().Joined() {
			if room.Flags&chat.Direct == 0 {
				c.out = c.appendSync(c.out, room, func(key string, size int) bool { return fits(key, size) && slices.Contains(fresh, key) })
			}
		}
	}
}

func (c *conn) unsubscribe(target string, keys []string) {
	if !c.alone(target) {
		return
	}
	var good, bad []string
	for _, key := range keys {
		if chat.CheckPropertyKey(key) != nil {
			bad = append(bad, key)
		} else {
			good = append(good, key)
		}
	}
	left := slices.DeleteFunc(slices.Clone(c.subscribed()), func(key string) bool { return slices.Contains(good, key) })
	c.keys.Store(&left)
	c.keyLines(rplMetadataUnsubOK, good)
	for _, key := range bad {
		c.badKey(c.newer("WARN", "FAIL"), key)
	}
}

func (c *conn) listSubscribed(target string, _ []string) {
	switch {
	case !c.alone(target):
	case c.has(capMetadata3):
		c.metadataBatch("metadata-subs", "", func() { c.keyLines(rplMetadataSubs, c.subscribed()) })
	default:
		c.keyLines(rplMetadataSubs, c.subscribed())
	}
}

// keyLines adds a numeric with keys, on as many lines as it takes; none for no keys.
func (c *conn) keyLines(code string, keys []string) {
	const most = 300 // bytes of keys in a line
	if len(keys) == 0 {
		return
	}
	for _, l := range pack(keys, most) {
		c.numeric(code, strings.Fields(l)...)
	}
}

// synchronize tells all that the client has subscribed to of somebody, of a room and
// those in it, or of everything that it has to do with.
func (c *conn) synchronize(target string, _ []string) {
	s := c.Session()
	if target == everything && c.has(capMetadata3) {
		c.open("metadata", everything)
		c.syncRooms(s.Joined(), c.online(s.Watched()))
		return
	}
	o, ok := c.owner(target)
	switch {
	case !ok:
	case o.room == nil:
		c.open("metadata", o.name)
		c.syncPeople([]chat.UserID{chat.UserID(o.id)})
	case !c.in(o.room):
		c.fail("METADATA", "INVALID_TARGET", o.name, "You're not on that channel")
	default:
		c.open("metadata", o.name)
		c.syncRooms([]*chat.RoomInfo{o.room}, nil)
	}
}

// online returns those of nicks under which somebody is online.
func (c *conn) online(nicks []string) (people []chat.UserID) {
	for _, nick := range nicks {
		if p, ok := c.Session().Online(nick); ok {
			people = append(people, p.ID)
		}
	}
	return people
}

// syncRooms tells what is kept about rooms, and about everybody in them and others,
// each once.
func (c *conn) syncRooms(rooms []*chat.RoomInfo, people []chat.UserID) {
	for _, room := range rooms {
		if room.Flags&chat.Direct == 0 {
			c.out = c.appendRoomProperties(c.out, room, c.wants)
		}
		people = append(people, c.shownIn(room)...)
	}
	c.commitReply()
	slices.Sort(people)
	c.syncPeople(slices.Compact(people))
}

// syncPeople tells what is kept about people, some at a time: a client that does not
// read is not read either.
func (c *conn) syncPeople(people []chat.UserID) {
	const each = 50 // people for whom it counts as one action
	for some := range slices.Chunk(people, hub.MaxOwners) {
		if c.Session().Charge(c.Context(), 1+len(some)/each) != nil {
			return
		}
		c.out = c.appendPeople(c.out, some, c.wants)
		c.commitReply()
	}
}

// shownIn returns the people of a room as far as the client is shown them.
func (c *conn) shownIn(room *chat.RoomInfo) []chat.UserID {
	hides := room.Flags&chat.Quiet != 0 && !c.keeps(room)
	var people []chat.UserID
	for _, p := range c.Session().Presences(room.Members) {
		if !hides || p.ID == c.Session().User() || room.RankOf(p.ID, p.Role) >= chat.VoiceRank {
			people = append(people, p.ID)
		}
	}
	return people
}

// appendRoomProperties appends what is kept about a room.
func (c *conn) appendRoomProperties(dst []byte, room *chat.RoomInfo, want func(key string, size int) bool) []byte {
	all, err := c.Session().Properties(c.Context(), room.ID)
	if err != nil {
		return dst
	}
	for i := range all {
		if p := &all[i]; want(p.Name, len(p.Value)) {
			dst = c.appendChange(dst, c.gateway.cfg.Server, room.Name, p)
		}
	}
	return dst
}

// appendPeople appends what is kept about people, at most hub.MaxOwners of them.
func (c *conn) appendPeople(dst []byte, people []chat.UserID, want func(key string, size int) bool) []byte {
	all, err := c.Session().PropertiesOf(c.Context(), people, want)
	if err != nil {
		return dst
	}
	for i := range all {
		if nick := c.Session().NickOf(chat.UserID(all[i].Owner)); nick != "" {
			dst = c.appendChange(dst, c.gateway.cfg.Server, nick, &all[i])
		}
	}
	return dst
}

// appendSync appends what is wanted of a room and those in it, unasked: nothing if
// there is nothing, or, if it is too much, that the client may ask for it.
func (c *conn) appendSync(dst []byte, room *chat.RoomInfo, want func(key string, size int) bool) []byte {
	var lines []byte
	people := c.shownIn(room)
	if len(people) <= hub.MaxOwners {
		lines = c.appendPeople(c.appendRoomProperties(nil, room, want), people, want)
	}
	switch {
	case len(people) > hub.MaxOwners, len(lines) > syncBytes:
		return appendNumeric(dst, c.gateway.cfg.Server, errMetadataSyncLater, c.Session().Nick(), room.Name, "0", "Ask for what is set with METADATA "+room.Name+" SYNC")
	case len(lines) == 0 && !c.has(capMetadata3):
		return dst
	}
	return c.appendMetadata(dst, lines, "metadata", room.Name)
}

// appendJoinSync appends what the client has subscribed to of a room that it is in
// from now on.
func (c *conn) appendJoinSync(dst []byte, room *chat.RoomInfo) []byte {
	switch {
	case !c.aware():
		return dst
	case len(c.subscribed()) == 0 && c.has(capMetadata3):
		return c.appendMetadata(dst, nil, "metadata", room.Name)
	case len(c.subscribed()) == 0:
		return dst
	}
	return c.appendSync(dst, room, c.wants)
}

// appendOnlineSync appends what the client has subscribed to of people who are online
// under nicks that it watches, a batch for each.
func (c *conn) appendOnlineSync(dst []byte, people ...hub.Person) []byte {
	if !c.aware() {
		return dst
	}
	lines := c.subscribedOf(people)
	for i := range people {
		if some := lines[people[i].ID]; len(some) > 0 || c.has(capMetadata3) {
			dst = c.appendMetadata(dst, some, "metadata", people[i].Nick)
		}
	}
	return dst
}

// subscribedOf returns the lines that tell what the client has subscribed to of people,
// by whose it is.
func (c *conn) subscribedOf(people []hub.Person) map[chat.UserID][]byte {
	lines := map[chat.UserID][]byte{}
	if len(c.subscribed()) == 0 {
		return lines
	}
	nicks := map[chat.UserID]string{}
	var ids []chat.UserID
	for i := range people {
		if nicks[people[i].ID] == "" { // else it was named twice
			ids = append(ids, people[i].ID)
		}
		nicks[people[i].ID] = people[i].Nick
	}
	for some := range slices.Chunk(ids, hub.MaxOwners) {
		all, _ := c.Session().PropertiesOf(c.Context(), some, c.wants) // what can't be read was noted
		for i := range all {
			id := chat.UserID(all[i].Owner)
			lines[id] = c.appendChange(lines[id], c.gateway.cfg.Server, nicks[id], &all[i])
		}
	}
	return lines
}

// appendOwn appends all that is kept about the client's user, as it begins to know
// properties.
func (c *conn) appendOwn(dst []byte) []byte {
	if !c.aware() {
		return dst
	}
	s := c.Session()
	all, err := s.Properties(c.Context(), s.User().Inbox())
	if err != nil {
		return dst
	}
	var lines []byte
	for i := range all {
		if fits("", len(all[i].Value)) {
			lines = c.appendChange(lines, c.gateway.cfg.Server, s.Nick(), &all[i])
		}
	}
	return c.appendMetadata(dst, lines, "metadata", s.Nick())
}

// newcomers are what is kept about those who have joined a room last: all who are told
// of them would look it up at the same time.
type newcomers [64]atomic.Pointer[newcomer]

// newcomer never changes.
type newcomer struct {
	seq chat.Seq // of the joining
	all []hub.Property
}

// of returns what is kept about the author of an event who is somebody else: what is
// private is not in it.
func (n *newcomers) of(c *conn, ev *chat.Event) []hub.Property {
	slot := &n[uint64(ev.Seq)%uint64(len(n))]
	known := slot.Load()
	if known == nil || known.seq != ev.Seq {
		all, _ := c.Session().PropertiesOf(c.Context(), []chat.UserID{ev.By}, fits)
		known = &newcomer{ev.Seq, all}
		slot.Store(known)
	}
	return known.all
}

// appendNewcomer appends what the client has subscribed to of somebody who joins a
// room that it is in.
func (c *conn) appendNewcomer(dst []byte, d *hub.Delivery) []byte {
	if !c.aware() || len(c.subscribed()) == 0 || d.Room.Flags&chat.Direct != 0 {
		return dst
	}
	all := c.gateway.newcomers.of(c, d.Event)
	for i := range all {
		if c.subscribedTo(all[i].Name) {
			dst = c.appendChange(dst, c.gateway.cfg.Server, d.Event.Nick, &all[i])
		}
	}
	return dst
}
