package hubtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/sshclient"
)

// wire is a connection on which lines go in and out: a [link], or a [shell] over one.
type wire interface {
	io.ReadWriteCloser
	end() // as it is cut
}

// shell is a session by SSH without a terminal: lines go in and out as they do over
// the link below, but what is cut there is a packet, and no part of it is a line.
type shell struct {
	*link
	session *sshclient.Session
	running sync.WaitGroup // the goroutines that refuse what the server asks for
}

// login returns how an actor logs in by SSH, as a guest: with a key of its own, by
// which the server knows it again, or with nothing.
func login(user string, keyed bool) (*ssh.ClientConfig, error) {
	cfg := &ssh.ClientConfig{User: user, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if !keyed {
		cfg.Auth = []ssh.AuthMethod{sshclient.Nothing()}
		return cfg, nil
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("hubtest: make a key: %w", err)
	}
	signer, err := ssh.NewSignerFromSigner(private)
	if err != nil {
		return nil, fmt.Errorf("hubtest: make a key: %w", err)
	}
	cfg.Auth = []ssh.AuthMethod{ssh.PublicKeys(signer)}
	return cfg, nil
}

// openShell logs in over a link and opens a session. After an error, as when the link
// is cut meanwhile, the link has ended.
func openShell(l *link, cfg *ssh.ClientConfig) (*shell, error) {
	s := &shell{link: l}
	var err error
	if s.session, err = sshclient.Open(l, cfg, nil, s.running.Go); err != nil {
		s.end()
		return nil, fmt.Errorf("hubtest: %w", err)
	}
	return s, nil
}

// Read implements [io.Reader].
func (s *shell) Read(b []byte) (int, error) { return s.session.Read(b) }

// Write implements [io.Writer].
func (s *shell) Write(b []byte) (int, error) { return s.session.Write(b) }

// end cuts the link.
func (s *shell) end() {
	s.link.end()
	s.running.Wait()
}

// Close closes the link. It may be called more than once.
func (s *shell) Close() error {
	err := s.link.Close()
	s.running.Wait()
	return err
}
