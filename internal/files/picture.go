package files

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/webp"
)

// What a picture may be, so that working on one takes bounded memory and time.
const (
	maxPictureBytes = 64 << 20         // of the file, which is in memory twice
	maxPixels       = 50_000_000       // width times height
	maxSide         = 65_535           // pixels; what JPEG and GIF can have at most
	maxDecoded      = 256 << 20        // bytes, about, of the pixels in memory
	maxDecoding     = 20 * time.Second // a few bytes can ask for much work
)

// format is how pictures of one kind are read.
type format struct {
	strip        func(data []byte) stripped
	decodeConfig func(io.Reader) (image.Config, error)
	decode       func(io.Reader) (image.Image, error)
}

// formats are the pictures that are looked into, by MIME type.
var formats = map[string]format{
	"image/jpeg": {stripJPEG, jpeg.DecodeConfig, jpeg.Decode},
	"image/png":  {stripPNG, png.DecodeConfig, png.Decode},
	"image/gif":  {stripGIF, gif.DecodeConfig, gif.Decode}, // Decode returns the first frame
	"image/webp": {stripWebP, webp.DecodeConfig, webp.Decode},
}

// stripped is a picture without metadata. The strippers fail at nothing: what
// can't be understood ends the picture, and they return what came before.
type stripped struct {
	data        []byte
	orientation int  // as in EXIF: 1 to 8, 1 if nothing is to be turned
	progressive bool // decoding a JPEG takes several times the memory
	animated    bool // the decoder of WebP does not know these
}

// picture is what there is to know of a picture.
type picture struct {
	data          []byte // without metadata
	width, height int    // as it is shown; 0 if it can't be
	thumbnail     []byte // nil if it needs none
}

// read takes the metadata out of a picture, and looks whether it can be shown.
func (f format) read(ctx context.Context, data []byte) picture {
	s := f.strip(data)
	p := picture{data: s.data}
	cfg, err := f.decodeConfig(bytes.NewReader(s.data))
	if err != nil || !reasonable(cfg) {
		return p
	}
	width, height := cfg.Width, cfg.Height
	if s.orientation >= 5 {
		width, height = height, width
	}
	if !s.animated && decodedBytes(cfg, s) <= maxDecoded {
		img, err := f.decodeSafely(ctx, s.data)
		if err == nil && larger(width, height) {
			p.thumbnail, err = thumbnail(img, image.Rect(0, 0, cfg.Width, cfg.Height), s.orientation)
		}
		if err != nil {
			return p
		}
	}
	p.width, p.height = width, height
	return p
}

// reasonable reports whether a picture of that size may be decoded.
func reasonable(cfg image.Config) bool {
	return cfg.Width > 0 && cfg.Height > 0 && cfg.Width <= maxSide && cfg.Height <= maxSide && cfg.Width*cfg.Height <= maxPixels
}

// decodedBytes returns about how much memory it takes to decode a picture.
func decodedBytes(cfg image.Config, s stripped) int {
	each := 4
	switch cfg.ColorModel {
	case color.GrayModel:
		each = 1
	case color.YCbCrModel:
		each = 3
	case color.NRGBA64Model, color.RGBA64Model:
		each = 8
	}
	if s.progressive {
		each += 4 * each // the coefficients of all three are kept
	}
	return cfg.Width * cfg.Height * each
}

// decodeSafely decodes a picture that may have been made to break the decoder:
// in bounded time, and a mistake in the decoder is an error.
func (f format) decodeSafely(ctx context.Context, data []byte) (img image.Image, err error) {
	ctx, cancel := context.WithTimeout(ctx, maxDecoding)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decode a picture: %v", r)
		}
	}()
	return f.decode(&steppedReader{ctx, bytes.NewReader(data)})
}
