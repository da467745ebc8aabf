package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// hubbub runs the program as its own process would, and returns what it said.
func hubbub(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(context.Background(), args, strings.NewReader(""), &out, &out)
	return out.String(), err
}

// fill makes a directory with a log of one room and returns its epoch.
func fill(t *testing.T, dir string) string {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := chat.Command{Op: chat.CreateRoom, Name: chat.Lobby, Time: 1}
	events, out := chat.NewState().Apply(&c, chat.NewFacts(), nil)
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	if err := s.Commit(1, events); err != nil {
		t.Fatal(err)
	}
	return s.Epoch()
}

func TestBackupIsRestoredUnderANewEpoch(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	before := fill(t, data)
	if out, err := hubbub(t, "backup", file, "--data", data); err != nil || !strings.Contains(out, "of length 1") {
		t.Fatalf("backup: %v, %q", err, out)
	}
	if _, err := hubbub(t, "backup", "--data", data, file); !errors.Is(err, store.ErrExists) {
		t.Errorf("backup over a file: %v", err)
	}
	if _, err := hubbub(t, "restore", "--data", data, file); !errors.Is(err, store.ErrExists) {
		t.Errorf("restore over a database: %v", err)
	}
	if out, err := hubbub(t, "restore", "--data", data, "--replace", file); err != nil || !strings.Contains(out, "is kept as") {
		t.Fatalf("restore: %v, %q", err, out)
	}
	s, err := store.Open(data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Epoch() == before {
		t.Error("the epoch is what it was before")
	}
}

func TestRestoreOfNothingSaysSo(t *testing.T) {
	_, err := hubbub(t, "restore", "--data", t.TempDir(), filepath.Join(t.TempDir(), "none"))
	if code := exitCode(err, &bytes.Buffer{}); !errors.Is(err, store.ErrMissing) || code != exitUsage {
		t.Errorf("%v, exit code %d", err, code)
	}
}

func TestFlagsMayFollowArguments(t *testing.T) {
	for _, args := range [][]string{
		{"--name", "x", "a", "b"}, {"a", "--name", "x", "b"}, {"a", "b", "--name=x"},
	} {
		flags := flag.NewFlagSet("test", flag.ContinueOnError)
		name := flags.String("name", "", "")
		if err := parseMixed(flags, args); err != nil || *name != "x" || strings.Join(flags.Args(), " ") != "a b" {
			t.Errorf("%q: %v, %q, %q", args, err, *name, flags.Args())
		}
	}
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	if err := parseMixed(flags, []string{"a", "--", "-b"}); err != nil || strings.Join(flags.Args(), " ") != "a -b" {
		t.Errorf("%v, %q", err, flags.Args())
	}
}

func TestUnknownCommandIsAUsageError(t *testing.T) {
	_, err := hubbub(t, "sreve")
	var out bytes.Buffer
	if code := exitCode(err, &out); code != exitUsage || !strings.Contains(out.String(), "hubbub help") {
		t.Errorf("exit code %d, %q", code, &out)
	}
	if _, err := os.Stat("sreve"); err == nil {
		t.Error("it made a file")
	}
}
