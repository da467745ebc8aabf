package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestCreateRoom(t *testing.T) {
	runRules(t, []rule{
		{name: "a public room, with its maker in it", command: just(chat.Command{By: bob, Op: chat.CreateRoom, Name: "#Tea", Client: "c"}),
			events: []string{"created@8 bob client=c name=#Tea", "joined@8 bob"}},
		{name: "a private room", command: just(chat.Command{By: bob, Op: chat.CreateRoom, Name: "#den", Private: true}),
			events: []string{"created@8 bob flags=1 name=#den", "joined@8 bob"}},
		{name: "by the server, with nobody in it", command: just(chat.Command{Op: chat.CreateRoom, Name: "#tea"}),
			events: []string{"created@8  name=#tea"}},
		{name: "a name that is taken", command: func(w *world) chat.Command {
			w.room(alice, "#żółć")
			return chat.Command{By: bob, Op: chat.CreateRoom, Name: "#ŻÓŁĆ"}
		}, refused: chat.Conflict},
		{name: "a second lobby", command: just(chat.Command{By: bob, Op: chat.CreateRoom, Name: "#LOBBY"}), refused: chat.Conflict},
		{name: "a name that was given up", command: func(w *world) chat.Command {
			w.must(chat.Command{By: alice, Op: chat.RenameRoom, Room: w.room(alice, "#tea"), Name: "#coffee"})
			return chat.Command{By: bob, Op: chat.CreateRoom, Name: "#Tea"}
		}, events: []string{"created@11 bob name=#Tea", "joined@11 bob"}},
		{name: "no name", command: just(chat.Command{By: bob, Op: chat.CreateRoom}), refused: chat.Invalid},
		{name: "no room's name", command: just(chat.Command{By: bob, Op: chat.CreateRoom, Name: "tea"}), refused: chat.Invalid, note: "#"},
		{name: "by nobody", command: just(chat.Command{By: nobody, Op: chat.CreateRoom, Name: "#tea"}), refused: chat.Unavailable},
	})
}

func TestJoin(t *testing.T) {
	runRules(t, []rule{
		{name: "a public room by name, in any capitals", command: func(w *world) chat.Command {
			w.room(alice, "#Tea")
			return chat.Command{By: bob, Op: chat.Join, Name: "#tEA", Client: "j"}
		}, events: []string{"joined@8 bob client=j"}},
		{name: "a public room by id", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Join, Room: w.room(alice, "#tea")}
		}, events: []string{"joined@8 bob"}},
		{name: "a new name creates the room", command: just(chat.Command{By: bob, Op: chat.Join, Name: "#tea", Private: true, Client: "j"}),
			events: []string{"created@8 bob flags=1 client=j name=#tea", "joined@8 bob"}},
		{name: "twice is nothing", command: just(chat.Command{By: bob, Op: chat.Join, Room: lobby})},
		{name: "twice by name is nothing", command: just(chat.Command{By: bob, Op: chat.Join, Name: "#Lobby"})},
		{name: "an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: bob, Op: chat.Join, Room: tea}
		}, events: []string{"joined@8 bob"}},
		{name: "again after leaving", command: func(w *world) chat.Command {
			w.leave(bob, lobby)
			return chat.Command{By: bob, Op: chat.Join, Name: "#lobby"}
		}, events: []string{"joined@1 bob"}},
		{name: "a private room when invited", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
			return chat.Command{By: bob, Op: chat.Join, Room: den}
		}, events: []string{"joined@8 bob"}},
		{name: "one's own private room after leaving it", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.leave(alice, den)
			return chat.Command{By: alice, Op: chat.Join, Name: "#den"}
		}, events: []string{"joined@8 alice was=3"}},
		{name: "a direct conversation that one is in is nothing", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Join, Room: w.direct(alice, bob)}
		}},

		{name: "no such room", command: just(chat.Command{By: bob, Op: chat.Join, Room: nowhere}), refused: chat.NotFound},
		{name: "somebody's inbox", command: just(chat.Command{By: bob, Op: chat.Join, Room: alice.Inbox()}), refused: chat.NotFound},
		{name: "no name at all", command: just(chat.Command{By: bob, Op: chat.Join}), refused: chat.Invalid},
		{name: "a bad name", command: just(chat.Command{By: bob, Op: chat.Join, Name: "#a b"}), refused: chat.Invalid},
		{name: "a public room as a private one", command: func(w *world) chat.Command {
			w.room(alice, "#tea")
			return chat.Command{By: bob, Op: chat.Join, Name: "#tea", Private: true}
		}, refused: chat.Conflict, note: "not private"},
		{name: "a public room that one is in as a private one", command: just(chat.Command{By: bob, Op: chat.Join, Name: "#lobby", Private: true}),
			refused: chat.Conflict},
		{name: "a private room uninvited", command: func(w *world) chat.Command {
			w.private(alice, "#den")
			return chat.Command{By: bob, Op: chat.Join, Name: "#Den"}
		}, refused: chat.Forbidden, note: "/invite"},
		{name: "a private room by its number tells nothing of it", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Join, Room: w.private(alice, "#den")}
		}, refused: chat.NotFound},
		{name: "a private room on an invitation that was used", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
			w.join(bob, den)
			w.leave(bob, den)
			return chat.Command{By: bob, Op: chat.Join, Name: "#den"}
		}, refused: chat.Forbidden},
		{name: "others' direct conversation", command: func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.Join, Room: w.direct(alice, bob)}
		}, refused: chat.NotFound},
		{name: "a direct conversation that one has left", command: func(w *world) chat.Command {
			room := w.direct(alice, bob)
			w.leave(alice, room)
			return chat.Command{By: alice, Op: chat.Join, Room: room}
		}, refused: chat.NotFound},
	})
}

