package tui

import (
	"fmt"
	"testing"

	"hubbub/internal/chat"
)

func TestPeopleHaveTheirPlaces(t *testing.T) {
	people := []Person{{ID: 1, Nick: "zoe"}, {ID: 2, Nick: "ann", Away: true}, {ID: 3, Nick: "Cid"}, {ID: 4, Nick: "bob", Away: true, Rank: chat.OwnerRank}, {ID: 5, Nick: "dan"}}
	SortPeople(people)
	var nicks []string
	for _, p := range people {
		nicks = append(nicks, p.Nick)
	}
	if got := fmt.Sprint(nicks); got != "[bob Cid dan zoe ann]" {
		t.Errorf("they are %s", got)
	}
}

func TestRoomsHaveTheirPlaces(t *testing.T) {
	rooms := []Room{{ID: 5, Name: "Zoe", Direct: true}, {ID: 1, Name: "#lobby"}, {ID: 4, Name: "bob", Direct: true}, {ID: 3, Name: "#Dev"}, {ID: 2, Name: "#tea"}}
	order := func(first chat.RoomID) (names []string) {
		SortRooms(rooms, first)
		for _, r := range rooms {
			names = append(names, r.Name)
		}
		return names
	}
	for first, want := range map[chat.RoomID]string{0: "[#Dev #lobby #tea bob Zoe]", 2: "[#tea #Dev #lobby bob Zoe]", 4: "[#Dev #lobby #tea bob Zoe]"} {
		if got := fmt.Sprint(order(first)); got != want {
			t.Errorf("for who came for %d they are %s, want %s", first, got, want)
		}
	}
}
