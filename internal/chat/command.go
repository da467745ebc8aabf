package chat

// Op says what a [Command] asks for. The numbers go into a shared log: append
// only.
type Op uint8

// The operations, with the fields that each uses beside ID, Time and By.
const (
	_           Op = iota
	Say            // Room, Text; Target for a reply; Emote for /me, or Notice; Tags; Files; Count is 1 if a program says so of itself; Client
	Edit           // Target, Text
	Delete         // Target; Text is the reason
	React          // Target, Text (the emoji)
	Unreact        // Target, Text
	Pin            // Target
	Unpin          // Target
	SetTopic       // Room, Text
	Join           // Room, or Name: then the room is created if there is none; Private; Text is the room's key
	Leave          // Room; Text is the reason
	CreateRoom     // Name, Private
	RenameRoom     // Room, Name; Text is the reason
	ArchiveRoom    // Room
	RestoreRoom    // Room
	Invite         // Room, User
	OpenDirect     // User
	MarkRead       // Room, Target, Until
	SetNick        // Name
	Arrive         // Name is the nick wished for, Key; Strict refuses a taken nick instead of numbering it
	Depart         // User; Text is the reason; only the server proposes it

	Register       // Name, Secret (a password's hash), Key (an invitation's) or Open, From: a guest becomes a member, or somebody new does
	MakeBot        // Name: an account that only tokens prove
	Login          // User, Target (the credential that proved it), From: a session speaks for a member; no event
	AddCredential  // Level (a Proof), Name (what its owner calls it), Key, Secret, Until, Count (a token's scope); User if not By's own; Target: the password that is kept anew
	DropCredential // Target; User if not By's own
	MakeInvitation // Key, Level (a Role), Count (how often), Until, Text (ids of rooms, with spaces between)
	DropInvitation // Target
	SetRole        // User, Level (a Role)
	SetRank        // Room, User, Level (a Rank)
	SetRules       // Room, Rules, Count (slow mode's seconds)
	Kick           // Room, User; Text is the reason
	Mute           // Room, User, Until; Text is the reason
	Unmute         // Room, User
	Ban            // Room or the server; User, or Name (an address or a network); Until; Text is the reason
	Unban          // Room or the server; User or Name
	Disconnect     // User: every connection of theirs is closed
	Report         // Target; Text is why

	SetKey   // Room, Text (the word that joining takes; none removes it)
	SetLimit // Room, Count (members at most; 0 removes it)
	AddMask  // Room, Level (a MaskList), Name (a pattern, or a part of one)
	DropMask // Room, Level, Name

	SetProperty // Room, or User if not By's own; Name is the key, Text the value, which none removes; Private: only its owner sees it
	Preview     // Target, Text (a [LinkPreview], encoded); only the server proposes it
	DropPreview // Target, Name (the URL)
	opEnd
)

// Key is the SHA-256 of a secret: of a guest's client, by which it is recognised
// when it comes back, of a token, of an invitation's code; or of what is as good
// as a secret, such as the public key of an SSH key pair. The zero Key is none.
type Key [32]byte

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Command is what somebody wants: proposed to the log, decided by
// [State.Apply]. Everything that the decision depends on and that is not in the
// state (the time, ids, hashes) is in it, so every node decides alike.
type Command struct {
	ID       CommandID
	Time     Millis
	By       UserID
	Op       Op
	Emote    bool // Say: an action
	Notice   bool // Say: what is never to be answered automatically
	Private  bool // Join, CreateRoom: a new room is joined by invitation only; Join of a public one is refused. Arrive, Register: not into the lobby
	Strict   bool // Arrive. MarkRead: no more than up to Target has been read, though it was marked before
	Open     bool // Register: no invitation is needed
	Confined bool // if By is a guest: to public rooms that there are
	Level    uint8
	Rules    Flags // SetRules: those that hold from now on
	Count    uint32
	Client   ClientID
	Room     RoomID
	Target   Seq
	User     UserID
	Name     string
	Text     string
	Tags     string // Say: see [CheckTags]
	Files    []File // Say: see [CheckFiles]; SetProperty: one's picture, see [PictureKey]
	Key      Key
	Node     uint64 // Arrive: the node that holds the connection
	Until    Millis // 0 is for ever. MarkRead: up to when everything has been read; 0 if only Target is known
	Secret   string // what proves a credential, hashed or sealed; never shown to anybody
	From     string // Arrive, Register, Login: the peer's address; empty if it has none
	Holder   Key    // Register: of what the new member logs in by, if that has one; Level says what it is, Text what it is called
}
