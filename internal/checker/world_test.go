package checker_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"hubbub/internal/checker"
)

// world is a server that keeps every promise, with actors who write down what
// they do: the source of correct histories. It shares nothing with the checker
// but the form of an Op. An actor's op takes some time before and after the
// moment at which the server does it.
type world struct {
	rng      *rand.Rand
	ops      []checker.Op
	now      int64
	seq      uint64
	epoch    int
	restores int
	log      []record
	heads    map[string]uint64    // by room, Seq of its last event
	done     map[[2]string]uint64 // by author and client id, Seq
	gone     map[uint64]bool      // deleted messages
	edited   map[uint64]string    // messages' latest texts
	actors   []*actor
	sessions []*session
	opened   int
}

// record is an event of the world's log.
type record struct {
	seq, prev, target                uint64
	room, author, client, kind, text string
}

// said reports whether r is something that a person wrote.
func (r record) said() bool {
	return r.kind == "" || r.kind == "message" || r.kind == "action" || r.kind == "notice"
}

// actor sends in one of several ways.
type actor struct {
	name           string
	ids, tags, seq bool // it gives client ids, tags its texts, is told Seqs
	n              int
	free           int64       // when its last op ended
	retry          *checker.Op // sent without an answer, to be sent again
}

// session reads rooms in one of several ways.
type session struct {
	who, id  string
	links    bool // it is shown links, and events of every kind
	numbers  bool // it is shown Seqs
	noEcho   bool
	projects bool // it is shown late what an edit made of a message
	rooms    []string
	at       map[string]uint64 // by room, how far it has read
}

var allRooms = []string{"#a", "#b", "#c"}

// newWorld returns an empty world, the same for the same seed.
func newWorld(seed uint64) *world {
	return &world{
		rng: rand.New(rand.NewPCG(seed, 1)), now: 1000, seq: 100,
		heads: map[string]uint64{}, done: map[[2]string]uint64{}, gone: map[uint64]bool{}, edited: map[uint64]string{},
		actors: []*actor{
			{name: "alice", ids: true, tags: true, seq: true},
			{name: "anna", ids: true, tags: true},
			{name: "ben", tags: true, seq: true},
			{name: "bob", tags: true},
			{name: "dave"},
		},
	}
}

