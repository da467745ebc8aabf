package irc

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// WHO. Everybody is invisible (+i): who does not share a room with somebody finds
// them by their exact nick only.

// maxMatches is how many people a mask brings at most.
const maxMatches = 500

// asking is what a WHO asks for.
type asking struct {
	mask   string
	opers  bool   // for operators alone
	fields string // of WHOX, each a letter; empty for the usual line
	token  string // which the client wants back
}

// who lists people: those in a room, those whose names match a mask, one by nick
// (RFC 2812 §3.6.1; https://ircv3.net/specs/extensions/whox).
func (c *conn) who(m *message) {
	q := asking{mask: m.param(0), token: "0"}
	flags, wanted, extended := strings.Cut(m.param(1), "%")
	q.opers = strings.ContainsAny(flags, "oO")
	if extended {
		fields, token, _ := strings.Cut(wanted, ",")
		q.fields = fields
		if token != "" && len(token) <= len("999") {
			q.token = token
		}
	}
	switch {
	case strings.HasPrefix(q.mask, "#"):
		c.whoRoom(&q)
	case q.mask != "" && q.mask != "0" && !strings.ContainsAny(q.mask, "*?"):
		c.whoNick(&q)
	default:
		c.whoMask(&q)
	}
	c.numeric(rplEndOfWho, shown(cmp.Or(q.mask, "*")), "End of /WHO list")
}

// whoRoom lists the people in a room, if the client is in it or an operator.
func (c *conn) whoRoom(q *asking) {
	room, err := c.Session().Room(q.mask)
	if err != nil {
		return
	}
	if _, in := room.Member(c.Session().User()); !in && !c.isOper() {
		return
	}
	c.charge(len(room.Members))
	for _, p := range c.Session().PortrayAll(room.Members) {
		c.whoLine(q, room, &p)
	}
}

func (c *conn) whoNick(q *asking) {
	c.charge(1)
	id, err := c.Session().Lookup(q.mask)
	if err != nil {
		return
	}
	if p, ok := c.Session().Portray(id); ok {
		c.whoLine(q, nil, &p)
	}
}

// whoMask lists those with whom the client shares a room and who match.
func (c *conn) whoMask(q *asking) {
	pattern := cmp.Or(q.mask, "*")
	if pattern == "0" {
		pattern = "*"
	}
	company := c.company()
	c.charge(len(company))
	found := 0
	for _, p := range c.Session().PortrayAll(company) {
		if !c.matches(pattern, &p) {
			continue
		}
		if found++; found > maxMatches {
			c.numeric(rplTryAgain, "WHO", "That matches more people than can be listed; ask for fewer, or for one room.")
			return
		}
		c.whoLine(q, nil, &p)
	}
}

// company returns who shares a room with the client, once each, and the client
// itself.
func (c *conn) company() []chat.Member {
	s := c.Session()
	me := chat.Member{ID: s.User(), Nick: s.Nick()}
	seen, all := map[chat.UserID]bool{me.ID: true}, []chat.Member{me}
	for _, room := range s.Joined() {
		if room.Flags&chat.Direct != 0 {
			continue
		}
		for _, m := range room.Members {
			if !seen[m.ID] {
				seen[m.ID] = true
				all = append(all, m)
			}
		}
	}
	return all
}

// charge has a query count as more than one action the more it looks at.
func (c *conn) charge(people int) {
	const each, most = 500, 10
	_ = c.Session().Charge(c.Context(), min(1+people/each, most))
}

// matches reports whether somebody is who a mask asks for.
func (c *conn) matches(pattern string, p *hub.Portrait) bool {
	for _, s := range [...]string{p.Nick, username(p), hostOf(p.Role), realName(p), c.gateway.cfg.Server} {
		if chat.Matches(pattern, s) {
			return true
		}
	}
	return false
}

// whoLine adds what is known of one person, in a room or at large.
func (c *conn) whoLine(q *asking, room *chat.RoomInfo, p *hub.Portrait) {
	if q.opers && !isOperator(p) {
		return
	}
	name := "*"
	if room != nil {
		name = room.Name
	}
	if q.fields != "" {
		c.numeric(rplWhoSpcRpl, c.whoFields(q, name, room, p)...)
	} else {
		c.numeric(rplWhoReply, name, username(p), hostOf(p.Role), c.gateway.cfg.Server, p.Nick, whoFlags(room, p), "0 "+realName(p))
	}
	c.spill()
}

// spill sends what has been answered so far, if that is much and need not be one
// batch.
func (c *conn) spill() {
	if c.label == "" && len(c.out) > 16<<10 {
		c.commitReply()
	}
}

// whoFields returns the fields that a WHOX asks for, whose order is fixed.
func (c *conn) whoFields(q *asking, name string, room *chat.RoomInfo, p *hub.Portrait) (fields []string) {
	for _, f := range "tcuihsnfdlaor" {
		if strings.ContainsRune(q.fields, f) {
			fields = append(fields, c.whoField(f, q, name, room, p))
		}
	}
	return fields
}

