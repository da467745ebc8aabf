package checker_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/internal/checker"
)

// sorted returns ops with the Finals by Seq, as a reader is shown them.
func sorted(ops []checker.Op) []checker.Op {
	slices.SortStableFunc(ops, func(a, b checker.Op) int {
		if a.Verb == checker.Final && b.Verb == checker.Final {
			return int(a.Seq) - int(b.Seq)
		}
		if a.Verb == checker.Final {
			return 1
		}
		if b.Verb == checker.Final {
			return -1
		}
		return 0
	})
	return ops
}

func TestReportCounts(t *testing.T) {
	s := append(baseStory(),
		checker.Op{Who: "bob", Verb: checker.Send, Room: "#a", Author: "bob", Text: "bob/8", Outcome: checker.Unknown, Start: 640, End: 650},
		checker.Op{Who: "bob", Verb: checker.Send, Room: "#b", Author: "bob", Text: "bob/9", Outcome: checker.Fail, Start: 660, End: 670},
		checker.Op{Who: "dave", Verb: checker.Read, Room: "#a", Kind: "skip", Prev: 60, Seq: 65})
	r := checker.Check(s)
	if !r.OK() {
		t.Fatal(r)
	}
	got := []int{r.Ops, r.Rooms, r.Sessions, r.Sends, r.Acked, r.Unknown, r.Refused, r.Reads, r.Events, r.Final, r.Skipped}
	if want := []int{len(s), 2, 3, 8, 6, 1, 1, 12, 6, 6, 1}; !slices.Equal(got, want) {
		t.Errorf("ops, rooms, sessions, sends, acked, unknown, refused, reads, events, final, skipped = %v, want %v", got, want)
	}
}

func TestRecoveryIsTheLongestTimeWithoutAnAcknowledgement(t *testing.T) {
	var s story
	for i, end := range []time.Duration{900, 100, 250, 700, 820} {
		op := checker.Op{Who: "a", Verb: checker.Send, Room: "#a", Text: "x", End: int64(end * time.Millisecond)}
		if i == 3 {
			op.Outcome = checker.Unknown // no answer is no acknowledgement
		}
		s = append(s, op)
	}
	r := checker.Check(s)
	want := checker.Pause{Length: 570 * time.Millisecond, From: int64(250 * time.Millisecond), To: int64(820 * time.Millisecond)}
	if r.Recovery != want {
		t.Errorf("recovery %+v, want %+v", r.Recovery, want)
	}
	if !strings.Contains(r.String(), "longest time without an acknowledgement: 570ms, from 250ms") {
		t.Error(r)
	}
}

func TestFewExamplesOfManyFaults(t *testing.T) {
	s := baseStory().without(func(op checker.Op) bool { return op.Verb != checker.Send })
	s = append(s, checker.Op{Who: "judge", Verb: checker.Final, Room: "#a"})
	for i := range 6 {
		s = append(s, checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Seq: uint64(100 + i), Author: "eve", Text: "eve/1"})
	}
	r := checker.Check(s)
	if r.Faults[checker.Lost] != 6 || r.Faults[checker.Phantom] != 6 || len(r.Examples) != 10 {
		t.Errorf("%d examples of %v", len(r.Examples), r.Faults)
	}
}

func TestReportForPeopleAndForMachines(t *testing.T) {
	s := baseStory().without(isFinal(60))
	r := checker.Check(s)
	text := r.String()
	for _, want := range []string{
		"FAULTS: 1 lost (0 prefix, 0 middle, 1 tail)\n",
		`lost: bob's message "bob/5" at 60, acknowledged at 1µs, is not in the final history of room #a (tail)`,
		"6 sends: 6 acknowledged, 0 refused, 0 unknown",
		"final projection api@n1: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again checker.Report
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	if again.String() != text || again.OK() {
		t.Errorf("after JSON:\n%v\nwant\n%s", &again, text)
	}
	if text := checker.Check(baseStory()).String(); !strings.HasPrefix(text, "ok: no fault found\n") {
		t.Error(text)
	}
}

func TestSentencesShortenLongTexts(t *testing.T) {
	long := strings.Repeat("漢字", 5000)
	s := append(baseStory(),
		checker.Op{Who: "bob", Verb: checker.Send, Room: "#a", Text: long, Start: 640, End: 650},
		checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Seq: 70, Prev: 60, Author: "eve", Text: "eve/1 " + long})
	r := checker.Check(s)
	if len(r.Examples) != 2 {
		t.Fatal(r)
	}
	for _, f := range r.Examples {
		if len(f.Text) > 500 || !utf8.ValidString(f.Text) || !strings.Contains(f.Text, "漢字…") {
			t.Errorf("%d bytes: %q", len(f.Text), f.Text)
		}
	}
}

func TestProjectionsAreEqualForViewsThatShowTheSame(t *testing.T) {
	for seed := range uint64(50) {
		r := checker.Check(randomHistory(seed, 300))
		// f1 and f2 show links and Seqs, f3 neither, nor edited texts.
		if r.Projections["f1@n1"] == "" || r.Projections["f1@n1"] != r.Projections["f2@n1"] {
			t.Fatalf("seed %d: %v", seed, r.Projections)
		}
	}
}

func TestProjectionsDifferWhereViewsDo(t *testing.T) {
	s := baseStory()
	for _, op := range slices.Clone(s) {
		if op.Verb == checker.Final {
			op.Who, op.Node = "judge2", "n2"
			s = append(s, op)
		}
	}
	same := checker.Check(s).Projections
	if len(same) != 2 || same["api@n1"] != same["api@n2"] {
		t.Errorf("two equal views: %v", same)
	}
	s.op(t, "judge2", checker.Final, 30, "").Text = "other"
	if got := checker.Check(s).Projections; got["api@n1"] != same["api@n1"] || got["api@n2"] == same["api@n2"] {
		t.Errorf("one view differs: %v, before %v", got, same)
	}
	for i := range s {
		if s[i].Who == "judge2" {
			s[i].Node = "n1"
		}
	}
	if got := checker.Check(s).Projections; len(got) != 2 || got["api@n1 (judge2)"] == "" {
		t.Errorf("two views of one name: %v", got)
	}
}

func TestVerdictSurvivesRecording(t *testing.T) {
	for seed := range uint64(10) {
		ops := randomHistory(seed, 500)
		var buf bytes.Buffer
		rec := checker.NewRecorder(&buf)
		for _, op := range ops {
			rec.Record(op)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := checker.Decode(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := checker.Check(ops).String(), checker.Check(again).String(); a != b {
			t.Errorf("seed %d: %s\nafter recording:\n%s", seed, a, b)
		}
	}
}

func TestEmptyHistoryIsOK(t *testing.T) {
	if r := checker.Check(nil); !r.OK() || r.String() == "" {
		t.Error(r)
	}
}
