package hubtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
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
	channel ssh.Channel
	running sync.WaitGroup // the goroutines that refuse what the server asks for
}

// login returns how an actor logs in by SSH, as a guest: with a key of its own, by
// which the server knows it again, or with nothing.
func login(user string, keyed bool) (*ssh.ClientConfig, error) {
	cfg := &ssh.ClientConfig{User: user, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if !keyed {
		cfg.Auth = []ssh.AuthMethod{ssh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })}
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
	conn, channels, globals, err := ssh.NewClientConn(l, l.RemoteAddr().String(), cfg)
	if err != nil {
		l.end()
		return nil, fmt.Errorf("hubtest: log in by SSH: %w", err)
	}
	s := &shell{link: l}
	s.running.Go(func() { ssh.DiscardRequests(globals) })
	s.running.Go(func() {
		for offer := range channels {
			_ = offer.Reject(ssh.Prohibited, "nothing is forwarded") // an error ends the channels too
		}
	})
	if err := s.open(conn); err != nil {
		s.end()
		return nil, fmt.Errorf("hubtest: open a session by SSH: %w", err)
	}
	return s, nil
}

// open asks for a session, and in it for what a user without a command gets.
func (s *shell) open(conn ssh.Conn) error {
	channel, requests, err := conn.OpenChannel("session", nil)
	if err != nil {
		return err
	}
	s.channel = channel
	s.running.Go(func() { ssh.DiscardRequests(requests) })
	s.running.Go(func() { _, _ = io.Copy(io.Discard, channel.Stderr()) })
	ok, err := channel.SendRequest("shell", true, nil)
	if err == nil && !ok {
		err = fmt.Errorf("the server has no shell")
	}
	return err
}

// Read implements [io.Reader].
func (s *shell) Read(b []byte) (int, error) { return s.channel.Read(b) }

// Write implements [io.Writer].
func (s *shell) Write(b []byte) (int, error) { return s.channel.Write(b) }

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
