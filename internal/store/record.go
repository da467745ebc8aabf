package store

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// tellEvents gives a connection the function event_field(record, name), by which
// migrations look into the records of events: what a field has, as a number or a
// text. A record that can't be read is an error, and then nothing is migrated.
func tellEvents(conn *connection) error {
	return conn.CreateFunction("event_field", &sqlite.FunctionImpl{
		NArgs: 2, Deterministic: true,
		Scalar: func(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
			ev, err := decodeEvent(0, 0, args[0].Blob())
			if err != nil {
				return sqlite.Value{}, err
			}
			return eventField(&ev, args[1].Text())
		},
	})
}

func eventField(ev *chat.Event, name string) (sqlite.Value, error) {
	switch name {
	case "thread":
		return sqlite.IntegerValue(int64(ev.Thread)), nil
	case "by":
		return sqlite.IntegerValue(int64(ev.By)), nil
	case "nick":
		return sqlite.TextValue(ev.Nick), nil
	}
	return sqlite.Value{}, fmt.Errorf("events have no field %q", name)
}