func (c *conn) whoField(f rune, q *asking, name string, room *chat.RoomInfo, p *hub.Portrait) string {
	switch f {
	case 't':
		return q.token
	case 'c':
		return name
	case 'u':
		return username(p)
	case 'i':
		return c.whoAddress(p)
	case 'h':
		return hostOf(p.Role)
	case 's':
		return c.gateway.cfg.Server
	case 'n':
		return p.Nick
	case 'f':
		return whoFlags(room, p)
	case 'd':
		return "0"
	case 'l':
		return strconv.Itoa(idle(p))
	case 'a':
		return cmp.Or(accountOf(p), "0")
	case 'o':
		return "n/a"
	}
	return realName(p)
}

// whoAddress returns where somebody is connected from, or, to those who may not
// know, an address that means none.
func (c *conn) whoAddress(p *hub.Portrait) string {
	for _, a := range c.addresses(p) {
		return addressText(a)
	}
	return "255.255.255.255"
}

// addresses returns where somebody is connected from, once each, as far as the client
// may know: oneself, and operators.
func (c *conn) addresses(p *hub.Portrait) (all []netip.Addr) {
	if p.ID != c.Session().User() && !c.isOper() {
		return nil
	}
	who, ok := c.gateway.cfg.Hub.Person(p.Nick)
	if !ok || who.ID != p.ID {
		return nil
	}
	seen := map[netip.Addr]bool{}
	for _, s := range who.Sessions {
		if s.From.IsValid() && !seen[s.From] {
			seen[s.From] = true
			all = append(all, s.From)
		}
	}
	return all
}

// addressText returns an address as a parameter, which must not begin with a colon.
func addressText(a netip.Addr) string {
	s := a.WithZone("").String()
	if strings.HasPrefix(s, ":") {
		return "0" + s
	}
	return s
}

// whoFlags says how somebody is here: H or, away, G; an asterisk for operators; the
// sign in the room; and B for a program
// (https://ircv3.net/specs/extensions/bot-mode).
func whoFlags(room *chat.RoomInfo, p *hub.Portrait) string {
	flags := "H"
	if p.Away != "" {
		flags = "G"
	}
	if isOperator(p) {
		flags += "*"
	}
	if room != nil {
		flags += prefixes(room.RankOf(p.ID, p.Role))
	}
	if isBot(p) {
		flags += botMode
	}
	return flags
}

func isOperator(p *hub.Portrait) bool { return p.Oper || p.Role >= chat.AdminRole }

func isBot(p *hub.Portrait) bool { return p.Bot || p.Role == chat.BotRole }

// accountOf returns somebody's account, or "".
func accountOf(p *hub.Portrait) string {
	if p.Role == chat.GuestRole {
		return ""
	}
	return p.Nick
}

// username returns what a client has said its user is called on their machine; a
// tilde says that nobody has made sure. Who is not on IRC has none, and is called
// by nick.
func username(p *hub.Portrait) string {
	name := p.Name
	if name == "" {
		name = ident(p.Nick)
	}
	if p.Role == chat.GuestRole {
		return "~" + name
	}
	return name
}

// realName returns what somebody says their name is.
func realName(p *hub.Portrait) string { return cmp.Or(p.Real, p.Nick) }

func hostOf(role chat.Role) string {
	_, host, _ := strings.Cut(chat.Hostmask("", role), "@")
	return host
}

// idle returns for how many seconds somebody has said nothing.
func idle(p *hub.Portrait) int {
	if p.Spoke.IsZero() {
		return 0
	}
	return max(0, int(time.Since(p.Spoke).Seconds()))
}

// userhost says of up to five people how they are shown, whether they are operators
// (an asterisk), and whether they are away (-) or here (+) (RFC 2812 §4.8).
func (c *conn) userhost(m *message) {
	const most = 5
	var all []string
	for _, nick := range m.params[:min(len(m.params), most)] {
		id, err := c.Session().Lookup(nick)
		if err != nil {
			continue
		}
		p, ok := c.Session().Portray(id)
		if !ok {
			continue
		}
		entry := p.Nick
		if isOperator(&p) {
			entry += "*"
		}
		sign := "+"
		if p.Away != "" {
			sign = "-"
		}
		all = append(all, entry+"="+sign+strings.TrimPrefix(identity(p.Nick, p.Role), "!"))
	}
	c.numeric(rplUserhost, strings.Join(all, " "))
}

// ison says which of some nicks are here (RFC 2812 §4.9).
func (c *conn) ison(m *message) {
	var here []string
	for nick := range strings.FieldsSeq(strings.Join(m.params, " ")) {
		if p, ok := c.Session().Online(nick); ok {
			here = append(here, p.Nick)
		}
	}
	c.numeric(rplIson, strings.Join(here, " "))
}
