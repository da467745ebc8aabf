package irc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// The services: by their names clients ask the server for what there is no command
// for. Nobody can be called so, and what is said to them is in no log and is told
// nobody, since it may be a password.

const (
	nickServ = "NickServ"
	chanServ = "ChanServ"
	histServ = "HistServ"
)

// serviceCalled returns the service that a target names: NickServ, or as others
// have it NickServ@services.example.org; "" if it names none.
func serviceCalled(target string) string {
	switch chat.Fold(cutHost(target)) {
	case "nickserv", "ns", "hubbub":
		return nickServ
	case "chanserv", "cs":
		return chanServ
	case "histserv", "hs":
		return histServ
	}
	return ""
}

// cutHost takes what stands behind the nick off a target.
func cutHost(target string) string {
	if i := strings.IndexAny(target, "@!"); i >= 0 {
		return target[:i]
	}
	return target
}

// isService reports whether a nick is one by which clients ask the server for
// things. The short names are for commands alone.
func isService(nick string) bool {
	return serviceCalled(nick) != "" && len(nick) > len("ns")
}

// toService reports whether a message is for a service, and lets it answer. Nobody
// else is told what was said to one, not even if they are named beside it.
func (c *conn) toService(command string, targets []string, text string) bool {
	i := slices.IndexFunc(targets, func(t string) bool { return isService(cutHost(t)) })
	if i < 0 {
		return false
	}
	c.delegated = false
	service := serviceCalled(targets[i])
	switch {
	case command == "NOTICE", strings.HasPrefix(text, "\x01"): // never answered
	case len(targets) > 1:
		c.says(service, "Say that to me alone. Nobody was told anything.")
	default:
		c.ask(service, text)
	}
	return true
}

// services does what NS, CS and their like ask for.
func (c *conn) services(m *message) {
	c.ask(serviceCalled(m.command), strings.Join(m.params, " "))
}

// ask does one thing that a service is asked for.
func (c *conn) ask(service, text string) {
	verb, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	verb, rest = strings.ToUpper(verb), strings.TrimSpace(rest)
	k, ok := c.gateway.services[service].commands[verb]
	switch {
	case verb == "" || verb == "HELP":
		c.serviceHelp(service, strings.ToUpper(rest))
	case !ok:
		c.says(service, shown(verb)+" is nothing that I know. /msg "+service+" HELP lists what I do.")
	case k.secret && !c.Private():
		c.says(service, untold+".")
	case k.member && c.Session().Role() == chat.GuestRole:
		c.says(service, "That is for members; /msg NickServ REGISTER PASSWORD makes you one, IDENTIFY NAME PASSWORD says that you are one.")
	default:
		if err := k.do(c, rest); err != nil {
			c.says(service, err.Text)
		}
	}
}

// says has a service say something: lines.
func (c *conn) says(service, text string) {
	for l := range strings.Lines(text) {
		c.out = appendLine(c.out, service+"!services@"+c.gateway.cfg.Server, "NOTICE", c.me(), strings.TrimSuffix(l, "\n"))
	}
}

// serviceCommand is something that a service can be asked for.
type serviceCommand struct {
	usage, help string
	member      bool // it is for members
	secret      bool // a secret is said with it
	do          func(c *conn, rest string) *chat.Error
}

// service is one of them.
type service struct {
	intro    string // lines
	commands map[string]serviceCommand
}

// services returns the services by their names.
func services() map[string]service {
	return map[string]service{
		nickServ: {
			"I am how you say who you are. A member's nick is theirs alone, and their account is called the same; members stay in their rooms when they disconnect, and can be connected many times under one nick.",
			nickServCommands(),
		},
		chanServ: {
			"Rooms here need no service: they stay when everybody has gone, and so do their topic, modes and ranks. Who makes a room owns it.\n" +
				"MODE #room +o nick makes a moderator, +v gives a voice; +i, +k, +l, +b and +q say who gets in and who is heard; INVITE lets somebody in past all of them.",
			chanServCommands(),
		},
		histServ: {
			"The past is kept for everybody who may read the room. Clients that know CHATHISTORY ask for it by themselves; others are shown what they have missed when they come back. /HISTORY does what I do.",
			map[string]serviceCommand{
				"PLAY": {usage: "PLAY #room|nick [50|2h|3d]", help: "shows what was said there last.", do: (*conn).histPlay},
			},
		},
	}
}

