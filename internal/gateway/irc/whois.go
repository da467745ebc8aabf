package irc

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// whois tells what is known of people (RFC 2812 §3.6.2;
// https://modern.ircdocs.horse/#whois-message). Where they are connected from is
// for themselves and for operators.
func (c *conn) whois(m *message) {
	nicks := m.param(0)
	if len(m.params) > 1 {
		if !c.here(m.param(0)) {
			return
		}
		nicks = m.param(1)
	}
	if nicks == "" {
		c.numeric(errNoNicknameGiven, "No nickname given")
		return
	}
	for i, nick := range strings.Split(nicks, ",") {
		if i == maxTargets {
			break
		}
		c.whoisOne(nick)
	}
	c.numeric(rplEndOfWhois, shown(nicks), "End of /WHOIS list")
}

func (c *conn) whoisOne(nick string) {
	c.charge(1)
	s := c.Session()
	id, err := s.Lookup(nick)
	p, ok := s.Portray(id)
	if err != nil || !ok {
		c.numeric(errNoSuchNick, shown(nick), "No such nick")
		return
	}
	add := func(code string, params ...string) { c.numeric(code, append([]string{p.Nick}, params...)...) }
	add(rplWhoisUser, username(&p), hostOf(p.Role), "*", realName(&p))
	c.whoisRooms(&p)
	add(rplWhoisServer, c.gateway.cfg.Server, c.gateway.cfg.Network)
	if isOperator(&p) {
		add(rplWhoisOperator, "is an IRC operator")
	}
	if p.Away != "" {
		add(rplAway, awayText(p.Away))
	}
	if account := accountOf(&p); account != "" {
		add(rplWhoisAccount, account, "is logged in as")
	}
	if isBot(&p) {
		add(rplWhoisBot, "is a bot on "+c.gateway.cfg.Network)
	}
	if p.Safe {
		add(rplWhoisSecure, "is using a secure connection")
	}
	c.whoisProperties(&p)
	c.whoisPrivate(&p)
	if p.Here {
		add(rplWhoisIdle, strconv.Itoa(idle(&p)), strconv.FormatInt(p.Since.Unix(), 10), "seconds idle, signon time")
	}
}

// whoisRooms adds the rooms that the client shares with somebody.
func (c *conn) whoisRooms(p *hub.Portrait) {
	var rooms []string
	for _, room := range c.Session().Joined() {
		if _, in := room.Member(p.ID); in && room.Flags&chat.Direct == 0 {
			rooms = append(rooms, prefixes(room.RankOf(p.ID, p.Role))+room.Name)
		}
	}
	if len(rooms) == 0 {
		return
	}
	const most = 300 // bytes of a line
	for _, l := range pack(rooms, most) {
		c.numeric(rplWhoisChannels, p.Nick, l)
	}
}

// whoisProperties adds what people keep about themselves for others to read, for who
// knows properties.
func (c *conn) whoisProperties(p *hub.Portrait) {
	if !c.aware() {
		return
	}
	all, _ := c.Session().PropertiesOf(c.Context(), []chat.UserID{p.ID}, fits)
	for _, key := range [...]string{"display-name", "pronouns", "status", "homepage"} {
		if kept := property(all, key); kept.Value != "" && !kept.Private {
			c.numeric(rplWhoisKeyValue, p.Nick, key, "*", kept.Value)
		}
	}
}

// whoisPrivate adds what only somebody themselves and operators may know.
func (c *conn) whoisPrivate(p *hub.Portrait) {
	const most = 10 // connections
	addresses := c.addresses(p)
	for _, a := range addresses[:min(len(addresses), most)] {
		c.numeric(rplWhoisActually, p.Nick, addressText(a), "is actually using host")
		c.numeric(rplWhoisHost, p.Nick, "is connecting from *@"+addressText(a)+" "+addressText(a))
	}
	if p.ID == c.Session().User() || c.isOper() {
		c.numeric(rplWhoisModes, p.Nick, "is using modes "+modesOf(p))
	}
}

// whowas tells who was called something (RFC 2812 §3.6.3), the newest first, as far
// as the server remembers. There are no masks: they would tell strangers about all
// who were here.
func (c *conn) whowas(m *message) {
	nick := m.param(0)
	if nick == "" {
		c.numeric(errNoNicknameGiven, "No nickname given")
		return
	}
	if len(m.params) > 2 && !c.here(m.param(2)) {
		return
	}
	c.charge(1000) // which are looked through
	gone := c.Session().Departed(nick)
	if count := atoi(m.param(1)); count > 0 {
		gone = gone[:min(len(gone), count)]
	}
	if len(gone) == 0 {
		c.numeric(errWasNoSuchNick, shown(nick), "There was no such nickname")
	}
	for i := range gone {
		g := &gone[i]
		p := hub.Portrait{ID: g.ID, Nick: g.Nick, Role: g.Role, Profile: g.Profile}
		when := time.UnixMilli(int64(g.When)).UTC().Format(time.RFC1123)
		c.numeric(rplWhowasUser, g.Nick, username(&p), hostOf(g.Role), "*", realName(&p))
		c.numeric(rplWhoisServer, g.Nick, c.gateway.cfg.Server, when)
	}
	c.numeric(rplEndOfWhowas, shown(nick), "End of WHOWAS")
}
