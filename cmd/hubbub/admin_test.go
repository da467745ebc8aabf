package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/gateway/admin"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// kept is a server that is kept by hubbub admin.
type kept struct {
	*testing.T
	data, addr string
	code       string // of the owner
	stop       func()
}

// directory returns one whose name is short enough for a socket in it.
func directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubbub")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// keep starts a server on a directory, until it is stopped or the test ends.
func keep(t *testing.T, data string) *kept {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan server.Welcome, 1), make(chan error, 1)
	limits := server.NoLimits()
	limits.Unthrottled = false // passwords are judged
	go func() {
		done <- server.Run(ctx, server.Config{
			Policy: hub.OpenPolicy(), Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1}, Zone: time.UTC,
			Data: data, Listeners: []net.Listener{on}, Limits: limits,
			Ready: func(w server.Welcome) { ready <- w },
		})
	}()
	k := &kept{T: t, data: data, addr: on.Addr().String(), stop: sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})}
	t.Cleanup(k.stop)
	select {
	case w := <-ready:
		k.code = w.OwnerCode.Reveal()
	case err := <-done:
		t.Fatal(err)
	}
	return k
}

// ask runs hubbub admin, and returns what it prints and its exit code.
func (k *kept) ask(stdin string, args ...string) (stdout string, code int) {
	k.Helper()
	var out, errs bytes.Buffer
	err := run(k.Context(), append([]string{"admin", "--data", k.data}, args...), strings.NewReader(stdin), &out, &errs)
	code = exitCode(err, &errs)
	if errs.Len() > 0 {
		return errs.String(), code
	}
	return out.String(), code
}

// does runs hubbub admin, which has to succeed and print what matches.
func (k *kept) does(want string, args ...string) string {
	k.Helper()
	out, code := k.ask("", args...)
	if code != exitOK || !regexp.MustCompile(want).MatchString(out) {
		k.Errorf("hubbub admin %q: exit code %d, not %q:\n%s", args, code, want, out)
	}
	return out
}

// refuses runs hubbub admin, which has to fail with a sentence that matches.
func (k *kept) refuses(want string, args ...string) {
	k.Helper()
	out, code := k.ask("", args...)
	if code != exitFailed || !regexp.MustCompile(`^hubbub: .*`+want).MatchString(out) {
		k.Errorf("hubbub admin %q: exit code %d, not %q:\n%s", args, code, want, out)
	}
}

