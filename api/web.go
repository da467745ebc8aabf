package api

import "encoding/json"

// Server is what everybody may know of a server before they come in.
type Server struct {
	Name         string `json:"name"`
	Network      string `json:"network"` // of what the server is, to people
	Version      string `json:"version"`
	Epoch        string `json:"epoch"` // of the log
	Motd         string `json:"motd,omitempty"`
	Guests       bool   `json:"guests"`       // people may come in without an account, and look in
	Registration string `json:"registration"` // "closed", "invite" or "open"
	Owner        bool   `json:"owner"`        // somebody owns it
	Passkeys     bool   `json:"passkeys"`
	OIDC         *OIDC  `json:"oidc,omitempty"`
	Push         *Push  `json:"push,omitempty"`
	Limits       Limits `json:"limits"`
}

// OIDC is a provider by whom people log in.
type OIDC struct {
	Name string `json:"name"`
}

// Push is what a browser needs to subscribe to pushed notifications.
type Push struct {
	Key string `json:"key"` // the server's public key, base64url
}

// Limits are those of what is sent.
type Limits struct {
	Text     int   `json:"text"`     // bytes of a message
	Files    int   `json:"files"`    // of a message
	FileSize int64 `json:"fileSize"` // bytes
}

// Session is whom a client speaks for.
type Session struct {
	User         uint64 `json:"user"`
	Nick         string `json:"nick"`
	Role         string `json:"role"` // empty for nobody; "guest", "member", "bot", "admin" or "owner"
	Guest        bool   `json:"guest"`
	Epoch        string `json:"epoch"`
	Seq          uint64 `json:"seq"`               // everything up to it is in the past
	Expires      int64  `json:"expires,omitempty"` // when what the client came by ends to count
	SecondFactor bool   `json:"secondFactor,omitempty"`
	Credential   uint64 `json:"credential,omitempty"` // the number of what the client came by
	Token        string `json:"token,omitempty"`      // to who has logged in without a cookie: what to come back with
}

// Login asks for a session: as a guest (Nick), as a member (User and Password, with
// the Code of a second factor, or Token), or as a new member (Register).
type Login struct {
	Nick     string    `json:"nick,omitempty"`
	User     string    `json:"user,omitempty"`
	Password string    `json:"password,omitempty"`
	Code     string    `json:"code,omitempty"`
	Token    string    `json:"token,omitempty"`
	Register *Register `json:"register,omitempty"`
	Cookie   bool      `json:"cookie,omitempty"` // keep it in a cookie, as browsers do, instead of telling a token
}

// Register asks for an account.
type Register struct {
	Nick       string `json:"nick"`
	Password   string `json:"password,omitempty"`   // none for who has come back from an account elsewhere
	Invitation string `json:"invitation,omitempty"` // its code
}

// Problem says why a request was refused (RFC 9457), as application/problem+json.
type Problem struct {
	Type   string `json:"type"`   // a reference to what the code means
	Title  string `json:"title"`  // the status, in words
	Status int    `json:"status"` // of the answer
	Code   string `json:"code"`   // one of a short closed list, such as "forbidden"; "login" if logging in would help
	Detail string `json:"detail"` // a sentence for people
}

// Done says that something is done: Seq is the event's, if there is one.
type Done struct {
	Seq  uint64 `json:"seq,omitempty"`
	Room *Room  `json:"room,omitempty"` // that one is now in, or that was made
}

// RoomList is a list of rooms.
type RoomList struct {
	Rooms []Room `json:"rooms"`
}

// NewRoom asks for a room.
type NewRoom struct {
	Name    string `json:"name"`
	Private bool   `json:"private,omitempty"`
	Topic   string `json:"topic,omitempty"`
}

// RoomChange is what is to be different about a room; what is nil stays.
type RoomChange struct {
	Name     *string `json:"name,omitempty"`
	Topic    *string `json:"topic,omitempty"`
	Archived *bool   `json:"archived,omitempty"`
	Key      *string `json:"key,omitempty"`   // the word that joining takes; empty for none
	Limit    *uint32 `json:"limit,omitempty"` // members at most; 0 for none
	Rules    *Rules  `json:"rules,omitempty"`
}

