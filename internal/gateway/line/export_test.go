package line

// SetGuest has guests called what draw returns until they say otherwise.
func (g *Gateway) SetGuest(draw func() string) { g.guest = draw }

// Helps returns all that /help says, by what it is asked about.
func (g *Gateway) Helps() map[string]string {
	all := map[string]string{"": overview}
	for _, t := range g.topics {
		all[t.name] = t.text
	}
	for i := range g.commands {
		all["/"+g.commands[i].name] = g.commands[i].describe()
	}
	return all
}
