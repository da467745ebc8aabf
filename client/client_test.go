package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/api"
	"hubbub/client"
)

// sendAll sends n messages and returns their texts.
func sendAll(t *testing.T, r *running, n int) (texts []string) {
	t.Helper()
	var sent []*client.Command
	for i := range n {
		texts = append(texts, fmt.Sprintf("m%d", i))
		cmd, err := r.Submit(t.Context(), texts[i])
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, cmd)
	}
	last := uint64(0)
	for i, cmd := range sent {
		m, err := cmd.Answer()
		if err != nil || m.Type != api.TypeAck || m.Seq <= last {
			t.Fatalf("message %d was answered with %+v, %v", i, m, err)
		}
		last = m.Seq
	}
	return texts
}

// exactly checks that what was sent was done once each and in order, and that
// the client was told so once each and in order.
func exactly(t *testing.T, f *fake, r *running, sent []string) {
	t.Helper()
	if said := f.said(); !slices.Equal(said, sent) {
		t.Errorf("the server has %q, want %q", said, sent)
	}
	if told := r.told(); !slices.Equal(told, sent) {
		t.Errorf("the client told %q, want %q", told, sent)
	}
	if gaps := all[client.Gap](r); gaps != nil {
		t.Errorf("there were gaps: %+v", gaps)
	}
}

func finish(t *testing.T, f *fake, r *running) {
	t.Helper()
	r.stop()
	if err := <-r.done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
	f.wait()
}

// Wherever the first connection breaks, in either direction, and whichever of
// acks and events are lost by that, each message is done once and told once.
func TestEachMessageOnceWhereverTheConnectionBreaks(t *testing.T) {
	for _, out := range []bool{false, true} {
		for at := 1; at < 900; at++ {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.fault = func(n int) fault {
					switch {
					case n > 1:
						return fault{}
					case out:
						return fault{out: at}
					}
					return fault{in: at}
				}
				r := run(client.Config{Dial: f.dial, Patient: true}, nil)
				sent := sendAll(t, r, 4)
				finish(t, f, r)
				exactly(t, f, r, sent)
				if t.Failed() {
					t.Fatalf("with a break after %d bytes, outwards %v", at-1, out)
				}
			})
		}
	}
}

func TestEachMessageOnceOverManyBadConnections(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 0))
			f := newFake(t)
			f.fault = func(n int) fault {
				switch draw.IntN(4) {
				case 0:
					return fault{refuse: errPlanted}
				case 1:
					return fault{in: 1 + draw.IntN(3000)}
				}
				return fault{out: 1 + draw.IntN(6000), twice: draw.IntN(2) == 0}
			}
			r := run(client.Config{Dial: f.dial, Patient: true, Window: 1 + draw.IntN(40)}, nil)
			sent := sendAll(t, r, 200)
			finish(t, f, r)
			exactly(t, f, r, sent)
			if f.dials < 3 {
				t.Errorf("there were only %d connections", f.dials)
			}
		})
	}
}

func TestAnAnswerThatComesTwiceCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.fault = func(int) fault { return fault{twice: true} }
		r := run(client.Config{Dial: f.dial}, nil)
		sent := sendAll(t, r, 10)
		finish(t, f, r)
		exactly(t, f, r, sent)
		if n := len(all[client.Answered](r)); n != 10 {
			t.Errorf("%d answers were told, want 10", n)
		}
	})
}

func TestResumesAfterTheLastEventHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.happen(api.Event{Kind: "message", Text: "before our time"})
		r := run(client.Config{Dial: f.dial, Token: "0123456789abcdef"}, nil)
		r.until(is[client.Connected])
		last := f.happen(api.Event{Kind: "message", Text: "one"})
		r.until(is[client.Event])
		f.conns[0].net.Close()
		r.until(is[client.Lost])
		f.happen(api.Event{Kind: "message", Text: "two"}) // while nobody listens
		r.until(func(u client.Update) bool { c, ok := u.(client.Connected); return ok && c.Resumed })
		synctest.Wait()
		finish(t, f, r)
		if told := r.told(); !slices.Equal(told, []string{"one", "two"}) {
			t.Errorf("told %q", told)
		}
		want := api.Hello{Nick: "bob", Token: "0123456789abcdef", Rooms: []string{"#lobby"}, Epoch: "E1", After: last}
		if got := f.hello(1); !reflect.DeepEqual(got, want) {
			t.Errorf("the second hello is %+v, want %+v", got, want)
		}
	})
}

