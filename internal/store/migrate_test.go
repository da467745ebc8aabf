package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

func openWith(t *testing.T, dir string, o store.Options, steps ...string) *store.Store {
	t.Helper()
	s, err := store.OpenWith(dir, o, steps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// extra are steps after those of this program, as a later one may have.
var extra = []string{
	`ALTER TABLE rooms ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'`,
	`CREATE TABLE drafts (user INTEGER PRIMARY KEY, text TEXT NOT NULL);
	 UPDATE rooms SET colour = 'blue';`,
}

// presentBackup is the name of the backup of a database of this program.
func presentBackup() string { return fmt.Sprintf("hubbub-version-%d.db", len(store.Steps())) }

func TestOlderDatabaseIsBackedUpAndMigrated(t *testing.T) {
	dir := t.TempDir()
	room := filled(t, dir, 500)
	var log bytes.Buffer
	options := store.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	newer := append(store.Steps(), extra...)
	s := openWith(t, dir, options, newer...)
	epoch := s.Epoch()
	if page, err := s.Messages(t.Context(), room, store.Range{Latest: true, Limit: 1000}, 0); err != nil || len(page) != 500 {
		t.Fatalf("%d messages, %v", len(page), err)
	}
	if found, err := s.IntegrityCheck(); err != nil || found != "ok" {
		t.Errorf("%s, %v", found, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "backed up") || !strings.Contains(log.String(), fmt.Sprintf("version=%d", len(newer))) {
		t.Errorf("the log does not tell: %s", &log)
	}
	tamper(t, filepath.Join(dir, "hubbub.db"), `SELECT colour FROM rooms, drafts`)

	// The backup is what this program can still read.
	_, err := store.Open(dir, store.Options{})
	if !errors.Is(err, store.ErrNewer) {
		t.Fatalf("this program opens a newer database: %v", err)
	}
	old := t.TempDir()
	backup := readFile(t, dir, presentBackup())
	writeFile(t, filepath.Join(old, "hubbub.db"), backup)
	restored := openStore(t, old)
	if page, err := restored.Messages(t.Context(), room, store.Range{Latest: true, Limit: 1000}, 0); err != nil || len(page) != 500 || len(restored.Epoch()) < 20 || restored.Epoch() == epoch {
		t.Errorf("from the backup: %d messages, epoch %q, %v", len(page), restored.Epoch(), err)
	}
}

// A migration that fails leaves the database as it was, and the backup.
func TestFailedMigrationChangesNothing(t *testing.T) {
	dir := t.TempDir()
	room := filled(t, dir, 10)
	broken := append(store.Steps(), extra[0]+`; UPDATE rooms SET shade = 1`)
	if _, err := store.OpenWith(dir, store.Options{}, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("version %d", len(broken))) {
		t.Fatalf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, presentBackup())); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.partial")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	s := openStore(t, dir)
	if page, err := s.Messages(t.Context(), room, store.Range{Latest: true, Limit: 1000}, 0); err != nil || len(page) != 10 {
		t.Errorf("%d messages, %v", len(page), err)
	}
}

// firstOnly makes a database of version 1.
func firstOnly(t *testing.T, statements ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openWith(t, dir, store.Options{}, store.Steps()[:1]...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tamper(t, filepath.Join(dir, "hubbub.db"), statements...)
	return dir
}

// In version 1 a moderator was rank 1 and an owner rank 2, and all rooms that were
// not private were open.
func TestRoomsOfVersion1AreKept(t *testing.T) {
	dir := firstOnly(t,
		`INSERT INTO rooms (id, name, topic, flags, archived, creator, slow) VALUES (1, '#lobby', '', 0, 0, 0, 0)`,
		`INSERT INTO standings (room, user, rank, muted, muted_until, banned, banned_until) VALUES (1, 7, 1, 0, 0, 0, 0), (1, 8, 2, 0, 0, 0, 0), (1, 9, 0, 1, 0, 0, 0)`)
	snap, _, err := openStore(t, dir).Load(t.Context())
	if err != nil || len(snap.Rooms) != 1 {
		t.Fatalf("%+v, %v", snap, err)
	}
	for id, want := range map[chat.UserID]chat.Rank{7: chat.ModeratorRank, 8: chat.OwnerRank, 9: chat.PlainRank} {
		if got := snap.Rooms[0].Standing(id).Rank; got != want {
			t.Errorf("user %d: %v, want %v", id, got, want)
		}
	}
	if r := &snap.Rooms[0]; r.Name != "#lobby" || r.Key != "" || r.Limit != 0 || len(r.Masks) > 0 {
		t.Errorf("it takes something to come into %+v", r)
	}
}