func TestLeave(t *testing.T) {
	runRules(t, []rule{
		{name: "with a reason", command: just(chat.Command{By: bob, Op: chat.Leave, Room: lobby, Text: "tired", Client: "l"}),
			events: []string{"left@1 bob client=l text=tired"}},
		{name: "twice", command: func(w *world) chat.Command {
			w.leave(bob, lobby)
			return chat.Command{By: bob, Op: chat.Leave, Room: lobby}
		}, refused: chat.Forbidden},
		{name: "no such room", command: just(chat.Command{By: bob, Op: chat.Leave, Room: nowhere}), refused: chat.NotFound},
		{name: "one's inbox", command: just(chat.Command{By: bob, Op: chat.Leave, Room: bob.Inbox()}), refused: chat.NotFound},
		{name: "too long a reason", command: just(chat.Command{By: bob, Op: chat.Leave, Room: lobby, Text: strings.Repeat("x", 1025)}), refused: chat.Invalid},
		{name: "a reason of two lines", command: just(chat.Command{By: bob, Op: chat.Leave, Room: lobby, Text: "a\nb"}), refused: chat.Invalid},
		{name: "a reason that is not UTF-8", command: just(chat.Command{By: bob, Op: chat.Leave, Room: lobby, Text: "\xc0"}), refused: chat.Invalid},
	})
}

