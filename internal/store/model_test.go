package store_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// model is a server without a hub: it decides random commands in batches as the
// applier does, commits them, and remembers by itself what a store has to
// answer.
type model struct {
	t     testing.TB
	rng   *rand.Rand
	store *store.Store
	state *chat.State
	now   chat.Millis

	position uint64
	events   []chat.Event                  // the log, erased where a store has to have erased
	private  map[chat.PropertyKey]chat.Seq // where what somebody keeps for themselves alone was set
	pictures map[chat.PropertyKey]store.File
	facts    *chat.Facts // of the whole log, as chat learns them
	proofs   []store.Credential
	codes    []chat.Invitation // that still let somebody in
	keys     []chat.Key
	done     map[chat.Op]int // how often
	refused  int
	plain    bool // nobody looks at what is behind links
}

func newModel(t testing.TB, s *store.Store, seed uint64) *model {
	m := &model{
		private: map[chat.PropertyKey]chat.Seq{}, pictures: map[chat.PropertyKey]store.File{},
		t: t, rng: rand.New(rand.NewPCG(seed, 1)), store: s,
		state: chat.NewState(), facts: chat.NewFacts(), now: 1_700_000_000_000, done: map[chat.Op]int{},
	}
	for i := range byte(9) {
		m.keys = append(m.keys, chat.Key{i + 1})
	}
	m.commit([]*chat.Command{{Op: chat.CreateRoom, Name: chat.Lobby, Time: m.now}})
	return m
}

// round commits a batch of up to n random commands.
func (m *model) round(n int) {
	batch := make([]*chat.Command, 1+m.rng.IntN(n))
	for i := range batch {
		m.now += chat.Millis(m.rng.IntN(1000))
		batch[i] = m.command()
	}
	m.commit(batch)
}

// commit applies a batch as the hub does. The facts come from the store, and
// have to lead to the same decisions as those of the model.
func (m *model) commit(batch []*chat.Command) {
	m.t.Helper()
	var needs []chat.Need
	for _, c := range batch {
		needs = append(needs, c.Needs())
	}
	facts, err := m.store.Facts(m.t.Context(), needs)
	if err != nil {
		m.t.Fatal(err)
	}
	m.compareFacts(needs, facts)
	var events []chat.Event
	for _, c := range batch {
		var out chat.Outcome
		if events, out = m.state.Apply(c, facts, events); out.Err != nil {
			m.refused++
		} else {
			m.done[c.Op]++
		}
	}
	if len(events) == 0 { // nothing to keep, not even the position
		m.position--
	}
	m.position++
	if err := m.store.Commit(m.position, events); err != nil {
		m.t.Fatal(err)
	}
	for i := range events {
		m.learn(events[i])
	}
}

// learn keeps an event and what it does to the facts and to earlier events.
func (m *model) learn(ev chat.Event) {
	if ev.Client != "" {
		m.facts.Sent[chat.SentKey{By: ev.By, Client: ev.Client}] = chat.SentFact{Seq: ev.Seq, Room: ev.Room}
	}
	reaction := chat.ReactionKey{Target: ev.Target, By: ev.By, Emoji: ev.Text}
	switch ev.Kind {
	case chat.Message, chat.Action, chat.Notice:
		m.facts.Messages[ev.Seq] = chat.MessageFact{Room: ev.Room, By: ev.By, Nick: ev.Nick, Time: ev.Time, Thread: ev.Thread, Text: ev.Text}
		for _, f := range ev.Files {
			m.facts.Files[f.ID] = ev.Seq
		}
	case chat.Reacted:
		m.facts.Reactions[reaction] = true
	case chat.Unreacted:
		delete(m.facts.Reactions, reaction)
	case chat.PropertySet:
		m.erasePrivate(&ev)
		m.learnProperty(&ev)
	case chat.Departed:
		for key, seq := range m.private {
			if key.Owner == ev.Room {
				m.erase(seq)
				delete(m.private, key)
			}
		}
		for key := range m.facts.Properties {
			if key.Owner == ev.Room {
				delete(m.facts.Properties, key)
			}
		}
		if !ev.Key.IsZero() {
			m.facts.Guests[ev.Key] = chat.GuestFact{ID: ev.By, Nick: ev.Nick, Inbox: ev.Seq}
		}
	case chat.Deleted:
		fact := m.facts.Messages[ev.Target]
		fact.Deleted, fact.Text = true, ""
		maps.DeleteFunc(m.facts.Files, func(_ string, seq chat.Seq) bool { return seq == ev.Target })
		m.facts.Messages[ev.Target] = fact
		for i := range m.events {
			e := &m.events[i]
			if e.Seq == ev.Target || e.Kind == chat.Edited && e.Target == ev.Target {
				m.erase(e.Seq)
			}
		}
		for key := range m.facts.Reactions {
			if key.Target == ev.Target {
				delete(m.facts.Reactions, key)
			}
		}
	}
	m.learnPreviews(&ev)
	m.learnAccounts(&ev)
	ev.Secret = "" // it is not in the log
	m.events = append(m.events, ev)
}

