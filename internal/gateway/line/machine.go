package line

import (
	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// The machine mode: one JSON object a line.

// appendMachineEvent is the encoder of the machine dialect: every event, as it
// is in the log.
func appendMachineEvent(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	return append(wire.AppendEvent(dst, room, ev), '\n')
}

// machineEvents returns messages for a program; a person needs none of them.
func (c *conn) machineEvents(messages []hub.Message) []api.Event {
	if !c.machine {
		return nil
	}
	return wire.Messages(c.Session(), messages)
}

// machineRooms returns a list of one room, or of none.
func (c *conn) machineRooms(room *chat.RoomInfo) []api.Room {
	if room == nil {
		return nil
	}
	return []api.Room{wire.Room(c.Session(), room)}
}
