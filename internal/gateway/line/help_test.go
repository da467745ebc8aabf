package line_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"hubbub/internal/gateway/line"
)

// A terminal has 80 columns and 24 lines, the last of which is being typed in.
// The list of all commands is the one thing that is longer.
func TestHelpFitsOnAScreen(t *testing.T) {
	for name, text := range line.New(line.Config{}).Helps() {
		if n := strings.Count(text, "\n") + 1; n > 23 && name != "commands" {
			t.Errorf("/help %s has %d lines", name, n)
		}
		for l := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > 80 {
				t.Errorf("/help %s has a line of %d characters: %s", name, n, l)
			}
		}
	}
}
