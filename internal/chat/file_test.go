package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// file returns the n-th of the files that tests send.
func file(n byte) chat.File {
	return chat.File{
		ID: strings.Repeat("a", 25) + string('a'+rune(n)), Hash: strings.Repeat("0", 63) + string('0'+rune(n%10)),
		Name: fmt.Sprintf("picture %d.png", n), Type: "image/png", Size: 34_000, Width: 640, Height: 480,
	}
}

func TestCheckFiles(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(f *chat.File)
		note   string // of the refusal; none if it may be sent
	}{
		{"a picture", func(*chat.File) {}, ""},
		{"what is no picture", func(f *chat.File) { f.Type, f.Width, f.Height = "application/vnd.ms-excel", 0, 0 }, ""},
		{"nothing in it", func(f *chat.File) { f.Size = 0 }, ""},
		{"a name in any script", func(f *chat.File) { f.Name = "zażółć 👍.txt" }, ""},
		{"no id", func(f *chat.File) { f.ID = "" }, "26"},
		{"a long id", func(f *chat.File) { f.ID += "a" }, "26"},
		{"an id in capitals", func(f *chat.File) { f.ID = strings.ToUpper(f.ID) }, "base32"},
		{"an id that leads elsewhere", func(f *chat.File) { f.ID = "../../../../../../etc/pass" }, "base32"},
		{"no hash", func(f *chat.File) { f.Hash = "" }, "SHA-256"},
		{"half a hash", func(f *chat.File) { f.Hash = f.Hash[:40] }, "SHA-256"},
		{"a hash in capitals", func(f *chat.File) { f.Hash = strings.Repeat("A", 64) }, "SHA-256"},
		{"fewer bytes than none", func(f *chat.File) { f.Size = -1 }, "-1 bytes"},
		{"more bytes than there are", func(f *chat.File) { f.Size = chat.MaxFileSize + 1 }, "bytes"},
		{"no type", func(f *chat.File) { f.Type = "" }, "type"},
		{"half a type", func(f *chat.File) { f.Type = "image/" }, "type"},
		{"a type with a parameter", func(f *chat.File) { f.Type = "text/html; charset=utf-8" }, "type"},
		{"a type with a line break", func(f *chat.File) { f.Type = "text/html\r\nx" }, "type"},
		{"a type that begins like none", func(f *chat.File) { f.Type = "image/.png" }, "type"},
		{"a long type", func(f *chat.File) { f.Type = "image/" + strings.Repeat("x", chat.MaxFileType) }, "type"},
		{"a width alone", func(f *chat.File) { f.Height = 0 }, "width"},
		{"a height below none", func(f *chat.File) { f.Height = -1 }, "width"},
		{"a wide picture", func(f *chat.File) { f.Width = chat.MaxFileSide + 1 }, "width"},
		{"no name", func(f *chat.File) { f.Name = "" }, "name"},
		{"a name that can't be seen", func(f *chat.File) { f.Name = " \u200d" }, "name"},
		{"a long name", func(f *chat.File) { f.Name = strings.Repeat("x", chat.MaxFileName+1) }, "256 bytes"},
		{"a name of two lines", func(f *chat.File) { f.Name = "a\nb" }, "one plain line"},
		{"a name that reads otherwise", func(f *chat.File) { f.Name = "a\u202egnp.exe" }, "one plain line"},
		{"a name that is not UTF-8", func(f *chat.File) { f.Name = "\xff" }, "one plain line"},
		{"a name in a directory", func(f *chat.File) { f.Name = "../x" }, "directory"},
		{"a name in a directory of Windows", func(f *chat.File) { f.Name = `..\x` }, "directory"},
		{"a name that is a directory", func(f *chat.File) { f.Name = ".." }, "directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := file(1)
			c.change(&f)
			err := chat.CheckFiles([]chat.File{file(0), f})
			switch {
			case err == nil && c.note != "":
				t.Errorf("%+v may be sent", f)
			case err != nil && (c.note == "" || !strings.Contains(err.Text, c.note)):
				t.Errorf("%+v: %v, want %q in it", f, err, c.note)
			}
		})
	}
}

