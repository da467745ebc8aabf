package checker_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/checker"
)

// story is a small history, told in order: alice sends over the API and is told
// Seqs, bob over a plain line and is not, carol reads over the API, dave on a
// plain line that shows no Seqs.
type story []checker.Op

const api, plain = "api", "line"

// baseStory returns a history without a fault: six messages, alice's and bob's
// in turn, at Seqs 10, 20, 30, 40, 50, 60 of #a; one is acknowledged before the
// next is sent.
func baseStory() story {
	s := story{
		{Who: "carol", Verb: checker.Join, Room: "#a", Protocol: api, Node: "n1", Epoch: "e1", Seq: 5, After: 5, Start: 1, End: 2},
		{Who: "dave", Verb: checker.Join, Protocol: plain, Node: "n1", Start: 1, End: 2},
	}
	for i := range 6 {
		seq, at := uint64(10*(i+1)), int64(100*(i+1))
		send := checker.Op{Verb: checker.Send, Room: "#a", Node: "n1", Start: at, End: at + 10}
		if i%2 == 0 {
			send.Who, send.Author, send.Protocol, send.Epoch = "alice", "alice", api, "e1"
			send.Client, send.Seq, send.Text = "c"+string(rune('0'+i)), seq, "alice/"+string(rune('0'+i))+" hello"
		} else {
			send.Who, send.Author, send.Protocol = "bob", "bob", plain
			send.Text = "bob/" + string(rune('0'+i)) + " hi"
		}
		carol := send
		carol.Who, carol.Verb, carol.Protocol, carol.Epoch = "carol", checker.Read, api, "e1"
		carol.Seq, carol.Prev, carol.Start, carol.End = seq, max(5, seq-10), at+20, at+20
		if i == 0 {
			carol.Prev = 5
		}
		dave := carol
		dave.Who, dave.Protocol, dave.Epoch, dave.Client, dave.Seq, dave.Prev = "dave", plain, "", "", 0, 0
		final := carol
		final.Who, final.Verb, final.Start, final.End = "judge", checker.Final, 1000, 1010
		s = append(s, send, carol, dave, final)
	}
	return append(s,
		checker.Op{Who: "judge", Verb: checker.Base, Room: "#a", Seq: 5},
		checker.Op{Who: "alice", Verb: checker.Snapshot, Room: "#a", Node: "n1", Seq: 60, Start: 650, End: 651},
		checker.Op{Who: "carol", Verb: checker.Close, Seq: 60, Start: 700, End: 700},
	)
}

// op returns who's op of this verb at seq, or whose text has this tag.
func (s story) op(t *testing.T, who string, verb checker.Verb, seq uint64, tag string) *checker.Op {
	t.Helper()
	i := s.index(who, verb, seq, tag)
	if i < 0 {
		t.Fatalf("the story has no %s by %s at %d %s", verb, who, seq, tag)
	}
	return &s[i]
}

func (s story) index(who string, verb checker.Verb, seq uint64, tag string) int {
	return slices.IndexFunc(s, func(op checker.Op) bool {
		return op.Who == who && op.Verb == verb && (tag != "" && checker.Tag(op.Text) == tag || tag == "" && op.Seq == seq)
	})
}

// without returns the story without the ops that are so.
func (s story) without(so func(checker.Op) bool) story {
	return slices.DeleteFunc(slices.Clone(s), so)
}

// insert returns the story with op behind the i-th.
func (s story) insert(i int, op checker.Op) story {
	return slices.Insert(slices.Clone(s), i+1, op)
}

func isFinal(seq uint64) func(checker.Op) bool {
	return func(op checker.Op) bool { return op.Verb == checker.Final && op.Seq == seq }
}

func isRead(who string, tag string) func(checker.Op) bool {
	return func(op checker.Op) bool {
		return op.Verb == checker.Read && op.Who == who && checker.Tag(op.Text) == tag
	}
}

func isShown(tag string) func(checker.Op) bool {
	return func(op checker.Op) bool {
		return (op.Verb == checker.Read || op.Verb == checker.Final) && checker.Tag(op.Text) == tag
	}
}

