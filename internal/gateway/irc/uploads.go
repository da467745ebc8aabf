package irc

import (
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// Files that clients upload by HTTP, and then say by their links.
// (https://soju.im/filehost)

// supported returns the tokens of the 005 lines. Where others can read what is
// uploaded, and by which password, no place is named; the same machine is no such.
func (c *conn) supported() []string {
	to := c.gateway.cfg.Upload
	here := c.Private() && !c.Secure()
	if to == "" || !here && !strings.HasPrefix(to, "https:") {
		return c.gateway.isupport
	}
	return append(slices.Clip(c.gateway.isupport), "soju.im/FILEHOST="+to)
}

// attach gives a message those of its author's uploads whose links are in its text,
// so that they are kept, and returns the message's tag. A file is in one message
// alone, so the link to one that was said is a link like others.
func (c *conn) attach(cmd *chat.Command, k *call) *call {
	store := c.gateway.cfg.Files
	if store == nil {
		return k
	}
	var ids []string
	text, found := cmd.Text, true
	for len(ids) < chat.MaxFiles {
		if _, text, found = strings.Cut(text, "/files/"); !found {
			break
		}
		id, _, _ := strings.Cut(text, "/")
		up, err := store.Pending(id, uint64(c.Session().User()))
		if f := up.File(); err == nil && !slices.Contains(ids, id) && strings.Contains(cmd.Text, c.gateway.cfg.URL+f.Path()) && !c.said(id) {
			ids, cmd.Files = append(ids, id), append(cmd.Files, f)
		}
	}
	if ids == nil {
		return k
	}
	own := *k // others to the same target may have the same tag
	own.files = ids
	return &own
}

// said reports whether a message has a file already: perhaps the one that the client
// has sent just before.
func (c *conn) said(id string) bool {
	c.settle()
	_, err := c.gateway.cfg.Hub.File(c.Context(), id)
	return err == nil
}

// taken notes that uploads are in a message now. What can't be noted is so in a day.
func (c *conn) taken(ids []string) {
	for _, id := range ids {
		_ = c.gateway.cfg.Files.Take(id)
	}
}
