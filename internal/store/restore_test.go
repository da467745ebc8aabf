package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/internal/store"
)

// A database that is there is not touched unless that is asked for, and even
// then it is kept.
func TestRestoreMovesTheOldDatabaseAside(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 10)
	file := backedUp(t, dir)
	old := newScript(t, openStore(t, dir))
	old.resume()
	room := old.room("#later")
	old.say(room, "said after the backup")
	old.commit()
	epoch := old.store.Epoch()
	if _, err := store.Restore(t.Context(), dir, file, true, silent); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("while a server runs: %v", err)
	}
	if err := old.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), dir, file, false, silent); !errors.Is(err, store.ErrExists) || !strings.Contains(err.Error(), "--replace") {
		t.Fatalf("without being asked to replace: %v", err)
	}
	if s := openStore(t, dir); s.Epoch() != epoch || s.Close() != nil {
		t.Fatal("a refused restore changed the database")
	}
	var kept []string
	for range 2 { // within a second, too
		r, err := store.Restore(t.Context(), dir, file, true, silent)
		if err != nil || r.Events != 11 || !regexp.MustCompile(`hubbub-replaced-\d{8}-\d{6}(-2)?\.db$`).MatchString(r.Replaced) {
			t.Fatalf("%+v, %v", r, err)
		}
		kept = append(kept, r.Replaced)
	}
	if kept[0] == kept[1] {
		t.Fatalf("both were kept as %s", kept[0])
	}
	s := openStore(t, dir)
	if s.Epoch() == epoch {
		t.Error("the epoch is that of the old log")
	}
	if got := newScript(t, s).texts(1); len(got) != 10 {
		t.Errorf("%d messages, want 10", len(got))
	}
	aside := t.TempDir()
	writeFile(t, filepath.Join(aside, "hubbub.db"), readFile(t, dir, filepath.Base(kept[0])))
	before := openStore(t, aside)
	if got := newScript(t, before).texts(room); before.Epoch() != epoch || !slices.Equal(got, []string{"said after the backup"}) {
		t.Errorf("what was moved aside has epoch %q, want %q, and %q", before.Epoch(), epoch, got)
	}
}

// What a server that crashed had not yet moved into its database is kept too.
func TestRestoreKeepsTheWriteAheadLogOfACrash(t *testing.T) {
	source := t.TempDir()
	filled(t, source, 10)
	file := backedUp(t, source)
	dir, end := crashed(t)
	r, err := store.Restore(t.Context(), dir, file, true, silent)
	if err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); len(left) != 3 { // database, old database, lock
		t.Errorf("there are %q", left)
	}
	s, again := restored(t, r.Replaced)
	if again.Events != int(end) {
		t.Fatalf("%+v, want %d events", again, end)
	}
	checkLog(t, s, end)
}

// One that is so damaged that SQLite can't open it is replaced all the same,
// and kept as it was.
func TestRestoreReplacesADamagedDatabase(t *testing.T) {
	source := t.TempDir()
	filled(t, source, 10)
	file := backedUp(t, source)
	dir := t.TempDir()
	garbage := bytes.Repeat([]byte("garbage "), 1000)
	for _, name := range []string{"hubbub.db", "hubbub.db-wal", "hubbub.db-shm"} {
		writeFile(t, filepath.Join(dir, name), garbage)
	}
	r, err := store.Restore(t.Context(), dir, file, true, silent)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Base(r.Replaced), filepath.Base(r.Replaced) + "-wal"} {
		if !bytes.Equal(readFile(t, dir, name), garbage) {
			t.Errorf("%s is not what it was", name)
		}
	}
	if got := newScript(t, openStore(t, dir)).texts(1); len(got) != 10 {
		t.Errorf("%d messages, want 10", len(got))
	}
}

// A database file will do that was copied by hand: from a stopped server, or
// with its write-ahead log. The original is not touched.
func TestRestoreTakesACopyMadeByHand(t *testing.T) {
	stopped := t.TempDir()
	filled(t, stopped, 10)
	file := filepath.Join(stopped, "hubbub.db")
	before := readFile(t, stopped, "hubbub.db")
	s, r := restored(t, file)
	if got := newScript(t, s).texts(1); len(got) != 10 || r.Events != 11 {
		t.Errorf("%d messages, %+v", len(got), r)
	}
	if after := readFile(t, stopped, "hubbub.db"); !bytes.Equal(before, after) || slices.Contains(names(t, stopped), "hubbub.db-wal") {
		t.Errorf("the copy was changed, or got company: %q", names(t, stopped))
	}
	dir, end := crashed(t)
	both, r := restored(t, filepath.Join(dir, "hubbub.db"))
	if r.Events != int(end) {
		t.Fatalf("%+v, want %d events", r, end)
	}
	checkLog(t, both, end)
}

