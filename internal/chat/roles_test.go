package chat_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// acts are the actions as docs/roles.md calls them.
var acts = map[chat.Act]string{
	chat.ActSay: "say, reply, edit one's own", chat.ActReact: "react", chat.ActPin: "pin", chat.ActTopic: "set the topic",
	chat.ActInvite: "invite into the room", chat.ActDeleteOthers: "delete what others said", chat.ActKick: "kick", chat.ActMute: "mute",
	chat.ActBanHere: "ban from the room", chat.ActVoice: "give and take a voice", chat.ActRename: "rename the room", chat.ActArchive: "archive the room",
	chat.ActSetRank: "make moderators and owners", chat.ActSetRules: "set the rules of the room",

	chat.ActCreateRoom: "make a room", chat.ActTalkAlone: "talk to one person alone", chat.ActReport: "report a message",
	chat.ActMakeToken: "make tokens of one's own", chat.ActMakeInvitation: "invite to the server", chat.ActBan: "ban from the server",
	chat.ActDisconnect: "disconnect somebody", chat.ActMakeBot: "make a bot and its tokens", chat.ActReadAudit: "read all of the audit log",
	chat.ActSetRole: "make admins and owners", chat.ActSetProperties: "set what others keep about themselves",
}

// ruleColumns are the rules of a room as the table heads them.
var ruleColumns = map[string]chat.Flags{
	"private": chat.Private, "announce-only": chat.Announce, "no guests": chat.NoGuests, "held invites": chat.HeldInvites, "held pins": chat.HeldPins,
	"invite-only": chat.InviteOnly, "hidden": chat.Hidden, "quiet": chat.Quiet,
}

var rankColumns = [chat.RankEnd]string{"plain", "voice", "moderator", "owner of the room"}

// heldFor are the ranks that something takes under a rule, as the table has them.
var heldFor = map[string]chat.Rank{"with a voice": chat.VoiceRank, "moderators": chat.ModeratorRank}

// rolesTable is the table in docs/roles.md: the cell of each action's row under
// each heading.
type rolesTable map[string]map[string]string

func readRolesTable(t *testing.T) rolesTable {
	t.Helper()
	document, err := os.ReadFile("../../docs/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	table := rolesTable{}
	var heads []string
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|") && len(table) > 0:
			return table
		case !strings.HasPrefix(line, "|"), strings.HasPrefix(line, "| ---"):
		case heads == nil:
			heads = cells
		case len(cells) != len(heads) || table[cells[0]] != nil:
			t.Fatalf("a row of another length, or twice: %s", line)
		default:
			table[cells[0]] = map[string]string{}
			for i, head := range heads {
				table[cells[0]][head] = cells[i]
			}
		}
	}
	t.Fatal("docs/roles.md has no table")
	return nil
}

// permits says what the table says.
func (table rolesTable) permits(a chat.Act, role chat.Role, rank chat.Rank, flags chat.Flags, muted bool) bool {
	row := table[acts[a]]
	if a >= chat.ActOnServer {
		return row[role.String()] == "yes"
	}
	if muted && row["muted"] == "no" {
		return false
	}
	if row[role.String()] == "yes" && flags&chat.Direct == 0 {
		return true
	}
	for rule, flag := range ruleColumns {
		if held, ok := heldFor[row[rule]]; flags&flag != 0 && ok {
			return rank >= held
		}
	}
	return row[rankColumns[rank]] == "yes"
}

func TestRolesTableIsWhole(t *testing.T) {
	table := readRolesTable(t)
	if len(acts) != int(chat.ActEnd) || len(table) != len(acts) {
		t.Fatalf("%d rows for %d actions, of which %d have a name", len(table), chat.ActEnd, len(acts))
	}
	for a := range chat.ActEnd {
		row := table[acts[a]]
		for role := range chat.RoleEnd {
			cell := row[role.String()]
			if byRank := a < chat.ActOnServer && role < chat.AdminRole; byRank != (cell == "by rank") || !byRank && cell != "yes" && cell != "no" {
				t.Errorf("%q, %v: the table has %q", acts[a], role, cell)
			}
		}
		for _, head := range append(rankColumns[:], "muted") {
			if cell := row[head]; (cell == "–") != (a >= chat.ActOnServer) || cell != "–" && cell != "yes" && cell != "no" {
				t.Errorf("%q, %s: the table has %q", acts[a], head, cell)
			}
		}
		for rule := range ruleColumns {
			if cell, there := row[rule]; !there || cell != "" && heldFor[cell] == 0 {
				t.Errorf("%q, %s: the table has %q", acts[a], rule, cell)
			}
		}
	}
}

// everyRule calls f with every set of rules that a room can have, and as what
// else than a public room.
func everyRule(f func(flags chat.Flags)) {
	for flags := range chat.Quiet << 1 {
		if flags&chat.Audit == 0 {
			f(flags)
		}
	}
}

