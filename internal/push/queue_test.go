package push_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/push"
)

// running is a queue at work, in a bubble, and what it says is gone.
type running struct {
	*push.Queue
	net  *service
	gone []string
}

// start has a queue work until the test ends.
func start(t *testing.T, answer func(*http.Request) (int, http.Header)) *running {
	t.Helper()
	r := &running{net: &service{answer: answer}}
	var mu sync.Mutex // guards gone
	r.Queue = push.NewQueue(push.NewSender(keys(t), "", r.net), func(s push.Subscription) {
		mu.Lock()
		defer mu.Unlock()
		r.gone = append(r.gone, s.Endpoint)
	}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { r.Run(ctx) })
	t.Cleanup(func() { stop(); done.Wait() })
	return r
}

func status(n int) func(*http.Request) (int, http.Header) {
	return func(*http.Request) (int, http.Header) { return n, nil }
}

func TestAMessageIsTriedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, began := start(t, status(503)), time.Now()
		q.Add(newBrowser(t).subscribe(t, endpoint), push.Message{TTL: 24 * time.Hour})
		<-time.After(24 * time.Hour)
		came := q.net.arrivals()
		if len(came) != 5 {
			t.Fatalf("it is tried %d times", len(came))
		}
		for i, want := range []time.Duration{0, 5 * time.Second, 25 * time.Second, 105 * time.Second, 425 * time.Second} {
			if got := came[i].at.Sub(began); got != want {
				t.Errorf("try %d comes after %v, not %v", i+1, got, want)
			}
		}
		if first, second := came[0].header.Get("TTL"), came[1].header.Get("TTL"); first != "86400" || second != "86395" {
			t.Errorf("it is of use for %s and then for %s seconds", first, second)
		}
	})
}

func TestAPushServiceThatWantsTimeGetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		q, began := start(t, func(*http.Request) (int, http.Header) {
			if tries++; tries == 1 {
				return 429, http.Header{"Retry-After": {"600"}}
			}
			return 201, nil
		}), time.Now()
		q.Add(newBrowser(t).subscribe(t, endpoint), push.Message{TTL: time.Hour})
		<-time.After(2 * time.Hour)
		if came := q.net.arrivals(); len(came) != 2 || came[1].at.Sub(began) != 10*time.Minute {
			t.Errorf("%d tries", len(came))
		}
	})
}

func TestAMessageIsNotTriedWhenItIsOfNoUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := start(t, status(503))
		q.Add(newBrowser(t).subscribe(t, endpoint), push.Message{TTL: 20 * time.Second})
		<-time.After(time.Hour)
		if n := len(q.net.arrivals()); n != 2 {
			t.Errorf("%d tries in its 20 seconds", n)
		}
		q.Add(newBrowser(t).subscribe(t, endpoint), push.Message{})
		<-time.After(time.Hour)
		if n := len(q.net.arrivals()); n != 3 {
			t.Errorf("%d tries of one that is for now or never", n-2)
		}
	})
}

func TestASubscriptionThatIsOverIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := start(t, func(r *http.Request) (int, http.Header) {
			return map[string]int{"/over": 410, "/never": 404, "/large": 413, "/no": 403, "/good": 201}[r.URL.Path], nil
		})
		for _, path := range []string{"over", "never", "large", "no", "good"} {
			if !q.Add(newBrowser(t).subscribe(t, "https://push.example.org/"+path), push.Message{TTL: time.Hour}) {
				t.Error("there is no room")
			}
			synctest.Wait()
		}
		if got := fmt.Sprint(q.gone); got != "[https://push.example.org/over https://push.example.org/never]" {
			t.Errorf("gone are %s", got)
		}
		<-time.After(time.Hour)
		if n := len(q.net.arrivals()); n != 5 {
			t.Errorf("%d tries", n)
		}
	})
}

func TestAQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		q := start(t, func(r *http.Request) (int, http.Header) {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
			return 201, nil
		})
		b := newBrowser(t)
		one := b.subscribe(t, endpoint)
		added := 0
		for q.Add(one, push.Message{TTL: time.Hour}) {
			if added++; added > push.MaxWaiting {
				t.Fatal("there is no end to it")
			}
		}
		if added != push.MaxOfOne {
			t.Errorf("one browser has %d", added)
		}
		all := added
		for i := range push.MaxWaiting {
			if !q.Add(b.subscribe(t, fmt.Sprintf("%s%d", endpoint, i/10)), push.Message{TTL: time.Hour}) {
				break
			}
			all++
		}
		if all != push.MaxWaiting {
			t.Errorf("all have %d", all)
		}
		synctest.Wait()
		if n := len(q.net.arrivals()); n != push.MaxAtOnce {
			t.Errorf("%d at once", n)
		}
		for range push.MaxOfOne {
			hold <- struct{}{}
		}
		other := b.subscribe(t, endpoint+"other")
		synctest.Wait()
		if n := len(q.net.arrivals()); n != push.MaxAtOnce+push.MaxOfOne {
			t.Errorf("%d are sent when some are done", n)
		}
		for range push.MaxOfOne {
			if !q.Add(other, push.Message{TTL: time.Hour}) {
				t.Fatal("there is no room for as many as are done")
			}
		}
		if q.Add(b.subscribe(t, endpoint+"another"), push.Message{TTL: time.Hour}) {
			t.Error("there is room for more than are done")
		}
	})
}
