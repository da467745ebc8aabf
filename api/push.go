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
