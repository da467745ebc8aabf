package hubtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strconv"

	"hubbub/api"
	"hubbub/internal/checker"
)

// readFinal records the final history in two ways: as the log has it, read by
// somebody who resumes from before the trial, and as the pages of /history show
// it. All actors are gone, so nothing is added but what those say who still
// leave.
func (tr *Trial) readFinal() {
	tr.t.Helper()
	p := tr.observer("historian")
	rooms := p.Rooms()
	tr.readLog(rooms)
	for i := range rooms {
		tr.rec.Record(checker.Op{Verb: checker.Final, Who: "judge", Session: "log", Room: rooms[i].Name})
		p.readHistory(&rooms[i])
	}
	p.Close()
	tr.hung()
}

// readLog records the log of rooms up to their heads.
func (tr *Trial) readLog(rooms []api.Room) {
	tr.t.Helper()
	l, err := tr.server.dial(tr.ctx, never)
	if err != nil {
		tr.t.Fatal(err)
	}
	defer l.Close()
	hello, heads := api.Hello{Nick: "judge", Epoch: tr.epoch, After: tr.base}, map[string]uint64{}
	for _, room := range rooms {
		hello.Rooms = append(hello.Rooms, room.Name)
		if room.Head > tr.base {
			heads[room.Name] = room.Head
		}
	}
	line, _ := json.Marshal(hello)
	fmt.Fprintf(l, "/json %s\n", line)
	for in := bufio.NewReader(l); len(heads) > 0; {
		line, err := in.ReadBytes('\n')
		var m api.Message
		if err == nil && line[0] == '{' { // or the hello came late, and a person was greeted
			err = json.Unmarshal(line, &m)
		}
		if err != nil || m.Type == api.TypeError {
			tr.t.Fatalf("read the log: %v; %s", err, line)
		}
		if head := heads[eventRoom(&m)]; head != 0 && m.Event.Seq <= head {
			tr.rec.Record(tr.final("log", m.Event))
			if m.Event.Seq == head {
				delete(heads, m.Event.RoomName)
			}
		}
	}
}

// eventRoom returns the name of the room that an event is of, if m is one.
func eventRoom(m *api.Message) string {
	if m.Event == nil {
		return ""
	}
	return m.Event.RoomName
}

// final returns the op of an event in the final history.
func (tr *Trial) final(how string, e *api.Event) checker.Op {
	now := tr.rec.Now()
	op := checker.Op{
		Verb: checker.Final, Who: "judge", Session: how, Protocol: how, Node: node, Room: e.RoomName, Start: now, End: now,
		Seq: e.Seq, Prev: e.Prev, Author: strconv.FormatUint(e.By, 10), Client: e.Client, Kind: e.Kind, Target: e.Target, Text: e.Text,
	}
	shorten(&op)
	return op
}

// readHistory records a room as /history shows it, page by page, back to the
// beginning of the trial.
func (p *Program) readHistory(room *api.Room) {
	const page = 200
	p.Go(room.Name)
	var messages []api.Event
	for before := ""; ; {
		m := p.ask(fmt.Sprintf("/history %d %s", page, before))
		if m.Type != api.TypeReply {
			p.trial.fault("the history of %s: %+v", room.Name, m)
			return
		}
		messages = append(m.Events, messages...)
		if len(m.Events) == 0 || m.Events[0].Seq <= p.trial.base {
			break
		}
		before = strconv.FormatUint(m.Events[0].Seq, 10)
	}
	for i := range messages {
		if e := &messages[i]; e.Seq > p.trial.base && e.Seq <= room.Head {
			op := p.trial.final("history", e)
			op.Prev = 0 // only messages are shown, so there is no chain
			p.trial.rec.Record(op)
		}
	}
}
