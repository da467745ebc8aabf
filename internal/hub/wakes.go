package hub

// wakes collects whom a batch wakes. It belongs to the applier.
//
// A session that has been told to look and has not done so need not be told
// again: that is what makes a busy room cheap. But it may look between the
// marking and the advance of the horizon. Then it takes the mark, may not yet
// read what it stands for, and goes to rest; and since the telling was an
// earlier batch's, nobody would tell it again. So cursors that were marked
// without a wake-up are looked at once more when the horizon has advanced: one
// whose mark is still there will be found with the new horizon; one whose mark
// was taken may have been found with the old one, and its session is woken to
// be sure.
type wakes struct {
	sessions []*Session // to be woken
	doubtful []*cursor  // marked without a wake-up
}

// mark marks a cursor and queues it at its session.
func (w *wakes) mark(c *cursor) {
	if !c.marked.Load() {
		c.marked.Store(true)
		if c.session.enqueue(c) {
			w.sessions = append(w.sessions, c.session)
			return
		}
	}
	w.doubtful = append(w.doubtful, c)
}

// add adds a session that must be woken.
func (w *wakes) add(s *Session) { w.sessions = append(w.sessions, s) }

// wake wakes everybody. The horizon has advanced.
func (w *wakes) wake() {
	for i, s := range w.sessions {
		s.peer.Wake()
		w.sessions[i] = nil
	}
	for i, c := range w.doubtful {
		if !c.marked.Load() {
			c.session.peer.Wake()
		}
		w.doubtful[i] = nil
	}
	w.sessions, w.doubtful = w.sessions[:0], w.doubtful[:0]
}