func TestAnotherLogIsReadFromNow(t *testing.T) {
	for _, c := range []struct {
		name  string
		epoch string
		lose  bool // the log's end is missing
	}{{"another epoch", "E2", false}, {"a position that there is not", "E1", true}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				r := run(client.Config{Dial: f.dial}, nil)
				sendAll(t, r, 3)
				f.mu.Lock()
				f.epoch = c.epoch
				if c.lose {
					f.events = f.events[:1]
				}
				f.mu.Unlock()
				f.conns[0].net.Close()
				r.until(func(u client.Update) bool { n, ok := u.(client.Notice); return ok && n.Code == "stale" })
				synctest.Wait()
				_, after := r.Position()
				if want := f.events[len(f.events)-1].Seq; after != want {
					t.Errorf("the position is %d, want %d, the end of the new log", after, want)
				}
				f.happen(api.Event{Kind: "message", Text: "new"})
				synctest.Wait()
				finish(t, f, r)
				if told := r.told(); !slices.Equal(told, []string{"m0", "m1", "m2", "new"}) {
					t.Errorf("told %q", told)
				}
				if gaps := all[client.Gap](r); gaps != nil {
					t.Errorf("gaps between two logs: %v", gaps)
				}
			})
		})
	}
}

func TestTellsOfAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := run(client.Config{Dial: f.dial}, nil)
		r.until(is[client.Connected])
		a := f.happen(api.Event{Kind: "message", Text: "a"})
		synctest.Wait()
		f.mu.Lock()
		f.happenLocked(api.Event{Kind: "message", Text: "lost"})
		f.conns[0].pos++
		b := f.happenLocked(api.Event{Kind: "message", Text: "b"})
		f.mu.Unlock()
		synctest.Wait()
		finish(t, f, r)
		want := []client.Gap{{Room: fakeRoom, Name: "#lobby", After: a, Before: b}}
		if gaps := all[client.Gap](r); !slices.Equal(gaps, want) {
			t.Errorf("told of %+v, want %+v", gaps, want)
		}
	})
}

func TestSkipsWhatAPersonIsGreetedWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.fault = func(int) fault {
			return fault{greeting: "Welcome to hubbub. You are yak.\r\n* You are in #lobby.\n10:00 <eve> {\"type\":\"welcome\"}\n      | {\"type\":\"bye\"}\n\n"}
		}
		r := run(client.Config{Dial: f.dial}, nil)
		exactly(t, f, r, sendAll(t, r, 2))
		finish(t, f, r)
	})
}