// erasePrivate takes away what a property was that its owner alone was told of.
func (m *model) erasePrivate(ev *chat.Event) {
	p, own := chat.PropertyOf(ev)
	if !own {
		return
	}
	if seq, ok := m.private[p.PropertyKey]; ok {
		m.erase(seq)
	}
	delete(m.private, p.PropertyKey)
	if p.Private && p.Value != "" {
		m.private[p.PropertyKey] = ev.Seq
	}
}

// erase takes the words out of an event.
func (m *model) erase(seq chat.Seq) {
	i, _ := slices.BinarySearchFunc(m.events, seq, func(ev chat.Event, seq chat.Seq) int { return cmp.Compare(ev.Seq, seq) })
	m.events[i].Text, m.events[i].Tags, m.events[i].Files = "", "", nil
}

// compareFacts checks that the store told all that was asked for, and nothing
// wrong.
func (m *model) compareFacts(needs []chat.Need, got *chat.Facts) {
	m.t.Helper()
	want := chat.NewFacts()
	for _, n := range needs {
		m.wantMessage(&n, want)
		copyFact(want.Sent, m.facts.Sent, n.Sent)
		copyFact(want.Reactions, m.facts.Reactions, n.Reaction)
		if t := m.tally(n.Tally); t.All > 0 {
			want.Tallies[n.Tally] = t
		}
		copyFact(want.Guests, m.facts.Guests, n.Guest)
		if n.Property.Owner != 0 {
			copyFact(want.Properties, m.facts.Properties, n.Property)
			if all := m.propertiesOf(n.Property.Owner); len(all) > 0 {
				want.Owned[n.Property.Owner] = len(all)
			}
		}
		for _, f := range n.Files {
			copyFact(want.Files, m.facts.Files, f.ID)
		}
		m.wantProofs(&n, want)
	}
	for key := range want.Guests { // those who are here the state knows
		for _, id := range m.state.Users() {
			if u, _ := m.state.User(id); u.Key == key {
				delete(want.Guests, key)
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		m.t.Fatalf("facts of %+v:\n got %+v\nwant %+v", needs, got, want)
	}
}

// tally counts the reactions to a message, from the model.
func (m *model) tally(seq chat.Seq) *chat.Tally {
	t := new(chat.Tally)
	for key := range m.facts.Reactions {
		if key.Target == seq {
			t.Add(key.By, key.Emoji)
		}
	}
	return t
}

func copyFact[K comparable, V any](to, from map[K]V, key K) {
	if v, ok := from[key]; ok {
		to[key] = v
	}
}

// command makes up something that somebody may want. Much of it is refused.
func (m *model) command() *chat.Command {
	c := &chat.Command{Time: m.now, By: m.user(), Op: chat.Op(1 + m.rng.IntN(int(chat.Depart)))}
	if len(m.state.Users()) >= 6 && m.rng.IntN(3) == 0 {
		return m.account(c)
	}
	if !m.plain && m.rng.IntN(8) == 0 {
		return m.previewing(c)
	}
	switch {
	case m.rng.IntN(3) == 0:
		c.Op = chat.Say
	case len(m.state.Users()) < 6 || c.Op == chat.ArchiveRoom && m.rng.IntN(4) > 0:
		c.Op = chat.Arrive
	case c.Op == chat.Depart || c.Op == chat.Leave:
		c.Op = []chat.Op{chat.Depart, chat.Leave, chat.Join, chat.OpenDirect, chat.Invite}[m.rng.IntN(5)]
	}
	if m.rng.IntN(2) == 0 {
		c.Client = chat.ClientID(fmt.Sprintf("id-%d", m.rng.IntN(400)))
	}
	c.Room, c.User, c.Text = m.room(), m.user(), m.text()
	if u, ok := m.state.User(c.By); ok && len(u.Rooms) > 0 && m.rng.IntN(4) > 0 {
		c.Room = u.Rooms[m.rng.IntN(len(u.Rooms))]
	}
	switch c.Op {
	case chat.Say:
		c.Emote, c.Notice = m.rng.IntN(5) == 0, m.rng.IntN(8) == 0
		if m.rng.IntN(4) == 0 {
			c.Tags = fmt.Sprintf("+example.com/mood=%d;+draft/x", m.rng.IntN(100))
		}
		if m.rng.IntN(4) == 0 {
			c.Target = m.message()
		}
		for range m.rng.IntN(3) * m.rng.IntN(2) {
			c.Files = append(c.Files, m.file())
		}
	case chat.Edit, chat.Delete, chat.Pin, chat.Unpin:
		c.Target = m.message()
		if f := m.facts.Messages[c.Target]; m.rng.IntN(4) > 0 {
			c.By = f.By
		}
	case chat.React, chat.Unreact:
		c.Target, c.Text = m.message(), []string{"👍", "🎉", "ok"}[m.rng.IntN(3)]
		if m.rng.IntN(2) == 0 { // once more, or back
			c.By, c.Target, c.Text = m.reaction()
		}
	case chat.MarkRead:
		c.Target, c.Strict = chat.Seq(m.rng.IntN(len(m.events)+1)), m.rng.IntN(3) == 0
		if m.rng.IntN(3) == 0 {
			c.Until = m.now - chat.Millis(m.rng.IntN(10_000))
		}
	case chat.Join, chat.CreateRoom, chat.RenameRoom:
		c.Name, c.Private = fmt.Sprintf("#room%d", m.rng.IntN(12)), m.rng.IntN(2) == 0
		if m.rng.IntN(2) == 0 {
			c.Room = 0
		}
	case chat.SetNick:
		c.Name = fmt.Sprintf("nick%d", m.rng.IntN(20))
	}
	switch c.Op {
	case chat.RenameRoom, chat.ArchiveRoom, chat.RestoreRoom:
		if m.rng.IntN(4) > 0 {
			c.Name = fmt.Sprintf("#room%d", m.rng.IntN(100))
			c.By, c.Room = m.owned(c.Op == chat.RestoreRoom)
		}
	case chat.Arrive:
		c.By, c.Name, c.Node, c.Client = 0, fmt.Sprintf("guest%d", m.rng.IntN(9)), m.rng.Uint64(), ""
		if m.rng.IntN(2) == 0 {
			c.Key = m.keys[m.rng.IntN(len(m.keys))]
		}
	case chat.Depart:
		c.By, c.Client = 0, ""
	}
	return c
}

// owned returns somebody who owns a room and is in it, and that room, archived or
// not; 0 if there is none.
func (m *model) owned(archived bool) (chat.UserID, chat.RoomID) {
	for _, id := range m.state.Rooms() {
		room, _ := m.state.Room(id)
		for _, st := range room.Standings {
			if _, in := room.Member(st.User); in && st.Rank == chat.OwnerRank && room.Archived == archived {
				return st.User, id
			}
		}
	}
	return 0, 0
}

func (m *model) user() chat.UserID {
	if users := m.state.Users(); len(users) > 0 {
		return users[m.rng.IntN(len(users))]
	}
	return 0
}

func (m *model) room() chat.RoomID {
	rooms := m.state.Rooms()
	return rooms[m.rng.IntN(len(rooms))]
}

// message returns a message, most likely a recent one, or now and then some
// other event.
func (m *model) message() chat.Seq {
	for range 30 {
		back := min(m.rng.IntN(len(m.events)), m.rng.IntN(200))
		if ev := m.events[len(m.events)-1-back]; ev.Said() || m.rng.IntN(20) == 0 {
			return ev.Seq
		}
	}
	return 0
}

// reaction returns the latest reaction there was.
func (m *model) reaction() (by chat.UserID, target chat.Seq, emoji string) {
	for _, ev := range slices.Backward(m.events) {
		if ev.Kind == chat.Reacted {
			return ev.By, ev.Target, ev.Text
		}
	}
	return 0, 0, "ok"
}

func (m *model) text() string {
	text := fmt.Sprintf("text %d of the model", m.rng.IntN(1000))
	if m.rng.IntN(3) == 0 {
		text += " " + m.link()
	}
	for range m.rng.IntN(3) * m.rng.IntN(40) {
		text += " and on and on and on"
	}
	return text
}

// inRoom returns the room's events after a position, from the model.
func (m *model) inRoom(room chat.RoomID, after chat.Seq, limit int) (events []chat.Event) {
	for _, ev := range m.events {
		if ev.Room == room && ev.Seq > after && len(events) < limit {
			events = append(events, ev)
		}
	}
	return events
}

// page returns a page of history as somebody reads it, from the model.
func (m *model) page(room chat.RoomID, r store.Range, reader chat.UserID) (page []store.Message) {
	for _, ev := range m.events {
		if ev.Room == room && ev.Said() && ev.Seq > r.After && (r.Before == 0 || ev.Seq < r.Before) {
			page = append(page, m.asNow(ev, reader))
		}
	}
	if r.Latest {
		return page[max(0, len(page)-r.Limit):]
	}
	return page[:min(len(page), r.Limit)]
}

// around returns the page around a position, from the model.
func (m *model) around(room chat.RoomID, at chat.Seq, limit int, reader chat.UserID) []store.Message {
	if at == 0 {
		return m.page(room, store.Range{Limit: limit}, reader)
	}
	before := m.page(room, store.Range{Before: at, Latest: true, Limit: limit / 2}, reader)
	return append(before, m.page(room, store.Range{After: at - 1, Limit: limit - limit/2}, reader)...)
}

// asNow returns a message as it is now and as somebody reads it, by going through
// the whole log.
func (m *model) asNow(ev chat.Event, reader chat.UserID) store.Message {
	msg := store.Message{Event: ev, Deleted: m.facts.Messages[ev.Seq].Deleted}
	var reactions []chat.Event
	for _, e := range m.events {
		if e.Target != ev.Seq || msg.Deleted {
			continue
		}
		switch e.Kind {
		case chat.Edited:
			msg.Edited, msg.Text = true, e.Text
		case chat.Reacted:
			reactions = append(reactions, e)
		case chat.Unreacted:
			reactions = slices.DeleteFunc(reactions, func(r chat.Event) bool { return r.By == e.By && r.Text == e.Text })
		}
	}
	for _, r := range reactions {
		i := slices.IndexFunc(msg.Reactions, func(have store.Reaction) bool { return have.Emoji == r.Text })
		if i < 0 {
			i = len(msg.Reactions)
			msg.Reactions = append(msg.Reactions, store.Reaction{Emoji: r.Text})
		}
		msg.Reactions[i].Count++
		msg.Reactions[i].Nicks = append(msg.Reactions[i].Nicks, r.Nick)
		msg.Reactions[i].Mine = msg.Reactions[i].Mine || r.By == reader
	}
	msg.Replies, msg.Previews = m.replies(ev.Seq), m.previews(ev.Seq)
	return msg
}

// thread returns the replies in a thread, without those that were deleted.
func (m *model) thread(root chat.Seq) (replies []chat.Event) {
	for _, ev := range m.events {
		if ev.Said() && ev.Thread == root && !m.facts.Messages[ev.Seq].Deleted {
			replies = append(replies, ev)
		}
	}
	return replies
}

// replies returns what there is in a thread.
func (m *model) replies(root chat.Seq) (r store.Replies) {
	named := map[chat.UserID]bool{}
	for i, ev := range m.thread(root) {
		r.Count, r.Last, r.At = r.Count+1, ev.Seq, ev.Time
		if i < store.LookAtRepliers && len(named) < store.MaxRepliers && !named[ev.By] {
			named[ev.By] = true
			r.Nicks = append(r.Nicks, ev.Nick)
		}
	}
	return r
}

// checkThread compares a page of a thread.
func (m *model) checkThread(root chat.Seq) {
	m.t.Helper()
	before, limit, reader := chat.Seq(m.rng.IntN(len(m.events)+2)), 1+m.rng.IntN(9), m.user()
	var want []store.Message
	for _, ev := range m.thread(root) {
		if before == 0 || ev.Seq < before {
			want = append(want, m.asNow(ev, reader))
		}
	}
	want = want[max(0, len(want)-limit):]
	if got, err := m.store.Thread(m.t.Context(), root, before, limit, reader); err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		m.t.Fatalf("thread %d before %d, %d of it: %v\n got %+v\nwant %+v", root, before, limit, err, got, want)
	}
}

// normal makes two snapshots comparable: an empty map or list is none.
func normal(s chat.Snapshot) chat.Snapshot {
	for i := range s.Users {
		if len(s.Users[i].Read) == 0 {
			s.Users[i].Read = nil
		}
		if len(s.Users[i].Rooms) == 0 {
			s.Users[i].Rooms = nil
		}
	}
	for i := range s.Rooms {
		if len(s.Rooms[i].Pins) == 0 {
			s.Rooms[i].Pins = nil
		}
		if len(s.Rooms[i].Members) == 0 {
			s.Rooms[i].Members = nil
		}
		if len(s.Rooms[i].Invited) == 0 {
			s.Rooms[i].Invited = nil
		}
	}
	return s
}

// checkLoad compares what Load gives back with the state.
func (m *model) checkLoad() {
	m.t.Helper()
	snap, position, err := m.store.Load(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	if position != m.position {
		m.t.Fatalf("position %d, want %d", position, m.position)
	}
	restored, want := normal(chat.Restore(snap).Snapshot()), normal(m.state.Snapshot())
	if !reflect.DeepEqual(restored, want) {
		m.t.Fatalf("after %d events\n got %+v\nwant %+v", len(m.events), restored, want)
	}
	for i := range snap.Rooms {
		snap.Rooms[i].Size = len(snap.Rooms[i].Members)
	}
	if got := normal(snap); !reflect.DeepEqual(got, want) {
		m.t.Fatalf("after %d events the tables say\n got %+v\nwant %+v", len(m.events), got, want)
	}
}

// checkReads compares pages, in both directions, with the model's.
func (m *model) checkReads() {
	m.t.Helper()
	ctx := m.t.Context()
	rooms := m.state.Rooms()
	if u := m.user(); u != 0 {
		rooms = append(rooms, u.Inbox())
	}
	for _, room := range rooms {
		limit := 1 + m.rng.IntN(60)
		at := chat.Seq(m.rng.IntN(len(m.events) + 2))
		events, err := m.store.Events(ctx, room, at, limit)
		if want := m.inRoom(room, at, limit); err != nil || !reflect.DeepEqual(events, want) {
			m.t.Fatalf("events of room %d after %d, %d of them: %v\n got %+v\nwant %+v", room, at, limit, err, events, want)
		}
		m.checkPages(room, at, limit)
	}
	m.checkPlayback(rooms)
	m.checkUnread()
	m.checkFiles()
	m.checkMessage(ctx, m.message())
	m.checkThread(m.message())
	if root := m.facts.Messages[m.message()].Thread; root != 0 {
		m.checkThread(root)
	}
	m.checkAccounts()
	m.checkAudit()
	m.checkProperties()
}

// checkPages compares pages before, after and around a position.
func (m *model) checkPages(room chat.RoomID, at chat.Seq, limit int) {
	m.t.Helper()
	reader := m.user()
	for _, r := range []store.Range{{Before: at, Latest: true, Limit: limit}, {After: at, Limit: limit}, {After: at / 2, Before: at, Limit: limit}} {
		page, err := m.store.Messages(m.t.Context(), room, r, reader)
		if want := m.page(room, r, reader); err != nil || len(page)+len(want) > 0 && !reflect.DeepEqual(page, want) {
			m.t.Fatalf("page of room %d, %+v: %v\n got %+v\nwant %+v", room, r, err, page, want)
		}
	}
	page, err := m.store.Around(m.t.Context(), room, at, limit, reader)
	if want := m.around(room, at, limit, reader); err != nil || len(page)+len(want) > 0 && !reflect.DeepEqual(page, want) {
		m.t.Fatalf("page of room %d around %d, %d of them: %v\n got %+v\nwant %+v", room, at, limit, err, page, want)
	}
}

func (m *model) checkMessage(ctx context.Context, seq chat.Seq) {
	m.t.Helper()
	reader := m.user()
	got, ok, err := m.store.Message(ctx, seq, reader)
	if err != nil {
		m.t.Fatal(err)
	}
	i, _ := slices.BinarySearchFunc(m.events, seq, func(ev chat.Event, seq chat.Seq) int { return cmp.Compare(ev.Seq, seq) })
	switch said := i < len(m.events) && m.events[i].Said(); {
	case ok != said:
		m.t.Fatalf("message %d: found %t, want %t", seq, ok, said)
	case ok && !reflect.DeepEqual(got, m.asNow(m.events[i], reader)):
		m.t.Fatalf("message %d:\n got %+v\nwant %+v", seq, got, m.asNow(m.events[i], reader))
	}
}

// checkReplay reads the whole log back, room by room, and evolves a new state
// from it.
func (m *model) checkReplay() {
	m.t.Helper()
	rooms := map[chat.RoomID]bool{}
	for _, ev := range m.events {
		rooms[ev.Room] = true
	}
	var log []chat.Event
	for room := range rooms {
		for after := chat.Seq(0); ; {
			events, err := m.store.Events(m.t.Context(), room, after, 100)
			if err != nil {
				m.t.Fatal(err)
			}
			if len(events) == 0 {
				break
			}
			log = append(log, events...)
			after = events[len(events)-1].Seq
		}
	}
	slices.SortFunc(log, func(a, b chat.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	if !reflect.DeepEqual(log, m.events) {
		for i := range min(len(log), len(m.events)) {
			if !reflect.DeepEqual(log[i], m.events[i]) {
				m.t.Errorf("the log says %+v, want %+v", log[i], m.events[i])
			}
		}
		m.t.Fatalf("the log read back differs: %d events, want %d", len(log), len(m.events))
	}
	replayed := chat.NewState()
	for i := range log {
		replayed.Evolve(&log[i])
	}
	if !reflect.DeepEqual(normal(replayed.Snapshot()), normal(m.state.Snapshot())) {
		m.t.Fatal("replaying the log gives another state")
	}
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Whatever happens, the read models say what the log says.
func TestStoreAgreesWithState(t *testing.T) {
	var done [chat.DropPreview + 1]atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := range seeds() {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				m := agree(t, seed)
				for op, n := range m.done {
					done[op].Add(int64(n))
				}
				t.Logf("%d events, %d refusals", len(m.events), m.refused)
			})
		}
	})
	missed := func() (ops []chat.Op) {
		for op := chat.Say; op <= chat.DropPreview; op++ {
			if done[op].Load() == 0 {
				ops = append(ops, op)
			}
		}
		return ops
	}
	for seed := seeds(); len(missed()) > 0 && !testing.Short(); seed++ { // some need luck
		if seed == 20 {
			t.Fatalf("the operations %v never succeeded", missed())
		}
		for op, n := range agree(t, seed).done {
			done[op].Add(int64(n))
		}
	}
}

// seeds is how many histories there are.
func seeds() uint64 {
	if testing.Short() {
		return 1
	}
	return 4
}

// agree has a store and a model go through one random history.
func agree(t *testing.T, seed uint64) *model {
	dir := t.TempDir()
	m := newModel(t, openStore(t, dir), seed)
	for i := range 80 {
		m.round(40)
		m.checkLoad()
		m.checkAccounts()
		if i%20 == 0 {
			m.checkReads()
		}
	}
	m.checkReplay()
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	m.store = openStore(t, dir)
	m.checkLoad()
	m.checkReads()
	m.checkReplay()
	return m
}
