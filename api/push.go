package api

// Pushed is what a browser is pushed of a message: what a notification shows.
type Pushed struct {
	Room uint64 `json:"room"`           // a later one of the same room takes its place
	Name string `json:"name,omitempty"` // of the room; empty for a direct conversation
	Nick string `json:"nick"`           // who said it
	Text string `json:"text"`           // one line of at most 200 characters, without marks
	Link string `json:"link"`           // where it is shown: a path on the server
	Seq  uint64 `json:"seq"`
}

// Subscription is where a browser takes pushed messages: what PushSubscription.toJSON
// gives (Push API §8.1).
type Subscription struct {
	Endpoint       string           `json:"endpoint"`
	ExpirationTime *int64           `json:"expirationTime,omitempty"` // in ms since 1970, which nobody looks at: the push service says when it is over
	Keys           SubscriptionKeys `json:"keys"`
}

// SubscriptionKeys are by what only the browser can read what it is sent, in base64url
// (RFC 8291).
type SubscriptionKeys struct {
	P256dh string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// SubscriptionName says which subscription is meant.
type SubscriptionName struct {
	Endpoint string `json:"endpoint"`
}
