package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
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
	"hubbub/internal/store"
)

// Nothing by which somebody could log in stays anywhere in clear: not in the
// data, but for the two files that are for it; not in a backup, in the log, or
// in what anybody is told, but for the one answer that shows it.
func TestSecretsAreNowhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the files that a server has open can't be read")
	}
	w := watch(t)
	w.live()
	w.search("while the server runs")
	w.stop()
	w.search("after it has stopped")
}

// public is said, so that the search has something to find.
const public = "this-much-may-be-known"

// watched is a server whose every word is noted.
type watched struct {
	*testing.T
	data    string
	addr    string
	owner   auth.Secret
	log     *safeBuffer
	heard   bytes.Buffer // by everybody, without the one answer that shows a secret
	secrets map[string]string
	ended   func()
}

type safeBuffer struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{T: t, data: t.TempDir(), log: &safeBuffer{}, secrets: map[string]string{}}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = on.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan server.Welcome, 1), make(chan error, 1)
	go func() {
		done <- server.Run(ctx, server.Config{
			Data: w.data, Listeners: []net.Listener{on}, Limits: server.NoLimits(),
			Policy:  hub.Policy{Registration: hub.ByInvite, Guests: true},
			Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1},
			Logger:  slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			Ready:   func(welcome server.Welcome) { ready <- welcome },
		})
	}()
	w.ended = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(w.ended)
	select {
	case welcome := <-ready:
		w.owner = welcome.OwnerCode
	case err := <-done:
		t.Fatal(err)
	}
	w.note("the owner's code", w.owner.Reveal())
	return w
}

func (w *watched) stop() { w.ended() }

// note adds a secret to those that are searched for, in all the ways in which it
// can be written.
func (w *watched) note(what, secret string) {
	w.Helper()
	if secret == "" {
		w.Fatalf("%s is empty", what)
	}
	w.secrets[secret] = what
	w.secrets[strings.ReplaceAll(secret, "-", "")] = what
	w.secrets[strings.ToLower(secret)] = what
	w.secrets[hex.EncodeToString([]byte(secret))] = what
}

// voice is a connection.
type voice struct {
	w     *watched
	conn  net.Conn
	in    *bufio.Reader
	pings int
}

func (w *watched) connect() *voice {
	w.Helper()
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	return &voice{w: w, conn: conn, in: bufio.NewReader(conn)}
}

// say sends lines and returns what comes until all of them are done. What
// matches shown, if it is not empty, is a secret, and this is the answer that
// shows it.
func (v *voice) say(shown, what string, lines ...string) []string {
	v.w.Helper()
	v.pings++
	fmt.Fprintf(v.conn, "%s\n/ping %d\n", strings.Join(lines, "\n"), v.pings)
	return v.until(shown, what, fmt.Sprintf("* pong %d\n", v.pings))
}

func (v *voice) until(shown, what, end string) []string {
	v.w.Helper()
	var heard strings.Builder
	for !strings.HasSuffix(heard.String(), end) {
		b, err := v.in.ReadByte()
		if err != nil {
			v.w.Fatalf("instead of %q: %v\n%s", end, err, &heard)
		}
		heard.WriteByte(b)
	}
	return v.w.hear(shown, what, heard.String())
}

// hear takes what somebody was told.
func (w *watched) hear(shown, what, text string) (secrets []string) {
	w.Helper()
	if shown != "" {
		for _, m := range regexp.MustCompile(shown).FindAllStringSubmatch(text, -1) {
			secrets = append(secrets, m[1])
			w.note(what, m[1])
			text = strings.ReplaceAll(text, m[1], "")
		}
		if len(secrets) == 0 {
			w.Fatalf("there is no %s in\n%s", what, text)
		}
	}
	w.heard.WriteString(text)
	return secrets
}

