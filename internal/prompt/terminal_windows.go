package prompt

import (
	"os"

	"golang.org/x/sys/windows"
)

// enableSequences makes the console understand control sequences.
func enableSequences(out *os.File) error {
	handle := windows.Handle(out.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(handle, &mode); err != nil {
		return os.NewSyscallError("GetConsoleMode", err)
	}
	mode |= windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
	return os.NewSyscallError("SetConsoleMode", windows.SetConsoleMode(handle, mode))
}

func notifyResize() chan os.Signal { return nil }

func stopResize(chan os.Signal) {}

const canSuspend = false

func suspend() error { return nil }

// Input reads a file. On Windows the reading of a console can't be ended from
// another goroutine: one that waits for a key ends with the program.
type Input struct{ file *os.File }

// NewInput returns a file's input. The file itself is never closed.
func NewInput(file *os.File) (*Input, error) { return &Input{file}, nil }

// Read reads.
func (in *Input) Read(p []byte) (int, error) { return in.file.Read(p) }

// Close does nothing here.
func (in *Input) Close() error { return nil }

// Interruptible reports whether Close ends a Read.
const Interruptible = false
