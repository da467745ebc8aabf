package chat_test

import (
	"testing"

	"hubbub/internal/chat"
)

// newServer returns a world with an audit log, and nobody in it.
func newServer(t *testing.T) *world {
	w := newWorld(t)
	w.audit = w.must(chat.Command{Op: chat.CreateRoom, Name: chat.AuditName}).Room
	return w
}

// member lets somebody register who was nobody before, with a password.
func (w *world) member(nick string) chat.UserID {
	w.t.Helper()
	return w.must(chat.Command{Op: chat.Register, Name: nick, Open: true, Secret: "hash of " + nick}).User
}

// bot makes an account for a bot.
func (w *world) bot(nick string) chat.UserID {
	w.t.Helper()
	w.must(chat.Command{Op: chat.MakeBot, Name: nick})
	id, _ := w.state.Lookup(nick)
	return id
}

// role has the console make somebody something on the server.
func (w *world) role(id chat.UserID, role chat.Role) {
	w.t.Helper()
	w.must(chat.Command{Op: chat.SetRole, User: id, Level: uint8(role)})
}

// rank has the console make somebody something in a room.
func (w *world) rank(in chat.RoomID, id chat.UserID, rank chat.Rank) {
	w.t.Helper()
	w.must(chat.Command{Op: chat.SetRank, Room: in, User: id, Level: uint8(rank)})
}
