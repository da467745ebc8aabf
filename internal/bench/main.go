package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// options is what the command line says.
type options struct {
	cfg     Config
	rounds  int
	servers string // compare: which IRC servers, by name; "" is all that are installed
	serve   bool
	json    bool
	svg     string
	quiet   bool
}

// report is what both kinds of outcome can do.
type report interface {
	WriteTable(io.Writer) error
	WriteSVG(io.Writer) error
}

// Main runs `hubbub bench` with the arguments after that word. The outcome goes
// to stdout, progress to stderr. A run in which readers missed something, or
// saw it twice or in another order, is an error, after its table.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	word := "fanout"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		word, args = args[0], args[1:]
	} else if len(args) > 0 && isHelp(args[0]) {
		return usageText(stdout)
	}
	switch word {
	case "help":
		return usageText(stdout)
	case "reference":
		return referenceMain(ctx, args, stdout, stderr)
	case "compare":
		return compareMain(ctx, args, stdout, stderr)
	default:
		return runMain(ctx, word, args, stdout, stderr)
	}
}

// isHelp reports whether the argument asks for help.
func isHelp(arg string) bool {
	return arg == "-h" || arg == "-help" || arg == "--help"
}

// runMain runs one scenario.
func runMain(ctx context.Context, word string, args []string, stdout, stderr io.Writer) error {
	o, err := parse(word, args, false, stdout)
	if err != nil {
		return unlessHelp(err)
	}
	res, err := Run(ctx, o.cfg, o.progress(stderr))
	if err != nil {
		return err
	}
	return o.write(&res, res.Faults, stdout)
}

// compareMain runs a scenario against this program and others.
func compareMain(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	word := "fanout"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		word, args = args[0], args[1:]
	}
	o, err := parse(word, args, true, stdout)
	if err != nil {
		return unlessHelp(err)
	}
	columns, notes, err := o.columns()
	if err != nil {
		return err
	}
	c, err := Compare(ctx, columns, o.rounds, o.progress(stderr))
	if err != nil {
		return err
	}
	c.Notes = append(notes, c.Notes...)
	return o.write(&c, c.Faults, stdout)
}

// referenceMain serves as a reference until ctx ends.
func referenceMain(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("hubbub bench reference", flag.ContinueOnError)
	fs.SetOutput(stderr)
	mode := fs.String("mode", string(Batched), "`form`: unbatched (a write for each reader and message) or batched (a write for each reader and batch)")
	listen := fs.String("listen", "127.0.0.1:7008", "`address` to listen on")
	if err := fs.Parse(args); err != nil {
		return unlessHelp(err)
	}
	return runReference(ctx, Mode(*mode), *listen, stdout)
}

// unlessHelp passes errors of the flag package on, except that help was asked
// for and given.
func unlessHelp(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// parse reads the flags of a scenario.
func parse(word string, args []string, compare bool, help io.Writer) (*options, error) {
	cfg, err := scenarioConfig(word)
	if err != nil {
		return nil, fmt.Errorf("%w; hubbub bench help tells more", err)
	}
	o := &options{cfg: cfg}
	fs := o.flags(compare)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(help)
			fmt.Fprintf(help, "hubbub bench %s [flags]\n\n", word)
			fs.PrintDefaults()
		}
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("bench: %q is one word too many: the scenario comes first, then flags", fs.Arg(0))
	}
	if compare && (o.rounds < 1 || o.rounds > 1000) {
		return nil, fmt.Errorf("bench: rounds is %d, and must be from 1 to 1000", o.rounds)
	}
	if t := o.cfg.Target; o.serve && (t.Address != "" || t.Reference != "" || t.Ircd != "") {
		return nil, fmt.Errorf("bench: give one of --serve, --address, --reference and --ircd")
	}
	return o, o.cfg.check()
}

