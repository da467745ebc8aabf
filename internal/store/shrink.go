package store

import "errors"

// Shrink gives back the memory in which connections keep pages. It is for when
// there has been much to do and it has become quiet; the pages that are needed
// come back one by one.
func (s *Store) Shrink() error {
	err := s.readers.each(func(conn *connection) error { return each(conn, `PRAGMA shrink_memory`, ignore) })
	s.use.Lock()
	defer s.use.Unlock()
	if s.closed || s.broken != nil {
		return nil
	}
	return s.explain("give back memory", errors.Join(err, each(s.writer.conn, `PRAGMA shrink_memory`, ignore)))
}

// each runs f on every connection that nobody uses at the moment.
func (p *pool) each(f func(*connection) error) (err error) {
	for range cap(p.idle) {
		select {
		case conn := <-p.idle:
			err = errors.Join(err, f(conn))
			p.idle <- conn
		default:
			return err
		}
	}
	return err
}
