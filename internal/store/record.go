package store

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// tellEvents gives a connection the functions event_field(record, name), by which
// migrations read what is in a record, and event_erased(record), the same without
// the text.
func tellEvents(conn *connection) error {
	err := conn.CreateFunction("event_field", &sqlite.FunctionImpl{
		NArgs: 2, Deterministic: true,
		Scalar: func(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
			ev, err := decodeEvent(0, 0, args[0].Blob())
			if err != nil {
				return sqlite.Value{}, err
			}
			return eventField(&ev, args[1].Text())
		},
	})
	if err != nil {
		return err
	}
	return conn.CreateFunction("event_erased", &sqlite.FunctionImpl{
		NArgs: 1, Deterministic: true,
		Scalar: func(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
			record := args[0].Blob()
			ev, err := decodeEvent(0, 0, record)
			if err != nil || ev.Text == "" {
				return args[0], err
			}
			ev.Text, ev.Tags, ev.Files = "", "", nil
			record, err = appendErased(nil, &ev, len(record))
			return sqlite.BlobValue(record), err
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
	case "name":
		return sqlite.TextValue(ev.Name), nil
	case "private":
		return sqlite.IntegerValue(int64(ev.Flags & chat.Private)), nil
	}
	return sqlite.Value{}, fmt.Errorf("events have no field %q", name)
}
