package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"hubbub/internal/store"
)

// backup copies what a server keeps, while it runs or not.
func backup(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	data := flags.String("data", dataDirectory(), "`DIRECTORY` of the server")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "hubbub backup [FLAGS] FILE copies everything that the server keeps into FILE, which must not\nexist. The server may run meanwhile. hubbub restore puts it back.\n\n")
		flags.PrintDefaults()
	}
	file, done, err := oneFile(flags, args, stdout, stderr)
	if done || err != nil {
		return err
	}
	c, err := store.Backup(ctx, *data, file, showProgress(stderr))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s holds %s.\n", file, contents(c))
	return err
}

// restore puts a backup in the place of what a server keeps.
func restore(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	data := flags.String("data", dataDirectory(), "`DIRECTORY` of the server, which must not run")
	replace := flags.Bool("replace", false, "move aside what is in the directory; it is kept under another name")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "hubbub restore [FLAGS] FILE makes what hubbub backup has copied into FILE what the server keeps.\nClients that have seen more than that are told so.\n\n")
		flags.PrintDefaults()
	}
	file, done, err := oneFile(flags, args, stdout, stderr)
	if done || err != nil {
		return err
	}
	r, err := store.Restore(ctx, *data, file, *replace, showProgress(stderr))
	if err != nil {
		return err
	}
	if r.Replaced != "" {
		fmt.Fprintf(stdout, "What was there before is kept as %s.\n", r.Replaced)
	}
	_, err = fmt.Fprintf(stdout, "%s has been restored from %s: %s.\n", *data, file, contents(r.Contents))
	return err
}

// oneFile parses flags that are followed by the name of a file.
func oneFile(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (string, bool, error) {
	done, err := parse(flags, args, stdout, stderr)
	if done || err != nil {
		return "", done, err
	}
	if flags.NArg() != 1 {
		return "", false, fmt.Errorf("%w: hubbub %s needs the name of one file; hubbub %[2]s --help says more", errUsage, flags.Name())
	}
	return flags.Arg(0), false, nil
}

// contents says what a backup holds.
func contents(c store.Contents) string {
	if c.Events == 0 {
		return "an empty log"
	}
	return fmt.Sprintf("a log of length %d, the last event of %s", c.Events, c.Last.Format(time.DateTime))
}

// showProgress shows how long work goes on, if somebody looks.
func showProgress(stderr io.Writer) store.Progress {
	f, seen := terminal(stderr)
	shown := ""
	return func(doing string, percent int) {
		text := doing
		if percent >= 0 {
			text = fmt.Sprintf("%s: %d %%", doing, percent)
		}
		if !seen || text == shown {
			return
		}
		shown = text
		fmt.Fprintf(f, "\r\x1b[K%s", text)
		if percent == 100 {
			fmt.Fprint(f, "\r\x1b[K")
		}
	}
}
