package chat_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// The model test applies the same commands, likely ones and hostile ones alike,
// to several states, which have to stay equal:
//
//   - one command at a time, its facts looked up just before (a [world], which
//     checks what holds after every command);
//   - in batches, the facts looked up before the batch, and the state restored
//     from its own snapshot after each;
//   - by the events alone, as their records have them: without the secrets.
//
// The commands come out of bytes, so that the fuzzer can steer.
type model struct {
	*world
	batched  *chat.State
	batchLib *library
	replica  *chat.State

	pending  []*chat.Command // applied to the world, not yet to batched
	events   []chat.Event    // that they brought about
	outcomes []chat.Outcome

	said        []chat.Seq    // every message there has been
	credentials []chat.Event  // that were added,
	invitations []chat.Event  // that were made,
	registered  []chat.UserID // who became a member or a bot,
	disciplined []chat.Event  // and who or what was muted or banned
	masked      []chat.Event  // or by a mask
	previewed   []chat.Event
	sent        map[chat.SentKey]bool
	kinds       map[chat.Kind]int
	codes       map[chat.Code]int
}

func newModel(t *testing.T) *model {
	m := &model{
		batched: chat.NewState(), batchLib: newLibrary(), replica: chat.NewState(),
		sent: map[chat.SentKey]bool{}, kinds: map[chat.Kind]int{}, codes: map[chat.Code]int{},
	}
	m.world = &world{t: t, state: chat.NewState(), lib: newLibrary(), ledger: newLedger(), now: 1_790_000_000_000}
	m.step(chat.Command{Time: m.now, Op: chat.CreateRoom, Name: chat.Lobby})
	return m
}

// note keeps what later commands can be about.
func (m *model) note(ev *chat.Event) {
	own := ev.Room == ev.User.Inbox()
	switch {
	case ev.Said():
		m.said = append(m.said, ev.Seq)
	case ev.Kind == chat.CredentialAdded && own:
		m.credentials = append(m.credentials, *ev)
	case ev.Kind == chat.InvitationMade:
		m.invitations = append(m.invitations, *ev)
	case ev.Kind == chat.Registered && own:
		m.registered = append(m.registered, ev.User)
	case ev.Kind == chat.Previewed:
		m.previewed = append(m.previewed, *ev)
	case ev.Kind == chat.MaskAdded:
		m.masked = append(m.masked, *ev)
	case ev.Kind == chat.Muted, ev.Kind == chat.Banned:
		m.disciplined = append(m.disciplined, *ev)
	}
}

// step applies c to the world and the replica, and keeps it for the batch.
func (m *model) step(c chat.Command) {
	m.t.Helper()
	events, out := m.apply(c)
	key := chat.SentKey{By: c.By, Client: c.Client}
	if m.sent[key] && (len(events) > 0 || out.Err != nil || out.Seq == 0) {
		m.t.Fatalf("%+v was sent before; now: %+v, %v", c, out, showAll(events))
	}
	for i := range events {
		ev := &events[i]
		recorded, err := chat.DecodeEvent(ev.Seq, ev.Room, chat.AppendEvent(nil, ev))
		if err != nil {
			m.t.Fatal(err)
		}
		m.replica.Evolve(&recorded)
		m.kinds[ev.Kind]++
		m.note(ev)
		if ev.Client != "" {
			m.sent[chat.SentKey{By: ev.By, Client: ev.Client}] = true
		}
	}
	if out.Err != nil {
		m.codes[out.Err.Code]++
	} else if c.Client != "" && len(events) > 0 && c.Op != chat.Arrive && c.Op != chat.Depart && (c.Op != chat.Register || c.By != 0) && !m.sent[key] {
		m.t.Fatalf("no event of %+v has its client id: %v", c, showAll(events))
	}
	m.pending = append(m.pending, &c)
	m.events = append(m.events, events...)
	m.outcomes = append(m.outcomes, out)
}

