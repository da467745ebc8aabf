package search

import (
	"context"
	"time"

	"hubbub/internal/chat"
)

// Source is the log, as the store offers it to an index.
type Source interface {
	// Changes returns what the committed events after a position, at most
	// limit of them, did to messages, in the order of the log, and the last
	// event it looked at, which is after itself if there are no more. It ends
	// early once the texts come to [BatchText]. The text of a document may be
	// newer than its event.
	Changes(ctx context.Context, after chat.Seq, limit int) (docs []Document, upTo chat.Seq, err error)
	// Wait returns once there is an event after a position, or with an error
	// when ctx is done.
	Wait(ctx context.Context, after chat.Seq) error
}

const (
	minBatch      = 512   // events read at once while the index keeps up
	maxBatch      = 32768 // and when it is far behind
	progressEvery = 5 * time.Second
	minRetry      = 100 * time.Millisecond
	maxRetry      = 30 * time.Second
)

// BatchText is how many bytes of text are enough for one batch, whatever their number.
const BatchText = 8 << 20

// Run keeps the index in step with the source until ctx is done, and then
// returns nil. Whatever goes wrong is logged and tried again: a search that is
// behind is no reason to stop a server.
func (ix *Index) Run(ctx context.Context, source Source) error {
	t := trailer{ix: ix, source: source, limit: minBatch, retry: minRetry}
	for ctx.Err() == nil {
		err := t.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			ix.opts.Logger.Error("search: indexing waits", "for", t.retry, "error", err)
			pause(ctx, t.retry)
			t.retry = min(2*t.retry, maxRetry)
		default:
			t.retry = minRetry
		}
	}
	return nil
}

// trailer is the state of Run.
type trailer struct {
	ix       *Index
	source   Source
	limit    int           // events to read at once: doubled while there are more
	retry    time.Duration // before the next try after an error
	rest     time.Time     // before which no batch is read, so that it has several messages
	reported time.Time     // when progress was last logged; zero if not behind
	sweeper  sweeper
}

// step indexes one batch, or waits for the next event if there is none.
func (t *trailer) step(ctx context.Context) error {
	pause(ctx, time.Until(t.rest))
	if t.ix.damaged.Load() {
		if err := t.ix.rebuild(); err != nil {
			return err
		}
	}
	after := t.ix.Position()
	docs, upTo, err := t.source.Changes(ctx, after, t.limit)
	if err != nil {
		return err
	}
	if upTo == after {
		if err := t.wait(ctx, after); err != nil {
			return err
		}
		return t.sweeper.step(ctx, t.ix)
	}
	if err := t.ix.Apply(ctx, docs, upTo); err != nil {
		return err
	}
	more := upTo-after >= chat.Seq(t.limit) || textOf(docs) >= BatchText
	t.report(upTo, more)
	if err := t.ix.hurry(more && t.limit == maxBatch); err != nil {
		return err
	}
	return t.sweeper.step(ctx, t.ix)
}

// textOf returns how many bytes of text documents have.
func textOf(docs []Document) (n int) {
	for i := range docs {
		n += len(docs[i].Text)
	}
	return n
}

// wait blocks until the log goes on, damage is found, or it is time to sweep.
func (t *trailer) wait(ctx context.Context, after chat.Seq) error {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	if at, ok := t.sweeper.due(t.ix.file.Load()); ok {
		wait, cancel = context.WithDeadline(ctx, at)
		defer cancel()
	}
	t.ix.setRouse(cancel)
	defer t.ix.setRouse(nil)
	if t.ix.damaged.Load() { // found before rouse was set
		return nil
	}
	err := t.source.Wait(wait, after)
	if t.ix.damaged.Load() || ctx.Err() == nil && wait.Err() != nil {
		return nil
	}
	return err
}

// setRouse sets what noteDamage calls.
func (ix *Index) setRouse(rouse func()) {
	ix.mu.Lock()
	ix.rouse = rouse
	ix.mu.Unlock()
}

// report fits the size and the time of the next batch to whether there is more to
// read, and logs how far an index has got that was far behind.
func (t *trailer) report(at chat.Seq, more bool) {
	switch {
	case !more && !t.reported.IsZero():
		t.ix.opts.Logger.Info("search: the index has caught up", "at", at)
		t.reported = time.Time{}
	case more && t.limit == maxBatch && time.Since(t.reported) > progressEvery:
		t.ix.opts.Logger.Info("search: the index is catching up", "at", at, "of at least", max(at, t.ix.opts.LogEnd))
		t.reported = time.Now()
	}
	if more {
		t.limit = min(2*t.limit, maxBatch)
		return
	}
	t.limit, t.rest = minBatch, time.Now().Add(t.ix.opts.Pause)
}

// pause waits for d, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
