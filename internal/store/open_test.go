package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

func TestFilesBelongToTheirOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "made", "for", "it")
	sc := newScript(t, openStore(t, dir))
	sc.room("#a")
	sc.commit()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 4 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

func TestEpochNamesALogForEver(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	epoch := s.Epoch()
	if other := openStore(t, t.TempDir()); len(epoch) < 20 || other.Epoch() == epoch {
		t.Errorf("epochs %q and %q", epoch, other.Epoch())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if again := openStore(t, dir).Epoch(); again != epoch {
		t.Errorf("epoch %q became %q", epoch, again)
	}
}

func TestSecondServerIsTurnedAway(t *testing.T) {
	dir := t.TempDir()
	first := openStore(t, dir)
	_, err := store.Open(dir, store.Options{})
	if !errors.Is(err, store.ErrInUse) {
		t.Fatalf("second: %v", err)
	}
	if pid := fmt.Sprint(os.Getpid()); runtime.GOOS != "windows" && !strings.Contains(err.Error(), pid) {
		t.Errorf("%q does not name process %s", err, pid)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
}

func TestClosedStoreRefuses(t *testing.T) {
	s := openStore(t, t.TempDir())
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	_, _, load := s.Load(ctx)
	_, facts := s.Facts(ctx, []chat.Need{{Message: 1}})
	_, page := s.Messages(ctx, 1, store.Range{Latest: true, Limit: 10}, 0)
	for i, err := range []error{load, facts, page, s.Commit(1, make([]chat.Event, 1))} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestReadsEndWithTheirContext(t *testing.T) {
	s := openStore(t, t.TempDir())
	gone := errors.New("the reader went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := s.Messages(ctx, 1, store.Range{Latest: true, Limit: 10}, 0); !errors.Is(err, gone) {
		t.Errorf("messages: %v", err)
	}
	if _, err := s.Facts(ctx, []chat.Need{{Message: 1}}); !errors.Is(err, gone) {
		t.Errorf("facts: %v", err)
	}
	if _, err := s.Messages(t.Context(), 1, store.Range{Latest: true, Limit: 10}, 0); err != nil {
		t.Errorf("the next reader: %v", err)
	}
}

// corruptions are what can have become of a database of 2,000 messages; each
// with the error that says so.
var corruptions = []struct {
	name string
	do   func(t *testing.T, dir, db string)
	want error
}{
	{"text", func(t *testing.T, _, db string) { writeFile(t, db, []byte("Dear diary, today I wrote no database.")) }, store.ErrForeign},
	{"very short", func(t *testing.T, _, db string) { writeFile(t, db, []byte("SQLite")) }, store.ErrForeign},
	{"foreign tables", func(t *testing.T, _, db string) {
		writeFile(t, db, nil)
		tamper(t, db, `CREATE TABLE bookmarks (url TEXT)`)
	}, store.ErrForeign},
	{"foreign application", func(t *testing.T, _, db string) { tamper(t, db, `PRAGMA application_id = 7`) }, store.ErrForeign},
	{"newer", func(t *testing.T, _, db string) { tamper(t, db, `PRAGMA user_version = 1000`) }, store.ErrNewer},
	{"newer events", func(t *testing.T, _, db string) {
		tamper(t, db, `UPDATE events SET record = x'ff01' WHERE seq = 2001`)
	}, store.ErrNewer},
	{"cut off", func(t *testing.T, dir, db string) {
		data := readFile(t, dir, filepath.Base(db))
		writeFile(t, db, data[:len(data)/2])
	}, store.ErrDamaged},
	{"head overwritten", func(t *testing.T, dir, db string) {
		data := readFile(t, dir, filepath.Base(db))
		copy(data[18:100], bytes.Repeat([]byte{0xaa}, 82))
		writeFile(t, db, data)
	}, store.ErrDamaged},
	{"schema overwritten", func(t *testing.T, dir, db string) {
		data := readFile(t, dir, filepath.Base(db))
		copy(data[100:4096], bytes.Repeat([]byte{0xaa}, 3996))
		writeFile(t, db, data)
	}, store.ErrDamaged},
	{"table gone", func(t *testing.T, _, db string) { tamper(t, db, `DROP TABLE sent`) }, store.ErrDamaged},
	{"last record damaged", func(t *testing.T, _, db string) {
		tamper(t, db, `UPDATE events SET record = x'01010200' WHERE seq = 2001`)
	}, store.ErrDamaged},
}

func tamper(t *testing.T, db string, statements ...string) {
	t.Helper()
	if err := store.Exec(db, statements...); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsFoundAtTheStart(t *testing.T) {
	for _, c := range corruptions {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			filled(t, dir, 2000)
			c.do(t, dir, filepath.Join(dir, "hubbub.db"))
			s, err := store.Open(dir, store.Options{})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			t.Log(err)
			if !strings.Contains(err.Error(), dir) {
				t.Errorf("%q does not say which directory", err)
			}
		})
	}
}

// tailDamages are what a disk that lost what it had promised to keep can leave
// of the last events. They are looked for only after a crash.
var tailDamages = map[string]string{
	"event lost":          `DELETE FROM events WHERE seq = 1990`,
	"event of other room": `UPDATE events SET stream = 6 WHERE seq = 1990`,
	"record of another":   `UPDATE events SET record = (SELECT record FROM events WHERE seq = 1500) WHERE seq = 1990`,
	"member of no room":   `INSERT INTO members (room, user, joined) VALUES (99, 98, 97)`,
}

func TestDamageIsFoundAfterACrash(t *testing.T) {
	for name, statement := range tailDamages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			filled(t, dir, 2000)
			tamper(t, filepath.Join(dir, "hubbub.db"), statement)
			writeFile(t, filepath.Join(dir, "hubbub.db-wal"), nil) // as if nobody had closed it
			s, err := store.Open(dir, store.Options{})
			if err == nil {
				defer s.Close()
				_, _, err = s.Load(t.Context())
			}
			if !errors.Is(err, store.ErrDamaged) {
				t.Errorf("%v", err)
			}
			t.Log(err)
		})
	}
}