// flush applies what is pending as one batch and compares all states.
func (m *model) flush() {
	m.t.Helper()
	facts := m.batchLib.facts(m.pending...)
	var events []chat.Event
	for i, c := range m.pending {
		var out chat.Outcome
		events, out = m.batched.Apply(c, facts, events)
		if want := m.outcomes[i]; !reflect.DeepEqual(out, want) {
			m.t.Fatalf("%+v in a batch: %+v (%v), alone: %+v (%v)", *c, out, out.Err, want, want.Err)
		}
	}
	if len(events) != len(m.events) || len(events) > 0 && !reflect.DeepEqual(events, m.events) {
		m.t.Fatalf("in a batch:\n\t%s\nalone:\n\t%s", strings.Join(showAll(events), "\n\t"), strings.Join(showAll(m.events), "\n\t"))
	}
	for i := range events {
		m.batchLib.file(&events[i])
	}
	wantSame(m.t, "one by one and in batches", m.state, m.batched)
	wantSame(m.t, "decided and replayed", m.state, m.replica)
	m.batched = chat.Restore(m.batched.Snapshot())
	wantSame(m.t, "restored", m.state, m.batched)
	checkState(m.t, m.batched)
	m.pending, m.events, m.outcomes = nil, nil, nil
}

// What the commands are made of: some of it good, some of it not.
var (
	someOps = []chat.Op{
		chat.Say, chat.Say, chat.Say, chat.Say, chat.Edit, chat.Delete, chat.React, chat.React, chat.Unreact, chat.Unreact,
		chat.Pin, chat.Unpin, chat.SetTopic, chat.Join, chat.Join, chat.Join, chat.Leave, chat.CreateRoom, chat.RenameRoom, chat.RenameRoom,
		chat.ArchiveRoom, chat.RestoreRoom, chat.RestoreRoom, chat.Invite, chat.Invite, chat.OpenDirect, chat.MarkRead, chat.SetNick,
		chat.Arrive, chat.Arrive, chat.Arrive, chat.Depart, 0, chat.OpEnd,

		chat.Register, chat.Register, chat.MakeBot, chat.Login, chat.AddCredential, chat.AddCredential, chat.DropCredential,
		chat.MakeInvitation, chat.MakeInvitation, chat.DropInvitation, chat.SetRole, chat.SetRank, chat.SetRank, chat.SetRules,
		chat.Kick, chat.Mute, chat.Mute, chat.Unmute, chat.Ban, chat.Ban, chat.Unban, chat.Unban, chat.Disconnect, chat.Report,
		chat.SetRules, chat.SetKey, chat.SetKey, chat.SetLimit, chat.AddMask, chat.AddMask, chat.DropMask,
		chat.SetProperty, chat.SetProperty, chat.SetProperty,
		chat.Preview, chat.Preview, chat.Preview, chat.Preview, chat.DropPreview, chat.DropPreview, chat.DropPreview, chat.DropPreview,
	}
	someNames = []string{
		"alice", "ALICE", "bob", "carol", "otter", "Żółw", "żółW", "\u212aelvin", "kelvin", "i", "\u0130", "42", "",
		"b0b", "B0B", "Iris", "lris", "IRIS", "alıce", "otter2", "ottеr", "אב", "e\u0301va", "\u00c9VA", "#l0bby", "#tеa", "#den1", "#denl",
		"#lobby", "#Lobby", "#tea", "#TEA", "#den", "#żółć", "#1", "#2", "#3", "#4", "#", "#audit", "#AUDIT", "#a b", "a\x1b[2J", "\xff", strings.Repeat("x", 65),
	}
	someTexts = []string{
		"hello", "hi", "👍", "👍", "🎉", "👍", "two\nlines", "żółć", wales, "see " + someURLs[0], someURLs[1] + " and " + someURLs[0], someURLs[0] + " too", "", " ", "\x1b[31m", "\xff\xfe", "\u202e", "a b",
		strings.Repeat("x", chat.MaxTopic+1), strings.Repeat("x", chat.MaxText), strings.Repeat("x", chat.MaxText+1),
	}
	someClients      = []chat.ClientID{"", "", "", "", "", "1", "2", "3", "4", "a b", chat.ClientID(strings.Repeat("c", 65))}
	someWords        = []string{"", "tea", "milk", "a b"}
	someMasks        = []string{"bob", "*", "alice!*@guest", "*@member", "~a:BOB", "~account:*", "~x:bob", "", "a b", "otter?", "Bob!*@*"}
	someTags         = []string{"+a", "+a=b;+example.com/c", "+a b", "a", strings.Repeat("+a;", 2000)}
	somePropertyKeys = []string{"status", "status", "avatar", "forward", "a/b.c_d-1", "", "Status", "a b", strings.Repeat("k", chat.MaxPropertyKey+1)}
	someKeys         = []chat.Key{{}, {}, {1}, {2}, {31: 3}}

	someFiles    = []chat.File{file(1), file(2), file(3), file(4), file(5), {}}
	somePeers    = []string{"", "", "", "", "192.0.2.7", "198.51.100.1", "2001:db8::1", "fe80::1%eth0", "\x1b[2J"}
	someNetworks = []string{"192.0.2.7", "192.0.2.0/24", "198.51.100.0/25", "2001:db8::/32", "::ffff:192.0.2.0/120", "10.0.0.0/7", "", "\xff"}
	someLevels   = []uint8{
		uint8(chat.MemberRole), uint8(chat.AdminRole), uint8(chat.OwnerRole), uint8(chat.ByPassword), uint8(chat.ByToken), uint8(chat.ByTOTP), uint8(chat.ByPasskey), uint8(chat.ByOIDC),
		uint8(chat.ModeratorRank), uint8(chat.OwnerRank), uint8(chat.VoiceRank), uint8(chat.PlainRank), uint8(chat.Announce), uint8(chat.NoGuests | chat.HeldPins), uint8(chat.HeldInvites), 7, 200,
	}
	someCounts  = []uint32{0, 1, 1, 2, 30, chat.MaxSlow + 1, chat.MaxInvites + 1}
	someLasting = []chat.Millis{0, 0, 0, 1, 5000, 100_000, -1, math.MaxInt64 / 2}
	someSecrets = []string{"", "", "a hash", "another", strings.Repeat("x", chat.MaxSecret+1)}
	someSteps   = []chat.Millis{0, 1, 1, 40, 40, 1000, -1, -50, -59_999, -60_000, 90_000, -90_000, -1 << 40, 1 << 40, math.MinInt64 / 2}
)

