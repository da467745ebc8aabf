package files

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// The size that a thumbnail has at most, in pixels as it is shown.
const (
	thumbnailWidth  = 720
	thumbnailHeight = 480
)

// thumbnailQuality is that of JPEG: below it, edges of letters get a halo.
const thumbnailQuality = 82

// larger reports whether a picture that is shown in that size needs a thumbnail.
func larger(width, height int) bool {
	return width > thumbnailWidth || height > thumbnailHeight
}

// thumbnail returns a smaller picture of what is in bounds, turned the right way
// up: as JPEG, or as PNG if it is not opaque.
func thumbnail(src image.Image, bounds image.Rectangle, orientation int) ([]byte, error) {
	maxWidth, maxHeight := thumbnailWidth, thumbnailHeight
	if orientation >= 5 {
		maxWidth, maxHeight = maxHeight, maxWidth
	}
	width, height := fit(bounds.Dx(), bounds.Dy(), maxWidth, maxHeight)
	// The better filter comes second: on the whole of a large picture it would
	// take more memory than the picture.
	near := reduce(src, bounds, max(1, min(bounds.Dx()/width, bounds.Dy()/height)/2))
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(small, small.Bounds(), near, near.Bounds(), draw.Src, nil)
	small = turn(small, orientation)

	var out bytes.Buffer
	var err error
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbnailQuality})
	} else {
		err = png.Encode(&out, small)
	}
	return out.Bytes(), err
}

// fit returns the largest size of the same shape within the given one. It is
// never larger than the picture, and at least one pixel.
func fit(width, height, maxWidth, maxHeight int) (int, int) {
	switch {
	case width <= maxWidth && height <= maxHeight:
		return width, height
	case width*maxHeight > height*maxWidth:
		return maxWidth, max(1, height*maxWidth/width)
	}
	return max(1, width*maxHeight/height), maxHeight
}

// reduce returns what is in bounds with each side k times shorter: a pixel is
// the average of k × k. Where the picture does not cover its bounds, as the
// first frame of an animation may not, it is transparent.
func reduce(src image.Image, bounds image.Rectangle, k int) *image.RGBA {
	columns, rows := bounds.Dx(), bounds.Dy()
	out := image.NewRGBA(image.Rect(0, 0, (columns+k-1)/k, (rows+k-1)/k))
	row := image.NewRGBA(image.Rect(0, 0, columns, 1))
	sums := make([]uint64, 4*out.Rect.Dx())
	for y := range rows {
		clear(row.Pix)
		draw.Draw(row, row.Rect, src, bounds.Min.Add(image.Pt(0, y)), draw.Src)
		for x := range columns {
			sum, pixel := sums[x/k*4:x/k*4+4], row.Pix[x*4:x*4+4]
			for c := range sum {
				sum[c] += uint64(pixel[c])
			}
		}
		if full := y%k == k-1; full || y == rows-1 {
			average(out.Pix[y/k*out.Stride:][:out.Stride], sums, columns, k, y%k+1)
			clear(sums)
		}
	}
	return out
}

// average divides the sums of a row by how many pixels each is of: k columns, or
// what is left for the last, of so many rows.
func average(out []byte, sums []uint64, columns, k, rows int) {
	for i, sum := range sums {
		n := uint64(min(k, columns-i/4*k) * rows)
		out[i] = byte((sum + n/2) / n)
	}
}

// turn returns a picture the right way up (EXIF 2.32 §4.6.4, Orientation).
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			from := turned(x, y, w, h, orientation)
			copy(out.Pix[out.PixOffset(x, y):][:4], src.Pix[src.PixOffset(from.X, from.Y):][:4])
		}
	}
	return out
}

// turned returns where in a picture of w × h the pixel is that is shown at x, y.
func turned(x, y, w, h, orientation int) image.Point {
	switch orientation {
	case 2: // mirrored
		return image.Pt(w-1-x, y)
	case 3: // upside down
		return image.Pt(w-1-x, h-1-y)
	case 4: // mirrored and upside down
		return image.Pt(x, h-1-y)
	case 5: // mirrored, then turned to the left
		return image.Pt(y, x)
	case 6: // to be turned to the right
		return image.Pt(y, h-1-x)
	case 7: // mirrored, then turned to the right
		return image.Pt(w-1-y, h-1-x)
	case 8: // to be turned to the left
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}
