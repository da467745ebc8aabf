package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/api"
	"hubbub/client"
)

// What happens when something does not come, or can't be sent.

func TestHearsWhileTheServerReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		deaf := make(chan struct{})
		f.fault = func(n int) fault { return fault{deaf: deaf} }
		r := run(client.Config{Dial: f.dial}, nil)
		for range 10 {
			if _, err := r.Submit(t.Context(), strings.Repeat("x", 9000)); err != nil {
				t.Fatal(err)
			}
		}
		r.until(is[client.Connected])
		synctest.Wait()
		if r.Unanswered() != 10 {
			t.Errorf("%d are unanswered, want all 10", r.Unanswered())
		}
		f.happen(api.Event{Kind: "message", Text: "heard"})
		r.until(is[client.Event])
		close(deaf)
		synctest.Wait()
		if len(f.said()) != 11 || r.Unanswered() != 0 {
			t.Errorf("then the server has %d messages, and %d are unanswered", len(f.said()), r.Unanswered())
		}
		finish(t, f, r)
	})
}

func TestSendsWhileTheCallerIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		busy := make(chan struct{})
		r := run(client.Config{Dial: f.dial}, func(u client.Update) {
			if ev, ok := u.(client.Event); ok && ev.Text == "think about this" {
				<-busy
			}
		})
		r.until(is[client.Connected])
		synctest.Wait()
		f.happen(api.Event{Kind: "message", Text: "think about this"})
		synctest.Wait()
		for _, text := range []string{"a", "b", "c"} {
			if _, err := r.Submit(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if said := f.said(); !slices.Equal(said, []string{"think about this", "a", "b", "c"}) {
			t.Errorf("the server has %q", said)
		}
		close(busy)
		finish(t, f, r)
	})
}

func TestNoMoreIsOnTheWireThanTheWindowAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var held []string
		f.other = func(c *fakeConn, id, line string) bool {
			if strings.HasPrefix(line, "/") {
				return false
			}
			held = append(held, id)
			return true
		}
		r := run(client.Config{Dial: f.dial, Window: 3, Queue: 5}, nil)
		r.until(is[client.Connected])
		for range 5 {
			if _, ok, err := r.TrySubmit("hello"); !ok || err != nil {
				t.Fatalf("TrySubmit returned %v, %v", ok, err)
			}
		}
		if _, ok, err := r.TrySubmit("too many"); ok || err != nil {
			t.Errorf("with a full queue TrySubmit returned %v, %v", ok, err)
		}
		synctest.Wait()
		if len(held) != 3 || r.Unanswered() != 5 {
			t.Errorf("%d are on the wire and %d unanswered, want 3 and 5", len(held), r.Unanswered())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Submit(ctx, "too many"); !errors.Is(err, client.ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Submit returned %v", err)
		}
		waiting := make(chan error)
		go func() {
			_, err := r.Submit(t.Context(), "in the end")
			waiting <- err
		}()
		synctest.Wait()
		f.conns[0].post(api.Message{Type: api.TypeAck, ID: held[0]})
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(held) != 4 || r.Unanswered() != 5 {
			t.Errorf("then %d were sent and %d are unanswered, want 4 and 5", len(held), r.Unanswered())
		}
		finish(t, f, r)
	})
}

func TestNoticesAServerThatHasGoneWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		pings := 0
		f.other = func(c *fakeConn, id, line string) bool {
			if line == "/ping" {
				pings++
				return pings > 3
			}
			return false
		}
		r := run(client.Config{Dial: f.dial}, nil)
		start := time.Now()
		lost := r.until(is[client.Lost]).(client.Lost)
		if took := time.Since(start); took < 90*time.Second+75*time.Second-time.Second || took > 3*time.Minute {
			t.Errorf("noticed after %v; the last answer came after 90 s", took)
		}
		if lost.Err.Error() != "the server has said nothing for 1m15s" {
			t.Errorf("lost since %v", lost.Err)
		}
		finish(t, f, r)
	})
}

func TestWaitsLongerEachTimeAndNeverTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.fault = func(n int) fault {
			if n <= 12 {
				return fault{refuse: errPlanted}
			}
			return fault{}
		}
		r := run(client.Config{Dial: f.dial, Patient: true}, nil)
		r.until(is[client.Connected])
		want := 100 * time.Millisecond
		waits := map[time.Duration]bool{}
		for _, lost := range all[client.Lost](r) {
			if lost.Retry < want/2 || lost.Retry > want || lost.Err != errPlanted {
				t.Errorf("the wait is %v since %v, want one up to %v", lost.Retry, lost.Err, want)
			}
			waits[lost.Retry] = true
			want = min(2*want, 10*time.Second)
		}
		if len(waits) < 11 {
			t.Errorf("there were only %d different waits", len(waits))
		}
		<-time.After(time.Minute) // a good connection
		f.conns[0].net.Close()
		r.until(func(u client.Update) bool { l, ok := u.(client.Lost); return ok && l.Retry <= 100*time.Millisecond })
		finish(t, f, r)
	})
}

func TestAnImpatientClientTriesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.fault = func(int) fault { return fault{refuse: errPlanted} }
		r := run(client.Config{Dial: f.dial}, nil)
		if _, err := r.Send(t.Context(), "hello"); !errors.Is(err, client.ErrNotSent) || !errors.Is(err, errPlanted) {
			t.Errorf("the message ended with %v", err)
		}
		if err := <-r.done; err != errPlanted || f.dials != 1 {
			t.Errorf("after %d attempts Run returned %v", f.dials, err)
		}
		if _, err := r.Submit(t.Context(), "hello"); !errors.Is(err, client.ErrNotSent) {
			t.Errorf("Submit then returned %v", err)
		}
	})
}

func TestGivesUpWhenTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.other = func(_ *fakeConn, _, line string) bool { return line == "unheard" }
		f.fault = func(n int) fault {
			if n > 1 {
				return fault{refuse: errPlanted}
			}
			return fault{}
		}
		r := run(client.Config{Dial: f.dial, GiveUp: time.Minute}, nil)
		cmd, err := r.Submit(t.Context(), "unheard")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		f.conns[0].net.Close()
		start := time.Now()
		err = <-r.done
		if took := time.Since(start); took < time.Minute || took > 71*time.Second || !errors.Is(err, errPlanted) {
			t.Errorf("gave up after %v: %v", took, err)
		}
		if _, err := cmd.Answer(); !errors.Is(err, client.ErrUnanswered) || !errors.Is(err, errPlanted) {
			t.Errorf("what was sent ended with %v", err)
		}
		f.wait()
	})
}

func TestQuitEndsTheRun(t *testing.T) {
	for _, answered := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			f.other = func(c *fakeConn, id, line string) bool {
				if line != "/quit" || answered {
					return false
				}
				c.net.Close()
				return true
			}
			r := run(client.Config{Dial: f.dial}, nil)
			sent := sendAll(t, r, 1)
			_, err := r.Send(t.Context(), "/quit")
			if answered != (err == nil) {
				t.Errorf("answered %v: /quit ended with %v", answered, err)
			}
			if err := <-r.done; err != nil {
				t.Errorf("answered %v: Run returned %v", answered, err)
			}
			f.wait()
			exactly(t, f, r, sent)
			if f.dials != 1 {
				t.Errorf("answered %v: %d connections", answered, f.dials)
			}
		})
	}
}

// What the server could not do since it is stopping is done by the next one.
func TestUnavailableIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		times := 0
		f.other = func(c *fakeConn, id, line string) bool {
			if line != "m1" {
				return false
			}
			times++
			if times < 3 {
				c.post(api.Message{Type: api.TypeError, ID: id, Code: "unavailable", Text: "The server is stopping."})
			}
			return times < 3
		}
		r := run(client.Config{Dial: f.dial, Window: 1}, nil)
		sent := sendAll(t, r, 3)
		finish(t, f, r)
		exactly(t, f, r, sent)
		if lost := all[client.Lost](r); len(lost) != 2 || lost[0].Err.Error() != "The server is stopping." {
			t.Errorf("lost: %v", lost)
		}
	})
}

func TestTellsWhatTheServerSaysAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := run(client.Config{Dial: f.dial}, nil)
		r.until(is[client.Connected])
		f.conns[0].post(api.Message{Type: api.TypeBye, Seq: 500, Text: "Back in a moment."})
		synctest.Wait()
		if _, after := r.Position(); after != 500 {
			t.Errorf("the position is %d, want 500 as the bye says", after)
		}
		f.conns[0].net.Close()
		if lost := r.until(is[client.Lost]).(client.Lost); lost.Err.Error() != "Back in a moment." {
			t.Errorf("lost since %v", lost.Err)
		}
		finish(t, f, r)
	})
}

func TestRefusesWhatCantBeSent(t *testing.T) {
	c := client.New(client.Config{})
	for _, line := range []string{"", " \n\t", "a\xffb", strings.Repeat("x", 100<<10)} {
		var no *client.Refused
		if _, err := c.Submit(t.Context(), line); !errors.As(err, &no) || no.Code != "invalid" {
			t.Errorf("Submit(%.20q) returned %v", line, err)
		}
	}
}
