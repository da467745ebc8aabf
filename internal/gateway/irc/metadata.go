package irc

import (
	"slices"
	"strconv"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Properties are METADATA here: draft/metadata-2, and draft/metadata-3, which tells
// changes by numerics and calls some mistakes otherwise. Nobody has negotiated both.
// (https://ircv3.net/specs/extensions/metadata)

const capMetadata = capMetadata2 | capMetadata3

// maxValue is how many bytes a value has that a client sets. One that another
// protocol has set and that has more would not fit into a line: it is as if not set.
const maxValue = 300

func fits(_ string, size int) bool { return size <= maxValue }

func metadataValue(*conn) (string, bool) {
	return "max-subs=" + strconv.Itoa(maxSubscribed) + ",max-keys=" + strconv.Itoa(chat.MaxProperties) +
		",max-key-bytes=" + strconv.Itoa(chat.MaxPropertyKey) + ",max-value-bytes=" + strconv.Itoa(maxValue), true
}

// aware reports whether the client knows properties. They take batches.
func (c *conn) aware() bool { return c.has(capMetadata) && c.has(capBatch) }

// newer returns the word of draft/metadata-3 or that of draft/metadata-2.
func (c *conn) newer(of3, of2 string) string {
	if c.has(capMetadata3) {
		return of3
	}
	return of2
}

// metadata does what a METADATA asks for.
func (c *conn) metadata(m *message) {
	target, params := m.param(0), m.params[min(2, len(m.params)):]
	do, least := metadataCommand(strings.ToUpper(m.param(1)))
	switch {
	case !c.aware():
		c.numeric(errUnknownCommand, m.command, "Unknown command")
	case len(m.params) < 2 || len(params) < least:
		c.numeric(errNeedMoreParams, m.command, "Not enough parameters")
	case do == nil:
		c.fail("METADATA", c.newer("INVALID_PARAMS", "SUBCOMMAND_INVALID"), orStar(m.param(1)), "There is no such subcommand")
	case c.Session().Charge(c.Context(), 1) == nil:
		do(c, target, params)
	}
}

// metadataCommand returns what does a subcommand, and how many parameters it takes at
// least; nothing if there is none.
func metadataCommand(name string) (do func(c *conn, target string, params []string), least int) {
	switch name {
	case "GET":
		return (*conn).metadataGet, 1
	case "LIST":
		return (*conn).metadataList, 0
	case "SET":
		return (*conn).metadataSet, 1
	case "CLEAR":
		return (*conn).metadataClear, 0
	case "SUB":
		return (*conn).subscribe, 1
	case "UNSUB":
		return (*conn).unsubscribe, 1
	case "SUBS":
		return (*conn).listSubscribed, 0
	case "SYNC":
		return (*conn).synchronize, 0
	}
	return nil, 0
}

// owner is what has properties: a room, or somebody.
type owner struct {
	id   chat.RoomID
	name string
	room *chat.RoomInfo // nil for a person
}

// owner returns what a client means by a target, or says that there is no such thing.
func (c *conn) owner(target string) (owner, bool) {
	s := c.Session()
	if strings.HasPrefix(target, "#") {
		if room, err := s.Room(target); err == nil && c.listed(room) {
			return owner{room.ID, room.Name, room}, true
		}
	} else if target == "*" || c.isMe(target) {
		return owner{s.User().Inbox(), s.Nick(), nil}, true
	} else if id, err := s.Lookup(target); err == nil && s.NickOf(id) != "" {
		return owner{id.Inbox(), s.NickOf(id), nil}, true
	}
	c.fail("METADATA", "INVALID_TARGET", shown(target), "There is no such room or person")
	return owner{}, false
}

// own reports whether it is the client's user.
func (o *owner) own(c *conn) bool { return o.id == c.Session().User().Inbox() }

// setting returns the command that sets a property.
func (o *owner) setting(c *conn, p *hub.Property) chat.Command {
	cmd := chat.Command{Op: chat.SetProperty, Name: p.Name, Text: p.Value, Private: p.Private}
	switch {
	case o.room != nil:
		cmd.Room = o.id
	case !o.own(c):
		cmd.User = chat.UserID(o.id)
	}
	return cmd
}

// properties returns what is kept about an owner, or says that the client may not
// know.
func (c *conn) properties(o *owner) ([]hub.Property, bool) {
	all, err := c.Session().Properties(c.Context(), o.id)
	if err != nil {
		c.fail("METADATA", "KEY_NO_PERMISSION", o.name, "*", err.Text)
	}
	return all, err == nil
}

// property returns the property of a key, or one without a value.
func property(all []hub.Property, key string) hub.Property {
	if i := slices.IndexFunc(all, func(p hub.Property) bool { return p.Name == key }); i >= 0 {
		return all[i]
	}
	return hub.Property{PropertyKey: chat.PropertyKey{Name: key}}
}

func (c *conn) metadataGet(target string, keys []string) {
	o, ok := c.owner(target)
	if !ok {
		return
	}
	all, ok := c.properties(&o)
	if !ok {
		return
	}
	c.metadataBatch("metadata", o.name, func() {
		for _, key := range keys {
			if chat.CheckPropertyKey(key) != nil {
				c.badKey(c.newer("WARN", "FAIL"), key)
				continue
			}
			p := property(all, key)
			c.out = c.appendProperty(c.out, o.name, &p)
		}
	})
}

func (c *conn) metadataList(target string, _ []string) {
	o, ok := c.owner(target)
	if !ok {
		return
	}
	if all, ok := c.properties(&o); ok {
		c.metadataBatch("metadata", o.name, func() {
			for i := range all {
				if fits("", len(all[i].Value)) {
					c.out = c.appendProperty(c.out, o.name, &all[i])
				}
			}
		})
	}
}

// metadataSet sets a property, or removes it. What was private stays so: programs of
// other protocols keep settings there.
func (c *conn) metadataSet(target string, params []string) {
	o, ok := c.owner(target)
	if !ok {
		return
	}
	key, value := params[0], strings.Join(params[1:], " ")
	switch {
	case chat.CheckPropertyKey(key) != nil:
		c.badKey("FAIL", key)
	case len(value) > maxValue && c.has(capMetadata3):
		c.fail("METADATA", "INVALID_VALUE", key, tooLongValue)
	case len(value) > maxValue:
		c.fail("METADATA", "VALUE_INVALID", tooLongValue)
	default:
		k := c.call("METADATA", o.name, key)
		all, err := c.Session().Properties(c.Context(), o.id)
		if err != nil {
			c.delegated = false
			c.refuse(k, err)
			return
		}
		p := property(all, key)
		p.Value = value
		k.elsewhere = o.room == nil && !o.own(c)
		c.send(o.setting(c, &p), k)
	}
}

var tooLongValue = "That value is too long: at most " + strconv.Itoa(maxValue) + " bytes"

// metadataClear removes all properties that are not private.
func (c *conn) metadataClear(target string, _ []string) {
	o, ok := c.owner(target)
	if !ok {
		return
	}
	if !c.mayKeep(&o) {
		c.fail("METADATA", "KEY_NO_PERMISSION", o.name, "*", "You can't change what is kept about "+o.name)
		return
	}
	all, ok := c.properties(&o)
	if !ok {
		return
	}
	c.open("metadata", o.name)
	for i := range all {
		if all[i].Private {
			continue
		}
		all[i].Value = ""
		k := c.call("METADATA", o.name, all[i].Name)
		k.elsewhere = o.room == nil && !o.own(c)
		c.send(o.setting(c, &all[i]), k)
	}
}

// mayKeep reports whether the client can set properties of somebody or of a room.
func (c *conn) mayKeep(o *owner) bool {
	s := c.Session()
	if o.room == nil {
		return o.own(c) || chat.Permit(chat.ActSetProperties, s.Role(), 0, 0)
	}
	st := o.room.Standing(s.User())
	return chat.Permit(chat.ActSetRules, s.Role(), st.Rank, o.room.Flags)
}

// badKey says that a key is none.
func (c *conn) badKey(kind, key string) {
	c.standard(kind, "METADATA", c.newer("INVALID_KEY", "KEY_INVALID"), shown(key), "That is no key: a-z, 0-9 and _./- make one")
}

// metadataFailure returns the code and the context of the refusal to set a property.
func (c *conn) metadataFailure(k *call, err *chat.Error) (code string, context []string) {
	switch err.Code {
	case chat.TooMany:
		if c.has(capMetadata3) {
			return "LIMIT_REACHED", []string{"SET", k.target, strconv.Itoa(chat.MaxProperties)}
		}
		return "LIMIT_REACHED", []string{k.target}
	case chat.Forbidden:
		return "KEY_NO_PERMISSION", []string{k.target, k.about}
	case chat.NotFound:
		return "INVALID_TARGET", []string{k.target}
	}
	return "", nil // a numeric
}

// appendKept answers a METADATA SET of which there is no event that the client reads:
// with what is so now.
func (c *conn) appendKept(dst []byte, k *call) []byte {
	s := c.Session()
	id := s.User().Inbox()
	if room, err := s.Room(k.target); err == nil {
		id = room.ID
	} else if user, err := s.Lookup(k.target); err == nil {
		id = user.Inbox()
	}
	all, _ := s.Properties(c.Context(), id)
	p := property(all, k.about)
	return c.appendProperty(dst, k.target, &p)
}

// propertySet appends that a property was set, of the client's user or of a room: as
// the answer to its own command, or to who has subscribed to the key.
func (c *conn) propertySet(dst []byte, d *hub.Delivery, k *call) []byte {
	p, _ := chat.PropertyOf(d.Event)
	name := d.Room.Name
	if d.Room.Inbox() {
		name = c.Session().Nick()
	}
	if k != nil && k.verb == "METADATA" {
		dst = c.own(dst, c.appendProperty(nil, name, &p), k)
	}
	dst = c.own(dst, d.Bytes, k) // what is a mode too
	switch {
	case k != nil, !c.subscribedTo(p.Name):
		return dst
	case d.Event.By == 0:
		return c.appendChange(dst, c.gateway.cfg.Server, name, &p)
	}
	return c.appendChangeBy(dst, d.Event.Nick, d.Event.Role(), name, &p)
}

// propertyChanged is propertySet for what is kept about others.
func (c *conn) propertyChanged(dst []byte, sig *hub.Signal) []byte {
	if sig.By == c.Session().User() || !c.subscribedTo(sig.Name) {
		return dst
	}
	p := hub.Property{PropertyKey: chat.PropertyKey{Name: sig.Name}, PropertyFact: chat.PropertyFact{Value: sig.Text}}
	return c.appendChangeBy(dst, sig.Nick, sig.Role, sig.Nick, &p)
}

// appendProperty appends what a property is, or that it is not set.
func (c *conn) appendProperty(dst []byte, name string, p *hub.Property) []byte {
	server, nick := c.gateway.cfg.Server, c.Session().Nick()
	if p.Value == "" || !fits("", len(p.Value)) {
		return appendNumeric(dst, server, rplKeyNotSet, nick, name, p.Name, "Key not set")
	}
	return appendNumeric(dst, server, rplKeyValue, nick, name, p.Name, visibility(p), c.valueOf(p))
}

// valueOf returns a value as clients are told it: of a picture on this server, where in
// the world it is.
func (c *conn) valueOf(p *hub.Property) string {
	if at := chat.PictureOf(p); at != "" {
		return c.gateway.cfg.URL + at
	}
	return p.Value
}

// appendChange appends what a property is now, unasked.
func (c *conn) appendChange(dst []byte, source, name string, p *hub.Property) []byte {
	switch {
	case c.has(capMetadata3):
		return c.appendProperty(dst, name, p)
	case p.Value == "" || !fits("", len(p.Value)):
		return appendLine(dst, source, "METADATA", name, p.Name, visibility(p))
	}
	return appendLine(dst, source, "METADATA", name, p.Name, visibility(p), c.valueOf(p))
}

// appendChangeBy is appendChange for what somebody has changed just now.
func (c *conn) appendChangeBy(dst []byte, nick string, role chat.Role, name string, p *hub.Property) []byte {
	if c.has(capMetadata2) { // else it comes from the server
		dst = c.appendNow(dst, nick, role)
	}
	return c.appendChange(dst, chat.Hostmask(nick, role), name, p)
}

// visibility says who sees a property.
func visibility(p *hub.Property) string {
	if p.Private {
		return "private"
	}
	return "*"
}

// metadataBatch has what f adds be a batch.
func (c *conn) metadataBatch(kind, target string, f func()) {
	before := c.out
	c.out = nil
	f()
	c.out = c.appendMetadata(before, c.out, kind, target)
}

// appendMetadata appends lines as a batch; of the type that has no parameter the
// target is empty.
func (c *conn) appendMetadata(dst, lines []byte, kind, target string) []byte {
	server, id := c.gateway.cfg.Server, "m"+batchID(target)
	if target == "" {
		dst = appendBatch(dst, server, "+"+id, kind)
	} else {
		dst = appendBatch(dst, server, "+"+id, kind, target)
	}
	return appendBatch(appendWithin(dst, lines, id), server, "-"+id)
}