// admin asks for something over the admin socket.
func (w *watched) admin(shown, what, secret string, args ...string) []string {
	w.Helper()
	conn, err := net.Dial("unix", server.AdminSocket(w.data))
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(admin.Request{Args: args, Secret: secret}); err != nil {
		w.Fatal(err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		w.Fatal(err)
	}
	return w.hear(shown, what, answer)
}

const (
	aToken = `(hub_[a-z2-7]{56})`
	aCode  = `([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})`
	aSeed  = `\* ([A-Z2-7]{32})`
)

// live does everything in which a secret has a part.
func (w *watched) live() {
	for what, secret := range map[string]string{
		"alice's password": "correct-horse-battery", "her next one": "staple-and-more-of-it", "bob's password": "tr0ubador-and-three",
		"the console's choice": "chosen-at-the-console", "a wrong password": "nobody-has-this-one", "one mistyped": "correct-horse-batterx",
	} {
		w.note(what, secret)
	}
	alice, bob := w.connect(), w.connect()
	alice.say("", "", public, "/register alice "+w.owner.Reveal(), "correct-horse-battery", "correct-horse-batterx", "")
	alice.say("", "", "/register alice "+w.owner.Reveal(), "correct-horse-battery", "correct-horse-battery")
	code := alice.say(aCode, "an invitation", "/invitation 2")[0]
	unused := alice.say(aCode, "an unused invitation", "/invitation admin")[0]
	w.admin(aCode, "the console's invitation", "", "invite", "3")
	bob.say("", "", "/register bob "+code, "tr0ubador-and-three", "tr0ubador-and-three")
	w.connect().say("", "", "/login alice", "nobody-has-this-one", "", "/login alice nobody-has-this-one", "/login carol", "nobody-has-this-one", "",
		"/register carol "+oneOff(unused), "/register bob "+code, "nobody-has-this-one", "nobody-has-this-one")

	token := alice.say(aToken, "a token", "/token new builds write")[0]
	w.admin(aToken, "a token of the console's", "", "token", "bob", "more")
	w.admin("", "", "chosen-at-the-console", "password", "bob")
	bob = w.connect() // as what came by his password has ended
	bob.say("", "", "/login bob", "chosen-at-the-console")
	w.admin("", "", "", "tokens", "bob")
	program := w.connect()
	fmt.Fprintf(program.conn, "/json {\"token\":%q}\n1 /token\n", token)
	program.until("", "", `"id":"1"`)
	program = w.connect()
	fmt.Fprint(program.conn, "/json {\"user\":\"bob\",\"password\":\"chosen-at-the-console\"}\n1 /sessions\n")
	issued := program.until(aToken, "the token of a program", `"id":"1"`)[0]
	wrong := w.connect()
	fmt.Fprintf(wrong.conn, "/json {\"token\":%q}\n", issued[:len(issued)-1])
	wrong.until("", "", "}\n")
	w.connect().say("", "", "/login "+token, "/token drop 1", "/token drop "+token)

	fmt.Fprint(alice.conn, "/totp on\n")
	seed := alice.until(aSeed, "a seed", "shows: ")[0] // the link has it too, and is cut as well
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		w.Fatal(err)
	}
	w.note("a seed's bytes", string(key))
	codes := alice.say(aCode, "a recovery code", shownNow(key))
	w.connect().say("", "", "/login alice", "correct-horse-battery", codes[0], "/whois")
	w.connect().say("", "", "/login alice", "correct-horse-battery", codes[0], "")
	alice.say("", "", "/password", "correct-horse-battery", "staple-and-more-of-it", "staple-and-more-of-it")
	alice.say("", "", "/audit 100", "/history 200", "/whois bob", "/bans", "/token")
	bob.say("", "", "/token", "/history 200", "/search correct", "/search horse")
	for _, verb := range []string{"audit", "users", "invitations", "sessions"} {
		w.admin("", "", "", verb)
	}
	for _, done := range []string{
		"next time, /login alice.", "next time, /login bob.", "Those were two different passwords", "don't go together",
		"It counts from now on", "Welcome to hubbub, alice", "alice is an owner of this server", "recovery-code", "Your password is changed",
		"is no invitation's code", "The nick bob is taken", "That token is not valid", "bob has another password now",
	} {
		if !strings.Contains(w.heard.String(), done) {
			w.Errorf("nobody was told %q", done)
		}
	}
}

// oneOff is a code that differs from another in its last letter, whichever that is.
func oneOff(code string) string {
	last := len(code) - 1
	if code[last] == 'Z' {
		return code[:last] + "Y"
	}
	return code[:last] + "Z"
}

// shownNow is what an authenticator app shows (RFC 6238, RFC 4226 §5.3).
func shownNow(key []byte) string {
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&0x0f:])&0x7fffffff)%1_000_000)
}

// search looks for secrets wherever they could be. That it looks is seen by what
// is no secret.
func (w *watched) search(when string) {
	w.Helper()
	backup := filepath.Join(w.TempDir(), "backup.db")
	if _, err := store.Backup(w.Context(), w.data, backup, func(string, int) {}); err != nil {
		w.Fatal(err)
	}
	saved, err := os.ReadFile(backup)
	if err != nil {
		w.Fatal(err)
	}
	places := map[string]string{"the backup": string(saved), "what was told": w.heard.String()}
	kept := ""
	err = filepath.WalkDir(w.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "secret.key" || d.Name() == "owner-code" {
			return err
		}
		b, err := os.ReadFile(path)
		places[d.Name()] = string(b)
		kept += string(b)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	for place, text := range map[string]string{"the backup": string(saved), "what was told": w.heard.String(), "the data": kept} {
		if !strings.Contains(text, public) {
			w.Errorf("%s: what was said is not in %s, so nothing would be found there", when, place)
		}
	}
	places["the server's log"] = w.log.String()
	for place, text := range places {
		for secret, what := range w.secrets {
			if strings.Contains(text, secret) {
				w.Errorf("%s: %s is in %s", when, what, place)
			}
		}
	}
}