// randomHistory returns a correct history of about n ops.
func randomHistory(seed uint64, n int) []checker.Op {
	w := newWorld(seed)
	for len(w.ops) < n {
		w.step(n)
	}
	w.final()
	return w.ops
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func pick[T any](w *world, from []T) T { return from[w.rng.IntN(len(from))] }

// epochName names the present epoch.
func (w *world) epochName() string { return fmt.Sprintf("epoch-%d", w.epoch) }

// step lets one thing happen.
func (w *world) step(n int) {
	w.now += 1 + w.rng.Int64N(20)
	switch p := w.rng.IntN(1000); {
	case p < 350 || len(w.sessions) == 0 && p < 900:
		w.send(pick(w, w.actors))
	case p < 400:
		w.apply(record{room: pick(w, allRooms), author: "server", kind: pick(w, []string{"topic", "joined", "left"}), text: "x"})
	case p < 440:
		w.snapshot(pick(w, w.actors))
	case p < 480 && len(w.sessions) < 12 || len(w.sessions) == 0:
		w.join()
	case p < 500:
		w.enter(pick(w, w.sessions))
	case p < 540:
		w.leave(pick(w, w.sessions))
	case p >= 995 && w.restores < 2 && len(w.ops) > n/4:
		w.restore()
	default:
		s := pick(w, w.sessions)
		w.read(s, pick(w, s.rooms), 1+w.rng.IntN(8))
	}
}

// apply puts r into the log and returns its Seq.
func (w *world) apply(r record) uint64 {
	w.seq += 1 + w.rng.Uint64N(3)
	r.seq, r.prev = w.seq, w.heads[r.room]
	w.log = append(w.log, r)
	w.index(r)
	return r.seq
}

// index notes what follows from r.
func (w *world) index(r record) {
	w.heads[r.room] = r.seq
	if r.client != "" {
		w.done[[2]string{r.author, r.client}] = r.seq
	}
	switch r.kind {
	case "edited":
		w.edited[r.target] = r.text
	case "deleted":
		w.gone[r.target] = true
	}
}

// begin returns a moment before now at which a's op can have started.
func (w *world) begin(a *actor) int64 {
	w.now = max(w.now, a.free+1)
	return max(a.free+1, w.now-w.rng.Int64N(60))
}

// send lets a send something: new, or again what got no answer.
func (w *world) send(a *actor) {
	op := checker.Op{Who: a.name, Verb: checker.Send, Author: a.name, Node: "n1", Room: pick(w, allRooms)}
	if a.retry != nil && w.chance(70) {
		op = *a.retry
	} else {
		w.compose(a, &op)
	}
	a.retry = nil
	op.Start = w.begin(a)
	op.End = w.now + w.rng.Int64N(60)
	a.free = op.End
	op.Outcome, op.Seq, op.Epoch = checker.OK, 0, ""
	switch p := w.rng.IntN(100); {
	case p < 5:
		op.Outcome = checker.Fail
	case p < 12:
		op.Outcome = checker.Unknown
	case p < 20:
		op.Outcome = checker.Unknown
		w.accept(&op)
	default:
		seq := w.accept(&op)
		if a.seq {
			op.Seq, op.Epoch = seq, w.epochName()
		}
	}
	if a.ids && op.Outcome != checker.OK {
		again := op
		a.retry = &again
	}
	w.ops = append(w.ops, op)
}

// compose thinks of something to say in op's room.
func (w *world) compose(a *actor, op *checker.Op) {
	a.n++
	if a.ids {
		op.Client = fmt.Sprintf("c%d", a.n)
	}
	op.Text = pick(w, []string{"hello", "ok", "yes"})
	if a.tags {
		op.Text = fmt.Sprintf("%s/%d %s", a.name, a.n, op.Text)
	}
	switch p := w.rng.IntN(100); {
	case p < 7:
		op.Kind = "action"
	case p < 10:
		op.Kind = "notice"
	case p < 30 && (a.ids || a.tags): // without either, nobody could tell what was edited
		if target := w.own(a, op.Room); target != 0 {
			op.Target, op.Kind = target, "edited"
			if w.chance(30) {
				op.Kind, op.Text = "deleted", ""
			}
		}
	}
}

// own returns a message of a in room that stands, 0 if there is none near.
func (w *world) own(a *actor, room string) uint64 {
	for i := len(w.log) - 1; i >= max(0, len(w.log)-200); i-- {
		if r := w.log[i]; r.author == a.name && r.room == room && r.said() && !w.gone[r.seq] {
			return r.seq
		}
	}
	return 0
}

// accept applies the send op, unless its client id is known, and returns its
// Seq. A target that is gone since is no matter here.
func (w *world) accept(op *checker.Op) uint64 {
	if seq, ok := w.done[[2]string{op.Author, op.Client}]; ok && op.Client != "" {
		return seq
	}
	return w.apply(record{room: op.Room, author: op.Author, client: op.Client, kind: op.Kind, target: op.Target, text: op.Text})
}

// snapshot lets a ask a node for the present: its own, or one that lags, but
// never behind the cursor it is given.
func (w *world) snapshot(a *actor) {
	op := checker.Op{Who: a.name, Verb: checker.Snapshot, Room: pick(w, allRooms), Node: "n1", Start: w.begin(a)}
	op.Seq = w.heads[op.Room]
	if w.chance(30) {
		op.Room, op.Seq = "", w.seq
	} else if w.chance(50) && op.Seq > 0 {
		op.Node, op.After = "n2", w.rng.Uint64N(op.Seq+1)
		op.Seq = op.After + w.rng.Uint64N(op.Seq-op.After+1)
	}
	op.End = w.now + w.rng.Int64N(60)
	a.free = op.End
	w.ops = append(w.ops, op)
}

// join opens a session of a random kind.
func (w *world) join() {
	w.opened++
	s := &session{who: fmt.Sprintf("reader%d", w.opened), id: fmt.Sprint(w.opened), at: map[string]uint64{}}
	s.links = w.chance(50)
	s.numbers = s.links || w.chance(50)
	s.projects = w.chance(50)
	s.noEcho = !s.links && w.chance(30)
	if s.noEcho || w.chance(20) {
		s.who = pick(w, w.actors).name
	}
	s.rooms = slices.Clone(allRooms[:1+w.rng.IntN(len(allRooms))])
	op := checker.Op{Who: s.who, Verb: checker.Join, Session: s.id, Node: "n1", NoEcho: s.noEcho, Start: w.now, End: w.now}
	if s.links && w.chance(50) {
		op.After, op.Seq, op.Epoch = w.seq, w.seq, w.epochName()
	}
	for _, room := range s.rooms {
		if s.at[room] = op.After; op.After == 0 {
			s.at[room] = w.rng.Uint64N(w.seq + 1)
		}
	}
	w.sessions = append(w.sessions, s)
	w.ops = append(w.ops, op)
}

// enter takes s into one more room.
func (w *world) enter(s *session) {
	if len(s.rooms) == len(allRooms) || !s.links {
		return
	}
	room := allRooms[len(s.rooms)]
	s.rooms = append(s.rooms, room)
	s.at[room] = w.heads[room]
	w.ops = append(w.ops, checker.Op{Who: s.who, Verb: checker.Join, Session: s.id, Room: room, After: w.heads[room], Node: "n1", Start: w.now, End: w.now})
}

// leave closes s, with a cursor or without. A session with links may resume.
func (w *world) leave(s *session) {
	w.sessions = slices.DeleteFunc(w.sessions, func(o *session) bool { return o == s })
	op := checker.Op{Who: s.who, Verb: checker.Close, Session: s.id, Start: w.now, End: w.now}
	if s.links && w.chance(50) {
		for _, room := range s.rooms {
			w.read(s, room, len(w.log))
		}
		op.Seq = w.seq
	}
	if w.chance(70) || op.Seq > 0 {
		w.ops = append(w.ops, op)
	}
	if s.links && w.chance(60) {
		w.resume(s)
	}
}

// resume goes on with s after the last Seq up to which it has read every room.
func (w *world) resume(s *session) {
	after := w.seq
	for _, room := range s.rooms {
		if next := w.pending(s, room); len(next) > 0 {
			after = min(after, next[0].seq-1)
		}
	}
	w.now += 5
	w.ops = append(w.ops, checker.Op{Who: s.who, Verb: checker.Resume, Session: s.id, After: after, Epoch: w.epochName(), Node: "n1", Seq: w.seq, Start: w.now - 1, End: w.now})
	for _, room := range s.rooms {
		s.at[room] = after
		if next := w.pending(s, room); len(next) > 0 && w.chance(10) {
			s.at[room] = pick(w, next).seq
			w.ops = append(w.ops, checker.Op{Who: s.who, Verb: checker.Read, Session: s.id, Room: room, Kind: "skip", Prev: after, Seq: s.at[room]})
		}
	}
	w.sessions = append(w.sessions, s)
}

// pending returns what s has to be shown in room.
func (w *world) pending(s *session, room string) []record {
	i, _ := slices.BinarySearchFunc(w.log, s.at[room]+1, func(r record, seq uint64) int { return int(int64(r.seq) - int64(seq)) })
	var next []record
	for _, r := range w.log[i:] {
		visible := s.links || r.said() && !w.gone[r.seq] && !(s.noEcho && r.author == s.who)
		if r.room == room && visible {
			next = append(next, r)
		}
	}
	return next
}

// read shows s up to n events of room.
func (w *world) read(s *session, room string, n int) {
	for _, r := range w.pending(s, room)[:min(n, len(w.pending(s, room)))] {
		op := w.show(s, r)
		op.Verb, op.Start, op.End = checker.Read, w.now, w.now
		w.ops = append(w.ops, op)
		s.at[room] = r.seq
	}
}

// show returns the op by which s is shown r.
func (w *world) show(s *session, r record) checker.Op {
	op := checker.Op{Who: s.who, Session: s.id, Node: "n1", Room: r.room, Author: r.author, Kind: r.kind, Target: r.target, Text: r.text}
	if s.links {
		op.Prev, op.Client, op.Epoch = r.prev, r.client, w.epochName()
	}
	if s.numbers {
		op.Seq = r.seq
	}
	text, edited := w.edited[r.seq]
	switch {
	case w.gone[r.seq], r.kind == "edited" && w.gone[r.target] && s.projects:
		op.Text = ""
	case edited && s.projects:
		op.Text = text
	}
	return op
}

// restore goes back to a backup. Every session ends; some try to resume, and
// are refused.
func (w *world) restore() {
	if len(w.log) < 10 {
		return
	}
	for _, a := range w.actors {
		w.now = max(w.now, a.free+1)
		if a.retry != nil && a.retry.Target != 0 {
			a.retry = nil // its target may be another's message now
		}
	}
	keep := len(w.log)/2 + w.rng.IntN(len(w.log)/2)
	old := w.epochName()
	w.restores++
	w.epoch++
	w.log = slices.Clone(w.log[:keep])
	w.seq = w.log[keep-1].seq
	clear(w.heads)
	clear(w.done)
	clear(w.gone)
	clear(w.edited)
	for _, r := range w.log {
		w.index(r)
	}
	w.ops = append(w.ops, checker.Op{Who: "nemesis", Verb: checker.Restore, Seq: w.seq, Epoch: w.epochName(), Start: w.now, End: w.now + 500})
	w.now += 1000
	for _, s := range w.sessions {
		w.ops = append(w.ops, checker.Op{Who: s.who, Verb: checker.Resume, Session: s.id, After: w.seq, Epoch: old, Outcome: checker.Fail, Start: w.now, End: w.now})
	}
	w.sessions = nil
}

// final reads all rooms three times: with links, with Seqs alone, and as plain
// lines. In some worlds the first events have expired.
func (w *world) final() {
	w.now += 1000
	expired := map[string]uint64{}
	if w.chance(20) {
		r := pick(w, w.log)
		expired[r.room] = r.seq
	}
	for _, s := range []*session{
		{who: "judge", id: "f1", links: true, numbers: true, projects: w.chance(50)},
		{who: "judge", id: "f2", numbers: true, projects: true},
		{who: "judge", id: "f3"},
	} {
		s.at = maps.Clone(expired)
		for _, room := range allRooms {
			w.ops = append(w.ops, checker.Op{Who: s.who, Session: s.id, Verb: checker.Final, Room: room, Start: w.now, End: w.now})
			if expired[room] > 0 {
				w.ops = append(w.ops, checker.Op{Who: s.who, Session: s.id, Verb: checker.Final, Room: room, Kind: "skip", Seq: expired[room], Start: w.now, End: w.now})
			}
			for _, r := range w.pending(s, room) {
				op := w.show(s, r)
				op.Verb, op.Start, op.End, op.Protocol = checker.Final, w.now, w.now, s.id
				w.ops = append(w.ops, op)
			}
		}
	}
}
