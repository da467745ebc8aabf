package server_test

import (
	"bufio"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// talker is somebody with an IRC client.
type talker struct {
	*testing.T
	conn  net.Conn
	lines *bufio.Reader
}

// talkTo connects, as somebody who echoes what they say, and joins #lobby.
func talkTo(t *testing.T, address, nick string) *talker {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	p := &talker{t, c, bufio.NewReader(c)}
	p.says("CAP REQ echo-message", "NICK "+nick, "USER "+nick+" 0 * :"+nick, "CAP END", "JOIN #lobby")
	return p
}

func (p *talker) says(lines ...string) {
	p.Helper()
	if _, err := io.WriteString(p.conn, strings.Join(lines, "\r\n")+"\r\n"); err != nil {
		p.Fatal(err)
	}
}

// hears reads up to a line with some words in it, and returns that.
func (p *talker) hears(words string) string {
	p.Helper()
	for {
		line, err := p.lines.ReadString('\n')
		if err != nil {
			p.Fatalf("before %q: %v", words, err)
		}
		if strings.Contains(line, words) {
			return strings.TrimSpace(line)
		}
	}
}

// asks sends a request to the server.
func asks(t *testing.T, method, url string, with func(*http.Request), body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if with != nil {
		with(r)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Body.Close() })
	return a
}

// What IRC clients do with files (https://soju.im/filehost): they are told where to,
// upload by the credentials that they log in with, and say the link.
func TestIRCClientsUploadFiles(t *testing.T) {
	const password = "correct horse battery"
	address := whole(t)
	ada, bob := talkTo(t, address, "ada"), talkTo(t, address, "bob")
	_, rest, _ := strings.Cut(ada.hears("soju.im/FILEHOST="), "soju.im/FILEHOST=")
	to, _, _ := strings.Cut(rest, " ")
	bob.hears("366")
	ada.says("REGISTER * * :"+password, "JOIN #lobby")
	ada.hears(" 900 ")
	ada.says("NS TOKEN NEW files")
	_, token, _ := strings.Cut(ada.hears(":hub_"), " :hub_")

	a := asks(t, "OPTIONS", to, nil, "")
	if a.StatusCode != 204 || a.Header.Get("Allow") != "POST" || a.Header.Get("Accept-Post") != "*/*" {
		t.Errorf("asked what it takes, it answers %d %v", a.StatusCode, a.Header)
	}
	for what, with := range map[string]func(*http.Request){
		"nobody":           nil,
		"a wrong password": func(r *http.Request) { r.SetBasicAuth("ada", "wrong") },
		"a wrong token":    func(r *http.Request) { r.Header.Set("Authorization", "Bearer hub_wrong") },
	} {
		if a := asks(t, "POST", to, with, "text"); a.StatusCode != 401 {
			t.Errorf("%s is answered with %d", what, a.StatusCode)
		}
	}

	for name, with := range map[string]func(*http.Request){
		"by password.txt": func(r *http.Request) { r.SetBasicAuth("ada", password) },
		"by token ż.txt":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer hub_"+token) },
	} {
		a := asks(t, "POST", to, func(r *http.Request) {
			with(r)
			r.Header.Set("Content-Type", "text/plain")
			r.Header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+strings.NewReplacer(" ", "%20", "ż", "%C5%BC").Replace(name))
		}, "what is in it")
		link := a.Header.Get("Location")
		if a.StatusCode != 201 || !strings.HasPrefix(link, "http://"+address+"/files/") {
			t.Fatalf("%s: %d at %q", name, a.StatusCode, link)
		}
		if a := asks(t, "GET", link, nil, ""); a.StatusCode != 404 {
			t.Errorf("before it is said everybody gets %d", a.StatusCode)
		}

		// Somebody else who says the link has no file by it.
		bob.says("PRIVMSG #lobby :is it " + link)
		bob.hears("is it")
		if a := asks(t, "GET", link, nil, ""); a.StatusCode != 404 {
			t.Errorf("when somebody else has said the link everybody gets %d", a.StatusCode)
		}

		ada.says("PRIVMSG #lobby :look "+link+" and "+link, "PRIVMSG #lobby :again "+link, "PRIVMSG bob,#lobby :both "+link, "PRIVMSG #lobby :done")
		for who, p := range map[string]*talker{"ada": ada, "bob": bob} {
			said := p.hears("look ")
			if want := "PRIVMSG #lobby :look " + link + " and " + link; !strings.HasSuffix(said, want) {
				t.Errorf("%s reads %q, want %q", who, said, want)
			}
			for _, want := range []string{":again " + link, ":both " + link, ":done"} {
				if next := p.hears(" #lobby :"); !strings.HasSuffix(next, want) {
					t.Errorf("%s reads %q, want %q", who, next, want)
				}
			}
		}
		got := asks(t, "GET", link, nil, "")
		if body, err := io.ReadAll(got.Body); err != nil || got.StatusCode != 200 || string(body) != "what is in it" {
			t.Errorf("when it is said everybody gets %d %q, %v", got.StatusCode, body, err)
		}
		if _, params, err := mime.ParseMediaType(got.Header.Get("Content-Disposition")); err != nil || params["filename"] != name {
			t.Errorf("it is called %q, %v, want %q", params["filename"], err, name)
		}
		ada.says("PRIVMSG #lobby :once more " + link)
		ada.hears(":once more " + link)
	}
}
