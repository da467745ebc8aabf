package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// topic is something that there is help on. A line with a tab is a key or a
// command and what it does.
type topic struct {
	name  string
	lines [languages][]string
}

// topics are all; the first is shown when none is asked for.
var topics = []topic{
	{"start", [languages][]string{{
		"Write, and Enter says it to the room whose name is at the top.",
		"A line that begins with / is a command: Tab after / shows them.",
		"",
		"Alt-A	goes where you were called, or something is unread",
		"Ctrl-K	goes to a room by name",
		"PgUp PgDn	reads what was said before",
		"Alt-↑ Alt-↓	selects a message: then reply, react, edit, delete",
		"Alt-Enter	begins a new line",
		"Tab	completes names, #rooms, /commands and :emoji:",
		"Ctrl-D	leaves; /quit does too",
		"",
		"More: /help keys, /help messages, /help rooms, /help text, /help screen",
	}, {
		"Napisz i naciśnij Enter: to trafi do pokoju, którego nazwa jest u góry.",
		"Wiersz zaczynający się od / to polecenie: Tab po / pokazuje wszystkie.",
		"",
		"Alt-A	przechodzi tam, gdzie cię wołano albo jest coś nowego",
		"Ctrl-K	przechodzi do pokoju o podanej nazwie",
		"PgUp PgDn	przewija do tego, co napisano wcześniej",
		"Alt-↑ Alt-↓	wybiera wiadomość: odpowiedź, reakcja, edycja, usunięcie",
		"Alt-Enter	zaczyna nowy wiersz",
		"Tab	uzupełnia nicki, #pokoje, /polecenia i :emoji:",
		"Ctrl-D	wychodzi, jak /quit",
		"",
		"Więcej: /help keys, /help messages, /help rooms, /help text, /help screen",
	}}},
	{"keys", [languages][]string{{
		"Alt-1 … Alt-9	goes to a room by its place in the list",
		"Alt-N Alt-P	goes to the next room, or the one before",
		"Alt-U	shows the first new message",
		"Ctrl-Home End	shows the oldest that are here, the newest",
		"Ctrl-S	searches all rooms",
		"Alt-M	shows what called you",
		"Ctrl-R	finds what you wrote before; Ctrl-P and Ctrl-N go through it",
		"Ctrl-A Ctrl-E	goes to the beginning, the end of the line",
		"Alt-B Alt-F	goes to the word before, the word behind",
		"Ctrl-W Ctrl-U Alt-K	deletes a word, all before, all behind",
		"Ctrl-C	empties the line; of an empty one leaves",
		"Ctrl-L	paints the screen anew",
		"F1	shows this help",
	}, {
		"Alt-1 … Alt-9	przechodzi do pokoju według miejsca na liście",
		"Alt-N Alt-P	przechodzi do następnego albo poprzedniego pokoju",
		"Alt-U	pokazuje pierwszą nową wiadomość",
		"Ctrl-Home End	pokazuje najstarsze z wczytanych, najnowsze",
		"Ctrl-S	szuka we wszystkich pokojach",
		"Alt-M	pokazuje wzmianki o tobie",
		"Ctrl-R	szuka w tym, co napisano; Ctrl-P i Ctrl-N przeglądają to",
		"Ctrl-A Ctrl-E	przechodzi na początek, na koniec wiersza",
		"Alt-B Alt-F	przechodzi o słowo wstecz, naprzód",
		"Ctrl-W Ctrl-U Alt-K	usuwa słowo, wszystko przed, wszystko za",
		"Ctrl-C	opróżnia wiersz; w pustym wychodzi",
		"Ctrl-L	rysuje ekran od nowa",
		"F1	pokazuje tę pomoc",
	}}},
	{"messages", [languages][]string{{
		"Select one with Alt-↑, then:",
		"r	replies",
		"a	reacts with an emoji, or takes that back",
		"e	edits your own; ↑ in an empty line edits your last",
		"x	deletes",
		"t	shows its thread",
		"o	opens its first link; /open 3 opens the one with [3]",
		"c	copies it",
		"/retry /drop	sends again, or forgets, what was not sent",
		"Esc	goes back to writing",
		"",
		"/search words	searches all rooms; Ctrl-S does too",
		"/mentions	shows what called you; Alt-M does too",
	}, {
		"Wybierz jedną: Alt-↑, a potem:",
		"r	odpowiada",
		"a	reaguje emoji albo cofa reakcję",
		"e	edytuje własną; ↑ w pustym wierszu edytuje ostatnią",
		"x	usuwa",
		"t	pokazuje wątek",
		"o	otwiera pierwszy odnośnik; /open 3 otwiera ten z [3]",
		"c	kopiuje",
		"/retry /drop	wysyła ponownie albo porzuca to, czego nie wysłano",
		"Esc	wraca do pisania",
		"",
		"/search słowa	szuka we wszystkich pokojach, jak Ctrl-S",
		"/mentions	pokazuje wzmianki o tobie, jak Alt-M",
	}}},
	{"rooms", [languages][]string{{
		"/join #room	comes in, and makes the room if there is none",
		"/leave	goes out",
		"/dm nick	talks with one person",
		"/rooms	lists what rooms there are",
		"/topic text	says what the room is about",
		"/invite nick	invites somebody",
		"/whois nick	tells who somebody is",
		"/nick name	changes what you are called",
	}, {
		"/join #pokój	wchodzi, a gdy pokoju nie ma, zakłada go",
		"/leave	wychodzi",
		"/dm nick	rozmawia z jedną osobą",
		"/rooms	wymienia pokoje",
		"/topic tekst	mówi, o czym jest pokój",
		"/invite nick	zaprasza kogoś",
		"/whois nick	mówi, kto to jest",
		"/nick nazwa	zmienia twój nick",
	}}},
	{"text", [languages][]string{{
		"@nick	calls somebody",
		"*strong* _slanted_ `code`	are shown so; the marks stay",
		"/me waves	says what you do",
		"//	begins a message with one /",
		"What is pasted in several lines is one message, when you say so.",
	}, {
		"@nick	woła kogoś",
		"*mocno* _ukośnie_ `kod`	tak się pokazują; znaki zostają",
		"/me macha	mówi, co robisz",
		"//	zaczyna wiadomość od jednego /",
		"To, co wkleisz w kilku wierszach, będzie jedną wiadomością, gdy to potwierdzisz.",
	}}},
	{"screen", [languages][]string{{
		"/set	shows the settings; they are kept, for all your terminals",
		"/theme auto|dark|light|none	sets the colours",
		"/set clock 24|12|off	shows times so, or not at all",
		"/set zone Europe/Warsaw	shows the time of there",
		"/set pictures auto|blocks|off	shows pictures, or only their names",
		"/notify all|mentions|nothing	says of what this room tells you",
		"/notify usual	has it do as all rooms do",
		"/notify off	has nothing call you, until /notify on",
		"/plain	goes on in lines instead of this screen",
		"The mouse selects and copies as ever.",
		"A ! at the left is before what calls you.",
	}, {
		"/set	pokazuje ustawienia; są wspólne dla twoich terminali",
		"/theme auto|dark|light|none	ustawia kolory",
		"/set clock 24|12|off	pokazuje godziny tak albo wcale",
		"/set zone Europe/Warsaw	pokazuje tamtejszy czas",
		"/set pictures auto|blocks|off	pokazuje obrazki albo tylko ich nazwy",
		"/notify all|mentions|nothing	mówi, o czym powiadamia ten pokój",
		"/notify usual	znowu tak jak wszystkie pokoje",
		"/notify off	nic cię nie woła, aż do /notify on",
		"/plain	przechodzi na wiersze zamiast tego ekranu",
		"Mysz zaznacza i kopiuje jak zawsze.",
		"Znak ! z lewej stoi przed tym, co cię woła.",
	}}},
}

// keyWidth is how wide the keys are in a topic, where there is room.
const keyWidth = 22

// help shows a topic.
func (m *Model) help(name string) tea.Cmd {
	i := slices.IndexFunc(topics, func(t topic) bool { return t.name == strings.ToLower(name) })
	if name == "" {
		i = 0
	}
	if i < 0 {
		m.flash = m.language.say(wNoTopic, cleanLine(name), strings.Join(topicNames(), ", "))
		return nil
	}
	m.overlay = &pager{title: m.language.say(wHelp), lines: aligned(topics[i].lines[m.language], m.width)}
	return nil
}

func topicNames() (names []string) {
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// aligned puts what stands behind a tab in a column.
func aligned(lines []string, cells int) (all []string) {
	for _, line := range lines {
		key, about, tabbed := strings.Cut(strings.TrimSpace(line), "\t")
		switch {
		case !tabbed:
		case cells >= 2*keyWidth && width(key) < keyWidth:
			line = key + strings.Repeat(" ", keyWidth-width(key)) + about
		default:
			line = key + " · " + about
		}
		all = append(all, line)
	}
	return all
}
