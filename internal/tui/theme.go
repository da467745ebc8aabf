package tui

import (
	"hash/fnv"
	"strconv"
)

// Theme names the colours.
type Theme string

// The themes. Auto is Dark until the terminal says that it is light; None is for
// those who want no colours (NO_COLOR): bold, faint, underlined and reversed text
// stay.
const (
	Auto  Theme = "auto"
	Dark  Theme = "dark"
	Light Theme = "light"
	None  Theme = "none"
)

// themeOf returns the theme of a name, or else another. Who wants no colours at
// all, as their terminal says, gets none.
func themeOf(name string, other Theme) Theme {
	switch t := Theme(name); t {
	case Auto, Dark, Light, None:
		if other != None {
			return t
		}
	}
	return other
}

// style says how text looks. Zero is as the terminal has it.
type style uint8

const (
	plain    style = iota
	faint          // times, rules, what is beside the point
	strong         // what is to be noticed
	accent         // the room that is shown, headings
	alarm          // mentions, failures
	mention        // the user's own name in a text
	code           // between backquotes
	anchor         // links
	italic         // between underscores
	reversed       // what is chosen
	styles
	nickStyle // and those after it: a nick's colour
)

// nickColours is how many colours nicks have.
const nickColours = 8

// palette are the colours of a theme, as parameters of SGR (ECMA-48 §8.3.117).
type palette [int(nickStyle) + nickColours]string

var bare = palette{
	faint: "2", strong: "1", accent: "1", alarm: "1;4", mention: "7", code: "", anchor: "4", italic: "3", reversed: "7",
	nickStyle: "1", "1", "1", "1", "1", "1", "1", "1",
}

var darkPalette = palette{
	faint: "38;5;245", strong: "1", accent: "1;38;5;117", alarm: "1;38;5;210", mention: "1;38;5;222", code: "38;5;180",
	anchor: "4;38;5;111", italic: "3", reversed: "7",
	nickStyle: "38;5;117", "38;5;150", "38;5;216", "38;5;183", "38;5;223", "38;5;115", "38;5;211", "38;5;152",
}

var lightPalette = palette{
	faint: "38;5;242", strong: "1", accent: "1;38;5;25", alarm: "1;38;5;160", mention: "1;38;5;130", code: "38;5;94",
	anchor: "4;38;5;26", italic: "3", reversed: "7",
	nickStyle: "38;5;25", "38;5;28", "38;5;130", "38;5;90", "38;5;94", "38;5;30", "38;5;125", "38;5;24",
}

// colours returns a theme's, on a terminal that is light or not.
func (t Theme) colours(light bool) *palette {
	switch {
	case t == None:
		return &bare
	case t == Light || t == Auto && light:
		return &lightPalette
	}
	return &darkPalette
}

// nickStyleOf returns the colour of somebody's name: always the same one.
func nickStyleOf(nick string) style {
	h := fnv.New32a()
	h.Write([]byte(nick))
	return nickStyle + style(h.Sum32()%nickColours)
}

// badge is a count as it fits: 99+ for all above.
func badge(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}
