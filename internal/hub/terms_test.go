package hub_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// listed reports whether a room is in somebody's list of rooms.
func listed(c *client, id chat.RoomID) bool {
	return slices.ContainsFunc(c.Rooms(), func(room *chat.RoomInfo) bool { return room.ID == id })
}

func TestRoomByInvitationIsListedAndReadByItsMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada, otter := w.member("ada"), w.guest("otter")
		tea := ada.join("#tea")
		seq := ada.say(tea, "secret")
		reads := func(c *client) bool {
			_, noHistory := c.History(t.Context(), tea, 0, 10)
			_, noMessage := c.Message(t.Context(), seq)
			_, noSearch := c.Search(t.Context(), "secret in:#tea", 0)
			if (noSearch == nil) != (noHistory == nil) || (noMessage == nil) != (noHistory == nil) {
				t.Errorf("search %v, history %v, message %v", noSearch, noHistory, noMessage)
			}
			return noHistory == nil
		}
		if !reads(otter) {
			t.Error("a public room is closed")
		}
		ada.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.InviteOnly})
		if reads(otter) || !reads(ada) || !listed(otter, tea) {
			t.Error("a room by invitation is not closed, or not listed")
		}
		if _, err := otter.History(t.Context(), tea, 0, 10); err.Why != chat.NotMember {
			t.Errorf("refused for reason %d", err.Why)
		}
		ada.must(chat.Command{Op: chat.Invite, Room: tea, User: otter.User()})
		otter.join("#tea")
		if !reads(otter) {
			t.Error("a room by invitation is closed to its members")
		}
	})
}

func TestHiddenRoomIsListedForItsMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada, otter := w.member("ada"), w.guest("otter")
		tea := ada.join("#tea")
		ada.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.Hidden})
		if listed(otter, tea) || !listed(ada, tea) {
			t.Error("a hidden room is listed, or not for its members")
		}
		otter.join("#tea")
		if !listed(otter, tea) {
			t.Error("a hidden room is not listed for its members")
		}
	})
}

func TestKeyIsShownToMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada, otter := w.member("ada"), w.guest("otter")
		tea := ada.join("#tea")
		ada.must(chat.Command{Op: chat.SetKey, Room: tea, Text: "sesame"})
		keys := func(c *client) (keys []string) {
			byID, _ := c.RoomByID(tea)
			byName, _ := c.Room("#tea")
			for _, room := range append(c.Rooms(), byID, byName) {
				if room.ID == tea {
					keys = append(keys, room.Key)
				}
			}
			return keys
		}
		if got := keys(otter); !slices.Equal(got, []string{"", "", ""}) {
			t.Errorf("an outsider is shown %q", got)
		}
		if got := keys(ada); !slices.Equal(got, []string{"sesame", "sesame", "sesame"}) {
			t.Errorf("a member is shown %q", got)
		}
		if out := otter.Do(t.Context(), chat.Command{Op: chat.Join, Room: tea, Text: "sesame"}); out.Err != nil {
			t.Error(out.Err)
		}
	})
}