func TestRenameArchiveAndRestore(t *testing.T) {
	lobbyRule := func(name string, op chat.Op) rule {
		return rule{name: name, command: just(chat.Command{By: bob, Op: op, Room: lobby, Name: "#x"}), refused: chat.Forbidden, note: chat.Lobby}
	}
	directRule := func(name string, op chat.Op) rule {
		return rule{name: name, command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: op, Room: w.direct(bob, alice), Name: "#x"}
		}, refused: chat.Invalid, note: "direct"}
	}
	archived := func(w *world) chat.RoomID {
		tea := w.room(bob, "#tea")
		w.must(chat.Command{By: bob, Op: chat.ArchiveRoom, Room: tea})
		return tea
	}
	runRules(t, []rule{
		{name: "renaming", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#coffee", Client: "r"}
		}, events: []string{"renamed@8 bob client=r whose=#tea name=#coffee"}},
		{name: "renaming to other capitals", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#TEA"}
		}, events: []string{"renamed@8 bob whose=#tea name=#TEA"}},
		{name: "renaming an archived room", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: archived(w), Name: "#old-tea"}
		}, events: []string{"renamed@8 bob whose=#tea name=#old-tea"}},
		{name: "archiving", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.ArchiveRoom, Room: w.room(bob, "#tea"), Client: "a"}
		}, events: []string{"archived@8 bob client=a"}},
		{name: "restoring", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RestoreRoom, Room: archived(w), Client: "r"}
		}, events: []string{"restored@8 bob client=r"}},

		{name: "renaming to the same", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#tea"}
		}, refused: chat.Conflict},
		{name: "renaming to a name that is taken", command: func(w *world) chat.Command {
			w.room(alice, "#coffee")
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#Coffee"}
		}, refused: chat.Conflict},
		{name: "renaming to the lobby's name", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#loBBy"}
		}, refused: chat.Conflict},
		{name: "renaming to a bad name", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "tea"}
		}, refused: chat.Invalid},
		{name: "renaming another's room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			w.join(bob, tea)
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: tea, Name: "#coffee"}
		}, refused: chat.Forbidden, note: "owner of #tea"},
		{name: "renaming one's room from outside", command: func(w *world) chat.Command {
			tea := w.room(bob, "#tea")
			w.leave(bob, tea)
			return chat.Command{By: bob, Op: chat.RenameRoom, Room: tea, Name: "#coffee"}
		}, refused: chat.Forbidden, note: "/join"},
		{name: "archiving twice", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.ArchiveRoom, Room: archived(w)}
		}, refused: chat.Conflict},
		{name: "restoring what is open", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.RestoreRoom, Room: w.room(bob, "#tea")}
		}, refused: chat.Conflict},
		{name: "no such room", command: just(chat.Command{By: bob, Op: chat.ArchiveRoom, Room: nowhere}), refused: chat.NotFound},
		lobbyRule("renaming the lobby", chat.RenameRoom),
		lobbyRule("archiving the lobby", chat.ArchiveRoom),
		lobbyRule("restoring the lobby", chat.RestoreRoom),
		directRule("renaming a direct conversation", chat.RenameRoom),
		directRule("archiving a direct conversation", chat.ArchiveRoom),
		directRule("restoring a direct conversation", chat.RestoreRoom),
	})
}

func TestRestoredRoomIsOpenAgain(t *testing.T) {
	w := newCast(t)
	tea := w.room(bob, "#tea")
	w.must(chat.Command{By: bob, Op: chat.ArchiveRoom, Room: tea})
	w.must(chat.Command{By: bob, Op: chat.RestoreRoom, Room: tea})
	w.say(bob, tea, "anybody?")
	if r, _ := w.state.Room(tea); r.Archived {
		t.Error("the room is still called archived")
	}
}

// TestTheLobbyIsTheLobbyInAnyCapitals guards the lobby of a database in which
// it was created with other capitals, by somebody who could rename it.
func TestTheLobbyIsTheLobbyInAnyCapitals(t *testing.T) {
	w := &world{t: t, state: chat.NewState(), lib: newLibrary(), ledger: newLedger(), now: 1}
	id := w.arrive("alice")
	room := w.room(id, "#LobBY")
	for _, op := range []chat.Op{chat.RenameRoom, chat.ArchiveRoom} {
		if _, out := w.apply(chat.Command{By: id, Op: op, Room: room, Name: "#x"}); out.Err == nil || out.Err.Code != chat.Forbidden {
			t.Errorf("operation %d on the lobby: %v", op, out.Err)
		}
	}
	if u, _ := w.state.User(w.arrive("bob")); !slices.Equal(u.Rooms, []chat.RoomID{room}) {
		t.Errorf("bob landed in %v, want the lobby", u.Rooms)
	}
}

func TestRenamedRoomIsFoundByItsNewNameOnly(t *testing.T) {
	w := newCast(t)
	tea := w.room(bob, "#tea")
	w.must(chat.Command{By: bob, Op: chat.RenameRoom, Room: tea, Name: "#TEA"})
	if id, ok := w.state.Find("#Tea"); !ok || id != tea {
		t.Error("with other capitals, the room is not found")
	}
	w.must(chat.Command{By: bob, Op: chat.RenameRoom, Room: tea, Name: "#coffee"})
	if _, ok := w.state.Find("#tea"); ok {
		t.Error("the room is still found by its old name")
	}
	if id, ok := w.state.Find("#Coffee"); !ok || id != tea {
		t.Error("the room is not found by its new name")
	}
}

