package search

import (
	"strings"

	"hubbub/internal/chat"
)

// What a message has beside its words: has:file and its like. What it was said with is
// in the index, by a tag for each; whether somebody reacts changes with time, and is
// looked up for each hit.

// Traits are what a message was said with. The zero value is nothing but words.
type Traits uint8

// The traits.
const (
	HasFile Traits = 1 << iota
	HasPicture
	HasLink
)

// reaction is what has: calls that which is looked up.
const reaction = "reaction"

// traits are those that the index knows, by what has: calls them.
var traits = []struct {
	name string
	bit  Traits
}{{"file", HasFile}, {"picture", HasPicture}, {"link", HasLink}}

// TraitsOf returns what a message was said with.
func TraitsOf(text string, files []chat.File) (all Traits) {
	for i := range files {
		all |= HasFile
		if strings.HasPrefix(files[i].Type, "image/") {
			all |= HasPicture
		}
	}
	for range chat.LinksIn(text) {
		all |= HasLink
		break
	}
	return all
}

func traitTag(name string) string { return "h" + name }

// appendTags appends the traits' tags, each after a space.
func (t Traits) appendTags(tags []byte) []byte {
	for _, known := range traits {
		if t&known.bit != 0 {
			tags = append(append(tags, ' '), traitTag(known.name)...)
		}
	}
	return tags
}

// addTrait takes has:.
func (q *Query) addTrait(p part) error {
	name := strings.TrimSuffix(strings.ToLower(p.text), "s")
	if name == "image" {
		name = "picture"
	}
	ok := name == reaction
	for _, known := range traits {
		ok = ok || name == known.name
	}
	if !ok {
		return chat.Errorf(chat.Invalid, "has: is has:file, has:picture, has:link or has:reaction, not %q.", p.text)
	}
	addName(pick(p.not, &q.NotHas, &q.Has), name)
	return nil
}

// traits adds what a message must have been said with, and what not. It returns whether
// somebody must have reacted, and whether nobody may.
func (e *expression) traits(q *Query) (reacted, unreacted bool) {
	for _, name := range q.Has {
		if name == reaction {
			reacted = true
			continue
		}
		e.tags(false, []string{traitTag(name)})
	}
	for _, name := range q.NotHas {
		if name == reaction {
			unreacted = true
			continue
		}
		e.tags(true, []string{traitTag(name)})
	}
	return reacted, unreacted
}
