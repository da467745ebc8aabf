package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
)

// The page opens with what it would ask for first: it stands in the document for whom a
// cookie names, so that there is something to show as soon as the page's code runs. The
// live connection goes on from there, as from what a browser has kept.

// opening is what stands in the document.
type opening struct {
	Server  *api.Server   `json:"server"`
	Session *api.Session  `json:"session"`        // what follows is of no earlier time than its Seq
	Rooms   []api.Room    `json:"rooms"`          // that the user is in
	All     bool          `json:"all"`            // there are no others
	Room    uint64        `json:"room,omitempty"` // to be shown; 0 if it is none of those
	Page    *api.Messages `json:"page,omitempty"` // of that room: the last, or around the message at the address
}

// openingRooms is how many rooms there are in it at most, beside the one that is shown:
// as many as a large screen lists. The live connection tells of all.
const openingRooms = 50

// serveIndex answers a browser at the address of a room.
func (g *Gateway) serveIndex(w http.ResponseWriter, r *http.Request, at address) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Add("Vary", "Cookie, Sec-Fetch-Dest, Sec-Fetch-Site")
	o := g.openingFor(r, at)
	if o == nil {
		send(w, r, g.page.Index, false)
		return
	}
	data, err := json.Marshal(o) // which escapes what would end the element
	if err != nil {
		panic(err) // the types of package api have JSON
	}
	h.Set("Content-Type", g.page.Index.Type)
	h.Set("Cache-Control", "no-store")
	body := compressed(h, r, g.page.Opening(data))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // if the client has gone nobody needs to know
}

// openingFor returns what the page opens with, or nil where it has to ask: for who is
// nobody, and where [shows] says no.
func (g *Gateway) openingFor(r *http.Request, at address) *opening {
	who := g.clientOf(r)
	if claimOf(r, who.secure).credential == "" || !shows(r, who.secure) {
		return nil
	}
	s, leave, err := g.visit(r)
	if err != nil { // the page asks, and is told why
		return nil
	}
	defer leave()
	c := &call{gateway: g, r: r, client: who, session: s}
	if charge(c.ctx(), s) != nil {
		return nil
	}
	o, err := c.open(at)
	if err != nil {
		return nil
	}
	return o
}

// shows reports whether a browser is about to show what it asks for, and was not sent
// here by another site. So the service worker, which keeps a document, has one without
// what is somebody's. By plain HTTP, where there is no such worker, browsers say nothing.
func shows(r *http.Request, secure bool) bool {
	what := r.Header.Get("Sec-Fetch-Dest")
	return r.Method == http.MethodGet && (what == "document" || what == "" && !secure) && !crossSite(r)
}

// open makes an opening. The position comes first, so that nothing is missed after it.
func (c *call) open(at address) (*opening, *chat.Error) {
	o := &opening{}
	var err *chat.Error
	if o.Session, err = c.describe(c.session); err != nil {
		return nil, err
	}
	if o.Server, err = server(c, nil); err != nil {
		return nil, err
	}
	joined := c.session.Joined()
	shown, err := c.shown(at, joined)
	if err != nil {
		return nil, err
	}
	var first []*chat.RoomInfo
	first, o.All = some(joined, shown)
	if o.Rooms, err = wire.Rooms(c.ctx(), c.session, first); err != nil || shown == nil {
		return o, err
	}
	p, err := c.messages(shown.ID, &messageRange{Around: uint64(at.seq)})
	if err != nil {
		return nil, err
	}
	o.Room, o.Page = uint64(shown.ID), p.json(c.session)
	return o, nil
}

// shown returns which of the rooms the page is to show, or nil. Where the address tells
// none it is one with something unread, or the lobby.
func (c *call) shown(at address, joined []*chat.RoomInfo) (*chat.RoomInfo, *chat.Error) {
	find := func(is func(*chat.RoomInfo) bool) *chat.RoomInfo {
		if i := slices.IndexFunc(joined, is); i >= 0 {
			return joined[i]
		}
		return nil
	}
	if at.room != "" {
		c.r.SetPathValue("room", at.room)
		room, err := c.roomAt()
		if err != nil {
			return nil, nil
		}
		return find(func(r *chat.RoomInfo) bool { return r.ID == room.ID }), nil
	}
	unread, err := c.unread(joined)
	if unread != nil || err != nil {
		return unread, err
	}
	return find(func(r *chat.RoomInfo) bool { return r.Name == chat.Lobby }), nil
}

// unread returns the first room with a name in which something is unread, or nil. It
// looks at a few at a time, as in the first few there mostly is something, if in any.
func (c *call) unread(joined []*chat.RoomInfo) (*chat.RoomInfo, *chat.Error) {
	for rooms := range slices.Chunk(joined, openingRooms) {
		unread, err := c.session.UnreadIn(c.ctx(), rooms, c.session.Horizon())
		if err != nil {
			return nil, err
		}
		for _, u := range unread {
			if u.In.Flags&chat.Direct == 0 {
				return u.In, nil
			}
		}
	}
	return nil, nil
}

// some returns the rooms that are listed first, and the one that is shown. It reports
// whether these are all.
func some(joined []*chat.RoomInfo, shown *chat.RoomInfo) ([]*chat.RoomInfo, bool) {
	if len(joined) <= openingRooms {
		return joined, true
	}
	first := slices.SortedFunc(slices.Values(joined), listed)[:openingRooms]
	if shown != nil && !slices.Contains(first, shown) {
		first = append(first, shown)
	}
	return first, false
}

// listed orders rooms as a list does: those with a name, by that, and then conversations.
func listed(a, b *chat.RoomInfo) int {
	return cmp.Or(cmp.Compare(a.Flags&chat.Direct, b.Flags&chat.Direct), cmp.Compare(a.Name, b.Name))
}
