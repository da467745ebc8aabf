package main

import (
	"strings"
	"time"

	"hubbub/api"
	"hubbub/client"
)

// What a conversation shows of what the client tells.

// usualHistory asks for what is shown on entering a room.
const usualHistory = "/history 20"

// maxHeld is how much waits for a history that does not come.
const maxHeld = 10_000

// update shows an update. What happens in a room that is being entered waits for
// its history.
func (t *talk) update(u client.Update) {
	switch u := u.(type) {
	case client.Connecting:
		t.status.retry = time.Time{}
	case client.Connected:
		t.connected(u)
	case client.Lost:
		t.lost(u)
	case client.Answered:
		t.answered(u)
	case client.Notice:
		t.screen.Print(t.show.failure(u.Text))
	default:
		if t.entering == nil {
			t.happened(u)
		} else if t.held = append(t.held, u); len(t.held) > maxHeld {
			t.release()
		}
	}
}

func (t *talk) connected(u client.Connected) {
	again := t.status.ever
	t.status = status{up: true, ever: true}
	t.show.welcome(&u.Welcome)
	for _, r := range u.Welcome.Rooms {
		t.rooms[strings.ToLower(r.Name)] = true
	}
	switch {
	case u.Resumed:
		t.screen.Print(t.show.note(t.show.say("Connected again; nothing was missed.")))
		return
	case again:
		t.screen.Print(t.show.note(t.show.say("Connected again. What happened in the meantime can't be told.")))
	default:
		t.screen.Print(t.show.note(t.show.say("You are %s in %s. /help lists the commands, Ctrl-D leaves.", u.Welcome.Nick, t.client.Here())))
	}
	t.rooms[strings.ToLower(t.client.Here())] = true
	clear(t.latest)
	t.askHistory()
}

// askHistory asks for the history of the room that was entered.
func (t *talk) askHistory() {
	if cmd, ok, err := t.client.TrySubmit(usualHistory); ok && err == nil {
		t.entering = cmd
	}
}

func (t *talk) lost(u client.Lost) {
	if t.status.up {
		t.screen.Print(t.show.failure(t.show.say("The connection is lost (%v). What you type is sent when it is back.", u.Err)))
	}
	t.status.up = false
	t.status.retry = time.Now().Add(u.Retry)
	t.release()
}

// answered shows what became of a command.
func (t *talk) answered(u client.Answered) {
	m, err := u.Answer()
	verb, room, _ := strings.Cut(u.Line, " ")
	switch {
	case u.Line == usualHistory && (u.Command == t.entering || t.entering == nil && !t.status.up):
		t.entered(m.Events)
	case strings.EqualFold(verb, "/join") && err == nil && !t.rooms[strings.ToLower(t.client.Here())]:
		t.rooms[strings.ToLower(t.client.Here())] = true
		t.screen.Print(t.show.note(t.show.say("You are in %s.", t.client.Here())))
		t.askHistory()
	case strings.EqualFold(verb, "/join") && err == nil:
		t.screen.Print(t.show.note(t.show.say("You talk in %s now.", t.client.Here())))
	case strings.EqualFold(verb, "/part") && err == nil:
		delete(t.rooms, strings.ToLower(strings.TrimSpace(room)))
		t.screen.Print(t.show.note(t.show.say("You left.") + " " + t.whereNow()))
	default:
		if text := t.show.answer(u.Command); text != "" {
			t.screen.Print(text)
		}
	}
}

func (t *talk) whereNow() string {
	if here := t.client.Here(); here != "" {
		return t.show.say("You talk in %s now.", here)
	}
	return t.show.say("You are in no room; /join one.")
}

// entered shows a room's history, but for what has been shown, and then what has
// happened since.
func (t *talk) entered(events []api.Event) {
	t.entering = nil
	fresh := events[:0]
	for _, ev := range events {
		if ev.Seq > t.latest[ev.Room] {
			fresh = append(fresh, ev)
			t.latest[ev.Room] = ev.Seq
		}
	}
	if len(fresh) > 0 {
		t.screen.Print(t.show.history(fresh, false))
	}
	t.release()
}

// release shows what was held.
func (t *talk) release() {
	held := t.held
	t.entering, t.held = nil, nil
	for _, u := range held {
		t.happened(u)
	}
}

// happened shows what is told about a room.
func (t *talk) happened(u client.Update) {
	switch u := u.(type) {
	case client.Gap:
		t.screen.Print(t.show.failure(t.show.say("Something of %s is missing here; /history shows what was said.", u.Name)))
	case client.Event:
		if said(&u.Event) && u.Seq <= t.latest[u.Room] {
			return // was in the history
		}
		if said(&u.Event) {
			t.latest[u.Room] = u.Seq
		}
		text, concerns := t.show.event(&u.Event)
		if text != "" {
			t.screen.Print(text)
		}
		if concerns && t.flags.profile.Notify != "off" {
			t.screen.Bell()
		}
	}
}
