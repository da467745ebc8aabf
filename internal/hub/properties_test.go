package hub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// keep sets a property of one's own.
func (c *client) keep(key, value string, private bool) {
	c.w.Helper()
	c.must(chat.Command{Op: chat.SetProperty, Name: key, Text: value, Private: private})
}

// kept returns what is kept about somebody, or a room, as a session sees it.
func (c *client) kept(owner chat.RoomID) string {
	c.w.Helper()
	all, err := c.Properties(c.w.Context(), owner)
	if err != nil {
		return err.Code.String()
	}
	return showKept(all)
}

func showKept(all []hub.Property) string {
	var shown []string
	for _, p := range all {
		shown = append(shown, fmt.Sprintf("%d:%s=%s", p.Owner, p.Name, p.Value))
	}
	return strings.Join(shown, " ")
}

func TestPropertiesAreForEverybodyUnlessTheyArePrivate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob := w.tracker("ann"), w.tracker("bob")
		ann.keep("status", "at tea\x1b[2J", false)
		ann.keep("web/theme", "dark", true)
		a, b := ann.User().Inbox(), bob.User().Inbox()
		if got, want := ann.kept(a), fmt.Sprintf("%d:status=at tea %d:web/theme=dark", a, a); got != want {
			t.Errorf("ann sees %s, want %s", got, want)
		}
		if got, want := bob.kept(a), fmt.Sprintf("%d:status=at tea", a); got != want {
			t.Errorf("bob sees %s, want %s", got, want)
		}
		bob.keep("color", "red", false)
		all, err := bob.PropertiesOf(t.Context(), []chat.UserID{bob.User(), ann.User(), 1 << 40}, func(_ string, size int) bool { return size < 100 })
		if got, want := showKept(all), fmt.Sprintf("%d:color=red %d:status=at tea", b, a); err != nil || got != want {
			t.Errorf("of both: %s, %v, want %s", got, err, want)
		}
		for _, owner := range []chat.RoomID{1 << 40, 0} {
			if got := bob.kept(owner); got != "not-found" {
				t.Errorf("of nobody: %s", got)
			}
		}
	})
}

func TestPropertiesOfARoomAreForWhoReadsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob := w.tracker("ann"), w.tracker("bob")
		tea := ann.join("#tea")
		ann.must(chat.Command{Op: chat.SetProperty, Room: tea, Name: "avatar", Text: "a.png"})
		want := fmt.Sprintf("%d:avatar=a.png", tea)
		if ann.kept(tea) != want || bob.kept(tea) != want {
			t.Errorf("ann sees %s, bob %s, want %s", ann.kept(tea), bob.kept(tea), want)
		}
		ann.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.InviteOnly})
		if got := bob.kept(tea); got != "forbidden" {
			t.Errorf("bob sees %s of a room that he may not read", got)
		}
	})
}

// told returns which properties of others a session is told of, and which of its
// own and of rooms it reads in its inbox and there.
func (c *client) told() (lines []string) {
	c.drain()
	for _, d := range c.got {
		switch {
		case d.Kind == hub.Answered && d.Answer.Signal != nil && d.Answer.Signal.Kind == hub.PropertyChanged:
			sig := d.Answer.Signal
			lines = append(lines, fmt.Sprintf("%s (%v): %s=%s", sig.Nick, sig.Role, sig.Name, sig.Text))
		case d.Kind == hub.Personal && d.Event.Kind == chat.PropertySet:
			lines = append(lines, fmt.Sprintf("%d: %s=%s", d.Event.Room, d.Event.Name, d.Event.Text))
		}
	}
	c.got = nil
	slices.Sort(lines) // signals and events are told in no promised order
	return lines
}

func TestWhoHasToDoWithSomebodyIsToldOfTheirProperties(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob, cid, dan := w.tracker("ann"), w.tracker("bob"), w.tracker("cid"), w.tracker("dan")
		cid.must(chat.Command{Op: chat.Leave, Room: w.lobby()})
		dan.must(chat.Command{Op: chat.Leave, Room: w.lobby()})
		dan.Watch("ann", true)
		ann.keep("status", "at tea", false)
		ann.keep("web/theme", "dark", true)
		ann.keep("status", "", false)
		tea := ann.join("#tea")
		bob.join("#tea")
		ann.must(chat.Command{Op: chat.SetProperty, Room: tea, Name: "avatar", Text: "a.png"})
		synctest.Wait()
		inbox := ann.User().Inbox()
		room := fmt.Sprintf("%d: avatar=a.png", tea)
		wantLines(t, "bob", bob.told(), room, "ann (guest): status=", "ann (guest): status=at tea")
		wantLines(t, "cid", cid.told())
		wantLines(t, "dan", dan.told(), "ann (guest): status=", "ann (guest): status=at tea")
		wantLines(t, "ann", ann.told(),
			room, fmt.Sprintf("%d: status=", inbox), fmt.Sprintf("%d: status=at tea", inbox), fmt.Sprintf("%d: web/theme=dark", inbox),
			"ann (guest): status=", "ann (guest): status=at tea")
	})
}
