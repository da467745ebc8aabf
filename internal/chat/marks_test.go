package chat_test

import (
	"testing"

	"hubbub/internal/chat"
)

// A read marker tells when its message was written, for protocols that name places
// by time; what is no message in the room does not change that.
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
		{"a message of another room", elsewhere, said[0].Time},
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

// A client may name a time at which nothing was said. The marker keeps it, beside the
// position, and neither goes back.
func TestReadMarkerKeepsTheTimeThatAClientNames(t *testing.T) {
	w := newCast(t)
	tea := w.room(alice, "#tea")
	first := w.say(alice, tea, "hi")
	at := w.now
	second := w.say(alice, tea, "more")
	for _, c := range []struct {
		name   string
		target chat.Seq
		until  chat.Millis
		want   chat.ReadMark // zero if nothing happens
	}{
		{"a time before all that was said", 0, 5, chat.ReadMark{At: 5}},
		{"a later one", 0, 7, chat.ReadMark{At: 7}},
		{"an earlier one", 0, 6, chat.ReadMark{}},
		{"a message and a time after it", first, at + 3, chat.ReadMark{Seq: first, At: at + 3}},
		{"the same again", first, at + 3, chat.ReadMark{}},
		{"a later message, at an earlier time", second, at + 1, chat.ReadMark{Seq: second, At: at + 3}},
		{"an earlier message, at a later time", first, at + 9000, chat.ReadMark{Seq: second, At: at + 9000}},
	} {
		events, out := w.apply(chat.Command{By: alice, Op: chat.MarkRead, Room: tea, Target: c.target, Until: c.until})
		var got chat.ReadMark
		for _, ev := range events {
			got = chat.ReadMark{Seq: ev.Target, At: ev.When}
		}
		if u, _ := w.state.User(alice); out.Err != nil || got != c.want || c.want != (chat.ReadMark{}) && u.Read[tea] != c.want {
			t.Errorf("%s: %+v, %v, kept %+v, want %+v", c.name, got, out.Err, u.Read[tea], c.want)
		}
	}
	if _, out := w.apply(chat.Command{By: alice, Op: chat.MarkRead, Room: tea, Until: -1}); out.Err == nil || out.Err.Code != chat.Invalid {
		t.Errorf("a time before 1970: %v", out.Err)
	}
}