func TestInvite(t *testing.T) {
	runRules(t, []rule{
		{name: "to a private room, told to both sides", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Invite, Room: w.private(alice, "#den"), User: bob, Client: "i"}
		}, events: []string{"invited@4 alice whose=bob user=4 about=8 name=#den", "invited@8 alice client=i whose=bob user=4 about=8 name=#den"}},
		{name: "to a public room", command: just(chat.Command{By: alice, Op: chat.Invite, Room: lobby, User: bob}), refused: chat.Conflict, note: "bob"},
		{name: "to a public room that they are not in", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Invite, Room: w.room(alice, "#tea"), User: bob}
		}, events: []string{"invited@4 alice whose=bob user=4 about=8 name=#tea", "invited@8 alice whose=bob user=4 about=8 name=#tea"}},
		{name: "by any member", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
			w.join(bob, den)
			return chat.Command{By: bob, Op: chat.Invite, Room: den, User: carol}
		}, events: []string{"invited@6 bob whose=carol user=6 about=8 name=#den", "invited@8 bob whose=carol user=6 about=8 name=#den"}},
		{name: "twice to a private room", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
			return chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob}
		}, refused: chat.Conflict},
		{name: "oneself", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Invite, Room: w.private(alice, "#den"), User: alice}
		}, refused: chat.Conflict},
		{name: "nobody", command: just(chat.Command{By: alice, Op: chat.Invite, Room: lobby, User: nobody}), refused: chat.NotFound},
		{name: "the server", command: just(chat.Command{By: alice, Op: chat.Invite, Room: lobby}), refused: chat.NotFound},
		{name: "by somebody outside", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Invite, Room: w.private(alice, "#den"), User: carol}
		}, refused: chat.NotFound},
		{name: "by somebody who was invited and has not come", command: func(w *world) chat.Command {
			den := w.private(alice, "#den")
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
			return chat.Command{By: bob, Op: chat.Invite, Room: den, User: carol}
		}, refused: chat.NotFound},
		{name: "to a direct conversation", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Invite, Room: w.direct(alice, bob), User: carol}
		}, refused: chat.Invalid},
		{name: "to an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: alice, Op: chat.Invite, Room: tea, User: bob}
		}, refused: chat.Gone},
	})
}

func TestInvitationsGoWithTheInvited(t *testing.T) {
	w := newCast(t)
	key := chat.Key{1}
	dave := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User
	den, tea := w.private(alice, "#den"), w.room(alice, "#tea")
	for _, room := range []chat.RoomID{den, tea} {
		for _, guest := range []chat.UserID{bob, dave} {
			w.must(chat.Command{By: alice, Op: chat.Invite, Room: room, User: guest})
		}
	}
	wantInvited(t, w, den, bob, dave)
	wantInvited(t, w, tea) // anybody may come: there is nothing to remember
	w.depart(dave)
	wantInvited(t, w, den, bob)
	w.must(chat.Command{Op: chat.Arrive, Key: key})
	if _, out := w.apply(chat.Command{By: dave, Op: chat.Join, Name: "#den"}); out.Err == nil {
		t.Error("an invitation outlived the visit")
	}
	w.join(bob, den)
	wantInvited(t, w, den)
}

func wantInvited(t *testing.T, w *world, room chat.RoomID, want ...chat.UserID) {
	t.Helper()
	if r, _ := w.state.Room(room); !slices.Equal(r.Invited, want) {
		t.Errorf("room %d expects %v, want %v", room, r.Invited, want)
	}
}

func TestARoomExpectsABoundedNumberOfPeople(t *testing.T) {
	snap := newCast(t).state.Snapshot()
	den := chat.RoomInfo{ID: 100_000, Name: "#den", Flags: chat.Private, Creator: alice, Last: 100_001, Members: []chat.Member{{ID: alice}}}
	snap.Seq = 100_001
	for i := range chat.MaxInvited {
		id := chat.UserID(1000 + i)
		snap.Users = append(snap.Users, chat.UserInfo{ID: id, Nick: fmt.Sprint("guest", id), Inbox: chat.Seq(id)})
		den.Invited = append(den.Invited, id)
	}
	snap.Users[0].Rooms = append(snap.Users[0].Rooms, den.ID)
	snap.Rooms = append(snap.Rooms, den)
	s := chat.Restore(snap)
	checkState(t, s)
	invite := chat.Command{By: alice, Op: chat.Invite, Room: den.ID, User: bob}
	if _, out := s.Apply(&invite, chat.NewFacts(), nil); out.Err == nil || out.Err.Code != chat.TooMany {
		t.Fatalf("invited one more than can be: %+v", out)
	}
	s.Apply(&chat.Command{By: 1000, Op: chat.Join, Room: den.ID}, chat.NewFacts(), nil)
	if _, out := s.Apply(&invite, chat.NewFacts(), nil); out.Err != nil {
		t.Errorf("after one of them came: %v", out.Err)
	}
}

