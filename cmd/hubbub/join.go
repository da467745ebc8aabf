package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"strings"
	"time"

	"hubbub/client"
	"hubbub/internal/prompt"
)

// joinFlags is what hubbub join can be told.
type joinFlags struct {
	address, room, nick    string
	user, code             string
	login                  login // how to prove to be user; made by prove
	json, follow, commands bool
	timeout                time.Duration
	patient                bool // the timeout was given: also the first connection may take so long
	fingerprint            string
	trust                  *trust // nil without TLS

	profile      profile         // from the configuration file; empty without one
	anywhere     bool            // no address was given
	given        map[string]bool // the flags that were given
	plain, times bool            // in a terminal: lines of words, one after another; each with its time
	save         string          // the profile to save instead of joining
	list, logout bool            // what to do instead of joining
}

// usualTimeout is how long a pipe waits for a connection that was lost.
const usualTimeout = time.Minute

// join talks to a server: in a terminal as a chat, otherwise as a pipe.
func join(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f, done, err := parseJoin(args, stdout, stderr)
	if done || err != nil {
		return err
	}
	switch {
	case f.list:
		return listProfiles(stdout)
	case f.save != "":
		return f.saveProfile(stderr)
	case f.logout:
		return f.forget(ctx, stderr)
	}
	in, typed := terminal(stdin)
	out, seen := terminal(stdout)
	if f.anywhere && typed && seen && !f.json {
		if err := f.seek(ctx, in, stderr); err != nil {
			return err
		}
	}
	if err := f.prove(ctx, stderr); err != nil {
		return err
	}
	defer f.login.settled()
	if f.trust != nil && typed {
		// Through a proxy of the web the server may be reached all the same.
		if err := f.trust.meet(ctx, stderr); err != nil && (errors.Is(err, client.ErrUntrusted) || !strings.HasPrefix(f.address, "https://")) {
			return f.explain(err)
		}
	}
	switch {
	case !typed || !seen || f.json || os.Getenv("TERM") == "dumb":
		return joinLines(ctx, f, typed, stdin, stdout, stderr)
	case f.plain:
		return joinTerminal(ctx, f, in, out)
	}
	return joinFull(ctx, f, in, out)
}

// terminal returns the terminal behind a reader or writer, if there is one.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && prompt.IsTerminal(f)
}

func parseJoin(args []string, stdout, stderr io.Writer) (*joinFlags, bool, error) {
	f := &joinFlags{}
	flags := flag.NewFlagSet("join", flag.ContinueOnError)
	flags.StringVar(&f.nick, "nick", "", "be called `NAME`, with a number if that is taken (default your login name)")
	flags.StringVar(&f.user, "user", "", "log in as the member `NAME`; the password is asked for once, and a token is kept")
	flags.StringVar(&f.code, "code", "", "with --user, the `CODE` that an authenticator app shows, or a recovery code")
	flags.BoolVar(&f.json, "json", false, "print events as JSON, one a line")
	flags.BoolVar(&f.follow, "follow", false, "print what is said, and go on when the input has ended, until interrupted")
	flags.BoolVar(&f.commands, "commands", false, "in a pipe, take lines that begin with / as commands; // begins a message with one /")
	flags.DurationVar(&f.timeout, "timeout", usualTimeout, "in a pipe, give up after so long without a connection; 0 is never")
	flags.StringVar(&f.fingerprint, "fingerprint", "", "with tls://, believe the certificate with this `FINGERPRINT`, SHA256:…, and no other")
	flags.BoolVar(&f.plain, "plain", os.Getenv("TERM") == "dumb", "in a terminal, one line of words after another, as screen readers read best: no colours, no signs that stand for words")
	flags.BoolVar(&f.times, "times", false, "with --plain, say when each message was written, at its end")
	flags.StringVar(&f.save, "save", "", "do not join, but keep what the flags and arguments say as the profile `NAME`")
	flags.BoolVar(&f.list, "profiles", false, "list the profiles")
	flags.BoolVar(&f.logout, "logout", false, "forget the token kept for ADDRESS, here and on the server; with --user only that member's")
	flags.Usage = func() { fmt.Fprint(flags.Output(), joinHelp()); flags.PrintDefaults() }
	done, err := parse(flags, args, stdout, stderr)
	if done || err != nil {
		return nil, done, err
	}
	f.given = map[string]bool{}
	flags.Visit(func(set *flag.Flag) { f.given[set.Name] = true })
	f.patient = f.given["timeout"]
	return f, false, f.complete(flags.Args())
}

