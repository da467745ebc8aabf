package preview

import (
	"net/url"
	"slices"

	"hubbub/internal/chat"
)

// maxLinks is how many links of a message are looked at.
const maxLinks = 3

// URLs returns the links of a message that something can be asked for at, in their
// order, each once, at most three.
func URLs(text string) []string {
	var found []string
	for link := range chat.LinksIn(text) {
		if u, err := url.Parse(link); err == nil && fetchable(u) && len(link) <= maxURL && !slices.Contains(found, link) {
			found = append(found, link)
		}
		if len(found) == maxLinks {
			break
		}
	}
	return found
}
