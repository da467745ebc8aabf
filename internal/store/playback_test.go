package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// eventful is a room in which much was done to what was said. Each event has its
// number as its name here.
func eventful(sc *script) chat.RoomID {
	room := sc.room("#a") // 1
	happen := func(kind chat.Kind, target chat.Seq, text string) {
		sc.add(chat.Event{Kind: kind, Room: room, By: 8, Nick: "bob", Target: target, Text: text})
	}
	happen(chat.Joined, 0, "")       // 2
	sc.say(room, "first")            // 3
	sc.say(room, "secnd")            // 4
	sc.say(room, "regretted")        // 5
	happen(chat.Reacted, 3, "👍")     // 6
	happen(chat.Reacted, 3, "🎉")     // 7
	happen(chat.Reacted, 5, "👍")     // 8
	sc.edit(room, 4, "secund")       // 9
	sc.edit(room, 4, "second")       // 10
	happen(chat.Unreacted, 3, "🎉")   // 11
	sc.remove(room, 5)               // 12
	happen(chat.Action, 0, "waves")  // 13
	happen(chat.TopicSet, 0, "tea")  // 14
	happen(chat.Pinned, 3, "")       // 15
	happen(chat.Reacted, 3, "🎉")     // 16
	happen(chat.NickChanged, 0, "")  // 17
	sc.say(room, "last")             // 18
	happen(chat.Left, 0, "good bye") // 19
	sc.commit()
	return room
}