func TestRestoreForgetsInvitationsOfThoseWhoAreGone(t *testing.T) {
	w := newCast(t)
	den := w.private(alice, "#den")
	snap := w.state.Snapshot()
	for i := range snap.Rooms {
		if snap.Rooms[i].ID == den {
			snap.Rooms[i].Invited = []chat.UserID{bob, nobody}
		}
	}
	s := chat.Restore(snap)
	checkState(t, s)
	if r, _ := s.Room(den); !slices.Equal(r.Invited, []chat.UserID{bob}) {
		t.Errorf("expected are %v, want only bob", r.Invited)
	}
}

func TestOpenDirect(t *testing.T) {
	runRules(t, []rule{
		{name: "a conversation, told to both", command: just(chat.Command{By: bob, Op: chat.OpenDirect, User: alice, Client: "d"}),
			events: []string{"created@8 bob flags=3 client=d", "joined@8 bob", "joined@8 alice", "direct@4 bob whose=alice user=2 about=8", "direct@2 bob whose=bob user=4 about=8"}},
		{name: "the same again is nothing", command: func(w *world) chat.Command {
			w.direct(alice, bob)
			return chat.Command{By: alice, Op: chat.OpenDirect, User: bob}
		}},
		{name: "from the other side is nothing", command: func(w *world) chat.Command {
			w.direct(alice, bob)
			return chat.Command{By: bob, Op: chat.OpenDirect, User: alice}
		}},
		{name: "anew when the other has left", command: func(w *world) chat.Command {
			w.leave(bob, w.direct(alice, bob))
			return chat.Command{By: alice, Op: chat.OpenDirect, User: bob}
		}, events: []string{"created@14 alice flags=3", "joined@14 alice", "joined@14 bob", "direct@2 alice whose=bob user=4 about=14", "direct@4 alice whose=alice user=2 about=14"}},
		{name: "with oneself", command: just(chat.Command{By: bob, Op: chat.OpenDirect, User: bob}), refused: chat.Invalid},
		{name: "with nobody", command: just(chat.Command{By: bob, Op: chat.OpenDirect, User: nobody}), refused: chat.NotFound},
		{name: "with the server", command: just(chat.Command{By: bob, Op: chat.OpenDirect}), refused: chat.NotFound},
		{name: "with somebody who is gone", command: func(w *world) chat.Command {
			w.depart(alice)
			return chat.Command{By: bob, Op: chat.OpenDirect, User: alice}
		}, refused: chat.NotFound},
	})
}

func TestDirectConversationsComeAndGo(t *testing.T) {
	w := newCast(t)
	first := w.direct(alice, bob)
	if other := w.direct(alice, carol); other == first || w.direct(bob, alice) != first {
		t.Fatal("people share a conversation")
	}
	w.leave(alice, first)
	second := w.direct(bob, alice)
	if second == first {
		t.Fatal("the old conversation was found, which one of the two has left")
	}
	w.leave(bob, first)
	if _, ok := w.state.Room(first); ok {
		t.Error("a conversation without anybody is still in memory")
	}
	if w.direct(alice, bob) != second {
		t.Error("leaving the old conversation ended the new one")
	}
	w.depart(alice)
	if _, out := w.apply(chat.Command{By: bob, Op: chat.Say, Room: second, Text: "hello?"}); out.Err == nil || out.Err.Code != chat.Gone {
		t.Errorf("spoke to somebody who is gone: %+v", out)
	}
	w.depart(bob)
	if rooms := w.state.Rooms(); slices.Contains(rooms, second) {
		t.Error("the second conversation is still in memory")
	}
}

