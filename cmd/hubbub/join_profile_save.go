package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pelletier/go-toml/v2"
)

// saveProfile writes what the flags say as a profile, and tells.
func (f *joinFlags) saveProfile(stderr io.Writer) error {
	if !isProfileName(f.save) {
		return fmt.Errorf("%w: --save takes a name of up to 32 letters, digits, - and _, not %q", errUsage, f.save)
	}
	c, err := readConfig(true)
	if err != nil {
		return err
	}
	if c.path == "" {
		return fmt.Errorf("%w: there is no home directory to keep profiles in; name a file with HUBBUB_CONFIG", errUsage)
	}
	p := c.profiles[f.save]
	f.settle(&p)
	if key := p.fault(); key != "" {
		return fmt.Errorf("%w: %s takes %s", errUsage, key, profileKeys[key])
	}
	if err := c.put(f.save, p); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "Saved in %s. From now on: %s join %s\n", c.path, program(), f.save)
	return nil
}

// settle has a profile say what the flags and arguments do.
func (f *joinFlags) settle(p *profile) {
	p.Address, p.Room = cmp.Or(f.address, p.Address), cmp.Or(f.room, p.Room)
	p.Nick, p.User = cmp.Or(f.nick, p.Nick), cmp.Or(f.user, p.User)
	p.Fingerprint = cmp.Or(f.fingerprint, p.Fingerprint)
	if f.given["plain"] {
		p.Plain = f.plain
	}
	if f.given["times"] {
		p.Times = f.times
	}
}

// put writes a profile into the file, and leaves the rest of it, comments
// included, as it is.
func (c *configFile) put(name string, p profile) error {
	table, err := toml.Marshal(p)
	if err != nil {
		return err
	}
	text := replaceTable(c.text, name, table)
	want := maps.Clone(c.profiles)
	if want == nil {
		want = map[string]profile{}
	}
	want[name] = p
	// A person may have written a profile in a way that replaceTable does not see.
	if got, err := parseProfiles(c.path, text); err != nil || !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s has the profile %s in a form that can't be changed without you; write it there as\n\n[profiles.%s]\n%s", c.path, name, name, table)
	}
	path := c.path
	if real, err := filepath.EvalSymlinks(path); err == nil { // as those have who keep such files elsewhere
		path = real
	}
	return writeAtomically(path, text)
}

// replaceTable returns a file with a profile's table as given, at its old place
// or at the end. What stands below a header belongs to its table up to the next.
func replaceTable(text []byte, name string, table []byte) []byte {
	header := "[profiles." + name + "]"
	fresh := []byte(header + "\n" + string(table))
	lines := bytes.SplitAfter(text, []byte("\n"))
	from := slices.IndexFunc(lines, func(l []byte) bool { return string(bytes.TrimSpace(l)) == header })
	if from < 0 {
		before := bytes.TrimRight(text, "\n")
		if len(before) > 0 {
			before = append(slices.Clone(before), "\n\n"...)
		}
		return append(before, fresh...)
	}
	to := from + 1
	for to < len(lines) && !bytes.HasPrefix(bytes.TrimSpace(lines[to]), []byte("[")) {
		to++
	}
	// Comments and empty lines right above the next header are about that one.
	for to > from+1 && (len(bytes.TrimSpace(lines[to-1])) == 0 || bytes.HasPrefix(bytes.TrimSpace(lines[to-1]), []byte("#"))) {
		to--
	}
	return slices.Concat(bytes.Join(lines[:from], nil), fresh, bytes.Join(lines[to:], nil))
}

// writeAtomically puts a file in the place of another, or leaves that as it is.
// Only its owner can read it.
func writeAtomically(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name()) // fails once it is renamed
	_, err = fresh.Write(data)
	if err == nil {
		err = fresh.Sync()
	}
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	return err
}

// listProfiles prints the profiles, or how to make one.
func listProfiles(stdout io.Writer) error {
	c, err := readConfig(true)
	if err != nil {
		return err
	}
	if len(c.profiles) == 0 {
		_, err := fmt.Fprintf(stdout, "There are no profiles yet. A profile is a name for a server and how you are there:\n\n"+
			"  %[1]s join --save work --nick ada tls://chat.example.org tea\n\nmakes one, and from then on you join with: %[1]s join work\n%[2]s", program(), inFile(c.path))
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROFILE\tADDRESS\tROOM\tAS")
	for _, name := range slices.Sorted(maps.Keys(c.profiles)) {
		p := c.profiles[name]
		as := cmp.Or(p.Nick, "-")
		if p.User != "" {
			as = p.User + " (member)"
		}
		fmt.Fprintln(table, strings.Join([]string{name, cmp.Or(p.Address, "this machine"), cmp.Or(p.Room, "#lobby"), as}, "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprint(stdout, "\n"+inFile(c.path))
	return err
}

func inFile(path string) string {
	if path == "" {
		return ""
	}
	return "They are kept in " + path + ".\n"
}
