package tui

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// banner is a picture: red above, white below, and transparent at the right.
func banner(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width - width/4 {
			p.SetNRGBA(x, y, color.NRGBA{R: 220, G: 20, B: 60, A: 255})
			if y < height/2 {
				p.SetNRGBA(x, y, color.NRGBA{R: 255, G: 255, B: 255, A: 255})
			}
		}
	}
	return p
}

func pngOf(t testing.TB, p image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gallery is a chat of messages that have a picture each.
func gallery(t testing.TB, n int) *fake {
	f := longFake(n)
	for i := range f.entries[lobby] {
		e := &f.entries[lobby][i]
		e.Kind, e.Text = chat.Message, fmt.Sprintf("message %d.", i+1)
		e.Files = []File{{ID: fmt.Sprint(i), Name: fmt.Sprint(i+1, ".png"), Type: "image/png", Size: 34000, URL: fmt.Sprintf("https://example.org/f/%d", i), Width: 8, Height: 8}}
	}
	f.picture = pngOf(t, banner(8, 8))
	return f
}

func TestPicturesAreShownOnlyToWhoWantsThem(t *testing.T) {
	use(t, gallery(t, 1), 75, 20, Options{}, func(u *user) {
		u.sees("+ 1.png (33 kB) [1] https://example.org/f/0")
		u.misses("▀")
		if len(u.f.fetched) != 0 {
			t.Errorf("read: %q", u.f.fetched)
		}
		u.press("/set pictures auto{enter}")
		u.sees("+ 1.png (33 kB) [1] https://example.org/f/0")
		u.sees("▀▀▀▀▀▀")
		if got := strings.Count(u.screen(), "▀"); got != 6*4 {
			t.Errorf("%d cells of 24:\n%s", got, u.screen())
		}
		u.press("/theme none{enter}")
		u.misses("▀")
		u.press("/theme dark{enter}/set pictures off{enter}")
		u.misses("▀")
	})
}

func TestOnlyPicturesThatAreSeenAreRead(t *testing.T) {
	use(t, gallery(t, 100), 80, 24, Options{Pictures: Blocks}, func(u *user) {
		if n := len(u.f.fetched); n < 3 || n > 12 || !slices.Contains(u.f.fetched[:2], "100.png") {
			t.Errorf("read: %q", u.f.fetched)
		}
		for range 100 {
			u.press("{pgup}")
			if n := len(u.m.album.held); n > maxPictures {
				t.Fatalf("%d pictures are held", n)
			}
		}
		u.sees("message 1.")
		u.sees("▀")
		n := len(u.f.fetched)
		u.press("{pgdown}{pgup}{pgdown}{pgup}")
		if got := len(u.f.fetched); got != n {
			t.Errorf("%d pictures were read twice", got-n)
		}
	})
}

// Who shares the places waits for one.
func TestPicturesAreReadAsThereIsAPlace(t *testing.T) {
	use(t, gallery(t, 3), 80, 24, Options{}, func(u *user) {
		places := make(chan struct{}, 1)
		places <- struct{}{} // somebody else's
		u.m.options.Decoding = places
		u.press("/set pictures blocks{enter}")
		if len(u.f.fetched) != 0 {
			t.Errorf("read: %q", u.f.fetched)
		}
		u.misses("▀")
		<-places
		u.settle()
		if len(u.f.fetched) != 3 || len(places) != 0 {
			t.Errorf("read: %q, and %d places are held", u.f.fetched, len(places))
		}
		u.sees("▀")
	})
}

func TestPlaceIsKeptForAPicture(t *testing.T) {
	f := gallery(t, 2)
	f.fail = errDown
	use(t, f, 60, 20, Options{Pictures: Blocks}, func(u *user) {
		u.misses("▀")
		u.sees("+ 2.png (33 kB)")
		read := len(u.f.fetched)
		u.press("xyz")
		if got := len(u.f.fetched); got != read {
			t.Errorf("it is tried again and again: %d", got)
		}
		u.f.fail = nil
		u.bring(Connection{Online: false}, Connection{Online: true})
		u.sees("▀")
	})
	m := New(t.Context(), f, Options{Pictures: Blocks})
	m.Update(tea.WindowSizeMsg{Width: 60, Height: 20})
	if rows := m.pictureRows(&f.entries[lobby][0].Files[0], 40, 2); len(rows) != 4 {
		t.Errorf("%d rows are kept free", len(rows))
	}
}

func TestKittyIsGivenPicturesOnce(t *testing.T) {
	use(t, gallery(t, 60), 80, 30, Options{Pictures: AutoPictures, Graphics: Graphics{Kitty: true}}, func(u *user) {
		u.sees("\U0010EEEE\u0305\u0305\U0010EEEE\u0305\u030d")
		u.misses("▀")
		given := map[string]bool{}
		check := func() {
			for _, raw := range u.raw {
				if strings.Contains(raw, "a=T,") {
					head, _, _ := strings.Cut(raw, ";")
					given[head] = true
					if !strings.HasPrefix(raw, "\x1b_Ga=T,U=1,q=2,f=100,i=") || !strings.HasSuffix(raw, "\x1b\\") {
						t.Errorf("written: %.80q", raw)
					}
				}
			}
		}
		for range 60 {
			u.press("{pgup}")
		}
		check()
		if len(given) > maxPictures || len(given) < 30 {
			t.Errorf("%d numbers are used", len(given))
		}
		if !strings.Contains(strings.Join(u.raw, ""), "\x1b_Ga=d,d=I,i=16,q=2\x1b\\") {
			t.Error("no picture is taken back")
		}
	})
}

func TestAPictureReachesKittyWhole(t *testing.T) {
	thumb, err := thumbnailOf(pngOf(t, noise(350, 200)), true)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(thumb.png)
	var data strings.Builder
	for i, part := range strings.Split(strings.TrimSuffix(thumb.handOver(7), "\x1b\\"), "\x1b\\") {
		control, chunk, _ := strings.Cut(strings.TrimPrefix(part, "\x1b_G"), ";")
		if first := i == 0; first != strings.Contains(control, "i=7,c=35,r=10,") || len(chunk) > 4096 {
			t.Errorf("part %d: %q with %d bytes", i, control, len(chunk))
		}
		data.WriteString(chunk)
	}
	if got, err := base64.StdEncoding.DecodeString(data.String()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d arrive: %v", len(got), len(want), err)
	}
}

// noise is a picture that does not get smaller by compressing it.
func noise(width, height int) *image.NRGBA {
	p, v := banner(width, height), uint32(1)
	for i := range p.Pix {
		v = v*1664525 + 1013904223
		p.Pix[i] = uint8(v>>24)&0x3f | 0xc0
	}
	return p
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, banner(20, 10), nil); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&g, banner(20, 10), nil); err != nil {
		t.Fatal(err)
	}
	small := pngOf(t, banner(20, 10))
	for name, c := range map[string]struct {
		data []byte
		ok   bool
	}{
		"PNG": {small, true}, "JPEG": {j.Bytes(), true}, "GIF": {g.Bytes(), true},
		"nothing": {nil, false}, "text": {[]byte("hello"), false}, "half": {small[:len(small)/2], false}, "a head": {small[:8], false},
		"many pixels": {pngOf(t, image.NewGray(image.Rect(0, 0, 2000, 600))), false}, "RIFF": {[]byte("RIFFxxxxWAVE"), false},
		"many scans": {append(bytes.Clone(j.Bytes()[:j.Len()-2]), bytes.Repeat([]byte(jpegScan+"\x00\x08\x01\x01\x00\x00\x3f\x00"), 1000)...), false},
		"many bytes": {append(bytes.Clone(small), make([]byte, MaxPicture)...), false},
	} {
		if thumb, err := thumbnailOf(c.data, false); (err == nil) != c.ok || c.ok && (thumb.columns != 20 || thumb.rows != 5) {
			t.Errorf("%s: %v, %v", name, thumb, err)
		}
	}
}

