package files_test

import (
	"bytes"
	"image/color"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"

	"hubbub/internal/files"
)

var red = color.NRGBA{200, 10, 10, 255}

// pngHead is where the first chunk of a PNG ends.
const pngHead = 8 + 25

// sample is a picture with metadata.
type sample struct {
	about, mime string
	data        []byte
	orientation int      // that stays
	kept        []string // that stay
}

func samples(t testing.TB) []sample {
	photo, drawing, film := encodeJPEG(t, gradient(20, 10)), encodePNG(t, gradient(20, 10)), encodeGIF(t, 3, 20, 10)
	app1 := func(little bool, orientation uint16) []byte {
		return segment(0xe1, "Exif\x00\x00"+string(exif(little, orientation)))
	}
	icc := segment(0xe2, "ICC_PROFILE\x00\x01\x01profile")
	const packet = "<x:xmpmeta>" + secret
	return []sample{
		{"a photo with EXIF", "image/jpeg", insert(photo, 2, app1(false, 6)), 6, nil},
		{"EXIF in the other byte order", "image/jpeg", insert(photo, 2, app1(true, 8)), 8, nil},
		{"EXIF that turns nothing", "image/jpeg", insert(photo, 2, app1(true, 1)), 1, nil},
		{"an orientation that there is not", "image/jpeg", insert(photo, 2, app1(false, 9)), 1, nil},
		{"EXIF twice", "image/jpeg", insert(photo, 2, app1(false, 3), app1(false, 6)), 3, nil},
		{"XMP, IPTC and a comment", "image/jpeg", insert(photo, 2, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+packet),
			segment(0xed, "Photoshop 3.0\x00"+secret), segment(0xfe, secret)), 1, nil},
		{"a picture in the picture", "image/jpeg", insert(photo, 2, segment(0xe2, "MPF\x00"+secret), segment(0xe0, "JFXX\x00\x10"+secret)), 1, nil},
		{"colours stay", "image/jpeg", insert(photo, 2, segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x01\x01"+secret), icc), 1,
			[]string{"ICC_PROFILE\x00\x01\x01profile", "JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x00\x00"}},
		{"a film behind the photo", "image/jpeg", append(photo[:len(photo):len(photo)], secret...), 1, nil},
		{"a comment in front of the scan, behind filling and dirt", "image/jpeg", insert(photo, bytes.Index(photo, []byte{0xff, 0xda}),
			[]byte("dirt\xff\x00\xff\xd0\xff\xff"), segment(0xfe, secret)[1:]), 1, nil},

		{"texts and a time", "image/png", insert(drawing, pngHead, pngChunk("tEXt", "Author\x00"+secret), pngChunk("zTXt", secret),
			pngChunk("iTXt", secret), pngChunk("tIME", "\x07\xea\x0b\x1b\x07\x1e\x00"), pngChunk("prVt", secret), pngChunk("gAMA", "\x00\x00\xb1\x8f")), 1, []string{"gAMA"}},
		{"EXIF in a PNG", "image/png", insert(drawing, pngHead, pngChunk("eXIf", string(exif(false, 5)))), 5, nil},
		{"something behind a PNG", "image/png", append(drawing[:len(drawing):len(drawing)], secret...), 1, nil},
		{"data that are none", "image/png", insert(drawing, len(drawing)-12, pngChunk("tEXt", secret), pngChunk("IDAT", secret)), 1, nil},

		{"a comment and XMP", "image/gif", insert(film, gifHead(film), []byte("\x21\xfe\x11"+secret+"\x00\x21\xff\x0bXMP DataXMP\x11"+secret+"\x00")), 1, []string{"NETSCAPE2.0"}},
		{"something behind a GIF", "image/gif", append(film[:len(film):len(film)], secret...), 1, nil},

		{"EXIF and XMP in a WebP", "image/webp", riff(bytes.Join([][]byte{extended(0x1c, 20, 10), encodeWebP(20, 10, red)[12:],
			webpChunk("EXIF", exif(true, 6)), webpChunk("XMP ", []byte(packet))}, nil)), 6, []string{"VP8X\x0a\x00\x00\x00\x18"}}, // and that there is EXIF
		{"EXIF in a WebP that turns nothing", "image/webp", riff(bytes.Join([][]byte{extended(0x18, 20, 10), encodeWebP(20, 10, red)[12:],
			webpChunk("EXIF", append([]byte("Exif\x00\x00"), exif(false, 1)...))}, nil)), 1, []string{"VP8X\x0a\x00\x00\x00\x10"}},
		{"EXIF that a WebP does not announce", "image/webp", riff(append(encodeWebP(20, 10, red)[12:], webpChunk("EXIF", exif(true, 6))...)), 1, nil},
		{"something behind a WebP", "image/webp", append(encodeWebP(20, 10, red), secret...), 1, nil},
	}
}