// stream is a source of choices: bytes, then zeros.
type stream struct {
	rest []byte
	last byte
}

func (s *stream) next() int {
	s.last = 0
	if len(s.rest) > 0 {
		s.last, s.rest = s.rest[0], s.rest[1:]
	}
	return int(s.last)
}

func one[T any](s *stream, of []T) (v T) {
	if n := s.next(); len(of) > 0 {
		v = of[n%len(of)]
	}
	return v
}

// command makes the next command: mostly of ids that there are.
func (m *model) command(s *stream) chat.Command {
	c := chat.Command{
		Op: one(s, someOps), By: m.user(s), User: m.user(s), Target: one(s, m.said[max(0, len(m.said)-6):]),
		Name: one(s, someNames), Text: one(s, someTexts), Client: one(s, someClients), Key: one(s, someKeys),
	}
	c.Room = m.room(s, c.By)
	bits := s.next()
	c.Emote, c.Private, c.Strict, c.Node = bits&1 != 0, bits&2 != 0, bits&4 != 0, uint64(bits>>6)
	if bits&0x0a == 0x0a {
		c.Files = []chat.File{one(s, someFiles), one(s, someFiles)}
	}
	if c.Notice = bits&0x81 == 0x81; c.Notice {
		c.Tags = one(s, someTags)
	}
	if c.Op == chat.Say && bits&8 != 0 || bits&0x30 == 0x30 {
		c.Target = 0
	}
	if (c.Op == chat.Join || c.Op == chat.CreateRoom) && bits&8 != 0 {
		c.Room = 0
	}
	if (c.Op == chat.React || c.Op == chat.Unreact) && bits&0x40 == 0 {
		c.Text = "👍"
	}
	if c.Op == chat.MarkRead {
		if c.Target = min(m.state.Seq(), c.Target+chat.Seq(bits>>4)); bits&8 != 0 {
			c.Until = m.now
		}
	}
	if c.Op == chat.Depart && bits&0x38 != 0 || c.Op == chat.CreateRoom && bits&0x30 == 0x30 {
		c.By = 0
	}
	m.now += one(s, someSteps)
	if c.Op == chat.Preview || c.Op == chat.DropPreview {
		m.preview(s, &c, bits)
	} else if c.Op >= chat.Register && c.Op < chat.OpEnd {
		m.ordered(s, &c, bits)
	}
	if c.Op == chat.Join {
		c.Text = one(s, someWords)
	}
	if c.Op == chat.Arrive {
		c.From = one(s, somePeers)
	}
	c.Confined = bits&0x0c == 0x0c
	if c.Time = m.now; c.Time == 0 {
		c.Time = 1
	}
	return c
}

