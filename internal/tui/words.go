package tui

import (
	"fmt"
	"strings"
	"time"
)

// Language is the one that the interface speaks.
type Language uint8

// The languages.
const (
	English Language = iota
	Polish
	languages
)

// LanguageOf returns the language that the name of a locale asks for, as LANG has
// it: Polish for pl_PL.UTF-8, else English.
func LanguageOf(locale string) Language {
	if strings.HasPrefix(strings.ToLower(locale), "pl") {
		return Polish
	}
	return English
}

// languageNamed returns a language by its code (ISO 639-1).
func languageNamed(code string) (l Language, ok bool) {
	switch code {
	case "en":
		return English, true
	case "pl":
		return Polish, true
	}
	return English, false
}

// word names a sentence of the interface.
type word uint8

// table are the sentences. Where a count matters, the forms are separated by |:
// in English for one and other, in Polish for one, few and many.
var table = [wordEnd][languages]string{
	wWrite:       {"Write to %s · /help · Tab completes", "Napisz do %s · /help · Tab uzupełnia"},
	wNoRoom:      {"You are in no room yet. /join #lobby", "Nie jesteś jeszcze w żadnym pokoju. /join #lobby"},
	wRooms:       {"Rooms", "Pokoje"},
	wPeople:      {"%d person|%d people", "%d osoba|%d osoby|%d osób"},
	wNew:         {"%d new since %s|%d new since %s", "%d nowa od %s|%d nowe od %s|%d nowych od %s"},
	wMore:        {"%d more below · End|%d more below · End", "jeszcze %d niżej · End|jeszcze %d niżej · End|jeszcze %d niżej · End"},
	wOlder:       {"older messages are coming…", "wczytuję starsze wiadomości…"},
	wNotRead:     {"this could not be read; PgUp tries again", "tego nie udało się wczytać; PgUp próbuje ponownie"},
	wBegin:       {"this is where %s begins", "tu zaczyna się %s"},
	wBeginDirect: {"this is where the conversation with %s begins", "tu zaczyna się rozmowa: %s"},
	wLines:       {"%d more line|%d more lines", "jeszcze %d wiersz|jeszcze %d wiersze|jeszcze %d wierszy"},
	wEdited:      {"(edited)", "(edytowano)"},
	wDeleted:     {"message deleted", "wiadomość usunięta"},
	wReplies:     {"%d reply|%d replies", "%d odpowiedź|%d odpowiedzi|%d odpowiedzi"},
	wJoined:      {"joined: %s|joined: %s", "dołącza: %s|dołączają: %s|dołączają: %s"},
	wLeft:        {"left: %s|left: %s", "wychodzi: %s|wychodzą: %s|wychodzą: %s"},
	wRenamed:     {"renamed: %s|renamed: %s", "nowy nick: %s|nowe nicki: %s|nowe nicki: %s"},
	wAnd:         {"and %d more|and %d more", "i jeszcze %d|i jeszcze %d|i jeszcze %d"},
	wTopic:       {"%s set the topic: %s", "%s ustala temat: %s"},
	wTopicGone:   {"%s removed the topic", "%s usuwa temat"},
	wPinned:      {"%s pinned a message of %s", "%s przypina wiadomość (%s)"},
	wUnpinned:    {"%s unpinned a message of %s", "%s odpina wiadomość (%s)"},
	wKicked:      {"%s removed %s from the room", "%s wyprasza z pokoju: %s"},
	wInvited:     {"%s invited %s", "%s zaprasza: %s"},
	wCreated:     {"%s made the room", "%s zakłada pokój"},
	wArchived:    {"%s closed the room", "%s archiwizuje pokój"},
	wRestored:    {"%s opened the room again", "%s otwiera pokój ponownie"},
	wRoomRenamed: {"%s renamed the room to %s", "%s zmienia nazwę pokoju na %s"},
	wOther:       {"%s changed something here (%s)", "%s coś tu zmienia (%s)"},
	wSending:     {"sending…", "wysyłam…"},
	wFailed:      {"not sent: %s · /retry or /drop", "nie wysłano: %s · /retry albo /drop"},
	wOffline:     {"offline", "brak połączenia"},
	wRetry:       {", again at %s", ", ponownie o %s"},
	wWaiting:     {"%d waiting|%d waiting", "%d czeka|%d czekają|%d czeka"},
	wTyping:      {"%s is typing|%s are typing", "%s pisze|%s piszą|%s piszą"},
	wReplying:    {"Reply to %s · Esc leaves", "Odpowiedź do: %s · Esc porzuca"},
	wEditing:     {"Editing · Enter saves · Esc leaves", "Edycja · Enter zapisuje · Esc porzuca"},
	wSelecting:   {"r reply · a react · e edit · x delete · t thread · o open · c copy · Esc", "r odpisz · a reakcja · e edytuj · x usuń · t wątek · o link · c kopiuj · Esc"},
	wPaste:       {"Enter sends %d line as one · e edits · Esc drops|Enter sends %d lines as one · e edits · Esc drops", "Enter wysyła %d wiersz razem · e edytuje · Esc porzuca|Enter wysyła %d wiersze razem · e edytuje · Esc porzuca|Enter wysyła %d wierszy razem · e edytuje · Esc porzuca"},
	wDelete:      {"Delete this? y deletes · Esc keeps", "Usunąć to? y usuwa · Esc zostawia"},
	wNotYours:    {"Only your own messages can be edited.", "Edytować można tylko własne wiadomości."},
	wHistory:     {"Find in what you wrote", "Szukaj w tym, co napisano"},
	wSwitch:      {"Go to a room", "Przejdź do pokoju"},
	wSearch:      {"Search · Enter searches, then opens", "Szukaj · Enter szuka, potem otwiera"},
	wMentions:    {"What called you", "Wzmianki o tobie"},
	wThread:      {"Thread · Enter shows · Ctrl-R replies", "Wątek · Enter pokazuje · Ctrl-R odpowiada"},
	wReact:       {"React with", "Zareaguj"},
	wNothing:     {"nothing here", "nic tu nie ma"},
	wLoading:     {"looking…", "szukam…"},
	wHelp:        {"Help · Esc closes", "Pomoc · Esc zamyka"},
	wAnswer:      {"Answer · Esc closes", "Odpowiedź · Esc zamyka"},
	wNoTopic:     {"There is no help on %s. Topics: %s", "Nie ma pomocy na temat: %s. Tematy: %s"},
	wNoLink:      {"There is no link %s here. Numbers stand behind links, as in [3].", "Nie ma tu odnośnika %s. Numery stoją za odnośnikami, jak [3]."},
	wNoLinks:     {"There is no link in that message.", "W tej wiadomości nie ma odnośnika."},
	wWentWrong:   {"That did not work. Try again in a moment.", "Nie udało się. Spróbuj ponownie za chwilę."},
	wEnded:       {"The connection has ended. Ctrl-D leaves.", "Połączenie się zakończyło. Ctrl-D wychodzi."},
	wNotYet:      {"Your settings have not come yet. Try again in a moment.", "Twoje ustawienia jeszcze nie przyszły. Spróbuj ponownie za chwilę."},
	wSettings:    {"Settings · Enter changes one · Esc closes", "Ustawienia · Enter zmienia · Esc zamyka"},
	wSet:         {"%s: %s", "%s: %s"},
	wNoSetting:   {"There is no setting %s. /set shows all.", "Nie ma ustawienia %s. /set pokazuje wszystkie."},
	wValues:      {"%s can be: %s", "%s może być: %s"},
	wNoZone:      {"There is no such time zone; one looks like Europe/Warsaw.", "Nie ma takiej strefy czasowej; przykład: Europe/Warsaw."},
	wZoneFirst:   {"First say where you are, as in /set zone Europe/Warsaw.", "Najpierw powiedz, gdzie jesteś, np. /set zone Europe/Warsaw."},
	wTooMuch:     {"That is too much to be kept.", "To za dużo, by to zachować."},
	wAnswering:   {"Enter answers · Esc leaves it", "Enter odpowiada · Esc rezygnuje"},
	wNotAnswered: {"Not answered: nothing was done.", "Bez odpowiedzi: nic nie zrobiono."},
	wNewcomer:    {"Enter says it · /help · Ctrl-D leaves", "Enter wysyła · /help · Ctrl-D wychodzi"},
	wNothingYet:  {"Nobody has said anything here yet: write below, and Enter says it.", "Nikt tu jeszcze nic nie napisał: napisz coś poniżej i naciśnij Enter."},
	wFirstKeys:   {"Ctrl-K goes to a room by name, Alt-A to where something is new; /help tells the rest.", "Ctrl-K przechodzi do pokoju o podanej nazwie, Alt-A tam, gdzie jest coś nowego; resztę opisuje /help."},
	wFirstRoom:   {"/rooms shows which rooms there are, /help what else can be done, Ctrl-D leaves.", "/rooms pokazuje, jakie są pokoje, /help – co jeszcze można zrobić, Ctrl-D wychodzi."},
	wComing:      {"just a moment…", "chwileczkę…"},
	wAway:        {"away", "nie ma"},
	wCalls:       {"%d mention|%d mentions", "%d wzmianka|%d wzmianki|%d wzmianek"},
	wUnread:      {"Alt-A: %d room with news|Alt-A: %d rooms with news", "Alt-A: nowe w %d pokoju|Alt-A: nowe w %d pokojach|Alt-A: nowe w %d pokojach"},
	wUnseen:      {"%s new|%s new", "%s nowa|%s nowe|%s nowych"},
	wNotify:      {"elsewhere: %s · here: /notify all, mentions, nothing or usual · everywhere: /notify off or on", "gdzie indziej: %s · tutaj: /notify all, mentions, nothing albo usual · wszędzie: /notify off albo on"},
	wDone:        {"Done.", "Gotowe."},
	wCopied:      {"Copied.", "Skopiowano."},
	wCalled:      {"%s in %s", "%s w %s"},
	wIdle:        {"nothing new elsewhere", "nigdzie nic nowego"},
	wSmall:       {"too small", "za małe"},
}

