package screen

import "time"

// write has the writer send a frame. The painter does not touch it before the result is
// there: a large one it lets go of, and then it is the writer's alone.
func (r *runner) write(frame []byte) {
	if !r.begun {
		r.begun = true
		r.helpers.Go(r.writes)
	}
	r.writing, r.painter.out = true, kept(r.painter.out)
	r.frames <- frame
}

// writes is the writer: it stays, for the next frame may come soon, and to begin anew
// would cost more than it waits.
func (r *runner) writes() {
	for frame := range r.frames {
		err := r.send(frame)
		if err != nil {
			r.lost <- err
		}
		r.wrote <- err
	}
}

// written reports whether the last frame is out.
func (r *runner) written() bool {
	if r.writing {
		select {
		case err := <-r.wrote:
			r.writing, r.broken = false, err
		default:
		}
	}
	return !r.writing
}

// awaited returns where it is told that a frame is out; nil while there is no other that
// waits for that, so that the loop need not be woken.
func (r *runner) awaited() <-chan error {
	if r.writing && r.dirty {
		return r.wrote
	}
	return nil
}

// alarm is a timer for the loop. The zero value is not set.
type alarm struct {
	timer *time.Timer // nil until it is set
	set   bool
}

// in sets the alarm.
func (a *alarm) in(d time.Duration) {
	if a.set = true; a.timer == nil {
		a.timer = time.NewTimer(d)
	} else {
		a.timer.Reset(d)
	}
}

// stop has it not ring, or not ring again.
func (a *alarm) stop() {
	if a.set {
		a.set = false
		a.timer.Stop()
	}
}

// rings returns where it rings; nil while it is not set.
func (a *alarm) rings() <-chan time.Time {
	if !a.set {
		return nil
	}
	return a.timer.C
}