// ordered completes a command that concerns roles and order, so that it mostly
// is about something that there is, and often by the server's console.
func (m *model) ordered(s *stream, c *chat.Command, bits int) {
	c.Level, c.Count, c.Secret, c.From = one(s, someLevels), one(s, someCounts), one(s, someSecrets), one(s, somePeers)
	c.Open = bits&0x40 != 0
	if until := one(s, someLasting); until != 0 {
		c.Until = m.now + until
	}
	if bits&3 == 0 && c.Op != chat.Report {
		c.By = 0
	}
	switch c.Op {
	case chat.Register:
		if v := one(s, m.invitations); bits&8 != 0 {
			c.Key = v.Key
		}
		switch c.Text, c.Level = "", 0; {
		case bits&0x30 == 0x10:
			c.Level, c.Secret, c.Holder = uint8(chat.ByOIDC), "", one(s, someKeys)
		case bits&0x30 == 0x20:
			c.Level, c.Holder = uint8(chat.ByPasskey), one(s, someKeys)
		}
	case chat.Login, chat.DropCredential:
		cred := one(s, m.credentials)
		if c.Target = cred.Seq; bits&0x18 != 0 {
			c.User = cred.User
		}
		if c.Op == chat.Login && bits&4 != 0 || c.Op == chat.DropCredential && bits&0x40 != 0 {
			c.By = 0
		}
	case chat.AddCredential:
		if c.Target = 0; bits&0x0c == 0x0c { // a password is kept anew, or not any more
			cred := one(s, m.credentials)
			c.By, c.User, c.Target, c.Level = 0, cred.User, cred.Seq, uint8(chat.ByPassword)
		} else if c.User = one(s, m.registered); bits&0x20 != 0 {
			c.By, c.User = c.User, 0
		}
		if chat.Proof(c.Level).Single() {
			c.Key = chat.Key{}
		} else if bits&0x10 != 0 {
			c.Secret = ""
		}
	case chat.MakeInvitation:
		c.Level = uint8(chat.MemberRole) + c.Level%4
		c.Key[0] = byte(s.next())
		if c.Text = ""; bits&4 != 0 {
			a, b := m.room(s, c.By), m.room(s, c.By)
			c.Text = fmt.Sprint(a, " ", b)
		}
	case chat.DropInvitation:
		c.Target = one(s, m.invitations).Seq
	case chat.SetRole:
		c.User, c.Level = one(s, m.registered), uint8(chat.MemberRole)+c.Level%4
	case chat.SetRules:
		if c.Rules = chat.Flags(c.Level); bits&0x18 != 0 {
			c.Rules = c.Rules << 2 & chat.Rules
		}
	case chat.SetKey:
		c.Text = one(s, someWords)
	case chat.SetProperty:
		if c.Name = one(s, somePropertyKeys); bits&0x10 != 0 {
			c.Room = 0
		}
		if bits&0x20 != 0 {
			c.User = 0
		}
		if c.Text = one(s, someTexts); bits&0x40 != 0 {
			c.Text = ""
		} else if c.Name == chat.ForwardKey {
			r, _ := m.state.Room(m.room(s, c.By))
			c.Text = r.Name
		}
		if c.Files = nil; c.Name == chat.PictureKey && bits&3 != 0 {
			f := one(s, someFiles)
			c.Files, c.Text = []chat.File{f}, f.Path()
		}
	case chat.AddMask, chat.DropMask:
		if c.Name = one(s, someMasks); bits&0x38 != 0 {
			c.Level = 1 + c.Level%4
		}
		if ev := one(s, m.masked); c.Op == chat.DropMask && bits&0x18 != 0 {
			c.By, c.Room, c.Level, c.Name = 0, ev.About, ev.Level, ev.Text
		}
	case chat.Unmute, chat.Unban:
		if ev := one(s, m.disciplined); bits&0x18 != 0 {
			c.User, c.Room, c.Name, c.Until = ev.User, ev.About, ev.Name, 0
		}
	case chat.Ban:
		if bits&0x18 == 0x08 {
			c.Room = 0
		} else if bits&0x18 == 0x10 {
			c.Room, c.User, c.Name = 0, 0, one(s, someNetworks)
		}
	}
	if c.Op >= chat.SetRank && c.Op <= chat.Unban && bits&0x20 != 0 { // a reason that is one
		c.Text = ""
	}
}

