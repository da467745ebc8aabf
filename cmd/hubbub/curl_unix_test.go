//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// curlDesk returns a desk with a server for curl, which must be installed.
func curlDesk(t *testing.T) *desk {
	t.Helper()
	installed(t, "curl")
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, home: t.TempDir(), address: on.Addr().String()}
	on.Close()
	t.Cleanup(d.kill)
	d.start()
	return d
}

// curl runs a command as docs/curl.md has it, on this server, and returns what it says
// and whether it went well.
func (d *desk) curl(command string) (string, bool) {
	d.t.Helper()
	c := d.command("timeout", "20", "sh", "-c", strings.ReplaceAll(command, "localhost:7007", d.address))
	out, err := c.CombinedOutput()
	return string(out), err == nil
}

// Each line of docs/curl.md's blocks that talks to this machine does what the page
// says.
func TestCurlIsAClient(t *testing.T) {
	d := curlDesk(t)
	for _, c := range []struct{ command, want string }{
		{"curl -sS localhost:7007", "/lobby"},
		{"curl -sS -d 'deploy done' localhost:7007/lobby", ""},
		{"curl -sS -d 'by name' 'localhost:7007/lobby?nick=builds'", ""},
		{"printf 'a & b = c%%\nand more\n' | curl -sS --data-binary @- localhost:7007/lobby", ""},
		{`curl -sS --json '{"text":"waves","action":true}' localhost:7007/lobby`, `"seq"`},
		{"curl -sS -f --retry 5 -H 'Idempotency-Key: build-4711' -d 'green' 'localhost:7007/lobby?nick=builds'", ""},
		{"curl -sS -f --retry 5 -H 'Idempotency-Key: build-4711' -d 'green' 'localhost:7007/lobby?nick=builds'", ""},
		{"curl -sS -u otter: -d 'hello' localhost:7007/lobby", ""},
		{"curl -sS -H 'Accept: application/json' 'localhost:7007/lobby?limit=1'", `"text":"hello"`},
		{"curl -sS -I localhost:7007/lobby", "200 OK"},
	} {
		if out, ok := d.curl(c.command); !ok || c.want == "" && out != "" || !strings.Contains(out, c.want) {
			t.Errorf("%s\nsays %q", c.command, out)
		}
	}
	out, _ := d.curl("curl -sS localhost:7007/lobby | cut -c7-")
	want := "<guest> deploy done\n<builds> by name\n<guest> a & b = c%\n| and more\n* guest waves\n<builds> green\n<otter> hello\n"
	if out != want {
		t.Errorf("the lobby reads\n%s", out)
	}
	if out, ok := d.curl("curl -sS -f -d 'hello' localhost:7007/nowhere"); ok || !strings.Contains(out, "404") {
		t.Errorf("a room that there is not: %q", out)
	}
	if out, _ := d.curl("curl -sS localhost:7007/nowhere"); out != "There is no room #nowhere that you can see. /rooms lists those that there are.\n" {
		t.Errorf("a room that there is not: %q", out)
	}
}

func TestCurlFollowsARoom(t *testing.T) {
	d := curlDesk(t)
	c := d.command("timeout", "60", "curl", "-sSN", d.address+"/lobby?follow")
	heard, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.curl("curl -sS -d 'before' localhost:7007/lobby")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	lines := bufio.NewReader(heard)
	for _, want := range []string{"before", "while it is followed"} {
		line, err := lines.ReadString('\n')
		if err != nil || !strings.HasSuffix(line, "<guest> "+want+"\n") {
			t.Errorf("the line is %q, %v", line, err)
		}
		if want == "before" {
			d.curl("curl -sS -d 'while it is followed' localhost:7007/lobby")
		}
	}
	stopping := time.Now()
	d.kill()
	rest, _ := io.ReadAll(lines)
	if took := time.Since(stopping); took > 20*time.Second {
		t.Errorf("the end took %v, after %q", took, rest)
	}
}
