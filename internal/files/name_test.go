package files_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"hubbub/internal/files"
)

func TestNamesBecomeHarmless(t *testing.T) {
	long := strings.Repeat("ż", 80)
	for name, want := range map[string]string{
		"photo.jpg":                "photo.jpg",
		"zażółć gęślą jaźń.txt":    "zażółć gęślą jaźń.txt",
		"日本語.png":                  "日本語.png",
		"../../etc/passwd":         "passwd",
		`C:\Users\ania\a b.doc`:    "a b.doc",
		"/":                        "",
		"..":                       "",
		"...":                      "",
		". .":                      "",
		"":                         "",
		"\x00":                     "",
		".bashrc":                  "bashrc",
		"a/.hidden.txt":            "hidden.txt",
		"con.txt. .":               "con.txt",
		"a\x00b\r\nc\x1b[31md.txt": "ab cd.txt",
		"photo\u202egpj.exe":       "photogpj.exe",
		"photo\u200f\u061cgpj.exe": "photogpj.exe",
		"a\u2066b\u2069\u200bc":    "abc",
		"a<b>c:d\"e|f?g*h":         "a_b_c_d_e_f_g_h",
		"\xff\xfe.txt":             "_.txt",
		"tab\tand\u00a0space":      "tab and space",
		long + ".jpeg":             strings.Repeat("ż", 47) + ".jpeg",
		long + "." + long:          strings.Repeat("ż", 50),
		strings.Repeat("a", 90) + ". . . . . . . . . . x": strings.Repeat("a", 90) + ". . . .. x",
	} {
		got, err := files.CleanName(name)
		if got != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, files.ErrName) {
			t.Errorf("%q became %q, %v; want %q", name, got, err, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, name := range []string{"a/b.c", "..\\x", "\u202e.\u202e", strings.Repeat("a.", 80), strings.Repeat("é", 60) + ".\xff", "x\x1b]0;y\a"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got, err := files.CleanName(name)
		if err != nil {
			return
		}
		if got == "" || len(got) > 100 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\r\n\u202e\u200f") || got[0] == '.' {
			t.Fatalf("%q became %q", name, got)
		}
		if again, err := files.CleanName(got); err != nil || again != got {
			t.Fatalf("%q became %q, and that %q, %v", name, got, again, err)
		}
	})
}