// Damage far from the end is met by whoever reads it. The server stops then;
// it must not take what is left for the whole.
func TestDamageFoundLaterIsTold(t *testing.T) {
	dir := t.TempDir()
	room := filled(t, dir, 2000)
	db := filepath.Join(dir, "hubbub.db")
	data := readFile(t, dir, "hubbub.db")
	at := bytes.Index(data, []byte("message 1000,"))
	copy(data[at&^4095:], bytes.Repeat([]byte{0xaa}, 4096))
	writeFile(t, db, data)
	s := openStore(t, dir)
	if _, err := s.Events(t.Context(), room, 0, 5000); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("events: %v", err)
	}
	if _, err := s.Messages(t.Context(), room, store.Range{Latest: true, Limit: 10}, 0); err != nil {
		t.Errorf("the last page: %v", err)
	}
	if _, err := s.Facts(t.Context(), []chat.Need{{Message: 1000}}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("facts: %v", err)
	}
}

// A server can be killed while it makes its database.
func TestCreationThatWasCutOffIsRepeated(t *testing.T) {
	for name, do := range map[string]func(db string) error{
		"empty file": func(db string) error { return os.WriteFile(db, nil, 0o600) },
		"no tables":  func(db string) error { return store.Exec(db, `PRAGMA journal_mode = WAL`) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := do(filepath.Join(dir, "hubbub.db")); err != nil {
				t.Fatal(err)
			}
			sc := newScript(t, openStore(t, dir))
			room := sc.room("#a")
			sc.say(room, "hello")
			sc.commit()
			if got := sc.texts(room); len(got) != 1 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, nil)
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		_, err := store.Open(dir, store.Options{})
		if !errors.Is(err, store.ErrNotWritable) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		return // whom no mode keeps out
	}
	locked := t.TempDir()
	if err := os.Chmod(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(locked, store.Options{}); !errors.Is(err, store.ErrNotWritable) {
		t.Errorf("read-only directory: %v", err)
	}
}
