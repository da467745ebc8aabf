package bench

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestUsageGrowsWithWork(t *testing.T) {
	before, err := readUsage(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for x := 0; ; x++ {
		after, err := readUsage(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after.cpu < before.cpu || after.rss <= 0 {
			t.Fatalf("after %+v came %+v", before, after)
		}
		if after.cpu-before.cpu > 30*time.Millisecond {
			if after.user+after.sys == before.user+before.sys {
				t.Errorf("the ticks did not move: %+v, %+v", before, after)
			}
			return
		}
	}
}

func TestStatIsReadAfterTheCommandName(t *testing.T) {
	const rest = " S 1 2 3 4 5 6 7 8 9 10 150 25 17 18 19 20 21 22 23 24 1000 26 27"
	for _, name := range []string{"(hubbub)", "(a b) c)", "()"} {
		u, err := parseStat([]byte("42 " + name + rest))
		if err != nil || u.user != 1500*time.Millisecond || u.sys != 250*time.Millisecond || u.rss != int64(1000*os.Getpagesize()) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
	for _, bad := range []string{"", "42", "42 (x)", "42 (x) S 1 2", "42 (x)" + strings.Replace(rest, "150", "many", 1)} {
		if u, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q gives %+v", bad, u)
		}
	}
}

func TestUsageOfNoProcessIsAnError(t *testing.T) {
	if u, err := readUsage(1 << 30); err == nil {
		t.Errorf("got %+v", u)
	}
}

func TestCostIsPerDelivery(t *testing.T) {
	a := usage{cpu: time.Second, user: 100 * time.Millisecond, sys: 0}
	b := usage{cpu: 3 * time.Second, user: 600 * time.Millisecond, sys: 1500 * time.Millisecond}
	c := cost(a, b, 4*time.Second, 1_000_000, 1000)
	if want := (Cost{PerDelivery: 2, User: 0.5, Sys: 1.5, PerMessage: 2000, Seconds: 2, Cores: 0.5}); *c != want {
		t.Errorf("cost is %+v, want %+v", *c, want)
	}
	if c := cost(a, b, time.Second, 0, 0); c != nil {
		t.Errorf("cost of nothing is %+v", c)
	}
}
