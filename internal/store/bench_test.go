package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// feed makes batches of messages of about 100 bytes, as senders in some rooms
// would.
type feed struct {
	rng     *rand.Rand
	rooms   []chat.RoomID
	last    map[chat.RoomID]chat.Seq
	seq     chat.Seq
	clients bool // with client ids
	events  []chat.Event
}

var lines = func() (lines []string) {
	words := strings.Fields("the quick brown fox jumps over a lazy dog while seven wizards drink tea and deploy the build on friday again")
	rng := rand.New(rand.NewPCG(5, 6))
	for range 256 {
		var b strings.Builder
		for b.Len() < 60+rng.IntN(80) {
			b.WriteString(words[rng.IntN(len(words))] + " ")
		}
		lines = append(lines, b.String())
	}
	return lines
}()

// newFeed makes the rooms, in an empty store.
func newFeed(tb testing.TB, s *store.Store, rooms int) *feed {
	tb.Helper()
	sc := newScript(tb, s)
	f := &feed{rng: rand.New(rand.NewPCG(1, 1)), last: sc.last}
	for i := range rooms {
		f.rooms = append(f.rooms, sc.room(fmt.Sprintf("#room%d", i)))
	}
	sc.commit()
	f.seq = sc.seq
	return f
}

// batch returns the next n messages; it is overwritten by the next.
func (f *feed) batch(n int) []chat.Event {
	f.events = f.events[:0]
	for range n {
		f.seq++
		i := f.rng.IntN(len(f.rooms))
		room := f.rooms[i]
		ev := chat.Event{
			Seq: f.seq, Prev: f.last[room], Room: room, Time: 1_700_000_000_000 + chat.Millis(f.seq), Kind: chat.Message,
			By: chat.UserID(1_000_000 + i), Nick: "heron", Text: lines[f.rng.IntN(len(lines))],
		}
		if f.clients {
			ev.Client = chat.ClientID(fmt.Sprintf("%08x-%d", i, f.seq))
		}
		f.last[room] = f.seq
		f.events = append(f.events, ev)
	}
	return f.events
}

func BenchmarkCommit(b *testing.B) {
	for _, clients := range []bool{false, true} {
		for _, n := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprintf("clientids=%t/batch=%d", clients, n), func(b *testing.B) {
				s := openStore(b, b.TempDir())
				f := newFeed(b, s, 100)
				f.clients = clients
				b.ReportAllocs()
				var spent time.Duration
				batches := 0
				for b.Loop() {
					b.StopTimer()
					events := f.batch(n)
					b.StartTimer()
					begun := time.Now()
					if err := s.Commit(uint64(f.seq), events); err != nil {
						b.Fatal(err)
					}
					spent += time.Since(begun)
					batches++
				}
				b.ReportMetric(float64(n*batches)/spent.Seconds(), "messages/s")
			})
		}
	}
}

// benchStore has 100,000 messages in 100 rooms, one in 50 with a reaction and
// one in 50 edited.
func benchStore(b *testing.B) (*store.Store, *feed) {
	s := openStore(b, b.TempDir())
	f := newFeed(b, s, 100)
	f.clients = true
	for range 100 {
		events := f.batch(1000)
		for i := range events {
			ev := &events[i]
			switch {
			case i%50 == 1:
				ev.Kind, ev.Target, ev.Text, ev.Client = chat.Reacted, ev.Prev, "👍", ""
			case i%50 == 2:
				ev.Kind, ev.Target = chat.Edited, ev.Prev
			}
		}
		if err := s.Commit(uint64(f.seq), events); err != nil {
			b.Fatal(err)
		}
	}
	return s, f
}

func BenchmarkMessages(b *testing.B) {
	s, f := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		page, err := s.Messages(b.Context(), f.rooms[f.rng.IntN(len(f.rooms))], store.Range{Latest: true, Limit: 50}, 0)
		if err != nil || len(page) != 50 {
			b.Fatal(len(page), err)
		}
	}
}

