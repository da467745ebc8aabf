package ssh

import (
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/gateway"
	"hubbub/internal/gateway/line"
)

// Public returns the half of the key that clients know.
func (k *HostKey) Public() ssh.PublicKey { return k.signer.PublicKey() }

// Tries returns how often a client that begins again and again may try, at most most.
func Tries(meta ssh.ConnMetadata, most int) (n int) {
	w := who{visit: &visit{patience: time.NewTimer(time.Hour)}}
	for n < most && w.begin(meta) == nil {
		n++
	}
	return n
}

// Parse takes a command apart.
func Parse(command string) (line.Errand, error) { return parse(command) }

// Algorithms is what is offered.
var Algorithms = algorithms

// MaxAhead is how much is read that is not taken.
const MaxAhead = maxAhead

// ReadBy returns what SSH reads of a connection, and how a session tells whether it
// takes that.
func ReadBy(c net.Conn) (read io.ReadCloser, takes func(more bool)) {
	s := newSocket(&gateway.Peer{Conn: c})
	s.open.Store(true)
	return s, s.takes
}

// Ask has a new session asked for something by a client, and reports whether it is
// done, for what, and how wide a terminal there is then; 0 for none.
func Ask(kinds []string, payload []byte) (done bool, command string, width int) {
	var s session
	for _, kind := range kinds {
		done = s.request(&ssh.Request{Type: kind, Payload: payload})
	}
	if s.task != nil {
		command = s.task.command
	}
	if s.window != nil {
		width = s.window.now().Width
	}
	return done, command, width
}
