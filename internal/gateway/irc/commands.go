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

		// About the server: server.go.
		"MOTD": {do: (*conn).motd},
	}
}