func TestPermitIsWhatTheTableSays(t *testing.T) {
	table := readRolesTable(t)
	permitted := 0
	for a := range chat.ActEnd {
		for role := range chat.RoleEnd {
			for rank := range chat.RankEnd {
				everyRule(func(flags chat.Flags) {
					got, want := chat.Permit(a, role, rank, flags), table.permits(a, role, rank, flags, false)
					if got != want {
						t.Errorf("%q by a %v of rank %v, flags %#x: permitted %v, the table says %v", acts[a], role, rank, flags, got, want)
					}
					if got {
						permitted++
					}
				})
			}
		}
	}
	if permitted == 0 {
		t.Error("nothing is permitted to anybody")
	}
}

// TestTheTableFindsPlantedFaults shows that the comparison is one: a cell that
// says something else is found.
func TestTheTableFindsPlantedFaults(t *testing.T) {
	for _, c := range []struct {
		act        chat.Act
		head, cell string
		role       chat.Role
		rank       chat.Rank
		flags      chat.Flags
	}{
		{chat.ActKick, "plain", "yes", chat.MemberRole, chat.PlainRank, 0},
		{chat.ActBan, "member", "yes", chat.MemberRole, chat.PlainRank, 0},
		{chat.ActSay, "announce-only", "", chat.GuestRole, chat.PlainRank, chat.Announce},
		{chat.ActReact, "held pins", "moderators", chat.BotRole, chat.PlainRank, chat.HeldPins},
	} {
		table := readRolesTable(t)
		table[acts[c.act]][c.head] = c.cell
		if table.permits(c.act, c.role, c.rank, c.flags, false) == chat.Permit(c.act, c.role, c.rank, c.flags) {
			t.Errorf("%q under %q in the row of %q goes unnoticed", c.cell, c.head, acts[c.act])
		}
	}
}

func TestRolesAndRanksAreCalledAsPeopleTypeThem(t *testing.T) {
	names := map[string]bool{}
	for role := range chat.RoleEnd {
		if got, ok := chat.ParseRole(role.String()); !ok || got != role || names[role.String()] {
			t.Errorf("role %d is called %q, which is read as %v", role, role, got)
		}
		names[role.String()] = true
	}
	clear(names)
	for rank := range chat.RankEnd {
		if got, ok := chat.ParseRank(rank.String()); !ok || got != rank || names[rank.String()] {
			t.Errorf("rank %d is called %q, which is read as %v", rank, rank, got)
		}
		names[rank.String()] = true
	}
	clear(names)
	for p := chat.Proof(1); p < chat.ProofEnd; p++ {
		if names[p.String()] || p.String() == "" || strings.HasPrefix(p.String(), "proof-") {
			t.Errorf("proof %d is called %q", p, p)
		}
		names[p.String()] = true
	}
	_, role := chat.ParseRole("king")
	_, rank := chat.ParseRank("king")
	if role || rank {
		t.Error("there is a king")
	}
	if got := fmt.Sprint(chat.RoleEnd, chat.RankEnd, chat.ProofEnd); got != "role-5 rank-4 proof-9" {
		t.Errorf("what there is not is called %s", got)
	}
}

// court is a room with one person of each role and rank, muted and not, and
// what they may try to do something about.
type court struct {
	*world
	room   chat.RoomID
	people map[station]chat.UserID
	own    map[chat.UserID]chat.Seq // something that each has said

	keeper, victim, muted, barred, banned, outsider chat.UserID
	said, pinned                                    chat.Seq
}

// station is what somebody is.
type station struct {
	role  chat.Role
	rank  chat.Rank
	muted bool
}

func newCourt(t *testing.T) *court {
	c := &court{world: newServer(t), people: map[station]chat.UserID{}, own: map[chat.UserID]chat.Seq{}}
	c.keeper = c.arrive("keeper")
	c.room = c.private(c.keeper, "#court")
	c.victim, c.muted, c.barred, c.banned = c.courtier("victim"), c.courtier("mute"), c.courtier("barred"), c.courtier("banned")
	c.outsider = c.arrive("outsider")
	c.said, c.pinned = c.say(c.victim, c.room, "guilty"), c.say(c.victim, c.room, "not guilty")
	c.must(chat.Command{By: c.keeper, Op: chat.Pin, Target: c.pinned})
	c.must(chat.Command{By: c.keeper, Op: chat.Mute, Room: c.room, User: c.muted})
	c.must(chat.Command{By: c.keeper, Op: chat.Ban, Room: c.room, User: c.barred})
	c.must(chat.Command{Op: chat.Ban, User: c.banned})
	for role := range chat.RoleEnd {
		for rank := range chat.RankEnd {
			c.enthrone(station{role, rank, false})
			c.enthrone(station{role, rank, true})
		}
	}
	return c
}

