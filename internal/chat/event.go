package chat

import "fmt"

// Kind says what an [Event] reports. The numbers are on disk: append only.
type Kind uint8

// The kinds of events, with the fields that each uses beside Seq, Prev, Room,
// Time, By and Nick. Where others are shown who By is, Level is By's [Role] at
// that moment, or As where Level tells something else: see [Event.Role]. Where
// somebody comes, and in a [Quiet] room where they go or change the nick, Was is By's
// [Rank] there.
const (
	_            Kind = iota
	Message           // Text; Client; Tags; Files; Count is 1 if its author says to be a program; a reply has Target, Whose, When and Thread; Level as in the others up to Unreacted
	Action            // like Message, said with /me
	Edited            // Target, Whose, When; Text is the new text
	Deleted           // Target, Whose, When; Text is the reason, if one was given
	Reacted           // Target, Whose, When; Text is the emoji
	Unreacted         // Target, Whose, When; Text is the emoji
	Pinned            // Target, Whose, When
	Unpinned          // Target, Whose, When
	TopicSet          // Text; Level
	Joined            // By is now a member; Level
	Left              // By no longer is; Text is the reason, if one was given; Level; Count is 1 if they leave the server
	RoomCreated       // Name, Flags; the first event of a room
	RoomRenamed       // Name is the new name, Whose the old one; Text is the reason, if one was given; Level
	RoomArchived      // nothing more can be said in it
	RoomRestored      // the room is open again
	Arrived           // in the inbox; Nick is the name granted, Key, Node
	Departed          // in the inbox, its last event until the guest comes back; Key; the nick is free
	NickChanged       // Nick is the old nick, Name the new; Level; in each of the user's rooms and the inbox
	Invited           // in the room and the invited user's inbox: About is the room, Name its name, User and Whose the invited; Level
	DirectOpened      // in an inbox: About is the room, User and Whose the other person
	ReadMarked        // in the inbox: everything in room About, called Name or with User and Whose in it, up to Target and up to the time When has been read; either is 0 if it is not known; Count is 1 if more was marked before

	// Who may do what. Each of the following is told to the room that it is about
	// (About is that room) or to the inbox of User, whom it is about (Whose is what
	// User is called), and to the audit log.
	Registered        // Level is the Role, Target the invitation, About 0
	CredentialAdded   // Level is the Proof, Name what it is called, Key, Secret, Count the scope, When until when; Target is the same password, kept otherwise before
	CredentialDropped // Target, Level, Name
	InvitationMade    // in the audit log only: Key, Level is the Role, Count, When, Text the rooms
	InvitationDropped // in the audit log only: Target
	RoleSet           // Level is the Role
	RankSet           // Level is the Rank, Was the one before
	RulesSet          // Flags are all the room's, Was those before; Count the slow mode's seconds
	Kicked            // User is no longer a member; Text is the reason; Level is By's Role
	Muted             // When until when; Text is the reason
	Unmuted
	Banned       // User, or Name (a network); When until when; Text is the reason
	Unbanned     // User or Name
	Disconnected // User's connections were closed
	Reported     // in the audit log only: Target, Whose, When; Text is why; About the room

	Notice // like Message, said by programs, and never to be answered automatically

	// What it takes to come into a room: told to it and to the audit log, as above.
	KeySet      // Text is the word, in the room alone; none removes it
	LimitSet    // Count is how many members at most; 0 removes it
	MaskAdded   // Level is the MaskList, Text the pattern
	MaskDropped // Level, Text

	PropertySet // of the room About, in it, or of User, called Whose, in their inbox and, if others set it, the audit log: Name is the key, Text the value, none removes it; Flags is Private if only User sees it; Level

	// What is beside a message.
	Previewed      // Target, Whose, When; Text is a [LinkPreview]
	PreviewDropped // Target, Whose, When; Text is the URL
	kindEnd
)

var kindNames = [kindEnd]string{
	Message: "message", Action: "action", Edited: "edited", Deleted: "deleted", Reacted: "reacted", Unreacted: "unreacted",
	Pinned: "pinned", Unpinned: "unpinned", TopicSet: "topic", Joined: "joined", Left: "left",
	RoomCreated: "room-created", RoomRenamed: "room-renamed", RoomArchived: "room-archived", RoomRestored: "room-restored",
	Arrived: "arrived", Departed: "departed", NickChanged: "nick", Invited: "invited", DirectOpened: "direct-opened", ReadMarked: "read",
	Registered: "registered", CredentialAdded: "credential-added", CredentialDropped: "credential-dropped",
	InvitationMade: "invitation-made", InvitationDropped: "invitation-dropped", RoleSet: "role", RankSet: "rank", RulesSet: "rules",
	Kicked: "kicked", Muted: "muted", Unmuted: "unmuted", Banned: "banned", Unbanned: "unbanned",
	Disconnected: "disconnected", Reported: "reported",
	Notice: "notice", KeySet: "key", LimitSet: "limit", MaskAdded: "mask-added", MaskDropped: "mask-dropped", PropertySet: "property",
	Previewed: "previewed", PreviewDropped: "preview-dropped",
}

