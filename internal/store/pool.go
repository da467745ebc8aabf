package store

import (
	"context"
	"errors"
	"fmt"
)

// pool lends read connections. Close may come while others read.
type pool struct {
	idle    chan *connection // those that nobody uses; never closed
	closing chan struct{}    // closed when closing begins
	opened  int              // how many there are
}

func newPool(size int) *pool {
	return &pool{idle: make(chan *connection, size), closing: make(chan struct{})}
}

// fill opens the connections.
func (p *pool) fill(open func() (*connection, error)) error {
	for p.opened < cap(p.idle) {
		conn, err := open()
		if err != nil {
			return err
		}
		p.idle <- conn
		p.opened++
	}
	return nil
}

// take lends a connection that stops with SQLITE_INTERRUPT when ctx ends.
func (p *pool) take(ctx context.Context) (*connection, error) {
	select {
	case <-p.closing:
		return nil, ErrClosed
	default:
	}
	select {
	case conn := <-p.idle:
		conn.SetInterrupt(ctx.Done())
		return conn, nil
	case <-p.closing:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// give takes a connection back, out of whatever transaction it is in.
func (p *pool) give(conn *connection) error {
	defer func() { p.idle <- conn }()
	conn.SetInterrupt(nil)
	if conn.AutocommitEnabled() {
		return nil
	}
	return run(conn, `ROLLBACK`)
}

// close waits for the connections that are out and closes all. It is called
// once.
func (p *pool) close() (err error) {
	close(p.closing)
	for range p.opened {
		err = errors.Join(err, (<-p.idle).Close())
	}
	return err
}

// read runs f on a read connection, in a transaction of its own: all that f
// reads is of one moment.
func (s *Store) read(ctx context.Context, doing string, f func(*connection) error) error {
	conn, err := s.readers.take(ctx)
	if err != nil {
		return fmt.Errorf("store: %s: %w", doing, err)
	}
	if err = run(conn, `BEGIN`); err == nil {
		err = f(conn)
	}
	err = errors.Join(err, s.readers.give(conn))
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("store: %s: %w", doing, context.Cause(ctx))
	}
	return s.explain(doing, err)
}