// Entry is how one comes into a room.
type Entry struct {
	Key string `json:"key,omitempty"`
}

// People is a page of people.
type People struct {
	People []Person `json:"people"`
	Next   uint64   `json:"next,omitempty"` // if there are more: after whom
}

// Messages is a page of messages, oldest first.
type Messages struct {
	Messages []Event `json:"messages"`
	Before   uint64  `json:"before,omitempty"` // if there are older ones: before which
	After    uint64  `json:"after,omitempty"`  // if there are newer ones: after which
}

// Found is what a search found, newest first.
type Found struct {
	Messages []Event `json:"messages"`
	Next     uint64  `json:"next,omitempty"`   // if there may be older ones: ask again with before
	Behind   int     `json:"behind,omitempty"` // how many of the newest events have still to be read for it
}

// NewMessage is what is to be said.
type NewMessage struct {
	ID     string   `json:"id,omitempty"` // the client id: what is said under one is said once, however often it is sent
	Text   string   `json:"text"`
	Reply  uint64   `json:"reply,omitempty"`  // to that message
	Action bool     `json:"action,omitempty"` // what one does
	Notice bool     `json:"notice,omitempty"` // what programs never answer
	Files  []string `json:"files,omitempty"`  // ids of uploads
}

// TextChange is another text.
type TextChange struct {
	Text string `json:"text"`
}

// Position is one in the log.
type Position struct {
	Seq uint64 `json:"seq"`
}

// AccountChange is what is to be different about oneself; what is nil stays.
type AccountChange struct {
	Nick     *string         `json:"nick,omitempty"`
	Password *PasswordChange `json:"password,omitempty"`
}

// Properties are what is kept about somebody or something: values by their keys.
type Properties struct {
	Properties map[string]string `json:"properties"`
}

// Property is a value to be kept.
type Property struct {
	Value   string `json:"value"`
	Private bool   `json:"private,omitempty"` // nobody else sees it
}

// PasswordChange asks for another password.
type PasswordChange struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// Credential is what somebody proves with who they are.
type Credential struct {
	Number  uint64 `json:"number"`
	Proof   string `json:"proof"` // "token", "password", "ssh-key", "certificate", "passkey", …
	Name    string `json:"name"`  // what its owner calls it, or the client that comes back by it
	Added   int64  `json:"added"`
	Expires int64  `json:"expires,omitempty"`
	Scope   string `json:"scope,omitempty"`   // of a token: "read", "write", "admin" or "all"
	Current bool   `json:"current,omitempty"` // the request came by it
}

// Credentials is a list of them.
type Credentials struct {
	Credentials []Credential `json:"credentials"`
}

// Sessions is where one is logged in.
type Sessions struct {
	Remembered  []Credential `json:"remembered"`  // the clients that come back by themselves
	Connections []Connection `json:"connections"` // those that are open
}

// Connection is one that is open, or was a moment ago.
type Connection struct {
	From  string `json:"from,omitempty"` // the address
	Since int64  `json:"since"`
}

// NewToken asks for a token.
type NewToken struct {
	Name  string `json:"name"`
	Days  int    `json:"days,omitempty"`  // how long it counts; 0 is for ever
	Scope string `json:"scope,omitempty"` // "read", "write" (if empty), "admin" or "all"
}

// Token is shown once and kept nowhere.
type Token struct {
	Token string `json:"token"`
}

// SecondFactor is whether one has one.
type SecondFactor struct {
	On       bool `json:"on"`
	Recovery int  `json:"recovery"` // codes that are left for the day when the app is lost
}

// SecondFactorSeed is for an authenticator app.
type SecondFactorSeed struct {
	Link string `json:"link"` // otpauth://
	Seed string `json:"seed"` // to be typed
}

// Code is one of an authenticator app.
type Code struct {
	Code string `json:"code"`
}

