package chat

import "strings"

// PictureKey is the key of the property that is somebody's picture. A member's own
// is a file on this server: the property has it, as a message has its files, and its
// value is where it is fetched. Other values are for programs that know what to do
// with them, such as an address elsewhere.
const PictureKey = "avatar"

// filesPath is where files are fetched, on the server.
const filesPath = "/files/"

// PictureOf returns where the picture is fetched that a property is, on this server;
// "" if it is none, or is elsewhere.
func PictureOf(p *Property) string {
	if p.Name != PictureKey || p.Private || !strings.HasPrefix(p.Value, filesPath) {
		return ""
	}
	return p.Value
}

// pictured says what is wrong with the files of a command that sets a property of
// somebody's, or nil. Only a picture is one, and only its owner chooses it; others
// can remove it, as any property.
func (d *decision) pictured(u *user) *Error {
	c := d.c
	switch {
	case len(c.Files) == 0 && c.Name == PictureKey && strings.HasPrefix(c.Text, filesPath):
		return Errorf(Invalid, "A picture on this server has to be uploaded as somebody's picture.")
	case len(c.Files) == 0:
		return nil
	case c.Name != PictureKey, c.Private, len(c.Files) != 1, c.Files[0].Width == 0, c.Text != c.Files[0].Path():
		return Errorf(Invalid, "A picture of somebody is one picture, and what is kept under %s.", PictureKey)
	case u != d.by:
		return Errorf(Forbidden, "It is for %s to choose a picture; it can only be removed.", u.nick).Because(NotYours)
	case u.role == GuestRole:
		return Errorf(Forbidden, "Guests have no picture; register to become a member, who can.").Because(NeedsRole)
	}
	return d.attached()
}

// learnPicture notes which file somebody's picture is now, and which is none any more.
func (f *Facts) learnPicture(ev *Event, was string) {
	if ev.Name != PictureKey || ev.User == 0 {
		return
	}
	if id, found := strings.CutPrefix(was, filesPath); found {
		id, _, _ = strings.Cut(id, "/")
		delete(f.Files, id)
	}
	for i := range ev.Files {
		f.Files[ev.Files[i].ID] = ev.Seq
	}
}
