package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
)

// Options say how an index is kept. Epoch and LogEnd have no default.
type Options struct {
	// Epoch names the log. An index of another log is made anew.
	Epoch string
	// LogEnd is the last committed event. An index that is ahead of it is made
	// anew.
	LogEnd chat.Seq
	// Substrings finds pieces of words too, three characters or longer. It
	// makes the index several times as large; changing it makes it anew.
	Substrings bool
	// Pause is the least time between two transactions while the index keeps
	// up, so that a stream of single messages costs few of them; 0 is 50 ms.
	Pause time.Duration
	// Budget is the longest that one search may take; 0 is 1 s.
	Budget time.Duration
	// Readers is how many searches run at once; 0 is 2.
	Readers int
	// Logger hears of rebuilds, progress and trouble; nil is silence.
	Logger *slog.Logger

	visits int // the most matches that one search looks at; 0 is maxVisits
}

func (o *Options) setDefaults() {
	o.Pause = cmp.Or(o.Pause, 50*time.Millisecond)
	o.Budget = cmp.Or(o.Budget, time.Second)
	o.Readers = cmp.Or(o.Readers, 2)
	o.visits = cmp.Or(o.visits, maxVisits)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Document is a message as it is to be found from now on.
type Document struct {
	Seq     chat.Seq // of the event that brought the message
	Room    chat.RoomID
	By      chat.UserID
	Nick    string // of its author at that time
	Text    string // as last edited
	Traits  Traits // what it was said with
	Deleted bool   // no longer to be found; only Seq is used
}

// Index is the words of all messages, in a file. Search may be called from any
// goroutine. Run and Apply write, and belong to one goroutine at a time. Close
// comes after all of them have returned, except Search, which it interrupts.
type Index struct {
	path string
	opts Options
	file atomic.Pointer[file] // swapped by rebuild, which then closes the old one

	// damaged is set by whoever meets damage and cleared by rebuild.
	damaged atomic.Bool

	// mu guards the following; it is held for no I/O.
	mu    sync.Mutex
	moved chan struct{} // closed and replaced when the position changes
	rouse func()        // ends Run's wait for new events; nil while it does not wait
}

// Open opens the index at path, or makes an empty one if there is none or it is
// of no use any more. An error means that the file can't be reached or created.
func Open(path string, opts Options) (*Index, error) {
	opts.setDefaults()
	ix := &Index{path: path, opts: opts, moved: make(chan struct{})}
	f, err := openFile(path, &opts)
	if errors.Is(err, errUnusable) {
		f, err = ix.startAnew(err)
	}
	if err != nil {
		return nil, err
	}
	ix.file.Store(f)
	return ix, nil
}

// startAnew replaces the file, which is not open, by an empty one.
func (ix *Index) startAnew(reason error) (*file, error) {
	ix.opts.Logger.Warn("search: the index is made anew", "reason", reason)
	if err := removeFile(ix.path); err != nil {
		return nil, err
	}
	return openFile(ix.path, &ix.opts)
}

// Position returns the last event that is in the index.
func (ix *Index) Position() chat.Seq {
	return chat.Seq(ix.file.Load().position.Load())
}

// Reached waits until the index has got to event seq.
func (ix *Index) Reached(ctx context.Context, seq chat.Seq) error {
	for {
		ix.mu.Lock()
		moved := ix.moved
		ix.mu.Unlock()
		if ix.Position() >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("search: wait for event %d, index is at %d: %w", seq, ix.Position(), ctx.Err())
		}
	}
}

// setPosition publishes what has been committed.
func (ix *Index) setPosition(f *file, seq chat.Seq) {
	f.position.Store(uint64(seq))
	ix.mu.Lock()
	close(ix.moved)
	ix.moved = make(chan struct{})
	ix.mu.Unlock()
}

// Apply brings the index up to event upTo, in one transaction. Of several
// documents with one Seq the last one counts. Damage found on the way is
// mended by Run, which then begins with the first event.
func (ix *Index) Apply(ctx context.Context, docs []Document, upTo chat.Seq) error {
	f := ix.file.Load()
	from := chat.Seq(f.position.Load())
	if upTo < from {
		return fmt.Errorf("search: apply up to %d, but the index is at %d", upTo, from)
	}
	f.writer.SetInterrupt(ctx.Done())
	defer f.writer.SetInterrupt(nil)
	erased, err := ix.write(f.writer, latest(docs), from, upTo)
	if err != nil {
		ix.noteDamage(err)
		return fmt.Errorf("search: index events %d to %d: %w", from+1, upTo, err)
	}
	if erased {
		f.erased.Store(littered)
	}
	ix.setPosition(f, upTo)
	return nil
}

