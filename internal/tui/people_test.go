package tui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"hubbub/internal/chat"
)

// crowded is a fake in which it takes a second to tell who is in a room.
type crowded struct {
	*fake
	asked []chat.RoomID // guarded by fake.mu
}

func (c *crowded) People(ctx context.Context, room chat.RoomID) ([]Person, error) {
	c.mu.Lock()
	c.asked = append(c.asked, room)
	nick := fmt.Sprint("answer", len(c.asked))
	c.mu.Unlock()
	select {
	case <-time.After(time.Second):
		return []Person{{ID: bob, Nick: nick}}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// However many come meanwhile, it is asked once more who is there.
func TestACrowdThatComesIsAskedForOnce(t *testing.T) {
	c := &crowded{fake: village()}
	useSession(t, c.fake, c, 120, 30, Options{}, func(u *user) {
		pass := func(asked, shown string) {
			t.Helper()
			<-time.After(time.Second)
			u.settle()
			if got := fmt.Sprint(c.asked); got != asked {
				t.Errorf("asked for the people of the rooms %s, want %s", got, asked)
			}
			u.sees(shown)
		}
		pass("[1]", "answer1")
		u.press("{alt+2}")
		for range 50 {
			u.f.say(Entry{Room: dev, Kind: chat.Joined, By: cid, Nick: "cid"})
			u.settle()
		}
		pass("[1 2 2]", "answer2")
		pass("[1 2 2]", "answer3")
		u.press("{alt+1}{alt+2}{alt+1}") // of each it is asked anew
		pass("[1 2 2 1 2 1]", "answer6")
		u.f.say(Entry{Room: lobby, Kind: chat.Kicked, By: bob, Nick: "bob", Whose: "cid"})
		u.settle()
		pass("[1 2 2 1 2 1 1]", "answer7")
	})
}
