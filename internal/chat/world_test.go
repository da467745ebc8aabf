package chat_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// ledger checks the events of a log as they come: their order, and the chain
// that Prev makes of each room and each inbox.
type ledger struct {
	seq   chat.Seq
	time  chat.Millis
	last  map[chat.RoomID]chat.Seq
	audit chat.RoomID
	roles map[chat.UserID]chat.Role
}

func newLedger() *ledger {
	return &ledger{last: map[chat.RoomID]chat.Seq{}, roles: map[chat.UserID]chat.Role{}}
}

// authored are the kinds of which the Level is what the author is.
var authored = []chat.Kind{
	chat.Message, chat.Action, chat.Notice, chat.Edited, chat.Deleted, chat.Reacted, chat.Unreacted, chat.TopicSet,
	chat.Joined, chat.Left, chat.NickChanged, chat.Invited, chat.RoomRenamed, chat.PropertySet, chat.PreviewDropped,
}

func (l *ledger) check(t testing.TB, ev *chat.Event) {
	t.Helper()
	switch back := l.time - ev.Time; {
	case ev.Seq != l.seq+1:
		t.Fatalf("event %d comes after %d: %s", ev.Seq, l.seq, show(ev))
	case ev.Room == 0 || ev.Kind == 0 || ev.Kind >= chat.KindEnd:
		t.Fatalf("event %d is in no room or of no kind: %s", ev.Seq, show(ev))
	case ev.Prev != l.last[ev.Room]:
		t.Fatalf("event %d says that %d was the last in its room, but %d was: %s", ev.Seq, ev.Prev, l.last[ev.Room], show(ev))
	case back > 0 && back < chat.MaxStepBack:
		t.Fatalf("event %d is %d ms before the one before it: %s", ev.Seq, back, show(ev))
	case slices.Contains(authored, ev.Kind) && chat.Role(ev.Level) != l.roles[ev.By], slices.Contains(authored, ev.Kind) && ev.Role() != l.roles[ev.By]:
		t.Fatalf("event %d is by a %v: %s", ev.Seq, l.roles[ev.By], show(ev))
	case (ev.By == 0) != (ev.Nick == ""):
		t.Fatalf("event %d is by %d who is called %q", ev.Seq, ev.By, ev.Nick)
	case chat.CleanText(ev.Text) != ev.Text || chat.CleanLine(ev.Name) != ev.Name || chat.CleanLine(ev.Nick) != ev.Nick || chat.CleanLine(ev.Whose) != ev.Whose:
		t.Fatalf("event %d harms a screen: %s", ev.Seq, show(ev))
	case ev.Secret != "" && (ev.Kind != chat.CredentialAdded || ev.Room != ev.User.Inbox()):
		t.Fatalf("event %d tells a secret: %s", ev.Seq, show(ev))
	case ev.Room == l.audit && !ev.Key.IsZero() && ev.Kind != chat.InvitationMade:
		t.Fatalf("event %d has a key in the audit log: %s", ev.Seq, show(ev))
	}
	if ev.Kind == chat.RoomCreated && ev.Flags&chat.Audit != 0 {
		l.audit = ev.Room
	}
	if (ev.Kind == chat.Registered || ev.Kind == chat.RoleSet) && ev.Room == ev.User.Inbox() {
		l.roles[ev.User] = chat.Role(ev.Level)
	}
	l.seq, l.time, l.last[ev.Room] = ev.Seq, ev.Time, ev.Seq
}