func TestPlaybackShowsTheRoomAsItReadsNow(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := eventful(sc)
	other := sc.room("#b")
	sc.say(other, "elsewhere")
	sc.commit()
	all := []chat.Seq{1, 2, 3, 4, 6, 12, 13, 14, 16, 17, 18, 19}
	for _, c := range []struct {
		name string
		r    store.Range
		want []chat.Seq
	}{
		{"what was said", store.Range{Limit: 100}, []chat.Seq{3, 4, 13, 18}},
		{"the same from the end", store.Range{Limit: 100, Latest: true}, []chat.Seq{3, 4, 13, 18}},
		{"what happened too", store.Range{Limit: 100, Events: true}, all},
		{"the same from the end", store.Range{Limit: 100, Events: true, Latest: true}, all},
		{"the first", store.Range{Limit: 2}, []chat.Seq{3, 4}},
		{"the last", store.Range{Limit: 2, Latest: true}, []chat.Seq{13, 18}},
		{"the first events", store.Range{Limit: 5, Events: true}, all[:5]},
		{"the last events", store.Range{Limit: 7, Events: true, Latest: true}, all[5:]},
		{"after a message", store.Range{Limit: 100, After: 4}, []chat.Seq{13, 18}},
		{"after one that is gone", store.Range{Limit: 100, After: 5, Events: true}, all[4:]},
		{"within what is not shown", store.Range{Limit: 100, After: 8, Before: 12, Events: true}, nil},
		{"before a message", store.Range{Limit: 100, Before: 13, Latest: true}, []chat.Seq{3, 4}},
		{"before one that is gone", store.Range{Limit: 1, Before: 5, Latest: true}, []chat.Seq{4}},
		{"between", store.Range{Limit: 100, After: 3, Before: 18, Events: true}, all[3:10]},
		{"the last between", store.Range{Limit: 2, After: 3, Before: 18, Events: true, Latest: true}, []chat.Seq{16, 17}},
		{"nothing between neighbours", store.Range{Limit: 100, After: 3, Before: 4, Events: true}, nil},
		{"a range that is none", store.Range{Limit: 100, After: 13, Before: 4, Events: true}, nil},
		{"beyond the end", store.Range{Limit: 100, After: 1 << 63, Events: true}, nil},
		{"before what is no position", store.Range{Limit: 1, Before: 1 << 63, Latest: true}, []chat.Seq{18}},
		{"none", store.Range{Events: true}, nil},
	} {
		past, err := sc.store.Playback(t.Context(), room, c.r)
		if err != nil {
			t.Fatal(err)
		}
		var got []chat.Seq
		for i := range past {
			got = append(got, past[i].Seq)
			if past[i].Seq == 4 && past[i].Text != "second" {
				t.Errorf("%s: the edited message reads %q", c.name, past[i].Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s (%+v): %d, want %d", c.name, c.r, got, c.want)
		}
	}
}

// However much is not shown in a row, it is one gap to go around.
func TestWhatIsNotShownIsSkippedAtOnce(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := sc.room("#a")
	kept := sc.say(room, "kept")
	var spam []chat.Seq
	for range 300 {
		spam = append(spam, sc.say(room, "spam"))
	}
	last := sc.say(room, "the last")
	for i := range spam { // from both ends, towards the middle
		sc.edit(room, last, fmt.Sprint("the last ", i))
		at := i / 2
		if i%2 == 1 {
			at = len(spam) - 1 - i/2
		}
		sc.remove(room, spam[at])
		if i%2 == 1 {
			sc.commit()
		}
	}
	sc.commit()
	gaps, err := sc.store.Gaps(t.Context())
	if err != nil || len(gaps) != 1+len(spam) { // each edit is alone between two deletions
		t.Errorf("%d gaps, %v", len(gaps), err)
	}
	if got := gaps[len(gaps)-1]; got.First != spam[0] || got.Last != spam[len(spam)-1] {
		t.Errorf("the deleted messages are in %+v, want %d to %d", got, spam[0], spam[len(spam)-1])
	}
	past, err := sc.store.Playback(t.Context(), room, store.Range{Limit: 10})
	if err != nil || len(past) != 2 || past[0].Seq != kept || past[1].Text != "the last 299" {
		t.Errorf("%+v, %v", past, err)
	}
}

// A database from before there were gaps gets the ones that it would have.
func TestGapsOfAnOlderDatabase(t *testing.T) {
	dir := t.TempDir()
	m := newModel(t, openStore(t, dir), 11)
	m.plain = true // there were no previews then
	for range 80 {
		m.round(40)
	}
	want, err := m.store.Gaps(t.Context())
	if err != nil || len(want) < 10 || !slices.ContainsFunc(want, func(g store.Gap) bool { return g.Last-g.First > 5 }) {
		t.Fatalf("%+v, %v", want, err)
	}
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	again := []string{`DROP TABLE gaps`}
	for _, step := range store.Steps() {
		if strings.Contains(step, "CREATE TABLE gaps") {
			again = append(again, strings.Split(strings.TrimSuffix(step, ";\n"), ";\n")...)
		}
	}
	if err := store.Exec(filepath.Join(dir, "hubbub.db"), again...); err != nil {
		t.Fatal(err)
	}
	got, err := openStore(t, dir).Gaps(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}

// busyRoom has a number of events: of ten, seven messages, two edits and
// reactions, and somebody who comes or goes; a tenth of the messages are deleted.
// Half way, a fifth of the room's messages are deleted one after another.
func busyRoom(t testing.TB, s *store.Store, events int) chat.RoomID {
	sc := newScript(t, s)
	room := sc.room("#busy")
	var said, spam []chat.Seq
	for int(sc.seq) < events {
		switch i := int(sc.seq); {
		case i > events/2 && i < events/2+events/5:
			spam = append(spam, sc.say(room, lines[i%len(lines)]))
		case len(spam) > 0:
			sc.remove(room, spam[0])
			spam = spam[1:]
		case i%10 == 3 && len(said) > 50:
			sc.edit(room, said[len(said)-i%50-1], "edited")
		case i%10 == 5 && len(said) > 0:
			sc.add(chat.Event{Kind: chat.Reacted, Room: room, By: chat.UserID(i), Nick: "bob", Target: said[len(said)-1], Text: "👍"})
		case i%10 == 7:
			sc.add(chat.Event{Kind: chat.Joined, Room: room, By: chat.UserID(1_000_000_000 + i), Nick: "carol"})
		case i%10 == 9 && len(said) > 50:
			sc.remove(room, said[len(said)-7])
			said = slices.Delete(said, len(said)-7, len(said)-6)
		default:
			said = append(said, sc.say(room, lines[i%len(lines)]))
		}
		if len(said) > 1000 {
			said = slices.Delete(said, 0, 900)
		}
		if len(sc.pending) == 4096 {
			sc.commit()
		}
	}
	sc.commit()
	return room
}

// playbackBudget is how long 99 of 100 may take that ask for 100 events.
const playbackBudget = 5 * time.Millisecond

// TestScaleOfPlayback makes a room of HUBBUB_PLAYBACK events, in the directory
// HUBBUB_SCALE_DIR or a temporary one, and logs how long it takes to read 100.
func TestScaleOfPlayback(t *testing.T) {
	if testing.Short() {
		t.Skip("others read the same of less")
	}
	events := 4_000
	_, err := fmt.Sscan(os.Getenv("HUBBUB_PLAYBACK"), &events)
	measured := err == nil
	dir := os.Getenv("HUBBUB_SCALE_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	s := openStore(t, dir)
	began := time.Now()
	room := busyRoom(t, s, events)
	t.Logf("%d events made in %v", events, time.Since(began).Round(time.Second))
	for _, c := range []struct {
		name string
		r    store.Range
	}{
		{"the last 100", store.Range{Latest: true}},
		{"the last 100 with events", store.Range{Latest: true, Events: true}},
		{"100 anywhere", store.Range{After: 1}},
		{"100 anywhere with events", store.Range{After: 1, Events: true}},
		{"the 100 before what was deleted", store.Range{Latest: true, Before: chat.Seq(events/2 + events/5)}},
	} {
		times := make([]time.Duration, 1000)
		for i := range times {
			r := c.r
			if r.Limit = 100; r.After != 0 {
				r.After = chat.Seq(i*7919) % chat.Seq(events*9/10)
			}
			began := time.Now()
			past, err := s.Playback(t.Context(), room, r)
			times[i] = time.Since(began)
			if err != nil || len(past) != 100 {
				t.Fatalf("%s: %d events, %v", c.name, len(past), err)
			}
		}
		p99 := percentile(times, 0.99)
		t.Logf("%s: p50 %v, p99 %v, p99.9 %v", c.name, percentile(times, 0.5), p99, percentile(times, 0.999))
		if measured && p99 > playbackBudget {
			t.Errorf("%s: p99 is %v, want %v at most", c.name, p99, playbackBudget)
		}
	}
}

// BenchmarkPlayback reads the end of a room of a million messages.
func BenchmarkPlayback(b *testing.B) {
	s := openStore(b, b.TempDir())
	room := busyRoom(b, s, 1_800_000)
	for _, events := range []bool{false, true} {
		b.Run(fmt.Sprintf("events=%t", events), func(b *testing.B) {
			b.ReportAllocs()
			var times []time.Duration
			for b.Loop() {
				began := time.Now()
				past, err := s.Playback(b.Context(), room, store.Range{Latest: true, Limit: 100, Events: events})
				times = append(times, time.Since(began))
				if err != nil || len(past) != 100 {
					b.Fatal(len(past), err)
				}
			}
			b.ReportMetric(float64(percentile(times, 0.99).Microseconds()), "p99-µs")
		})
	}
}
