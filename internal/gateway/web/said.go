package web

import (
	"fmt"
	"strconv"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

func (g *Gateway) messageRoutes() []route {
	return []route{
		resource("GET", "/rooms/{room}/messages", lookerIn, "A page of what was said in a room, as it reads now: the last one, or one by a position", getMessages),
		created(resource("POST", "/rooms/{room}/messages", somebody, "Say something", postMessage)),
		resource("GET", "/messages/{seq}", lookerIn, "A message", getMessage),
		resource("PATCH", "/messages/{seq}", somebody, "Give a message another text", patchMessage),
		resource("DELETE", "/messages/{seq}", somebody, "Delete a message", deleteMessage),
		resource("PUT", "/messages/{seq}/reactions/{emoji}", somebody, "React to a message", messageCommand(api.OpReact)),
		resource("DELETE", "/messages/{seq}/reactions/{emoji}", somebody, "Take a reaction back", messageCommand(api.OpUnreact)),
		resource("PUT", "/messages/{seq}/pin", somebody, "Pin a message", messageCommand(api.OpPin)),
		resource("DELETE", "/messages/{seq}/pin", somebody, "Unpin a message", messageCommand(api.OpUnpin)),
		resource("DELETE", "/messages/{seq}/previews", somebody, "Show nothing of a link in a message", deletePreview),
		resource("GET", "/messages/{seq}/thread", lookerIn, "The replies in the conversation that a message began", getThread),
		resource("POST", "/commands", somebody, "Do anything that can be done over the live connection", postCommand),
	}
}

// messageAt returns the position of the message that the address names.
func (c *call) messageAt() (chat.Seq, *chat.Error) {
	text := c.r.PathValue("seq")
	seq, err := strconv.ParseUint(text, 10, 63)
	if err != nil || seq == 0 {
		return 0, chat.Errorf(chat.NotFound, "A message has a number; %q is none.", clipped(text)).Because(chat.NoSuchMessage)
	}
	return chat.Seq(seq), nil
}

// messageRange is a page of messages.
type messageRange struct {
	Before uint64 `query:"before" doc:"the last messages before this one"`
	After  uint64 `query:"after" doc:"the first messages after this one"`
	Around uint64 `query:"around" doc:"those around this one, and itself"`
	Limit  int    `query:"limit" doc:"how many at most, up to 200; 50 if it is not given"`
}

// Pages of messages have so many at most.
const (
	usualMessages = 50
	mostMessages  = 200
)

func getMessages(c *call, in *messageRange) (*api.Messages, *chat.Error) {
	room, err := c.roomAt()
	if err != nil {
		return nil, err
	}
	p, err := c.messages(room.ID, in)
	if err != nil {
		return nil, err
	}
	return p.json(c.session), nil
}

// pageOf is a page of messages, and whether there are others around it.
type pageOf struct {
	messages     []hub.Message
	older, newer bool
}

// json returns the page as programs get it.
func (p *pageOf) json(s *hub.Session) *api.Messages {
	out := &api.Messages{Messages: wire.Messages(s, p.messages)}
	if n := len(p.messages); n > 0 && p.older {
		out.Before = uint64(p.messages[0].Seq)
	}
	if n := len(p.messages); n > 0 && p.newer {
		out.After = uint64(p.messages[n-1].Seq)
	}
	return out
}

// messages reads a page.
func (c *call) messages(room chat.RoomID, in *messageRange) (*pageOf, *chat.Error) {
	limit := size(in.Limit, usualMessages, mostMessages)
	older := hub.Range{Before: chat.Seq(in.Before), Latest: true, Limit: limit}
	newer := hub.Range{After: chat.Seq(in.After), Limit: limit}
	switch {
	case in.Around != 0:
		older.Before, older.Limit = chat.Seq(in.Around), limit/2
		newer.After, newer.Limit = chat.Seq(in.Around)-1, limit-limit/2
	case in.After != 0:
		older.Limit = 0
	default:
		newer.Limit = 0
	}
	before, more, err := c.part(room, older)
	if err != nil {
		return nil, err
	}
	after, still, err := c.part(room, newer)
	if err != nil {
		return nil, err
	}
	return &pageOf{append(before, after...), more || in.After != 0, still || in.Before != 0}, nil
}

// part reads a part of a page, and reports whether there is more beyond it.
func (c *call) part(room chat.RoomID, r hub.Range) ([]hub.Message, bool, *chat.Error) {
	if r.Limit == 0 {
		return nil, false, nil
	}
	limit := r.Limit
	r.Limit++
	all, err := c.session.Messages(c.ctx(), room, r)
	if err != nil || len(all) <= limit {
		return all, false, err
	}
	if r.Latest {
		return all[1:], true, nil
	}
	return all[:limit], true, nil
}

func postMessage(c *call, in *api.NewMessage) (*api.Done, *chat.Error) {
	done, err := c.do(c.inRoom(api.Command{
		ID: in.ID, Op: api.OpSay, Text: in.Text, Target: in.Reply, Action: in.Action, Notice: in.Notice, Files: in.Files,
	}))
	if err == nil {
		c.w.Header().Set("Location", fmt.Sprintf("%s/messages/%d", apiPath, done.Seq))
	}
	return done, err
}

func getMessage(c *call, _ *nothing) (*api.Event, *chat.Error) {
	seq, err := c.messageAt()
	if err != nil {
		return nil, err
	}
	m, err := c.session.Message(c.ctx(), seq)
	if err != nil {
		return nil, err
	}
	event := wire.Message(c.session, &m)
	return &event, nil
}

func patchMessage(c *call, in *api.TextChange) (*api.Done, *chat.Error) {
	seq, err := c.messageAt()
	if err != nil {
		return nil, err
	}
	return c.do(&api.Command{Op: api.OpEdit, Target: uint64(seq), Text: in.Text})
}

// because says why, in the address: a DELETE has no body.
type because struct {
	Reason string `query:"reason" doc:"why"`
}

func deleteMessage(c *call, in *because) (*api.Done, *chat.Error) {
	seq, err := c.messageAt()
	if err != nil {
		return nil, err
	}
	return c.do(&api.Command{Op: api.OpDelete, Target: uint64(seq), Text: in.Reason})
}

// messageCommand does something to the message that the address names, with the
// emoji that is in it, if one is.
func messageCommand(op string) func(*call, *nothing) (*api.Done, *chat.Error) {
	return func(c *call, _ *nothing) (*api.Done, *chat.Error) {
		seq, err := c.messageAt()
		if err != nil {
			return nil, err
		}
		return c.do(&api.Command{Op: op, Target: uint64(seq), Text: c.r.PathValue("emoji")})
	}
}

// previewOf is the link of which nothing is to be shown.
type previewOf struct {
	URL string `query:"url" doc:"the link, as it stands in the message"`
}

func deletePreview(c *call, in *previewOf) (*api.Done, *chat.Error) {
	seq, err := c.messageAt()
	if err != nil {
		return nil, err
	}
	return c.do(&api.Command{Op: api.OpUnpreview, Target: uint64(seq), Name: in.URL})
}

// threadRange is a page of a thread.
type threadRange struct {
	Before uint64 `query:"before" doc:"the last replies before this one"`
	Limit  int    `query:"limit" doc:"how many at most, up to 200; 50 if it is not given"`
}

func getThread(c *call, in *threadRange) (*api.Messages, *chat.Error) {
	root, err := c.messageAt()
	if err != nil {
		return nil, err
	}
	limit := size(in.Limit, usualMessages, mostMessages)
	all, err := c.session.Thread(c.ctx(), root, chat.Seq(in.Before), limit+1)
	if err != nil {
		return nil, err
	}
	more := len(all) > limit
	if more {
		all = all[1:]
	}
	p := pageOf{messages: all, older: more, newer: in.Before != 0}
	return p.json(c.session), nil
}

func postCommand(c *call, in *api.Command) (*api.Message, *chat.Error) {
	if in.ID == "" {
		in.ID = c.r.Header.Get("Idempotency-Key")
	}
	ack, err := c.gateway.performer.perform(c.ctx(), c.session, in)
	if err != nil {
		return nil, err
	}
	return &ack, nil
}
