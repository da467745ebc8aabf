package files_test

import (
	"strings"
	"testing"

	"hubbub/internal/files"
)

func TestTypesAreToldByTheBytes(t *testing.T) {
	const text, anything = "text/plain; charset=utf-8", "application/octet-stream"
	ogg := "OggS\x00\x02" + strings.Repeat("\x00", 21) + "\x13"
	for data, want := range map[string]string{
		"\xff\xd8\xff\xe0\x00\x10JFIF":         "image/jpeg",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":  "image/png",
		"GIF89a\x01\x00":                       "image/gif",
		"RIFF\x24\x00\x00\x00WEBPVP8 ":         "image/webp",
		"RIFF\x24\x00\x00\x00WAVEfmt ":         "audio/wav",
		"RIFF\x24\x00\x00\x00AVI LIST":         anything,
		"\x00\x00\x00\x1cftypavif\x00\x00\x00": "image/avif",
		"\x00\x00\x00\x18ftypheic":             "image/heic",
		"\x00\x00\x00\x18ftypisom":             "video/mp4",
		"\x00\x00\x00\x18ftypmp42":             "video/mp4",
		"\x00\x00\x00\x18ftypM4A ":             "audio/mp4",
		"\x00\x00\x00\x14ftypqt  ":             "video/quicktime",
		"\x00\x00\x00\x14ftyp????":             anything,
		"\x00\x00\x00\x14ftyp":                 anything,
		"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm": "video/webm",
		"\x1aE\xdf\xa3\x9fB\x82\x88matroska":                                                 anything,
		ogg + "OpusHead\x01":                                                                 "audio/ogg",
		ogg + "\x01vorbis":                                                                   "audio/ogg",
		ogg + "\x80theora":                                                                   "video/ogg",
		ogg + "something":                                                                    "application/ogg",
		"OggS\x00":                                                                           "application/ogg",
		"ID3\x04\x00":                                                                        "audio/mpeg",
		"\xff\xfb\x90\x64":                                                                   "audio/mpeg",
		"fLaC\x00":                                                                           "audio/flac",
		"%PDF-1.7\n%\xe2\xe3":                                                                "application/pdf",
		"PK\x03\x04\x14\x00":                                                                 "application/zip",
		"\x1f\x8b\x08\x00":                                                                   "application/gzip",
		"MZ\x90\x00\x03":                                                                     anything,
		"\x7fELF\x02":                                                                        anything,
		"\xfe\xff\x00a":                                                                      anything,
		"":                                                                                   text,
		"hello\n":                                                                            text,
		"zażółć " + "\xc5":                                                                   text, // cut in the middle of a letter
		"bell\a":                                                                             anything,
		"latin \xe9t\xe9":                                                                    anything,
		"<!DOCTYPE html><script>1":                                                           text,
		"\n <html><body onload=x>":                                                           text,
		"<svg xmlns=\"http://www.w3\">":                                                      text,
		"<?xml version=\"1.0\"?><svg":                                                        text,
		"#!/bin/sh\nrm -rf":                                                                  text,
		"var a = 1;":                                                                         text,
		"\xef\xbb\xbf<html>":                                                                 text,
		"<html>\x00":                                                                         anything,
	} {
		if got := files.Sniff([]byte(data)); got != want {
			t.Errorf("%q is %s, want %s", data, got, want)
		}
	}
}

// What a browser runs, it runs in the name of whoever looks at it.
func FuzzNothingIsCalledWhatABrowserRuns(f *testing.F) {
	for _, data := range []string{"<html>", "\x00\x00\x00\x18ftypheic", "RIFF1234WEBP", "OggS\x00", "<?xml", "\x1aE\xdf\xa3", "%PDF-"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := files.Sniff(data)
		for _, bad := range []string{"html", "xml", "svg", "script", "json", "css"} {
			if strings.Contains(got, bad) {
				t.Fatalf("%q is %s", data, got)
			}
		}
		if kind, _, _ := strings.Cut(got, "/"); !strings.Contains("application image video audio text", kind) || kind == "" {
			t.Fatalf("%q is %q", data, got)
		}
	})
}