// serviceHelp says what a service does, or one thing of that.
func (c *conn) serviceHelp(name, about string) {
	s := c.gateway.services[name]
	if k, ok := s.commands[about]; ok {
		c.says(name, k.usage+": "+k.help)
		return
	}
	c.says(name, s.intro)
	for _, verb := range slices.Sorted(maps.Keys(s.commands)) {
		if k := s.commands[verb]; strings.HasPrefix(k.usage, verb) { // else it is another name
			c.says(name, k.usage+": "+k.help)
		}
	}
}

func nickServCommands() map[string]serviceCommand {
	shared := serviceCommand{usage: "GHOST nick", help: "and RECOVER are not needed: everybody who logs in as a member shares the nick.", do: (*conn).ghost}
	passwd := serviceCommand{usage: "PASSWD old new", help: "changes your password.", member: true, secret: true, do: (*conn).passwd}
	return map[string]serviceCommand{
		"IDENTIFY": {usage: "IDENTIFY name password", help: "logs you in. The code of a second factor stands behind the password; a token can stand for it.", secret: true, do: (*conn).identify},
		"REGISTER": {usage: "REGISTER password [code]", help: "makes you a member under your nick; with the code of an invitation where one is needed.", secret: true, do: (*conn).nickRegister},
		"INFO":     {usage: "INFO [nick]", help: "tells what somebody is here.", do: (*conn).nickInfo},
		"PASSWD":   passwd,
		"SET":      {usage: "SET PASSWORD old new", help: "is PASSWD.", member: true, secret: true, do: (*conn).nickSet},
		"LOGOUT":   {usage: "LOGOUT", help: "is /quit: who is connected stays who they are.", do: (*conn).logout},
		"CERT":     {usage: "CERT ADD [name] | LIST | DEL number", help: "says which TLS client certificates log you in; ADD adds the one that you came with.", member: true, do: (*conn).cert},
		"TOKEN":    {usage: "TOKEN NEW name [read|write|admin|all] [30d] | LIST | DROP number", help: "makes tokens, by which programs log in instead of a password.", member: true, secret: true, do: (*conn).tokens},
		"SESSIONS": {usage: "SESSIONS [CLOSE]", help: "lists where you are connected; CLOSE closes all but this one.", member: true, do: (*conn).sessions},
		"GHOST":    shared, "RECOVER": shared, "REGAIN": shared, "RELEASE": shared,
	}
}

// nickSays has NickServ say something.
func (c *conn) nickSays(format string, args ...any) { c.says(nickServ, fmt.Sprintf(format, args...)) }

func (c *conn) identify(rest string) *chat.Error {
	name, password, two := strings.Cut(rest, " ")
	if !two && c.Session().Role() != chat.GuestRole {
		name, password = c.Session().Nick(), rest
	}
	if password == "" {
		return chat.Errorf(chat.Invalid, "Say as whom, since a guest's nick is nobody's account: IDENTIFY NAME PASSWORD")
	}
	a, err := c.gateway.cfg.Door.Plain(c.Context(), name, password, c.Session().Address())
	if err != nil {
		return err
	}
	if why := c.locked(a.User); why != "" {
		return chat.Errorf(chat.Forbidden, "%s.", why)
	}
	c.nickSays("You are now logged in as %s.", c.Session().NickOf(a.User))
	c.loggedIn(a)
	return nil
}

// nickRegister takes what other services take for an email address as the code of
// an invitation, or as nothing.
func (c *conn) nickRegister(rest string) *chat.Error {
	words := strings.Fields(rest)
	if len(words) == 0 || len(words) > 2 {
		return chat.Errorf(chat.Invalid, "REGISTER takes a password without spaces, and the code of an invitation if you have one.")
	}
	r := door.Registration{Nick: c.me(), Password: words[0], From: c.Session().Address()}
	if len(words) == 2 {
		r.Code = invitationIn(words[1])
	}
	if _, err := c.enroll(r); err != nil {
		return err
	}
	c.nickSays("You are a member now. Next time, log in as %s: by SASL, by PASS %s:PASSWORD, or here by IDENTIFY.", r.Nick, r.Nick)
	c.sayAccount(c.me())
	return nil
}

func (c *conn) ghost(rest string) *chat.Error {
	nick, _, _ := strings.Cut(rest, " ")
	if nick == "" || c.gateway.isMember(nick) {
		c.nickSays("That is not needed: whoever logs in as a member is that member, on every connection at once. IDENTIFY NAME PASSWORD logs you in; SESSIONS CLOSE then closes the others.")
		return nil
	}
	return chat.Errorf(chat.NotFound, "%s is not a member, so nobody but who is called so now can have that nick.", shown(nick))
}

