package api

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
	Role         string `json:"role"` // "guest", "member", "bot", "admin" or "owner"
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
	Password   string `json:"password"`
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
