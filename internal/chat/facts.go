package chat

// Facts are the answers to a batch's [Need]s: what the log already holds and
// the state does not keep in memory. The applier has the store look them up
// before the batch is applied; Apply adds what the batch itself brings about,
// so a later command of a batch sees what an earlier one did.
//
// An absent entry means that the log holds no such thing.
type Facts struct {
	Messages  map[Seq]MessageFact
	Sent      map[SentKey]SentFact
	Reactions map[ReactionKey]bool
	Tallies   map[Seq]*Tally // of messages with reactions
	Guests    map[Key]GuestFact
	Files     map[string]Seq                 // which event has the file of an id: a message, or one that set a picture of somebody
	Previews  map[Seq]map[string]PreviewFact // of messages that have any, by URL

	Properties map[PropertyKey]PropertyFact
	Owned      map[RoomID]int // how many properties a room or an inbox has

	Credentials map[UserID][]Credential // each user's, by Seq
	Holders     map[Key]UserID          // whose credential has a key
	Invitations map[Seq]Invitation      // that still let somebody in, or would if their time had not run out
	Codes       map[Key]Seq             // the invitation that a code belongs to
}

// Credential is one way in which somebody can prove to be who they are, without
// what proves it.
type Credential struct {
	Seq   Seq // of its CredentialAdded event, and its name
	User  UserID
	Proof Proof
	Name  string // what its owner calls it
	Key   Key
	Added Millis
	Until Millis // 0 is for ever
	Scope uint32 // what a token allows; 0 is everything
}

// Expired reports whether the credential proves nothing any more.
func (c *Credential) Expired(now Millis) bool { return c.Until != 0 && c.Until <= now }

// Invitation lets people who are not members yet become some.
type Invitation struct {
	Seq   Seq // of its InvitationMade event, and its name
	Key   Key // of its code
	Role  Role
	Left  uint32 // how many more it lets in
	Until Millis // 0 is for ever
	Rooms string // ids, with spaces between
	By    string // who made it; empty for the server itself
	Made  Millis
}

// MessageFact is what the rules must know of a message.
type MessageFact struct {
	Room    RoomID
	By      UserID
	Nick    string // under which it was written
	Time    Millis
	Thread  Seq // the root of the thread that it is in; 0 if it answers nothing
	Deleted bool
	Text    string // as it reads now; only if a need or the batch itself tells it
}

// SentKey names a command for ever.
type SentKey struct {
	By     UserID
	Client ClientID
}

// SentFact is what became of a command that was sent before.
type SentFact struct {
	Seq  Seq
	Room RoomID
}

// ReactionKey names one person's one reaction to one message.
type ReactionKey struct {
	Target Seq
	By     UserID
	Emoji  string
}

// Tally counts the reactions to one message. Counts that are zero are left out.
type Tally struct {
	All     int            // up to [MaxReactions]
	ByEmoji map[string]int // how many people reacted with it
	ByUser  map[UserID]int // how many different ones of theirs there are
}

// Add counts a person's reaction.
func (t *Tally) Add(by UserID, emoji string) {
	if t.ByEmoji == nil {
		t.ByEmoji, t.ByUser = map[string]int{}, map[UserID]int{}
	}
	t.All++
	t.ByEmoji[emoji]++
	t.ByUser[by]++
}

// Remove undoes Add.
func (t *Tally) Remove(by UserID, emoji string) {
	t.All--
	if t.ByEmoji[emoji]--; t.ByEmoji[emoji] == 0 {
		delete(t.ByEmoji, emoji)
	}
	if t.ByUser[by]--; t.ByUser[by] == 0 {
		delete(t.ByUser, by)
	}
}

// GuestFact is a guest who was here before, found by key.
type GuestFact struct {
	ID    UserID
	Nick  string // the last one
	Inbox Seq    // the last event in the inbox
}

// NewFacts returns an empty set of facts.
func NewFacts() *Facts {
	return &Facts{
		Messages:  map[Seq]MessageFact{},
		Sent:      map[SentKey]SentFact{},
		Reactions: map[ReactionKey]bool{},
		Tallies:   map[Seq]*Tally{},
		Guests:    map[Key]GuestFact{},
		Files:     map[string]Seq{},
		Previews:  map[Seq]map[string]PreviewFact{},

		Properties: map[PropertyKey]PropertyFact{},
		Owned:      map[RoomID]int{},

		Credentials: map[UserID][]Credential{},
		Holders:     map[Key]UserID{},
		Invitations: map[Seq]Invitation{},
		Codes:       map[Key]Seq{},
	}
}

// Need is what one command's decision depends on beyond the state. Zero fields
// ask for nothing.
type Need struct {
	Message  Seq         // its MessageFact
	Text     bool        // with its text
	Previews Seq         // all of this message's
	Sent     SentKey     // asked for if Client is not empty
	Reaction ReactionKey // asked for if Target is not zero
	Tally    Seq         // the Tally of this message
	Guest    Key         // asked for if not zero
	Property PropertyKey // asked for if Owner is not zero: what it is, and how many Owner has
	Files    []File      // which of their ids a message or a picture of somebody has

	Credentials UserID // all of this user's
	Holder      Key    // who has a credential with this key
	Invitation  Seq
	Code        Key // the invitation that it belongs to
}

// IsZero reports whether the need asks for nothing, as a plain message's does.
func (n *Need) IsZero() bool {
	return n.Message == 0 && n.Previews == 0 && n.Sent.Client == "" && n.Reaction.Target == 0 && n.Tally == 0 && n.Guest.IsZero() && len(n.Files) == 0 && n.Property.Owner == 0 &&
		n.Credentials == 0 && n.Holder.IsZero() && n.Invitation == 0 && n.Code.IsZero()
}

// Needs returns what deciding c depends on beyond the state.
func (c *Command) Needs() Need {
	var n Need
	if c.Client != "" {
		n.Sent = SentKey{By: c.By, Client: c.Client}
	}
	switch c.Op {
	case Say:
		n.Message, n.Files = c.Target, c.Files
	case Preview:
		n.Message, n.Text, n.Previews = c.Target, true, c.Target
		if p, err := ParsePreview(c.Text); err == nil && p.Image != nil {
			n.Files = []File{*p.Image}
		}
	case Edit, DropPreview: // an edit may take links, and their pictures with them
		n.Message, n.Previews = c.Target, c.Target
	case Delete, Pin, Unpin:
		n.Message = c.Target
	case React, Unreact:
		n.Message = c.Target
		n.Reaction = ReactionKey{Target: c.Target, By: c.By, Emoji: c.Text}
		if c.Op == React { // taking one back is never one too many
			n.Tally = c.Target
		}
	case Arrive:
		n.Guest = c.Key
	case Report, MarkRead:
		n.Message = c.Target
	case Register:
		n.Code, n.Holder = c.Key, c.Holder
	case MakeInvitation:
		n.Code = c.Key
	case Login:
		n.Credentials = c.User
	case AddCredential, DropCredential:
		n.Credentials, n.Holder = c.subject(), c.Key
	case DropInvitation:
		n.Invitation = c.Target
	case SetProperty:
		n.Property, n.Files = PropertyKey{c.owner(), c.Name}, c.Files
	}
	return n
}

// subject returns whom a command is about: its user, or who gives it.
func (c *Command) subject() UserID {
	if c.User != 0 {
		return c.User
	}
	return c.By
}
