package server_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/server"
)

// From more addresses than are remembered browsers may come: those that are known stay
// so, and there is room for others when those of before are over.
func TestBrowsersAreRememberedForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := server.NewBrowsers()
		at := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}) }
		for n := range 4096 {
			b.Note(at(n))
		}
		b.Note(at(5000))
		if !b.Lately(at(0)) || b.Lately(at(5000)) {
			t.Error("there is no bound")
		}
		<-time.After(20 * time.Second)
		b.Note(at(0))
		<-time.After(20 * time.Second)
		b.Note(at(5000))
		if !b.Lately(at(0)) || b.Lately(at(1)) || !b.Lately(at(5000)) {
			t.Error("who was heard of lately is not known, or who was not is")
		}
	})
}
