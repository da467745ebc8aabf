package files

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/draw"

	"hubbub/internal/chat"
)

// PortraitSide is how many pixels wide and high the picture of somebody is: several
// for each that it takes on a sharp screen beside a message, and a few kilobytes.
const PortraitSide = 160

// PutPortrait receives a picture of whoever is by, and keeps a small square out of the
// middle of it, made anew: nothing else that was in the file is kept. It is pending,
// as what [Store.Put] receives.
//
// The error is as that of Put, or matches ErrPicture.
func (s *Store) PutPortrait(ctx context.Context, r io.Reader, by uint64) (Upload, error) {
	if err := s.checkQuota(by, 1); err != nil { // before everything is sent for nothing
		return Upload{}, err
	}
	f, err := s.temporary()
	if err != nil {
		return Upload{}, explain("receive a picture", err)
	}
	defer discard(f)
	arriving := &charged{store: s}
	defer arriving.refund()
	var up Upload
	if err := s.receive(ctx, r, io.MultiWriter(arriving, f), &up); err != nil {
		return Upload{}, explain("receive a picture", err)
	}
	small, name, err := s.portrait(ctx, f, up.Size)
	if err != nil {
		return Upload{}, explain("make a picture smaller", err)
	}
	return s.Put(ctx, bytes.NewReader(small), name, by)
}

// portrait returns the square that is made of a picture, and what it is called.
func (s *Store) portrait(ctx context.Context, f *os.File, size int64) (small []byte, name string, err error) {
	head, err := readHead(f)
	if err != nil {
		return nil, "", err
	}
	format, ok := formats[sniff(head)]
	if !ok || size > maxPictureBytes {
		return nil, "", noPicture()
	}
	select {
	case s.pictures <- struct{}{}:
		defer func() { <-s.pictures }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return nil, "", err
	}
	square, err := format.square(ctx, data)
	if errEnd := ctx.Err(); errEnd != nil {
		return nil, "", errEnd // and not a broken picture
	}
	if err != nil {
		return nil, "", noPicture()
	}
	var out bytes.Buffer
	if name = "picture.png"; square.Opaque() {
		name = "picture.jpg"
		err = jpeg.Encode(&out, square, &jpeg.Options{Quality: thumbnailQuality})
	} else {
		err = png.Encode(&out, square)
	}
	return out.Bytes(), name, err
}

func noPicture() error {
	return refuse(ErrPicture, chat.Invalid, "That is no picture that can be read; choose a JPEG, PNG, GIF or WebP that does not move.")
}

// square returns the middle of a picture, PortraitSide wide and high and the right way
// up.
func (f format) square(ctx context.Context, data []byte) (*image.RGBA, error) {
	s := f.strip(data)
	cfg, err := f.decodeConfig(bytes.NewReader(s.data))
	if err != nil {
		return nil, err
	}
	if !reasonable(cfg) || s.animated || decodedBytes(cfg, s) > maxDecoded {
		return nil, ErrPicture
	}
	src, err := f.decodeSafely(ctx, s.data)
	if err != nil {
		return nil, err
	}
	middle := middleOf(image.Rect(0, 0, cfg.Width, cfg.Height))
	near := reduce(src, middle, max(1, middle.Dx()/PortraitSide/2)) // see thumbnail
	small := image.NewRGBA(image.Rect(0, 0, PortraitSide, PortraitSide))
	draw.CatmullRom.Scale(small, small.Bounds(), near, near.Bounds(), draw.Src, nil)
	return turn(small, s.orientation), nil
}

// middleOf returns the largest square in the middle.
func middleOf(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	at := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{at, at.Add(image.Pt(side, side))}
}
