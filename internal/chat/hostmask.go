package chat

// Hostmask returns how somebody is shown where a person has a user and a host
// beside the nick, as on IRC. It says what the person is and not where they
// connect from, and depends on nothing but an event: see [Event.Role].
func Hostmask(nick string, role Role) string {
	switch role {
	case GuestRole:
		return nick + "!~u@guest"
	case BotRole:
		return nick + "!u@bot"
	}
	return nick + "!u@member"
}
