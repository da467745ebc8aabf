package auth_test

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
)

var (
	home  = netip.MustParseAddr("192.0.2.1")
	away  = netip.MustParseAddr("198.51.100.7")
	local netip.Addr // a peer on a Unix socket
)

// host returns one of many addresses, each at a site of its own.
func host(n int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 0x01, 3: byte(n >> 16), 4: byte(n >> 8), 5: byte(n), 15: 1})
}

// hop returns one of many networks at one site.
func hop(n int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 6: byte(n >> 8), 7: byte(n), 15: 1})
}

// guess makes n wrong attempts, waits as long as it is told before each, and
// returns the waits.
func guess(t *testing.T, th *auth.Throttle, n int, addr netip.Addr, account string) (waits []time.Duration) {
	t.Helper()
	for range n {
		wait := th.Allow(addr, account)
		waits = append(waits, wait)
		if wait > 0 {
			<-time.After(wait)
			if again := th.Allow(addr, account); again != 0 {
				t.Fatalf("having waited %v: %v more", wait, again)
			}
		}
		th.Failed(addr, account)
	}
	return waits
}

func wantWaits(t *testing.T, waits []time.Duration, free int, seconds ...int) {
	t.Helper()
	for i, wait := range waits[:free] {
		if wait != 0 {
			t.Errorf("attempt %d: waits %v, want none", i+1, wait)
		}
	}
	for i, s := range seconds {
		if wait := waits[free+i]; wait != time.Duration(s)*time.Second {
			t.Errorf("attempt %d: waits %v, want %d s", free+i+1, wait, s)
		}
	}
}

func TestGuessesAtAnAccountWaitTwiceAsLongEachUpToHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits := guess(t, auth.NewThrottle(), 15, home, "otter")
		wantWaits(t, waits, 5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30)
	})
}

func TestGuessesFromAnAddressSlowDownWhateverTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th, n := auth.NewThrottle(), 0
		var waits []time.Duration
		for range 200 {
			n++
			waits = append(waits, guess(t, th, 1, home, fmt.Sprint("otter", n))...)
		}
		wantWaits(t, waits, 20, 1, 2, 4, 8, 16, 32)
		var last time.Duration
		for _, wait := range waits[100:] {
			last += wait
		}
		if mean := last / 100; mean < 40*time.Second || mean > 5*time.Minute {
			t.Errorf("in the long run an address waits %v", mean)
		}
		if wait := th.Allow(away, "otter1"); wait != 0 {
			t.Errorf("another address waits %v", wait)
		}
	})
}

func TestAttemptsWithoutAnAccountCountForTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		wantWaits(t, guess(t, th, 23, home, ""), 20, 1, 2, 4)
		if wait := th.Allow(away, ""); wait != 0 {
			t.Errorf("another address waits %v", wait)
		}
	})
}

func TestWaitsAreForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		guess(t, th, 40, home, "otter")
		time.Sleep(30 * time.Minute)
		wantWaits(t, guess(t, th, 6, home, "otter"), 5, 1)
		for n := range 300 { // two hours and more
			guess(t, th, 1, host(n), "bear")
		}
		time.Sleep(10 * time.Minute)
		if wait := th.Allow(away, "bear"); wait != 0 {
			t.Errorf("ten minutes after long guessing: %v", wait)
		}
	})
}

func TestNetworkIsJudgedAsOne(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"fe80::1%eth0", "fe80::1%eth1", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			th := auth.NewThrottle()
			guess(t, th, 20, netip.MustParseAddr(c.a), "")
			if wait := th.Allow(netip.MustParseAddr(c.b), ""); (wait > 0) != c.same {
				t.Errorf("%s waits %v after %s", c.b, wait, c.a)
			}
		})
	}
}

func TestNameIsTheSameHoweverItIsCapitalised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		guess(t, th, 5, home, "otter")
		if wait := th.Allow(home, "OTTER"); wait != time.Second {
			t.Errorf("waits %v", wait)
		}
	})
}

// Many attempts at the same moment are not all the first.
func TestAttemptsCountBeforeTheyAreJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		allowed := 0
		for range 1000 {
			if th.Allow(home, "otter") == 0 {
				allowed++
			}
		}
		if allowed != 5 {
			t.Errorf("%d of 1000 were allowed", allowed)
		}
	})
}

