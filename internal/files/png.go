package files

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignatureLen = 8

// pngKept are the chunks that it takes to show a PNG, and to animate it (PNG
// 3rd edition §11). Others are text, times, or what some program wants to find
// again.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true, "mDCV": true, "cLLI": true,
	"bKGD": true, "hIST": true, "pHYs": true, "sPLT": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// stripPNG keeps the chunks that it takes to show a PNG, and its orientation.
func stripPNG(data []byte) stripped {
	begin := min(pngSignatureLen, len(data))
	out := stripped{data: append(make([]byte, 0, len(data)), data[:begin]...), orientation: 1}
	previous, seenData := "", false
	for rest := data[begin:]; len(rest) >= 12; {
		end := 12 + int64(binary.BigEndian.Uint32(rest)) // length, name, body, checksum
		if end > int64(len(rest)) {
			break
		}
		chunk, name := rest[:end], string(rest[4:8])
		// The data are in one piece; others behind it are ignored by decoders,
		// which they would not be if they came to stand next to it.
		stray := name == "IDAT" && seenData && previous != "IDAT"
		switch {
		case name == "eXIf" && out.orientation == 1 && !seenData:
			if out.orientation = exifOrientation(chunk[8 : end-4]); out.orientation != 1 {
				out.data = appendPNGChunk(out.data, name, orientationOnly(out.orientation))
			}
		case pngKept[name] && !stray:
			out.data = append(out.data, chunk...)
			seenData = seenData || name == "IDAT"
		}
		if name == "IEND" {
			break
		}
		if !stray {
			previous = name
		}
		rest = rest[end:]
	}
	return out
}

func appendPNGChunk(out []byte, name string, body []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	begin := len(out)
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[begin:]))
}
