package files_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"hubbub/internal/files"
)

func TestThumbnailsFitAndKeepTheShape(t *testing.T) {
	for _, c := range []struct{ width, height, wantWidth, wantHeight int }{
		{720, 480, 720, 480},
		{10, 10, 10, 10},
		{1440, 960, 720, 480},
		{4000, 3000, 640, 480},
		{3000, 4000, 360, 480},
		{721, 100, 720, 99},
		{65535, 1, 720, 1},
		{1, 65535, 1, 480},
	} {
		if w, h := files.Fit(c.width, c.height, 720, 480); w != c.wantWidth || h != c.wantHeight {
			t.Errorf("%d × %d becomes %d × %d, want %d × %d", c.width, c.height, w, h, c.wantWidth, c.wantHeight)
		}
	}
}

func TestReducingAverages(t *testing.T) {
	src := image.NewGray(image.Rect(2, 3, 7, 6)) // 5 × 3
	for i := range src.Pix {
		src.Pix[i] = uint8(i * 10)
	}
	out := files.Reduce(src, src.Rect, 2)
	if out.Rect != image.Rect(0, 0, 3, 2) {
		t.Fatalf("it is %v now", out.Rect)
	}
	for i, want := range []uint8{(0 + 10 + 50 + 60) / 4, (20 + 30 + 70 + 80) / 4, (40 + 90) / 2, (100 + 110) / 2, (120 + 130) / 2, 140} {
		if got := out.Pix[4*i]; got != want {
			t.Errorf("pixel %d is %d, want %d", i, got, want)
		}
	}
	if beside := files.Reduce(src, image.Rect(0, 0, 8, 8), 4); beside.RGBAAt(1, 1).A == 255 || beside.RGBAAt(1, 0).A == 0 {
		t.Error("where there is no picture it is opaque, or the other way round")
	}
}

// For each orientation EXIF says what the first row and the first column are of
// the picture as it is shown.
func TestPicturesAreTurnedAsExifSays(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 3, 2))
	copy(src.Pix, "a...b...c...d...e...f...") // abc, def
	for orientation, want := range []string{1: "abc def", 2: "cba fed", 3: "fed cba", 4: "def abc", 5: "ad be cf", 6: "da eb fc", 7: "fc eb da", 8: "cf be ad"} {
		if orientation == 0 {
			continue
		}
		out := files.Turn(src, orientation)
		var got []byte
		for y := range out.Rect.Dy() {
			if y > 0 {
				got = append(got, ' ')
			}
			for x := range out.Rect.Dx() {
				got = append(got, out.Pix[out.PixOffset(x, y)])
			}
		}
		if string(got) != want {
			t.Errorf("orientation %d shows %q, want %q", orientation, got, want)
		}
	}
}

