package prompt

import (
	"io"
	"os"
	"sync"

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

func notifyResume() chan os.Signal { return nil }

func tellResume(chan os.Signal) {}

func notifyStop() chan os.Signal { return nil }

func tellStop(chan os.Signal) {}

func stopTelling(...chan os.Signal) {}

const canSuspend = false

func suspend() error { return nil }

// relays are those of the files that are read. The reading of a console can't be ended
// from elsewhere, so what reads one stays, until the program ends.
var relays struct {
	mu  sync.Mutex // guards all
	all map[*os.File]*relay
}

// relayOf returns the relay of a file.
func relayOf(file *os.File) *relay {
	relays.mu.Lock()
	defer relays.mu.Unlock()
	r := relays.all[file]
	if r == nil {
		if relays.all == nil {
			relays.all = map[*os.File]*relay{}
		}
		r = newRelay(console{file})
		relays.all[file] = r
	}
	return r
}

// console reads what is typed. Package os takes Ctrl-Z for the end of it; in raw mode it
// is a key.
type console struct{ *os.File }

func (c console) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	if n == 0 && err == io.EOF && len(p) > 0 && IsTerminal(c.File) {
		p[0] = ctrl('Z')
		return 1, nil
	}
	return n, err
}

// Input is a file whose reading can be ended from another goroutine.
type Input struct {
	relay *relay
	ended chan struct{} // closed by Close
	close sync.Once
}

// NewInput returns a file's input. The file itself is never closed.
func NewInput(file *os.File) (*Input, error) {
	return &Input{relay: relayOf(file), ended: make(chan struct{})}, nil
}

// Read reads when there is something to read. It returns os.ErrClosed after Close, and
// what comes then is for the file's next Input.
func (in *Input) Read(p []byte) (int, error) { return in.relay.read(p, in.ended) }

// Close ends a Read that waits, and all that come later. It may be called again.
func (in *Input) Close() error {
	in.close.Do(func() { close(in.ended) })
	return nil
}
