// Package api is the JSON that hubbub speaks to programs: one object a line on
// the line gateway's machine mode, and the same objects over HTTP and
// WebSocket. It holds types and no logic.
//
// A connection starts with one [Hello] from the client and one [Welcome] from
// the server. Then the client sends commands, each under a client id of its
// choice, and the server sends [Message]s: events of all the client's rooms in
// one order, and for each command exactly one ack, reply or error that carries
// the command's id. A client that remembers the epoch and the last seq that it
// handled resumes exactly after it.
package api

// Hello opens a conversation. Every field is optional.
type Hello struct {
	Nick  string `json:"nick,omitempty"`  // the nick wished for; numbered if it is taken
	Token string `json:"token,omitempty"` // a token of a member's or a bot's; or a secret of at least 16 bytes that a guest's client keeps, and is recognised by when it comes back

	User     string `json:"user,omitempty"`     // log in as a member: the nick,
	Password string `json:"password,omitempty"` // the password
	Code     string `json:"code,omitempty"`     // and the code of the second factor, if there is one

	Room  string   `json:"room,omitempty"`  // the room to speak in; it is joined, and created if there is none
	Rooms []string `json:"rooms,omitempty"` // more rooms to join
	Epoch string   `json:"epoch,omitempty"` // of the log that After belongs to
	After uint64   `json:"after,omitempty"` // resume: every event of my rooms with a greater seq
}

// The values of [Message.Type].
const (
	TypeWelcome = "welcome" // first: who you are; Epoch, Seq, User, Nick, Rooms
	TypeEvent   = "event"   // something that happened in one of your rooms: Event
	TypeEvents  = "events"  // several such things in one room, by WebSocket: Events
	TypeAck     = "ack"     // ID is done and durable; Seq is the event's, if there is one
	TypeReply   = "reply"   // the answer to the query ID: Text, and Events or Rooms or People
	TypeError   = "error"   // ID was refused: Code, Text
	TypeBye     = "bye"     // the server closes the connection: Text, and After to resume from
)

// Message is one object from the server. Type says which fields are set.
type Message struct {
	Type   string   `json:"type"`
	ID     string   `json:"id,omitempty"`    // the client id of the command that this answers
	Epoch  string   `json:"epoch,omitempty"` // welcome
	Seq    uint64   `json:"seq,omitempty"`   // ack: the event's; welcome, bye: everything up to it has been sent or is in the past
	User   uint64   `json:"user,omitempty"`  // welcome: your id
	Nick   string   `json:"nick,omitempty"`  // welcome: your nick
	Role   string   `json:"role,omitempty"`  // welcome: what you are on the server; empty for a guest
	Token  string   `json:"token,omitempty"` // welcome to who gave a password: a token to come back with
	Code   string   `json:"code,omitempty"`  // error: one of a short closed list, such as "forbidden"
	Text   string   `json:"text,omitempty"`  // for a person
	Event  *Event   `json:"event,omitempty"`
	Events []Event  `json:"events,omitempty"` // events; reply to /history and /search: oldest first
	Rooms  []Room   `json:"rooms,omitempty"`
	People []Person `json:"people,omitempty"`

	Resumed bool    `json:"resumed,omitempty"` // welcome: what follows is everything since the position that was given
	Room    *Room   `json:"room,omitempty"`    // entered, exited; ack of join, create and direct: the room, if there is one
	Signal  *Signal `json:"signal,omitempty"`
}

// Event is something that happened, as in the log.
type Event struct {
	Seq      uint64 `json:"seq"`
	Prev     uint64 `json:"prev"`           // seq of the room's previous event: if you have not seen it, there is a gap
	Room     uint64 `json:"room"`           // the room's id
	RoomName string `json:"name,omitempty"` // what the room is called; empty for direct conversations and the inbox
	Time     int64  `json:"time"`           // milliseconds since the Unix epoch
	Kind     string `json:"kind"`           // "message", "action", "notice", "edited", "joined", …
	By       uint64 `json:"by,omitempty"`
	Nick     string `json:"nick,omitempty"`
	Client   string `json:"client,omitempty"` // the author's client id
	Target   uint64 `json:"target,omitempty"` // the message that this is about
	Whose    string `json:"whose,omitempty"`  // the target's author
	When     int64  `json:"when,omitempty"`   // when the target was written
	Thread   uint64 `json:"thread,omitempty"` // of a reply: the message that began the conversation which it is in
	User     uint64 `json:"user,omitempty"`
	About    uint64 `json:"about,omitempty"`   // the room that an event in the inbox is about
	Subject  string `json:"subject,omitempty"` // a name that the event is about: the new nick, the room invited to, the key of a property whose value is Text
	Text     string `json:"text,omitempty"`
	Level    string `json:"level,omitempty"`   // what somebody is made: a role, a rank; or what they prove themselves with; or the rules of a room; or "unread" of a marker that somebody has put back; or "private" of a property that nobody else sees
	Edited   bool   `json:"edited,omitempty"`  // history only: Text is the latest of several
	Deleted  bool   `json:"deleted,omitempty"` // the text is gone
	Files    []File `json:"files,omitempty"`

	Previews  []Preview  `json:"previews,omitempty"`  // of "previewed", and in history: what is behind the links of a message
	Reactions []Reaction `json:"reactions,omitempty"` // history only
	Replies   *Replies   `json:"replies,omitempty"`   // history only, of a message that began a conversation
}

