package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/admin"
	"hubbub/internal/server"
)

// notRunning says that there is no server to ask.
type notRunning struct{ data string }

func (e *notRunning) Error() string {
	return fmt.Sprintf("no server runs on %s; start one with hubbub serve, or name its directory with --data", e.data)
}

// adminTime is how long the server may take to answer.
const adminTime = 30 * time.Second

// administer asks the server that runs on a data directory for something.
func administer(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	data := flags.String("data", dataDirectory(), "`DIRECTORY` that the server was started with")
	asJSON := flags.Bool("json", false, "answer in JSON, for scripts")
	usage := func() {
		fmt.Fprintf(flags.Output(), "hubbub admin keeps the server that runs on this machine.\n\n  hubbub admin [--data DIRECTORY] [--json] COMMAND ...\n\n%s\nFlags:\n", admin.Usage())
		flags.PrintDefaults()
		fmt.Fprintf(flags.Output(), "\nIt works while the server runs, for the user who runs it. All that is done is in\nthe audit log, as the console's.\n")
	}
	flags.Usage = usage
	done, err := parse(flags, args, stdout, stderr)
	if done || err != nil {
		return err
	}
	rest := flags.Args()
	if len(rest) == 0 || rest[0] == "help" {
		flags.SetOutput(stdout)
		usage()
		return nil
	}
	req := admin.Request{Args: rest}
	if rest[0] == "password" {
		if req.Secret, err = askPassword(stdin, stderr); err != nil {
			return err
		}
	}
	resp, err := askServer(ctx, *data, &req)
	if err != nil {
		return err
	}
	return printAnswer(&resp, *asJSON, stdout)
}

// askServer sends a request to the server of a data directory.
func askServer(ctx context.Context, data string, req *admin.Request) (resp admin.Response, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", server.AdminSocket(data))
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return resp, &notRunning{data}
	case errors.Is(err, os.ErrPermission):
		return resp, fmt.Errorf("the server of %s is another user's; only that user may keep it: %w", data, err)
	case err != nil:
		return resp, fmt.Errorf("ask the server of %s: %w", data, err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(adminTime))
	if err := json.NewEncoder(conn).Encode(req); err != nil {
		return resp, fmt.Errorf("ask the server of %s: %w", data, err)
	}
	if err := json.NewDecoder(conn).Decode(&resp); err != nil {
		return resp, fmt.Errorf("the server of %s has not answered: %w", data, err)
	}
	return resp, nil
}

// printAnswer prints an answer.
func printAnswer(resp *admin.Response, asJSON bool, stdout io.Writer) error {
	switch {
	case asJSON:
		enc := json.NewEncoder(stdout)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(resp); err != nil || resp.Error == "" {
			return err
		}
		return errors.New(resp.Error)
	case resp.Error != "":
		return errors.New(resp.Error)
	case resp.Text != "":
		_, err := fmt.Fprintln(stdout, resp.Text)
		return err
	case len(resp.Rows) == 0:
		_, err := fmt.Fprintln(stdout, "There are none.")
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(resp.Columns, "\t")))
	for _, row := range resp.Rows {
		for i, column := range resp.Columns {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, chat.CleanLine(row[column]))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// askPassword reads a password: twice and unseen from a terminal, else the first
// line.
func askPassword(stdin io.Reader, stderr io.Writer) (string, error) {
	f, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, question := range [...]string{"The new password: ", "And again: "} {
		fmt.Fprint(stderr, question)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(stderr)
		if err != nil {
			return "", err
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", errors.New("those were two different passwords; nothing has been done with them")
	}
	return typed[0], nil
}