// flags declares the flags, with the scenario's values as defaults.
func (o *options) flags(compare bool) *flag.FlagSet {
	fs := flag.NewFlagSet("hubbub bench", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c := &o.cfg
	fs.StringVar(&c.Target.Data, "data", "", "data `directory` for the server, kept afterwards (default: a temporary one)")
	if compare {
		fs.IntVar(&o.rounds, "rounds", 5, "how many times each server runs")
		fs.StringVar(&o.servers, "servers", "", "IRC: which `servers` to compare, of hubbub, ngircd and inspircd, parted by commas (default: those that are installed)")
	} else {
		fs.BoolVar(&o.serve, "serve", false, "start this program's own server for the run; the default unless there is --address or --reference")
		fs.StringVar(&c.Target.Address, "address", "", "`host:port` of a running server")
		fs.IntVar(&c.Target.PID, "pid", 0, "process id of the server at --address, to read its CPU time and memory")
		fs.Func("reference", "start a reference server instead: `unbatched or batched`", func(s string) error {
			c.Target.Reference = Mode(s)
			return c.Target.check()
		})
		fs.Func("ircd", "start an IRC server that is installed instead: `ngircd or inspircd`", func(s string) error {
			c.Target.Ircd = Ircd(s)
			return c.Target.Ircd.check()
		})
	}
	fs.Func("dialect", "`names` of what clients speak, in turn, parted by commas; of "+dialectNames(), func(s string) (err error) {
		c.Dialects, err = parseDialects(s)
		return err
	})
	fs.IntVar(&c.Clients, "clients", c.Clients, "how many connect; each reads its room")
	fs.IntVar(&c.Rooms, "rooms", c.Rooms, "how many rooms the clients are spread over; 1 is the lobby for the line protocol; 0, with IRC and no senders, is none")
	fs.IntVar(&c.Senders, "senders", c.Senders, "how many of the clients also send")
	fs.IntVar(&c.Size, "size", c.Size, "bytes of a message")
	fs.IntVar(&c.Window, "window", c.Window, "without --rate: messages that a sender has in flight; it sends the next when one comes back")
	fs.Float64Var(&c.Rate, "rate", c.Rate, "messages a second in all, instead of a closed loop")
	fs.Float64Var(&c.Logins, "logins", c.Logins, "logins: wrong ones a second")
	fs.DurationVar(&c.Warmup, "warmup", c.Warmup, "time under load before the measured window")
	fs.DurationVar(&c.Duration, "duration", c.Duration, "the measured window")
	fs.IntVar(&c.Count, "count", c.Count, "end when so many messages are acknowledged; best with --warmup 0 and a long --duration; irc-history: how many to put into the room first")
	fs.DurationVar(&c.Settle, "settle", c.Settle, "idle, irc-idle, web-idle, ssh-idle: time before memory is read")
	fs.StringVar((*string)(&c.Verify), "verify", string(c.Verify), "full: every reader checks every message; sample: one reader in --sample does; count: readers only count")
	fs.IntVar(&c.Sample, "sample", c.Sample, "see --verify sample")
	fs.IntVar(&c.Readers, "readers", c.Readers, "reading goroutines, on Linux (default: one for each core, at most 4)")
	fs.BoolVar(&o.json, "json", false, "write JSON instead of a table")
	fs.StringVar(&o.svg, "svg", "", "also draw a plot into this `file`")
	fs.BoolVar(&o.quiet, "quiet", false, "no progress on stderr")
	return fs
}

// progress returns where progress goes.
func (o *options) progress(stderr io.Writer) io.Writer {
	if o.quiet {
		return io.Discard
	}
	return stderr
}

// write brings the outcome out in the forms that were asked for.
func (o *options) write(r report, faults Faults, stdout io.Writer) error {
	err := o.writeText(r, stdout)
	if err == nil && o.svg != "" {
		err = writeFile(o.svg, r.WriteSVG)
	}
	if err != nil {
		return fmt.Errorf("bench: write the outcome: %w", err)
	}
	if faults.Total() > 0 {
		return fmt.Errorf("bench: the server did not deliver everything once and in order: %s", faults)
	}
	return nil
}

// writeText writes the table, or JSON.
func (o *options) writeText(r report, stdout io.Writer) error {
	if !o.json {
		return r.WriteTable(stdout)
	}
	enc := json.NewEncoder(stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// writeFile creates the file and lets write fill it.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// usageText writes the help of the whole command.
func usageText(w io.Writer) error {
	p := &printer{w: w}
	p.printf(`hubbub bench measures a chat server that speaks the line protocol, IRC,
hubbub's API by WebSocket, or the line protocol by SSH: this program's own, started for the run on a
temporary directory, or any other.

  hubbub bench [scenario] [flags]           one run
  hubbub bench compare [scenario] [flags]   this server and others, in turn
  hubbub bench reference [--mode M] [--listen ADDRESS]
                                            one of the bare loops, until stopped

Scenarios (the first is the default):
`)
	for _, s := range Scenarios() {
		p.printf("  %-11s  %s\n", s.Config.Scenario, s.About)
	}
	p.printf(`
Each scenario is a set of defaults for the flags: hubbub bench SCENARIO -h
lists them. Some ways to use them:

  hubbub bench fanout --json
  hubbub bench paced --rate 200 --clients 500 --svg paced.svg
  hubbub bench rooms --address chat.example.org:7007
  hubbub bench fanout --reference batched
  hubbub bench compare fanout --rounds 5 --svg fanout.svg
  hubbub bench rooms --count 5000000 --duration 1h --warmup 0s --data big
  hubbub bench compare irc-fanout --rounds 3
  hubbub bench compare irc-join --servers hubbub,inspircd --clients 1000
  hubbub bench irc-idle --ircd ngircd --rooms 1
  hubbub bench irc-history --data big; then again with --count 0
  hubbub bench compare web-fanout --rounds 3
  hubbub bench compare ssh-idle --rounds 3; then again with --clients 50

A bare loop keeps a list of sockets and writes to each; it stores nothing. It
comes in two forms: one write for each reader and message (unbatched), and one
for each reader and batch (batched).

The scenarios of IRC are compared with ngircd and inspircd, as far as they are
installed (on Debian: apt-get install --no-install-recommends ngircd inspircd).
They are started here, with flood limits and look-ups off. irc-mixed compares a
mixed room with rooms of one kind of client, irc-join also clients with and
without no-implicit-names, and irc-history has nobody to compare with.
--dialect says what clients speak: irc negotiates nothing, irc-time only times,
irc-tags all that tags can tell, irc-no-names no lists of names. Several share
the rooms in turn, line too: --dialect line,irc,irc-tags.

web is the API by WebSocket, web-deflated the same with permessage-deflate. Their
scenarios are compared with each other, and with the line protocol on the same load.

ssh is lines by SSH without a terminal, ssh-screen the full screen in a terminal of
100 by 30 cells. Their scenarios are compared with each other, and with the line
protocol without SSH. Who has a screen only reads.

Every message carries a tag, so that each reader knows what was lost, doubled
or out of order, and a run with such faults ends with an error. CPU time and
memory are those of the server's process (Linux only). A run ends by itself;
Ctrl-C ends it early with the figures until then.
`)
	return p.err
}
