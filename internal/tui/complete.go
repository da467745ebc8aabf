package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// maxCandidates is how many are offered, and maxPopUp how many of those are seen.
const (
	maxCandidates = 50
	maxPopUp      = 6
)

// completion is what a word may become.
type completion struct {
	from       int    // where the word begins, in bytes
	word       string // what was written
	candidates []candidate
	at         int
}

// candidate is what a word may become, and what is shown of it.
type candidate struct{ text, shown string }

// complete puts the next candidate in the place of the word before the cursor.
func (m *Model) complete(step int) tea.Cmd {
	c := &m.composer
	if c.completion == nil {
		before := c.editor.Text()[:c.editor.Cursor()]
		from := wordStart(before)
		word := before[from:]
		found := m.candidates(word, from == 0)
		if all, ok := m.arguments(before[:from]); ok {
			found = starting(all, word)
		}
		if len(found) == 0 {
			return nil
		}
		c.completion = &completion{from: from, word: word, candidates: found, at: -1}
		if step < 0 {
			c.completion.at = 0
		}
	}
	n := len(c.completion.candidates)
	c.completion.at = (c.completion.at + step + n) % n
	c.editor.Replace(c.completion.from, c.completion.candidates[c.completion.at].text)
	if n == 1 {
		c.completion = nil
	}
	return nil
}

// uncomplete puts back what was written.
func (m *Model) uncomplete() {
	c := &m.composer
	c.editor.Replace(c.completion.from, c.completion.word)
	c.completion = nil
}

func wordStart(text string) int {
	return strings.LastIndexAny(text, " \n") + 1
}

// candidates returns what a word may become: a command, a room, an emoji or a nick.
func (m *Model) candidates(word string, first bool) (found []candidate) {
	switch {
	case first && strings.HasPrefix(word, "/"):
		for _, c := range commands {
			if strings.HasPrefix(c.name, word) {
				found = append(found, candidate{c.name + " ", fmt.Sprintf("%-10s %s", c.name, c.about[m.language])})
			}
		}
	case strings.HasPrefix(word, "#"):
		for i := range m.rooms {
			if name := m.rooms[i].Name; begins(name, word) {
				found = append(found, candidate{name + " ", name})
			}
		}
	case strings.HasPrefix(word, ":") && len(word) > 1:
		for _, e := range emoji {
			if strings.Contains(e.name, strings.Trim(word, ":")) {
				found = append(found, candidate{e.text + " ", e.text + " :" + e.name + ":"})
			}
		}
	default:
		found = m.nicks(word, first)
	}
	return found[:min(len(found), maxCandidates)]
}

// arguments returns what may stand behind the beginning of a command. It reports
// false where anything may.
func (m *Model) arguments(before string) (all []string, ok bool) {
	switch words := strings.Fields(before); {
	case len(words) == 0 || words[0][0] != '/' || len(words) > 2:
		return nil, false
	case len(words) == 2 && words[0] == "/set":
		return values(words[1])
	case len(words) == 2:
		return nil, false
	case words[0] == "/theme":
		return values("theme")
	case words[0] == "/notify":
		return []string{"all", "mentions", "nothing", "usual", "on", "off"}, true
	case words[0] == "/help":
		return topicNames(), true
	case words[0] == "/set":
		for _, s := range settings() {
			all = append(all, s.name)
		}
	}
	return all, all != nil
}

// values returns what a setting can be.
func values(name string) ([]string, bool) {
	s := settingNamed(name)
	if s == nil {
		return nil, false
	}
	return s.values, s.values != nil
}

// starting returns candidates for a word that is one of some.
func starting(all []string, word string) (found []candidate) {
	for _, s := range all {
		if begins(s, word) {
			found = append(found, candidate{s + " ", s})
		}
	}
	return found
}

// nicks returns who a word may call: those first who spoke last.
func (m *Model) nicks(word string, first bool) (found []candidate) {
	at := ""
	if strings.HasPrefix(word, "@") {
		at, word = "@", word[1:]
	}
	if word == "" && at == "" {
		return nil
	}
	suffix := " "
	if first && at == "" {
		suffix = ": "
	}
	for _, nick := range m.recentNicks() {
		if begins(nick, word) {
			found = append(found, candidate{at + nick + suffix, nick})
		}
	}
	return found
}

func (m *Model) recentNicks() (nicks []string) {
	const looked = 100
	if t := m.timeline(); t != nil {
		for i := t.kept() - 1; i >= max(0, t.kept()-looked); i-- {
			if it := t.items[i]; it.said() && it.By != m.self.ID && !slices.Contains(nicks, it.Nick) {
				nicks = append(nicks, it.Nick)
			}
		}
	}
	spoke := len(nicks)
	for _, p := range m.people {
		if p.ID != m.self.ID && !slices.Contains(nicks[:spoke], p.Nick) {
			nicks = append(nicks, p.Nick)
		}
	}
	return nicks
}

func begins(name, with string) bool { return strings.HasPrefix(chat.Fold(name), chat.Fold(with)) }

// popUp paints the candidates, to be laid over the last rows of the timeline.
func (m *Model) popUp(width, height int) (rows []row) {
	c := m.composer.completion
	if c == nil {
		return nil
	}
	seen := min(len(c.candidates), maxPopUp, height)
	first := max(0, min(c.at-seen/2, len(c.candidates)-seen))
	for i := first; i < first+seen; i++ {
		st := plain
		if i == c.at {
			st = reversed
		}
		rows = append(rows, m.paint(width).put(plain, " ").put(st, c.candidates[i].shown).row())
	}
	return rows
}
