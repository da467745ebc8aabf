package store_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// file makes up a file. There are so few that many are in two messages, and more
// that have the same bytes.
func (m *model) file() chat.File {
	n := m.rng.IntN(600)
	f := chat.File{
		ID: strings.Repeat("a", 24) + string([]byte{'a' + byte(n/26), 'a' + byte(n%26)}), Hash: fmt.Sprintf("%064x", n/3),
		Name: fmt.Sprintf("file %d.bin", n), Type: "application/octet-stream", Size: int64(n) * 1000,
	}
	if n%2 == 0 {
		f.Type, f.Width, f.Height = "image/png", n+1, n+2
	}
	return f
}

// checkFiles compares what is known of the files of messages that there are.
func (m *model) checkFiles() {
	m.t.Helper()
	files, hashes, sizes := map[string]store.File{}, map[string]bool{}, map[chat.UserID]int64{}
	for _, ev := range m.events {
		for _, f := range ev.Files {
			if ev.Kind == chat.PropertySet {
				continue // until it is replaced: see below
			}
			files[f.ID] = store.File{File: f, By: ev.By, Message: ev.Seq}
			hashes[f.Hash] = true
			sizes[ev.By] += f.Size
		}
		if ev.Kind == chat.Previewed && ev.Text != "" { // else it was erased
			if p, _ := chat.ParsePreview(ev.Text); p.Image != nil {
				files[p.Image.ID] = store.File{File: *p.Image, Message: ev.Target}
				hashes[p.Image.Hash] = true
			}
		}
	}
	for key, f := range m.pictures {
		files[f.ID], hashes[f.Hash] = f, true
		sizes[chat.UserID(key.Owner)] += f.Size
	}
	for range 20 {
		f := m.file()
		want, there := files[f.ID]
		if got, ok, err := m.store.File(m.t.Context(), f.ID); err != nil || ok != there || got != want {
			m.t.Fatalf("file %s: %+v, %t, %v; want %+v, %t", f.ID, got, ok, err, want, there)
		}
		if kept, err := m.store.HashKept(m.t.Context(), f.Hash); err != nil || kept != hashes[f.Hash] {
			m.t.Fatalf("hash %s is kept: %t, %v; want %t", f.Hash, kept, err, hashes[f.Hash])
		}
	}
	for _, user := range m.state.Users() {
		if size, err := m.store.FileBytes(m.t.Context(), user); err != nil || size != sizes[user] {
			m.t.Fatalf("the files of %d take %d, %v; want %d", user, size, err, sizes[user])
		}
	}
}

// A message's files go with it: nothing of their names is left in any file.
func TestFilesAreErasedWithTheirMessage(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#a")
	f := chat.File{
		ID: "secretsecretsecretsecretse", Hash: strings.Repeat("5ec4e7", 11)[:64], Name: "secret-plan.pdf", Type: "application/pdf", Size: 5,
	}
	seq := sc.add(chat.Event{Kind: chat.Message, Room: room, By: 7, Nick: "ann", Text: "see", Files: []chat.File{f}})
	sc.commit()
	if m, ok, err := sc.store.Message(t.Context(), seq, 0); err != nil || !ok || len(m.Files) != 1 || m.Files[0] != f {
		t.Fatalf("%+v, %t, %v", m, ok, err)
	}
	traces := []string{f.ID, f.Name}
	if found := leaks(t, dir, traces); len(found) < len(traces) {
		t.Fatalf("the file can't be seen at all: %q", found)
	}
	sc.remove(room, seq)
	sc.commit()
	if _, ok, err := sc.store.File(t.Context(), f.ID); ok || err != nil {
		t.Errorf("the file is still there, %v", err)
	}
	if kept, err := sc.store.HashKept(t.Context(), f.Hash); kept || err != nil {
		t.Errorf("its bytes are to be kept, %v", err)
	}
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	if found := leaks(t, dir, traces); len(found) > 0 {
		t.Errorf("still there: %q", found)
	}
}

// A picture of somebody is kept until there is another one, or none.
func TestPictureIsKeptUntilItIsReplaced(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	picture := func(n byte) chat.File {
		return chat.File{ID: strings.Repeat("a", 25) + string('a'+rune(n)), Hash: fmt.Sprintf("%064x", n), Name: "me.jpg", Type: "image/jpeg", Size: 7, Width: 160, Height: 160}
	}
	ann := chat.UserID(7)
	set := func(files ...chat.File) {
		ev := chat.Event{Kind: chat.PropertySet, Room: ann.Inbox(), By: ann, Nick: "ann", User: ann, Name: chat.PictureKey, Files: files}
		if len(files) > 0 {
			ev.Text = files[0].Path()
		}
		sc.add(ev)
		sc.commit()
	}
	check := func(n byte, want bool) {
		t.Helper()
		f, ok, err := sc.store.File(t.Context(), picture(n).ID)
		if err != nil || ok != want || ok && (f.File != picture(n) || f.By != ann) {
			t.Errorf("picture %d: %+v, %t, %v", n, f, ok, err)
		}
		if kept, err := sc.store.HashKept(t.Context(), picture(n).Hash); err != nil || kept != want {
			t.Errorf("the bytes of picture %d are kept: %t, %v", n, kept, err)
		}
	}
	set(picture(1))
	check(1, true)
	set(picture(2))
	check(1, false)
	check(2, true)
	set()
	check(2, false)
}
