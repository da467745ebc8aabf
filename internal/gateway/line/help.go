package line

import (
	"fmt"
	"slices"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
)

// topic is something that /help explains beside the commands.
type topic struct{ name, text string }

// help answers with an overview, or with what there is to know about one thing.
func (c *conn) help(req request) {
	text, err := c.gateway.helpOn(strings.TrimPrefix(strings.ToLower(req.rest), "/"))
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.reply(req, api.Message{Text: text})
}

// helpOn returns the help on a topic or a command, or the overview.
func (g *Gateway) helpOn(name string) (string, *chat.Error) {
	if name == "" {
		return overview, nil
	}
	if cmd, ok := g.find(name); ok {
		return cmd.describe(), nil
	}
	if i := slices.IndexFunc(g.topics, func(t topic) bool { return t.name == name }); i >= 0 {
		return g.topics[i].text, nil
	}
	if near, ok := g.meantTopic(name); ok {
		return "", chat.Errorf(chat.NotFound, "There is no help on %q. Did you mean /help %s?", quoted(name), near)
	}
	return "", chat.Errorf(chat.NotFound, "There is no help on %q; /help lists what there is.", quoted(name))
}

func (g *Gateway) meantTopic(word string) (string, bool) {
	names := make([]string, len(g.topics))
	for i, t := range g.topics {
		names[i] = t.name
	}
	if name, ok := nearest(word, names); ok {
		return name, true
	}
	return g.meant(word)
}

// usage is how a command is typed.
func (cmd *command) usage() string { return strings.TrimSpace("/" + cmd.name + " " + cmd.args) }

// describe is all that there is to know about a command.
func (cmd *command) describe() string {
	text := cmd.usage() + "  " + cmd.help
	if cmd.detail != "" {
		text += "\n  " + strings.ReplaceAll(cmd.detail, "\n", "\n  ")
	}
	return text
}

