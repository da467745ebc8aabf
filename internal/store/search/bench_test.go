package search

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
)

// benchRooms and benchUsers are the size of the made-up server.
const (
	benchRooms = 1000
	benchUsers = 5000
)

// benchWords returns n made-up words, the most frequent first.
func benchWords(n int) []string {
	syllables := strings.Fields("ba de ki lo mu na pe ri so tu va wo xi za che pra stu tion ment ing")
	words := make([]string, n)
	for i := range words {
		for k := i + 20; k > 0; k /= len(syllables) {
			words[i] += syllables[k%len(syllables)]
		}
	}
	return words
}

// benchMessages yields messages of about 200 bytes, of words that are as
// unevenly frequent as those of a language.
type benchMessages struct {
	rng   *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newBenchMessages() *benchMessages {
	rng := rand.New(rand.NewPCG(1, 2))
	words := benchWords(100_000)
	return &benchMessages{rng, rand.NewZipf(rng, 1.1, 8, uint64(len(words)-1)), words}
}

func (m *benchMessages) next(seq chat.Seq) Document {
	var text strings.Builder
	for text.Len() < 200 {
		text.WriteString(m.words[m.zipf.Uint64()])
		text.WriteByte(' ')
	}
	user := m.rng.IntN(benchUsers) + 1
	return Document{Seq: seq, Room: chat.RoomID(m.rng.IntN(benchRooms) + 1), By: chat.UserID(user),
		Nick: "nick" + strconv.Itoa(user), Text: text.String()}
}

// fill indexes messages from first to last in batches of a catching-up server.
func (m *benchMessages) fill(b *testing.B, ix *Index, first, last, batch int) {
	docs := make([]Document, 0, batch)
	for seq := first; seq <= last; seq++ {
		docs = append(docs, m.next(chat.Seq(seq)))
		if len(docs) == batch || seq == last {
			if err := ix.Apply(context.Background(), docs, chat.Seq(seq)); err != nil {
				b.Fatal(err)
			}
			docs = docs[:0]
		}
	}
}

// benchRows is the size of the index that is searched; HUBBUB_SEARCH_ROWS sets
// another, as for the published figures.
func benchRows(b *testing.B) int {
	rows, err := strconv.Atoi(cmp.Or(os.Getenv("HUBBUB_SEARCH_ROWS"), "100000"))
	if err != nil {
		b.Fatal("HUBBUB_SEARCH_ROWS:", err)
	}
	return rows
}

// BenchmarkApply measures what one message costs by batch size.
func BenchmarkApply(b *testing.B) {
	for _, batch := range []int{1, 100, 8192} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			ix, err := Open(filepath.Join(b.TempDir(), "search.db"), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer ix.Close()
			m := newBenchMessages()
			b.ResetTimer()
			m.fill(b, ix, 1, b.N, batch)
		})
	}
}

// buildBench makes the index that is searched, and opens it as a starting server
// does.
func buildBench(b *testing.B, m *benchMessages) *Index {
	rows := benchRows(b)
	path := filepath.Join(b.TempDir(), "search.db")
	ix, err := Open(path, Options{Epoch: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	m.fill(b, ix, 1, rows, maxBatch)
	if err := ix.Close(); err != nil {
		b.Fatal(err)
	}
	built := time.Since(start)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	start = time.Now()
	ix, err = Open(path, Options{Epoch: "bench", LogEnd: chat.Seq(rows)})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d messages indexed in %v (%v each), %d bytes each, opened in %v",
		rows, built, built/time.Duration(rows), info.Size()/int64(rows), time.Since(start))
	return ix
}

// benchCase is a kind of search by a reader of so many rooms.
type benchCase struct {
	name  string
	rooms int
	text  func() string
}

// cases returns the kinds of searches that are measured.
func (m *benchMessages) cases() []benchCase {
	anyWord := func() string { return m.words[m.zipf.Uint64()] }
	rank := func(from, to int) string { return m.words[from+m.rng.IntN(to-from)] }
	common := func() string { return rank(0, 200) }
	rare := func() string { return rank(20_000, 100_000) }
	from := func() string { return "from:nick" + strconv.Itoa(1+m.rng.IntN(benchUsers)) }
	return []benchCase{
		{"word", benchRooms, anyWord},
		{"common word", benchRooms, common},
		{"rare word", benchRooms, rare},
		{"word in 1 room", 1, anyWord},
		{"common word in 1 room", 1, common},
		{"word in 20 rooms", 20, anyWord},
		{"word in as many rooms as are named", fewRooms, anyWord},
		{"word in one room more", fewRooms + 1, anyWord},
		{"word in 300 rooms", 300, anyWord},
		{"two common words", benchRooms, func() string { return common() + " " + common() }},
		{"two common words in 1 room", 1, func() string { return common() + " " + common() }},
		{"phrase", benchRooms, func() string { return `"` + common() + " " + common() + `"` }},
		{"prefix of 3", benchRooms, func() string { return rank(0, 1000)[:3] + "*" }},
		{"prefix of 5", benchRooms, func() string { return rank(500, 1000)[:5] + "*" }},
		{"not", benchRooms, func() string { return common() + " -" + common() }},
		{"from", benchRooms, from},
		{"common word and from", benchRooms, func() string { return common() + " " + from() }},
	}
}

// BenchmarkSearch measures single searches over a large index, and reports the
// median and the 99th percentile in milliseconds, the hits of a page, and how
// many were refused for taking too long.
func BenchmarkSearch(b *testing.B) {
	m := newBenchMessages()
	ix := buildBench(b, m)
	defer ix.Close()
	rooms := make([]chat.RoomID, benchRooms)
	for i := range rooms {
		rooms[i] = chat.RoomID(i + 1)
	}
	for _, c := range m.cases() {
		b.Run(c.name, func(b *testing.B) {
			var times []time.Duration
			hits, refused := 0, 0
			for b.Loop() {
				q, err := Parse(c.text(), time.Now())
				if err != nil {
					b.Fatal(err)
				}
				first := m.rng.IntN(benchRooms - c.rooms + 1)
				start := time.Now()
				res, err := ix.Search(b.Context(), Request{Query: q, Rooms: rooms[first : first+c.rooms]})
				times = append(times, time.Since(start))
				if err != nil {
					refused++
				}
				hits += len(res.Seqs)
			}
			slices.Sort(times)
			b.ReportMetric(times[len(times)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(times[len(times)*99/100].Seconds()*1000, "p99-ms")
			b.ReportMetric(float64(hits)/float64(len(times)), "hits")
			b.ReportMetric(float64(refused), "refused")
		})
	}
}