func (c *conn) nickInfo(rest string) *chat.Error {
	nick, _, _ := strings.Cut(rest, " ")
	if nick == "" {
		nick = c.me()
	}
	p, err := c.Session().Whois(nick)
	if err != nil {
		return chat.Errorf(chat.NotFound, "There is nobody called %s, and no such account.", shown(nick))
	}
	here := "is not connected"
	if len(p.Sessions) > 0 {
		here = "is here"
	}
	if p.Role == chat.GuestRole {
		c.nickSays("%s is a guest, without an account, and %s.", p.Nick, here)
		return nil
	}
	c.nickSays("%s has the account %s, as %s, and %s.", p.Nick, p.Nick, p.Role, here)
	return nil
}

// myself returns the member for whom the session speaks.
func (c *conn) myself() (hub.Person, *chat.Error) { return c.Session().Whois(c.Session().Nick()) }

func (c *conn) nickSet(rest string) *chat.Error {
	what, rest, _ := strings.Cut(rest, " ")
	if strings.EqualFold(what, "PASSWORD") || strings.EqualFold(what, "PASSWD") {
		return c.passwd(rest)
	}
	return chat.Errorf(chat.Invalid, "Only PASSWORD can be set here.")
}

func (c *conn) passwd(rest string) *chat.Error {
	words := strings.Fields(rest)
	if len(words) != 2 {
		return chat.Errorf(chat.Invalid, "PASSWD takes your password until now and the new one, both without spaces; by the line protocol, /password takes any.")
	}
	me, err := c.myself()
	if err != nil {
		return err
	}
	d := c.gateway.cfg.Door
	if err = d.Missing(c.Context(), c.Session(), door.LessProof); err == door.ErrPassword {
		err = d.CheckOwn(c.Context(), me.Nick, words[0], c.Session().Address())
	}
	if err != nil {
		return err
	}
	if err := d.SetPassword(c.Context(), c.Session(), me, words[1]); err != nil {
		return err
	}
	c.nickSays("Your password is changed. Where you had logged in by the old one you are logged out; tokens that you made stay.")
	return nil
}

// mayGetIn says what is missing for the client to get a further way in, or nil.
func (c *conn) mayGetIn() *chat.Error {
	err := c.gateway.cfg.Door.Missing(c.Context(), c.Session(), door.FurtherWay)
	if err == door.ErrPassword {
		return chat.Errorf(chat.Forbidden, "That takes your password once more: say IDENTIFY PASSWORD, and then this again.")
	}
	return err
}

func (c *conn) logout(string) *chat.Error {
	if c.Session().Role() == chat.GuestRole {
		return chat.Errorf(chat.Conflict, "You are not logged in; /quit leaves.")
	}
	c.nickSays("Who is connected as %s stays %s; /quit leaves. You stay in your rooms, and what is said there waits for you.", c.me(), c.me())
	return nil
}

func (c *conn) cert(rest string) *chat.Error {
	sub, rest, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(sub) {
	case "ADD":
		return c.certAdd(rest)
	case "LIST":
		return c.credentials(chat.ByCertificate, "certificates")
	case "DEL", "DROP":
		return c.dropCredential(chat.ByCertificate, rest)
	}
	return chat.Errorf(chat.Invalid, "CERT ADD [NAME], CERT LIST or CERT DEL NUMBER?")
}

// certAdd adds the certificate that the peer came with: that it has the key is
// proved, and nothing is to be typed.
func (c *conn) certAdd(name string) *chat.Error {
	if c.certificate().IsZero() {
		return chat.Errorf(chat.Invalid, "You came without a certificate: give your client one, connect again by TLS, and log in.")
	}
	if name == "" {
		name = "certificate"
	}
	if err := c.mayGetIn(); err != nil {
		return err
	}
	if err := c.gateway.cfg.Door.AddCertificate(c.Context(), c.Session(), c.Session().User(), name, c.certificate()); err != nil {
		return err
	}
	c.nickSays("Your certificate is added: by SASL EXTERNAL it logs you in from now on.")
	return nil
}

func (c *conn) tokens(rest string) *chat.Error {
	sub, rest, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(sub) {
	case "NEW", "ADD":
		return c.newToken(rest)
	case "LIST":
		return c.credentials(chat.ByToken, "tokens")
	case "DROP", "DEL":
		return c.dropCredential(chat.ByToken, rest)
	}
	return chat.Errorf(chat.Invalid, "TOKEN NEW NAME, TOKEN LIST or TOKEN DROP NUMBER?")
}