const (
	wWrite word = iota
	wNoRoom
	wRooms
	wPeople
	wNew
	wMore
	wOlder
	wNotRead
	wBegin
	wBeginDirect
	wLines
	wEdited
	wDeleted
	wReplies
	wJoined
	wLeft
	wRenamed
	wAnd
	wTopic
	wTopicGone
	wPinned
	wUnpinned
	wKicked
	wInvited
	wCreated
	wArchived
	wRestored
	wRoomRenamed
	wOther
	wSending
	wFailed
	wOffline
	wRetry
	wWaiting
	wTyping
	wReplying
	wEditing
	wSelecting
	wPaste
	wDelete
	wNotYours
	wHistory
	wSwitch
	wSearch
	wMentions
	wThread
	wReact
	wNothing
	wLoading
	wHelp
	wAnswer
	wNoTopic
	wNoLink
	wNoLinks
	wWentWrong
	wEnded
	wNotYet
	wSettings
	wSet
	wNoSetting
	wValues
	wNoZone
	wZoneFirst
	wTooMuch
	wAnswering
	wNotAnswered
	wNewcomer
	wNothingYet
	wFirstKeys
	wFirstRoom
	wComing
	wAway
	wCalls
	wUnread
	wUnseen
	wNotify
	wDone
	wCopied
	wCalled
	wIdle
	wSmall
	wordEnd
)

// say returns a sentence that has no forms.
func (l Language) say(w word, args ...any) string {
	if len(args) == 0 {
		return table[w][l]
	}
	return fmt.Sprintf(table[w][l], args...)
}

// count returns a sentence in the form for a number.
func (l Language) count(n int, w word, args ...any) string {
	forms := strings.Split(table[w][l], "|")
	return fmt.Sprintf(forms[min(l.form(n), len(forms)-1)], args...)
}

// form returns which plural form a number takes (Unicode CLDR, plural rules).
func (l Language) form(n int) int {
	switch {
	case n == 1:
		return 0
	case l == English:
		return 1
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return 1
	}
	return 2
}

var (
	days = [languages][7]string{
		{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		{"niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"},
	}
	months = [languages][12]string{
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"},
	}
)

// date returns a day as a rule names it.
func (l Language) date(t time.Time) string {
	return fmt.Sprintf("%s, %d %s %d", days[l][t.Weekday()], t.Day(), months[l][t.Month()-1], t.Year())
}
