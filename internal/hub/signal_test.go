package hub_test

import (
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// A guest who becomes a member is introduced anew to who knows them, and to
// themselves, once; somebody new is not.
func TestWhoKnowsAGuestIsToldThatTheyAreAMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		var all []*client
		for _, nick := range []string{"ada", "bob", "eve"} {
			c := w.tracks()
			if err := c.Arrive(t.Context(), hub.Arrival{Nick: nick, Alone: true}); err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		for _, room := range []string{"#tea", "#soup"} {
			all[0].join(room)
			all[1].join(room)
		}
		all[2].join("#elsewhere")
		all[0].must(chat.Command{Op: chat.Register, Name: "ada2", Secret: "hash"})
		newcomer := w.arrive(hub.Arrival{Nick: "new", Account: &hub.Account{Password: "hash"}})
		for i, want := range []int{1, 1, 0} {
			c := all[i]
			c.drain()
			var told []hub.Signal
			for _, a := range c.answers() {
				if a.Signal != nil {
					told = append(told, *a.Signal)
				}
			}
			if len(told) != want {
				t.Fatalf("%s has been told %+v", c.Nick(), told)
			}
			if want > 0 && (told[0].Kind != hub.BecameMember || told[0].By != all[0].User() || told[0].Nick != "ada2" || told[0].Role != chat.MemberRole) {
				t.Errorf("%s has been told %+v", c.Nick(), told[0])
			}
		}
		if newcomer.Role() != chat.MemberRole {
			t.Error("the newcomer is no member")
		}
	})
}
