package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/server"
)

// nameFlags is what the server is called, what it says first, and the passwords
// that its configuration has.
type nameFlags struct {
	server, network string
	url             string // under which browsers find it
	motd            string // text, or the file that it is in
	password        string
	opers           []string

	told     []string // flags that gave a password as it is
	shared   *auth.Shared
	operator []door.Oper
}

// The bounds of what people name, in bytes.
const (
	maxServerName  = 63
	maxNetworkName = 32
	maxOperName    = 32
	maxMotd        = 64 << 10
)

// defaultNetworkName is what a server is called that nobody has named.
const defaultNetworkName = "hubbub"

func (f *nameFlags) add(flags *flag.FlagSet) {
	flags.StringVar(&f.server, "server-name", "", "`NAME` of the server for IRC, like a host's (default the host's name if there is a dot in it, else hubbub)")
	flags.StringVar(&f.network, "network-name", defaultNetworkName, "`NAME` of what the server is, for people")
	flags.StringVar(&f.url, "url", "", "`ADDRESS` under which browsers find the server, as in https://chat.example.org: what links to files begin with (default the first --origin, or the first domain of --acme, else http:// and the first address that is listened on)")
	flags.StringVar(&f.motd, "motd", "", "`FILE` with the message of the day for IRC, or its text")
	flags.StringVar(&f.password, "password", "", "`PASSWORD` that every IRC client has to give, or its hash by hubbub hash-password; HUBBUB_SERVER_PASSWORD does the same unseen")
	flags.Func("oper", "`NAME:PASSWORD`, or its hash, by which one becomes an operator in IRC; may be repeated; HUBBUB_OPER does the same unseen, one a line",
		func(s string) error { f.opers = append(f.opers, s); return nil })
}

// complete reads what the flags and the environment say.
func (f *nameFlags) complete() (err error) {
	if f.server == "" {
		f.server = hostName(os.Hostname())
	}
	switch {
	case !isServerName(f.server):
		return fmt.Errorf("--server-name %q is no name like a host's: letters, digits, dots and dashes, at most %d", f.server, maxServerName)
	case !isNetworkName(f.network):
		return fmt.Errorf("--network-name %q is none: at most %d bytes without spaces", f.network, maxNetworkName)
	}
	if f.url != "" {
		if f.url, err = server.ParseURL(f.url); err != nil {
			return fmt.Errorf("--url: %w", err)
		}
	}
	if f.motd, err = readMotd(f.motd); err != nil {
		return fmt.Errorf("--motd: %w", err)
	}
	return f.passwords()
}

// passwords reads the passwords, those of flags and those of the environment.
func (f *nameFlags) passwords() (err error) {
	password, flagged := f.password, f.password != ""
	if !flagged {
		password = os.Getenv("HUBBUB_SERVER_PASSWORD")
	}
	if password != "" {
		if f.shared, err = auth.NewShared(password); err != nil {
			return fmt.Errorf("the server's password: %w", err)
		}
		if flagged && !f.shared.Hashed() {
			f.told = append(f.told, "--password")
		}
	}
	for _, s := range f.opers {
		o, err := f.oper(s)
		if err != nil {
			return fmt.Errorf("--oper: %w", err)
		}
		if flag := "--oper " + o.Name; !o.Password.Hashed() {
			f.told = append(f.told, flag)
		}
	}
	for s := range strings.Lines(os.Getenv("HUBBUB_OPER")) {
		if s = strings.TrimRight(s, "\r\n"); s == "" {
			continue
		}
		if _, err := f.oper(s); err != nil {
			return fmt.Errorf("HUBBUB_OPER: %w", err)
		}
	}
	return nil
}

// oper adds an operator, given as name:password. What is wrong with it is said
// without the password.
func (f *nameFlags) oper(s string) (o door.Oper, err error) {
	name, password, ok := strings.Cut(s, ":")
	switch {
	case !ok, name == "", len(name) > maxOperName, strings.IndexFunc(name, notPlain) >= 0:
		return o, fmt.Errorf("an operator is given as NAME:PASSWORD, with a name of at most %d bytes without spaces", maxOperName)
	case slices.ContainsFunc(f.operator, func(o door.Oper) bool { return o.Name == name }):
		return o, fmt.Errorf("%s is there twice", name)
	}
	o.Name = name
	if o.Password, err = auth.NewShared(password); err != nil {
		return o, fmt.Errorf("%s: %w", name, err)
	}
	f.operator = append(f.operator, o)
	return o, nil
}

// configure tells the server.
func (f *nameFlags) configure(cfg *server.Config) {
	cfg.ServerName, cfg.NetworkName, cfg.Motd, cfg.URL = f.server, f.network, f.motd, f.url
	cfg.Password, cfg.Opers = f.shared, f.operator
}

// warn says which passwords others on this machine can read.
func (f *nameFlags) warn(log *slog.Logger) {
	if len(f.told) > 0 {
		log.Warn("everybody on this machine can read a password on the command line, as ps shows it; give it in the environment, or as hubbub hash-password prints it", "flags", strings.Join(f.told, ", "))
	}
}

// hostName returns what the server is called if nobody says so.
func hostName(name string, err error) string {
	name = strings.ToLower(name)
	if err != nil || !strings.Contains(name, ".") || !isServerName(name) {
		return "hubbub"
	}
	return name
}

func isServerName(s string) bool {
	return s != "" && len(s) <= maxServerName && s[0] != '-' && s[0] != '.' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == ""
}

func isNetworkName(s string) bool {
	return s != "" && len(s) <= maxNetworkName && utf8.ValidString(s) && strings.IndexFunc(s, notPlain) < 0
}

func notPlain(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

// readMotd returns the message of the day: what is in the file, if there is one of
// that name, else the text itself. What looks like a file's name has to be one.
func readMotd(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	text := s
	switch info, err := os.Stat(s); {
	case err == nil && info.Mode().IsRegular():
		if text, err = readText(s); err != nil {
			return "", err
		}
	case err == nil:
		return "", fmt.Errorf("%s is no file", s)
	case filepath.IsAbs(s), strings.ContainsRune(s, filepath.Separator) && !strings.ContainsAny(s, " \n"):
		return "", fmt.Errorf("there is no file %s that can be read", s)
	}
	if len(text) > maxMotd {
		return "", fmt.Errorf("it is too long: at most %d bytes", maxMotd)
	}
	if !utf8.ValidString(text) {
		return "", errors.New("it is not valid UTF-8")
	}
	return strings.TrimRight(chat.CleanText(text), "\n"), nil
}

// readText reads a file of which a bit too much is enough to know.
func readText(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxMotd+1))
	return string(b), err
}
