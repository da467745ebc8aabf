package chat

import "fmt"

// Role is what somebody is on the server.
type Role uint8

// The roles, each of which may do what those before it may.
const (
	GuestRole  Role = iota // for as long as the connection lives
	BotRole                // a program with a token
	MemberRole             // somebody with an account
	AdminRole              // looks after the people and rooms of the server
	OwnerRole              // decides who is an admin
	roleEnd
)

var roleNames = [roleEnd]string{"guest", "bot", "member", "admin", "owner"}

// String returns the role's name, as people type it.
func (r Role) String() string {
	if r < roleEnd {
		return roleNames[r]
	}
	return fmt.Sprintf("role-%d", uint8(r))
}

// ParseRole returns the role of that name.
func ParseRole(name string) (Role, bool) {
	for r, n := range roleNames {
		if n == name {
			return Role(r), true
		}
	}
	return 0, false
}

// Rank is what somebody is in a room. That one is muted is beside it.
type Rank uint8

// The ranks, each of which may do what those before it may.
const (
	PlainRank     Rank = iota // a member of the room like others
	VoiceRank                 // may talk where not everybody may
	ModeratorRank             // keeps order in it
	OwnerRank                 // made it, or was made its owner; admins count as owners of every room
	rankEnd
)

var rankNames = [rankEnd]string{"plain", "voice", "moderator", "owner"}

// String returns the rank's name, as people type it.
func (r Rank) String() string {
	if r < rankEnd {
		return rankNames[r]
	}
	return fmt.Sprintf("rank-%d", uint8(r))
}

// ParseRank returns the rank of that name.
func ParseRank(name string) (Rank, bool) {
	for r, n := range rankNames {
		if n == name {
			return Rank(r), true
		}
	}
	return 0, false
}

// Act is something that not everybody may do. Who may is in docs/roles.md,
// which a test compares with [Permit].
type Act uint8

// The actions. Up to ActOnServer they are in a room, and the rank counts.
const (
	ActSay          Act = iota // say, reply, act, edit and delete one's own
	ActReact                   // react, and take it back
	ActPin                     // pin and unpin
	ActTopic                   // set the topic
	ActInvite                  // invite somebody into the room
	ActDeleteOthers            // delete what others said
	ActKick                    // put somebody out of the room
	ActMute                    // mute and unmute in the room
	ActBanHere                 // ban from the room, and lift it
	ActRename                  // rename the room
	ActArchive                 // archive the room, and open it again
	ActVoice                   // give a voice, and take it
	ActSetRank                 // make moderators and owners of the room
	ActSetRules                // announce-only, no guests, slow mode, who invites and pins
	ActOnServer                // begins what is not in a room
)

// The actions that are not in a room: the role counts.
const (
	ActCreateRoom     = ActOnServer + iota // make a room
	ActTalkAlone                           // open a direct conversation
	ActReport                              // report a message
	ActMakeToken                           // make tokens and other credentials of one's own
	ActMakeInvitation                      // invite somebody to the server
	ActBan                                 // ban from the server, and lift it
	ActDisconnect                          // close somebody's connections
	ActMakeBot                             // make an account for a bot, and its tokens
	ActSetProperties                       // set what others keep about themselves
	ActReadAudit                           // read all of the audit log; a room's part is for its moderators
	ActSetRole                             // make admins, and owners
	actionEnd
)

// needs says what each action takes at least.
var needs = [actionEnd]struct {
	rank Rank
	role Role
	rule Flags // the rule under which it takes more:
	held Rank  // this
}{
	ActSay: {rule: Announce, held: VoiceRank}, ActReact: {}, ActInvite: {rule: HeldInvites, held: ModeratorRank},
	ActPin: {rule: HeldPins, held: ModeratorRank}, ActTopic: {rule: HeldPins, held: ModeratorRank},
	ActDeleteOthers: {rank: ModeratorRank}, ActKick: {rank: ModeratorRank}, ActMute: {rank: ModeratorRank}, ActBanHere: {rank: ModeratorRank}, ActVoice: {rank: ModeratorRank},
	ActRename: {rank: OwnerRank}, ActArchive: {rank: OwnerRank}, ActSetRank: {rank: OwnerRank}, ActSetRules: {rank: OwnerRank},

	ActCreateRoom: {}, ActTalkAlone: {}, ActReport: {},
	ActMakeToken:      {role: MemberRole},
	ActMakeInvitation: {role: AdminRole}, ActBan: {role: AdminRole}, ActDisconnect: {role: AdminRole}, ActMakeBot: {role: AdminRole}, ActSetProperties: {role: AdminRole}, ActReadAudit: {role: AdminRole},
	ActSetRole: {role: OwnerRole},
}

// Permit reports whether somebody of a role, with a rank in a room of which
// these are the flags, may do something. An admin is an owner of every room
// that is not between two people.
func Permit(a Act, role Role, rank Rank, flags Flags) bool {
	need := needs[a]
	if a >= ActOnServer {
		return role >= need.role
	}
	if role >= AdminRole && flags&Direct == 0 {
		rank = OwnerRank
	}
	if flags&need.rule != 0 {
		return rank >= need.held
	}
	return rank >= need.rank
}

// Proof is how somebody proves to be who they are.
type Proof uint8

// The proofs. The numbers are on disk: append only.
const (
	_             Proof = iota
	ByPassword          // Secret is its hash
	ByToken             // Key is the token's
	BySSHKey            // Key is the public key's
	ByCertificate       // Key is the certificate's
	ByTOTP              // a second factor: Secret is the sealed seed
	ByRecovery          // in its place, once: Key is the code's
	ByPasskey           // Key is the hash of its id, Secret what checks its signatures
	ByOIDC              // an account elsewhere: Key is the hash of who keeps it and of its name there
	proofEnd
)

var proofNames = [proofEnd]string{"", "password", "token", "ssh-key", "certificate", "totp", "recovery-code", "passkey", "oidc"}

// Single reports whether a person has one of the kind at most: another takes its
// place.
func (p Proof) Single() bool { return p == ByPassword || p == ByTOTP }

// Keyed reports whether a credential of the kind is found by its key.
func (p Proof) Keyed() bool { return !p.Single() }

// Secretive reports whether a credential of the kind has something beside its key
// that checks it.
func (p Proof) Secretive() bool { return p.Single() || p == ByPasskey }

// String returns the proof's name, as people read it.
func (p Proof) String() string {
	if p > 0 && p < proofEnd {
		return proofNames[p]
	}
	return fmt.Sprintf("proof-%d", uint8(p))
}
