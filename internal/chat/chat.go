// Package chat is the vocabulary of hubbub and its rules, and nothing else: it
// does no I/O, reads no clock, takes no lock and draws no random number.
//
// A [Command] is what somebody wants. The log puts commands in one order, and
// [State.Apply] decides each in turn: it answers with the [Event]s that now are
// true, or with an [Error] that says why not. The rules live here and nowhere
// else; whatever is checked earlier is a courtesy to the sender.
//
// Apply has two halves. decide looks, and never changes anything; evolve
// changes the state by one event, and never refuses. So a state is a function
// of its events alone, which the tests check by replaying them.
//
// What the state does not keep in memory (who wrote message 812, whether this
// client id was used before) comes in beside the command as [Facts], which the
// caller has looked up: [Command.Needs] says which.
//
// Identifiers cost no counters: a user, a room and a message are each named by
// the [Seq] of the event that brought them into being.
package chat

import "strconv"

// Seq is the position of an event in the one log: given at apply, strictly
// increasing, the same on every node. Zero is before the first event.
type Seq uint64

// String returns the decimal form, as people type it after /reply.
func (s Seq) String() string { return strconv.FormatUint(uint64(s), 10) }

// UserID names a user: the Seq of the [Arrived] event that created it. Zero is
// the server itself.
type UserID uint64

// RoomID names a room: the Seq of its [RoomCreated] event, or, for a user's
// inbox, of the [Arrived] event of that user.
type RoomID uint64

// Inbox returns the room in which u is the only reader. What concerns one
// person alone (a direct conversation opened, an invitation, a read marker)
// is an event there, so that it needs no second path.
func (u UserID) Inbox() RoomID { return RoomID(u) }

// ClientID is the name that a client gave to a command, so that repeating the
// command is harmless: an author's client ids are unique for ever, not for a
// window. Empty where the protocol has none. At most [MaxClientID] bytes.
type ClientID string

// CommandID tells a proposal from every other, on every node, so that the
// outcome finds its proposer. Node is random per process start.
type CommandID struct{ Node, N uint64 }

// Millis is a point in time: milliseconds since the Unix epoch, UTC.
type Millis int64

// Limits that no configuration can exceed; the log refuses what is over them.
// A server may set lower ones for its sessions.
const (
	MaxText     = 32 << 10 // bytes of one message
	MaxTopic    = 1024     // bytes
	MaxNick     = 32       // runes
	MaxRoomName = 64       // runes, with the leading #
	MaxReaction = 64       // bytes of one emoji or short word; the longest emoji of Unicode 16 has 35
	MaxClientID = 64       // bytes of printable ASCII
	MaxPins     = 100      // in one room

	MaxReactions    = 1000 // to one message, by everybody
	MaxEmoji        = 50   // different reactions to one message
	MaxOwnReactions = 20   // to one message, by one person
)

// Lobby is the name of the public room that exists from the first start and in
// which everyone lands.
const Lobby = "#lobby"

// AuditName is the name of the room that is the audit log. Nobody is in it. It is
// made with the first event that it records, unless the server has made it.
const AuditName = "#audit"
