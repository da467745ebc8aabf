package wire

import (
	"encoding/json"
	"testing"

	"hubbub/api"
	"hubbub/internal/chat"
)

func TestEventTellsWhatThereIs(t *testing.T) {
	room := &chat.RoomInfo{ID: 3, Name: "#tea"}
	for _, c := range []struct {
		name string
		ev   chat.Event
		want string
	}{
		{"a message", chat.Event{Seq: 9, Prev: 8, Room: 3, Time: 1700000000000, Kind: chat.Message, By: 2, Nick: "otter", Client: "a-1", Text: "<b> & \u2028"},
			`{"type":"event","event":{"seq":9,"prev":8,"room":3,"name":"#tea","time":1700000000000,"kind":"message","by":2,"nick":"otter","client":"a-1","text":"<b> & \u2028"}}`},
		{"a message that was deleted since", chat.Event{Seq: 9, Room: 3, Kind: chat.Notice},
			`{"type":"event","event":{"seq":9,"prev":0,"room":3,"name":"#tea","time":0,"kind":"notice","deleted":true}}`},
		{"a role", chat.Event{Seq: 9, Room: 3, Kind: chat.RankSet, User: 4, Whose: "fox", Level: uint8(chat.ModeratorRank)},
			`{"type":"event","event":{"seq":9,"prev":0,"room":3,"name":"#tea","time":0,"kind":"rank","whose":"fox","user":4,"level":"moderator"}}`},
		{"rules", chat.Event{Seq: 9, Room: 3, Kind: chat.RulesSet, Flags: chat.Announce | chat.Hidden, Count: 30},
			`{"type":"event","event":{"seq":9,"prev":0,"room":3,"name":"#tea","time":0,"kind":"rules","level":"announce hidden slow=30"}}`},
		{"a secret", chat.Event{Seq: 9, Room: 3, Kind: chat.CredentialAdded, Level: uint8(chat.ByToken), Key: chat.Key{1}, Secret: "s3cret"},
			`{"type":"event","event":{"seq":9,"prev":0,"room":3,"name":"#tea","time":0,"kind":"credential-added","level":"token"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := AppendEvent([]byte("before "), room, &c.ev)
			if string(got) != "before "+c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
			var m api.Message
			if err := json.Unmarshal(got[len("before "):], &m); err != nil || m.Event.Seq != 9 {
				t.Errorf("which is read as %+v, %v", m, err)
			}
		})
	}
}

func TestRefusalQuotesNothingHarmful(t *testing.T) {
	m := Refusal("a-1", chat.Errorf(chat.NotFound, "There is nobody called \x1b[2J here."))
	if got, want := string(Append(nil, &m)), `{"type":"error","id":"a-1","code":"not-found","text":"There is nobody called  here."}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
