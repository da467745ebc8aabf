package outward

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
	"hubbub/internal/push"
)

// useful is for how long a push is of use: a push service keeps it that long for a
// browser that is not on.
const useful = 24 * time.Hour

// teller tells browsers of people who are not here what was said.
type teller struct {
	cfg         *Config
	queue       *push.Queue
	subscribers subscribers
	loaded      bool
}

func newTeller(cfg *Config) *teller {
	return &teller{cfg: cfg, subscribers: subscribers{people: map[chat.UserID]*subscriber{}}}
}

// load reads once who has subscribed, after the trail has begun: what changes
// meanwhile comes by it.
func (t *teller) load(ctx context.Context) error {
	if t.loaded {
		return nil
	}
	all, err := t.cfg.Hub.PrivateProperties(ctx, concerns)
	if err != nil {
		return fmt.Errorf("read who has subscribed: %w", err)
	}
	for i := range all {
		t.subscribers.learn(&all[i])
	}
	t.loaded = true
	return nil
}

// see deals with an event.
func (t *teller) see(ctx context.Context, ev *chat.Event) {
	switch {
	case ev.Said():
		t.said(ctx, ev)
	case ev.Kind == chat.PropertySet && ev.User != 0:
		t.kept(ctx, ev)
	case ev.Kind == chat.CredentialDropped && ev.Room == ev.User.Inbox():
		for _, key := range t.subscribers.drop(ev.User, ev.Target) {
			t.forgetFor(ctx, ev.User, key)
		}
	case ev.Kind == chat.Departed:
		t.subscribers.leave(ev.By)
	}
}

// kept learns a property. One without a value was removed, or replaced meanwhile: then
// what counts is what it is now.
func (t *teller) kept(ctx context.Context, ev *chat.Event) {
	p, own := chat.PropertyOf(ev)
	if !own || !concerns(p.Name) {
		return
	}
	if p.Value == "" {
		if now, err := t.cfg.Hub.PropertyNow(ctx, ev.User, p.Name); err == nil { // else it was noted
			p = now
		}
	}
	t.subscribers.learn(&p)
}

// said tells those of a message who want to know and are not here. Who is here is
// asked last: it takes the hub's lock.
func (t *teller) said(ctx context.Context, ev *chat.Event) {
	room, ok := t.cfg.Hub.RoomAt(ev.Room)
	if !ok || ev.Text == "" && len(ev.Files) == 0 { // it has been deleted
		return
	}
	var m *notify.Message
	now := time.Now()
	t.subscribers.in(room, func(reader chat.Member, to *subscriber) {
		if m == nil { // it is read for those who may want it
			m = t.read(ctx, room, ev)
		}
		reason := notify.Decide(m, &notify.Reader{ID: reader.ID, Nick: reader.Nick, Preferences: to.wishes}, now)
		if reason != notify.NoReason && t.cfg.Hub.Elsewhere(reader.ID) && to.due(room.ID, reason, now) {
			t.tell(to, room, ev, reason)
		}
	})
}

// read reads a message for what matters in deciding who is told.
func (t *teller) read(ctx context.Context, room *chat.RoomInfo, ev *chat.Event) *notify.Message {
	m := &notify.Message{Room: room.ID, Author: ev.By, Direct: room.Flags&chat.Direct != 0}
	if ev.Target != 0 {
		if answered, ok, err := t.cfg.Hub.MessageAt(ctx, ev.Target); ok && err == nil {
			m.Answers = answered.By
		}
	}
	m.Read(ev.Text)
	return m
}

// tell has all of somebody's browsers told. Of what was said in one room while a
// browser was not on, it is shown the last.
func (t *teller) tell(to *subscriber, room *chat.RoomInfo, ev *chat.Event, reason notify.Reason) {
	body, err := json.Marshal(pushed(room, ev))
	if err != nil {
		panic("outward: " + err.Error()) // strings and numbers always can be
	}
	m := push.Message{Payload: body, TTL: useful, Urgency: push.Normal, Topic: fmt.Sprint(t.cfg.Hub.Epoch(), " ", room.ID)}
	if reason > notify.Keyword {
		m.Urgency = push.High
	}
	for _, browser := range to.browsers {
		t.queue.Add(browser, m) // if there is no room for it they will see when they look
	}
}

// forget forgets a browser that does not want to be told any more.
func (t *teller) forget(ctx context.Context, browser push.Subscription) {
	key := browser.Name()
	for _, id := range t.subscribers.owners(key) {
		t.forgetFor(ctx, id, key)
	}
}

func (t *teller) forgetFor(ctx context.Context, user chat.UserID, key string) {
	if err := t.cfg.Hub.ForgetPrivate(ctx, user, key); err != nil && ctx.Err() == nil {
		t.cfg.Logger.Warn("a browser that is to be told no more can't be forgotten", "user", user, "err", err)
	}
}
