package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"hubbub/internal/tui"
)

// screenOptions returns how the whole screen looks at first: as the profile says, and
// otherwise as the environment does.
func (f *joinFlags) screenOptions() tui.Options {
	term, program := os.Getenv("TERM"), os.Getenv("TERM_PROGRAM")
	o := tui.Options{
		Language: f.speaks(), Theme: tui.Theme(f.profile.Theme), Zone: time.Local,
		Notify: tui.NotifyFor(term, program), Pictures: tui.AutoPictures, Graphics: graphics(term, os.Getenv("COLORTERM")), Open: opener(),
	}
	switch f.profile.Notify {
	case "bell":
		o.Notify = tui.Bell
	case "off":
		o.Notify = tui.Silent
	}
	if os.Getenv("NO_COLOR") != "" {
		o.Theme = tui.None
	}
	return o
}

// graphics returns what a terminal can show, by what TERM and COLORTERM say.
func graphics(term, colours string) tui.Graphics {
	return tui.Graphics{
		TrueColour: colours == "truecolor" || colours == "24bit" || runtime.GOOS == "windows",
		Kitty:      strings.Contains(term, "kitty") || strings.Contains(term, "ghostty"),
	}
}

// opener returns what opens a link on this machine, or nil if nothing here can.
func opener() func(link string) error {
	var command []string
	switch runtime.GOOS {
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case "darwin":
		command = []string{"open"}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return nil // a browser would come up in this terminal
		}
		command = []string{"xdg-open"}
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil
	}
	return func(link string) error {
		if err := checkLink(link); err != nil {
			return err
		}
		return exec.Command(path, append(command[1:], link)...).Run()
	}
}

// checkLink says why a link is none that a browser may be given: only those of the web
// are.
func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no link of the web", link)
	}
	return nil
}
