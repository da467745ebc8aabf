package tui

import "hubbub/internal/notify"

// The keys under which a user's preferences are kept: private properties of theirs,
// which the page and all their terminals share.
const (
	// SettingsKey is for what the page and terminals have in common, as the page
	// writes it. Fields that mean nothing here are kept as they are.
	SettingsKey = "settings"
	// TerminalKey is for what only terminals have.
	TerminalKey = "terminal"
	// NotifyKey is for what the user is told of: see package notify.
	NotifyKey = notify.Property
)

// PreferenceKeys are the keys that this interface reads and writes.
var PreferenceKeys = [...]string{SettingsKey, TerminalKey, NotifyKey}
