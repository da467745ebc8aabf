package hub_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What was said before a room got another name, in the same batch, is told of the
// room that its readers know.
func TestWhatWasSaidBeforeARenameIsUnderTheOldName(t *testing.T) {
	events := []chat.Event{
		{Seq: 5, Kind: chat.Message, Text: "one"},
		{Seq: 6, Kind: chat.RoomRenamed, Whose: "#tea", Name: "#coffee"},
		{Seq: 7, Kind: chat.Message, Text: "two"},
		{Seq: 8, Kind: chat.RoomRenamed, Whose: "#coffee", Name: "#cake"},
		{Seq: 9, Kind: chat.Message, Text: "three"},
	}
	got := hub.Encoded(&chat.RoomInfo{ID: 4, Name: "#cake"}, events, func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
		return append(append(append(append(dst, room.Name...), ' '), ev.Text...), ';')
	})
	if want := "#tea one;#coffee ;#coffee two;#cake ;#cake three;"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestInvitationsAreTheUsersOwn(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	den := ann.must(chat.Command{Op: chat.Join, Name: "#den", Private: true}).Room
	ann.must(chat.Command{Op: chat.Join, Name: "#tea"})
	ann.must(chat.Command{Op: chat.Invite, Room: den, User: bob.User()})
	if rooms := bob.Invitations(); len(rooms) != 1 || rooms[0].ID != den {
		t.Errorf("bob is invited to %v", rooms)
	}
	if rooms := ann.Invitations(); len(rooms) > 0 {
		t.Errorf("ann is invited to %v", rooms)
	}
	bob.must(chat.Command{Op: chat.Join, Room: den})
	if rooms := bob.Invitations(); len(rooms) > 0 {
		t.Errorf("bob, who has come, is invited to %v", rooms)
	}
}
