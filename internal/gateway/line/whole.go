package line

import (
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// From lines to a whole screen, for those whose terminal shows one.

// pass has a whole screen go on with the peer, or says why it does not.
func (c *conn) pass(p gateway.Passage) *chat.Error {
	err := c.as().whole(p)
	c.passed = err == nil
	return err
}

// whole goes on with a whole screen.
func (c *conn) whole(req request) {
	p := gateway.Passage{Asked: true}
	var err *chat.Error
	switch {
	case c.onScreen() != nil:
		err = chat.Errorf(chat.Conflict, "You have the whole screen; /plain goes on in lines.")
	case c.as().whole == nil:
		err = chat.Errorf(chat.Invalid, "There is no whole screen here: it takes ssh in a terminal of 40 columns and 8 rows or more, or hubbub join.")
	default:
		p.As, err = c.whoever()
	}
	if err == nil {
		if room, nowhere := c.room(""); nowhere == nil {
			p.Room = room.Name
		}
		err = c.pass(p)
	}
	if err != nil {
		c.refuse(req.id, err)
	}
}

// whoever returns how the peer comes in elsewhere as who they are here.
func (c *conn) whoever() (hub.Arrival, *chat.Error) {
	guest := c.as().guest
	switch {
	case c.Session().User() != 0 && c.Session().Role() != chat.GuestRole:
		return c.gateway.cfg.Door.Again(c.Context(), c.Session())
	case guest == nil || guest.Key.IsZero():
		return hub.Arrival{}, chat.Errorf(chat.Conflict, "You would be somebody else on the screen; connect once more.")
	}
	return *guest, nil
}