// planted are faults, each planted in the base story.
var planted = []struct {
	name  string
	fault checker.Fault
	plant func(*testing.T, story) story
}{
	{"acknowledged message lost by all, in the middle", checker.Lost, func(t *testing.T, s story) story {
		return s.without(isShown("alice/2"))
	}},
	{"acknowledged message lost from the final history alone", checker.Lost, func(t *testing.T, s story) story {
		return s.without(isFinal(30))
	}},
	{"lost and the links closed over it", checker.Lost, func(t *testing.T, s story) story {
		s = s.without(isFinal(30))
		s.op(t, "judge", checker.Final, 40, "").Prev = 20
		return s
	}},
	{"plain sender's message lost", checker.Lost, func(t *testing.T, s story) story {
		s = s.without(isShown("bob/3"))
		s.op(t, "judge", checker.Final, 50, "").Prev = 30
		s.op(t, "carol", checker.Read, 50, "").Prev = 30
		return s
	}},
	{"message without an answer was shown and is lost", checker.Lost, func(t *testing.T, s story) story {
		s.op(t, "alice", checker.Send, 30, "").Outcome = checker.Unknown
		return s.without(isFinal(30))
	}},
	{"event that is no message was shown and is lost", checker.Lost, func(t *testing.T, s story) story {
		s = s.insert(s.index("carol", checker.Read, 60, ""), checker.Op{Who: "carol", Verb: checker.Read, Room: "#a",
			Seq: 65, Prev: 60, Kind: "topic", Text: "tea"})
		return s
	}},
	{"reader without links misses one in the middle", checker.Lost, func(t *testing.T, s story) story {
		return s.without(isRead("dave", "bob/3"))
	}},
	{"reader misses one and the links lie", checker.Lost, func(t *testing.T, s story) story {
		s = s.without(isRead("carol", "bob/3"))
		s.op(t, "carol", checker.Read, 50, "").Prev = 30
		return s
	}},
	{"reader closes with a cursor that skips the tail", checker.Lost, func(t *testing.T, s story) story {
		return s.without(isRead("carol", "bob/5"))
	}},
	{"reader's session begins with a promise and misses the first", checker.Lost, func(t *testing.T, s story) story {
		s = s.without(isRead("carol", "alice/0"))
		s.op(t, "carol", checker.Read, 20, "").Prev = 0
		return s
	}},
	{"session resumes beyond what it was shown", checker.Lost, func(t *testing.T, s story) story {
		s = s.without(isRead("carol", "alice/2"))
		s.op(t, "carol", checker.Read, 40, "").Prev = 0
		return s.insert(s.index("carol", checker.Read, 20, ""),
			checker.Op{Who: "carol", Verb: checker.Resume, After: 30, Epoch: "e1", Start: 300, End: 301})
	}},
	{"two final views, one lacks a message", checker.Lost, func(t *testing.T, s story) story {
		for _, op := range slices.Clone(s) {
			if op.Verb == checker.Final && op.Seq != 30 {
				op.Who, op.Node, op.Prev = "judge2", "n2", 0
				s = append(s, op)
			}
		}
		return s
	}},
	{"session shown a Seq twice in a row", checker.Duplicate, func(t *testing.T, s story) story {
		i := s.index("carol", checker.Read, 30, "")
		return s.insert(i, s[i])
	}},
	{"session shown a Seq again later", checker.Duplicate, func(t *testing.T, s story) story {
		return s.insert(s.index("carol", checker.Read, 60, ""), *s.op(t, "carol", checker.Read, 20, ""))
	}},
	{"plain reader shown a message twice", checker.Duplicate, func(t *testing.T, s story) story {
		return s.insert(s.index("dave", checker.Read, 0, "bob/5"), *s.op(t, "dave", checker.Read, 0, "alice/2"))
	}},
	{"client id stands under two Seqs", checker.Duplicate, func(t *testing.T, s story) story {
		again := *s.op(t, "judge", checker.Final, 30, "")
		again.Seq, again.Prev = 70, 60
		return append(s, again)
	}},
	{"plain tag stands under two Seqs", checker.Duplicate, func(t *testing.T, s story) story {
		again := *s.op(t, "judge", checker.Final, 20, "")
		again.Seq, again.Prev = 70, 60
		return append(s, again)
	}},
	{"retry with the same client id is applied again", checker.Duplicate, func(t *testing.T, s story) story {
		retry := *s.op(t, "alice", checker.Send, 30, "")
		retry.Seq, retry.Start, retry.End = 70, 800, 810
		again := *s.op(t, "judge", checker.Final, 30, "")
		again.Seq, again.Prev = 70, 60
		return append(s, retry, again)
	}},
	{"one reader is shown a message again under another Seq", checker.Duplicate, func(t *testing.T, s story) story {
		again := *s.op(t, "carol", checker.Read, 10, "")
		again.Seq, again.Prev = 33, 0
		return s.insert(s.index("carol", checker.Read, 30, ""), again)
	}},
	{"resumed session is shown what is before its cursor", checker.Duplicate, func(t *testing.T, s story) story {
		i := s.index("carol", checker.Read, 40, "")
		s = s.insert(i, *s.op(t, "carol", checker.Read, 40, ""))
		return s.insert(i, checker.Op{Who: "carol", Verb: checker.Resume, After: 40, Epoch: "e1", Start: 420, End: 421})
	}},
	{"reader's links show a hole", checker.Gap, func(t *testing.T, s story) story {
		return s.without(isRead("carol", "bob/3"))
	}},
	{"hole right after the cursor", checker.Gap, func(t *testing.T, s story) story {
		return s.without(isRead("carol", "alice/0"))
	}},
	{"final history has a hole that nobody's message fills", checker.Gap, func(t *testing.T, s story) story {
		s.op(t, "judge", checker.Final, 40, "").Prev = 35
		s.op(t, "carol", checker.Read, 40, "").Prev = 0
		return s
	}},
	{"session shown a lower Seq after a higher", checker.Reorder, func(t *testing.T, s story) story {
		i, j := s.index("carol", checker.Read, 30, ""), s.index("carol", checker.Read, 40, "")
		s[i], s[j] = s[j], s[i]
		return s
	}},
	{"plain reader sees two messages swapped", checker.Reorder, func(t *testing.T, s story) story {
		i, j := s.index("dave", checker.Read, 0, "alice/2"), s.index("dave", checker.Read, 0, "bob/3")
		s[i], s[j] = s[j], s[i]
		return s
	}},
	{"reader is shown another text", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Text = "alice/2 hell"
		return s
	}},
	{"plain reader is shown a torn text", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "dave", checker.Read, 0, "alice/2").Text = "alice/2 hellalice/4 hello"
		return s
	}},
	{"reader is shown another author", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Author = "mallory"
		return s
	}},
	{"reader is shown another kind", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Kind = "action"
		return s
	}},
	{"reader is shown another client id", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Client = "c9"
		return s
	}},
	{"readers are shown other targets", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Target = 10
		s.op(t, "judge", checker.Final, 30, "").Target = 20
		return s
	}},
	{"reader is shown another text of the same tag, recorded by its sum", checker.Divergence, func(t *testing.T, s story) story {
		op := s.op(t, "carol", checker.Read, 30, "")
		op.Text += " and more"
		op.Shorten()
		return s
	}},
	{"final history differs from what was shown", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "judge", checker.Final, 30, "").Text = "garbage"
		return s
	}},
	{"everybody is shown what the sender did not say", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "alice", checker.Send, 30, "").Text = "alice/2 hello, all of you"
		return s
	}},
	{"two readers differ about what no final history has", checker.Divergence, func(t *testing.T, s story) story {
		s = s.without(func(op checker.Op) bool { return op.Verb == checker.Final || op.Verb == checker.Send })
		s = s.without(func(op checker.Op) bool { return op.Verb == checker.Read && op.Who == "dave" })
		eve := *s.op(t, "carol", checker.Read, 30, "")
		eve.Who, eve.Text, eve.Kind = "eve", "other", "topic"
		base := checker.Op{Who: "judge", Verb: checker.Base, Room: "#a", Seq: 100}
		return append(s, eve, base)
	}},
	{"deleted text without a deletion", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "judge", checker.Final, 30, "").Text = ""
		return s
	}},
	{"reader is told another predecessor", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Read, 30, "").Prev = 10
		return s
	}},
	{"answer names a Seq where the message is not", checker.Divergence, func(t *testing.T, s story) story {
		s.op(t, "alice", checker.Send, 30, "").Seq = 31
		return s
	}},
	{"acknowledged before the other was sent, yet behind it", checker.Inversion, func(t *testing.T, s story) story {
		send := s.op(t, "alice", checker.Send, 30, "")
		send.Start, send.End = 450, 460
		return s
	}},
	{"unanswered message stands before one acknowledged earlier", checker.Inversion, func(t *testing.T, s story) story {
		send := s.op(t, "bob", checker.Send, 0, "bob/3")
		send.Outcome, send.Start, send.End = checker.Unknown, 550, 900
		return s
	}},
	{"node does not show an actor its own message", checker.StaleRead, func(t *testing.T, s story) story {
		s.op(t, "alice", checker.Snapshot, 60, "").Seq = 40
		return s
	}},
	{"another node is behind the cursor it was given", checker.StaleRead, func(t *testing.T, s story) story {
		snap := s.op(t, "alice", checker.Snapshot, 60, "")
		snap.Node, snap.After, snap.Seq = "n2", 50, 40
		return s
	}},
	{"welcome names a head before the actor's own message", checker.StaleRead, func(t *testing.T, s story) story {
		return append(s, checker.Op{Who: "bob", Verb: checker.Join, Node: "n1", Seq: 50, Start: 900, End: 901})
	}},
	{"final history has a message nobody sent", checker.Phantom, func(t *testing.T, s story) story {
		return append(s, checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Author: "eve", Seq: 70, Prev: 60, Text: "eve/1 boo"})
	}},
	{"one reader is shown a message nobody sent", checker.Phantom, func(t *testing.T, s story) story {
		return s.insert(s.index("carol", checker.Read, 30, ""),
			checker.Op{Who: "carol", Verb: checker.Read, Room: "#a", Author: "eve", Seq: 33, Prev: 30, Text: "eve/1 boo"})
	}},
	{"plain reader is shown a message nobody sent", checker.Phantom, func(t *testing.T, s story) story {
		return s.insert(s.index("dave", checker.Read, 0, "alice/2"),
			checker.Op{Who: "dave", Verb: checker.Read, Room: "#a", Author: "eve", Text: "boo"})
	}},
	{"message stands in a room to which nobody sent it", checker.Phantom, func(t *testing.T, s story) story {
		send := checker.Op{Who: "alice", Verb: checker.Send, Room: "#a", Author: "alice", Text: "alice/9 hello", Outcome: checker.Unknown}
		return append(s, send, checker.Op{Who: "judge", Verb: checker.Final, Room: "#b", Author: "alice", Seq: 70, Text: "alice/9 hello"})
	}},
	{"refused message appears", checker.Refused, func(t *testing.T, s story) story {
		send := s.op(t, "alice", checker.Send, 30, "")
		send.Outcome, send.Seq = checker.Fail, 0
		return s
	}},
	{"refused plain message appears", checker.Refused, func(t *testing.T, s story) story {
		s.op(t, "bob", checker.Send, 0, "bob/3").Outcome = checker.Fail
		return s
	}},
	{"cursor of an ended epoch is accepted", checker.EpochMisuse, func(t *testing.T, s story) story {
		return append(s,
			checker.Op{Who: "nemesis", Verb: checker.Restore, Epoch: "e2", Seq: 60, Start: 800, End: 810},
			checker.Op{Who: "carol", Verb: checker.Resume, Epoch: "e1", After: 60, Start: 900, End: 910})
	}},
	{"session resumed in one epoch is shown another", checker.EpochMisuse, func(t *testing.T, s story) story {
		s.op(t, "carol", checker.Join, 5, "").Verb = checker.Resume
		s.op(t, "carol", checker.Resume, 5, "").Epoch = "e0"
		return s
	}},
	{"banned author speaks until the ban is lifted", checker.Outlaw, func(t *testing.T, s story) story {
		return s.banned(25, 45)
	}},
	{"banned author speaks, and nobody lifts it", checker.Outlaw, func(t *testing.T, s story) story {
		return s.banned(45, 0)
	}},
	{"banned author speaks between two bans", checker.Outlaw, func(t *testing.T, s story) story {
		return s.banned(31, 45).banned(46, 0).banned(1, 9)
	}},
	{"banned author reacts", checker.Outlaw, func(t *testing.T, s story) story {
		return append(s.banned(65, 0), checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Kind: "reacted", Author: "alice", Seq: 70, Prev: 60, Target: 10})
	}},
	{"banned again before the lifting", checker.Outlaw, func(t *testing.T, s story) story {
		return s.banned(25, 0).banned(31, 45)
	}},
}

