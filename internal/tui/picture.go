package tui

// MaxPicture is how large a picture is that a session returns, in bytes.
const MaxPicture = 512 << 10

// Pictures is whether pictures are shown, and how.
type Pictures uint8

// The ways.
const (
	NoPictures   Pictures = iota // only what they are called
	Blocks                       // in halves of cells
	AutoPictures                 // as well as the terminal can
)

// picturesOf returns the way that has a name, or else another.
func picturesOf(name string, other Pictures) Pictures {
	switch name {
	case "off":
		return NoPictures
	case "blocks":
		return Blocks
	case "auto":
		return AutoPictures
	}
	return other
}

// Graphics is what a terminal can show.
type Graphics struct {
	TrueColour bool // 24 bits, not 8
	Kitty      bool // kitty's pictures, in the places of characters (Unicode placeholders)
}
