package chat_test

import (
	"testing"

	"hubbub/internal/chat"
)

// A read marker tells when its message was written, for protocols that name places
// by time; of what is no message in the room it tells nothing.
func TestReadMarkerTellsWhenItsMessageWasWritten(t *testing.T) {
	w := newCast(t)
	tea := w.room(alice, "#tea")
	w.join(bob, tea)
	said, _ := w.apply(chat.Command{By: alice, Op: chat.Say, Room: tea, Text: "hi"})
	elsewhere := w.say(alice, lobby, "hi there")
	w.say(alice, tea, "more")
	for _, c := range []struct {
		name   string
		target chat.Seq
		want   chat.Millis
	}{
		{"a joining", said[0].Prev, 0},
		{"a message", said[0].Seq, said[0].Time},
		{"a message of another room", elsewhere, 0},
	} {
		events, out := w.apply(chat.Command{By: bob, Op: chat.MarkRead, Room: tea, Target: c.target})
		if out.Err != nil || len(events) != 1 || events[0].When != c.want || events[0].About != tea || events[0].Target != c.target {
			t.Errorf("%s: %+v, %v, want when %d", c.name, events, out.Err, c.want)
		}
		if events[0].Time == said[0].Time {
			t.Errorf("%s: the clock stands still, so this shows nothing", c.name)
		}
	}
}

// It also tells what the room is called, or with whom the conversation is.
func TestReadMarkerTellsOfWhichRoomItIs(t *testing.T) {
	w := newCast(t)
	tea := w.room(alice, "#tea")
	direct := w.must(chat.Command{By: alice, Op: chat.OpenDirect, User: bob}).Room
	for _, c := range []struct {
		room  chat.RoomID
		name  string
		other chat.UserID
		whose string
	}{{tea, "#tea", 0, ""}, {direct, "", bob, "bob"}} {
		events, out := w.apply(chat.Command{By: alice, Op: chat.MarkRead, Room: c.room, Target: w.say(alice, c.room, "hi")})
		if out.Err != nil || len(events) != 1 || events[0].Name != c.name || events[0].User != c.other || events[0].Whose != c.whose {
			t.Errorf("%+v, %v, want %+v", events, out.Err, c)
		}
	}
}