// latest returns the last document of each Seq, in order of Seq: rows are
// cheapest to add in ascending order.
func latest(docs []Document) []Document {
	sorted := slices.Clone(docs)
	slices.SortStableFunc(sorted, func(a, b Document) int { return cmp.Compare(a.Seq, b.Seq) })
	out := sorted[:0]
	for i, d := range sorted {
		if i+1 == len(sorted) || sorted[i+1].Seq != d.Seq {
			out = append(out, d)
		}
	}
	return out
}

// write applies sorted documents. Those up to from are in the index already and
// are replaced. It reports whether one of those was deleted; the old words of an
// edited one are in the log as well.
func (ix *Index) write(conn *sqlite.Conn, docs []Document, from, upTo chat.Seq) (erased bool, err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return false, err
	}
	defer end(&err)
	var w rowWriter
	for _, d := range docs {
		if d.Seq <= from {
			if err := w.remove(conn, d.Seq); err != nil {
				return false, err
			}
			erased = erased || d.Deleted && conn.Changes() > 0
		}
		if d.Deleted {
			continue
		}
		if err := w.insert(conn, &d, ix.opts.Substrings); err != nil {
			return false, err
		}
	}
	return erased, run(conn, `UPDATE state SET position = ?, erased = CASE WHEN ? THEN 1 ELSE erased END`, func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(upTo))
		s.BindBool(2, erased)
	})
}

// hurry has FTS5 merge less while the index is far behind: more segments are left to lie
// until it has caught up, and then they are swept together as after a deletion.
func (ix *Index) hurry(far bool) error {
	f := ix.file.Load()
	if far == f.hurried {
		return nil
	}
	if err := f.configure("automerge", pick[int64](far, manySegments, fewSegments)); err != nil {
		return fmt.Errorf("search: set how much is merged: %w", err)
	}
	f.hurried = far
	if far {
		return nil
	}
	return f.setErased(littered)
}

// rowWriter writes rows and reuses its buffers.
type rowWriter struct{ body, tags, triples []byte }

func (w *rowWriter) remove(conn *sqlite.Conn, seq chat.Seq) error {
	bind := func(s *sqlite.Stmt) { s.BindInt64(1, int64(seq)) }
	if err := run(conn, `DELETE FROM words WHERE rowid = ?`, bind); err != nil {
		return err
	}
	return run(conn, `DELETE FROM message WHERE seq = ?`, bind)
}

func (w *rowWriter) insert(conn *sqlite.Conn, d *Document, substrings bool) error {
	folded := fold(d.Text)
	w.body = appendTokens(w.body[:0], folded)
	w.tags = fmt.Appendf(w.tags[:0], "%s %s %s", roomTag(d.Room), userTag(d.By), nickTag(d.Nick))
	w.tags = d.Traits.appendTags(w.tags)
	w.triples = w.triples[:0]
	if substrings {
		w.triples = appendTriples(w.triples, folded)
	}
	err := run(conn, `INSERT INTO words (rowid, body, tags, triples) VALUES (?, ?, ?, ?)`, func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(d.Seq))
		s.BindText(2, string(w.body))
		s.BindText(3, string(w.tags))
		s.BindText(4, string(w.triples))
	})
	if err != nil {
		return err
	}
	return run(conn, `INSERT INTO message (seq, room) VALUES (?, ?)`, func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(d.Seq))
		s.BindInt64(2, int64(d.Room))
	})
}

// run executes a cached statement that returns no rows.
func run(conn *sqlite.Conn, query string, bind func(*sqlite.Stmt)) error {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return err
	}
	bind(stmt)
	_, err = stmt.Step()
	return errors.Join(err, stmt.Reset())
}

// noteDamage remembers that the file must be made anew, if err says so, and
// wakes Run to do it.
func (ix *Index) noteDamage(err error) {
	if !isDamage(err) || ix.damaged.Swap(true) {
		return
	}
	ix.opts.Logger.Error("search: the index is damaged", "error", err)
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.rouse != nil {
		ix.rouse()
	}
}

// rebuild throws the file away and starts with an empty one. Searches of the
// old one are interrupted.
func (ix *Index) rebuild() error {
	old := ix.file.Load()
	if err := old.close(); err != nil {
		ix.opts.Logger.Warn("search: close damaged index", "error", err)
	}
	f, err := ix.startAnew(errors.New("damage was found"))
	if err != nil {
		return err
	}
	ix.file.Store(f)
	ix.damaged.Store(false)
	return nil
}

// Close interrupts searches, waits for them and closes the file.
func (ix *Index) Close() error {
	if err := ix.file.Load().close(); err != nil {
		return fmt.Errorf("search: close %s: %w", ix.path, err)
	}
	return nil
}
