package fullscreen_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/files"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/tui"
)

// said has somebody say a file, and returns it as screens have it.
func (u *user) said(store *files.Store, name string, content []byte) tui.File {
	u.Helper()
	up, err := store.Put(u.Context(), bytes.NewReader(content), name, uint64(u.Hub().User()))
	if err != nil {
		u.Fatal(err)
	}
	u.do(chat.Command{Op: chat.Say, Room: u.lobby, Text: "look", Files: []chat.File{up.File()}})
	posted := of[tui.Posted](u.drain())
	if len(posted) != 1 || len(posted[0].Entry.Files) != 1 || posted[0].Entry.Deleted {
		u.Fatalf("posted is %+v", posted)
	}
	return posted[0].Entry.Files[0]
}

func TestPicturesAreRead(t *testing.T) {
	in(t, func(w *world) {
		store, err := files.Open(w.TempDir(), files.Options{})
		if err != nil {
			w.Fatal(err)
		}
		w.gateway = fullscreen.New(fullscreen.Config{Hub: w.hub, URL: "https://chat.example.org", Files: store})
		ann := w.user("ann")
		defer ann.Close(true)
		ann.drain()
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 600))); err != nil {
			w.Fatal(err)
		}
		f := ann.said(store, "cake.png", picture.Bytes())
		if f.Name != "cake.png" || f.Type != "image/png" || f.Width != 800 || !strings.HasPrefix(f.URL, "https://chat.example.org/files/") {
			t.Errorf("it is %+v", f)
		}
		got, err := ann.Picture(w.Context(), f)
		if err != nil {
			w.Fatal(err)
		}
		if _, _, err := image.DecodeConfig(bytes.NewReader(got)); err != nil || len(got) > tui.MaxPicture {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, err := ann.Picture(w.Context(), ann.said(store, "notes.txt", []byte("no picture\n"))); err == nil {
			t.Error("a text is a picture")
		}
		if _, err := ann.Picture(w.Context(), tui.File{ID: "nothing"}); err == nil {
			t.Error("there is a picture of nothing")
		}
	})
}
