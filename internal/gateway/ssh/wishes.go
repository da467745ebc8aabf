package ssh

import (
	"cmp"
	"strings"
	"time"

	"hubbub/internal/tui"
)

// wishes are how somebody would like things to be, as their variables tell: OpenSSH
// sends those that SendEnv names, of which LANG and LC_* often are.
type wishes struct {
	lang, messages, all string // LANG, LC_MESSAGES, LC_ALL
	noColor             bool   // NO_COLOR (https://no-color.org)
	colours             string // COLORTERM
	program             string // TERM_PROGRAM
	zone                *time.Location
	plain               bool // HUBBUB_PLAIN: lines, and no whole screen
}

// maxWish is how many bytes a variable's value may have.
const maxWish = 64

// set takes a variable, and reports whether it is one that means something here.
func (w *wishes) set(name, value string) bool {
	if len(value) > maxWish || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return false
	}
	switch name {
	case "LANG":
		w.lang = value
	case "LC_MESSAGES":
		w.messages = value
	case "LC_ALL":
		w.all = value
	case "NO_COLOR":
		w.noColor = value != ""
	case "COLORTERM":
		w.colours = value
	case "TERM_PROGRAM":
		w.program = value
	case "HUBBUB_PLAIN":
		w.plain = value != "" && value != "0"
	case "TZ":
		return w.setZone(value)
	default:
		return false
	}
	return true
}

// setZone takes a time zone of the IANA database. What else TZ may be is not known here.
func (w *wishes) setZone(name string) bool {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return false
	}
	w.zone = zone
	return true
}

// options returns how the screen of somebody looks at first, on a terminal.
func (w *wishes) options(term string, zone *time.Location) tui.Options {
	o := tui.Options{
		Language: tui.LanguageOf(cmp.Or(w.all, w.messages, w.lang)), Notify: tui.NotifyFor(term, w.program),
		Zone: cmp.Or(w.zone, zone), Graphics: tui.GraphicsFor(term, w.program, w.colours),
	}
	if w.noColor {
		o.Theme = tui.None
	}
	return o
}
