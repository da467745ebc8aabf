package tui

import (
	"encoding/json"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

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

// PrefersPlain reports whether somebody would rather have plain lines than the
// whole screen, by the value that is kept under [TerminalKey].
func PrefersPlain(terminal string) bool { return fieldsOf(terminal).on("plain") }

// fields are the fields of a value that is a JSON object.
type fields map[string]json.RawMessage

// fieldsOf reads a value. Of one that is no object there are none.
func fieldsOf(value string) fields {
	f := fields{}
	if len(value) > chat.MaxProperty || json.Unmarshal([]byte(value), &f) != nil || f == nil {
		return fields{}
	}
	return f
}

// text returns a field that is a short text, or "".
func (f fields) text(name string) (s string) {
	if json.Unmarshal(f[name], &s) != nil || len(s) > chat.MaxLabel {
		return ""
	}
	return cleanLine(s)
}

// on reports whether a field is there and true.
func (f fields) on(name string) (on bool) { return json.Unmarshal(f[name], &on) == nil && on }

// off reports whether a field is there and false.
func (f fields) off(name string) bool {
	on := true
	return json.Unmarshal(f[name], &on) == nil && !on
}

// with returns the value with a field changed, or taken out if it is to be nil.
func (f fields) with(name string, to any) string {
	delete(f, name)
	if to != nil {
		f[name], _ = json.Marshal(to) // texts and booleans always can be
	}
	return f.value()
}

// value returns the fields as they are kept.
func (f fields) value() string {
	if len(f) == 0 {
		return ""
	}
	value, _ := json.Marshal(f)
	return string(value)
}

// chosen is what is in force, of what the user chose and what [Options] say.
type chosen struct {
	clock     Clock
	zone      *time.Location
	pictures  Pictures
	noComings bool
	notify    *notify.Preferences
}

// obey puts in force what is kept.
func (m *Model) obey() {
	settings, terminal := fieldsOf(m.kept[SettingsKey]), fieldsOf(m.kept[TerminalKey])
	m.language = m.options.Language
	if l, ok := languageNamed(settings.text("language")); ok {
		m.language = l
	}
	m.chosen.noComings = settings.off("comings")
	m.chosen.clock = clockOf(settings.text("clock"), terminal.off("times"))
	if p := picturesOf(terminal.text("pictures"), m.options.Pictures); p != m.chosen.pictures {
		m.chosen.pictures = p
		m.closeAlbum()
	}
	m.chosen.notify, _ = notify.Parse([]byte(m.kept[NotifyKey])) // nil is the usual
	m.moveTo(zoneNamed(terminal.text("zone"), m.options.Zone))
	m.restyle(themeOf(terminal.text("theme"), m.options.Theme))
}

// zoneNamed returns a time zone of the IANA database, or else another.
func zoneNamed(name string, other *time.Location) *time.Location {
	if name == other.String() {
		return other
	}
	if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return zone
	}
	return other
}

// moveTo has all times shown as in a zone.
func (m *Model) moveTo(zone *time.Location) {
	if m.chosen.zone == zone || m.chosen.zone != nil && m.chosen.zone.String() == zone.String() {
		return
	}
	m.chosen.zone = zone
	for _, t := range m.timelines {
		t.since = t.since.In(zone)
		for _, it := range t.items {
			it.Time = it.Time.In(zone)
			it.day = dayOf(it.Time)
		}
	}
}

// What commands about preferences bring back.
type (
	preferencesMsg map[string]string
	preferredMsg   struct {
		key string
		err error
	}
)

// askPreferences asks for what the user has chosen. Where that fails, what Options
// say is in force until there is a connection again.
func (m *Model) askPreferences() tea.Cmd {
	return func() tea.Msg {
		all, err := m.session.Preferences(m.ctx)
		if err != nil {
			return nil
		}
		return preferencesMsg(all)
	}
}

// setPreferences takes what was kept, but for what has changed since it was asked
// for.
func (m *Model) setPreferences(all preferencesMsg) {
	m.preferring = true
	for _, key := range PreferenceKeys {
		if _, known := m.kept[key]; !known && m.underway[key] == nil {
			m.kept[key] = first(all[key], chat.MaxProperty)
		}
	}
	m.obey()
}

// underway is a preference on its way to the server.
type underway struct {
	value string
	kept  string  // what is kept of it, by what the session has told last
	came  bool    // the session has brought the value itself: what it told since is newer
	next  *string // what has been chosen meanwhile
}

// prefer puts a value in force, and has it kept. Nothing is put in the place of what
// has not come yet: fields of it would be lost.
func (m *Model) prefer(key, value string) tea.Cmd {
	before, known := m.kept[key]
	switch {
	case !known && !m.preferring:
		m.flash = m.language.say(wNotYet)
		return m.askPreferences()
	case before == value:
		return nil
	}
	if len(value) > chat.MaxProperty {
		m.flash = m.language.say(wTooMuch)
		return nil
	}
	m.kept[key] = value
	m.obey()
	if u := m.underway[key]; u != nil {
		u.next = &value
		return nil
	}
	return m.sendPreference(key, value, before)
}

func (m *Model) sendPreference(key, value, before string) tea.Cmd {
	m.underway[key] = &underway{value: value, kept: before}
	return func() tea.Msg { return preferredMsg{key, m.session.Prefer(m.ctx, key, value)} }
}

// preferenceSent tells what became of a preference.
func (m *Model) preferenceSent(msg preferredMsg) tea.Cmd {
	u := m.underway[msg.key]
	delete(m.underway, msg.key)
	switch {
	case u == nil:
		return nil
	case msg.err != nil:
		m.tell(msg.err)
		m.kept[msg.key] = u.kept
	case u.next != nil && u.came:
		return m.sendPreference(msg.key, *u.next, u.kept)
	case u.next != nil:
		return m.sendPreference(msg.key, *u.next, u.value)
	case u.came:
		m.kept[msg.key] = u.kept
	}
	m.obey()
	return nil
}

// preferred takes what the session says is kept. While something is on its way,
// what comes before that is old, unless it turns out that it could not be kept.
func (m *Model) preferred(p Preferred) {
	if !slices.Contains(PreferenceKeys[:], p.Key) || len(p.Value) > chat.MaxProperty {
		return
	}
	if u := m.underway[p.Key]; u != nil {
		u.kept, u.came = p.Value, u.came || p.Value == u.value
		return
	}
	if m.kept[p.Key] != p.Value {
		m.kept[p.Key] = p.Value
		m.obey()
	}
}
