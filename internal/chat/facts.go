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
}

// MessageFact is what the rules must know of a message.
type MessageFact struct {
	Room    RoomID
	By      UserID
	Nick    string // under which it was written
	Time    Millis
	Deleted bool
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
	}
}

// Need is what one command's decision depends on beyond the state. Zero fields
// ask for nothing.
type Need struct {
	Message  Seq         // its MessageFact
	Sent     SentKey     // asked for if Client is not empty
	Reaction ReactionKey // asked for if Target is not zero
	Tally    Seq         // the Tally of this message
	Guest    Key         // asked for if not zero
}

// IsZero reports whether the need asks for nothing, as a plain message's does.
func (n *Need) IsZero() bool {
	return n.Message == 0 && n.Sent.Client == "" && n.Reaction.Target == 0 && n.Tally == 0 && n.Guest.IsZero()
}

// Needs returns what deciding c depends on beyond the state.
func (c *Command) Needs() Need {
	var n Need
	if c.Client != "" {
		n.Sent = SentKey{By: c.By, Client: c.Client}
	}
	switch c.Op {
	case Say, Edit, Delete, Pin, Unpin:
		n.Message = c.Target
	case React, Unreact:
		n.Message = c.Target
		n.Reaction = ReactionKey{Target: c.Target, By: c.By, Emoji: c.Text}
		if c.Op == React { // taking one back is never one too many
			n.Tally = c.Target
		}
	case Arrive:
		n.Guest = c.Key
	}
	return n
}
