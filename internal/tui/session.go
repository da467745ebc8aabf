package tui

import (
	"context"
	"time"

	"hubbub/internal/chat"
)

// Session is somebody's connection to the chat, as this interface needs it. Self and
// MarkRead answer at once; the others may wait, and are called from commands, several
// at a time. An error that is a *chat.Error is shown as it is; of others, that it did
// not work.
type Session interface {
	// Self returns who uses the session.
	Self() Person

	// Next waits until something has happened and returns all of it that is there,
	// in order, at most a few hundred. It returns an error once the session has
	// ended. It is called by one goroutine at a time.
	Next(ctx context.Context) ([]Update, error)

	// Page returns part of a room's timeline, in ascending order.
	Page(ctx context.Context, room chat.RoomID, where Where) (Page, error)
	// Thread returns the conversation that a message began, itself first.
	Thread(ctx context.Context, root chat.Seq) ([]Entry, error)
	// Search returns what was found in all rooms, the best first.
	Search(ctx context.Context, query string) ([]Entry, error)
	// Mentions returns what called the user in any room, the newest first.
	Mentions(ctx context.Context) ([]Entry, error)
	// People returns who is in a room.
	People(ctx context.Context, room chat.RoomID) ([]Person, error)

	// Say says something, and returns when it is kept: the entry comes from Next,
	// with the draft's ID. Saying it again under the same ID is harmless. Drafts are
	// handed over one after the other, in the order in which they were written: the
	// next when Say has returned, or has called the draft's Placed.
	Say(ctx context.Context, d Draft) error
	// Edit gives a message another text.
	Edit(ctx context.Context, message chat.Seq, text string) error
	// Delete deletes a message.
	Delete(ctx context.Context, message chat.Seq) error
	// React adds an emoji to a message, or takes it back.
	React(ctx context.Context, message chat.Seq, emoji string, on bool) error
	// MarkRead notes that everything up to a message was seen, to be told to the
	// server soon.
	MarkRead(ctx context.Context, room chat.RoomID, upTo chat.Seq) error
	// Typing tells that the user writes something just now.
	Typing(ctx context.Context, room chat.RoomID) error
	// Command does what a line that begins with / says, and returns what there is
	// to tell the user about it.
	Command(ctx context.Context, room chat.RoomID, line string) (Reply, error)

	// Preferences returns what the user has chosen, by key: at least what is kept
	// under [PreferenceKeys].
	Preferences(ctx context.Context) (map[string]string, error)
	// Prefer keeps a value under a key; an empty one forgets it.
	Prefer(ctx context.Context, key, value string) error
	// Picture returns a picture that is in a file, or a smaller one of it: PNG, JPEG,
	// GIF or WebP, of at most [MaxPicture] bytes.
	Picture(ctx context.Context, f File) ([]byte, error)
}

// Where says which part of a timeline is wanted: what comes after, before or
// around a position, or, if all are 0, the newest.
type Where struct {
	After, Before, Around chat.Seq
	Limit                 int
}

// Page is part of a timeline. Older and Newer tell that there is more.
type Page struct {
	Entries      []Entry
	Older, Newer bool
}

// Room is a room that the user is in.
type Room struct {
	ID       chat.RoomID
	Name     string // with its #, or the other person's nick
	Topic    string
	Direct   bool     // a conversation of two
	Unread   int      // what others said since Read
	Mentions int      // how much of that calls the user
	Read     chat.Seq // the read marker
}

// Person is somebody in a room.
type Person struct {
	ID   chat.UserID
	Nick string
	Rank chat.Rank
	Away bool
}

// Entry is what was said or happened in a room, as it is now.
type Entry struct {
	Seq       chat.Seq
	Room      chat.RoomID
	Kind      chat.Kind
	Time      time.Time
	By        chat.UserID
	Nick      string // of By, then
	Text      string // as the kind has it; none if it was deleted
	Name      string // as the kind has it
	Whose     string // as the kind has it; of a reply, whom it answers
	Client    string // the [Draft]'s ID, of what this user said
	Calls     bool   // it is for this user in particular
	Target    chat.Seq
	Quote     string // of a reply: what it answers
	Thread    chat.Seq
	Replies   int
	Edited    bool
	Deleted   bool
	Reactions []Reaction
	Files     []File
}

// said reports whether somebody wrote it.
func (e *Entry) said() bool {
	return e.Kind == chat.Message || e.Kind == chat.Action || e.Kind == chat.Notice
}

// social reports whether it is about who is here and what they are called.
func (e *Entry) social() bool {
	return e.Kind == chat.Joined || e.Kind == chat.Left || e.Kind == chat.NickChanged
}

// Reaction is an emoji and how many reacted with it.
type Reaction struct {
	Emoji string
	Count int
	Mine  bool
}

// File is one that a message has.
type File struct {
	ID            string // as the session knows it
	Name, URL     string
	Type          string // a media type
	Size          int64  // in bytes
	Width, Height int    // of a picture, in pixels; 0 if that is not known
}

// Draft is something to say.
type Draft struct {
	ID     string // tells it from all others of this user
	Room   chat.RoomID
	Text   string
	Action bool     // said with /me
	Answer chat.Seq // the message that it answers, or 0

	// Placed may be called once it is sure that the draft comes before those that
	// are said later, so that they need not wait until it is kept. It may be nil.
	Placed func()
}

// Reply is what a command has to tell: lines for the user alone, and the room to
// show, or 0 if that stays. Ask, if there is one, is a question that has to be
// answered for the command to go on.
type Reply struct {
	Lines []string
	Show  chat.RoomID
	Ask   *Ask
}

// Ask is a question to the user. Answer goes on with the command; it is called
// from a command of its own, at most once, and never if the user would rather not
// answer.
type Ask struct {
	Question string
	Hidden   bool // the answer is a secret: it is not shown as it is typed
	Answer   func(ctx context.Context, answer string) (Reply, error)
}

// Update is something that a session brings: a [Posted], [Changed], [Missed],
// [Rooms], [People], [Typing], [Preferred], [Told] or [Connection].
type Update interface{ update() }

// Posted is an entry that is new in its room.
type Posted struct{ Entry Entry }

// Changed is an entry that was edited, deleted, reacted to or answered since.
type Changed struct{ Entry Entry }

// Missed tells that more happened in a room than will be brought: what is held of it
// is no longer how it is.
type Missed struct{ Room chat.RoomID }

// Rooms are all the user's rooms, in the order in which they are shown.
type Rooms struct{ Rooms []Room }

// People are all who are in a room now.
type People struct {
	Room   chat.RoomID
	People []Person
}

// Typing tells that somebody else writes something just now.
type Typing struct {
	Room chat.RoomID
	Nick string
}

// Preferred is a value that the user has chosen, here or elsewhere.
type Preferred struct{ Key, Value string }

// Told is for the user alone: an invitation, say, or what has become of their rights.
type Told struct{ Lines []string }

// Connection tells whether the server can be reached, and how many drafts wait.
type Connection struct {
	Online  bool
	Waiting int
	Retry   time.Time // when it is tried next; zero if it is being tried, or there is no telling
}

func (Posted) update()     {}
func (Told) update()       {}
func (Changed) update()    {}
func (Missed) update()     {}
func (Rooms) update()      {}
func (People) update()     {}
func (Typing) update()     {}
func (Preferred) update()  {}
func (Connection) update() {}