// RecoveryCodes are shown once.
type RecoveryCodes struct {
	Recovery []string `json:"recovery"`
}

// Password proves once more who one is.
type Password struct {
	Password string `json:"password"`
}

// NewInvitation asks for an invitation to the server.
type NewInvitation struct {
	Uses  int      `json:"uses,omitempty"` // how many it lets in; 1 if 0
	Days  int      `json:"days,omitempty"` // for how long; 7 if 0
	Rooms []string `json:"rooms,omitempty"`
	Role  string   `json:"role,omitempty"` // member if empty
}

// Invitation lets people become members.
type Invitation struct {
	Number  uint64   `json:"number,omitempty"`
	Code    string   `json:"code,omitempty"` // told to who makes it, once
	Link    string   `json:"link,omitempty"` // likewise
	Role    string   `json:"role"`
	Left    int      `json:"left"` // how many more it lets in
	Expires int64    `json:"expires,omitempty"`
	Rooms   []string `json:"rooms,omitempty"` // that they are in at once
	By      string   `json:"by,omitempty"`
	Made    int64    `json:"made,omitempty"`
}

// Invitations is a list of them.
type Invitations struct {
	Invitations []Invitation `json:"invitations"`
}

// Account is somebody as admins see them.
type Account struct {
	Person
	Connections []Connection `json:"connections,omitempty"`
}

// Accounts is a page of them.
type Accounts struct {
	People []Account `json:"people"`
	Next   uint64    `json:"next,omitempty"` // if there are more: after whom
}

// RoleChange asks for another role.
type RoleChange struct {
	Role string `json:"role"`
}

// Reason says why.
type Reason struct {
	Reason string `json:"reason,omitempty"`
}

// NewBan asks for a ban from the server, or for its end.
type NewBan struct {
	Who    string `json:"who"`              // a nick, an address or a network
	Until  int64  `json:"until,omitempty"`  // milliseconds since the Unix epoch; 0 is for ever
	Reason string `json:"reason,omitempty"` // told to them
}

// Ban is one from the server.
type Ban struct {
	User   uint64 `json:"user,omitempty"` // 0 for a network
	Who    string `json:"who"`
	Until  int64  `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
	At     int64  `json:"at"`
}

// Bans is a list of them.
type Bans struct {
	Bans []Ban `json:"bans"`
}

// Record is an entry of the audit log.
type Record struct {
	Seq  uint64 `json:"seq"`
	Time int64  `json:"time"`
	Kind string `json:"kind"`
	By   string `json:"by,omitempty"` // empty for the server
	Text string `json:"text"`         // what was done, in words
}

// Audit is a page of the audit log, newest first.
type Audit struct {
	Records []Record `json:"records"`
	Next    uint64   `json:"next,omitempty"` // if there are older ones: ask again with before
}

// State is how a server is.
type State struct {
	Version     string `json:"version"`
	Epoch       string `json:"epoch"`
	Seq         uint64 `json:"seq"` // of the last event
	Started     int64  `json:"started"`
	Here        int    `json:"here"` // people who are connected
	People      int    `json:"people"`
	Rooms       int    `json:"rooms"`
	Connections int    `json:"connections"`
	Memory      uint64 `json:"memory"`   // bytes that the process has from the system
	Database    int64  `json:"database"` // bytes on the disk
	Files       int64  `json:"files"`    // bytes of uploads on the disk
}

// PasskeyQuestion is what a page asks a browser, to make or to use a passkey.
type PasskeyQuestion struct {
	Ceremony string          `json:"ceremony"` // to be given back with the answer, within five minutes
	Options  json.RawMessage `json:"options"`  // for navigator.credentials.create or get
}

// PasskeyAnswer is what the browser answers.
type PasskeyAnswer struct {
	Ceremony string          `json:"ceremony"`
	Name     string          `json:"name,omitempty"`   // what its owner calls a new passkey
	Cookie   bool            `json:"cookie,omitempty"` // as in a Login
	Response json.RawMessage `json:"response"`         // the browser's answer, in JSON
}
