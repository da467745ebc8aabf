package fullscreen

import (
	"context"
	"sync"
	"time"

	"hubbub/internal/chat"
)

// markEvery is how long a read marker waits for the next one: each is a record in the
// log, and who looks at a busy room reads on with every message.
const markEvery = 5 * time.Second

// markers are how far the user has read, to be told to the log.
type markers struct {
	session *Session

	mu      sync.Mutex // guards the following; never held across I/O
	told    map[chat.RoomID]chat.Seq
	waiting map[chat.RoomID]chat.Seq
	timer   *time.Timer // nil while nothing waits
	running sync.WaitGroup
	closed  bool
}

func (m *markers) init(s *Session) {
	m.session = s
	m.told, m.waiting = map[chat.RoomID]chat.Seq{}, map[chat.RoomID]chat.Seq{}
}

// read notes that everything in a room up to a message has been read.
func (m *markers) read(room chat.RoomID, upTo chat.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || upTo <= m.told[room] || upTo <= m.waiting[room] {
		return
	}
	m.waiting[room] = upTo
	if m.timer == nil {
		m.running.Add(1)
		m.timer = time.AfterFunc(markEvery, func() {
			defer m.running.Done()
			m.tell(m.session.ctx)
		})
	}
}

// own reports whether a marker is one that the session has set.
func (m *markers) own(room chat.RoomID, at chat.Seq) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told[room] == at
}

// take returns what waits.
func (m *markers) take() map[chat.RoomID]chat.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.waiting
	m.waiting, m.timer = map[chat.RoomID]chat.Seq{}, nil
	for room, at := range taken {
		m.told[room] = at
	}
	return taken
}

// tell tells the log what waits. A marker that can't be kept is not missed: the next
// one says more.
func (m *markers) tell(ctx context.Context) {
	for room, at := range m.take() {
		m.session.hub.Do(ctx, chat.Command{Op: chat.MarkRead, Room: room, Target: at})
	}
}

// lastTime is how long the last markers may take.
const lastTime = time.Second

// flush tells the last of it; nothing is noted any more.
func (m *markers) flush() {
	ctx, cancel := context.WithTimeout(m.session.ctx, lastTime)
	defer cancel()
	m.mu.Lock()
	m.closed = true
	if m.timer != nil && m.timer.Stop() {
		m.running.Done()
	}
	m.mu.Unlock()
	m.running.Wait()
	m.tell(ctx)
}