// list is every command in one line.
func list(commands []command) string {
	var b strings.Builder
	for i := range commands {
		fmt.Fprintf(&b, "  %-29s %s\n", commands[i].usage(), commands[i].help)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// topics returns what /help explains beside the commands.
func topics(commands []command) []topic {
	return []topic{
		{"commands", list(commands) + "\n/help COMMAND says more about one."},
		{"messages", messagesTopic},
		{"rooms", roomsTopic},
		{"private", privateTopic},
		{"members", membersTopic},
		{"order", orderTopic},
		{"text", textTopic},
		{"scripts", scriptsTopic},
	}
}

const (
	loginHelp = `The password is asked for on the next line, so that it is in no command. With
a token instead of a name you are in at once.`
	registerHelp = `As a guest you keep your rooms and what you said. Without a NAME you keep the
one that you have. The CODE is what an /invitation gave to somebody.`
	orderHelp = `It needs a moderator of the room, and nobody can do it to somebody who has as
much to say as they have. Times are 30s, 10m, 12h, 7d, 2w; without one it is
for good.`
	banHelp = orderHelp + `
With server it is for admins, and takes an address or a network too.`
	roleHelp = `In a room: plain, voice (given by moderators), moderator, owner (by owners).
On the server: member, admin, "server owner", made by its owners.`
	rulesHelp = `announce: a voice is needed. noguests: members only. heldinvites, heldpins:
only moderators invite, pin and set the topic. inviteonly: to come in, and to
read. hidden: not listed for others. quiet: nobody's coming is shown. slow=30:
one message of each every 30 seconds. With - before it a rule ends, as in
/rules -announce -slow. Alone: key=WORD, for /join, and limit=20 members.`
	invitationHelp = `For how many people, for how long, as what (member, admin), and which rooms
they are in at once; 1 person, 7 days and a member if you don't say.`
	tokenHelp = `/token lists what you log in with, with its numbers.
/token new NAME [read|write|admin|all] [30d|forever] makes one, shown once.
/token drop NUMBER ends one, /token drop this the one that you came by.`
	keyHelp = `KEY is a line as in ~/.ssh/id_ed25519.pub. /key certificate adds the
certificate with which you have connected over TLS.`
)

// The overview fits on a screen of 24 lines with room to spare, and all help on
// one of 80 columns.
const overview = `Type a line to say it to everybody in the room. A line with / is a command:
  /nick NAME             be called NAME
  /join #ROOM            go to a room, or make one
  /part                  leave the room
  /rooms   /who          which rooms there are; who is in this one
  /msg NICK TEXT         say something to one person alone
  /me TEXT               say what you do, as in * otter waves
  /reply ^ TEXT          answer the last message
  /edit TEXT   /delete   change what you said last, or take it back
  /react ^ 👍            react to the last message
  /topic TEXT            set the room's topic
  /history   /search     read what was said; find it
  /quit                  leave
More: /help commands for all of them, /help COMMAND for one, and
/help members, order, messages, rooms, private, search, text, scripts.`

const messageHelp = `MESSAGE is a number, as /history shows it; or ^ for the last message here,
^2 for the one before it; or @NICK for what NICK said last.`

const nickHelp = `Letters, digits and -_. may be used, at most 32. Everybody in your rooms is
told. Without a NAME it says what you are called.`

const joinHelp = `You stay in the rooms that you were in, and their lines show their names.
/join of a room that you are in makes it the one you talk in. With the word
private, a new room is one that can be entered on /invite only.`

const partHelp = `Without a room: the one you talk in. Then you talk in the one that you
joined last of those that are left.`

const roomsHelp = `> is the room you talk in, * those you are in. With a WORD: those with it in
their name or topic.`

const msgHelp = `Only the two of you can read it. Without a TEXT, all that you type from then
on goes to NICK alone, until you /join a room or /part from the conversation.`

const historyHelp = `COUNT is at most 200; without it, 30. With a MESSAGE: those before it, as in
/history 50 1234.
` + messageHelp

const searchHelp = `  deploy broken       both words, whatever their case
  deploy*             what begins so
  "on the way"        these words in this order
  -test               not this word
  from:NICK  in:#ROOM  in:@NICK
  after:2026-11-01  before:yesterday  after:7d
The newest come first; before:DATE looks further back.`

const messagesTopic = `Every message has a number, which /history shows.
` + messageHelp + `
  /reply ^ TEXT            answer it
  /edit TEXT               change your last message
  /edit MESSAGE TEXT       change another one of yours
  /delete [MESSAGE]        take back yours; the text is erased on the server
  /react MESSAGE 👍        and /unreact takes that back
  /pin MESSAGE             keep it at hand; /pins shows them, /unpin removes one
What is shown as "HH:MM *** NICK edited message 12 (HH:MM): TEXT" has happened
to a message; /history shows each as it is now.`

const roomsTopic = `You begin in #lobby. You can be in many rooms, and you talk in one of them:
lines from the others have their room's name after the time.
  /join #ROOM              go there, or make it; again: talk there
  /join #ROOM private      make one that can be entered on /invite only
  /part                    leave the room that you talk in
  /rooms  /who  /topic     what there is, who is there, what it is about
  /invite NICK             tell NICK of this room, or let NICK in
  /rename #NAME            of a room that you made
  /archive  /restore       close it: it can be read, not added to; reopen it
A room with more than 100 people does not show who comes and goes.`

const privateTopic = `  /msg NICK TEXT           say something to one person alone
  /msg NICK                talk to that person, until you /join a room
  /part                    end that conversation
What you say so is shown to both of you as HH:MM <you -> NICK> TEXT, wherever
you are. /rooms lists your conversations too. For several people, make a room
that only those can enter whom you let in: /join #ROOM private, /invite NICK.
Whoever runs the server could read all of it: it is not encrypted.`

const membersTopic = `A guest is somebody for as long as the connection lives. A member has a name
that nobody else can take, and stays in rooms while away.
  /register NAME [CODE]    become a member; a password is asked for
  /login NAME              be one again
  /password  /totp on      another password; a code of an app beside it
  /token new NAME          a token, for programs and for your own client
  /key KEY                 log in by an SSH key
  /token  /sessions        all of that, and from where you are connected
  /whois NICK              who somebody is
A password is asked for on a line of its own, and kept as a hash. On a network
it is only taken over TLS. Nobody who runs the server can read it.`

const orderTopic = `Who made a room is its owner, and can make others owners or moderators.
  /role NICK moderator     or owner, or voice, or plain
  /kick NICK  /ban NICK    out of the room; for good, or with 7d for a week
  /mute NICK 10m           only read, for a time
  /delete MESSAGE          a moderator can delete what others said
  /rules announce slow=30  it takes a voice; one message every 30 seconds
  /report MESSAGE WHY      tell those who keep order
  /audit                   who did what to whom; nobody can change it
Of the whole server, its owners and admins take care:
  /invitation 3 7d #tea    a code by which 3 people can register
  /ban server NICK WHY     or an address, or a network as in 192.0.2.0/24
  /role NICK admin         or member, or "server owner"
  /disconnect NICK  /bans`

const textTopic = `What you type is sent when you press Enter, and shown to you too once it is
safely on the server's disk: then everybody has it.
  HH:MM <NICK> TEXT        somebody said it
  HH:MM * NICK TEXT        somebody did it, with /me
  HH:MM *** NICK ...       something happened
        | TEXT             the line above goes on
  * ...                    for you alone: an answer
  ! ...                    for you alone: what went wrong
A line that begins with // is said, with one /. Text is UTF-8. Pasting is fine;
after a few dozen lines at once, the rest is taken more slowly and none is lost.`

const scriptsTopic = `  printf '/join #builds\ndone\n' | nc -N HOST PORT
says it and waits until it is safely there. A program that wants to be sure of
each line begins with /json and gets JSON; docs/line-protocol.md tells how.
hubbub join HOST:PORT '#builds' does all that, and comes back when the
connection is lost.`