func TestLargePicturesGetThumbnails(t *testing.T) {
	turned := insert(encodeJPEG(t, gradient(1000, 600)), 2, segment(0xe1, "Exif\x00\x00"+string(exif(true, 6))))
	glass := gradient(900, 900)
	for i := 3; i < len(glass.Pix); i += 4 {
		glass.Pix[i] = 128
	}
	for _, c := range []struct {
		about         string
		data          []byte
		width, height int
		thumbnail     image.Point // 0, 0 for none
		mime          string
	}{
		{"a photo", encodeJPEG(t, gradient(1440, 960)), 1440, 960, image.Pt(720, 480), "image/jpeg"},
		{"a small photo", encodeJPEG(t, gradient(720, 480)), 720, 480, image.Point{}, ""},
		{"a photo that lies on its side", turned, 600, 1000, image.Pt(288, 480), "image/jpeg"},
		{"a drawing", encodePNG(t, gradient(2000, 200)), 2000, 200, image.Pt(720, 72), "image/jpeg"},
		{"a drawing on glass", encodePNG(t, glass), 900, 900, image.Pt(480, 480), "image/png"},
		{"an animation", encodeGIF(t, 2, 800, 500), 800, 500, image.Pt(720, 450), "image/jpeg"},
		{"a WebP", encodeWebP(1000, 1000, red), 1000, 1000, image.Pt(480, 480), "image/jpeg"},
		{"a WebP that moves", riff(append(extended(0x02, 1000, 1000), webpChunk("ANIM", make([]byte, 6))...)), 1000, 1000, image.Point{}, ""},
	} {
		s := open(t, files.Options{})
		up := put(t, s, c.data)
		if up.Width != c.width || up.Height != c.height || up.Thumbnail != (c.thumbnail.X > 0) {
			t.Errorf("%s: it is %d × %d, thumbnail %v", c.about, up.Width, up.Height, up.Thumbnail)
		}
		b, err := s.OpenBlob(up.Hash, true)
		if c.thumbnail.X == 0 {
			if err == nil {
				t.Errorf("%s: there is a thumbnail", c.about)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		cfg, _, err := image.DecodeConfig(b)
		if err != nil || b.Type != c.mime || image.Pt(cfg.Width, cfg.Height) != c.thumbnail {
			t.Errorf("%s: the thumbnail is a %s of %d × %d, %v", c.about, b.Type, cfg.Width, cfg.Height, err)
		}
		b.Close()
	}
}

func TestAThumbnailShowsThePictureTheRightWayUp(t *testing.T) {
	// Red at the left. Turned to the right, that is on top.
	img := image.NewNRGBA(image.Rect(0, 0, 1000, 800))
	for y := range 800 {
		for x := range 1000 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(200 * (1 - x/500)), 0, uint8(200 * (x / 500)), 255})
		}
	}
	s := open(t, files.Options{})
	up := put(t, s, insert(encodeJPEG(t, img), 2, segment(0xe1, "Exif\x00\x00"+string(exif(false, 6)))))
	b, err := s.OpenBlob(up.Hash, true)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	small, err := jpeg.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	middle := small.Bounds().Dx() / 2
	top, _, _, _ := small.At(middle, 10).RGBA()
	bottom, _, _, _ := small.At(middle, small.Bounds().Dy()-10).RGBA()
	if top>>8 < 150 || bottom>>8 > 50 {
		t.Errorf("the red is %d on top and %d at the bottom", top>>8, bottom>>8)
	}
}

// A few bytes can claim to be a picture that fills the memory.
func TestHugeAndBrokenPicturesAreFilesLikeAnyOther(t *testing.T) {
	photo, drawing := encodeJPEG(t, gradient(900, 900)), encodePNG(t, gradient(900, 900))
	huge := insert(drawing[:pngHead], 8, pngChunk("IHDR", "\x00\x01\x00\x00\x00\x01\x00\x00\x08\x02\x00\x00\x00"))
	film := encodeGIF(t, 1, 20, 10)
	wide := bytes.Clone(film)
	copy(wide[6:], "\xff\xff\xff\xff")
	for about, data := range map[string][]byte{
		"a photo that is cut":        photo[:len(photo)/2],
		"a photo that is its head":   photo[:20],
		"a drawing that is cut":      drawing[:len(drawing)/2],
		"a drawing of 65536 × 65536": huge,
		"a WebP of 16384 × 16384":    encodeWebP(16384, 16384, red),
		"a WebP that is cut":         encodeWebP(20, 20, red)[:24],
		"a GIF that is cut":          film[:len(film)-12],
		"a GIF of 65535 × 65535":     wide,
		"a WebP within another":      riff(append(extended(0, 20, 20), encodeWebP(16000, 16000, red)[12:]...)),
	} {
		s := open(t, files.Options{})
		up := put(t, s, data)
		if up.Width != 0 || up.Height != 0 || up.Thumbnail || up.Type != "application/octet-stream" {
			t.Errorf("%s: %+v", about, up)
		}
	}
}

func TestAPictureThatIsCutLosesItsMetadataToo(t *testing.T) {
	s := open(t, files.Options{})
	photo := insert(encodeJPEG(t, gradient(900, 900)), 2, segment(0xe1, "Exif\x00\x00"+string(exif(false, 6))))
	up := put(t, s, photo[:len(photo)/2])
	if content := read(t, s, up.Hash); bytes.Contains(content, []byte(secret)) || len(content) < len(photo)/3 {
		t.Errorf("%d bytes are kept, of %d, maybe with the secret", len(content), len(photo)/2)
	}
}

func TestWaitingForAPictureEndsWithItsContext(t *testing.T) {
	s := open(t, files.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	data := encodePNG(t, gradient(30, 30))
	_, err := s.Put(ctx, &lastly{bytes.NewReader(data), cancel}, "a.png", 1)
	if err == nil {
		t.Error("the upload succeeded although its context had ended")
	}
	if n, _ := s.PendingBytes(1); n != 0 {
		t.Error("it is pending")
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Fatal(err) // or it would have failed anyway
	}
}
