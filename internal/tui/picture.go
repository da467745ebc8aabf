package tui

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// MaxPicture is how large a picture is that a session returns, in bytes.
const MaxPicture = 512 << 10

// maxPixels is how large a picture is that is decoded: what that takes is at most
// eight bytes for each, for as long as it is made smaller. The server's own smaller
// pictures have 345,600.
const maxPixels = 1 << 20

// The size of a picture on the screen, at most, in cells.
const (
	pictureColumns = 40
	pictureRows    = 10
)

// Pictures is whether pictures are shown, and how.
type Pictures uint8

// The ways.
const (
	NoPictures   Pictures = iota // only what they are called
	Blocks                       // in halves of cells
	AutoPictures                 // as well as the terminal can
)

// picturesOf returns the way that has a name, or else another.
func picturesOf(name string, other Pictures) Pictures {
	switch name {
	case "off":
		return NoPictures
	case "blocks":
		return Blocks
	case "auto":
		return AutoPictures
	}
	return other
}

// Graphics is what a terminal can show.
type Graphics struct {
	TrueColour bool // 24 bits, not 8
	Kitty      bool // kitty's pictures, in the places of characters (Unicode placeholders)
}

// GraphicsFor returns what a terminal can show, by what TERM, TERM_PROGRAM and
// COLORTERM say. Within tmux and screen there are no pictures of kitty's: they keep
// them to themselves.
func GraphicsFor(term, program, colorterm string) Graphics {
	if strings.HasPrefix(term, "tmux") || strings.HasPrefix(term, "screen") {
		return Graphics{TrueColour: colorterm == "truecolor"}
	}
	kitty := strings.Contains(term, "kitty") || strings.Contains(term, "ghostty") || program == "ghostty"
	return Graphics{TrueColour: kitty || colorterm == "truecolor" || colorterm == "24bit", Kitty: kitty}
}

// format is a kind of picture.
type format struct {
	begins string
	config func(*bytes.Reader) (image.Config, error)
	decode func(*bytes.Reader) (image.Image, error)
}

// A JPEG may go over all its pixels in any number of scans of some bytes each: that is
// seconds of work for each picture. Real ones have at most about ten.
const (
	jpegBegins = "\xff\xd8\xff"
	jpegScan   = "\xff\xda" // which is nowhere within what is compressed
	maxScans   = 100
)

// formats are those that are shown.
func formats() []format {
	return []format{
		{"\x89PNG\r\n\x1a\n", func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }},
		{jpegBegins, func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }},
		{"GIF8", func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }}, // its first frame
		{"RIFF", func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }},
	}
}

// isPicture reports whether a file is said to be a picture that can be shown.
func isPicture(f *File) bool {
	switch f.Type {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

var errNoPicture = errors.New("tui: not a picture that can be shown")

// decodePicture decodes a picture, if it is none of the large ones.
func decodePicture(data []byte) (image.Image, error) {
	if len(data) > MaxPicture {
		return nil, errNoPicture
	}
	for _, f := range formats() {
		if !bytes.HasPrefix(data, []byte(f.begins)) {
			continue
		}
		if f.begins == jpegBegins && bytes.Count(data, []byte(jpegScan)) > maxScans {
			return nil, errNoPicture
		}
		c, err := f.config(bytes.NewReader(data))
		if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
			return nil, errNoPicture
		}
		return f.decode(bytes.NewReader(data))
	}
	return nil, errNoPicture
}

// thumbnail is a picture as it is shown.
type thumbnail struct {
	columns, rows int
	pixels        *image.NRGBA // two above each other in a cell
	png           []byte       // the same with more pixels, for kitty; or nil
}

// cellsFor returns how many cells a picture takes. A pixel is taken as half a cell,
// so small pictures are not made larger.
func cellsFor(width, height int) (columns, rows int) {
	if width <= 0 || height <= 0 {
		return 0, 0
	}
	width, height = fit(width, height, pictureColumns, 2*pictureRows)
	return width, (height + 1) / 2
}

// The pixels of a cell, as a picture is made for kitty: more than a terminal has
// would be for nothing.
const (
	cellWidth  = 10
	cellHeight = 20
)

// thumbnailOf makes a thumbnail of a file's bytes.
func thumbnailOf(data []byte, kitty bool) (*thumbnail, error) {
	picture, err := decodePicture(data)
	if err != nil {
		return nil, err
	}
	b := picture.Bounds()
	columns, rows := cellsFor(b.Dx(), b.Dy())
	if columns == 0 {
		return nil, errNoPicture
	}
	t := &thumbnail{columns: columns, rows: rows, pixels: scaled(picture, columns, 2*rows)}
	if kitty {
		var out bytes.Buffer
		if err := png.Encode(&out, scaled(picture, columns*cellWidth, rows*cellHeight)); err != nil {
			return nil, err
		}
		t.png = out.Bytes()
	}
	return t, nil
}

func scaled(picture image.Image, width, height int) *image.NRGBA {
	small := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	return small
}
