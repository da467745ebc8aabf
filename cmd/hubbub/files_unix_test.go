//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"hubbub/api"
)

// posts sends something to the API in wanda's name, and returns where what it made is.
func (d *desk) posts(path, kind, body string, out any) (location string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, "http://"+d.address+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.SetBasicAuth("wanda", password)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Content-Disposition", `attachment; filename="notes.txt"`)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	if err == nil {
		err = json.Unmarshal(answer, out)
	}
	if err != nil || a.StatusCode != http.StatusCreated {
		d.t.Fatalf("POST %s: %d, %v\n%s", path, a.StatusCode, err, answer)
	}
	return a.Header.Get("Location")
}

// Who has a client that knows nothing of files sees a link, on a line of its own, or
// where it was typed, and once.
func TestStockClientsSeeFilesAsLinks(t *testing.T) {
	d := newDesk(t, "irssi", "weechat", "nc")
	d.register("iris", "wanda")
	wanda := d.weechat()
	all := []*screen{d.netcat(), d.irssi(), wanda}
	everybodySees := func(line string) {
		t.Helper()
		for _, s := range all {
			s.waits(line)
		}
	}

	var shown, typed api.File
	link := d.posts("/uploads", "text/plain", "tea at five", &shown)
	text, err := json.Marshal(api.NewMessage{ID: "w1", Text: "have a look", Files: []string{shown.ID}})
	if err != nil {
		t.Fatal(err)
	}
	d.posts("/rooms/tea/messages", "application/json", string(text), new(api.Done))
	everybodySees("have a look")
	everybodySees("notes.txt (text/plain, 11 B) " + link)

	typedAt := d.posts("/uploads", "text/plain", "tea at six", &typed)
	wanda.says("rather " + typedAt + " than that")
	wanda.says("that is all")
	everybodySees("rather " + typedAt + " than that")
	everybodySees("that is all")
	for _, s := range all {
		for _, once := range []string{link, typedAt} {
			if n := strings.Count(s.shows(), once); n != 1 {
				t.Errorf("%s shows %s %d times:\n%s", s.name, once, n, s.shows())
			}
		}
	}
	a, err := http.Get(typedAt)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if body, err := io.ReadAll(a.Body); err != nil || string(body) != "tea at six" {
		t.Errorf("behind the link is %q, %v", body, err)
	}
}