func (c *conn) newToken(rest string) *chat.Error {
	t, err := door.ParseToken(strings.Fields(rest))
	if err == nil {
		err = c.mayGetIn()
	}
	if err != nil {
		return err
	}
	secret, err := c.gateway.cfg.Door.NewToken(c.Context(), c.Session(), c.Session().User(), t)
	if err != nil {
		return err
	}
	c.nickSays("%s", secret.Reveal())
	c.nickSays("Keep it well: it is shown this once. A program gives it for your password, with your name.")
	return nil
}

// credentials lists what of a kind the member logs in with.
func (c *conn) credentials(proof chat.Proof, called string) *chat.Error {
	all, err := c.gateway.cfg.Door.Credentials(c.Context(), c.Session().User())
	if err != nil {
		return err
	}
	n := 0
	for _, cred := range all {
		if cred.Proof == proof {
			c.nickSays("%d  %s, since %s%s", cred.Seq, cred.Name, day(cred.Added), until(cred.Until))
			n++
		}
	}
	c.nickSays("%d %s.", n, called)
	return nil
}

func until(t chat.Millis) string {
	if t == 0 {
		return ""
	}
	return ", until " + day(t)
}

func day(t chat.Millis) string { return time.UnixMilli(int64(t)).UTC().Format(time.DateOnly) }

// dropCredential drops one of those that the list of a kind shows, so that nobody
// takes their own password away by a wrong number.
func (c *conn) dropCredential(proof chat.Proof, number string) *chat.Error {
	seq, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64)
	d, user := c.gateway.cfg.Door, c.Session().User()
	all, refused := d.Credentials(c.Context(), user)
	if refused != nil {
		return refused
	}
	has := func(cred chat.Credential) bool { return cred.Proof == proof && uint64(cred.Seq) == seq }
	if err != nil || !slices.ContainsFunc(all, has) {
		return chat.Errorf(chat.NotFound, "There is no such number; LIST shows them.")
	}
	if err := d.Drop(c.Context(), c.Session(), user, chat.Seq(seq)); err != nil {
		return err
	}
	c.nickSays("It proves nothing any more.")
	return nil
}

func (c *conn) sessions(rest string) *chat.Error {
	me, err := c.myself()
	if err != nil {
		return err
	}
	if strings.EqualFold(rest, "CLOSE") {
		if out := c.Session().Do(c.Context(), chat.Command{Op: chat.Disconnect, User: me.ID}); out.Err != nil {
			return out.Err
		}
		c.nickSays("Your other connections are closed.")
		return nil
	}
	for _, at := range me.Sessions {
		from := "this machine"
		if at.From.IsValid() {
			from = at.From.String()
		}
		c.nickSays("from %s, since %s UTC", from, at.Since.UTC().Format("2006-01-02 15:04"))
	}
	c.nickSays("%d connections.", len(me.Sessions))
	return nil
}

// chanServCommands are what people are used to ask ChanServ for: each is a mode.
func chanServCommands() map[string]serviceCommand {
	mode := func(verb, change, help string) serviceCommand {
		return serviceCommand{usage: verb + " #room nick", help: help, do: func(c *conn, rest string) *chat.Error {
			words := strings.Fields(rest)
			if len(words) == 1 {
				words = append(words, c.me())
			}
			if len(words) != 2 {
				return chat.Errorf(chat.Invalid, "%s takes a room and a nick.", verb)
			}
			c.mode(&message{command: "MODE", params: []string{words[0], change, words[1]}})
			return nil
		}}
	}
	return map[string]serviceCommand{
		"OP":      mode("OP", "+o", "makes somebody a moderator: MODE #room +o nick."),
		"DEOP":    mode("DEOP", "-o", "takes that back: MODE #room -o nick."),
		"VOICE":   mode("VOICE", "+v", "gives somebody a voice: MODE #room +v nick."),
		"DEVOICE": mode("DEVOICE", "-v", "takes that back: MODE #room -v nick."),
		"INFO":    {usage: "INFO #room", help: "tells how many are in a room, and what it is about.", do: (*conn).roomInfo},
		"REGISTER": {usage: "REGISTER #room", help: "is not needed: rooms stay.", do: func(c *conn, _ string) *chat.Error {
			c.says(chanServ, "That is not needed: a room stays when everybody has gone, and who made it owns it.")
			return nil
		}},
	}
}

func (c *conn) roomInfo(rest string) *chat.Error {
	room, err := c.Session().Room(rest)
	if err != nil {
		return chat.Errorf(chat.NotFound, "There is no room %s that you can see.", shown(rest))
	}
	text := fmt.Sprintf("%s has %d members.", room.Name, room.Size)
	if room.Topic != "" {
		text += " It is about: " + room.Topic
	}
	c.says(chanServ, text)
	return nil
}
