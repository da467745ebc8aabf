package line

import (
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// command is one thing that a line beginning with / can ask for.
type command struct {
	name    string
	args    string   // as the help shows them
	help    string   // one line
	detail  string   // more, for /help NAME; may have several lines
	also    []string // what it is called elsewhere, so that we know what is meant
	reads   bool     // it changes nothing, so it works while the disk is full
	outside bool     // it is for those who are not in yet, too
	do      func(c *conn, req request)
}

// commands returns all commands in the order in which the help lists them.
func commands() []command {
	return []command{
		{name: "help", args: "[TOPIC]", help: "what can be done here, or more about one thing",
			also: []string{"h", "?", "man", "commands"}, reads: true, outside: true, do: (*conn).help},
		{name: "login", args: "NAME", help: "be the member NAME; your password is asked for", detail: loginHelp,
			also: []string{"auth", "identify", "signin"}, outside: true, do: (*conn).login},
		{name: "register", args: "NAME [CODE]", help: "become a member; an invitation has a CODE", detail: registerHelp,
			also: []string{"signup"}, outside: true, do: (*conn).register},
		{name: "logout", args: "", help: "leave; a member stays in their rooms", reads: true, do: (*conn).logout},
		{name: "nick", args: "NAME", help: "be called NAME", detail: nickHelp,
			also: []string{"name"}, do: (*conn).nick},
		{name: "join", args: "#ROOM [private]", help: "go to a room; make it if there is none", detail: joinHelp,
			also: []string{"j", "room", "enter", "create", "switch", "cd"}, do: (*conn).join},
		{name: "part", args: "[#ROOM] [REASON]", help: "leave a room", detail: partHelp,
			also: []string{"leave", "close"}, do: (*conn).part},
		{name: "rooms", args: "[WORD]", help: "which rooms there are", detail: roomsHelp,
			also: []string{"list", "ls", "channels"}, reads: true, do: (*conn).rooms},
		{name: "who", args: "[#ROOM]", help: "who is in a room", detail: "Without a room: the one you talk in. @ keeps order there, ~ is away.",
			also: []string{"names", "users", "people", "w"}, reads: true, do: (*conn).who},
		{name: "msg", args: "NICK [TEXT]", help: "say something to one person alone", detail: msgHelp,
			also: []string{"m", "query", "dm", "tell", "whisper", "privmsg", "pm"}, do: (*conn).msg},
		{name: "me", args: "TEXT", help: "say what you do, as in * otter waves",
			also: []string{"action", "emote", "describe"}, do: (*conn).me},
		{name: "reply", args: "MESSAGE TEXT", help: "answer a message", detail: messageHelp,
			also: []string{"r", "answer", "re"}, do: (*conn).replyTo},
		{name: "edit", args: "[MESSAGE] TEXT", help: "change what you said", detail: "Without a MESSAGE: your last one.\n" + messageHelp,
			also: []string{"s", "correct", "change"}, do: (*conn).edit},
		{name: "delete", args: "[MESSAGE]", help: "take back what you said; its text is erased", detail: "Without a MESSAGE: your last one.\n" + messageHelp,
			also: []string{"del", "rm", "remove", "undo"}, do: (*conn).remove},
		{name: "react", args: "MESSAGE EMOJI", help: "react to a message, as in /react ^ 👍", detail: messageHelp,
			also: []string{"like", "emoji"}, do: (*conn).react},
		{name: "unreact", args: "MESSAGE EMOJI", help: "take a reaction back", detail: messageHelp,
			also: []string{"unlike"}, do: (*conn).unreact},
		{name: "pin", args: "MESSAGE", help: "pin a message to the room", detail: messageHelp,
			also: []string{"star"}, do: (*conn).pin},
		{name: "unpin", args: "MESSAGE", help: "unpin it", detail: messageHelp,
			also: []string{"unstar"}, do: (*conn).unpin},
		{name: "pins", help: "the room's pinned messages", reads: true, do: (*conn).pins},
		{name: "topic", args: "[TEXT]", help: "show the room's topic, or set it", detail: "/topic - clears it.",
			also: []string{"subject"}, do: (*conn).topic},
		{name: "invite", args: "NICK", help: "invite somebody to this room", do: (*conn).invite},
		{name: "rename", args: "#NAME", help: "rename this room, if you made it",
			also: []string{"mv"}, do: (*conn).rename},
		{name: "archive", help: "close this room, if you made it; reading goes on", do: (*conn).archive},
		{name: "restore", help: "open it again", also: []string{"unarchive", "reopen"}, do: (*conn).restore},
		{name: "history", args: "[COUNT] [MESSAGE]", help: "the last messages, with their numbers", detail: historyHelp,
			also: []string{"log", "last", "backlog", "scrollback", "lastlog"}, reads: true, do: (*conn).history},
		{name: "search", args: "WORDS", help: "find messages in all your rooms", detail: searchHelp,
			also: []string{"find", "grep"}, do: (*conn).search},
		{name: "whois", args: "[NICK]", help: "who somebody is", also: []string{"whoami", "finger"}, reads: true, do: (*conn).whois},
		{name: "report", args: "MESSAGE [WHY]", help: "tell those who keep order of a message", also: []string{"flag"}, do: (*conn).report},
		{name: "kick", args: "NICK [WHY]", help: "put somebody out of this room", detail: orderHelp, also: []string{"remove"}, do: (*conn).kick},
		{name: "mute", args: "NICK [10m] [WHY]", help: "let somebody only read in this room", detail: orderHelp,
			also: []string{"silence", "quiet"}, do: (*conn).mute},
		{name: "unmute", args: "NICK", help: "let them talk again", also: []string{"unsilence"}, do: (*conn).unmute},
		{name: "ban", args: "[server] NICK [7d] [WHY]", help: "keep somebody out of this room or the server", detail: banHelp, do: (*conn).ban},
		{name: "unban", args: "[server] NICK", help: "let them in again", do: (*conn).unban},
		{name: "bans", help: "who is banned from the server", reads: true, do: (*conn).bans},
		{name: "role", args: "NICK [ROLE]", help: "what somebody is here, or make them that", detail: roleHelp,
			also: []string{"op", "mod", "rank", "promote"}, do: (*conn).role},
		{name: "rules", args: "[RULE ...]", help: "who may do what in this room", detail: rulesHelp, also: []string{"mode", "slow", "announce"}, do: (*conn).rules},
		{name: "audit", args: "[COUNT]", help: "who did what to whom", detail: "Moderators see what is about their rooms, admins all. Nobody can change it.",
			also: []string{"modlog"}, reads: true, do: (*conn).audit},
		{name: "invitation", args: "[3] [7d] [#ROOM]", help: "a code that lets people register", detail: invitationHelp,
			also: []string{"code"}, do: (*conn).invitation},
		{name: "disconnect", args: "NICK [WHY]", help: "close all connections of somebody", also: []string{"kill"}, do: (*conn).disconnect},
		{name: "password", help: "choose another password", also: []string{"passwd"}, do: (*conn).password},
		{name: "token", args: "[new NAME | drop N]", help: "what you log in with; tokens for programs", detail: tokenHelp,
			also: []string{"tokens", "apikey", "credentials"}, do: (*conn).token},
		{name: "key", args: "KEY", help: "log in with an SSH key, or a certificate", detail: keyHelp, also: []string{"sshkey", "cert"}, do: (*conn).key},
		{name: "totp", args: "on|off", help: "ask for a code of an app beside your password", also: []string{"2fa", "mfa", "otp"}, do: (*conn).totp},
		{name: "sessions", args: "[close]", help: "from where you are connected", reads: true, do: (*conn).sessions},
		{name: "full", help: "a whole screen again, over SSH after /plain", also: []string{"screen", "tui"}, reads: true, do: (*conn).whole},
		{name: "ping", args: "[WORD]", help: "pong comes when everything before it is done", reads: true, outside: true, do: (*conn).ping},
		{name: "quit", args: "[REASON]", help: "leave", also: []string{"q", "exit", "bye"}, reads: true, outside: true, do: (*conn).leave},
	}
}

// find returns the command of that name.
func (g *Gateway) find(name string) (*command, bool) {
	i := slices.IndexFunc(g.commands, func(cmd command) bool { return cmd.name == name })
	if i < 0 {
		return nil, false
	}
	return &g.commands[i], true
}

// reads reports whether a command of that name changes nothing, or is none.
func (g *Gateway) reads(name string) bool {
	cmd, ok := g.find(name)
	return name != "say" && (!ok || cmd.reads)
}

// meant returns the name of the command that somebody probably means who types
// word: one that is called so elsewhere, or the nearest.
func (g *Gateway) meant(word string) (string, bool) {
	names := make([]string, len(g.commands))
	for i, cmd := range g.commands {
		if slices.Contains(cmd.also, word) {
			return cmd.name, true
		}
		names[i] = cmd.name
	}
	return nearest(word, names)
}

// command does what a request asks for, or says which command was meant.
func (c *conn) command(req request) {
	if cmd, ok := c.gateway.find(req.verb); ok {
		cmd.do(c, req)
		return
	}
	c.refuse(req.id, c.gateway.unknown(req.verb))
}

func (g *Gateway) unknown(verb string) *chat.Error {
	if "/"+verb == helloWord {
		return chat.Errorf(chat.Invalid, "/json must be the first line of a connection.")
	}
	if name, ok := g.meant(verb); ok {
		return chat.Errorf(chat.Invalid, "There is no command /%s. Did you mean /%s? To say it, type //%s.", quoted(verb), name, quoted(verb))
	}
	return chat.Errorf(chat.Invalid, "There is no command /%s; /help lists them. To say it, type //%s.", quoted(verb), quoted(verb))
}

// quoted returns what somebody typed as it is quoted back: not without end.
func quoted(s string) string {
	const most = 40
	for i := range s {
		if i > most {
			return strings.TrimSpace(s[:i]) + "…"
		}
	}
	return s
}
