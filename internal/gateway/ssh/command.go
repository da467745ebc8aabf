package ssh

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"hubbub/internal/gateway/line"
)

// helpText tells what can be asked for in one command.
const helpText = `What ssh can do here in one command; without one, you chat.

  say '#ROOM' TEXT        say it; without TEXT, each line of the input is a message
  say --one '#ROOM'       all of the input is one message
  tail [-n N] [-f] '#ROOM'   what was said last, and with -f what is said from now on
  search WORDS            find messages in all your rooms, as /search does
  rooms                   which rooms there are
  who '#ROOM'             who is in a room
  help                    this

--json before the rest of it gives an object a line. The exit status is 0 if it was
done, 1 if it could not be, 2 if it was not understood. A # is for your own shell the
beginning of a comment, so it needs the quotes; ROOM without it is the same.
`

// usualTail is how many messages are shown to who does not say how many.
const usualTail = 20

// usageError says what is wrong with a command.
type usageError string

// Error returns the sentence.
func (e usageError) Error() string { return string(e) }

func misused(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// parse takes apart a command as a client sends it: the words that were given to ssh,
// with spaces between (RFC 4254 §6.5). What is said is the rest of it as it is: the
// quotes of the client's own shell are gone, and there is no other shell here.
func parse(command string) (e line.Errand, err error) {
	e.Verb, command = word(command)
	e.Count = usualTail
	switch e.Verb {
	case "say":
		if command, err = flags(&e, command); err == nil {
			e.Room, e.Text = word(command)
		}
	case "tail", "who", "rooms":
		err = arguments(&e, command)
	case "search":
		e.Text, err = flags(&e, command)
	default:
		err = misused("There is no command %.40q here; help lists them, and without a command you chat.", e.Verb)
	}
	if err == nil {
		err = check(&e)
	}
	return e, err
}

// flags takes the flags before the rest of a command.
func flags(e *line.Errand, rest string) (string, error) {
	for {
		w, after := word(rest)
		switch {
		case w == "--":
			return after, nil
		case !strings.HasPrefix(w, "-") || w == "-":
			return rest, nil
		case w == "--json":
			e.JSON = true
		case w == "--one" && e.Verb == "say":
			e.One = true
		case w == "-f" && e.Verb == "tail":
			e.Follow = true
		case strings.HasPrefix(w, "-n") && e.Verb == "tail":
			if w == "-n" {
				w, after = word(after)
			}
			n, err := strconv.Atoi(strings.TrimPrefix(w, "-n"))
			if err != nil || n < 0 || n > line.MaxTail {
				return "", misused("-n takes how many messages, from 0 to %d.", line.MaxTail)
			}
			e.Count = n
		default:
			return "", misused("%s does not take %.40q; help lists what there is.", e.Verb, w)
		}
		rest = after
	}
}

// arguments takes at most one argument, with flags on both sides of it.
func arguments(e *line.Errand, rest string) error {
	rest, err := flags(e, rest)
	if err == nil {
		e.Room, rest = word(rest)
		rest, err = flags(e, rest)
	}
	if err == nil && rest != "" {
		err = misused("%s does not take %.40q; help lists what there is.", e.Verb, rest)
	}
	return err
}

// check says what is missing, or too much, and gives the room its #.
func check(e *line.Errand) error {
	needsRoom := e.Verb != "search" && e.Verb != "rooms"
	switch {
	case needsRoom && e.Room == "":
		return misused("%s needs a room in quotes, as in %s '#lobby'.", e.Verb, e.Verb)
	case e.Verb == "rooms" && e.Room != "":
		return misused("rooms takes no room; who '#ROOM' and tail '#ROOM' do.")
	case e.Verb == "search" && strings.TrimSpace(e.Text) == "":
		return misused("search needs words, as in search deploy from:otter.")
	case e.One && e.Text != "":
		return misused("say takes a text, or --one and the text as its input.")
	}
	if needsRoom {
		e.Room = "#" + strings.TrimPrefix(e.Room, "#")
	}
	return nil
}

// word returns the first word of a text, which may stand in quotes, and what follows
// it.
func word(s string) (first, rest string) {
	s = strings.TrimLeft(s, " \t")
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], strings.TrimLeft(s[end+2:], " \t")
		}
	}
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimLeft(s[end:], " \t")
}

// perform does what a command asks for, and returns its exit status.
func (v *visit) perform(command string) int {
	first, _ := word(command)
	if first = strings.TrimLeft(first, "-"); cmp.Or(first, "help") == "help" {
		fmt.Fprint(v.stream, helpText) // or there is nobody to read it
		return 0
	}
	e, err := parse(command)
	if err != nil {
		fmt.Fprintf(failures{v.stream}, "hubbub: %v\n", err)
		return 2
	}
	var later <-chan struct{}
	if e.Follow {
		later = v.gone
	}
	v.running.Go(func() { v.stream.feed(later) })
	return v.gateway.cfg.Lines.Run(v.ctx, &v.peer, e, failures{v.stream})
}
