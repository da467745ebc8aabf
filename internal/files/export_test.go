package files

import (
	"bytes"
	"image"
)

var (
	CleanName = cleanName
	Sniff     = sniff
	Turn      = turn
	Reduce    = reduce
	Fit       = fit
)

// Strip takes the metadata out of a picture of a MIME type.
func Strip(mime string, data []byte) (out []byte, orientation int) {
	s := formats[mime].strip(data)
	return s.data, s.orientation
}

// DecodeBounded decodes a picture of a MIME type if it may be.
func DecodeBounded(mime string, data []byte) (image.Image, bool) {
	f := formats[mime]
	cfg, err := f.decodeConfig(bytes.NewReader(data))
	if err != nil || !reasonable(cfg) || cfg.Width*cfg.Height > 1<<16 {
		return nil, false
	}
	img, err := f.decode(bytes.NewReader(data))
	return img, err == nil
}

// MayWait returns how many bytes of one uploader may wait for a message.
func (s *Store) MayWait() int64 { return s.o.PendingBytes }
