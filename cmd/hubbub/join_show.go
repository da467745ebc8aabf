package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/prompt"
	"hubbub/internal/tui"
)

// show turns what happens into lines for a person, as the line gateway does it,
// in the person's own time zone and, if wanted, in colours. No colour says what
// the words do not.
type show struct {
	client  *client.Client
	zone    *time.Location
	colours bool
	direct  map[uint64]string // direct conversations: with whom
	members map[uint64]int    // as far as is known
	renamed api.Event         // the last change of a nick that was shown
	spoken  *spoken           // says all in sentences; nil for lines as on IRC
}

func newShow(c *client.Client, colours bool) *show {
	return &show{client: c, zone: time.Local, colours: colours, direct: map[uint64]string{}, members: map[uint64]int{}}
}

// speak has everything said in sentences from now on.
func (s *show) speak(language tui.Language, times bool) {
	s.colours = false
	s.spoken = &spoken{show: s, language: language, times: times}
}

// say returns one of the program's own sentences.
func (s *show) say(english string, args ...any) string {
	if s.spoken == nil {
		return fmt.Sprintf(english, args...)
	}
	return s.spoken.say(english, args...)
}

// wantsColours reports whether the environment has nothing against colours (see
// no-color.org).
func wantsColours() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

// The styles, as parameters of "select graphic rendition".
const (
	faint   = "2"
	bold    = "1"
	red     = "31"
	cyan    = "36"
	reverse = "1;7"
)

