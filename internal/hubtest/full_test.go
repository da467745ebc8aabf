package hubtest_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/hubtest"
)

// used returns how many bytes there are in the files below dir.
func used(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// sayUntil says long things until the answer is of the given type and code.
func sayUntil(t *testing.T, p *hubtest.Program, kind, code string) {
	t.Helper()
	text := strings.Repeat("much ado about nothing ", 200)
	for begin := time.Now(); time.Since(begin) < time.Minute; {
		m := p.Answer(p.Say(text))
		if m.Type == kind && m.Code == code {
			return
		}
		if m.Type == "" || m.Type == api.TypeError && m.Code != "full" {
			t.Fatalf("answered %+v", m)
		}
	}
	t.Fatalf("no answer was %s %s", kind, code)
}

// On a full disk writing is refused, and everything else goes on: reading,
// history, search, coming back, and even coming in to look. When there is space
// writing goes on, without a restart.
func TestFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	d := newDisk(t)
	writer, reader := d.tr.Program("writer", nil), d.tr.Program("reader", nil)
	writer.Answer(writer.Say("zebras graze"))
	find(t, reader, "zebras")

	d.fs.SetQuota(used(t, d.fs.Dir()) + 256<<10)
	sayUntil(t, writer, api.TypeError, "full")
	refused := writer.Say("nothing more")
	if m := writer.Answer(refused); m.Code != "full" {
		t.Errorf("another message is answered %+v", m)
	}
	for _, question := range []string{"/history 10", "/search zebras", "/rooms", "/who", "/ping"} {
		if m := reader.Ask(question); m.Type != api.TypeReply || question[1] != 'p' && len(m.Events)+len(m.Rooms)+len(m.People) == 0 {
			t.Errorf("%s is answered %+v", question, m)
		}
	}
	reader.Drop()
	reader.CatchUp()
	look(t, d.s.Addr())

	d.fs.SetQuota(-1)
	sayUntil(t, writer, api.TypeAck, "")
	if m := writer.Answer(writer.Again(refused)); m.Type != api.TypeAck {
		t.Errorf("what was refused, said again, is answered %+v", m)
	}
	writer.Answer(writer.Say("quaggas graze"))
	find(t, reader, "quaggas")
	writer.Close()
	reader.Close()
	t.Log(d.tr.Judge())
}

// find searches until something is found: the index trails the log.
func find(t *testing.T, p *hubtest.Program, word string) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < time.Minute; {
		if m := p.Ask("/search " + word); m.Type != api.TypeReply {
			t.Fatalf("the search for %s is answered %+v", word, m)
		} else if len(m.Events) > 0 {
			return
		}
	}
	t.Fatalf("%s is not found", word)
}

// look comes in as a person, who can read what is there.
func look(t *testing.T, addr string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprint(conn, "/rooms\n/ping looked\n")
	var seen strings.Builder
	for in := bufio.NewScanner(conn); in.Scan(); {
		fmt.Fprintln(&seen, in.Text())
		if in.Text() == "* pong looked" {
			break
		}
	}
	for _, want := range []string{"disk is full", "#lobby", "* pong looked"} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("somebody who comes in to look does not see %q but\n%s", want, &seen)
		}
	}
}
