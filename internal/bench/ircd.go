package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ircd is another project's IRC server, which a run can start as it does this
// program's own: it is found on the system, and gets a configuration without
// flood limits or look-ups.
type Ircd string

// The IRC servers that a run can start.
const (
	NgIRCd   Ircd = "ngircd"
	InspIRCd Ircd = "inspircd"
)

// ircds returns all of them, in the order of a comparison.
func ircds() []Ircd { return []Ircd{NgIRCd, InspIRCd} }

// check refuses what is not one of them.
func (d Ircd) check() error {
	for _, known := range ircds() {
		if d == known {
			return nil
		}
	}
	return fmt.Errorf("bench: there is no IRC server %q to start: use ngircd or inspircd", d)
}

// landBurst returns how many connections may be landing at once. The kernel
// keeps ten for ngIRCd until it takes them, and those beyond try again only after
// a second or more. Whoever asks for a WebSocket must do so soon after connecting,
// or is taken for a person who waits to be greeted.
func (c *Config) landBurst() int {
	switch {
	case c.Target.Ircd == NgIRCd:
		return 8
	case c.web():
		return 64
	}
	return landBurst
}

// find returns the path of the program. Many users don't have the directories
// of servers in their PATH.
func (d Ircd) find() (string, error) {
	if path, err := exec.LookPath(string(d)); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/local/bin"} {
		if path, err := exec.LookPath(filepath.Join(dir, string(d))); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: on Debian and Ubuntu, apt-get install --no-install-recommends %s", d, d)
}

// version returns what the program says of its version, or "".
func (d Ircd) version() string {
	path, err := d.find()
	if err != nil {
		return ""
	}
	out, _ := exec.Command(path, "--version").Output() // without it the note says less
	first, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(first)
}

// command writes the configuration into dir and returns the command line that
// serves on address in the foreground.
func (d Ircd) command(dir, address string) ([]string, error) {
	path, err := d.find()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	file := filepath.Join(dir, string(d)+".conf")
	conf, argv := ngircdConfig(host, port), []string{path, "-n", "-f", file}
	if d == InspIRCd {
		conf, argv = inspircdConfig(host, port, dir), []string{path, "--nofork", "--config", file}
		if os.Getuid() == 0 {
			argv = append(argv, "--runasroot")
		}
	}
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return nil, fmt.Errorf("bench: write the configuration of %s: %w", d, err)
	}
	return argv, nil
}

// ngircdConfig is ngircd.conf(5). Zero is no limit, and MaxPenaltyTime 0 takes
// the flood control away.
func ngircdConfig(host, port string) string {
	return fmt.Sprintf(`[Global]
Name = irc.bench.invalid
Info = bench
AdminInfo1 = bench
AdminEMail = nobody@bench.invalid
MotdPhrase = bench
Listen = %s
Ports = %s
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 30
MaxPenaltyTime = 0
PingTimeout = 3600
PongTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
IncludeDir = /nonexistent
`, host, port)
}

// inspircdConfig loads only the modules that every InspIRCd has. A threshold
// and a command rate that nobody reaches take the flood control away.
func inspircdConfig(host, port, dir string) string {
	return fmt.Sprintf(`<server name="irc.bench.invalid" id="1BN" description="bench" network="bench">
<admin name="bench" nick="bench" email="nobody@bench.invalid">
<bind address="%s" port="%s" type="clients">
<connect name="bench" allow="*" timeout="60" pingfreq="3600" hardsendq="1G" softsendq="1G" recvq="1M"
 threshold="1000000" commandrate="1000000000" fakelag="no" localmax="1000000" globalmax="1000000" limit="1000000"
 maxchans="1000" maxconnwarn="no" resolvehostnames="no" useident="no" useconnectban="no" useconnflood="no">
<performance softlimit="1000000" somaxconn="4096">
<limits maxnick="30">
<path datadir="%[3]s" logdir="%[3]s" runtimedir="%[3]s">
<pid file="%[3]s/inspircd.pid">
<log method="file" type="*" level="default" target="%[3]s/inspircd.log">
`, host, port, dir)
}