func (s *show) styled(style, text string) string {
	if !s.colours || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[m"
}

// welcome learns what a welcome tells about rooms.
func (s *show) welcome(m *api.Message) {
	for _, r := range m.Rooms {
		s.members[r.ID] = r.Members
	}
}

// event returns the lines that show an event, or "" if it is not to be shown,
// and whether it concerns the person who looks in particular.
func (s *show) event(ev *api.Event) (text string, concerns bool) {
	s.learn(ev)
	self, _ := s.client.Self()
	switch {
	case said(ev):
		concerns = ev.By != self && (s.mentions(ev.Text) || s.direct[ev.Room] != "")
		return s.message(ev, concerns), concerns
	case ev.Room == self && s.spoken != nil:
		return s.spoken.inbox(ev), ev.Kind == "invited"
	case ev.Room == self:
		text = s.inbox(ev)
		return s.note(text), ev.Kind == "invited"
	}
	if text = s.happened(ev); text == "" {
		return "", false
	}
	if s.spoken != nil {
		return s.spoken.happened(ev, text), false
	}
	text = "*** " + clean(ev.Nick) + " " + s.lines(text)
	return s.clock(ev.Time) + s.label(ev) + s.styled(faint, text), false
}

func said(ev *api.Event) bool {
	return ev.Kind == "message" || ev.Kind == "action" || ev.Kind == "notice"
}

// learn remembers what later events do not repeat.
func (s *show) learn(ev *api.Event) {
	self, _ := s.client.Self()
	switch {
	case ev.Kind == "direct-opened":
		s.direct[ev.About] = ev.Whose
	case ev.Kind == "joined" && s.members[ev.Room] > 0:
		s.members[ev.Room]++
	case ev.Kind == "left":
		s.members[ev.Room]--
	case s.direct[ev.Room] != "" && ev.By != self:
		s.direct[ev.Room] = ev.Nick
	}
}

// message returns a message's lines.
func (s *show) message(ev *api.Event, concerns bool) string {
	if s.spoken != nil {
		return s.spoken.message(ev, concerns, false)
	}
	var b strings.Builder
	b.WriteString(s.clock(ev.Time))
	if concerns {
		b.WriteString(s.styled(reverse, ">>") + " ")
	}
	b.WriteString(s.label(ev))
	nick := s.nick(ev.Nick, ev.By)
	switch to := s.addressee(ev); {
	case ev.Kind == "action":
		b.WriteString("* " + nick + " ")
	case ev.Kind == "notice":
		b.WriteString("-" + nick + "- ")
	case to != "":
		b.WriteString("<" + nick + " -> " + s.nick(to, 0) + "> ")
	default:
		b.WriteString("<" + nick + "> ")
	}
	if ev.Whose != "" {
		b.WriteString(s.styled(faint, "(to "+clean(ev.Whose)+") "))
	}
	if ev.Deleted || ev.Text == "" {
		b.WriteString(s.styled(faint, "(deleted)"))
	} else {
		b.WriteString(s.highlighted(s.lines(ev.Text)))
	}
	if ev.Edited {
		b.WriteString(s.styled(faint, " (edited)"))
	}
	return b.String()
}

// clean is for what stands within one line.
func clean(text string) string { return strings.ReplaceAll(prompt.Plain(text), "\n", " ") }

// lines returns a text's lines, those after the first set off, so that nobody
// can make one look like another's.
func (s *show) lines(text string) string {
	text = prompt.Plain(text)
	return strings.ReplaceAll(text, "\n", "\n      | ")
}

// addressee returns whom a message in a direct conversation is for.
func (s *show) addressee(ev *api.Event) string {
	other := s.direct[ev.Room]
	self, nick := s.client.Self()
	if other == "" || ev.By == self {
		return clean(other)
	}
	return clean(nick)
}

// label returns the name of an event's room if it is not the one where one
// talks.
func (s *show) label(ev *api.Event) string {
	if ev.RoomName == "" || strings.EqualFold(ev.RoomName, s.client.Here()) {
		return ""
	}
	return s.styled(cyan, clean(ev.RoomName)) + " "
}

func (s *show) clock(millis int64) string {
	return s.styled(faint, time.UnixMilli(millis).In(s.zone).Format("15:04")) + " "
}

// note returns a line that says what happened.
func (s *show) note(text string) string {
	if text == "" {
		return ""
	}
	if s.spoken != nil {
		return s.spoken.note(text)
	}
	return s.styled(faint, "* "+prompt.Plain(text))
}

// failure returns a line that says what did not.
func (s *show) failure(text string) string {
	if s.spoken != nil {
		return s.spoken.failure(text)
	}
	return s.styled(red, "! "+strings.ReplaceAll(prompt.Plain(text), "\n", "\n      | "))
}

// nick returns a nick in its colour: always the same for the same person, and
// one's own in bold.
func (s *show) nick(nick string, id uint64) string {
	self, own := s.client.Self()
	nick = clean(nick)
	if nick == own && (id == 0 || id == self) {
		return s.styled(bold, nick)
	}
	palette := [...]string{"32", "33", "35", "36", "92", "93", "94", "95", "96"}
	hash := fnv.New32a()
	hash.Write([]byte(strings.ToLower(nick)))
	return s.styled(palette[hash.Sum32()%uint32(len(palette))], nick)
}

// quietRoom is the number of members above which not every coming and going is
// shown.
const quietRoom = 100

// happened says what an event in a room is, after the nick of who did it, or ""
// if nobody needs to be told.
func (s *show) happened(ev *api.Event) string {
	switch ev.Kind {
	case "edited":
		return "edited " + s.target(ev, false) + ": " + ev.Text
	case "deleted":
		return "deleted " + s.target(ev, false)
	case "reacted":
		return "reacted " + ev.Text + " to " + s.target(ev, true)
	case "unreacted":
		return "took back " + ev.Text + " from " + s.target(ev, true)
	case "pinned", "unpinned":
		return ev.Kind + " " + s.target(ev, true)
	case "topic":
		if ev.Text == "" {
			return "cleared the topic"
		}
		return "set the topic: " + ev.Text
	case "room-renamed":
		return "renamed this room to " + ev.Subject
	case "room-archived":
		return "archived this room: it can be read, and nothing can be added"
	case "room-restored":
		return "opened this room again"
	case "invited":
		return "invited " + ev.Whose
	}
	return s.moved(ev)
}

// moved is happened for comings and goings, but for one's own: those are told
// otherwise.
func (s *show) moved(ev *api.Event) string {
	self, _ := s.client.Self()
	direct := ev.RoomName == ""
	switch {
	case ev.By == self, direct && ev.Kind != "left", s.members[ev.Room] > quietRoom:
		return ""
	case ev.Kind == "joined":
		return "joined"
	case ev.Kind == "left":
		return s.left(ev, direct)
	case ev.Kind == "nick":
		before := s.renamed
		if s.renamed = *ev; before.By == ev.By && before.Subject == ev.Subject {
			return "" // in another room that we share
		}
		return "is now " + ev.Subject
	}
	return ""
}

func (s *show) left(ev *api.Event, direct bool) string {
	text := "left"
	if direct {
		text = "left the conversation with you"
	}
	if ev.Text != "" {
		text += " (" + ev.Text + ")"
	}
	return text
}

// target names the message that an event is about: its number, whose it is if
// that is not plain, and when it was written.
func (s *show) target(ev *api.Event, whose bool) string {
	at, now := time.UnixMilli(ev.When).In(s.zone), time.UnixMilli(ev.Time).In(s.zone)
	written := at.Format("15:04")
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		written = at.Format(time.DateOnly + " 15:04")
	}
	if whose {
		written = ev.Whose + ", " + written
	}
	return fmt.Sprintf("message %d (%s)", ev.Target, written)
}