func TestSayWithFiles(t *testing.T) {
	say := func(files ...chat.File) chat.Command {
		return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "see", Files: files}
	}
	var many []chat.File
	for i := range byte(chat.MaxFiles + 1) {
		many = append(many, file(i))
	}
	runRules(t, []rule{
		{name: "a file", command: just(say(file(1))), events: []string{"message@1 bob text=see files=picture 1.png"}},
		{name: "as many as there can be", command: just(say(many[:chat.MaxFiles]...)),
			events: []string{"message@1 bob text=see files=picture 0.png,picture 1.png,picture 2.png,picture 3.png,picture 4.png,picture 5.png,picture 6.png,picture 7.png,picture 8.png,picture 9.png"}},
		{name: "one more", command: just(say(many...)), refused: chat.TooMany, note: "at most 10"},
		{name: "one twice", command: just(say(file(1), file(2), file(1))), refused: chat.Invalid, note: "twice"},
		{name: "what is no file", command: just(say(file(1), chat.File{})), refused: chat.Invalid, note: "base32"},
		{name: "without a text", command: func(*world) chat.Command {
			c := say(file(1))
			c.Text = ""
			return c
		}, refused: chat.Invalid, note: "nothing to say"},
		{name: "of another message", command: func(w *world) chat.Command {
			w.must(say(file(1), file(2)))
			c := say(file(2))
			c.By = alice
			return c
		}, refused: chat.Conflict, note: "picture 2.png is in another message"},
		{name: "of a message that was deleted", command: func(w *world) chat.Command {
			seq := w.must(say(file(1), file(2))).Seq
			w.must(chat.Command{By: bob, Op: chat.Delete, Target: seq})
			return say(file(2))
		}, events: []string{"message@1 bob text=see files=picture 2.png"}},
	})
}

// Where there is nothing but text, files are links after it.
func TestFilesAreShownAsLinks(t *testing.T) {
	odd := file(2)
	odd.Name, odd.Type, odd.Size = "ż b#?.txt", "text/plain", 1_234_567
	ev := chat.Event{Kind: chat.Message, Text: "see\nthere", Files: []chat.File{file(1), odd}}
	want := "see\nthere\n" +
		"picture 1.png (image/png, 34 kB) https://chat.example.org/files/" + file(1).ID + "/picture%201.png\n" +
		"ż b#?.txt (text/plain, 1.2 MB) https://chat.example.org/files/" + odd.ID + "/%C5%BC%20b%23%3F.txt"
	if got := ev.Shown("https://chat.example.org"); got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
	ev.Text = "see https://chat.example.org/files/" + file(1).ID + "/picture%201.png there"
	if got, want := ev.Shown("https://chat.example.org"), ev.Text+want[strings.LastIndex(want, "\n"):]; got != want {
		t.Errorf("with a link to one in the text, shown as %q, want %q", got, want)
	}
	if ev.Files = nil; ev.Shown("https://chat.example.org") != ev.Text {
		t.Errorf("without files, shown as %q", ev.Shown(""))
	}
}

func TestExtent(t *testing.T) {
	for size, want := range map[int64]string{
		0: "0 B", 1: "1 B", 999: "999 B", 1000: "1.0 kB", 1049: "1.0 kB", 9_949: "9.9 kB", 9_951: "10 kB", 34_000: "34 kB",
		999_400: "999 kB", 999_500: "1.0 MB", 1_500_000_000: "1.5 GB", 1 << 40: "1.1 TB",
	} {
		f := chat.File{Size: size}
		if got := f.Extent(); got != want {
			t.Errorf("%d bytes are %q, want %q", size, got, want)
		}
	}
}
