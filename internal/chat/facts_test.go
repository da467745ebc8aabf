package chat_test

import (
	"reflect"
	"testing"

	"hubbub/internal/chat"
)

func TestNeeds(t *testing.T) {
	full := chat.Command{By: bob, Target: 8, Text: "👍", Room: lobby, User: alice, Name: "x", Key: chat.Key{1}, Holder: chat.Key{2}}
	message := chat.Need{Message: 8}
	reaction := chat.Need{Message: 8, Reaction: chat.ReactionKey{Target: 8, By: bob, Emoji: "👍"}}
	shown := chat.Need{Message: 8, Text: true, Previews: 8}
	fresh := reaction
	fresh.Tally = 8
	needs := map[chat.Op]chat.Need{
		chat.Say: message, chat.Edit: {Message: 8, Previews: 8}, chat.Delete: message, chat.Pin: message, chat.Unpin: message,
		chat.React: fresh, chat.Unreact: reaction, chat.Preview: shown, chat.DropPreview: {Message: 8, Previews: 8},
		chat.Arrive:   {Guest: chat.Key{1}},
		chat.Register: {Code: chat.Key{1}, Holder: chat.Key{2}}, chat.MakeInvitation: {Code: chat.Key{1}}, chat.DropInvitation: {Invitation: 8},
		chat.Login: {Credentials: alice}, chat.Report: message, chat.MarkRead: message,
		chat.SetProperty:   {Property: chat.PropertyKey{Owner: lobby, Name: "x"}},
		chat.AddCredential: {Credentials: alice, Holder: chat.Key{1}}, chat.DropCredential: {Credentials: alice, Holder: chat.Key{1}},
	}
	for op := chat.Op(0); op <= chat.OpEnd; op++ {
		c := full
		c.Op = op
		want := needs[op]
		if got := c.Needs(); !reflect.DeepEqual(got, want) || got.IsZero() != reflect.DeepEqual(want, chat.Need{}) {
			t.Errorf("operation %d needs %+v (nothing: %v), want %+v", op, got, got.IsZero(), want)
		}
		c.Client, want.Sent = "c1", chat.SentKey{By: bob, Client: "c1"}
		if got := c.Needs(); !reflect.DeepEqual(got, want) || got.IsZero() {
			t.Errorf("operation %d with a client id needs %+v (nothing: %v), want %+v", op, got, got.IsZero(), want)
		}
	}
	own := chat.Command{By: bob, Op: chat.AddCredential, Key: chat.Key{1}}
	if got, want := own.Needs(), (chat.Need{Credentials: bob, Holder: chat.Key{1}}); !reflect.DeepEqual(got, want) {
		t.Errorf("a credential of one's own needs %+v, want %+v", got, want)
	}
	picture := file(1)
	p := chat.LinkPreview{URL: someURLs[0], Image: &picture}
	looked := chat.Command{Op: chat.Preview, Target: 8, Text: p.Encode()}
	shown.Files = []chat.File{picture}
	if got := looked.Needs(); !reflect.DeepEqual(got, shown) {
		t.Errorf("a preview with a picture needs %+v, want %+v", got, shown)
	}
	attached := chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "see", Files: []chat.File{file(1)}}
	if got, want := attached.Needs(), (chat.Need{Files: attached.Files}); !reflect.DeepEqual(got, want) || got.IsZero() {
		t.Errorf("a message with a file needs %+v, want %+v", got, want)
	}
	plain := chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hello"}
	if got := plain.Needs(); !got.IsZero() {
		t.Errorf("a plain message needs %+v, want nothing", got)
	}
}
