package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
	"hubbub/internal/store/search"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// found searches in rooms until the index has caught up, and returns the texts.
func found(t *testing.T, s *store.Store, query string, rooms ...chat.RoomID) (texts []string) {
	t.Helper()
	for {
		res, err := s.Search(t.Context(), store.SearchRequest{
			Text: query, Rooms: rooms, Now: time.UnixMilli(1_700_000_000_000).UTC(),
			Room: func(name string) (chat.RoomID, bool) { return rooms[0], name == "#a" },
			User: func(nick string) (chat.UserID, bool) { return 7, nick == "anna" },
		})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if res.Behind > 0 {
			pass(t, 10*time.Millisecond)
			continue
		}
		for _, m := range res.Messages {
			texts = append(texts, m.Text)
		}
		return texts
	}
}

func TestSearchFindsMessagesAsTheyAreNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, t.TempDir())
		stop := running(t, s)
		defer stop()
		sc := newScript(t, s)
		a, b := sc.room("#a"), sc.room("#b")
		sc.say(a, "the build is red")
		typo := sc.say(a, "the biuld is green")
		secret := sc.say(a, "the build password is hunter2")
		sc.say(b, "what build?")
		sc.add(chat.Event{Kind: chat.Action, Room: a, By: 8, Nick: "bob", Text: "builds a house"})
		sc.add(chat.Event{Kind: chat.Notice, Room: a, By: 9, Nick: "ci", Text: "deployed"})
		sc.commit()
		expect := func(query string, want ...string) {
			t.Helper()
			if got := found(t, s, query, a); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		expect("build", "the build password is hunter2", "the build is red")
		sc.edit(a, typo, "the build is green")
		sc.remove(a, secret)
		sc.commit()
		expect("build", "the build is green", "the build is red")
		expect("deployed", "deployed")
		expect("biuld")
		expect("hunter2")
		expect("build*", "builds a house", "the build is green", "the build is red")
		expect("build* from:anna -red", "the build is green")
		expect("is in:#a", "the build is green", "the build is red")
		expect(`"build is" -green`, "the build is red")
		// The first event was 1,000 seconds after the clock of the script, and
		// one came each second.
		expect("build before:2023-11-14T22:13:24", "the build is red")
		expect("build after:2023-11-14T22:13:24", "the build is green")
	})
}

// A search that knows the head of its rooms waits a moment for the index to get
// there, and does not mind what it has not read of others.
func TestSearchWaitsAMomentForTheIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, t.TempDir())
		defer running(t, s)()
		sc := newScript(t, s)
		room, other := sc.room("#a"), sc.room("#b")
		sc.say(room, "early")
		sc.commit()
		pass(t, time.Second)
		said := sc.say(room, "just now")
		sc.say(other, "elsewhere")
		sc.commit()
		request := store.SearchRequest{Text: "now", Rooms: []chat.RoomID{room}, Head: said}
		began := time.Now()
		res, err := s.Search(t.Context(), request)
		if err != nil || res.Behind != 0 || len(res.Messages) != 1 || res.Messages[0].Seq != said {
			t.Errorf("found %+v, %v", res, err)
		}
		if waited := time.Since(began); waited > 100*time.Millisecond {
			t.Errorf("that took %v", waited)
		}
	})
}

func TestSearchWaitsNoLongerThanAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, t.TempDir()) // does not run, so the index stays behind
		sc := newScript(t, s)
		room := sc.room("#a")
		said := sc.say(room, "just now")
		sc.commit()
		began := time.Now()
		res, err := s.Search(t.Context(), store.SearchRequest{Text: "now", Rooms: []chat.RoomID{room}, Head: said})
		if err != nil || res.Behind != 2 || len(res.Messages) != 0 {
			t.Errorf("found %+v, %v", res, err)
		}
		if waited := time.Since(began); waited != 200*time.Millisecond {
			t.Errorf("it waited for %v", waited)
		}
	})
}

// A search right after a commit does not wait: it says that it is behind.
func TestSearchSaysThatItIsBehind(t *testing.T) {
	s := openStore(t, t.TempDir())
	sc := newScript(t, s)
	room := sc.room("#a")
	for range 9 {
		sc.say(room, "hello")
	}
	sc.commit()
	res, err := s.Search(t.Context(), store.SearchRequest{Text: "hello", Rooms: []chat.RoomID{room}})
	if err != nil || res.Behind != 10 || len(res.Messages) != 0 {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestSearchRefusesWithAReason(t *testing.T) {
	s := openStore(t, t.TempDir())
	var refusal *chat.Error
	if _, err := s.Search(t.Context(), store.SearchRequest{Text: "-"}); !errors.As(err, &refusal) || refusal.Code != chat.Invalid {
		t.Errorf("%v", err)
	}
}

// The index is a file that can be lost.
func TestLostIndexIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, dir)
		sc := newScript(t, s)
		room := sc.room("#a")
		sc.say(room, "before the loss")
		sc.commit()
		stop := running(t, s)
		if got := found(t, s, "loss", room); len(got) != 1 {
			t.Errorf("%q", got)
		}
		stop()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, dir+"/search.db", []byte("this is no index any more"))
		s = openStore(t, dir)
		defer running(t, s)()
		if got := found(t, s, "loss", room); len(got) != 1 {
			t.Errorf("after the loss: %q", got)
		}
	})
}

