package server_test

import (
	"strings"
	"testing"

	"hubbub/internal/server"
)

func TestSizesAreWrittenAsPeopleDo(t *testing.T) {
	for given, want := range map[string]int64{
		"4096": 4096, "10K": 10 << 10, "500M": 500 << 20, "500MB": 500 << 20, "3g": 3 << 30, "2T": 2 << 40, "1024T": 1 << 50, "0": 0, "12b": 12,
	} {
		l := server.DefaultLimits()
		if err := l.Set("uploads=" + given); err != nil || l.Uploads != want {
			t.Errorf("%s is %d, %v", given, l.Uploads, err)
		}
	}
	for _, given := range []string{"", "G", "-1", "-1G", "1.5G", "10P", "1 G", "9223372036854775807K", "99999999999999999999"} {
		l := server.DefaultLimits()
		if err := l.Set("uploads=" + given); err == nil || l != server.DefaultLimits() {
			t.Errorf("%q is taken as %d, %v", given, l.Uploads, err)
		}
	}
	for _, given := range []string{"1125899906842625", "1025T", "9223372036854775807", "99999999999999999999"} {
		l := server.DefaultLimits()
		if err := l.Set("file=" + given); err == nil || !strings.Contains(err.Error(), "1024T") || l != server.DefaultLimits() {
			t.Errorf("%q is taken as %d, %v", given, l.File, err)
		}
	}
	for _, line := range []string{" file         25M ", " files        1G ", " uploads      10G "} {
		if help := server.LimitsHelp(server.DefaultLimits()); !strings.Contains(help, line) {
			t.Errorf("without %q the help says\n%s", line, help)
		}
	}
}

// Zero would not turn them off, but be taken for the default.
func TestSomeLimitsCantBeTurnedOff(t *testing.T) {
	for name, off := range map[string]bool{"in-flight": false, "line": false, "file": false, "files": true, "uploads": true, "rate": true, "conns": true} {
		l := server.DefaultLimits()
		if err := l.Set(name + "=0"); (err == nil) != off || err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("%s=0: %v", name, err)
		}
	}
}
