package browsertest

import (
	"strings"
	"testing"

	"hubbub/internal/hub"
)

// What was written and not sent is marked where it was left, and in no other place.
func TestADraftIsMarkedInTheListOfRooms(t *testing.T) {
	t.Parallel()
	otter := ownSite(t)
	otter.says("/join #tea")
	otter.sees(".room-head h2", "#tea")
	otter.fill(composer, "", "to be said later")
	otter.goes("#lobby")
	otter.sees(".room-link:has(.drafted)", "tea")
	otter.visit("/lobby") // and is still there for another visit
	otter.sees(".room-link:has(.drafted)", "tea")
	otter.goes("#tea")
	otter.misses(".drafted", "")
	otter.press("Enter")
	otter.hears("to be said later")
	otter.goes("#lobby")
	otter.misses(".drafted", "")
}

// On a phone, where the rooms are not seen, the button that shows them tells of others.
func TestAPhoneTellsOfOtherRooms(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, phone)
	otter.says("/join #tea")
	otter.sees(".room-head h2", "#tea")
	ferret.sees(composer, "")
	ferret.misses(".room-head .drawer-button .badge", "")
	otter.goes("#lobby")
	otter.says("/join #milk")
	otter.sees(".room-head h2", "#milk")
	ferret.says("/join #tea")
	ferret.sees(".room-head h2", "#tea")
	otter.goes("#lobby")
	otter.says("news")
	ferret.sees(".room-head .drawer-button .badge", "Something is unread in other rooms")
	otter.says("@ferret come here")
	ferret.sees(".room-head .drawer-button .badge.loud", "1 mention")
}

func TestWhoIsAloneIsShownHowOthersCome(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.Policy{Registration: hub.ByInvite})
	otter := s.open(desk).own(s, "otter", password)
	otter.click(".beginning button", "Invite people…")
	otter.sees("button", "Make an invitation")
	otter.press("Escape")
	otter.says("/join #tea")
	otter.sees(".room-head h2", "#tea")
	otter.click(".beginning button", "Invite somebody…")
	otter.sees("input", "Invite somebody")
}

// What is too long for a message goes as a file.
func TestWhatIsTooLongGoesAsAFile(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.fill(composer, "", strings.Repeat("all about tea. ", 3000))
	otter.click(".composer-left button", "Send it as a file")
	otter.sees(".uploads li", "text.txt")
	otter.says("all of it")
	ferret.sees(messages+" .file-card", "text.txt")
}
