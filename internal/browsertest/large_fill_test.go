package browsertest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"hubbub/api"
)

// fill puts messages into rooms, by connections that say nothing else. Nobody looks on:
// a page would be told of every message.
func (s *site) fill() {
	s.t.Helper()
	begun := time.Now()
	s.talk(func(in io.Writer) {
		fmt.Fprintf(in, "/login otter\n%s\n", password)
		for i := range *largeRooms {
			fmt.Fprintf(in, "/join #%s\n", roomName(i))
		}
	})
	const writers = 4
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() { s.talk(func(in io.Writer) { write(in, w, writers) }) })
	}
	group.Wait()
	s.t.Logf("filled with %d messages in %.1f s", *largeMessages, time.Since(begun).Seconds())
}

// write says every n-th room's share.
func write(in io.Writer, w, n int) {
	fmt.Fprintf(in, "/nick writer%d\n", w)
	for room := w; room < *largeRooms; room += n {
		count := (*largeMessages - long()) / (*largeRooms - 1)
		if room == 0 {
			count = long()
		}
		fmt.Fprintf(in, "/join #%s\n", roomName(room))
		for i := range count {
			fmt.Fprintf(in, "%s says %d: the kettle of %x is on, and *somebody* has brought %x cakes\n", roomName(room), i, i*7919, i*104729%977)
		}
		fmt.Fprintf(in, "/leave\n")
	}
}

// talk says lines over a connection, and returns when all is done that they ask for.
func (s *site) talk(say func(in io.Writer)) {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer conn.Close()
	go func() {
		in := bufio.NewWriterSize(conn, 1<<16)
		say(in)
		in.Flush() // an end of it is seen below
		conn.(*net.TCPConn).CloseWrite()
	}()
	if _, err := io.Copy(io.Discard, conn); err != nil {
		s.t.Error(err)
	}
}

// awaitSearch waits until the search knows everything, and tells how far behind it was.
func (s *site) awaitSearch() {
	s.t.Helper()
	begun, cookies := time.Now(), s.login("otter")
	first := s.searchBehind(cookies)
	for behind := first; behind > 0; behind = s.searchBehind(cookies) {
		if time.Since(begun) > 10*time.Minute {
			s.t.Fatalf("the search is %d events behind, and was %d", behind, first)
		}
	}
	s.t.Logf("the search was %d events behind, and had caught up %.1f s later", first, time.Since(begun).Seconds())
}

// searchBehind returns how many events the search does not know yet.
// The server waits a moment for it, so asking again and again keeps no machine busy.
func (s *site) searchBehind(cookies []*http.Cookie) int {
	s.t.Helper()
	var found api.Found
	s.ask(cookies, "/api/v1/search?q=kettle", &found)
	return found.Behind
}

// asksRooms tells how long the server takes to list somebody's rooms, with what is unread.
func (s *site) asksRooms() {
	s.t.Helper()
	var times []float64
	cookies := s.login("otter")
	for range 10 {
		var rooms any
		begun := time.Now()
		s.ask(cookies, "/api/v1/rooms", &rooms)
		times = append(times, time.Since(begun).Seconds()*1000)
	}
	tell(s.t, "the list of rooms, from the server", times)
}

// ask asks the server for JSON.
func (s *site) ask(cookies []*http.Cookie, path string, into any) {
	s.t.Helper()
	ask, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url(path), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, cookie := range cookies {
		ask.AddCookie(cookie)
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		s.t.Fatalf("%s: %s: %v", path, answer.Status, err)
	}
}
