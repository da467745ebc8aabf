package hubtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"hubbub/internal/checker"
)

// author is a program that does all kinds of things at random.
type author struct {
	*Program
	rng  *rand.Rand
	cast *cast
	home string // the room in which it begins
}

// deed is a kind of thing that an author does, and how often.
type deed struct {
	weight int
	do     func(a *author)
}

func deeds() []deed {
	return []deed{
		{50, func(a *author) { a.Say(phrase(a.rng)) }},
		{5, func(a *author) { a.Say(severalLines(1 + a.rng.IntN(3))) }},
		{2, func(a *author) { a.Say(strings.Repeat("at length, ", a.rng.IntN(150)) + "at last") }},
		{4, (*author).wave},
		{6, (*author).reply},
		{8, (*author).edit},
		{4, (*author).remove},
		{5, (*author).react},
		{2, (*author).pin},
		{2, (*author).topic},
		{2, func(a *author) { a.propose("/nick "+a.newNick(), nil) }},
		{3, func(a *author) { a.Go(a.cast.room(a.rng.IntN(a.cast.Rooms + 1))) }},
		{1, (*author).part},
		{2, func(a *author) { a.propose("/rooms", nil) }},
		{2, func(a *author) { a.propose("/history 20", nil) }},
		{1, func(a *author) { a.propose("/search lengt*", nil) }},
		{1, func(a *author) { a.propose("/who", nil) }},
		{1, func(a *author) { a.ask("/ping") }},
		{1, func(a *author) { a.propose("/nonsense", nil) }},
	}
}

// act does something.
func (a *author) act() {
	all := deeds()
	total := 0
	for _, d := range all {
		total += d.weight
	}
	n := a.rng.IntN(total)
	for _, d := range all {
		if n -= d.weight; n < 0 {
			d.do(a)
			return
		}
	}
}

// phrase returns something to say.
func phrase(rng *rand.Rand) string {
	words := []string{"hello", "yes", "no", "naïve", "日本語", "👍🏽", `back\slash`, "/slash", "<tag>", "tea", "1,000"}
	text := words[rng.IntN(len(words))]
	for range rng.IntN(8) {
		text += " " + words[rng.IntN(len(words))]
	}
	return text
}

func (a *author) wave() {
	text := a.tag() + " waves"
	a.propose("/me "+text, &checker.Op{Kind: "action", Text: text})
}

func (a *author) reply() {
	if m := a.pick(false, a.rng.IntN(5)); m.seq != 0 {
		text := a.tag() + " is my answer"
		a.propose(fmt.Sprintf("/reply %d %s", m.seq, text), &checker.Op{Target: m.seq, Text: text})
	}
}

func (a *author) edit() {
	if m := a.pick(true, a.rng.IntN(3)); m.seq != 0 {
		text := a.tag() + " is what I meant"
		a.propose(fmt.Sprintf("/edit %d %s", m.seq, text), &checker.Op{Kind: "edited", Target: m.seq, Text: text})
	}
}

// remove takes back a message of its own, or tries to with somebody else's,
// which is refused.
func (a *author) remove() {
	if m := a.pick(a.rng.IntN(4) > 0, a.rng.IntN(5)); m.seq != 0 {
		a.propose(fmt.Sprintf("/delete %d", m.seq), &checker.Op{Kind: "deleted", Target: m.seq})
	}
}

func (a *author) react() {
	if m := a.pick(false, a.rng.IntN(3)); m.seq != 0 {
		verb, kind := "/react", "reacted"
		if a.rng.IntN(3) == 0 {
			verb, kind = "/unreact", "unreacted"
		}
		a.propose(fmt.Sprintf("%s %d 👍", verb, m.seq), &checker.Op{Kind: kind, Target: m.seq, Text: "👍"})
	}
}

func (a *author) pin() {
	if m := a.pick(false, a.rng.IntN(3)); m.seq != 0 {
		verb, kind := "/pin", "pinned"
		if a.rng.IntN(2) == 0 {
			verb, kind = "/unpin", "unpinned"
		}
		a.propose(fmt.Sprintf("%s %d", verb, m.seq), &checker.Op{Kind: kind, Target: m.seq})
	}
}

func (a *author) topic() {
	text := a.tag() + " is the topic"
	a.propose("/topic "+text, &checker.Op{Kind: "topic", Text: text})
}

func (a *author) newNick() string {
	return strings.ReplaceAll(fmt.Sprintf("%s-%d", a.who, a.count), "/", "-")
}

// part leaves the room, unless it is the lobby, and goes to another.
func (a *author) part() {
	if a.here == lobby {
		return
	}
	a.Settle()
	a.ask("/part " + a.here)
	a.here = lobby
}