// checkState checks what holds for every state, whatever happened before.
func checkState(t testing.TB, s *chat.State) {
	t.Helper()
	snap := s.Snapshot()
	nicks := map[string]bool{}
	in := map[chat.RoomID][]chat.UserID{} // by what the users say
	for _, u := range snap.Users {
		folded := chat.Fold(u.Nick)
		if id, ok := s.Lookup(strings.ToUpper(u.Nick)); strings.EqualFold(strings.ToUpper(u.Nick), u.Nick) && (!ok || id != u.ID) {
			t.Fatalf("looking up %q gives user %d, want %d", u.Nick, id, u.ID)
		}
		if nicks[folded] || chat.CheckNick(u.Nick) != nil || u.Inbox < chat.Seq(u.ID) {
			t.Fatalf("user %d, inbox at %d: the nick %q is another's too, or no nick", u.ID, u.Inbox, u.Nick)
		}
		nicks[folded] = true
		for _, id := range u.Rooms {
			in[id] = append(in[id], u.ID)
		}
		if len(u.Rooms) > chat.MaxRoomsPerUser || u.Inbox > snap.Seq {
			t.Fatalf("user %d is in %d rooms, the inbox at %d of %d", u.ID, len(u.Rooms), u.Inbox, snap.Seq)
		}
		for id, mark := range u.Read {
			if r, ok := s.Room(id); !ok || mark == (chat.ReadMark{}) || mark.Seq > r.Last || mark.At < 0 || !slices.Contains(u.Rooms, id) {
				t.Fatalf("user %d has read room %d up to %+v, which can't be", u.ID, id, mark)
			}
		}
	}
	for i, b := range snap.Bans {
		network, err := chat.ParseNetwork(b.Name)
		if b.User == 0 && (err != nil || network != b.Name) || b.User != 0 && (b.Name == "" || snap.Seq < chat.Seq(b.User)) {
			t.Fatalf("ban %+v is of nobody", b)
		}
		if slices.ContainsFunc(snap.Bans[:i], func(other chat.BanInfo) bool { return other.User == b.User && (b.User != 0 || other.Name == b.Name) }) {
			t.Fatalf("%s is banned twice", b.Name)
		}
	}
	names := map[string]bool{}
	for _, r := range snap.Rooms {
		checkRoom(t, s, &r, in[r.ID])
		if folded := chat.Fold(r.Name); r.Name != "" && names[folded] {
			t.Fatalf("two rooms are called %q", folded)
		}
		names[chat.Fold(r.Name)] = true
		delete(in, r.ID)
	}
	if len(in) > 0 {
		t.Fatalf("there are people in rooms that there are not: %v", in)
	}
	if err := s.CheckIndexes(); err != nil {
		t.Fatal(err)
	}
}

func checkRoom(t testing.TB, s *chat.State, r *chat.RoomInfo, want []chat.UserID) {
	t.Helper()
	var members []chat.UserID
	for _, m := range r.Members {
		if u, ok := s.User(m.ID); !ok || u.Nick != m.Nick {
			t.Fatalf("room %d has member %d, %q, who is not here or called %q", r.ID, m.ID, m.Nick, u.Nick)
		}
		if found, ok := r.Member(m.ID); !ok || found != m {
			t.Fatalf("member %+v of room %d is found as %+v", m, r.ID, found)
		}
		members = append(members, m.ID)
	}
	if _, ok := r.Member(nobody); ok {
		t.Fatalf("nobody is a member of room %d", r.ID)
	}
	slices.Sort(want)
	if r.Size != len(members) {
		t.Fatalf("room %d has %d members and says %d", r.ID, len(members), r.Size)
	}
	if !slices.Equal(members, want) {
		t.Fatalf("room %d has members %v, but %v are in it", r.ID, members, want)
	}
	for _, id := range r.Invited {
		if _, ok := s.User(id); !ok || slices.Contains(members, id) || r.Flags&chat.Direct != 0 {
			t.Fatalf("room %d (flags %d) expects %d, who is gone or has come", r.ID, r.Flags, id)
		}
	}
	for i, p := range r.Pins {
		if p <= chat.Seq(r.ID) || p > r.Last || slices.Contains(r.Pins[:i], p) {
			t.Fatalf("room %d has pins %v", r.ID, r.Pins)
		}
	}
	checkStandings(t, r)
	checkTerms(t, r)
	if r.Flags&chat.Audit != 0 && (chat.Fold(r.Name) != chat.AuditName || r.Flags != chat.Audit|chat.Private || r.Size > 0 || len(r.Invited) > 0) {
		t.Fatalf("somebody is in the audit log, or expected there: %+v", r)
	}
	direct := r.Flags&chat.Direct != 0
	if direct && (r.Name != "" || r.Flags&chat.Private == 0 || len(members) < 1 || len(members) > 2 || r.Archived || r.Topic != "") {
		t.Fatalf("a direct conversation that is none: %+v", r)
	}
	if !direct && chat.CheckRoomName(r.Name) != nil || r.Last > s.Seq() || r.Last < chat.Seq(r.ID) {
		t.Fatalf("a room that is none: %+v", r)
	}
	if found, ok := s.Find(r.Name); !direct && (!ok || found != r.ID) {
		t.Fatalf("room %d is called %q, which finds %d", r.ID, r.Name, found)
	}
}