func TestPlantedFaultIsFoundAndNothingElse(t *testing.T) {
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			r := checker.Check(p.plant(t, baseStory()))
			if n := r.Faults[p.fault]; n != 1 || len(r.Faults) != 1 {
				t.Errorf("want one %s and nothing else, got:\n%v", p.fault, r)
			}
			if r.OK() {
				t.Error("the report is OK")
			}
		})
	}
}

func TestEveryFaultIsPlanted(t *testing.T) {
	for _, f := range []checker.Fault{checker.Lost, checker.Duplicate, checker.Gap, checker.Reorder, checker.Divergence,
		checker.Inversion, checker.StaleRead, checker.Phantom, checker.Refused, checker.EpochMisuse, checker.Outlaw} {
		if !slices.ContainsFunc(planted, func(p struct {
			name  string
			fault checker.Fault
			plant func(*testing.T, story) story
		}) bool {
			return p.fault == f
		}) {
			t.Errorf("no %s is planted", f)
		}
	}
}

// banned returns the story with a ban of alice at one Seq, and its lifting at
// another, 0 for never.
func (s story) banned(from, until uint64) story {
	s = append(s, checker.Op{Who: "root", Verb: checker.Ban, Author: "alice", Epoch: "e1", Seq: from, Start: 1, End: 2})
	if until != 0 {
		s = append(s, checker.Op{Who: "root", Verb: checker.Lift, Author: "alice", Epoch: "e1", Seq: until, Start: 3, End: 4})
	}
	return s
}