// Times decrease only where a clock was corrected; a search by date is right up
// to there.
func TestTimesAreFoundInTheLog(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	empty, err := sc.store.SeqAt(t.Context(), 5)
	if err != nil || empty != 1 {
		t.Errorf("in an empty log: %d, %v", empty, err)
	}
	room := sc.room("#a")
	at := []chat.Millis{100, 200, 200, 200, 350, 900}
	sc.pending[0].Time = 50
	for _, time := range at {
		sc.add(chat.Event{Kind: chat.Message, Room: room, Time: time, Text: "x"})
	}
	sc.commit()
	for _, c := range []struct {
		t    chat.Millis
		want chat.Seq
	}{{0, 1}, {50, 1}, {51, 2}, {100, 2}, {101, 3}, {200, 3}, {201, 6}, {350, 6}, {900, 7}, {901, 8}, {1 << 62, 8}} {
		if got, err := sc.store.SeqAt(t.Context(), c.t); err != nil || got != c.want {
			t.Errorf("first at %d: %d, %v, want %d", c.t, got, err, c.want)
		}
	}
}

// What a message was said with is found as words are; whether people react, as it is
// now.
func TestSearchFindsByWhatMessagesHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, t.TempDir())
		stop := running(t, s)
		defer stop()
		sc := newScript(t, s)
		a, b := sc.room("#a"), sc.room("#b")
		with := func(text string, kinds ...string) chat.Seq {
			ev := chat.Event{Kind: chat.Message, Room: a, By: 7, Nick: "ann", Text: text}
			for i, kind := range kinds {
				ev.Files = append(ev.Files, chat.File{ID: fmt.Sprint(text, i), Hash: strings.Repeat("a", 64), Name: "x", Type: kind, Size: 1})
			}
			return sc.add(ev)
		}
		with("words alone")
		notes := with("notes", "text/plain")
		with("holiday", "text/plain", "image/png")
		link := with("see HTTPS://example.org/tea")
		plain := with("see example.org")
		with("in code: `curl https://example.org/tea`")
		sc.say(b, "https://elsewhere.example")
		sc.commit()
		expect := func(query string, want ...string) {
			t.Helper()
			if got := found(t, s, query, a); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		expect("has:file", "holiday", "notes")
		expect("has:picture", "holiday")
		expect("has:file -has:picture", "notes")
		expect("has:link", "see HTTPS://example.org/tea")
		expect("see -has:link", "see example.org")
		expect("has:link has:file")
		expect("has:reaction")

		sc.add(chat.Event{Kind: chat.Reacted, Room: a, By: 8, Nick: "bob", Target: notes, Text: "👍"})
		sc.add(chat.Event{Kind: chat.Reacted, Room: a, By: 8, Nick: "bob", Target: link, Text: "👍"})
		sc.edit(a, notes, "better notes") // which keep their file
		sc.edit(a, plain, "see http://example.org")
		sc.commit()
		expect("has:reaction", "see HTTPS://example.org/tea", "better notes")
		expect("has:reaction has:file", "better notes")
		expect("has:link -has:reaction", "see http://example.org")
		expect("has:file", "holiday", "better notes")
		sc.add(chat.Event{Kind: chat.Unreacted, Room: a, By: 8, Nick: "bob", Target: link, Text: "👍"})
		sc.commit()
		expect("has:reaction", "better notes")
	})
}

// What the index reads at once is bounded by the length of the texts too.
func TestChangesEndOnceTheirTextsAreEnough(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room, long := sc.room("#a"), strings.Repeat("words ", chat.MaxText/6)
	var last chat.Seq
	for range search.BatchText/len(long) + 50 {
		last = sc.say(room, long)
	}
	sc.commit()
	docs, upTo, err := sc.store.Changes(t.Context(), 0, 1<<20)
	if err != nil || upTo >= last-40 || len(docs)*len(long) < search.BatchText {
		t.Fatalf("%d documents up to %d of %d, %v", len(docs), upTo, last, err)
	}
	rest, upTo, err := sc.store.Changes(t.Context(), upTo, 1<<20)
	if err != nil || upTo != last || len(docs)+len(rest) != search.BatchText/len(long)+50 {
		t.Errorf("%d documents more, up to %d of %d, %v", len(rest), upTo, last, err)
	}
}
