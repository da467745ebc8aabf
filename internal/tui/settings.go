package tui

import (
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

// setting is something that can be chosen with /set.
type setting struct {
	name   string
	values []string // what it can be; none for what can be much
	about  [languages]string
	get    func(m *Model) string
	put    func(m *Model, value string) tea.Cmd // of one of values, or anything
}

// settings returns all, in the order in which they are shown.
func settings() []setting {
	return []setting{
		{"theme", []string{"auto", "dark", "light", "none"}, [languages]string{"the colours", "kolory"}, (*Model).themeName, textField(TerminalKey, "theme")},
		{"language", []string{"auto", "en", "pl"}, [languages]string{"what stands around the messages", "język interfejsu"}, (*Model).languageName, textField(SettingsKey, "language")},
		{"clock", []string{"24", "12", "off"}, [languages]string{"times beside the messages", "godziny przy wiadomościach"}, (*Model).clockName, (*Model).setClock},
		{"zone", nil, [languages]string{"the time zone, as in Europe/Warsaw, or auto", "strefa czasowa, np. Europe/Warsaw, albo auto"}, (*Model).zoneName, (*Model).setZone},
		{"pictures", []string{"auto", "blocks", "off"}, [languages]string{"pictures under the messages", "obrazki pod wiadomościami"}, (*Model).picturesName, keepText(TerminalKey, "pictures")},
		{"comings", []string{"on", "off"}, [languages]string{"who comes and goes", "kto przychodzi i wychodzi"}, (*Model).comingsName, onField(SettingsKey, "comings")},
		{"plain", []string{"on", "off"}, [languages]string{"lines instead of this screen, next time", "od następnego razu wiersze zamiast ekranu"}, (*Model).plainName, onField(TerminalKey, "plain")},
		{"notify", []string{"all", "mentions", "nothing"}, [languages]string{"what calls you (/notify: here)", "co cię woła (w tym pokoju: /notify)"}, (*Model).levelName, (*Model).setLevel},
		{"keywords", nil, [languages]string{"words that call you as your name does: a, b", "słowa, które wołają jak twój nick: a, b"}, (*Model).keywordNames, (*Model).setKeywords},
		{"quiet", nil, [languages]string{"when nothing calls you: 22:00-07:00 or off", "kiedy nic cię nie woła: 22:00-07:00 albo off"}, (*Model).quietHours, (*Model).setQuiet},
		{"silent", []string{"on", "off"}, [languages]string{"nothing calls you, until it is off", "nic cię nie woła, aż będzie off"}, (*Model).silentName, (*Model).setSilent},
	}
}

// settingNamed returns a setting, or nil.
func settingNamed(name string) *setting {
	all := settings()
	if i := slices.IndexFunc(all, func(s setting) bool { return s.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// setCommand is /set: it shows all settings, tells of one, or changes it.
func (m *Model) setCommand(rest string) tea.Cmd {
	name, value, _ := strings.Cut(rest, " ")
	if name == "" {
		m.openSettings()
		return nil
	}
	return m.change(strings.ToLower(name), cleanLine(strings.TrimSpace(value)))
}

// change changes a setting, or tells of it if there is no value.
func (m *Model) change(name, value string) tea.Cmd {
	s := settingNamed(name)
	switch {
	case s == nil:
		m.flash = m.language.say(wNoSetting, cleanLine(name))
		return nil
	case value == "":
		m.flash = m.settingLine(s)
		return nil
	case s.values != nil && !slices.Contains(s.values, strings.ToLower(value)):
		m.flash = m.language.say(wValues, s.name, strings.Join(s.values, ", "))
		return nil
	case s.values != nil:
		value = strings.ToLower(value)
	}
	m.flash = ""
	cmd := s.put(m, value)
	if m.flash == "" { // else it says why not
		m.flash = m.language.say(wSet, s.name, s.get(m))
	}
	return cmd
}

// settingLine tells what a setting is, what it is for, and what else it can be.
func (m *Model) settingLine(s *setting) string {
	line := m.language.say(wSet, s.name, s.get(m)) + " · " + s.about[m.language]
	if s.values != nil {
		line += ": " + strings.Join(s.values, ", ")
	}
	return line
}

// openSettings offers all settings; the one that is picked is begun to be written.
func (m *Model) openSettings() {
	var all []choice
	for _, s := range settings() {
		about := s.about[m.language]
		if s.values != nil {
			about = strings.Join(s.values, ", ") + ": " + about
		}
		all = append(all, choice{label: pad(s.name, 9) + pad(s.get(m), 9) + about, text: "/set " + s.name + " "})
	}
	m.offer(&picker{title: wSettings, all: all, pick: func(m *Model, c choice) tea.Cmd {
		m.composer.editor.Set(c.text)
		return nil
	}})
}

// pad makes a text at least some cells wide, and ends it with a space.
func pad(s string, cells int) string { return s + strings.Repeat(" ", max(1, cells-width(s))) }

// keep keeps a value in a field, or takes the field out if that is nil.
func (m *Model) keep(key, name string, value any) tea.Cmd {
	return m.prefer(key, fieldsOf(m.kept[key]).with(name, value))
}

// keepText keeps a text in a field.
func keepText(key, name string) func(*Model, string) tea.Cmd {
	return func(m *Model, value string) tea.Cmd { return m.keep(key, name, value) }
}

// textField is keepText for a field of which auto is to have none.
func textField(key, name string) func(*Model, string) tea.Cmd {
	return func(m *Model, value string) tea.Cmd {
		if value == "auto" {
			return m.keep(key, name, nil)
		}
		return m.keep(key, name, value)
	}
}

// onField keeps in a field whether something is on.
func onField(key, name string) func(*Model, string) tea.Cmd {
	return func(m *Model, value string) tea.Cmd { return m.keep(key, name, value == "on") }
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func orAuto(s string) string {
	if s == "" {
		return "auto"
	}
	return s
}

func (m *Model) themeName() string    { return string(m.theme) }
func (m *Model) languageName() string { return orAuto(fieldsOf(m.kept[SettingsKey]).text("language")) }
func (m *Model) clockName() string    { return m.chosen.clock.name() }
func (m *Model) comingsName() string  { return onOff(!m.chosen.noComings) }
func (m *Model) picturesName() string {
	return [...]string{"off", "blocks", "auto"}[m.chosen.pictures]
}
func (m *Model) plainName() string { return onOff(PrefersPlain(m.kept[TerminalKey])) }
func (m *Model) zoneName() string  { return orAuto(fieldsOf(m.kept[TerminalKey]).text("zone")) }

// setClock keeps whether there is one among what only terminals have, and which one
// among what the page has too.
func (m *Model) setClock(value string) tea.Cmd {
	if value == "off" {
		return m.keep(TerminalKey, "times", false)
	}
	return tea.Batch(m.keep(TerminalKey, "times", nil), m.keep(SettingsKey, "clock", value))
}

func (m *Model) setZone(value string) tea.Cmd {
	none := time.FixedZone("none", 0)
	if value != "auto" && (len(value) > chat.MaxLabel || zoneNamed(value, none) == none) {
		m.flash = m.language.say(wNoZone)
		return nil
	}
	return textField(TerminalKey, "zone")(m, value)
}

// wishes returns of what the user wants to be told.
func (m *Model) wishes() notify.Preferences {
	if p := m.chosen.notify; p != nil {
		return *p
	}
	return notify.Preferences{Level: notify.Mentions}
}

// wish keeps of what somebody wants to be told, if it can be.
func (m *Model) wish(p notify.Preferences) tea.Cmd {
	value := fieldsOf(m.kept[NotifyKey])
	for _, known := range []string{"level", "rooms", "keywords", "quiet", "silent"} {
		delete(value, known)
	}
	maps.Copy(value, fieldsOf(string(p.Encode())))
	text := value.value()
	if _, err := notify.Parse([]byte(text)); err != nil {
		m.tell(err)
		return nil
	}
	return m.prefer(NotifyKey, text)
}
