package tui

import (
	"cmp"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// What sessions keep to, so that a screen is the same wherever it is shown from.
const (
	MaxPeople    = 500 // of a room that are shown
	MaxMentions  = 100 // that are shown
	MentionPages = 10  // of what was found for a name, among which they are looked for
)

// SortPeople puts people in the order in which they are shown: those first who keep
// order in the room, and those behind the others who are away.
func SortPeople(people []Person) {
	folded := make(map[chat.UserID]string, len(people))
	for i := range people {
		folded[people[i].ID] = chat.Fold(people[i].Nick)
	}
	away := func(p *Person) int {
		if p.Away {
			return 1
		}
		return 0
	}
	slices.SortFunc(people, func(a, b Person) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(away(&a), away(&b)), strings.Compare(folded[a.ID], folded[b.ID]))
	})
}

// SortRooms puts rooms in the order in which they are shown: the one that the user came
// for, if there is one, the others by name, and then people, by name too. So a room has
// its place, and Alt with a number goes on leading to the same one.
func SortRooms(rooms []Room, first chat.RoomID) {
	rank := func(r *Room) int {
		switch {
		case r.Direct:
			return 2
		case r.ID == first:
			return 0
		}
		return 1
	}
	slices.SortFunc(rooms, func(a, b Room) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), strings.Compare(chat.Fold(a.Name), chat.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
}
