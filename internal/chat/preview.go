package chat

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the previews of links.
const (
	MaxPreviews    = 10   // of one message, with those that were dropped
	MaxPreviewURL  = 2048 // bytes
	MaxPreviewLine = 512  // bytes of the title, and of the site's name
	MaxPreviewText = 2048 // bytes of the description
)

// LinkPreview is what is at the other end of a link in a message, in short: as it
// was when the server looked.
type LinkPreview struct {
	URL         string `json:"url"`             // as it stands in the message
	Title       string `json:"title,omitempty"` // at least one of title, description and image is there
	Description string `json:"description,omitempty"`
	Site        string `json:"site,omitempty"`
	Image       *File  `json:"image,omitempty"`
}

// Encode returns the preview as the Text of a command and an event has it. A
// preview has one encoding.
func (p *LinkPreview) Encode() string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		panic(err) // it is strings and numbers
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// ParsePreview is the inverse of Encode. It refuses what is no preview, or has more
// in it than one may have, or what harms a screen.
func ParsePreview(text string) (LinkPreview, *Error) {
	var p LinkPreview
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Encode() != text {
		return LinkPreview{}, Errorf(Invalid, "That is no preview of a link.")
	}
	if err := p.check(); err != nil {
		return LinkPreview{}, err
	}
	return p, nil
}

func (p *LinkPreview) check() *Error {
	switch {
	case !webURL(p.URL):
		return Errorf(Invalid, "%q is no link to a page, as https://example.org/ is.", shortened(p.URL))
	case p.Title == "" && p.Description == "" && p.Image == nil:
		return Errorf(Invalid, "A preview of %s that shows nothing is none.", shortened(p.URL))
	case !plainLine(p.Title, MaxPreviewLine), !plainLine(p.Site, MaxPreviewLine), !plainLine(p.Description, MaxPreviewText):
		return Errorf(Invalid, "The preview of %s is too long, or not plain lines.", shortened(p.URL))
	case p.Image == nil:
		return nil
	}
	return checkFile(p.Image)
}

func plainLine(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && CleanLine(s) == s
}

// webURL reports whether s is the address of a page: http or https, and a host.
func webURL(s string) bool {
	rest, http := strings.CutPrefix(s, "http://")
	if !http {
		rest, http = strings.CutPrefix(s, "https://")
	}
	if !http || !plainLine(s, MaxPreviewURL) || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	return host != "" && !strings.ContainsAny(host[:1], ":?#")
}

// Links reports whether a text has a link in it, so that a preview of it can be beside
// the text.
func Links(text, link string) bool { return strings.Contains(text, link) }

// PreviewFact is what the rules must know of a preview.
type PreviewFact struct {
	Dropped bool   // somebody did not want it
	Image   string // the id of its picture; empty without one, and when it was dropped
}

// preview decides that a link is shown with what is at its other end. Only the
// server looks there.
func (d *decision) preview() Outcome {
	c := d.c
	p, err := ParsePreview(c.Text)
	if err != nil {
		return Outcome{Err: err}
	}
	m, ok := d.facts.Messages[c.Target]
	r := d.s.rooms[m.Room]
	switch {
	case !ok || r == nil:
		return refuse(NotFound, "There is no message %d.", c.Target).because(NoSuchMessage)
	case m.Deleted:
		return refuse(Gone, "Message %d was deleted.", c.Target).because(NoSuchMessage)
	case r.archived:
		return refuse(Gone, "%s is archived: it can be read, but nothing can be added.", r.name).because(RoomGone)
	case !Links(m.Text, p.URL):
		return refuse(Gone, "Message %d has no link to %s, or not any more.", c.Target, shortened(p.URL))
	}
	if err := d.previewable(&p); err != nil {
		return Outcome{Room: r.id, Err: err}
	}
	d.emit(r.id, r.last, Event{Kind: Previewed, Client: c.Client, Target: c.Target, Whose: m.Nick, When: m.Time, Text: c.Text})
	return Outcome{Room: r.id}
}

// previewable says why a link of a message is not to be previewed, or nil.
func (d *decision) previewable(p *LinkPreview) *Error {
	all := d.facts.Previews[d.c.Target]
	had, there := all[p.URL]
	switch {
	case had.Dropped:
		return Errorf(Conflict, "A preview of %s was not wanted for message %d.", shortened(p.URL), d.c.Target).Because(AlreadySo)
	case there:
		return Errorf(Conflict, "There is a preview of %s for message %d already.", shortened(p.URL), d.c.Target).Because(AlreadySo)
	case len(all) >= MaxPreviews:
		return Errorf(TooMany, "Message %d has %d previews, as many as there can be.", d.c.Target, MaxPreviews)
	case p.Image != nil && d.facts.Files[p.Image.ID] != 0:
		return Errorf(Conflict, "%s is in another message already; fetch it again.", p.Image.Name)
	}
	return nil
}

// dropPreview decides that a message is shown without a preview.
func (d *decision) dropPreview(r *room, m *MessageFact, ev *Event) *Error {
	ev.Kind, ev.Text = PreviewDropped, d.c.Name
	if err := d.deletable(r, m); err != nil {
		return err
	}
	if had, there := d.facts.Previews[d.c.Target][d.c.Name]; !there || had.Dropped {
		return Errorf(NotFound, "Message %d has no preview of that link.", d.c.Target).Because(AlreadySo)
	}
	return nil
}

// learnPreview adds to the facts what an event changes about previews.
func (f *Facts) learnPreview(ev *Event) {
	all := f.Previews[ev.Target]
	switch ev.Kind {
	case Previewed:
		p, _ := ParsePreview(ev.Text)
		if all == nil {
			all = map[string]PreviewFact{}
			f.Previews[ev.Target] = all
		}
		all[p.URL] = PreviewFact{}
		if p.Image != nil {
			all[p.URL] = PreviewFact{Image: p.Image.ID}
			f.Files[p.Image.ID] = ev.Target
		}
	case PreviewDropped:
		delete(f.Files, all[ev.Text].Image)
		all[ev.Text] = PreviewFact{Dropped: true}
	case Edited: // what is not linked any more is not previewed any more
		for link, p := range all {
			if !p.Dropped && !Links(ev.Text, link) {
				delete(f.Files, p.Image)
				delete(all, link)
			}
		}
	}
}