// crowded returns a world in which bob is in as many rooms as one can be in.
func crowded(t *testing.T) *chat.State {
	snap := newCast(t).state.Snapshot()
	for i := range chat.MaxRoomsPerUser - 1 {
		id := chat.RoomID(1000 + i)
		snap.Rooms = append(snap.Rooms, chat.RoomInfo{ID: id, Name: fmt.Sprint("#room", i), Creator: bob, Last: chat.Seq(id), Members: []chat.Member{{ID: bob}}})
		snap.Users[1].Rooms = append(snap.Users[1].Rooms, id)
	}
	snap.Rooms = append(snap.Rooms, chat.RoomInfo{ID: 5000, Name: "#tea", Creator: alice, Last: 5000})
	snap.Seq = 5000
	s := chat.Restore(snap)
	checkState(t, s)
	return s
}

func TestOnePersonIsInABoundedNumberOfRooms(t *testing.T) {
	for _, c := range []struct {
		name    string
		command chat.Command
		note    string
	}{
		{"joining", chat.Command{By: bob, Op: chat.Join, Name: "#tea"}, "You are in 1000 rooms"},
		{"creating", chat.Command{By: bob, Op: chat.CreateRoom, Name: "#more"}, "You are in 1000 rooms"},
		{"joining a new name", chat.Command{By: bob, Op: chat.Join, Name: "#more"}, "You are in 1000 rooms"},
		{"opening a conversation", chat.Command{By: bob, Op: chat.OpenDirect, User: alice}, "You are in 1000 rooms"},
		{"being drawn into a conversation", chat.Command{By: alice, Op: chat.OpenDirect, User: bob}, "bob is in 1000 rooms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := crowded(t)
			_, out := s.Apply(&c.command, chat.NewFacts(), nil)
			wantTooMany(t, out, c.note)
			leave := chat.Command{By: bob, Op: chat.Leave, Room: 1500}
			if _, out := s.Apply(&leave, chat.NewFacts(), nil); out.Err != nil {
				t.Fatal(out.Err)
			}
			if _, out := s.Apply(&c.command, chat.NewFacts(), nil); out.Err != nil {
				t.Errorf("after leaving one: %v", out.Err)
			}
		})
	}
}

func TestThereIsABoundedNumberOfRooms(t *testing.T) {
	snap := newCast(t).state.Snapshot()
	for i := range chat.MaxRooms - 1 {
		id := chat.RoomID(1000 + i)
		snap.Rooms = append(snap.Rooms, chat.RoomInfo{ID: id, Name: fmt.Sprint("#room", i), Creator: bob, Last: chat.Seq(id)})
	}
	snap.Seq = 1_000_000
	s := chat.Restore(snap)
	for _, c := range []chat.Command{
		{By: bob, Op: chat.CreateRoom, Name: "#more"},
		{By: bob, Op: chat.Join, Name: "#more"},
		{Op: chat.CreateRoom, Name: "#more"},
	} {
		_, out := s.Apply(&c, chat.NewFacts(), nil)
		wantTooMany(t, out, "100000 rooms")
	}
	if _, out := s.Apply(&chat.Command{By: bob, Op: chat.OpenDirect, User: alice}, chat.NewFacts(), nil); out.Err != nil {
		t.Errorf("a direct conversation was refused too: %v", out.Err)
	}
}

func wantTooMany(t *testing.T, out chat.Outcome, note string) {
	t.Helper()
	if out.Err == nil || out.Err.Code != chat.TooMany || !strings.Contains(out.Err.Text, note) {
		t.Errorf("outcome %+v (%v), want a refusal that says %q", out, out.Err, note)
	}
}

func TestRoomsTellWhoSetTheTopic(t *testing.T) {
	w := newWorld(t)
	bob := w.arrive("bob")
	made, out := w.apply(chat.Command{By: bob, Op: chat.Join, Name: "#tea"})
	info, _ := w.state.Room(out.Room)
	if info.Created != made[0].Time || info.TopicAt != 0 || info.TopicBy != "" {
		t.Errorf("a new room: %+v", info)
	}
	set, _ := w.apply(chat.Command{By: bob, Op: chat.SetTopic, Room: out.Room, Text: "Assam"})
	if events, again := w.apply(chat.Command{By: bob, Op: chat.SetTopic, Room: out.Room, Text: "Assam"}); len(events) > 0 || again.Err != nil {
		t.Errorf("the same topic again: %q, %v", showAll(events), again.Err)
	}
	if info, _ = w.state.Room(out.Room); info.Topic != "Assam" || info.TopicBy != "bob" || info.TopicAt != set[0].Time {
		t.Errorf("with a topic: %+v", info)
	}
}
