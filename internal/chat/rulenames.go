package chat

// ruleNames are the rules of a room as people and programs type them.
var ruleNames = [...]struct {
	name string
	flag Flags
}{
	{"announce", Announce},
	{"noguests", NoGuests},
	{"heldinvites", HeldInvites},
	{"heldpins", HeldPins},
	{"inviteonly", InviteOnly},
	{"hidden", Hidden},
	{"quiet", Quiet},
}

// ParseRule returns the rule of that name.
func ParseRule(name string) (Flags, bool) {
	for _, r := range ruleNames {
		if r.name == name {
			return r.flag, true
		}
	}
	return 0, false
}

// RuleNames returns the names of the rules that are among the flags.
func (f Flags) RuleNames() []string {
	var names []string
	for _, r := range ruleNames {
		if f&r.flag != 0 {
			names = append(names, r.name)
		}
	}
	return names
}
