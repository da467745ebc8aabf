package irc

// The seams for tests.

// Closing returns the reason for a connection's end as IRC has it.
func Closing(reason string) string { return closing(reason) }

// Unexplained returns the commands of which HELP says nothing.
func Unexplained() (names []string) {
	for name := range commands() {
		if helpTexts[name] == "" {
			names = append(names, name)
		}
	}
	return names
}