func TestPicturesFit(t *testing.T) {
	for _, c := range [][4]int{{8, 8, 8, 4}, {1, 1, 1, 1}, {720, 480, 30, 10}, {1000, 10, 40, 1}, {10, 1000, 1, 10}, {100, 100, 20, 10}, {1 << 30, 1, 40, 1}, {1, 1 << 30, 1, 10}, {0, 5, 0, 0}, {-1, 5, 0, 0}, {41, 20, 40, 10}} {
		if columns, rows := cellsFor(c[0], c[1]); columns != c[2] || rows != c[3] {
			t.Errorf("%dx%d takes %dx%d cells, not %dx%d", c[0], c[1], columns, rows, c[2], c[3])
		}
	}
	thumb, err := thumbnailOf(pngOf(t, banner(720, 480)), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range []int{2, 7, 29, 30, 31} {
		n := thumb.within(cells, 10)
		for _, r := range n.blockRows(3, cells%2 == 0) {
			if got := width(strip(r.text)); got != r.width || got != 3+min(cells, 30) {
				t.Errorf("in %d cells a row has %d, and says %d", cells, got, r.width)
			}
		}
	}
}

func TestNearestColours(t *testing.T) {
	for _, c := range []struct {
		r, g, b uint8
		want    int
	}{{0, 0, 0, 16}, {255, 255, 255, 231}, {255, 0, 0, 196}, {95, 135, 175, 67}, {128, 128, 128, 244}, {8, 8, 8, 232}, {250, 250, 250, 231}, {0, 0, 95, 17}} {
		if got := nearest(color.NRGBA{c.r, c.g, c.b, 255}); got != c.want {
			t.Errorf("%d,%d,%d is %d, not %d", c.r, c.g, c.b, got, c.want)
		}
	}
}

func TestWhatATerminalCanShow(t *testing.T) {
	for _, c := range []struct {
		term, program, colorterm string
		want                     Graphics
	}{
		{"xterm-kitty", "", "", Graphics{true, true}}, {"xterm-ghostty", "", "", Graphics{true, true}}, {"xterm-256color", "ghostty", "truecolor", Graphics{true, true}},
		{"xterm-256color", "", "", Graphics{}}, {"xterm-256color", "iTerm.app", "truecolor", Graphics{true, false}},
		{"tmux-256color", "ghostty", "truecolor", Graphics{true, false}}, {"screen", "", "", Graphics{}},
	} {
		if got := GraphicsFor(c.term, c.program, c.colorterm); got != c.want {
			t.Errorf("%s, %s, %s: %+v", c.term, c.program, c.colorterm, got)
		}
	}
}

func TestAFileOpensByNumberOrWithO(t *testing.T) {
	var opened []string
	open := func(url string) error { opened = append(opened, url); return nil }
	use(t, gallery(t, 2), 60, 20, Options{Open: open}, func(u *user) {
		u.press("{alt+up}o/open 1{enter}")
	})
	if want := "[https://example.org/f/1 https://example.org/f/0]"; fmt.Sprint(opened) != want {
		t.Errorf("opened %v, want %s", opened, want)
	}
}

// FuzzThumbnail makes thumbnails of anything, which fit.
func FuzzThumbnail(f *testing.F) {
	f.Add(pngOf(f, banner(20, 10)))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		thumb, err := thumbnailOf(data, false)
		if err != nil {
			return
		}
		for _, r := range thumb.within(17, 4).blockRows(1, true) {
			if got := width(strip(r.text)); got != r.width || got > 18 {
				t.Errorf("a row has %d cells, and says %d", got, r.width)
			}
		}
	})
}

