package files

import (
	"bytes"
	"encoding/binary"
)

// tagOrientation says how a picture is to be turned (EXIF 2.32 §4.6.4).
const tagOrientation = 0x0112

// exifOrientation returns the orientation in EXIF data, which is a TIFF file
// (TIFF 6.0 §2) of which only the first directory is looked at. It is 1 if there
// is none.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if order.Uint16(tiff[2:]) != 42 || at+2 > uint64(len(tiff)) {
		return 1
	}
	directory := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(directory) < 12 {
			break
		}
		if value := order.Uint16(directory[8:]); order.Uint16(directory) == tagOrientation && value >= 1 && value <= 8 {
			return int(value)
		}
		directory = directory[12:]
	}
	return 1
}

// orientationOnly returns EXIF data that tell an orientation and nothing else.
func orientationOnly(orientation int) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, // big-endian, the directory follows
		0, 1, // one entry
		tagOrientation >> 8, tagOrientation & 0xff, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0, // one SHORT
		0, 0, 0, 0, // no other directory
	}
}
