package client

import (
	"time"

	"hubbub/api"
)

// Update is something that [Client.Run] tells its caller. It is one of
// [Connecting], [Connected], [Lost], [Event], [Answered], [Notice] and [Gap]; of a
// [Live] also [Arrived], [Entered], [Exited] and [Signalled].
type Update interface{ update() }

// Connecting: an attempt to connect begins.
type Connecting struct{}

// Connected: the server has welcomed the client. Commands are sent from now on.
type Connected struct {
	Welcome api.Message
	Resumed bool // what happened in the meantime follows as events, without a gap
	Stale   bool // it can't: the log is not the one that it was
}

// Lost: there is no connection any more, or still none.
type Lost struct {
	Err   error
	Retry time.Duration // until the next attempt
}

// Event: something happened in one of the client's rooms. Each is told once; in
// a room they come in the order of Seq.
type Event struct{ api.Event }

// Answered: a command was answered, or refused. It comes in its place among the
// events: what the command did has been told before.
type Answered struct{ *Command }

// Notice: the server says something that is neither event nor answer.
type Notice struct{ Code, Text string }

// Gap: some events of a room, those after After and before Before, were not
// told and will not be. A server that keeps its promises causes none.
type Gap struct {
	Room          uint64
	Name          string
	After, Before uint64
}

// Arrived: of a room where we are meant to be, as [Config] names it, the server has let
// us into Room. That may be another one: some rooms send on whom they don't let in.
type Arrived struct {
	Name string
	Room api.Room
}

// Entered: from here on the events of a room come.
type Entered struct{ api.Room }

// Exited: no events of a room come any more.
type Exited struct{ api.Room }

// Signalled: something is true for a moment, such as that somebody is typing.
type Signalled struct{ api.Signal }

func (Arrived) update()    {}
func (Entered) update()    {}
func (Exited) update()     {}
func (Signalled) update()  {}
func (Connecting) update() {}
func (Connected) update()  {}
func (Lost) update()       {}
func (Event) update()      {}
func (Answered) update()   {}
func (Notice) update()     {}
func (Gap) update()        {}
