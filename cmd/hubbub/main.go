// Hubbub is a group chat server that loses nothing, and its client.
//
// This package holds flags, signals and exit codes: run takes what a process
// gets and is what the tests call.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // for quiet hours: some systems have no time zones, but people have theirs
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// command is one thing that the program does.
type command struct {
	name, help string
	run        func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "run a server", serve},
		{"join", "talk to a server, or be a pipe to it", join},
		{"admin", "keep the server that runs here: people, invitations, bans", administer},
		{"hash-password", "print what the server's configuration takes for a password", hashPassword},
		{"backup", "copy what a server keeps", backup},
		{"restore", "put a copy back", restore},
		{"bench", "measure a server under load", benchmark},
		{"version", "say which version this is", version},
	}
}

// run does what the arguments say.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage())
		return errUsage
	}
	name := args[0]
	if name == "help" || name == "-h" || name == "-help" || name == "--help" {
		if len(args) > 1 {
			return run(ctx, []string{args[1], "--help"}, stdin, stdout, stderr)
		}
		fmt.Fprint(stdout, usage())
		return nil
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	return fmt.Errorf("%w: there is no command %q; hubbub help lists them", errUsage, name)
}

func usage() string {
	var b strings.Builder
	b.WriteString("hubbub is a group chat server that loses nothing, and its client.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  hubbub %-13s %s\n", c.name, c.help)
	}
	b.WriteString("\nhubbub COMMAND --help says more.\n")
	return b.String()
}

func version(_ context.Context, _ []string, _ io.Reader, stdout, _ io.Writer) error {
	v := "(unreleased)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	_, err := fmt.Fprintln(stdout, "hubbub", v)
	return err
}

// parseMixed parses flags that may also come after arguments, as people type
// them. After -- everything is an argument.
func parseMixed(flags *flag.FlagSet, args []string) error {
	var plain []string
	for {
		if err := flags.Parse(args); err != nil {
			return err
		}
		rest := flags.Args()
		if n := len(args) - len(rest); len(rest) == 0 || n > 0 && args[n-1] == "--" {
			return flags.Parse(append(append([]string{"--"}, plain...), rest...))
		}
		plain, args = append(plain, rest[0]), rest[1:]
	}
}

// parse parses a command's flags. A request for help is answered, and done is
// true.
func parse(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (done bool, err error) {
	flags.SetOutput(stderr)
	wantsHelp := false
	usage := flags.Usage
	flags.Usage = func() {} // errors are one sentence, not a page
	if err := parseMixed(flags, args); err != nil {
		if wantsHelp = errors.Is(err, flag.ErrHelp); !wantsHelp {
			return true, fmt.Errorf("%w: hubbub %s --help lists the flags", errShown, flags.Name())
		}
		flags.SetOutput(stdout)
		usage()
	}
	return wantsHelp, nil
}
