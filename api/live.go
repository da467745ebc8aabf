package api

// More values of [Message.Type], for those who are told live over HTTP.
const (
	TypeSignal  = "signal"  // something that is true for a moment and not kept: Signal
	TypeEntered = "entered" // from here on come the events of Room
	TypeExited  = "exited"  // none of Room come any more
)

// The operations of a [Command], with the fields that each uses. Where a room is
// meant it is Room or To; where a person is, User or Nick.
const (
	OpSay        = "say"        // a room, Text; Target for a reply; Action, Notice, Files
	OpEdit       = "edit"       // Target, Text
	OpDelete     = "delete"     // Target; Text is the reason
	OpReact      = "react"      // Target, Text (the emoji)
	OpUnreact    = "unreact"    // Target, Text
	OpPin        = "pin"        // Target
	OpUnpin      = "unpin"      // Target
	OpTopic      = "topic"      // a room, Text
	OpJoin       = "join"       // a room; Private if it is made by that; Key
	OpLeave      = "leave"      // a room; Text is the reason
	OpCreate     = "create"     // Name, Private
	OpRename     = "rename"     // a room, Name; Text is the reason
	OpArchive    = "archive"    // a room
	OpRestore    = "restore"    // a room
	OpInvite     = "invite"     // a room, a person
	OpDirect     = "direct"     // a person: opens the direct conversation with them
	OpRead       = "read"       // a room, Target: everything up to it has been read
	OpUnread     = "unread"     // a room, Target: it and everything after it has not been read
	OpNick       = "nick"       // Name
	OpKick       = "kick"       // a room, a person; Text is the reason
	OpMute       = "mute"       // a room, a person, Until; Text is the reason
	OpUnmute     = "unmute"     // a room, a person
	OpBan        = "ban"        // a room, or none for the whole server; a person, or Name (an address or a network); Until; Text is the reason
	OpUnban      = "unban"      // as for a ban
	OpRank       = "rank"       // a room, a person, Level: plain, voice, moderator or owner
	OpRole       = "role"       // a person, Level: member, admin or owner of the server
	OpRules      = "rules"      // a room, Rules
	OpKey        = "key"        // a room, Key: the word that joining takes; none removes it
	OpLimit      = "limit"      // a room, Limit: members at most; 0 removes it
	OpProperty   = "property"   // Name is the key, Text the value, which none removes; of oneself, of a room or of a person; Private: nobody else sees it
	OpUnpreview  = "unpreview"  // Target, Name: the link of which nothing is to be shown
	OpReport     = "report"     // Target; Text is why
	OpDisconnect = "disconnect" // a person; Text is why
	OpTyping     = "typing"     // a room; Text is active, paused or done, and active if empty; not kept
	OpAway       = "away"       // Text is why; of this connection, and not kept
	OpBack       = "back"       // of this connection, and not kept
	OpSeen       = "seen"       // somebody looks at what this connection brings; not told to anybody, and not kept
	OpUnseen     = "unseen"     // nobody does: they are told by other ways too, as by push
	OpPing       = "ping"       // is answered when everything before it is done
)

// Command is what a program asks for. Over WebSocket each is answered by an ack or
// an error with its id, in the order in which they were sent; over HTTP by the
// answer.
type Command struct {
	// ID is the client id: of 1 to 64 printable characters, and unlike any other
	// that the user has given, ever. What is said under one is said once, however
	// often it is sent; so are edits, deletions, reactions and pins.
	ID string `json:"id,omitempty"`

	Op      string   `json:"op"`
	Room    uint64   `json:"room,omitempty"`   // its id
	To      string   `json:"to,omitempty"`     // instead: #tea, or @nick for the direct conversation with somebody, which is opened
	Target  uint64   `json:"target,omitempty"` // the message that it is about
	User    uint64   `json:"user,omitempty"`   // the person that it is about
	Nick    string   `json:"nick,omitempty"`   // instead: what they are called
	Name    string   `json:"name,omitempty"`
	Text    string   `json:"text,omitempty"`
	Files   []string `json:"files,omitempty"`  // ids of uploads
	Action  bool     `json:"action,omitempty"` // say: what one does, as in * otter waves
	Notice  bool     `json:"notice,omitempty"` // say: what programs never answer
	Level   string   `json:"level,omitempty"`
	Until   int64    `json:"until,omitempty"` // milliseconds since the Unix epoch; 0 is for ever
	Key     string   `json:"key,omitempty"`
	Limit   uint32   `json:"limit,omitempty"`
	Private bool     `json:"private,omitempty"` // a new room is entered on invitation only
	Rules   *Rules   `json:"rules,omitempty"`
}

// Rules are who may do what in a room. In a command those that are nil stay as
// they are.
type Rules struct {
	Announce    *bool   `json:"announce,omitempty"`    // only those with a voice say something
	NoGuests    *bool   `json:"noguests,omitempty"`    // guests can't come in
	HeldInvites *bool   `json:"heldinvites,omitempty"` // only moderators invite
	HeldPins    *bool   `json:"heldpins,omitempty"`    // only moderators pin and set the topic
	InviteOnly  *bool   `json:"inviteonly,omitempty"`  // one comes in by invitation, and only members read
	Hidden      *bool   `json:"hidden,omitempty"`      // it is not listed for others
	Quiet       *bool   `json:"quiet,omitempty"`       // comings and goings are not shown
	Slow        *uint32 `json:"slow,omitempty"`        // so many seconds between two messages of one person
}

// The values of [Signal.Kind].
const (
	SignalTyping  = "typing"  // Room, Text: active, paused or done
	SignalAway    = "away"    // Text is why
	SignalBack    = "back"    // they are not away any more
	SignalOnline  = "online"  // somebody who is watched has come
	SignalOffline = "offline" // and has gone
	SignalMember  = "member"  // a guest has become a member
	SignalStatus  = "status"  // Text is what they say of themselves; empty if nothing any more
	SignalPicture = "picture" // Text is where a picture of them is fetched; empty if there is none any more
)

// Signal is something that is true for a moment, or worth knowing now and never
// again. It is in no log: whoever is not connected misses it, and a reader who is
// slow may.
type Signal struct {
	Kind string `json:"kind"`
	Room uint64 `json:"room,omitempty"`
	User uint64 `json:"user"`
	Nick string `json:"nick"`
	Text string `json:"text,omitempty"`
}