// harmless are changes to the base story that break no promise.
var harmless = []struct {
	name   string
	change func(*testing.T, story) story
}{
	{"nothing changed", func(t *testing.T, s story) story { return s }},
	{"unanswered message appears once", func(t *testing.T, s story) story {
		s.op(t, "alice", checker.Send, 30, "").Outcome = checker.Unknown
		s.op(t, "bob", checker.Send, 0, "bob/3").Outcome = checker.Unknown
		return s
	}},
	{"unanswered message never appears", func(t *testing.T, s story) story {
		return append(s, checker.Op{Who: "bob", Verb: checker.Send, Room: "#a", Author: "bob", Text: "bob/9 gone", Outcome: checker.Unknown, Start: 640, End: 650})
	}},
	{"refused message does not appear", func(t *testing.T, s story) story {
		return append(s, checker.Op{Who: "bob", Verb: checker.Send, Room: "#a", Author: "bob", Text: "bob/9 no", Outcome: checker.Fail, Start: 640, End: 650})
	}},
	{"retry is answered with the same Seq", func(t *testing.T, s story) story {
		retry := *s.op(t, "alice", checker.Send, 30, "")
		s.op(t, "alice", checker.Send, 30, "").Outcome = checker.Unknown
		retry.Start, retry.End = 800, 810
		return append(s, retry)
	}},
	{"refused, then accepted on retry", func(t *testing.T, s story) story {
		refused := *s.op(t, "alice", checker.Send, 30, "")
		refused.Outcome, refused.Seq, refused.Start, refused.End = checker.Fail, 0, 90, 95
		return append(s, refused)
	}},
	{"plain sender says it again with the same tag and both appear", func(t *testing.T, s story) story {
		s.op(t, "bob", checker.Send, 0, "bob/3").Outcome = checker.Unknown
		again := *s.op(t, "bob", checker.Send, 0, "bob/3")
		again.Outcome, again.Start, again.End = checker.OK, 630, 640
		final := *s.op(t, "judge", checker.Final, 40, "")
		final.Seq, final.Prev = 70, 60
		return append(s, again, final)
	}},
	{"session ends without a cursor and misses the tail", func(t *testing.T, s story) story {
		s = s.without(isRead("carol", "bob/5"))
		s.op(t, "carol", checker.Close, 60, "").Seq = 0
		return s.without(isRead("dave", "bob/5"))
	}},
	{"session leaves one room with a cursor", func(t *testing.T, s story) story {
		s = s.insert(s.index("carol", checker.Read, 40, ""), checker.Op{Who: "carol", Verb: checker.Close, Room: "#a", Seq: 45, Start: 450, End: 450})
		return s.without(func(op checker.Op) bool {
			return op.Who == "carol" && op.Verb == checker.Read && op.Seq > 45
		})
	}},
	{"view without links leaves out what was deleted", func(t *testing.T, s story) story {
		s = s.without(isFinal(30)).without(isFinal(40))
		for i := range s {
			s[i].Prev = 0
		}
		return append(s,
			checker.Op{Who: "alice", Verb: checker.Send, Room: "#a", Author: "alice", Client: "d", Kind: "deleted", Target: 30, Start: 700, End: 710},
			checker.Op{Who: "bob", Verb: checker.Send, Room: "#a", Author: "bob", Kind: "deleted", Target: 40, Start: 700, End: 710},
			checker.Op{Who: "carol", Verb: checker.Read, Room: "#a", Author: "bob", Kind: "deleted", Target: 40, Seq: 75, Start: 720, End: 720},
		).without(func(op checker.Op) bool { return op.Verb == checker.Read && (op.Seq == 30 || op.Seq == 40) })
	}},
	{"session begins late without a cursor", func(t *testing.T, s story) story {
		return s.without(isRead("dave", "alice/0"))
	}},
	{"hole with a marker", func(t *testing.T, s story) story {
		i := s.index("carol", checker.Read, 30, "")
		s = s.insert(i, checker.Op{Who: "carol", Verb: checker.Read, Room: "#a", Kind: "skip", Prev: 30, Seq: 40})
		return s.without(isRead("carol", "bob/3"))
	}},
	{"message expired, with a marker in the final history", func(t *testing.T, s story) story {
		s = s.without(isFinal(10)).without(isFinal(20))
		return append(s, checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Kind: "skip", Prev: 5, Seq: 20})
	}},
	{"session resumes exactly", func(t *testing.T, s story) story {
		i := s.index("carol", checker.Read, 30, "")
		s = s.insert(i, checker.Op{Who: "carol", Verb: checker.Resume, After: 30, Epoch: "e1", Seq: 30, Start: 330, End: 331})
		return s.insert(i, checker.Op{Who: "carol", Verb: checker.Close, Seq: 35, Start: 325, End: 325})
	}},
	{"old cursor is refused after a restore", func(t *testing.T, s story) story {
		return append(s,
			checker.Op{Who: "nemesis", Verb: checker.Restore, Epoch: "e2", Seq: 60, Start: 800, End: 810},
			checker.Op{Who: "carol", Verb: checker.Resume, Epoch: "e1", After: 60, Start: 900, End: 910, Outcome: checker.Fail})
	}},
	{"restore takes the tail back and gives its Seqs again", func(t *testing.T, s story) story {
		s = s.without(isFinal(50)).without(isFinal(60))
		return append(s,
			checker.Op{Who: "nemesis", Verb: checker.Restore, Epoch: "e2", Seq: 40, Start: 800, End: 810},
			checker.Op{Who: "alice", Verb: checker.Send, Room: "#a", Author: "alice", Client: "z", Text: "alice/8 new", Seq: 50, Epoch: "e2", Start: 820, End: 830},
			checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Author: "alice", Text: "alice/8 new", Seq: 50, Prev: 40, Epoch: "e2", Start: 1000, End: 1010})
	}},
	{"edited and deleted texts in the final history", func(t *testing.T, s story) story {
		s.op(t, "judge", checker.Final, 30, "").Text = "alice/7 hello!"
		s.op(t, "judge", checker.Final, 40, "").Text = ""
		edit := checker.Op{Who: "alice", Verb: checker.Send, Room: "#a", Author: "alice", Client: "e", Kind: "edited", Target: 30, Text: "alice/7 hello!", Seq: 70, Start: 640, End: 645}
		shown := edit
		shown.Who, shown.Verb, shown.Prev = "judge", checker.Final, 60
		gone := checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Author: "bob", Kind: "deleted", Target: 40, Seq: 80, Prev: 70}
		return append(s, edit, shown, gone)
	}},
	{"long texts are recorded by their sums", func(t *testing.T, s story) story {
		for i := range s {
			if s[i].Verb != checker.Send {
				s[i].Shorten()
			}
		}
		return s
	}},
	{"session that is not shown its own sends", func(t *testing.T, s story) story {
		s = s.without(isRead("dave", "bob/3"))
		for i := range s {
			if s[i].Who == "dave" {
				s[i].Who, s[i].NoEcho = "bob", s[i].Verb == checker.Join
			}
		}
		return s
	}},
	{"another node without a cursor may be behind", func(t *testing.T, s story) story {
		snap := s.op(t, "alice", checker.Snapshot, 60, "")
		snap.Node, snap.Seq = "n2", 20
		return s
	}},
	{"concurrent messages stand in any order", func(t *testing.T, s story) story {
		s.op(t, "bob", checker.Send, 0, "bob/3").Start = 100
		s.op(t, "alice", checker.Send, 30, "").End = 900
		return s
	}},
	{"events of other kinds need no sender", func(t *testing.T, s story) story {
		joined := checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Kind: "joined", Author: "zoe", Seq: 70, Prev: 60}
		return append(s, joined)
	}},
	{"banned while silent", func(t *testing.T, s story) story {
		return s.banned(30, 50).banned(50, 0).banned(11, 29)
	}},
	{"ban of another", func(t *testing.T, s story) story {
		s = s.banned(5, 0)
		s[len(s)-1].Author = "zoe"
		return s
	}},
	{"ban that was refused, or not answered", func(t *testing.T, s story) story {
		s = s.banned(5, 0).banned(5, 0)
		s[len(s)-1].Outcome, s[len(s)-2].Outcome = checker.Fail, checker.Unknown
		return s
	}},
	{"lifting without an answer", func(t *testing.T, s story) story {
		s = s.banned(15, 20)
		s[len(s)-1].Outcome, s[len(s)-1].Seq = checker.Unknown, 0
		return s
	}},
	{"banned guest leaves", func(t *testing.T, s story) story {
		return append(s.banned(65, 0), checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Kind: "left", Author: "alice", Seq: 70, Prev: 60})
	}},
	{"ban taken back by a restore", func(t *testing.T, s story) story {
		s = s.without(isFinal(60)).banned(55, 0)
		return append(s,
			checker.Op{Who: "nemesis", Verb: checker.Restore, Epoch: "e2", Seq: 50, Start: 800, End: 810},
			checker.Op{Who: "alice", Verb: checker.Send, Room: "#a", Author: "alice", Client: "z", Text: "alice/8 new", Seq: 60, Epoch: "e2", Start: 820, End: 830},
			checker.Op{Who: "judge", Verb: checker.Final, Room: "#a", Author: "alice", Text: "alice/8 new", Seq: 60, Prev: 50, Epoch: "e2", Start: 1000, End: 1010})
	}},
}