// courtier returns a member who is in the room.
func (c *court) courtier(nick string) chat.UserID {
	id := c.member(nick)
	c.must(chat.Command{By: c.keeper, Op: chat.Invite, Room: c.room, User: id})
	c.join(id, c.room)
	return id
}

// enthrone brings somebody of a station into the room, who has said something
// and reacted to something.
func (c *court) enthrone(st station) {
	nick := fmt.Sprintf("%v-%v-%v", st.role, st.rank, st.muted)
	var id chat.UserID
	switch st.role {
	case chat.GuestRole:
		id = c.arrive(nick)
	case chat.BotRole:
		id = c.bot(nick)
	default:
		id = c.member(nick)
	}
	c.must(chat.Command{By: c.keeper, Op: chat.Invite, Room: c.room, User: id})
	c.join(id, c.room)
	c.own[id] = c.say(id, c.room, "I")
	c.must(chat.Command{By: id, Op: chat.React, Target: c.pinned, Text: "👍"})
	if st.role > chat.MemberRole {
		c.role(id, st.role)
	}
	if st.rank > chat.PlainRank {
		c.rank(c.room, id, st.rank)
	}
	if st.muted {
		c.must(chat.Command{Op: chat.Mute, Room: c.room, User: id})
	}
	c.people[st] = id
}

// attempt is a way to do something: what has to be done before, and the command.
type attempt struct {
	before  []chat.Command
	command chat.Command
}

// attempts returns the ways in which somebody can try an action. ActReadAudit
// has none: reading is no command.
func (c *court) attempts(a chat.Act, by chat.UserID) []attempt {
	person, here := chat.Command{User: c.victim}, chat.Command{Room: c.room, User: c.victim}
	with := func(base chat.Command, op chat.Op, change ...func(*chat.Command)) attempt {
		base.Op, base.By = op, by
		for _, f := range change {
			f(&base)
		}
		return attempt{command: base}
	}
	message := func(seq chat.Seq, text string) func(*chat.Command) {
		return func(c *chat.Command) { c.Target, c.Text = seq, text }
	}
	user := func(id chat.UserID) func(*chat.Command) { return func(c *chat.Command) { c.User = id } }
	level := func(n uint8) func(*chat.Command) { return func(c *chat.Command) { c.Level = n } }
	name := func(s string) func(*chat.Command) { return func(c *chat.Command) { c.Name = s } }
	key := func(c *chat.Command) { c.Key = chat.Key{7} }
	property := func(c *chat.Command) { c.Name, c.Text = "status", "at tea" }

	switch a {
	case chat.ActSay:
		return []attempt{with(here, chat.Say, message(0, "hi")), with(here, chat.Say, message(c.said, "hi")), with(here, chat.Edit, message(c.own[by], "we"))}
	case chat.ActReact:
		return []attempt{with(here, chat.React, message(c.said, "👍")), with(here, chat.Unreact, message(c.pinned, "👍"))}
	case chat.ActPin:
		return []attempt{with(here, chat.Pin, message(c.said, "")), with(here, chat.Unpin, message(c.pinned, ""))}
	case chat.ActTopic:
		return []attempt{with(here, chat.SetTopic, message(0, "verdict"))}
	case chat.ActInvite:
		return []attempt{with(here, chat.Invite, user(c.outsider))}
	case chat.ActDeleteOthers:
		return []attempt{with(here, chat.Delete, message(c.said, ""))}
	case chat.ActKick:
		return []attempt{with(here, chat.Kick)}
	case chat.ActMute:
		return []attempt{with(here, chat.Mute), with(here, chat.Unmute, user(c.muted))}
	case chat.ActBanHere:
		mask := func(c *chat.Command) { c.Level, c.Name = uint8(chat.QuietMask), "nobody" }
		dropped := with(here, chat.DropMask, mask)
		dropped.before = []chat.Command{{By: c.keeper, Op: chat.AddMask, Room: c.room, Level: uint8(chat.QuietMask), Name: "nobody"}}
		return []attempt{with(here, chat.Ban), with(here, chat.Unban, user(c.barred)), with(here, chat.AddMask, mask), dropped}
	case chat.ActRename:
		return []attempt{with(here, chat.RenameRoom, name("#palace"))}
	case chat.ActArchive:
		archived := with(here, chat.RestoreRoom)
		archived.before = []chat.Command{{By: c.keeper, Op: chat.ArchiveRoom, Room: c.room}}
		return []attempt{with(here, chat.ArchiveRoom), archived}
	case chat.ActVoice:
		taken := with(here, chat.SetRank)
		taken.before = []chat.Command{{By: c.keeper, Op: chat.SetRank, Room: c.room, User: c.victim, Level: uint8(chat.VoiceRank)}}
		return []attempt{with(here, chat.SetRank, level(uint8(chat.VoiceRank))), taken}
	case chat.ActSetRank:
		return []attempt{with(here, chat.SetRank, level(uint8(chat.ModeratorRank))), with(here, chat.SetRank, level(uint8(chat.OwnerRank)))}
	case chat.ActSetRules:
		count := func(c *chat.Command) { c.Count = 5 }
		return []attempt{with(here, chat.SetRules, count), with(here, chat.SetKey, message(0, "sesame")), with(here, chat.SetLimit, count), with(here, chat.SetProperty, property)}

	case chat.ActCreateRoom:
		return []attempt{with(person, chat.CreateRoom, name("#tea")), with(chat.Command{}, chat.Join, name("#tea"))}
	case chat.ActTalkAlone:
		return []attempt{with(person, chat.OpenDirect)}
	case chat.ActReport:
		return []attempt{with(person, chat.Report, message(c.said, "rude"))}
	case chat.ActMakeToken:
		return []attempt{with(chat.Command{}, chat.AddCredential, level(uint8(chat.ByToken)), key)}
	case chat.ActMakeInvitation:
		return []attempt{with(chat.Command{Count: 1}, chat.MakeInvitation, level(uint8(chat.MemberRole)), key)}
	case chat.ActBan:
		return []attempt{
			with(person, chat.Ban), with(person, chat.Unban, user(c.banned)), with(chat.Command{}, chat.Ban, name("192.0.2.7")),
		}
	case chat.ActDisconnect:
		return []attempt{with(person, chat.Disconnect)}
	case chat.ActMakeBot:
		return []attempt{with(chat.Command{}, chat.MakeBot, name("robot")), with(person, chat.AddCredential, level(uint8(chat.ByToken)), key)}
	case chat.ActSetProperties:
		return []attempt{with(person, chat.SetProperty, property)}
	case chat.ActSetRole:
		return []attempt{with(person, chat.SetRole, level(uint8(chat.AdminRole)))}
	}
	return nil
}

