package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"hubbub/client"
	"hubbub/internal/chat"
	"hubbub/internal/fingerprint"
)

// profile is what somebody calls by one name in the configuration file: a server
// and how to be there. What is empty is as if nothing were said.
type profile struct {
	Address     string `toml:"address,omitempty"`
	Room        string `toml:"room,omitempty"`
	Nick        string `toml:"nick,omitempty"`
	User        string `toml:"user,omitempty"`
	Fingerprint string `toml:"fingerprint,omitempty"`
	Theme       string `toml:"theme,omitempty"`
	Language    string `toml:"language,omitempty"`
	Notify      string `toml:"notify,omitempty"`
	Plain       bool   `toml:"plain,omitempty"`
	Times       bool   `toml:"times,omitempty"`
}

// profileKeys says what each key of a profile takes, for whom it got something
// else.
var profileKeys = map[string]string{
	"address":     `a text in quotes: host, host:port, unix:/path or tls://host`,
	"room":        `a room in quotes, as "#tea"`,
	"nick":        `a name in quotes, without spaces`,
	"user":        `a member's name in quotes, without spaces`,
	"fingerprint": `a certificate's fingerprint in quotes, "SHA256:…"`,
	"theme":       `"auto", "dark", "light" or "none"`,
	"language":    `"en" or "pl"`,
	"notify":      `"auto", "bell" or "off"`,
	"plain":       `true or false, without quotes`,
	"times":       `true or false, without quotes`,
}

// maxConfig is how many bytes a configuration file may have.
const maxConfig = 1 << 20

// maxSetting is how many bytes a text in it may have.
const maxSetting = 512

// configFile is the file that holds the profiles.
type configFile struct {
	path     string
	text     []byte
	profiles map[string]profile
}

// configPath returns where the configuration file is, and whether the
// environment names it; or "" if there is no place for one.
func configPath() (path string, named bool) {
	if path := os.Getenv("HUBBUB_CONFIG"); path != "" {
		return path, true
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", false
	}
	return filepath.Join(dir, "hubbub", "config.toml"), false
}

// readConfig reads the configuration file. One that is not there has no
// profiles; but if the environment names it, it must be there unless it is to be
// made.
func readConfig(make bool) (*configFile, error) {
	path, named := configPath()
	c := &configFile{path: path}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named && !make:
		return nil, fmt.Errorf("%w: HUBBUB_CONFIG names %s, which is not there", errUsage, path)
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	defer f.Close()
	if c.text, err = io.ReadAll(io.LimitReader(f, maxConfig+1)); err != nil {
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	if len(c.text) > maxConfig {
		return nil, fmt.Errorf("%w: %s is larger than a configuration can be", errUsage, path)
	}
	if c.profiles, err = parseProfiles(path, c.text); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return c, nil
}

// parseProfiles reads the text of a configuration file, which is called name in
// errors. It knows no key that it does not use.
func parseProfiles(name string, text []byte) (map[string]profile, error) {
	var c struct {
		Profiles map[string]profile `toml:"profiles"`
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&c); err != nil {
		return nil, fmt.Errorf("%s, %w", name, profileFault(err))
	}
	for _, called := range slices.Sorted(maps.Keys(c.Profiles)) {
		if !isProfileName(called) {
			return nil, fmt.Errorf("%s, line %d: %q is no name for a profile, which has up to 32 letters, digits, - and _",
				name, lineOf(text, "profiles", called), chat.CleanText(called))
		}
		p := c.Profiles[called]
		if key := p.fault(); key != "" {
			return nil, fmt.Errorf("%s, line %d: %s takes %s", name, lineOf(text, "profiles", called, key), key, profileKeys[key])
		}
	}
	return c.Profiles, nil
}

// profileFault says where in the file something is wrong, and what.
func profileFault(err error) error {
	if missing, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		row, _ := missing.Errors[0].Position()
		return fmt.Errorf("line %d: there is no key %s; a profile is a table, [profiles.NAME], with %s",
			row, strings.Join(missing.Errors[0].Key(), "."), strings.Join(slices.Sorted(maps.Keys(profileKeys)), ", "))
	}
	wrong, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return err
	}
	row, _ := wrong.Position()
	key := wrong.Key()
	if len(key) == 3 && profileKeys[key[2]] != "" && strings.Contains(wrong.Error(), "cannot") {
		return fmt.Errorf("line %d: %s takes %s", row, key[2], profileKeys[key[2]])
	}
	return fmt.Errorf("line %d: %s", row, strings.TrimPrefix(wrong.Error(), "toml: "))
}

// lineOf returns the line in which a key stands, or 1.
func lineOf(text []byte, key ...string) int {
	var nothing struct {
		Profiles map[string]struct{} `toml:"profiles"`
	}
	// To a reader that knows no keys each is a fault, of which it tells the place.
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&nothing)
	if all, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		for i := range all.Errors {
			if at := all.Errors[i].Key(); len(at) >= len(key) && slices.Equal(at[:len(key)], key) {
				row, _ := all.Errors[i].Position()
				return row
			}
		}
	}
	return 1
}

// isProfileName reports whether a profile can have that name: no address looks
// like one, but for a bare host's name.
func isProfileName(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// fault returns the key whose value is not possible, or "".
func (p *profile) fault() string {
	for _, s := range []struct {
		key, value string
		fine       func(string) bool
	}{
		{"address", p.Address, isAddress},
		{"room", p.Room, isWord},
		{"nick", p.Nick, isWord},
		{"user", p.User, isWord},
		{"fingerprint", p.Fingerprint, isFingerprint},
		{"theme", p.Theme, oneOf("auto", "dark", "light", "none")},
		{"language", p.Language, oneOf("en", "pl")},
		{"notify", p.Notify, oneOf("auto", "bell", "off")},
	} {
		if s.value != "" && (len(s.value) > maxSetting || !s.fine(s.value)) {
			return s.key
		}
	}
	return ""
}

func isAddress(s string) bool {
	_, _, err := client.ParseAddress(s)
	return err == nil && chat.CleanText(s) == s
}

func isFingerprint(s string) bool {
	_, err := fingerprint.Parse(s)
	return err == nil
}

// isWord reports whether something can be a name as far as we know: the server
// knows more.
func isWord(s string) bool { return chat.CleanText(s) == s && !strings.ContainsAny(s, " \t\r\n") }

func oneOf(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

// profiled takes what is not given from the profile of that name, if there is
// one; otherwise the name is a host's.
func (f *joinFlags) profiled(name string) error {
	c, err := readConfig(false)
	if err != nil {
		return fmt.Errorf("%w; to join a host called %s without it, write %[2]s:%[3]s", err, name, client.DefaultPort)
	}
	if p, ok := c.profiles[name]; ok {
		f.address = ""
		f.fill(p)
		f.address = cmp.Or(f.address, ":") // this machine, and no search for others
	}
	return nil
}

// fill takes from a profile what the flags leave open.
func (f *joinFlags) fill(p profile) {
	f.profile = p
	f.address, f.room = cmp.Or(f.address, p.Address), cmp.Or(f.room, p.Room)
	f.nick, f.user = cmp.Or(f.nick, p.Nick), cmp.Or(f.user, p.User)
	f.fingerprint = cmp.Or(f.fingerprint, p.Fingerprint)
	if !f.given["plain"] {
		f.plain = f.plain || p.Plain
	}
	if !f.given["times"] {
		f.times = p.Times
	}
}
