package search

import (
	"context"
	"fmt"

	"hubbub/internal/chat"
)

// lookups is how many matches are looked up at once, where that takes more than the
// index: enough that a question to the store costs little for each.
const lookups = 256

// Match is a message that matches by what the index knows.
type Match struct {
	Seq  chat.Seq
	Room chat.RoomID
}

// page fills a result with matches as they are visited, from new to old.
type page struct {
	*scan
	res     *Result
	waiting []Match // visited, and still to be looked up
}

// visit takes the next match, or has it wait until it is looked up with others.
func (p *page) visit(ctx context.Context, m Match) error {
	if !p.reacted && !p.unreacted {
		p.take(m, p.rooms[m.Room])
		return nil
	}
	if p.waiting = append(p.waiting, m); len(p.waiting) < lookups {
		return nil
	}
	return p.lookUp(ctx)
}

// lookUp takes the matches that wait, as people have reacted to them.
func (p *page) lookUp(ctx context.Context) error {
	var asked []Match
	for _, m := range p.waiting {
		if p.rooms[m.Room] {
			asked = append(asked, m)
		}
	}
	if len(asked) > 0 {
		reacted, err := p.reactions(ctx, asked)
		if err != nil {
			return fmt.Errorf("search: look up reactions: %w", err)
		}
		for _, m := range p.waiting {
			fits := p.rooms[m.Room] && (reacted[m.Seq] || !p.reacted) && !(reacted[m.Seq] && p.unreacted)
			p.take(m, fits)
		}
	} else if n := len(p.waiting); n > 0 {
		p.take(p.waiting[n-1], false)
	}
	p.waiting = p.waiting[:0]
	return nil
}

// take adds a match that fits, unless the page is full: then there is more.
func (p *page) take(m Match, fits bool) {
	if len(p.res.Seqs) == p.limit {
		p.res.More = true
		return
	}
	p.res.Next = m.Seq
	if fits {
		p.res.Seqs = append(p.res.Seqs, m.Seq)
	}
}