func BenchmarkEvents(b *testing.B) {
	s, f := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		room := f.rooms[f.rng.IntN(len(f.rooms))]
		if _, err := s.Events(b.Context(), room, f.seq-10_000, 50); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFacts looks up what 100 messages with client ids need: that their
// ids are new.
func BenchmarkFacts(b *testing.B) {
	s, f := benchStore(b)
	b.ReportAllocs()
	needs := make([]chat.Need, 100)
	for b.Loop() {
		for i := range needs {
			needs[i] = chat.Need{Sent: chat.SentKey{By: chat.UserID(1_000_000 + f.rng.IntN(100)), Client: "00000001-99999999"}}
		}
		if _, err := s.Facts(b.Context(), needs); err != nil {
			b.Fatal(err)
		}
	}
}

// percentile returns the time below which a share of the given ones are.
func percentile(times []time.Duration, share float64) time.Duration {
	slices.Sort(times)
	return times[int(share*float64(len(times)-1))]
}

// TestScale makes a database of HUBBUB_SCALE messages in 1,000 rooms, in the
// directory HUBBUB_SCALE_DIR or a temporary one, and logs how fast it is.
func TestScale(t *testing.T) {
	var messages int
	if _, err := fmt.Sscan(os.Getenv("HUBBUB_SCALE"), &messages); err != nil {
		t.Skip("set HUBBUB_SCALE to a number of messages")
	}
	dir := os.Getenv("HUBBUB_SCALE_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	s := openStore(t, dir)
	f := newFeed(t, s, 1000)
	begun := time.Now()
	for int(f.seq) < messages {
		if err := s.Commit(uint64(f.seq), f.batch(4096)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("made %d messages in %v", messages, time.Since(begun).Round(time.Second))
	info, err := os.Stat(filepath.Join(dir, "hubbub.db"))
	if err != nil {
		t.Fatal(err)
	}
	text := 0
	for _, line := range lines {
		text += len(line)
	}
	t.Logf("%d bytes a message, of which %d are text", info.Size()/int64(messages), text/len(lines))
	rates(t, s, f)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	begun = time.Now()
	s = openStore(t, dir)
	opened := time.Since(begun)
	if _, _, err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("open %v, load %v", opened, time.Since(begun)-opened)
	pages(t, s, f)
}

// rates logs how fast 100 senders in as many rooms of a large database are.
func rates(t *testing.T, s *store.Store, f *feed) {
	all := f.rooms
	f.rooms = all[:100]
	defer func() { f.rooms = all }()
	for _, f.clients = range []bool{false, true} {
		for _, n := range []int{1, 10, 100, 1000} {
			var times []time.Duration
			var spent time.Duration
			for spent < 3*time.Second {
				events := f.batch(n)
				begun := time.Now()
				if err := s.Commit(uint64(f.seq), events); err != nil {
					t.Fatal(err)
				}
				times = append(times, time.Since(begun))
				spent += times[len(times)-1]
			}
			t.Logf("batches of %4d, client ids %5t: %6.0f messages/s, commit p50 %v p99 %v", n, f.clients,
				float64(n*len(times))/spent.Seconds(), percentile(times, 0.5), percentile(times, 0.99))
		}
	}
}

// pages logs how long reading takes.
func pages(t *testing.T, s *store.Store, f *feed) {
	for name, read := range map[string]func(room chat.RoomID) (int, error){
		"last 50 of a room": func(room chat.RoomID) (int, error) {
			page, err := s.Messages(context.Background(), room, store.Range{Latest: true, Limit: 50}, 0)
			return len(page), err
		},
		"50 anywhere": func(room chat.RoomID) (int, error) {
			page, err := s.Messages(context.Background(), room, store.Range{Before: 1 + chat.Seq(f.rng.IntN(int(f.seq))), Latest: true, Limit: 50}, 0)
			return len(page), err
		},
		"50 to resume": func(room chat.RoomID) (int, error) {
			events, err := s.Events(context.Background(), room, max(f.seq, 100_000)-100_000, 50)
			return len(events), err
		},
	} {
		var times []time.Duration
		for range 5000 {
			begun := time.Now()
			if _, err := read(f.rooms[f.rng.IntN(len(f.rooms))]); err != nil {
				t.Fatal(err)
			}
			times = append(times, time.Since(begun))
		}
		t.Logf("%s: p50 %v, p99 %v, p99.9 %v", name, percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999))
	}
}
