package chat

// Op says what a [Command] asks for. The numbers go into a shared log: append
// only.
type Op uint8

// The operations, with the fields that each uses beside ID, Time and By.
const (
	_           Op = iota
	Say            // Room, Text; Target for a reply; Emote for /me; Client
	Edit           // Target, Text
	Delete         // Target
	React          // Target, Text (the emoji)
	Unreact        // Target, Text
	Pin            // Target
	Unpin          // Target
	SetTopic       // Room, Text
	Join           // Room, or Name: then the room is created if there is none; Private
	Leave          // Room; Text is the reason
	CreateRoom     // Name, Private
	RenameRoom     // Room, Name
	ArchiveRoom    // Room
	RestoreRoom    // Room
	Invite         // Room, User
	OpenDirect     // User
	MarkRead       // Room, Target
	SetNick        // Name
	Arrive         // Name is the nick wished for, Key; Strict refuses a taken nick instead of numbering it
	Depart         // User; Text is the reason; only the server proposes it
	opEnd
)

// Key is the SHA-256 of a secret that a guest's client keeps, by which it is
// recognised when it comes back. The zero Key is none.
type Key [32]byte

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Command is what somebody wants: proposed to the log, decided by
// [State.Apply]. Everything that the decision depends on and that is not in the
// state (the time, ids, hashes) is in it, so every node decides alike.
type Command struct {
	ID      CommandID
	Time    Millis
	By      UserID
	Op      Op
	Emote   bool // Say: an action
	Private bool // Join, CreateRoom: a new room is joined by invitation only; Join of a public one is refused
	Strict  bool // Arrive
	Client  ClientID
	Room    RoomID
	Target  Seq
	User    UserID
	Name    string
	Text    string
	Key     Key
	Node    uint64 // Arrive: the node that holds the connection
}
