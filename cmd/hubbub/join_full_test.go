package main

import (
	"testing"

	"hubbub/internal/tui"
)

func TestOnlyLinksOfTheWebAreOpened(t *testing.T) {
	for link, fine := range map[string]bool{
		"https://example.org/a?b=c": true, "http://127.0.0.1:7007/files/a.png": true,
		"file:///etc/passwd": false, "javascript:alert(1)": false, "-o": false, "https:///nowhere": false, "": false, "C:\\Windows\\calc.exe": false,
	} {
		if err := checkLink(link); (err == nil) != fine {
			t.Errorf("%q: %v", link, err)
		}
	}
}

func TestScreenLooksAsTheProfileAndTheEnvironmentSay(t *testing.T) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "TERM", "TERM_PROGRAM", "COLORTERM"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "pl_PL.UTF-8")
	t.Setenv("TERM", "xterm-kitty")
	o := (&joinFlags{}).screenOptions()
	if o.Language != tui.Polish || o.Notify != tui.OSC99 || o.Theme == tui.None || !o.Graphics.Kitty {
		t.Errorf("by the environment it looks as %+v", o)
	}
	t.Setenv("LC_ALL", "C")
	t.Setenv("NO_COLOR", "1")
	o = (&joinFlags{profile: profile{Theme: "dark", Notify: "off"}}).screenOptions()
	if o.Language != tui.English || o.Notify != tui.Silent || o.Theme != tui.None {
		t.Errorf("by the profile and more of the environment it looks as %+v", o)
	}
}
