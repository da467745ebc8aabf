package outward_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/outward"
	"hubbub/internal/push"
	"hubbub/internal/push/pushtest"
)

const endpoint = "https://push.example.org/"

// subscribe has a browser of somebody's be told, by an endpoint of that name.
func (p *person) subscribe(name string) *pushtest.Browser {
	p.w.Helper()
	b := pushtest.NewBrowser(p.w)
	p.keep(b.Subscribe(p.w, endpoint+name).Name(), string(b.JSON(endpoint+name)))
	return b
}

// told returns what a browser has been told, in the order in which it came.
func (w *world) told(b *pushtest.Browser, name string) (all []api.Pushed) {
	w.Helper()
	for _, a := range w.pushes.Arrivals() {
		if a.URL != endpoint+name {
			continue
		}
		var one api.Pushed
		body, err := b.Read(a.Body)
		if err == nil {
			err = json.Unmarshal(body, &one)
		}
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// wantTold waits until a browser has been told these texts, and no others. They may
// overtake one another.
func (w *world) wantTold(b *pushtest.Browser, name string, texts ...string) []api.Pushed {
	w.Helper()
	w.until("somebody is told "+strings.Join(texts, ", "), func() bool { return len(w.told(b, name)) >= len(texts) })
	all := w.told(b, name)
	var got []string
	for _, one := range all {
		got = append(got, one.Text)
	}
	slices.Sort(got)
	slices.Sort(texts)
	if !slices.Equal(got, texts) {
		w.Fatalf("%s is told %q, want %q", name, got, texts)
	}
	return all
}

// Who is not here is told of what concerns them, on all of their browsers, wherever
// they are: nobody else can read it.
func TestWhoIsNotHereIsToldWhatConcernsThem(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.member("ann"), w.member("bob")
	phone, laptop := bob.subscribe("phone"), bob.subscribe("laptop")
	tea := ann.do(chat.Command{Op: chat.Join, Name: "#tea-żółta"}).Room
	bob.do(chat.Command{Op: chat.Join, Room: tea})
	own := bob.say(tea, "I am @bob")
	bob.Close()
	ann.say(tea, "this is for all")
	called := ann.say(tea, "**@bob**: come\nhere")
	ann.do(chat.Command{Op: chat.Say, Room: tea, Text: "so it is", Target: own})
	direct := ann.do(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	alone := ann.say(direct, "psst")
	all := w.wantTold(phone, "phone", "@bob: come here", "so it is", "psst")
	w.wantTold(laptop, "laptop", "@bob: come here", "so it is", "psst")
	for _, one := range all {
		want := one
		switch one.Text {
		case "psst":
			want = api.Pushed{Room: uint64(direct), Nick: "ann", Text: "psst", Link: fmt.Sprintf("/d/ann/%d", alone), Seq: uint64(alone)}
		case "@bob: come here":
			want = api.Pushed{Room: uint64(tea), Name: "#tea-żółta", Nick: "ann", Text: one.Text, Link: fmt.Sprintf("/r/tea-%%C5%%BC%%C3%%B3%%C5%%82ta/%d", called), Seq: uint64(called)}
		}
		if one != want {
			t.Errorf("%+v, want %+v", one, want)
		}
	}
	for _, a := range w.pushes.Arrivals() {
		if a.Header.Get("Urgency") != string(push.High) || !strings.HasPrefix(a.Header.Get("TTL"), "86") || len(a.Header.Get("Topic")) != 32 {
			t.Errorf("%v", a.Header)
		}
	}
}

// It is for them to say of what and when, and they are asked again for each message.
func TestWishesAreFollowed(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.member("ann"), w.member("bob")
	phone := bob.subscribe("phone")
	idle := w.again(bob)
	idle.Amend(func(p *hub.Profile) { p.Away = hub.Unattended })
	bob.Close()
	carl := w.member("carl")
	witness := carl.subscribe("witness")
	carl.Close()
	say := func(text string) { ann.say(w.lobby(), text) }
	idle.keep("notify", `{"level":"nothing"}`)
	say("@bob @carl at nothing")
	w.wantTold(witness, "witness", "@bob @carl at nothing") // so that it has been looked at: wishes are those of now
	idle.keep("notify", `{"silent":true}`)
	say("@bob @carl in silence")
	w.wantTold(witness, "witness", "@bob @carl at nothing", "@bob @carl in silence")
	idle.keep("notify", `{"keywords":["deploy"]}`)
	say("nothing of note")
	say("deploy it")
	w.wantTold(phone, "phone", "deploy it")
	idle.keep("notify", `not to be read`)
	say("@bob as usual")
	w.wantTold(phone, "phone", "deploy it", "@bob as usual")
	idle.keep("notify", "")
	idle.keep(pushtest.NewBrowser(t).Subscribe(t, endpoint+"phone").Name(), "")
	say("@bob has no phone any more")
	last := idle.subscribe("other")
	say("@bob has another")
	w.wantTold(last, "other", "@bob has another")
	w.wantTold(phone, "phone", "deploy it", "@bob as usual")
}

// again returns another session of somebody's.
func (w *world) again(p *person) *person {
	w.Helper()
	all, err := w.hub.Credentials(w.Context(), p.User())
	if err != nil || len(all) == 0 {
		w.Fatal(all, err)
	}
	o := &person{w: w}
	o.Session = w.hub.Connect(p.Address(), o)
	o.Track()
	if err := o.Arrive(w.Context(), hub.Arrival{User: p.User(), Credential: all[0].Seq}); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(o.Close)
	return o
}

// Who is here sees for themselves; and who is banned or not in the room is not told.
func TestOthersAreNotTold(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob, eve, zed := w.member("ann"), w.member("bob"), w.member("eve"), w.member("zed")
	phones := map[string]*pushtest.Browser{}
	for _, p := range []*person{ann, bob, eve, zed} {
		phones[p.Nick()] = p.subscribe(p.Nick())
	}
	w.hub.Console().Do(t.Context(), chat.Command{Op: chat.Ban, User: eve.User()})
	eve.Close()
	zed.do(chat.Command{Op: chat.Leave, Room: w.lobby()})
	zed.Close()
	all := w.member("all")
	all.keep("notify", `{"level":"all"}`)
	barrier := all.subscribe("all")
	all.Close()
	ann.say(w.lobby(), "@ann @bob @eve @zed")
	w.wantTold(barrier, "all", "@ann @bob @eve @zed") // so it has been decided who is told
	bob.Close()
	ann.say(w.lobby(), "@bob, @eve and @zed")
	w.wantTold(phones["bob"], "bob", "@bob, @eve and @zed")
	for _, nick := range []string{"ann", "eve", "zed"} {
		w.wantTold(phones[nick], nick)
	}
}

// Who had subscribed before the server started is told, if only they could read that.
func TestSubscriptionsOutliveTheServer(t *testing.T) {
	var ann, bob *person
	var phone, leaked *pushtest.Browser
	w := newWorld(t, func(w *world) {
		ann, bob = w.member("ann"), w.member("bob")
		phone, leaked = bob.subscribe("phone"), pushtest.NewBrowser(t)
		bob.do(chat.Command{Op: chat.SetProperty, Name: leaked.Subscribe(t, endpoint+"leaked").Name(), Text: string(leaked.JSON(endpoint + "leaked"))})
		bob.keep("push/0123456789abcdef", string(leaked.JSON(endpoint+"misnamed")))
		bob.keep("notify", `{"keywords":["deploy"]}`)
		ann.say(w.lobby(), "@bob before the start")
		bob.Close()
	})
	ann.say(w.lobby(), "deploy it")
	ann.say(w.lobby(), "@bob")
	w.wantTold(phone, "phone", "deploy it", "@bob")
	if n := len(w.pushes.Arrivals()); n != 2 {
		t.Errorf("%d messages were pushed", n)
	}
}

// A browser that takes no more is forgotten, for everybody who had it.
func TestBrowserThatIsGoneIsForgotten(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.pushes.Answer = func(r *http.Request) (int, http.Header) {
			if strings.HasSuffix(r.URL.Path, "gone") {
				return http.StatusGone, nil
			}
			return http.StatusCreated, nil
		}
	})
	ann, bob := w.member("ann"), w.member("bob")
	bob.subscribe("gone")
	phone := bob.subscribe("phone")
	kept := func() int {
		all, err := w.hub.PrivateProperties(t.Context(), func(string) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if n := kept(); n != 2 {
		t.Fatalf("%d browsers", n)
	}
	bob.Close()
	ann.say(w.lobby(), "@bob")
	w.until("it is forgotten", func() bool { return kept() == 1 })
	ann.say(w.lobby(), "@bob again")
	w.wantTold(phone, "phone", "@bob", "@bob again")
	if n := len(w.pushes.Arrivals()); n != 3 {
		t.Errorf("%d messages were pushed", n)
	}
}

// Where somebody is logged out from elsewhere, nothing is told any more: a phone that
// was lost stays silent.
func TestBrowserThatIsLoggedOutIsForgotten(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.member("ann"), w.member("bob")
	laptop := bob.subscribe("laptop")
	token := bob.do(chat.Command{Op: chat.AddCredential, Level: uint8(chat.ByToken), Name: "phone", Key: chat.Key{1}}).Seq
	lost := pushtest.NewBrowser(t)
	sub := lost.Subscribe(t, endpoint+"lost")
	sub.Credential = token
	bob.keep(sub.Name(), string(sub.Encode()))
	bob.do(chat.Command{Op: chat.DropCredential, Target: token})
	bob.Close()
	ann.say(w.lobby(), "@bob")
	w.wantTold(laptop, "laptop", "@bob")
	w.wantTold(lost, "lost")
}

// What is said to all is told once in a while, what concerns one always.
func TestBurstIsToldOnce(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.member("ann"), w.member("bob")
	phone := bob.subscribe("phone")
	bob.keep("notify", `{"level":"all"}`)
	bob.Close()
	ann.say(w.lobby(), "one")
	ann.say(w.lobby(), "two")
	ann.say(w.lobby(), "@bob")
	ann.say(w.lobby(), "three")
	ann.say(w.lobby(), "bob: last")
	w.wantTold(phone, "phone", "one", "@bob", "bob: last")
}

func TestBurstIsOverAfterAWhile(t *testing.T) {
	due := outward.NewDue()
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		room  chat.RoomID
		after time.Duration
		want  bool
	}{{1, 0, true}, {1, time.Second, false}, {2, time.Second, true}, {1, 9 * time.Second, false}, {1, 10 * time.Second, true}, {1, 11 * time.Second, false}, {2, time.Hour, true}} {
		if got := due(c.room, at.Add(c.after)); got != c.want {
			t.Errorf("room %d after %v: %v", c.room, c.after, got)
		}
	}
}

func TestNotificationsShowPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"hello":                         "hello",
		"**bold** and `code` and ~~x~~": "bold and code and x",
		"see\n\n```go\nfmt.Println(a * b)\n```\ndone":  "see fmt.Println(a * b) done",
		"[the page](https://example.org/?q=1) is here": "the page is here",
		`2 \* 3 __init__ <b>`:                          "2 * 3 __init__ <b>",
		strings.Repeat("ż", 200):                       strings.Repeat("ż", 200),
		strings.Repeat("ż", 199) + " and more":         strings.Repeat("ż", 199) + "…",
		" \n ":                                         "",
	} {
		if got := outward.Plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The largest that there can be fits into a push.
func TestLargestMessageFits(t *testing.T) {
	room := &chat.RoomInfo{ID: 1 << 53, Name: "#" + strings.Repeat("ż", chat.MaxRoomName)}
	ev := &chat.Event{Seq: 1 << 53, Nick: strings.Repeat("𝔞", chat.MaxNick), Text: strings.Repeat("<", 1000)}
	body, err := json.Marshal(outward.Pushed(room, ev))
	if err != nil || len(body) > push.MaxPayload {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	file := &chat.Event{Nick: "ann", Files: []chat.File{{Name: "a.png"}, {Name: "b.png"}}}
	if p := outward.Pushed(room, file); p.Text != "a.png, b.png" {
		t.Errorf("of files it says %q", p.Text)
	}
}