// authored are the kinds that tell what the author is on the server.
var authored = [kindEnd]bool{
	Message: true, Action: true, Notice: true, Edited: true, Deleted: true, Reacted: true, Unreacted: true,
	TopicSet: true, Joined: true, Left: true, RoomRenamed: true, NickChanged: true, Invited: true, Kicked: true, PropertySet: true,
	PreviewDropped: true,
}

// governing are the kinds that tell it in As, since Level tells something else.
var governing = [kindEnd]bool{
	Pinned: true, Unpinned: true, RoomArchived: true, RoomRestored: true, RankSet: true, RulesSet: true,
	Muted: true, Unmuted: true, Banned: true, Unbanned: true, KeySet: true, LimitSet: true, MaskAdded: true, MaskDropped: true,
}

// String returns the kind's stable name, as machine-readable dialects send it.
func (k Kind) String() string {
	if k > 0 && k < kindEnd {
		return kindNames[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// Flags are what kind of room one is: they qualify a [RoomCreated] and a
// [RulesSet] event.
type Flags uint16

// Flags of a room.
const (
	Private     Flags = 1 << iota // joined by invitation only, not listed for others
	Direct                        // a direct conversation: private, and it has no name
	Audit                         // the log of who did what to whom: nobody is in it, and only the server writes
	Announce                      // only those with a voice say something
	NoGuests                      // guests can't come in
	HeldInvites                   // only moderators invite
	HeldPins                      // only moderators pin, and set the topic
	InviteOnly                    // joined by invitation only, and read by members only, but listed
	Hidden                        // not listed for those who are not in it
	Quiet                         // comings and goings are shown to moderators only
	NoCTCP                        // programs ask nothing of one another
	flagsEnd
)

// Rules are the flags that can be changed.
const Rules = Announce | NoGuests | HeldInvites | HeldPins | InviteOnly | Hidden | Quiet | NoCTCP

// Closed are the flags of rooms that only those read who are in them.
const Closed = Private | InviteOnly

// Event is something that happened: decided, ordered, and never changed. An
// Event is self-contained, so that a line can be shown without looking
// anything up: Nick is what By was called at that moment.
type Event struct {
	Seq    Seq    // position in the log
	Prev   Seq    // position of the room's previous event; 0 for its first
	Room   RoomID // where it happened
	Time   Millis // when it was proposed; never decreases along the log, unless a clock was set back by a minute or more
	Kind   Kind
	As     Role // what By was on the server, of kinds whose Level tells something else
	Flags  Flags
	Level  uint8    // a Role, a Rank or a Proof, as the kind says; By's Role where it says no more
	Count  uint32   // what the kind says
	Was    uint32   // what was there before, as the kind says
	By     UserID   // who did it; 0 for the server
	Nick   string   // what By was called
	Client ClientID // the client id of the command, if it had one
	Target Seq      // the message, or what the kind says
	Thread Seq      // of a reply: the message that began the conversation which it is in
	Whose  string   // the nick under which Target was written, or what User is called
	When   Millis   // when Target was written, or until when; 0 is for ever
	User   UserID   // what the kind says
	About  RoomID   // what the kind says
	Name   string
	Text   string
	Tags   string // of what was said: the author's client's, as IRC has them; see [CheckTags]
	Files  []File // of what was said; of a PropertySet, the picture of somebody
	Key    Key    // Arrived, Departed, CredentialAdded, InvitationMade; for the server alone
	Node   uint64 // Arrived only: the node that holds the connection
	Secret string // CredentialAdded: for the server alone, and not in the record: it can be forgotten
}

// Role returns what By was on the server when the event was decided: of kinds
// that don't tell it, and of what the server did, a guest's.
func (e *Event) Role() Role {
	if e.Kind >= kindEnd || !authored[e.Kind] {
		return e.As
	}
	return Role(e.Level)
}

// Social reports whether the event is about who is here and what they are called.
// Somebody who is in several rooms brings about one in each.
func (e *Event) Social() bool {
	return e.Kind == Joined || e.Kind == Left || e.Kind == NickChanged
}

// Said reports whether the event is a message that somebody wrote, as opposed
// to something that happened to a message or a room.
func (e *Event) Said() bool { return e.Kind == Message || e.Kind == Action || e.Kind == Notice }
