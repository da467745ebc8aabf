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
}
