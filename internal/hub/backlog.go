package hub

import (
	"context"
	"fmt"
	"sync"

	"hubbub/internal/chat"
)

// Pages of the log for readers who have lagged behind a room's tail.
//
// Many who lag usually lag together: after a stall, a restart, a reconnect
// storm. So a page is read and encoded once and kept for a while, and pages end
// at multiples of pageAlign: wherever two readers began, after one page they
// ask for the same ones.

const (
	pageEvents = 512     // the most in one page
	pageAlign  = 256     // in Seq
	pageText   = 1 << 20 // bytes of text after which a page ends early
	pagesKept  = 32      // pages in memory at once
)

type pageKey struct {
	room  chat.RoomID
	after chat.Seq
}

// cachedPage is a page that is there or being read.
type cachedPage struct {
	key   pageKey
	used  uint64        // when it was asked for last, in calls
	ready chan struct{} // closed once the following are set
	entry *Entry        // nil if there are no such events
	err   error
}

// pages keeps the pages that were asked for last.
type pages struct {
	mu    sync.Mutex // guards the following; never held across I/O
	kept  map[pageKey]*cachedPage
	calls uint64
}

func (p *pages) init() { p.kept = map[pageKey]*cachedPage{} }

// find returns the page under key, and whether the caller must read it.
func (p *pages) find(key pageKey) (page *cachedPage, read bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	if page = p.kept[key]; page != nil {
		page.used = p.calls
		return page, false
	}
	if len(p.kept) >= pagesKept {
		p.evict()
	}
	page = &cachedPage{key: key, used: p.calls, ready: make(chan struct{})}
	p.kept[key] = page
	return page, true
}

func (p *pages) evict() {
	var oldest *cachedPage
	for _, page := range p.kept {
		if oldest == nil || page.used < oldest.used {
			oldest = page
		}
	}
	delete(p.kept, oldest.key)
}

// drop forgets one page, unless another has taken its place.
func (p *pages) drop(page *cachedPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept[page.key] == page {
		delete(p.kept, page.key)
	}
}

// clear drops all pages.
func (p *pages) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.kept)
}

// forget drops a room's pages: something in them was deleted.
func (p *pages) forget(room chat.RoomID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key := range p.kept {
		if key.room == room {
			delete(p.kept, key)
		}
	}
}

// page returns the events of a room after a position as an entry, or nil if
// there are none.
func (h *Hub) page(ctx context.Context, r *room, after chat.Seq) (*Entry, error) {
	page, read := h.pages.find(pageKey{r.id, after})
	if read {
		// Others may wait for this page, so it is not given up when the one who
		// came first goes away. It is bounded: one page.
		page.entry, page.err = h.readPage(context.WithoutCancel(ctx), r, after)
		if page.err != nil || page.entry == nil || !page.entry.aligned() {
			h.pages.drop(page) // not what the next one should find
		}
		close(page.ready)
	}
	select {
	case <-page.ready:
		return page.entry, page.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (h *Hub) readPage(ctx context.Context, r *room, after chat.Seq) (*Entry, error) {
	events, err := h.store.Events(ctx, r.id, after, pageEvents)
	if err != nil {
		return nil, fmt.Errorf("read room %d after %d: %w", r.id, after, err)
	}
	events = cutText(cutAligned(events))
	if len(events) == 0 {
		return nil, nil
	}
	e := newEntry(after, 0)
	e.Room, e.Events = r.described(), events
	for i := range events {
		e.look(&events[i])
	}
	return e, nil
}

// cutAligned cuts a full page after its last event before a multiple of
// pageAlign, if there is one in it.
func cutAligned(events []chat.Event) []chat.Event {
	if len(events) < pageEvents {
		return events
	}
	last := events[len(events)-1].Seq
	bound := last / pageAlign * pageAlign
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Seq <= bound {
			return events[:i+1]
		}
	}
	return events
}

// cutText cuts a page after pageText bytes of text.
func cutText(events []chat.Event) []chat.Event {
	size := 0
	for i := range events {
		if size += len(events[i].Text); size >= pageText {
			return events[:i+1]
		}
	}
	return events
}

// aligned reports whether the page was full and cut where all pages are, so that
// it is worth keeping. A shorter one may reach to the end of the room, which
// moves on.
func (e *Entry) aligned() bool { return len(e.Events) > pageEvents-pageAlign }
