package browsertest

import (
	"fmt"
	"testing"
)

// What is marked unread stays so for as long as the room is shown, and is read when it
// is shown again.
func TestAMessageIsMarkedUnread(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	for i := range 3 {
		ferret.says(fmt.Sprint("number ", i))
	}
	otter.hears("number 2")
	otter.says("I see")
	otter.misses(".room-link .badge", "")
	otter.chooses("Mark unread from here", "number 1")
	otter.sees(".rule.new", "New")
	otter.sees(".room-link .badge", "2")
	ferret.says("number 3")
	otter.hears("number 3")
	otter.sees(".room-link .badge", "3")

	otter.says("/join #tea")
	otter.sees(".room-head h2", "#tea")
	otter.sees(".room-link .badge", "3")
	otter.goes("#lobby")
	otter.sees(".rule.new", "New")
	otter.misses(".room-link .badge", "")
}