// checkTerms checks what it takes to come into a room.
func checkTerms(t testing.TB, r *chat.RoomInfo) {
	t.Helper()
	count := map[chat.MaskList]int{}
	for i, m := range r.Masks {
		pattern, err := chat.ParseMask(m.Pattern)
		same := func(other chat.MaskInfo) bool {
			return other.List == m.List && chat.Fold(other.Pattern) == chat.Fold(m.Pattern)
		}
		if err != nil || pattern != m.Pattern || m.List == 0 || m.List > chat.InviteMask || slices.ContainsFunc(r.Masks[:i], same) {
			t.Fatalf("room %d has the mask %+v: %v", r.ID, m, err)
		}
		if count[m.List]++; count[m.List] > chat.MaxMasks {
			t.Fatalf("room %d has more than %d masks in a list", r.ID, chat.MaxMasks)
		}
	}
	if r.Key != "" && chat.CheckKey(r.Key) != nil {
		t.Fatalf("room %d has the key %q", r.ID, r.Key)
	}
	if r.Flags&(chat.Direct|chat.Audit) != 0 && (len(r.Masks) > 0 || r.Key != "" || r.Limit != 0) {
		t.Fatalf("it takes something to come into room %d, of flags %d", r.ID, r.Flags)
	}
	if brief := r.Brief(); brief.Key != "" || brief.Masks != nil || brief.Name != r.Name || brief.Flags != r.Flags || r.Flags&chat.Direct != 0 && len(brief.Members) != len(r.Members) {
		t.Fatalf("the brief copy of room %d is %+v", r.ID, brief)
	}
}

// checkStandings checks that the room says of nobody twice, nor says nothing,
// what they are in it.
func checkStandings(t testing.TB, r *chat.RoomInfo) {
	t.Helper()
	for i, st := range r.Standings {
		if st == (chat.Standing{User: st.User}) || st.User == 0 || i > 0 && r.Standings[i-1].User >= st.User {
			t.Fatalf("room %d has the standings %+v", r.ID, r.Standings)
		}
		if st.Rank > chat.OwnerRank || !st.Muted && st.MutedUntil != 0 || !st.Banned && st.BannedUntil != 0 {
			t.Fatalf("room %d has the standing %+v", r.ID, st)
		}
		if r.Standing(st.User) != st {
			t.Fatalf("the standing %+v of room %d is found as %+v", st, r.ID, r.Standing(st.User))
		}
		if _, here := r.Member(st.User); here && st.Banned && st.BannedUntil == 0 {
			t.Fatalf("%d is in room %d and banned from it for ever", st.User, r.ID)
		}
	}
	if len(r.Standings) > 0 && r.Flags&(chat.Direct|chat.Audit) != 0 {
		t.Fatalf("somebody is something in room %d, of flags %d: %+v", r.ID, r.Flags, r.Standings)
	}
	if got := r.Standing(nobody); got != (chat.Standing{User: nobody}) {
		t.Fatalf("nobody is %+v in room %d", got, r.ID)
	}
}

// plain returns a snapshot that can be compared: no and empty are the same.
func plain(s *chat.State) chat.Snapshot {
	snap := s.Snapshot()
	for i := range snap.Users {
		u := &snap.Users[i]
		u.Rooms = append([]chat.RoomID{}, u.Rooms...)
		if len(u.Read) == 0 {
			u.Read = nil
		}
	}
	for i := range snap.Rooms {
		r := &snap.Rooms[i]
		r.Members = append([]chat.Member{}, r.Members...)
		r.Invited = append([]chat.UserID{}, r.Invited...)
		r.Pins = append([]chat.Seq{}, r.Pins...)
	}
	return snap
}

// wantSame fails unless two states are equal.
func wantSame(t testing.TB, what string, a, b *chat.State) {
	t.Helper()
	if x, y := plain(a), plain(b); !reflect.DeepEqual(x, y) {
		t.Fatalf("%s: the states differ:\n%+v\n%+v", what, x, y)
	}
}

// world is a state with its log and the store's answers, in which every command
// is checked as it is applied.
type world struct {
	t      *testing.T
	state  *chat.State
	lib    *library
	ledger *ledger
	log    []chat.Event
	now    chat.Millis
	lobby  chat.RoomID
	audit  chat.RoomID // 0 without one
}

// newWorld returns a world with a lobby and nobody in it.
func newWorld(t *testing.T) *world {
	w := &world{t: t, state: chat.NewState(), lib: newLibrary(), ledger: newLedger(), now: 1_790_000_000_000}
	w.lobby = w.must(chat.Command{Op: chat.CreateRoom, Name: chat.Lobby}).Room
	return w
}

// apply applies a command as a batch of one and checks what always holds.
func (w *world) apply(c chat.Command) ([]chat.Event, chat.Outcome) {
	w.t.Helper()
	if c.Time == 0 {
		w.now += 1000
		c.Time = w.now
	}
	before := plain(w.state)
	events, out := w.state.Apply(&c, w.lib.facts(&c), nil)
	if len(events) == 0 && !reflect.DeepEqual(before, plain(w.state)) {
		w.t.Fatalf("%+v brought about no event, but changed the state", c)
	}
	if out.Err != nil && len(events) > 0 {
		w.t.Fatalf("%+v was refused (%v), and brought about %v", c, out.Err, showAll(events))
	}
	if out.Err != nil && (out.Err.Code == 0 || out.Err.Text == "" || out.Seq != 0) {
		w.t.Fatalf("%+v was refused with %+v", c, out)
	}
	for i := range events {
		w.ledger.check(w.t, &events[i])
		w.lib.file(&events[i])
	}
	if arrives := c.Op == chat.Arrive || c.Op == chat.Register || c.Op == chat.Login; out.User != 0 && !arrives {
		w.t.Fatalf("after %+v a session would speak for %d", c, out.User)
	}
	if want := outcome(w.state, events); len(events) > 0 && out.Seq != want {
		w.t.Fatalf("outcome at %d, want %d, the last of its events", out.Seq, want)
	}
	w.log = append(w.log, events...)
	checkState(w.t, w.state)
	return events, out
}

