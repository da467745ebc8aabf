package outward

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"hubbub/internal/chat"
	"hubbub/internal/preview"
)

const (
	lookers  = 4    // goroutines that look at links: as many as there are requests at once
	maxLinks = 1000 // that wait to be looked at; more are left as they are
	maxOfOne = 20   // of them, of one author, so that nobody keeps others waiting for long
)

// looker looks at what is behind links.
type looker struct {
	cfg   *Config
	links chan link // those that wait; never closed

	mu      sync.Mutex          // guards waiting
	waiting map[chat.UserID]int // links of each author that wait, or are looked at
}

// link is a link in a message.
type link struct {
	message chat.Seq
	author  chat.UserID
	url     string // as it stands there
}

func newLooker(cfg *Config) *looker {
	return &looker{cfg: cfg, links: make(chan link, maxLinks), waiting: map[chat.UserID]int{}}
}

// see notes the links of what was said, or is said now instead. What programs send as
// notices is not looked at: their authors had no reader in mind who clicks.
func (l *looker) see(ev *chat.Event) {
	at := ev.Seq
	switch ev.Kind {
	case chat.Message, chat.Action:
	case chat.Edited:
		at = ev.Target
	default:
		return
	}
	for _, to := range preview.URLs(ev.Text) {
		if !l.own(to) && !l.add(link{at, ev.By, to}) {
			l.cfg.Logger.Debug("too many links wait to be looked at: one is left as it is", "message", at)
		}
	}
}

// add has a link looked at, and reports whether there was room for it.
func (l *looker) add(at link) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[at.author] >= maxOfOne {
		return false
	}
	select {
	case l.links <- at:
		l.waiting[at.author]++
		return true
	default:
		return false
	}
}

// done makes room for another link of an author's.
func (l *looker) done(author chat.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[author]--; l.waiting[author] == 0 {
		delete(l.waiting, author)
	}
}

// own reports whether a link leads to this server, which has nothing to show to who
// has not logged in.
func (l *looker) own(to string) bool {
	rest, ok := strings.CutPrefix(to, l.cfg.URL)
	return ok && l.cfg.URL != "" && (rest == "" || strings.ContainsAny(rest[:1], "/?#"))
}

// run looks at links until ctx ends.
func (l *looker) run(ctx context.Context) {
	for {
		select {
		case one := <-l.links:
			l.look(ctx, one)
			l.done(one.author)
		case <-ctx.Done():
			return
		}
	}
}

// look shows what is behind a link, if there is anything to be shown.
func (l *looker) look(ctx context.Context, at link) {
	if !l.wanted(ctx, at) {
		return
	}
	page, err := l.cfg.Fetcher.Fetch(ctx, at.url)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err // without the link, which is nobody's business
		}
		l.cfg.Logger.Debug("nothing is shown of a link", "message", at.message, "err", err)
		return
	}
	shown := chat.LinkPreview{
		URL: at.url, Title: shorten(page.Title, chat.MaxPreviewLine), Site: shorten(page.Site, chat.MaxPreviewLine),
		Description: shorten(page.Description, chat.MaxPreviewText), Image: l.keep(ctx, page.Image),
	}
	if shown.Title == "" && shown.Description == "" && shown.Image == nil {
		return
	}
	out := l.cfg.Hub.Console().Do(ctx, chat.Command{Op: chat.Preview, Target: at.message, Text: shown.Encode()})
	if out.Err != nil {
		l.cfg.Logger.Debug("a preview is refused", "message", at.message, "err", out.Err)
	}
	if shown.Image != nil && (out.Err == nil || out.Err.Code != chat.Unavailable) { // else it may have been taken
		l.taken(shown.Image)
	}
}

// wanted reports whether a link is still in its message, and not shown yet.
func (l *looker) wanted(ctx context.Context, at link) bool {
	m, ok, err := l.cfg.Hub.MessageAt(ctx, at.message)
	return err == nil && ok && !m.Deleted && strings.Contains(m.Text, at.url) && len(m.Previews) < chat.MaxPreviews &&
		!slices.ContainsFunc(m.Previews, func(p chat.LinkPreview) bool { return p.URL == at.url })
}

// endings are how files are called by what they are.
var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}

// keep keeps a picture, as an upload of the server's own; nil if there is none that
// can be shown.
func (l *looker) keep(ctx context.Context, picture []byte) *chat.File {
	if l.cfg.Files == nil || picture == nil {
		return nil
	}
	up, err := l.cfg.Files.Put(ctx, bytes.NewReader(picture), "picture", 0)
	if err != nil {
		if ctx.Err() == nil {
			l.cfg.Logger.Warn("the picture of a link can't be kept", "err", err)
		}
		return nil
	}
	f := &chat.File{
		ID: up.ID, Hash: up.Hash, Name: up.Name + endings[up.Type], Type: up.Type, Size: up.Size, Width: up.Width, Height: up.Height,
	}
	if f.Width == 0 { // it is broken
		l.taken(f)
		return nil
	}
	return f
}

// taken ends the waiting of a picture: either a message has it now, or it is swept.
func (l *looker) taken(f *chat.File) {
	if err := l.cfg.Files.Take(f.ID); err != nil {
		l.cfg.Logger.Warn("the picture of a link waits on", "err", err)
	}
}

// shorten cuts a line to at most so many bytes.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for !utf8.RuneStart(s[most]) {
		most--
	}
	return chat.CleanLine(s[:most])
}