// A file that is not fit is told as what it is, and changes nothing.
func TestRestoreRefusesWhatIsNotFit(t *testing.T) {
	type damage struct {
		do   func(t *testing.T, dir, db string)
		want error
	}
	damages := map[string]damage{
		"empty": {func(t *testing.T, _, db string) { writeFile(t, db, nil) }, store.ErrForeign},
		"no tables": {func(t *testing.T, _, db string) {
			writeFile(t, db, nil)
			tamper(t, db, `PRAGMA user_version = 0`, `VACUUM`)
		}, store.ErrForeign},
		"missing":   {func(t *testing.T, _, db string) { os.Remove(db) }, store.ErrMissing},
		"directory": {func(t *testing.T, _, db string) { os.Remove(db); os.Mkdir(db, 0o700) }, store.ErrMissing},
		"a page in the middle": {func(t *testing.T, dir, db string) {
			data := readFile(t, dir, filepath.Base(db))
			at := bytes.Index(data, []byte("message 1000,"))
			copy(data[at&^4095:], bytes.Repeat([]byte{0xaa}, 4096))
			writeFile(t, db, data)
		}, store.ErrDamaged},
		"a record in the middle": {func(t *testing.T, _, db string) {
			tamper(t, db, `UPDATE events SET record = x'01010200' WHERE seq = 1000`)
		}, store.ErrDamaged},
		"an index that lacks a row": {func(t *testing.T, dir, db string) {
			tamper(t, db, `PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = 'CREATE INDEX events_stream ON events (seq)' WHERE name = 'events_stream'`)
		}, store.ErrDamaged},
	}
	for _, c := range corruptions {
		damages[c.name] = damage{c.do, c.want}
	}
	delete(damages, "table gone") // sent: nothing else says that it should be there
	damages["log gone"] = damage{func(t *testing.T, _, db string) { tamper(t, db, `DROP TABLE log`) }, store.ErrDamaged}
	for name, statement := range tailDamages {
		if name != "member of no room" {
			damages[name] = damage{func(t *testing.T, _, db string) { tamper(t, db, statement) }, store.ErrDamaged}
		}
	}
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, dir := t.TempDir(), t.TempDir()
			filled(t, source, 2000)
			file := filepath.Join(source, "hubbub.db")
			c.do(t, source, file)
			_, err := store.Restore(t.Context(), dir, file, false, silent)
			t.Log(err)
			if !errors.Is(err, c.want) && !(c.want == store.ErrDamaged && errors.Is(err, store.ErrForeign)) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), file) {
				t.Errorf("%q does not say which file", err)
			}
			if left := names(t, dir); len(left) > 1 || len(left) == 1 && left[0] != "hubbub.lock" {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestInterruptedRestoreChangesNothing(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 100)
	file := backedUp(t, dir)
	before := readFile(t, dir, "hubbub.db")
	for _, stage := range []string{"copying", "checking the file", "checking the events"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		_, err := store.Restore(ctx, dir, file, true, func(doing string, _ int) {
			if doing == stage {
				cancel(why)
			}
		})
		if !errors.Is(err, why) {
			t.Errorf("%s: %v", stage, err)
		}
	}
	for _, name := range names(t, dir) {
		if strings.Contains(name, "partial") || strings.Contains(name, "replaced") {
			t.Errorf("left behind: %s", name)
		}
	}
	if !bytes.Equal(before, readFile(t, dir, "hubbub.db")) {
		t.Error("the database was changed")
	}
}

// The search index of the log that was replaced is of no use, and must not be
// used: it would find words at the wrong messages.
func TestSearchIsMadeAnewAfterARestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openStore(t, dir)
		sc := newScript(t, s)
		room := sc.room("#a")
		sc.say(room, "apples before")
		sc.commit()
		file := backedUp(t, dir)
		sc.say(room, "pears after")
		sc.commit()
		stop := running(t, s)
		if got := found(t, s, "pears", room); len(got) != 1 {
			t.Fatalf("%q", got)
		}
		stop()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), dir, file, true, silent); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, dir)
		stop = running(t, s)
		defer stop()
		sc = newScript(t, s)
		sc.resume()
		sc.say(room, "plums instead")
		sc.commit()
		for query, want := range map[string][]string{
			"apples": {"apples before"}, "pears": nil, "plums": {"plums instead"},
		} {
			if got := found(t, s, query, room); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}