// must applies a command that has to succeed.
func (w *world) must(c chat.Command) chat.Outcome {
	w.t.Helper()
	_, out := w.apply(c)
	if out.Err != nil {
		w.t.Fatalf("%+v: %v", c, out.Err)
	}
	return out
}

func (w *world) arrive(nick string) chat.UserID {
	w.t.Helper()
	return w.must(chat.Command{Op: chat.Arrive, Name: nick, Strict: true}).User
}

func (w *world) room(by chat.UserID, name string) chat.RoomID {
	w.t.Helper()
	return w.must(chat.Command{By: by, Op: chat.CreateRoom, Name: name}).Room
}

func (w *world) private(by chat.UserID, name string) chat.RoomID {
	w.t.Helper()
	return w.must(chat.Command{By: by, Op: chat.CreateRoom, Name: name, Private: true}).Room
}

func (w *world) say(by chat.UserID, in chat.RoomID, text string) chat.Seq {
	w.t.Helper()
	return w.must(chat.Command{By: by, Op: chat.Say, Room: in, Text: text}).Seq
}

func (w *world) join(by chat.UserID, in chat.RoomID) {
	w.t.Helper()
	w.must(chat.Command{By: by, Op: chat.Join, Room: in})
}

func (w *world) leave(by chat.UserID, in chat.RoomID) {
	w.t.Helper()
	w.must(chat.Command{By: by, Op: chat.Leave, Room: in})
}

func (w *world) depart(u chat.UserID) {
	w.t.Helper()
	w.must(chat.Command{Op: chat.Depart, User: u})
}

func (w *world) direct(by, with chat.UserID) chat.RoomID {
	w.t.Helper()
	return w.must(chat.Command{By: by, Op: chat.OpenDirect, User: with}).Room
}

var kindNames = [...]string{
	"", "message", "action", "edited", "deleted", "reacted", "unreacted", "pinned", "unpinned", "topic", "joined", "left",
	"created", "renamed", "archived", "restored", "arrived", "departed", "nick", "invited", "direct", "read",
	"registered", "credential", "dropped", "invitation", "withdrawn", "role", "rank", "rules", "kicked", "muted", "unmuted", "banned", "unbanned",
	"disconnected", "reported", "notice", "key", "limit", "mask", "unmask", "property", "previewed", "preview-dropped",
}

// show returns an event as tables of tests write it: kind@room nick, and the
// fields that are not zero.
func show(ev *chat.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s@%d %s", kindNames[ev.Kind], ev.Room, ev.Nick)
	add := func(name string, v any) {
		if !reflect.ValueOf(v).IsZero() {
			fmt.Fprintf(&b, " %s=%v", name, v)
		}
	}
	var names []string
	for _, f := range ev.Files {
		names = append(names, f.Name)
	}
	add("flags", uint16(ev.Flags))
	add("level", ev.Level)
	add("as", ev.As)
	add("was", ev.Was)
	add("count", ev.Count)
	add("client", ev.Client)
	add("target", uint64(ev.Target))
	add("whose", ev.Whose)
	if ev.Thread != ev.Target {
		add("thread", uint64(ev.Thread))
	}
	add("user", ev.User)
	add("about", ev.About)
	add("name", ev.Name)
	add("text", ev.Text)
	add("files", strings.Join(names, ","))
	add("node", ev.Node)
	return b.String()
}

func showAll(events []chat.Event) []string {
	var lines []string
	for i := range events {
		lines = append(lines, show(&events[i]))
	}
	return lines
}

// outcome returns where a command that brought about these events has its
// outcome: at the last of them, those in the audit log left out unless only they
// have its client id, or there are no others.
func outcome(s *chat.State, events []chat.Event) (last chat.Seq) {
	audit, _ := s.Find(chat.AuditName)
	for _, ev := range events {
		if ev.Room == audit && ev.Client != "" {
			return ev.Seq
		}
		if ev.Room != audit {
			last = ev.Seq
		}
	}
	if last == 0 && len(events) > 0 {
		last = events[len(events)-1].Seq
	}
	return last
}