func TestSaysWhatIsWrongWithTheOtherEnd(t *testing.T) {
	for _, c := range []struct {
		name, greeting, want string
		leave                bool
	}{
		{name: "another protocol", greeting: "SSH-2.0-OpenSSH_9.9\r\n", leave: true, want: "the server says: SSH-2.0-OpenSSH_9.9"},
		{name: "a refusal", greeting: "hubbub: this server is full (5 connections); try again later.\r\n", leave: true, want: "the server says: hubbub: this server is full (5 connections); try again later."},
		{name: "escapes", greeting: "\x1b[2Jboo\xff\n", leave: true, want: "the server says: .[2Jboo."},
		{name: "nothing", leave: true, want: "the server has closed the connection"},
		{name: "silence", want: "the server does not answer as hubbub does (within 15s)"},
		{name: "endless talk", greeting: strings.Repeat(strings.Repeat("x", 9999)+"\n", 500), want: "the server does not answer as hubbub does"},
		{name: "endless lines", greeting: strings.Repeat("\n", 11000), want: "the server does not answer as hubbub does"},
		{name: "an endless line", greeting: strings.Repeat("x", 17<<20), want: "the server sent a line that is too long to be right"},
		{name: "no JSON", greeting: `{"type":"welcome","epoch":"E","user":7}` + "\nmore\n", want: "the server sent what is no JSON: invalid character 'm' looking for beginning of value"},
		{name: "impossible events", greeting: `{"type":"welcome","epoch":"E","user":7}` + "\n" + `{"type":"event","event":{"seq":5,"prev":5}}` + "\n", want: "the server sent an event 5 after 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.fault = func(int) fault { return fault{greeting: c.greeting, leave: c.leave, mute: true} }
				r := run(client.Config{Dial: f.dial, Patient: true}, nil)
				lost := r.until(is[client.Lost]).(client.Lost)
				finish(t, f, r)
				if lost.Err.Error() != c.want {
					t.Errorf("the connection was lost since %v, want %q", lost.Err, c.want)
				}
			})
		})
	}
}

func TestARefusedHelloEndsTheRun(t *testing.T) {
	for _, c := range []struct {
		code  string
		final bool
	}{{"invalid", true}, {"forbidden", true}, {"too-many", true}, {"full", false}, {"unavailable", false}, {"internal", false}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			f.fault = func(n int) fault {
				if n == 1 {
					return fault{greeting: `{"type":"error","code":"` + c.code + `","text":"No."}` + "\n", mute: true}
				}
				return fault{}
			}
			r := run(client.Config{Dial: f.dial, Patient: true}, nil)
			m, err := r.Send(t.Context(), "hello")
			if c.final {
				var no *client.Refused
				if err := <-r.done; !errors.As(err, &no) || no.Code != c.code {
					t.Errorf("%s: Run returned %v", c.code, err)
				}
				if !errors.Is(err, client.ErrNotSent) || !errors.As(err, &no) {
					t.Errorf("%s: the message ended with %v", c.code, err)
				}
				return
			}
			if err != nil || m.Type != api.TypeAck {
				t.Errorf("%s: the message was answered with %+v, %v", c.code, m, err)
			}
			finish(t, f, r)
		})
	}
}

// deaf is a connection on which nothing can be sent.
type deaf struct{ net.Conn }

func (deaf) Write([]byte) (int, error) { return 0, errors.New("nobody listens") }

func TestHearsTheLastWordsThoughNothingCanBeSent(t *testing.T) {
	for _, c := range []struct{ said, want string }{
		{"hubbub: this server is full.\n", "the server says: hubbub: this server is full."},
		{"", "nobody listens"},
	} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			go func() {
				io.WriteString(there, c.said)
				if c.said != "" {
					there.Close()
				}
			}()
			defer there.Close()
			dial := func(context.Context) (net.Conn, error) { return deaf{here}, nil }
			if err := client.New(client.Config{Dial: dial}).Run(t.Context(), func(client.Update) {}); err == nil || err.Error() != c.want {
				t.Errorf("the client ended with %v, want %q", err, c.want)
			}
		})
	}
}

func TestServerThatCannotBeTrustedIsNotTriedAgain(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS() // it signs for itself
	defer s.Close()
	at := "tls://" + s.Listener.Addr().String()
	refuse := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error {
		return fmt.Errorf("%w: on a Friday", client.ErrUntrusted)
	}}
	for _, with := range []*tls.Config{nil, refuse} {
		var unverified *tls.CertificateVerificationError
		err := client.New(client.Config{Address: at, TLS: with, Patient: true}).Run(t.Context(), func(client.Update) {})
		if !errors.As(err, &unverified) && !errors.Is(err, client.ErrUntrusted) {
			t.Errorf("Run: %v", err)
		}
	}
}
