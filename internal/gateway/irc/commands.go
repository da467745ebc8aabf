package irc

// command is something that a client can ask for.
type command struct {
	params int  // how many parameters it takes at least
	before bool // it can be given before one has registered
	do     func(c *conn, m *message)
}

// commands returns all commands by name.
func commands() map[string]*command {
	return map[string]*command{
		// Registration: register.go, capability.go.
		"CAP":  {params: 1, before: true, do: (*conn).cap},
		"PASS": {params: 1, before: true, do: (*conn).pass},
		"NICK": {before: true, do: (*conn).nick},
		"USER": {params: 4, before: true, do: (*conn).user},
		"PING": {before: true, do: (*conn).ping},
		"PONG": {before: true, do: func(*conn, *message) {}},
		"QUIT": {before: true, do: (*conn).leave},

		"WEBIRC":   {before: true, do: (*conn).webirc},
		"STARTTLS": {before: true, do: (*conn).startTLS},
		"ISUPPORT": {before: true, do: (*conn).supports},

		// Accounts: sasl.go, account.go, nickserv.go, oper.go.
		"AUTHENTICATE": {params: 1, before: true, do: (*conn).authenticate},
		"REGISTER":     {params: 3, before: true, do: (*conn).register},
		"VERIFY":       {params: 2, before: true, do: (*conn).verify},
		"OPER":         {params: 2, do: (*conn).oper},
		"NS":           {do: (*conn).services},
		"NICKSERV":     {do: (*conn).services},
		"CS":           {do: (*conn).services},
		"CHANSERV":     {do: (*conn).services},
		"HS":           {do: (*conn).services},
		"HISTSERV":     {do: (*conn).services},

		// What is said: talk.go.
		"PRIVMSG": {do: (*conn).privmsg},
		"NOTICE":  {do: (*conn).privmsg},
		"TAGMSG":  {do: (*conn).tagmsg},
		"BATCH":   {params: 1, do: (*conn).batch},
		"REDACT":  {params: 2, do: (*conn).redact},
		"EDIT":    {params: 3, do: (*conn).edit},

		// Rooms: rooms.go, names.go, list.go, modes.go, invite.go, rename.go.
		"JOIN":   {params: 1, do: (*conn).join},
		"PART":   {params: 1, do: (*conn).part},
		"TOPIC":  {params: 1, do: (*conn).topic},
		"NAMES":  {do: (*conn).names},
		"LIST":   {do: (*conn).list},
		"KICK":   {params: 2, do: (*conn).kick},
		"INVITE": {do: (*conn).invite},
		"MODE":   {params: 1, do: (*conn).mode},
		"KNOCK":  {params: 1, do: (*conn).knock},
		"RENAME": {params: 2, do: (*conn).rename},

		// The past: chathistory.go, marker.go, search.go, playback.go.
		"CHATHISTORY": {do: (*conn).chathistory},
		"MARKREAD":    {do: (*conn).markread},
		"SEARCH":      {params: 1, do: (*conn).search},
		"HISTORY":     {params: 1, do: (*conn).history},
		"ZNC":         {params: 1, do: (*conn).zncCommand},

		// People: who.go, whois.go, monitor.go, away.go, metadata.go, kill.go.
		"WHO":      {do: (*conn).who},
		"WHOIS":    {do: (*conn).whois},
		"WHOWAS":   {do: (*conn).whowas},
		"USERHOST": {params: 1, do: (*conn).userhost},
		"ISON":     {params: 1, do: (*conn).ison},
		"MONITOR":  {params: 1, do: (*conn).monitor},
		"AWAY":     {before: true, do: (*conn).away},
		"METADATA": {do: (*conn).metadata},
		"SETNAME":  {params: 1, do: (*conn).setname},
		"KILL":     {params: 1, do: (*conn).kill},

		// About the server: server.go, about.go, help.go.
		"MOTD":    {do: onServer(0, (*conn).motd)},
		"LUSERS":  {do: onServer(1, (*conn).lusers)},
		"VERSION": {do: onServer(0, (*conn).version)},
		"TIME":    {do: onServer(0, (*conn).time)},
		"INFO":    {do: onServer(0, (*conn).info)},
		"ADMIN":   {do: onServer(0, (*conn).admin)},
		"STATS":   {do: (*conn).stats},
		"LINKS":   {do: (*conn).links},
		"HELP":    {do: (*conn).help},
		"HELPOP":  {do: (*conn).help},
		"USERS":   {do: (*conn).users},
		"SUMMON":  {do: (*conn).summon},
		"REHASH":  {do: (*conn).notOverIRC},
		"DIE":     {do: (*conn).notOverIRC},
		"RESTART": {do: (*conn).notOverIRC},
	}
}