func joinHelp() string {
	return `hubbub join talks to a server.

  hubbub join [FLAGS] [PROFILE or ADDRESS] [ROOM]

ADDRESS is host, host:port, [::1]:7007 or unix:/path, and otherwise 127.0.0.1:7007; if
nothing answers there, a terminal lists the servers that announce themselves on the network.
With tls:// before it everything is encrypted. A certificate that this system does not
vouch for is believed when a person meets it first, and must stay the same.
ROOM is #lobby otherwise; its # can be left out if there is an address.
PROFILE is a name that --save has given to all that, or the configuration file. It goes
before a host of the same name (which you reach as NAME:7007), and flags before it.

In a terminal it takes the whole screen: rooms at the left, what is said beside them, and
below what you write. Enter says it, Alt-Enter begins a new line, pasted text is one message;
/help tells the keys and commands, /plain goes on in lines, Ctrl-Z suspends, Ctrl-D leaves.
What you write without a connection is said once there is one again. With --plain, or where a
server has nothing but lines, you type below, and what others say appears above.

Otherwise it is a pipe: each line of the input is a message. It ends when all are
acknowledged, which means that they are on the server's disk: then, and only then, the exit
code is 0. After a lost connection it sends what was not acknowledged again; nothing is lost
and nothing comes twice.

  hubbub join                                       chat on this machine
  hubbub join chat.example.org tea                  chat in #tea
  make 2>&1 | hubbub join --nick ci : builds        say what make says
  hubbub join --json --follow < /dev/null | jq .    watch
  hubbub join --user ada chat.example.org           as a member
  hubbub join --save work --user ada tls://chat.example.org tea
  hubbub join work                                  the same again
  hubbub join --logout work                         and never again
  HUBBUB_TOKEN=hub_… hubbub join : builds           as a bot, or a member, by a token
  printf '/join #tea\n/topic hot\n' | hubbub join --commands

Flags:
`
}

// complete reads the arguments.
func (f *joinFlags) complete(args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], "#") {
		args = append([]string{""}, args...)
	}
	if len(args) > 2 {
		return fmt.Errorf("%w: join takes an address and a room, but got %q", errUsage, args)
	}
	args = append(args, "", "")
	f.address, f.room = args[0], args[1]
	if isProfileName(f.address) && f.save == "" {
		if err := f.profiled(f.address); err != nil {
			return err
		}
	}
	f.anywhere = f.address == ""
	if f.address == ":" {
		f.address = ""
	}
	if f.save == "" {
		f.nick = cmp.Or(f.nick, loginName())
	}
	return f.resolve()
}

// resolve makes of the address whom to trust there.
func (f *joinFlags) resolve() error {
	network, address, err := client.ParseAddress(f.address)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	switch {
	case network == "tls", network == "https":
		if f.trust, err = newTrust(address, f.fingerprint); err != nil {
			return fmt.Errorf("%w: --fingerprint: %w", errUsage, err)
		}
	case f.fingerprint != "":
		return fmt.Errorf("%w: --fingerprint is about a certificate, and so for an address that begins with tls:// or https://", errUsage)
	}
	return nil
}

// loginName returns what somebody is called on this machine, or "".
func loginName() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil && name == "" {
		name = u.Username
	}
	if _, local, ok := strings.Cut(name, `\`); ok { // DOMAIN\name
		name = local
	}
	return name
}

// config returns the client that the flags ask for.
func (f *joinFlags) config() client.Config {
	c := client.Config{Address: f.address, Nick: f.nick, Room: f.room}
	f.login.configure(&c)
	if f.trust != nil {
		c.TLS = f.trust.config()
	}
	return c
}

// where says where a server is, as people write it.
func (f *joinFlags) where() string {
	network, address, err := client.ParseAddress(f.address)
	if err != nil || network == "unix" {
		return f.address
	}
	return address
}

// explain makes a sentence of why there is no connection.
func (f *joinFlags) explain(err error) error {
	var dial *net.OpError
	var name *net.DNSError
	var no *client.Refused
	var barred *client.Barred
	var plain tls.RecordHeaderError
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, client.ErrUntrusted):
		return err
	case errors.As(err, &no) && !errors.As(err, &barred) && f.login.expired(no):
		return fmt.Errorf("your login at %s has ended: run this again, and your password is asked for", f.where())
	case errors.As(err, &plain):
		return fmt.Errorf("%s does not speak TLS (%w)", f.where(), err)
	case errors.As(err, &dial) && dial.Op == "remote error":
		return fmt.Errorf("%s refuses TLS; without tls:// you join it in plain text (%w)", f.where(), err)
	case errors.As(err, &no):
		return fmt.Errorf("%s says: %w", f.where(), err)
	case errors.As(err, &name):
		return fmt.Errorf("there is no host called %q (%w)", name.Name, err)
	case errors.As(err, &dial) && dial.Op == "dial" && dial.Timeout():
		return fmt.Errorf("%s does not answer; is the address right, and is there a firewall? (%w)", f.where(), err)
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Errorf("nothing answers at %s; start a server with: %s serve (%w)", f.where(), program(), err)
	}
	return fmt.Errorf("can't join at %s: %w", f.where(), err)
}