// What needs no rows, as pictures that can't be shown, is no way to have any number of
// them read, or the same ones again and again.
func TestMorePicturesThanAreHeldAreNotRead(t *testing.T) {
	f := gallery(t, 80)
	for i := range f.entries[lobby] {
		f.entries[lobby][i].Files[0].Width = 0 // which is not known
	}
	f.picture = []byte("no picture")
	use(t, f, 80, 190, Options{Pictures: Blocks}, func(u *user) {
		u.press("xyz")
		if read, held := len(u.f.fetched), len(u.m.album.held); read != maxPictures || held != maxPictures {
			t.Errorf("%d were read and %d are held, not %d", read, held, maxPictures)
		}
	})
}

func TestAPictureThatWasReadForAnotherWayIsNotShown(t *testing.T) {
	m := New(t.Context(), gallery(t, 1), Options{Pictures: Blocks})
	f := File{ID: "1", Type: "image/png"}
	old := m.readPicture(f)().(pictureMsg)
	m.closeAlbum()
	now := m.readPicture(f)
	m.gotPicture(old)
	if m.album.held[f.key()].ready {
		t.Error("what was read before is shown")
	}
	m.gotPicture(now().(pictureMsg))
	if p := m.album.held[f.key()]; !p.ready || p.thumbnail == nil || m.album.reading != 0 {
		t.Errorf("%+v is held, and %d are being read", p, m.album.reading)
	}
}