func TestHarmlessChangeIsNoFault(t *testing.T) {
	for _, h := range harmless {
		t.Run(h.name, func(t *testing.T) {
			if r := checker.Check(h.change(t, baseStory())); !r.OK() {
				t.Error(r)
			}
		})
	}
}

func TestLossesAreToldApart(t *testing.T) {
	for _, c := range []struct {
		name string
		gone []uint64
		want checker.Losses
	}{
		{"prefix", []uint64{10, 20}, checker.Losses{Prefix: 2}},
		{"middle", []uint64{30, 40}, checker.Losses{Middle: 2}},
		{"tail", []uint64{40, 50, 60}, checker.Losses{Tail: 3}},
		{"all", []uint64{10, 20, 30, 40, 50, 60}, checker.Losses{Tail: 6}},
		{"one of each", []uint64{10, 30, 60}, checker.Losses{Prefix: 1, Middle: 1, Tail: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := baseStory().without(func(op checker.Op) bool {
				return op.Verb == checker.Read || op.Verb == checker.Final && slices.Contains(c.gone, op.Seq) ||
					op.Verb == checker.Close
			})
			s = append(s, checker.Op{Who: "judge", Verb: checker.Final, Room: "#a"})
			r := checker.Check(s)
			if r.Losses != c.want || r.Faults[checker.Lost] != len(c.gone) {
				t.Errorf("losses %+v, want %+v\n%v", r.Losses, c.want, r)
			}
		})
	}
}

func TestRoomThatNobodyReadProvesNothing(t *testing.T) {
	s := baseStory().without(func(op checker.Op) bool { return op.Verb == checker.Final })
	r := checker.Check(s)
	if r.OK() || !slices.Equal(r.Unread, []string{"#a"}) || len(r.Faults) != 0 {
		t.Errorf("unread %v, faults %v", r.Unread, r.Faults)
	}
	if !strings.Contains(r.String(), "nobody read room #a") {
		t.Error(r)
	}
}