// preview completes a command about the links of a message.
func (m *model) preview(s *stream, c *chat.Command, bits int) {
	p := chat.LinkPreview{URL: one(s, someURLs), Title: one(s, someTitles)}
	if c.Name = p.URL; bits&0x18 == 0 {
		picture := one(s, someFiles)
		p.Image = &picture
	}
	if c.Text = p.Encode(); c.Op == chat.Preview && bits&0x20 == 0 {
		c.By = 0
	}
	if ev := one(s, m.previewed); c.Op == chat.DropPreview && ev.Seq != 0 && bits&0x40 == 0 { // by the author
		p, _ := chat.ParsePreview(ev.Text)
		c.Target, c.Name, c.By = ev.Target, p.URL, m.lib.messages[ev.Target].By
	}
}

// user returns somebody, who mostly is here.
func (m *model) user(s *stream) chat.UserID {
	if id := one(s, m.state.Users()); s.last < 248 {
		return id
	}
	return chat.UserID(s.next())
}

// room returns a room, mostly one in which by is.
func (m *model) room(s *stream, by chat.UserID) chat.RoomID {
	rooms := m.state.Rooms()
	if u, ok := m.state.User(by); ok && s.next()%4 > 0 {
		rooms = u.Rooms
	}
	if id := one(s, rooms); s.last < 248 {
		return id
	}
	return chat.RoomID(s.next())
}

// runModel applies all the commands that are in the bytes.
func runModel(t *testing.T, data []byte) *model {
	m := newModel(t)
	s := &stream{rest: data}
	for n := 0; len(s.rest) > 0 && n < 2000; n++ {
		c := m.command(s)
		m.step(c)
		if s.last%8 == 7 || len(m.pending) > 30 {
			m.flush()
		}
	}
	m.flush()
	return m
}

func randomBytes(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

func FuzzApply(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(randomBytes(seed, 1200))
	}
	f.Fuzz(func(t *testing.T, data []byte) { runModel(t, data) })
}

// TestRandomCommands runs the model long enough to reach every kind of event
// and the refusals that need no thousands of rooms: else it would prove little.
func TestRandomCommands(t *testing.T) {
	kinds, codes := map[chat.Kind]int{}, map[chat.Code]int{}
	for seed := range uint64(36) {
		m := runModel(t, randomBytes(1000+seed, 10_000))
		for k, n := range m.kinds {
			kinds[k] += n
		}
		for c, n := range m.codes {
			codes[c] += n
		}
	}
	for kind := chat.Kind(1); kind < chat.KindEnd; kind++ {
		if kinds[kind] == 0 {
			t.Errorf("no event was %s", kindNames[kind])
		}
	}
	for _, code := range []chat.Code{chat.Invalid, chat.NotFound, chat.Forbidden, chat.Conflict, chat.Gone, chat.Unavailable} {
		if codes[code] == 0 {
			t.Errorf("nothing was refused as %v", code)
		}
	}
	t.Logf("kinds %v, codes %v", kinds, codes)
}
