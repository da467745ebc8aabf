package tui

// MaxPicture is how large a picture is that a session returns, in bytes.
const MaxPicture = 512 << 10
