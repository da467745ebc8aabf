package discover

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"
)

// Over the real network of this machine, if it has one.
func TestThisMachineFindsItself(t *testing.T) {
	everywhere := func(netip.Addr) bool { return true }
	if here, err := places(everywhere); err != nil || len(here) == 0 {
		t.Skip("this machine has no network with multicast: ", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var announcing sync.WaitGroup
	announcing.Go(func() { Announce(ctx, tea, everywhere, slog.New(slog.DiscardHandler)) })
	defer announcing.Wait()
	defer stop()
	var got []Found
	for range 10 { // the announcing may begin late
		links, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(ctx, time.Second)
		got = Browse(ctx, links)
		stop()
		if slices.ContainsFunc(got, func(f Found) bool { return f.Service == tea }) {
			return
		}
	}
	t.Errorf("found only %+v", got)
}

func TestOnlyAddressesToUseMakeAPlace(t *testing.T) {
	here, err := places(func(netip.Addr) bool { return false })
	if err != nil || len(here) > 0 {
		t.Errorf("%v, %v", here, err)
	}
}