// inbox says what an event in the inbox tells, or "".
func (s *show) inbox(ev *api.Event) string {
	switch ev.Kind {
	case "nick":
		return "You are now " + ev.Subject + "."
	case "invited":
		return ev.Nick + " invites you to " + ev.Subject + ": /join " + ev.Subject + " to come in."
	}
	return ""
}

// answer returns the lines that show what became of a command, or "" if nothing
// needs to be said.
func (s *show) answer(cmd *client.Command) string {
	m, err := cmd.Answer()
	verb, _, _ := strings.Cut(cmd.Line, " ")
	switch {
	case err != nil:
		return s.failure(err.Error())
	case strings.EqualFold(verb, "/search"):
		return s.found(&m)
	case len(m.Events) > 0:
		return s.history(m.Events, true)
	case m.Type == api.TypeReply && m.Text != "":
		return s.reply(m.Text)
	case strings.EqualFold(verb, "/history"):
		return s.note(s.say("Nothing has been said here yet."))
	case strings.EqualFold(verb, "/pins"):
		return s.note(s.say("Nothing is pinned here; /pin MESSAGE does that."))
	}
	return ""
}

// reply returns what the server answers in words.
func (s *show) reply(text string) string {
	if s.spoken != nil {
		return s.spoken.note(text)
	}
	return prompt.Plain(text)
}

// history returns messages as they read now, with a rule where a day begins.
func (s *show) history(events []api.Event, numbered bool) string {
	self, _ := s.client.Self()
	today := s.day(time.Now())
	last := today
	if len(events) > 0 && s.day(time.UnixMilli(events[0].Time)) != today {
		last = "" // say the day of the first unless all is of today
	}
	var lines []string
	for i := range events {
		ev := &events[i]
		if day := s.day(time.UnixMilli(ev.Time)); day != last {
			lines = append(lines, s.newDay(day))
			last = day
		}
		if s.spoken != nil {
			lines = append(lines, s.spoken.message(ev, ev.By != self && s.mentions(ev.Text), numbered))
			continue
		}
		lines = append(lines, s.number(ev, numbered)+s.message(ev, false))
	}
	return strings.Join(lines, "\n")
}

func (s *show) number(ev *api.Event, numbered bool) string {
	if !numbered {
		return ""
	}
	return s.styled(faint, fmt.Sprintf("[%d]", ev.Seq)) + " "
}

func (s *show) day(t time.Time) string {
	if s.spoken != nil {
		return s.spoken.day(t)
	}
	return t.In(s.zone).Format("Monday, 2 January 2006")
}

// newDay returns the line where a day begins.
func (s *show) newDay(day string) string {
	if s.spoken != nil {
		return day + "."
	}
	return s.styled(faint, "-- "+day+" --")
}

// found returns what a search has found, as the server orders it, and its last
// words.
func (s *show) found(m *api.Message) string {
	var lines []string
	for i := range m.Events {
		ev := &m.Events[i]
		day := time.UnixMilli(ev.Time).In(s.zone).Format(time.DateOnly)
		if s.spoken != nil {
			lines = append(lines, s.spoken.message(ev, false, true)+", "+s.day(time.UnixMilli(ev.Time)))
			continue
		}
		lines = append(lines, s.number(ev, true)+s.styled(faint, day)+" "+s.message(ev, false))
	}
	text := s.reply(m.Text)
	return strings.Join(append(lines, text[strings.LastIndex(text, "\n")+1:]), "\n")
}
