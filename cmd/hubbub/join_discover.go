package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"hubbub/client"
	"hubbub/internal/discover"
	"hubbub/internal/prompt"
	"hubbub/internal/tui"
)

const (
	hereTime = 300 * time.Millisecond // for a server of this machine to take a connection
	seekTime = time.Second            // for those of the network to answer
)

// seek looks for servers on the local network if none answers on this machine,
// and has a person choose. Nothing that they say is believed but that they are
// there: who they are is found out as with every server that one meets.
func (f *joinFlags) seek(ctx context.Context, in *os.File, stderr io.Writer) error {
	here := net.JoinHostPort("127.0.0.1", client.DefaultPort)
	if c, err := net.DialTimeout("tcp", here, hereTime); err == nil {
		c.Close()
		return nil
	}
	language := f.speaks()
	fmt.Fprintln(stderr, say(language, "Nothing answers at %s. Looking for servers on the local network…", here))
	links, err := discover.Open()
	if err != nil || len(links) == 0 {
		return nil // and joining tells that nothing answers here
	}
	searching, stop := context.WithTimeout(ctx, seekTime)
	found := discover.Browse(searching, links)
	stop()
	if len(found) == 0 {
		fmt.Fprintln(stderr, say(language, "None announces itself there; a server does with: %s serve --announce", program()))
		return nil
	}
	input, err := prompt.NewInput(in)
	if err != nil {
		return err
	}
	defer input.Close()
	defer context.AfterFunc(ctx, func() { input.Close() })()
	chosen, ok := choose(found, language, input, stderr)
	if !ok {
		return context.Canceled
	}
	f.address = addressOf(chosen)
	return f.resolve()
}

// addressOf returns what joins a server that was found.
func addressOf(s discover.Found) string {
	address := netip.AddrPortFrom(s.Addr, s.Port).String()
	if s.TLS {
		return "tls://" + address
	}
	return address
}

// choose has a person choose one of the servers, by its number.
func choose(found []discover.Found, language tui.Language, in io.Reader, out io.Writer) (chosen discover.Found, ok bool) {
	for i, s := range found {
		line := "%d: %s, at %s, not encrypted"
		if s.TLS {
			line = "%d: %s, at %s, encrypted"
		}
		fmt.Fprintln(out, say(language, line, i+1, cmp.Or(s.Name, say(language, "a server")), netip.AddrPortFrom(s.Addr, s.Port)))
	}
	for {
		fmt.Fprint(out, say(language, "Which one? A number, or Enter for none: "))
		answer, err := answered(in)
		if answer == "" {
			return chosen, false
		}
		if n, failed := strconv.Atoi(answer); failed == nil && n >= 1 && n <= len(found) {
			return found[n-1], true
		}
		fmt.Fprintln(out, say(language, "There is no number %s; they go from 1 to %d.", prompt.Plain(answer), len(found)))
		if err != nil {
			return chosen, false
		}
	}
}

// maxChoice is how many bytes of an answer are looked at.
const maxChoice = 64

// answered reads a line, and no byte more: what follows is for the chat.
func answered(in io.Reader) (line string, err error) {
	one := make([]byte, 1)
	var b strings.Builder
	for b.Len() < maxChoice {
		n, err := in.Read(one)
		if n > 0 && one[0] == '\n' {
			break
		}
		b.Write(one[:n])
		if err != nil || n == 0 {
			return strings.TrimSpace(b.String()), io.EOF
		}
	}
	return strings.TrimSpace(b.String()), nil
}