// TestApplyIsWhatTheTableSays has everybody try everything, in a room with each
// of the rules.
func TestApplyIsWhatTheTableSays(t *testing.T) {
	table, c := readRolesTable(t), newCourt(t)
	plain := c.state.Snapshot()
	at := slices.IndexFunc(plain.Rooms, func(r chat.RoomInfo) bool { return r.ID == c.room })
	tried := map[bool]int{}
	for _, flags := range append(slices.Sorted(maps.Values(ruleColumns)), 0, chat.Rules) {
		plain.Rooms[at].Flags = flags
		for st, by := range c.people {
			for a := range chat.ActEnd {
				want := table.permits(a, st.role, st.rank, flags, st.muted)
				for _, try := range c.attempts(a, by) {
					err := c.try(chat.Restore(plain), try)
					if want != (err == nil) || err != nil && err.Code != chat.Forbidden {
						t.Errorf("%q by %+v, flags %#x: %+v: %v, the table says %v", acts[a], st, flags, try.command, err, want)
					}
					tried[want]++
				}
			}
		}
	}
	if tried[true] < 1000 || tried[false] < 1000 {
		t.Errorf("tried %v, which proves little", tried)
	}
}

// try applies an attempt to a state.
func (c *court) try(s *chat.State, try attempt) *chat.Error {
	c.t.Helper()
	for _, before := range try.before {
		before.Time = c.now
		if _, out := s.Apply(&before, c.lib.facts(&before), nil); out.Err != nil {
			c.t.Fatal(out.Err)
		}
	}
	try.command.Time = c.now
	_, out := s.Apply(&try.command, c.lib.facts(&try.command), nil)
	return out.Err
}

func TestEveryActionThatIsACommandIsTried(t *testing.T) {
	c := newCourt(t)
	ops := map[chat.Op]bool{}
	for a := range chat.ActEnd {
		attempts := c.attempts(a, c.victim)
		if len(attempts) == 0 && a != chat.ActReadAudit {
			t.Errorf("nobody tries to %q", acts[a])
		}
		for _, try := range attempts {
			ops[try.command.Op] = true
		}
	}
	// Those that are everybody's own affair, or the server's.
	free := []chat.Op{
		chat.Leave, chat.MarkRead, chat.SetNick, chat.Arrive, chat.Depart, chat.Register, chat.Login,
		chat.DropCredential, chat.DropInvitation, // as to add one and to make one
		chat.Preview, chat.DropPreview, // as to delete a message: see TestPreview
	}
	for op := chat.Op(1); op < chat.OpEnd; op++ {
		if ops[op] == slices.Contains(free, op) {
			t.Errorf("operation %d is tried: %v", op, ops[op])
		}
	}
}
