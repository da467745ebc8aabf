package files_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"testing"

	"hubbub/internal/files"
)

// Whatever a picture is, what is kept of it is a small square out of its middle.
func TestPortraitIsASmallSquare(t *testing.T) {
	glass := gradient(300, 900)
	for i := 3; i < len(glass.Pix); i += 4 {
		glass.Pix[i] = 128
	}
	for _, c := range []struct {
		about string
		data  []byte
		mime  string
	}{
		{"a photo", encodeJPEG(t, gradient(1440, 960)), "image/jpeg"},
		{"a tall drawing on glass", encodePNG(t, glass), "image/png"},
		{"an icon", encodePNG(t, gradient(16, 16)), "image/jpeg"},
		{"a point", encodePNG(t, gradient(1, 1)), "image/jpeg"},
		{"a strip", encodePNG(t, gradient(1, 2000)), "image/jpeg"},
		{"an animation", encodeGIF(t, 2, 800, 500), "image/jpeg"},
		{"a WebP", encodeWebP(1000, 600, red), "image/jpeg"},
	} {
		s := open(t, files.Options{})
		up, err := s.PutPortrait(context.Background(), bytes.NewReader(c.data), 1)
		if err != nil {
			t.Errorf("%s: %v", c.about, err)
			continue
		}
		if up.Width != files.PortraitSide || up.Height != files.PortraitSide || up.Type != c.mime || up.By != 1 || up.Size > 40_000 {
			t.Errorf("%s: it is %+v", c.about, up)
		}
		if got, err := s.Pending(up.ID, 1); err != nil || got != up {
			t.Errorf("%s: pending is %+v, %v", c.about, got, err)
		}
	}
}

// The middle is kept, the right way up, and nothing of what else was in the file.
func TestPortraitIsTheMiddleTheRightWayUp(t *testing.T) {
	// A red and a blue square between green. Turned to the right, red is on top.
	img := image.NewNRGBA(image.Rect(0, 0, 900, 300))
	for y := range 300 {
		for x := range 900 {
			c := color.NRGBA{0, 255, 0, 255}
			if x >= 300 && x < 450 {
				c = color.NRGBA{255, 0, 0, 255}
			} else if x >= 450 && x < 600 {
				c = color.NRGBA{0, 0, 255, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	s := open(t, files.Options{})
	data := insert(encodeJPEG(t, img), 2, segment(0xe1, "Exif\x00\x00"+string(exif(false, 6))), segment(0xfe, "taken at home"))
	up, err := s.PutPortrait(context.Background(), bytes.NewReader(data), 1)
	if err != nil {
		t.Fatal(err)
	}
	kept := read(t, s, up.Hash)
	if bytes.Contains(kept, []byte("Exif")) || bytes.Contains(kept, []byte("home")) {
		t.Error("what the file told is kept")
	}
	small, _, err := image.Decode(bytes.NewReader(kept))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		y    int
		what string
	}{{20, "red"}, {140, "blue"}} {
		r, g, b, _ := small.At(80, at.y).RGBA()
		got := map[bool]string{r > 0xc000 && g < 0x4000: "red", b > 0xc000 && g < 0x4000: "blue"}[true]
		if got != at.what {
			t.Errorf("at %d it is %x %x %x, want %s", at.y, r, g, b, at.what)
		}
	}
}

func TestWhatIsNoPictureMakesNoPortrait(t *testing.T) {
	moving := riff(append(extended(0x02, 1000, 1000), webpChunk("ANIM", make([]byte, 6))...))
	for about, data := range map[string][]byte{
		"a text": []byte("hello"), "a page": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "half a photo": encodeJPEG(t, gradient(400, 400))[:200], "a WebP that moves": moving,
	} {
		s := open(t, files.Options{})
		if _, err := s.PutPortrait(context.Background(), bytes.NewReader(data), 1); !errors.Is(err, files.ErrPicture) {
			t.Errorf("%s: %v", about, err)
		}
	}
	s := open(t, files.Options{MaxBytes: 1000})
	if _, err := s.PutPortrait(context.Background(), endless{}, 1); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("what does not end: %v", err)
	}
}