// A thousand networks guess at one account as fast as they may, for ever.
// Its owner, at a place never seen before, gets in after half a minute.
func TestOwnerIsNeverLockedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		siege := func() {
			for n := range 1000 {
				if th.Allow(host(n), "otter") == 0 {
					th.Failed(host(n), "otter")
				}
			}
		}
		siege()
		wait := th.Allow(away, "otter")
		if wait <= 0 || wait > 30*time.Second {
			t.Errorf("the owner waits %v", wait)
		}
		for range int(wait / time.Second) {
			siege()
			time.Sleep(time.Second)
		}
		if wait := th.Allow(away, "otter"); wait != 0 {
			t.Errorf("having waited, the owner waits %v more", wait)
		}
		th.Succeeded(away, "otter")
		siege()
		if wait := th.Allow(away, "otter"); wait != 0 {
			t.Errorf("where the owner was before, it is %v", wait)
		}
		if wait := th.Allow(home, "otter"); wait == 0 {
			t.Error("and the account is open to others")
		}
	})
}

// Who has a /48 can't wait in 65,536 places at once.
func TestSiteWaitsAtAnAccountAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		guess(t, th, 12, home, "otter")
		begin, allowed := time.Now(), 0
		for n := 0; time.Since(begin) < 10*time.Minute; n++ {
			if th.Allow(hop(n), "otter") == 0 {
				allowed++
				th.Failed(hop(n), "otter")
			}
			time.Sleep(100 * time.Millisecond)
		}
		if allowed < 10 || allowed > 21 {
			t.Errorf("%d attempts were allowed in ten minutes", allowed)
		}
	})
}

func TestKnownPlaceIsJudgedByItsOwnAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		th.Allow(home, "otter")
		th.Succeeded(home, "otter")
		wantWaits(t, guess(t, th, 22, home, "otter"), 20, 1, 2)
		if wait := th.Allow(away, "otter"); wait != 0 {
			t.Errorf("elsewhere it is %v", wait)
		}
	})
}

func TestSuccessIsNotCountedAndHidesNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		for range 100 {
			if wait := th.Allow(home, "otter"); wait != 0 {
				t.Fatalf("somebody who is right waits %v", wait)
			}
			th.Succeeded(home, "otter")
		}
		for range 19 { // guesses, and logging in to one's own in between
			guess(t, th, 1, home, "bear")
			th.Allow(home, "otter")
			th.Succeeded(home, "otter")
			time.Sleep(8 * time.Second)
		}
		guess(t, th, 8, home, "otter")
		if wait := th.Allow(home, "otter"); wait == 0 {
			t.Error("successes have hidden the failures")
		}
	})
}

func TestWithdrawnAttemptIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		for range 100 {
			if wait := th.Allow(home, "otter"); wait != 0 {
				t.Fatalf("waits %v", wait)
			}
			th.Withdraw(home, "otter")
		}
		guess(t, th, 12, home, "otter")
		wait := th.Allow(away, "otter")
		time.Sleep(wait)
		if again := th.Allow(away, "otter"); again != 0 {
			t.Fatalf("having waited %v: %v more", wait, again)
		}
		th.Withdraw(away, "otter")
		if again := th.Allow(away, "otter"); again != 0 {
			t.Errorf("the wait was lost: %v more", again)
		}
	})
}

func TestLocalPeersAreJudgedByTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		th.Allow(local, "otter")
		th.Succeeded(local, "otter") // which is no reason to trust the next one
		wantWaits(t, guess(t, th, 7, local, "otter"), 5, 1, 2)
		wantWaits(t, guess(t, th, 50, local, ""), 50)
	})
}

func TestThrottleRemembersABoundedNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := auth.NewThrottle()
		for n := range auth.MaxEntries + 1000 {
			account := fmt.Sprint("otter", n)
			if wait := th.Allow(host(n), account); wait != 0 {
				t.Fatalf("the first attempt waits %v", wait)
			}
			th.Succeeded(host(n), account)
		}
		networks, accounts, queues, known := th.Entries()
		if most := max(networks, accounts, queues, known); most > auth.MaxEntries {
			t.Errorf("%d networks, %d accounts, %d queues, %d successes", networks, accounts, queues, known)
		}
		guess(t, th, 6, host(0), "otter0") // forgotten, and begun anew
	})
}

func TestThrottleIsForManyAtOnce(t *testing.T) {
	th := auth.NewThrottle()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 200 {
				if th.Allow(host(i%5), "otter") == 0 {
					[]func(netip.Addr, string){th.Failed, th.Succeeded, th.Withdraw}[(n+i)%3](host(i%5), "otter")
				}
			}
		})
	}
	all.Wait()
}

// Those who come at the same moment are counted one after the other, each later than
// the one before: nobody waits because of that.
func TestAttemptsAtOnceDoNotWaitForEachOther(t *testing.T) {
	for range 500 {
		throttle := auth.NewThrottle()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if wait := throttle.Allow(home, "alice"); wait != 0 {
					t.Errorf("one of four waits %v", wait)
				}
			})
		}
		all.Wait()
	}
}
