package chat

// Why tells refusals apart more closely than their codes do, for protocols that
// have an answer of their own for each. It is zero where none has.
type Why uint8

// The reasons.
const (
	_ Why = iota

	NeedsInvitation // the room is entered by invitation
	WrongKey        // the room is entered with a word, and it was not that
	RoomFull        // the room has as many members as it may
	BannedHere      // from the room, by name or by a mask
	MembersOnly     // guests can't come into the room
	TooManyRooms    // one is in as many as one can be

	NoSuchRoom    // or none that the one who asks may know of
	NoSuchPerson  // nobody of that name is here
	NoSuchMessage // or none that the one who asks may read
	NotMember     // who asks is not in the room
	AlreadyMember // the other is in the room
	OtherNotThere // the other is not in the room
	NotYours      // the message is another's
	RoomGone      // it is archived, or the other person has left it

	MutedHere      // in the room, by name or by a mask
	NeedsVoice     // the room is announce-only
	NeedsModerator // of the room
	NeedsOwner     // of the room
	NeedsRole      // more than one is on the server
	Outranked      // the other has as much to say
	SlowMode       // too soon after one's last message

	NickTaken // or it looks like one that is
	NickInvalid
	RoomNameTaken // or it looks like one that is
	RoomNameInvalid
	KeyInvalid  // no word that a room can be entered with
	MaskInvalid // no pattern of people
	ListFull    // a list of the room has no place left
	AlreadySo   // there is nothing to change

	NoSuchForward // there is no room of that name that people can be sent on to

	BannedFromServer
	Confined // guests of this server talk in its public rooms only

	NeedsLogin // who asks has to prove who they are, or prove it by something else
)

// Because gives a refusal its reason, and returns it.
func (e *Error) Because(why Why) *Error {
	e.Why = why
	return e
}

// because is Because for the outcome that is a refusal.
func (o Outcome) because(why Why) Outcome {
	o.Err.Why = why
	return o
}