// Reaction is an emoji, and who reacted to a message with it.
type Reaction struct {
	Emoji string   `json:"emoji"`
	Count int      `json:"count"`
	Nicks []string `json:"nicks"`          // the first of them
	Mine  bool     `json:"mine,omitempty"` // you are among them
}

// Replies is what there is in the conversation that a message began.
type Replies struct {
	Count int      `json:"count"`
	Last  uint64   `json:"last"`  // the last of them
	Time  int64    `json:"time"`  // and when it was said
	Nicks []string `json:"nicks"` // who replied first
}

// File is a file of a message.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"` // a media type, as image/png
	Size      int64  `json:"size"` // bytes
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	URL       string `json:"url"`                 // where it is fetched: a path on the server
	Thumbnail string `json:"thumbnail,omitempty"` // of a picture: where a smaller one is
}

// Preview is what is at the other end of a link, in short.
type Preview struct {
	URL         string `json:"url"` // as it stands in the message
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Site        string `json:"site,omitempty"`
	Image       *File  `json:"image,omitempty"`
}

// Room is a room as a list shows it.
type Room struct {
	ID       uint64 `json:"id"`
	Name     string `json:"name,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Members  int    `json:"members"`
	Private  bool   `json:"private,omitempty"`
	Announce bool   `json:"announce,omitempty"` // only those with a voice say something
	Direct   bool   `json:"direct,omitempty"`
	Joined   bool   `json:"joined,omitempty"`
	Archived bool   `json:"archived,omitempty"`
	Head     uint64 `json:"head"` // seq of its last event

	With    *Person  `json:"with,omitempty"`    // of a direct conversation: the other, and whether they are here now
	Pins    []uint64 `json:"pins,omitempty"`    // messages, in the order of pinning
	Rank    string   `json:"rank,omitempty"`    // yours in it
	May     []string `json:"may,omitempty"`     // what you may do in it: say, react, pin, topic, invite, delete (what others said), kick, mute, ban, rename, archive, voice, rank, rules
	Invited bool     `json:"invited,omitempty"` // you are, and not in it
	Locked  bool     `json:"locked,omitempty"`  // one comes in with a key
	Limit   uint32   `json:"limit,omitempty"`   // members at most
	Rules   *Rules   `json:"rules,omitempty"`   // those that hold

	// What you have not read of a room that you are in. Nothing of it is there if
	// there is nothing, or nobody has asked for it.
	Read     uint64 `json:"read,omitempty"`     // you have read everything up to it
	First    uint64 `json:"first,omitempty"`    // the first message that you have not
	Unread   int    `json:"unread,omitempty"`   // how many messages of others, counted up to 100
	Mentions int    `json:"mentions,omitempty"` // how many of them call you
}

// Person is a member of a room.
type Person struct {
	ID   uint64 `json:"id"`
	Nick string `json:"nick"`
	Role string `json:"role,omitempty"` // on the server; empty for a guest
	Rank string `json:"rank,omitempty"` // in the room: voice, moderator or owner
	Away bool   `json:"away,omitempty"` // a member who is not connected, or somebody who says so

	Here   bool   `json:"here,omitempty"`   // connected; told over HTTP and WebSocket only, as are the following
	Status string `json:"status,omitempty"` // in their words: why they are away, or else what they say of themselves
	Bot    bool   `json:"bot,omitempty"`    // a program

	Picture string `json:"picture,omitempty"` // where a picture of them is fetched: a path on the server; it never changes, another picture has another
}