// says has somebody connect, say lines, and go; it returns what they heard.
func (k *kept) says(lines ...string) string {
	k.Helper()
	conn, err := net.Dial("tcp", k.addr)
	if err != nil {
		k.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s\n/quit\n", strings.Join(lines, "\n"))
	heard, err := io.ReadAll(conn)
	if err != nil {
		k.Fatal(err)
	}
	return string(heard)
}

const (
	aCode  = `[0-9A-Z]{4}(-[0-9A-Z]{4}){5}`
	aToken = `hub_[a-z2-7]{56}`
)

func TestAdminKeepsTheServer(t *testing.T) {
	k := keep(t, directory(t))
	k.does(`There are none\.`, "users")
	out := k.does(`lets in 2 people as admin, until \d{4}-`, "invite", "2", "3d", "admin")
	code := regexp.MustCompile(aCode).FindString(out)
	k.does(`NUMBER +LEFT +ROLE +UNTIL +BY +MADE\n(.*\n)*\d+ +2 +admin .* the console `, "invitations")
	if heard := k.says("/register alice "+code, "open-sesame", "open-sesame"); !strings.Contains(heard, "You are a member now") {
		t.Fatal(heard)
	}
	k.does(`(?m)^ID +NICK +ROLE +CONNECTIONS\n\d+ +alice +admin +0$`, "users")
	k.does(`There are none\.`, "users", "nobody")
	k.does(`alice is owner now`, "role", "alice", "owner")
	k.refuses(`is the only owner`, "role", "alice", "member")
	k.refuses(`A role is member, admin or owner`, "role", "alice", "king")
	k.refuses(`nobody called nobody; hubbub admin users lists`, "role", "nobody", "admin")
	k.does(`a bot robot now`, "bot", "robot")
	token := regexp.MustCompile(aToken).FindString(k.does(aToken+`\nKeep it well`, "token", "robot", "builds", "read", "1h"))
	if heard := k.says("/login " + token); !strings.Contains(heard, "Welcome to hubbub, robot") {
		t.Error(heard)
	}
	number := regexp.MustCompile(`(?m)^(\d+) +token +builds +read`).FindStringSubmatch(k.does(`token +builds +read`, "tokens", "robot"))
	k.does(`proves nothing any more`, "tokens", "robot", "drop", number[1])
	if heard := k.says("/login " + token); !strings.Contains(heard, "That token is not valid") {
		t.Error(heard)
	}
	k.does(`alice can log in by ssh-ed25519 SHA256:`, "key", "alice", "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ", "alice@laptop")
	k.does(`alice is kept out now`, "ban", "alice", "1h", "too", "loud")
	k.does(`alice +the console .* too loud`, "bans")
	if heard := k.says("/login alice open-sesame"); !strings.Contains(heard, "You are banned from this server for another 60 minutes: too loud") {
		t.Error(heard)
	}
	k.does(`alice may come in again`, "unban", "alice")
	k.refuses(`alice is not banned`, "unban", "alice")
	k.refuses(`half the world`, "ban", "0.0.0.0/0")
	k.does(`the console banned alice until .* UTC: too loud\n.*the console lifted the ban of alice\n$`, "audit", "2")
	k.refuses(`Between 1 and 10000`, "audit", "none")
	k.refuses(`There is no hubbub admin frobnicate; hubbub admin help lists`, "frobnicate")
	k.refuses(`It is: hubbub admin role NICK`, "role", "alice")
	k.does(`hubbub admin keeps the server(.*\n)*  users \[WORD\]`, "help")
	k.does(`hubbub admin keeps the server(.*\n)*  users \[WORD\]`)
}

func TestAdminSeesAndEndsConnections(t *testing.T) {
	k := keep(t, directory(t))
	conn, err := net.Dial("tcp", k.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "/nick alice\n/join #tea\n/ping here\n")
	in := bufio.NewReader(conn)
	for line := ""; line != "* pong here\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	k.does(`(?m)^alice +guest +127\.0\.0\.1 +\d{4}-`, "sessions")
	k.does(`There are none\.`, "sessions", "bob")
	k.does(`alice can only read in #tea now`, "mute", "#tea", "alice", "10m")
	k.does(`alice can talk in #tea again`, "unmute", "#tea", "alice")
	k.does(`alice is out of #tea`, "kick", "#tea", "alice")
	k.refuses(`There is no room #nowhere`, "kick", "#nowhere", "alice")
	k.does(`The connections of alice are closed`, "disconnect", "alice", "good", "night")
	heard, err := io.ReadAll(in)
	if err != nil || !strings.Contains(string(heard), "Your connections have been closed: good night.") {
		t.Errorf("%v, %s", err, heard)
	}
}

func TestAdminSpeaksJSON(t *testing.T) {
	k := keep(t, directory(t))
	answer := func(want int, args ...string) (resp admin.Response) {
		t.Helper()
		var out, errs bytes.Buffer
		err := run(t.Context(), append([]string{"admin", "--json", "--data", k.data}, args...), strings.NewReader(""), &out, &errs)
		if code := exitCode(err, &errs); code != want {
			t.Errorf("%q: exit code %d", args, code)
		}
		if err := json.Unmarshal(out.Bytes(), &resp); err != nil {
			t.Errorf("%q: %v in %s", args, err, &out)
		}
		return resp
	}
	if resp := answer(exitOK, "users"); resp.Rows == nil || len(resp.Rows) != 0 || len(resp.Columns) != 4 {
		t.Errorf("%+v", resp)
	}
	code := answer(exitOK, "invite").Rows[0]["code"]
	k.says("/register alice "+code, "open-sesame", "open-sesame")
	if resp := answer(exitOK, "users"); len(resp.Rows) != 1 || resp.Rows[0]["nick"] != "alice" || resp.Rows[0]["role"] != "member" {
		t.Errorf("%+v", resp)
	}
	if resp := answer(exitFailed, "role", "bob", "admin"); resp.Code != "not-found" || resp.Error == "" {
		t.Errorf("%+v", resp)
	}
}

func TestAdminReadsAPasswordFromStandardInput(t *testing.T) {
	k := keep(t, directory(t))
	k.says("/register alice", "open-sesame", "open-sesame")
	for _, end := range []string{"\n", "\r\n", ""} {
		password := fmt.Sprintf("given at the console %q", end)
		if out, code := k.ask(password+end, "password", "alice"); code != exitOK || !strings.Contains(out, "alice has another password now") {
			t.Errorf("exit code %d, %s", code, out)
		}
		if heard := k.says("/login alice", password); !strings.Contains(heard, "Welcome to hubbub, alice") {
			t.Error(heard)
		}
	}
	for _, bad := range []string{"", "short\n", "password123\n", "alice\n"} {
		if out, code := k.ask(bad, "password", "alice"); code != exitFailed || !strings.Contains(out, "assword") {
			t.Errorf("%q: exit code %d, %s", bad, code, out)
		}
	}
}

func TestAdminWithoutAServerSaysSo(t *testing.T) {
	k := &kept{T: t, data: directory(t)}
	check := func() {
		t.Helper()
		out, code := k.ask("", "users")
		if code != exitUnavailable || out != "hubbub: no server runs on "+k.data+"; start one with hubbub serve, or name its directory with --data\n" {
			t.Errorf("exit code %d, %s", code, out)
		}
	}
	check()
	// A server that was killed leaves its socket.
	l, err := net.Listen("unix", filepath.Join(k.data, "admin.sock"))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	check()
	if again := keep(t, k.data); again.data != k.data {
		t.Error("it is in the way of the next")
	}
	k.does(`There are none\.`, "users")
}

// Until somebody owns the server, whoever can read its directory can become the
// one.
func TestTheOwnersCodeIsKeptUntilItIsUsed(t *testing.T) {
	data := directory(t)
	file := filepath.Join(data, "owner-code")
	k := keep(t, data)
	for _, name := range []string{"owner-code", "secret.key", "admin.sock"} {
		info, err := os.Stat(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
	first := k.code
	if text, err := os.ReadFile(file); err != nil || string(text) != first+"\n" {
		t.Errorf("%v, %q, not %q", err, text, first)
	}
	k.stop()
	k = keep(t, data)
	if k.code != first || first == "" {
		t.Errorf("the code is %q, and then %q", first, k.code)
	}
	if heard := k.says("/register alice "+k.code, "open-sesame", "open-sesame", "/whois"); !strings.Contains(heard, "alice is an owner of this server") {
		t.Error(heard)
	}
	if heard := k.says("/register bob "+k.code, "open-sesame", "open-sesame"); !strings.Contains(heard, "That invitation is not valid") {
		t.Error(heard)
	}
	k.stop()
	k = keep(t, data)
	if _, err := os.Stat(file); !os.IsNotExist(err) || k.code != "" {
		t.Errorf("there is an owner, and a code %q, %v", k.code, err)
	}
}

func TestTheOwnersCodeIsMadeAnewWhenTheFileIsNoCode(t *testing.T) {
	data := directory(t)
	k := keep(t, data)
	first := k.code
	k.stop()
	if err := os.WriteFile(filepath.Join(data, "owner-code"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	k = keep(t, data)
	if k.code == "" || k.code == first {
		t.Errorf("%q, and then %q", first, k.code)
	}
}
