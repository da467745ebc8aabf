package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// secret is in everything that must not be kept.
const secret = "52.2297N 21.0122E"

// gradient is a picture whose corners differ.
func gradient(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / width), uint8(y * 255 / height), 80, 255})
		}
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encodeGIF makes an animation of so many frames.
func encodeGIF(t testing.TB, frames, width, height int) []byte {
	t.Helper()
	g := &gif.GIF{LoopCount: 0}
	for i := range frames {
		img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White, color.NRGBA{200, 0, uint8(i), 255}})
		for x := range width {
			img.SetColorIndex(x, (x+i)%height, uint8(x%3))
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifHead returns where the first block of a GIF begins.
func gifHead(data []byte) int {
	if data[10]&0x80 == 0 {
		return 13
	}
	return 13 + 3<<(data[10]&7+1)
}

// encodeWebP makes a lossless WebP of one colour: five prefix codes of one
// symbol each, so that a pixel takes no bits (RFC 9649 §3.7).
func encodeWebP(width, height int, c color.NRGBA, chunks ...[]byte) []byte {
	var bits uint64
	var n int
	var out []byte
	put := func(value uint64, count int) {
		bits |= value << n
		for n += count; n >= 8; n -= 8 {
			out, bits = append(out, byte(bits)), bits>>8
		}
	}
	put(0x2f, 8)
	put(uint64(width-1), 14)
	put(uint64(height-1), 14)
	put(1, 1) // there is alpha
	put(0, 3) // version
	put(0, 3) // no transform, no cache, no groups
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A} {
		put(0b101, 3) // simple, one symbol, of 8 bits
		put(uint64(symbol), 8)
	}
	put(0b0001, 4) // distances: simple, one symbol, of 1 bit
	put(0, 8)
	data := bytes.Join(append(chunks[:len(chunks):len(chunks)], webpChunk("VP8L", out)), nil)
	return riff(data)
}

func riff(chunks []byte) []byte {
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(chunks)))
	return append(append(head, "WEBP"...), chunks...)
}

func webpChunk(name string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	out = append(out, body...)
	return append(out, make([]byte, len(body)%2)...)
}

// extended is the chunk with the flags and the size of a WebP.
func extended(flags byte, width, height int) []byte {
	w, h := width-1, height-1
	return webpChunk("VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
}

// exif is EXIF data in one of both byte orders, with the name of a camera before
// an orientation, and the secret behind it.
func exif(little bool, orientation uint16) []byte {
	var order binary.AppendByteOrder = binary.BigEndian
	out := []byte("MM")
	if little {
		order, out = binary.LittleEndian, []byte("II")
	}
	out = order.AppendUint32(order.AppendUint16(out, 42), 8)
	out = order.AppendUint16(out, 2)
	for _, entry := range []struct {
		tag, kind uint16
		count     uint32
		value     uint16
	}{{0x0110, 2, uint32(len(secret)), 0}, {0x0112, 3, 1, orientation}} {
		out = order.AppendUint16(order.AppendUint16(out, entry.tag), entry.kind)
		out = order.AppendUint32(out, entry.count)
		out = order.AppendUint16(order.AppendUint16(out, entry.value), 0)
	}
	return append(order.AppendUint32(out, 0), secret...)
}

// segment is a segment of a JPEG.
func segment(marker byte, body string) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(body)))
	return append(out, body...)
}

// pngChunk is a chunk of a PNG.
func pngChunk(name, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// insert puts pieces into data at an offset.
func insert(data []byte, at int, pieces ...[]byte) []byte {
	return bytes.Join([][]byte{data[:at], bytes.Join(pieces, nil), data[at:]}, nil)
}

// samePixels reports whether two pictures show the same.
func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, a1 := a.At(x, y).RGBA()
			r2, g2, b2, a2 := b.At(x, y).RGBA()
			if r1 != r2 || g1 != g2 || b1 != b2 || a1 != a2 {
				return false
			}
		}
	}
	return true
}
