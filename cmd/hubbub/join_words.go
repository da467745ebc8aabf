package main

import (
	"cmp"
	"fmt"
	"os"

	"hubbub/internal/tui"
)

// speaks returns the language of the person: of the profile, or of the system.
func (f *joinFlags) speaks() tui.Language {
	return tui.LanguageOf(cmp.Or(f.profile.Language, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
}

// say returns a sentence in a language. It is known by its English words; what
// polish does not have stays English.
func say(in tui.Language, english string, args ...any) string {
	if text, ok := polish[english]; ok && in == tui.Polish {
		english = text
	}
	return fmt.Sprintf(english, args...)
}

// polish are the sentences of the plain interface.
var polish = map[string]string{
	"Nothing answers at %s. Looking for servers on the local network…":     "Pod adresem %s nikt nie odpowiada. Szukam serwerów w sieci lokalnej…",
	"None announces itself there; a server does with: %s serve --announce": "Żaden się tam nie ogłasza; serwer robi to po uruchomieniu: %s serve --announce",
	"%d: %s, at %s, encrypted":                     "%d: %s, pod adresem %s, szyfrowany",
	"%d: %s, at %s, not encrypted":                 "%d: %s, pod adresem %s, nieszyfrowany",
	"a server":                                     "serwer",
	"Which one? A number, or Enter for none: ":     "Który? Numer, albo Enter, jeśli żaden: ",
	"There is no number %s; they go from 1 to %d.": "Nie ma numeru %s; są od 1 do %d.",

	"the message was deleted":                "wiadomość usunięta",
	"%s, line %d: ":                          "%s, wiersz %d: ",
	"%s, file: ":                             "%s, plik: ",
	"file: %s":                               "plik: %s",
	"to you alone":                           "tylko do ciebie",
	"to %s alone":                            "tylko do: %s",
	"mentions you":                           "wspomina o tobie",
	"action":                                 "czynność",
	"notice":                                 "ogłoszenie",
	"answers you":                            "odpowiada tobie",
	"answers %s":                             "w odpowiedzi dla: %s",
	"edited":                                 "po zmianie",
	"In %s, ":                                "W %s, ",
	"number %d":                              "numer %d",
	"%s edited message %d: %s":               "%s zmienia wiadomość %d: %s",
	"%s deleted message %d":                  "%s usuwa wiadomość %d",
	"%s reacted with %s to message %d of %s": "%s reaguje: %s, na wiadomość %d od: %s",
	"%s took back %s from message %d of %s":  "%s cofa reakcję %s na wiadomość %d od: %s",
	"%s pinned message %d of %s":             "%s przypina wiadomość %d od: %s",
	"%s unpinned message %d of %s":           "%s odpina wiadomość %d od: %s",
	"%s cleared the topic":                   "%s usuwa temat",
	"%s set the topic: %s":                   "%s ustawia temat: %s",
	"%s invited %s":                          "%s zaprasza: %s",
	"%s came in":                             "%s wchodzi",
	"%s went out":                            "%s wychodzi",
	"%s left the conversation with you":      "%s kończy rozmowę z tobą",
	"%s is now called %s":                    "%s nazywa się teraz %s",
	"You are now called %s.":                 "Nazywasz się teraz %s.",
	"%s invites you to %s. To come in: /join %s": "%s zaprasza cię do %s. Aby wejść: /join %s",
	"Problem: %s":                                                    "Kłopot: %s",
	"Nothing has been said here yet.":                                "Nikt jeszcze nic tu nie powiedział.",
	"Nothing is pinned here; /pin MESSAGE does that.":                "Nic nie jest tu przypięte; służy do tego /pin WIADOMOŚĆ.",
	"Too much is waiting to be sent; nothing more is taken for now.": "Zbyt wiele czeka na wysłanie; na razie nic więcej nie przyjmuję.",
	"Ctrl-C again leaves.":                                           "Drugie Ctrl-C kończy.",
	"Waiting until all messages can be sent, of which there are %d; Ctrl-C leaves at once.": "Czekam, aż da się wysłać wszystkie wiadomości, a jest ich %d; Ctrl-C kończy od razu.",
	"Connected again; nothing was missed.":                                                  "Połączenie wróciło; nic nie przepadło.",
	"Connected again. What happened in the meantime can't be told.":                         "Połączenie wróciło. Co działo się tymczasem, nie wiadomo.",
	"You are %s in %s. /help lists the commands, Ctrl-D leaves.":                            "Nazywasz się %s, jesteś w %s. /help wymienia polecenia, Ctrl-D kończy.",
	"The connection is lost (%v). What you type is sent when it is back.":                   "Nie ma połączenia (%v). Co napiszesz, zostanie wysłane, gdy wróci.",
	"You are in %s.":                 "Jesteś w %s.",
	"You talk in %s now.":            "Rozmawiasz teraz w %s.",
	"You left.":                      "Pokój opuszczony.",
	"You are in no room; /join one.": "Nie ma cię w żadnym pokoju; /join prowadzi do jednego.",
	"Something of %s is missing here; /history shows what was said.": "Brakuje tu czegoś z %s; /history pokaże, co powiedziano.",
	"in no room": "w żadnym pokoju",
}
