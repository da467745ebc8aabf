package chat_test

import (
	"reflect"
	"testing"

	"hubbub/internal/chat"
)

func TestPictureOfSomebody(t *testing.T) {
	picture := func(n byte) chat.Command {
		f := file(n)
		return chat.Command{By: alice, Op: chat.SetProperty, Name: chat.PictureKey, Text: f.Path(), Files: []chat.File{f}}
	}
	member := func(change func(w *world, c *chat.Command)) func(w *world) chat.Command {
		return func(w *world) chat.Command {
			w.promoted(alice, chat.MemberRole)
			c := picture(1)
			change(w, &c)
			return c
		}
	}
	first := "property@2 alice level=2 whose=alice user=2 name=avatar text=" + picture(1).Text + " files=picture 1.png"
	runRules(t, []rule{
		{name: "a member's own", command: member(func(*world, *chat.Command) {}), events: []string{first}},
		{name: "a guest's", command: just(picture(1)), refused: chat.Forbidden, note: "register"},
		{name: "somebody else's", command: member(func(w *world, c *chat.Command) {
			w.must(chat.Command{Op: chat.SetRole, User: alice, Level: uint8(chat.OwnerRole)})
			c.User = bob
		}), refused: chat.Forbidden, note: "for bob to choose"},
		{name: "a room's", command: member(func(w *world, c *chat.Command) { c.Room = w.room(alice, "#tea") }), refused: chat.Invalid},
		{name: "in private", command: member(func(_ *world, c *chat.Command) { c.Private = true }), refused: chat.Invalid},
		{name: "two", command: member(func(_ *world, c *chat.Command) { c.Files = append(c.Files, file(2)) }), refused: chat.Invalid},
		{name: "what is no picture", command: member(func(_ *world, c *chat.Command) { c.Files[0].Width, c.Files[0].Height = 0, 0 }), refused: chat.Invalid},
		{name: "under another key", command: member(func(_ *world, c *chat.Command) { c.Name = "status" }), refused: chat.Invalid},
		{name: "another than the value says", command: member(func(_ *world, c *chat.Command) { c.Text = "/files/x" }), refused: chat.Invalid},
		{name: "a message's, by its address", command: member(func(_ *world, c *chat.Command) { c.Files = nil }), refused: chat.Invalid, note: "uploaded"},
		{name: "the file of a message", command: member(func(w *world, _ *chat.Command) {
			w.must(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "see", Files: []chat.File{file(1)}})
		}), refused: chat.Conflict},
		{name: "said with a message, too", command: member(func(w *world, c *chat.Command) {
			w.must(*c)
			*c = chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "see", Files: c.Files}
		}), refused: chat.Conflict},
		{name: "said once it is none any more", command: member(func(w *world, c *chat.Command) {
			w.must(*c)
			w.must(picture(2))
			*c = chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "see", Files: c.Files}
		}), events: []string{"message@1 alice level=2 text=see files=picture 1.png"}},
		{name: "elsewhere", command: member(func(_ *world, c *chat.Command) { c.Files, c.Text = nil, "https://tea.example/a.png" }),
			events: []string{"property@2 alice level=2 whose=alice user=2 name=avatar text=https://tea.example/a.png"}},
	})
}

// A batch learns which file is a picture as the store does.
func TestFactsOfAPictureThatIsReplaced(t *testing.T) {
	w := newCast(t)
	w.promoted(alice, chat.MemberRole)
	set := func(n byte) *chat.Command {
		f := file(n)
		return &chat.Command{By: alice, Op: chat.SetProperty, Name: chat.PictureKey, Text: f.Path(), Files: []chat.File{f}, Time: w.now}
	}
	batch := []*chat.Command{set(1), set(2)}
	facts := w.lib.facts(batch...)
	var events []chat.Event
	for _, c := range batch {
		var out chat.Outcome
		if events, out = w.state.Apply(c, facts, events); out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	if want := map[string]chat.Seq{file(2).ID: events[1].Seq}; !reflect.DeepEqual(facts.Files, want) {
		t.Errorf("the files are %v, want %v", facts.Files, want)
	}
	if got := chat.PictureOf(&chat.Property{PropertyKey: chat.PropertyKey{Name: chat.PictureKey}, PropertyFact: chat.PropertyFact{Value: set(2).Text}}); got != set(2).Text {
		t.Errorf("it is fetched at %q", got)
	}
	if got := chat.PictureOf(&chat.Property{PropertyKey: chat.PropertyKey{Name: chat.PictureKey}, PropertyFact: chat.PropertyFact{Value: "https://tea.example/a.png"}}); got != "" {
		t.Errorf("one elsewhere is fetched here, at %q", got)
	}
}
