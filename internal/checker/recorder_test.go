package checker_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/checker"
)

// fullOp has every field set, and a text with everything that JSON escapes.
var fullOp = checker.Op{
	Who: "alice", Verb: checker.Send, Session: "s1", Protocol: "api", Node: "n1", Epoch: "e1",
	Room: "#łódź", Author: "alice", Client: `c"1`, Seq: 1<<63 + 1, Prev: 2, After: 3, Kind: "action", Target: 4,
	Text: "alice/1 tab\t line\n nul\x00 \\ \" 漢字 \u2028 </script>", Sum: 0xfeedfacecafebeef,
	Start: 5, End: 6, Outcome: checker.Unknown, NoEcho: true,
}

func TestRecordedOpsAreDecodedUnchanged(t *testing.T) {
	v := reflect.ValueOf(fullOp)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the test does not cover field %s", v.Type().Field(i).Name)
		}
	}
	want := []checker.Op{fullOp, {Who: "bob", Verb: checker.Read}, {Verb: checker.Base, Seq: 1}}
	var buf bytes.Buffer
	r := checker.NewRecorder(&buf)
	for _, op := range want {
		if err := r.Record(op); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := checker.Decode(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("decoded\n%+v\nwant\n%+v", got, want)
	}
}

func TestOpIsTheSameJSONForOtherEncoders(t *testing.T) {
	b, err := json.Marshal(fullOp)
	if err != nil {
		t.Fatal(err)
	}
	ops, err := checker.Decode(bytes.NewReader(append(b, '\n')))
	if err != nil || len(ops) != 1 || ops[0] != fullOp {
		t.Errorf("decoded %+v, %v", ops, err)
	}
}

func TestLongTextIsShortenedToItsTag(t *testing.T) {
	long := checker.Op{Text: "alice/1 " + strings.Repeat("漢", 1000)}
	op := long
	op.Shorten()
	if op.Text != "alice/1" || op.Sum != checker.SumOf(long.Text) {
		t.Errorf("text %q, sum %x", op.Text, op.Sum)
	}
	again := op
	again.Shorten()
	if again != op {
		t.Errorf("shortened twice: %+v", again)
	}
}

func TestManyActorsRecordAtOnce(t *testing.T) {
	const actors, each = 8, 2000
	var buf bytes.Buffer
	r := checker.NewRecorder(&buf)
	var wg sync.WaitGroup
	for a := range actors {
		wg.Go(func() {
			for i := range each {
				now := r.Now()
				r.Record(checker.Op{Who: fmt.Sprint(a), Verb: checker.Read, Seq: uint64(i + 1), Start: now, End: r.Now(), Text: strings.Repeat("x", i%100)})
			}
		})
	}
	wg.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	ops, err := checker.Decode(&buf)
	if err != nil || len(ops) != actors*each {
		t.Fatalf("%d ops, %v", len(ops), err)
	}
	last := map[string]uint64{}
	for _, op := range ops {
		if op.Seq != last[op.Who]+1 {
			t.Fatalf("actor %s recorded %d after %d", op.Who, op.Seq, last[op.Who])
		}
		last[op.Who] = op.Seq
	}
}

// gate is a writer that blocks until it is opened.
type gate struct {
	bytes.Buffer
	open chan struct{}
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	return g.Buffer.Write(p)
}

func TestRecordWaitsForAWriterThatIsFarBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		r := checker.NewRecorder(g)
		const n = 100
		text := strings.Repeat("x", 100<<10) // in all 10 MB, more than may wait
		recorded := 0
		go func() {
			for range n {
				r.Record(checker.Op{Who: "a", Verb: checker.Read, Text: text})
				recorded++
			}
		}()
		synctest.Wait()
		if recorded == 0 || recorded >= n {
			t.Errorf("%d of %d ops recorded while nothing could be written", recorded, n)
		}
		close(g.open)
		synctest.Wait()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if ops, err := checker.Decode(&g.Buffer); err != nil || len(ops) != n {
			t.Errorf("%d ops, %v", len(ops), err)
		}
	})
}

// broken fails every write.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestWriteErrorIsReportedByClose(t *testing.T) {
	disk := errors.New("no space")
	r := checker.NewRecorder(broken{disk})
	for range 10 {
		r.Record(checker.Op{Who: "a", Verb: checker.Read})
	}
	if err := r.Close(); !errors.Is(err, disk) {
		t.Errorf("Close: %v", err)
	}
	if err := r.Record(checker.Op{}); !errors.Is(err, checker.ErrClosed) {
		t.Errorf("Record after Close: %v", err)
	}
	if err := r.Close(); !errors.Is(err, checker.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
}

func TestWriteErrorStopsRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := errors.New("no space")
		r := checker.NewRecorder(broken{disk})
		r.Record(checker.Op{Who: "a", Verb: checker.Read, Text: strings.Repeat("x", 100<<10)})
		synctest.Wait()
		if err := r.Record(checker.Op{Who: "a", Verb: checker.Read}); !errors.Is(err, disk) {
			t.Errorf("Record: %v", err)
		}
		r.Close()
	})
}

func TestNowIsMonotonicAndNeverZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := checker.NewRecorder(io.Discard)
		defer r.Close()
		if r.Now() != 1 {
			t.Errorf("at once: %d", r.Now())
		}
		before := r.Now()
		<-time.After(time.Second)
		if d := r.Now() - before; d < 999_999_999 || d > 1_000_000_000 {
			t.Errorf("a second takes %d ns", d)
		}
	})
}

func TestDamagedHistoryIsRefusedWithItsLine(t *testing.T) {
	good := `{"who":"a","op":"read","seq":1}` + "\n"
	for _, c := range []struct{ name, in, want string }{
		{"no JSON", good + "hello\n", "line 2 of the history: not an op"},
		{"torn last line", good + `{"who":"a","op":"re`, "line 2 of the history: cut off"},
		{"whole last line without its break", good + `{"who":"a","op":"read"}`, "line 2 of the history: cut off"},
		{"two objects on a line", `{"op":"read"}{"op":"read"}` + "\n", "not an op"},
		{"an array", "[]\n", "not an op"},
		{"null", "null\n", `unknown op ""`},
		{"unknown verb", `{"op":"sing"}` + "\n", `unknown op "sing"`},
		{"unknown outcome", `{"op":"send","outcome":"maybe"}` + "\n", `unknown outcome "maybe"`},
		{"ends before it starts", `{"op":"send","start":5,"end":4}` + "\n", "it ends at 4, before its start at 5"},
		{"before the clock", `{"op":"send","start":-5,"end":4}` + "\n", "before its start at -5"},
		{"negative Seq", `{"op":"send","seq":-5}` + "\n", "not an op"},
		{"bad sum", `{"op":"send","sum":"xyz"}` + "\n", "not an op"},
		{"endless line", `{"op":"send","text":"` + strings.Repeat("x", checker.MaxLine) + `"}` + "\n", "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ops, err := checker.Decode(strings.NewReader(c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d ops, error %v, want %q", len(ops), err, c.want)
			}
		})
	}
}

func TestDecodeTakesLongAndEmptyLines(t *testing.T) {
	long := strings.Repeat("x", checker.MaxLine-100)
	in := "\n" + `{"op":"send","text":"` + long + `"}` + "\r\n\n" + `{"op":"read"}` + "\n"
	ops, err := checker.Decode(strings.NewReader(in))
	if err != nil || len(ops) != 2 || ops[0].Text != long {
		t.Errorf("%d ops, %v", len(ops), err)
	}
	if ops, err := checker.Decode(strings.NewReader("")); err != nil || len(ops) != 0 {
		t.Errorf("empty history: %d ops, %v", len(ops), err)
	}
}

func TestReadErrorIsReturned(t *testing.T) {
	disk := errors.New("bad sector")
	_, err := checker.Decode(io.MultiReader(strings.NewReader(`{"op":"read"}`+"\n"), badReader{disk}))
	if !errors.Is(err, disk) {
		t.Errorf("error %v", err)
	}
}

type badReader struct{ err error }

func (b badReader) Read([]byte) (int, error) { return 0, b.err }

func TestTag(t *testing.T) {
	for text, want := range map[string]string{
		"alice/17 hello":                 "alice/17",
		"alice/17":                       "alice/17",
		"alice/17\nmore":                 "alice/17",
		"a/b/3 x":                        "a/b/3",
		"alice/17x hello":                "",
		"alice/ hello":                   "",
		"/17 hello":                      "",
		"/me waves":                      "",
		"hello alice/17":                 "",
		"":                               "",
		"17":                             "",
		"żółw/2 ok":                      "żółw/2",
		strings.Repeat("x", 200) + "/1":  "",
		"alice/٣ not an ASCII digit":     "",
		"alice/17\tafter a tab":          "alice/17",
		"alice/17/ trailing slash":       "",
		"alice/18446744073709551616 big": "alice/18446744073709551616",
	} {
		if got := checker.Tag(text); got != want {
			t.Errorf("Tag(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var buf bytes.Buffer
	r := checker.NewRecorder(&buf)
	r.Record(fullOp)
	s := baseStory()
	for i := range s {
		r.Record(s[i])
	}
	r.Close()
	f.Add(buf.Bytes())
	for line := range bytes.Lines(buf.Bytes()) {
		f.Add(line)
	}
	f.Add([]byte(`{"op":"restore","seq":5,"epoch":"b","end":9}` + "\n" + `{"op":"final","seq":7,"prev":9,"kind":"skip"}` + "\n" + `{"op":"resume","after":18446744073709551615}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ops, err := checker.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		r := checker.NewRecorder(&again)
		for i := range ops {
			r.Record(ops[i])
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := checker.Decode(&again)
		if err != nil || !slices.Equal(got, ops) {
			t.Errorf("decoded again: %v\n%+v\nwant\n%+v", err, got, ops)
		}
		checker.Check(ops) // any history is judged, however absurd
	})
}
