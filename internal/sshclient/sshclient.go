// Package sshclient is the client's side of SSH, for whoever puts a load on a server or
// tests one: [Open] logs in over a connection and opens a session, with a terminal or
// without. Who the server is does not matter to them, and is not asked.
package sshclient

import (
	"fmt"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// Session is a session over a connection, whose deadlines and addresses are the
// connection's. Closing that ends it.
type Session struct {
	net.Conn
	channel ssh.Channel
}

// Terminal asks for a terminal (RFC 4254 §6.2), of some columns and rows.
type Terminal struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}

// Nothing answers that somebody has nothing to prove who they are: they are a guest.
func Nothing() ssh.AuthMethod {
	return ssh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })
}

// Open logs in and opens a session for what a user without a command gets: in a
// terminal, if t is not nil. What refuses what the server asks for is run by start, and
// ends with the connection, which is for the caller to close even after an error.
func Open(conn net.Conn, cfg *ssh.ClientConfig, t *Terminal, start func(func())) (*Session, error) {
	c, channels, globals, err := ssh.NewClientConn(conn, conn.RemoteAddr().String(), cfg)
	if err != nil {
		return nil, fmt.Errorf("log in by SSH: %w", err)
	}
	start(func() { ssh.DiscardRequests(globals) })
	start(func() {
		for offer := range channels {
			_ = offer.Reject(ssh.Prohibited, "nothing is forwarded") // an error ends the channels too
		}
	})
	s := &Session{Conn: conn}
	if err := s.open(c, t, start); err != nil {
		return nil, fmt.Errorf("open a session by SSH: %w", err)
	}
	return s, nil
}

// open asks for a session and what belongs to it.
func (s *Session) open(c ssh.Conn, t *Terminal, start func(func())) error {
	channel, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		return err
	}
	s.channel = channel
	start(func() { ssh.DiscardRequests(requests) })
	start(func() { _, _ = io.Copy(io.Discard, channel.Stderr()) })
	if t != nil {
		if err := ask(channel, "pty-req", ssh.Marshal(t)); err != nil {
			return err
		}
	}
	return ask(channel, "shell", nil)
}

// ask asks for something that the server may refuse.
func ask(channel ssh.Channel, what string, payload []byte) error {
	ok, err := channel.SendRequest(what, true, payload)
	if err == nil && !ok {
		err = fmt.Errorf("the server refuses %s", what)
	}
	return err
}

// Read implements [net.Conn].
func (s *Session) Read(b []byte) (int, error) { return s.channel.Read(b) }

// Write implements [net.Conn].
func (s *Session) Write(b []byte) (int, error) { return s.channel.Write(b) }
