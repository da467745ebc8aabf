package web

import (
	"net/http"
	"slices"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// What people show of themselves: a picture, and a few words.

// statusKey is the key of the property that is what somebody says of themselves.
const statusKey = "status"

func (g *Gateway) pictureRoutes() []route {
	put := resource("PUT", "/me/picture", somebody, "Choose a picture of yourself: of a JPEG, PNG, GIF or WebP a small square is kept", putPicture)
	put.raw = true
	return []route{
		put,
		resource("DELETE", "/me/picture", somebody, "Have no picture any more", deletePicture),
		resource("DELETE", "/admin/people/{nick}/picture", somebody, "Take somebody's picture away", deletePictureOf),
	}
}

func putPicture(c *call, _ *nothing) (*api.File, *chat.Error) {
	u := c.gateway.uploads
	if u.store == nil {
		return nil, errNoUploads
	}
	me, err := c.member()
	if err == nil {
		err = mayTalk(c.session)
	}
	if err == nil {
		err = u.fits(c.ctx(), me.ID, 0) // a few kilobytes of it are kept
	}
	if err != nil {
		return nil, err
	}
	up, failed := u.store.PutPortrait(c.ctx(), &flowing{c.r.Body, http.NewResponseController(c.w), time.Now().Add(uploadTime)}, uint64(me.ID))
	if failed != nil {
		return nil, c.unreadable(failed)
	}
	f := up.File()
	done := c.session.Do(c.ctx(), chat.Command{Op: chat.SetProperty, Name: chat.PictureKey, Text: f.Path(), Files: []chat.File{f}})
	u.said([]string{up.ID}) // or given up, if it was refused
	if done.Err != nil {
		return nil, done.Err
	}
	out := wire.File(&f)
	return &out, nil
}

func deletePicture(c *call, _ *nothing) (*nothing, *chat.Error) {
	return nil, c.session.Do(c.ctx(), chat.Command{Op: chat.SetProperty, Name: chat.PictureKey}).Err
}

func deletePictureOf(c *call, _ *nothing) (*nothing, *chat.Error) {
	id, err := c.session.Lookup(c.r.PathValue("nick"))
	if err != nil {
		return nil, err
	}
	return nil, c.session.Do(c.ctx(), chat.Command{Op: chat.SetProperty, User: id, Name: chat.PictureKey}).Err
}

// portray returns people as they are told of, with what they show of themselves: in a
// room, if that is not nil.
func (c *call) portray(room *chat.RoomInfo, all []hub.Portrait) ([]api.Person, *chat.Error) {
	people := make([]api.Person, 0, len(all))
	at := make(map[chat.RoomID]*api.Person, len(all)) // by whose property it is
	ids := make([]chat.UserID, 0, len(all))
	for i := range all {
		people = append(people, wire.Portrait(room, &all[i]))
		at[all[i].ID.Inbox()] = &people[i]
		ids = append(ids, all[i].ID)
	}
	shown := func(key string, _ int) bool { return key == statusKey || key == chat.PictureKey }
	for some := range slices.Chunk(ids, hub.MaxOwners) {
		properties, err := c.session.PropertiesOf(c.ctx(), some, shown)
		if err != nil {
			return nil, err
		}
		for i := range properties {
			p := &properties[i]
			if person := at[p.Owner]; p.Name == chat.PictureKey {
				person.Picture = chat.PictureOf(p)
			} else if person.Status == "" && !p.Private { // why they are away is newer
				person.Status = p.Value
			}
		}
	}
	return people, nil
}

// portrayOne is portray for one.
func (c *call) portrayOne(room *chat.RoomInfo, portrait hub.Portrait) (*api.Person, *chat.Error) {
	people, err := c.portray(room, []hub.Portrait{portrait})
	if err != nil {
		return nil, err
	}
	return &people[0], nil
}