func TestPicturesLoseTheirMetadataAndNothingElse(t *testing.T) {
	for _, c := range samples(t) {
		out, orientation := files.Strip(c.mime, c.data)
		if !strings.Contains(string(c.data), secret) && c.about != "texts and a time" {
			t.Errorf("%s: there is no secret in it to begin with", c.about)
		}
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("%s: the secret is still there", c.about)
		}
		if orientation != c.orientation {
			t.Errorf("%s: orientation %d, want %d", c.about, orientation, c.orientation)
		}
		for _, kept := range c.kept {
			if !bytes.Contains(out, []byte(kept)) {
				t.Errorf("%s: %q is gone", c.about, kept)
			}
		}
		before, ok1 := files.DecodeBounded(c.mime, c.data)
		after, ok2 := files.DecodeBounded(c.mime, out)
		if !ok1 || !ok2 || !samePixels(before, after) {
			t.Errorf("%s: it shows something else; decoded %v, then %v", c.about, ok1, ok2)
		}
		again, kept := files.Strip(c.mime, out)
		if !bytes.Equal(again, out) || kept != orientation {
			t.Errorf("%s: taking the metadata out again changes something", c.about)
		}
	}
}

func TestAnimationsKeepTheirFrames(t *testing.T) {
	film := encodeGIF(t, 5, 20, 10)
	out, _ := files.Strip("image/gif", insert(film, gifHead(film), []byte("\x21\xfe\x11"+secret+"\x00")))
	if !bytes.Equal(out, film) {
		t.Error("taking the comment out leaves another animation")
	}
	for cut := len(film) / 2; cut < len(film); cut += 7 {
		out, _ := files.Strip("image/gif", film[:cut])
		g, err := gif.DecodeAll(bytes.NewReader(out))
		if err != nil || len(g.Image) > 5 {
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
}

// Most of what encodes JPEG for a camera or the web is not the standard library.
func TestScansOfAProgressiveJPEGStayInPlace(t *testing.T) {
	photo := encodeJPEG(t, gradient(20, 10))
	scan := bytes.Index(photo, []byte{0xff, 0xda})
	second := append([]byte("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"), "ab\xff\x00cd\xff\xd1ef"...)
	data := insert(photo, len(photo)-2, segment(0xfe, secret), second)
	out, _ := files.Strip("image/jpeg", data)
	if want := insert(photo, len(photo)-2, second); !bytes.Equal(out[scan:], want[scan:]) {
		t.Errorf("the scans became %q, want %q", out[scan:], want[scan:])
	}
}

func FuzzStrip(f *testing.F) {
	mimes := []string{"image/jpeg", "image/png", "image/gif", "image/webp"}
	for _, s := range samples(f) {
		for i, mime := range mimes {
			if s.mime == mime {
				f.Add(uint8(i), s.data)
			}
		}
	}
	f.Add(uint8(0), []byte("\xff\xd8\xff\xe1\x00\x0aExif\x00\x00MM"))
	f.Add(uint8(1), []byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"))
	f.Add(uint8(2), []byte("GIF89a"))
	f.Add(uint8(3), []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		mime := mimes[int(which)%len(mimes)]
		if files.Sniff(data) != mime {
			return
		}
		out, orientation := files.Strip(mime, data)
		if orientation < 1 || orientation > 8 {
			t.Fatalf("orientation %d", orientation)
		}
		before, ok := files.DecodeBounded(mime, data)
		if !ok {
			return
		}
		after, ok := files.DecodeBounded(mime, out)
		if !ok || files.Sniff(out) != mime || !samePixels(before, after) {
			t.Fatalf("%s: it was a picture, and is another now or none", mime)
		}
	})
}

func TestOrientationOfAPhotoIsWhatBrowsersRead(t *testing.T) {
	photo := insert(encodeJPEG(t, gradient(20, 10)), 2, segment(0xe1, "Exif\x00\x00"+string(exif(true, 7))))
	out, _ := files.Strip("image/jpeg", photo)
	want := segment(0xe1, "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x07\x00\x00\x00\x00\x00\x00")
	if !bytes.HasPrefix(out[2:], want) {
		t.Errorf("the photo begins with %q, want %q", out[:40], want)
	}
	if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
		t.Error(err)
	}
}
