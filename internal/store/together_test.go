package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// Readers see whole batches only, however they are interleaved with commits,
// and some of them giving up disturbs nobody.
func TestReadersSeeWholeBatches(t *testing.T) {
	s, err := store.Open(t.TempDir(), store.Options{Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sc := newScript(t, s)
	rooms := []chat.RoomID{sc.room("#a"), sc.room("#b")}
	sc.commit()
	done := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 6 {
		readers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), 0))
			for reads := 0; ; reads++ {
				select {
				case <-done:
					return
				default:
					readAsBatches(t, s, rooms[rng.IntN(2)], rng)
				}
			}
		})
	}
	// Each batch says the same in both rooms: batchSize times its number.
	for batch := range 150 {
		for range batchSize {
			for _, room := range rooms {
				sc.say(room, fmt.Sprint(batch))
			}
		}
		sc.commit()
	}
	close(done)
	readers.Wait()
}

const batchSize = 3

// readAsBatches reads a room and checks that its last batch is whole. One
// reader in four gives up at some moment.
func readAsBatches(t *testing.T, s *store.Store, room chat.RoomID, rng *rand.Rand) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if rng.IntN(4) == 0 {
		timer := time.AfterFunc(time.Duration(rng.IntN(300))*time.Microsecond, cancel)
		defer timer.Stop()
	}
	page, err := s.Messages(ctx, room, store.Range{Latest: true, Limit: 10_000}, 0)
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return
	case err != nil:
		t.Error(err)
	case len(page)%batchSize != 0:
		t.Errorf("%d messages in room %d: a part of a batch", len(page), room)
	}
	for i := range page {
		if i > 0 && page[i].Prev != page[i-1].Seq || page[i].Text != fmt.Sprint(i/batchSize) {
			t.Errorf("message %d of room %d: %+v", i, room, page[i])
			return
		}
	}
}
