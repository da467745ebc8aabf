package bench

import (
	"fmt"
	"slices"
	"strings"
)

// hubbubName is what this program is called among servers.
const hubbubName = "hubbub"

// against returns a column for each target, running the same.
func against(cfg Config, targets ...Target) (columns []Column) {
	for _, t := range targets {
		cfg.Target = t
		columns = append(columns, Column{t.String(), cfg})
	}
	return columns
}

// columns returns what to compare, this program first, and remarks on it.
func (o *options) columns() (columns []Column, notes []string, err error) {
	own := o.cfg.Target
	if o.cfg.web() {
		if o.servers != "" {
			return nil, nil, fmt.Errorf("bench: --servers goes with the scenarios of IRC")
		}
		return o.webColumns(), nil, nil
	}
	if o.cfg.ssh() {
		if o.servers != "" {
			return nil, nil, fmt.Errorf("bench: --servers goes with the scenarios of IRC")
		}
		return o.sshColumns(), nil, nil
	}
	if !o.cfg.irc() {
		if o.servers != "" {
			return nil, nil, fmt.Errorf("bench: --servers goes with the scenarios of IRC")
		}
		return against(o.cfg, own, Target{Reference: Batched, Program: own.Program}, Target{Reference: Unbatched, Program: own.Program}), nil, nil
	}
	chosen, err := o.chosen()
	if err != nil {
		return nil, nil, err
	}
	if chosen(hubbubName) {
		columns = o.ownColumns()
	}
	if !o.cfg.foreign() {
		if len(columns) == 0 {
			err = fmt.Errorf("bench: %s compares only hubbub with itself: leave --servers out", o.cfg.Scenario)
		}
		return columns, nil, err
	}
	for _, d := range ircds() {
		if !chosen(string(d)) {
			continue
		}
		if _, err := d.find(); err != nil {
			if o.servers != "" {
				return nil, nil, fmt.Errorf("bench: %w", err)
			}
			notes = append(notes, err.Error())
			continue
		}
		notes = append(notes, fmt.Sprintf("%s is %s", d, d.version()))
		columns = append(columns, against(o.cfg, Target{Ircd: d})...)
	}
	return columns, notes, nil
}

// webColumns returns the same load by WebSocket, deflated, and by the line protocol. A
// reader in some inflates what it gets, since all that did would take the server's
// time.
func (o *options) webColumns() (columns []Column) {
	for _, d := range []Dialect{webPlain(), webDeflated(), lineDialect{}} {
		cfg := o.cfg
		cfg.Dialects = []Dialect{d}
		if d == Dialect(webDeflated()) {
			cfg.Verify = VerifySample
		}
		columns = append(columns, Column{d.Name(), cfg})
	}
	return columns
}

// sshColumns returns the same by SSH, in lines and on a screen of 100 by 30 cells, and
// without SSH. What stalls on a screen need not be shown later, so it is not compared.
func (o *options) sshColumns() (columns []Column) {
	for _, d := range []Dialect{sshDialect{}, screenDialect{}, lineDialect{}} {
		if o.cfg.stalls() && drawn(d) {
			continue
		}
		cfg := o.cfg
		cfg.Dialects = []Dialect{d}
		columns = append(columns, Column{d.Name(), cfg})
	}
	return columns
}

// chosen returns whether a server is to run. By default all are.
func (o *options) chosen() (func(name string) bool, error) {
	if o.servers == "" {
		return func(string) bool { return true }, nil
	}
	names := strings.Split(o.servers, ",")
	for _, name := range names {
		if name != hubbubName && Ircd(name).check() != nil {
			return nil, fmt.Errorf("bench: there is no server %q to compare: choose of hubbub, ngircd, inspircd", name)
		}
	}
	return func(name string) bool { return slices.Contains(names, name) }, nil
}

// foreign reports whether other IRC servers can run the configuration: they
// know none of the capabilities that the dialects ask for.
func (c *Config) foreign() bool {
	return c.Scenario != scenarioIRCHistory && !slices.ContainsFunc(c.Dialects, func(d Dialect) bool { return d.Name() != ircPlain().name })
}

// ownColumns returns the columns in which this program runs: more than one where
// it is compared with itself.
func (o *options) ownColumns() []Column {
	columns := []Column{{hubbubName, o.cfg}}
	variant := func(name string, d Dialect) {
		cfg := o.cfg
		cfg.Dialects = []Dialect{d}
		columns = append(columns, Column{name, cfg})
	}
	switch {
	case o.cfg.Scenario == scenarioIRCMixed:
		columns[0].Name = "mixed"
		variant("all plain", ircPlain())
		variant("all tags", ircTagged())
	case o.cfg.Scenario == scenarioIRCJoin && o.cfg.foreign():
		variant("no names", ircNameless())
	}
	return columns
}
