package ssh

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// visit is one connection, from its first byte to its last.
type visit struct {
	gateway  *Gateway
	ctx      context.Context // of the server
	socket   *socket
	peer     gateway.Peer
	patience *time.Timer // closes the connection of who takes too long to come in

	conn     *ssh.ServerConn
	channels <-chan ssh.NewChannel
	globals  <-chan *ssh.Request
	key      chat.Key // that is counted; zero for none

	// Set while it is waited for what the client wants; read by whoever serves it then.
	task    *task
	channel ssh.Channel
	stream  *stream
	window  *window // nil without a terminal
	wishes  wishes
	fed     bool // what comes in is fed to the session already
	passing bool // the key by which they are recognised is of this connection alone
	crowded bool // there is no whole screen, since there are too many

	passage *gateway.Passage // by which who chats in lines goes on with a screen; nil for most

	running sync.WaitGroup // what attends, feeds and looks whether the peer is there
	gone    chan struct{}  // closed by who attends, when the channel has ended

	mu    sync.Mutex  // guards the following
	alive *time.Timer // looks whether the peer is there; nil before and after the session
}

// task is what a client has a session for.
type task struct {
	shell   bool
	command string
}

var (
	errStopping = errors.New("the server stops")
	errTooMany  = errors.New("too many connections with this key")
	errSilent   = errors.New("no session was asked for")
)

// open agrees on keys and finds out who the peer is.
func (v *visit) open(stopping context.Context) error {
	v.patience = time.AfterFunc(keyExchangeTime, func() { v.socket.Close() })
	stop := context.AfterFunc(stopping, func() { v.socket.Close() })
	w := &who{visit: v}
	conn, channels, globals, err := ssh.NewServerConn(v.socket, w.config())
	stopped := !stop()
	if err != nil {
		v.patience.Stop()
		return fmt.Errorf("ssh: let a client in: %w", err)
	}
	v.conn, v.channels, v.globals = conn, channels, globals
	if stopped {
		v.patience.Stop()
		return errStopping
	}
	v.socket.open.Store(true)
	v.peer.As, v.peer.Room = conn.Permissions.ExtraData[asKey{}].(*hub.Arrival), w.room
	if key := v.peer.As.Key; !key.IsZero() {
		if !v.gateway.enter(key) {
			v.patience.Stop()
			return errTooMany
		}
		v.key = key
	}
	v.patience.Reset(askTime)
	return v.wanted(stopping)
}

// wanted waits for what the client wants, and gets it ready.
func (v *visit) wanted(stopping context.Context) error {
	var asked session
	t := v.attend(&asked, stopping.Done())
	v.patience.Stop()
	if t == nil {
		if asked.requests != nil {
			v.running.Go(func() { ssh.DiscardRequests(asked.requests) }) // see drain
		}
		v.forget()
		return errSilent
	}
	v.task, v.channel, v.window, v.wishes = t, asked.channel, asked.window, asked.wishes
	v.stream = newStream(asked.channel, v.socket, v.gateway.cfg.Stall)
	v.peer.Conn = v.stream
	v.running.Go(func() {
		v.attend(&asked, nil)
		close(v.gone)
		v.drain()
	})
	v.watch()
	return nil
}

// forget ends the counting of the key.
func (v *visit) forget() {
	if !v.key.IsZero() {
		v.gateway.leave(v.key)
	}
}

// start begins what the client wants, and returns the rest of it.
func (v *visit) start(stopping context.Context) (rest func()) {
	switch {
	case !v.task.shell:
		v.showLines(false)
		return func() { v.end(v.perform(v.task.command)) }
	case v.entersScreen():
		v.feed()
		return func() { v.chat(nil, stopping) }
	}
	lines := v.converse()
	return func() { v.chat(lines, stopping) }
}

// chat serves somebody who chats until they go: in lines, if these have begun, and with
// whole screens, as one follows the other.
func (v *visit) chat(lines func(), stopping context.Context) {
	for {
		if lines == nil {
			lines = v.screens(stopping)
		}
		if lines == nil {
			break
		}
		lines()
		if v.passage == nil {
			break
		}
		v.unshowLines()
		lines = nil
	}
	v.end(0)
}

// feed has what comes in fed to the session, whatever that is.
func (v *visit) feed() {
	if !v.fed {
		v.fed = true
		v.running.Go(func() { v.stream.feed(nil) })
	}
}

// hush ends the reading of lines that may have begun when all others were told to end.
func (v *visit) hush() {
	_ = v.stream.SetReadDeadline(time.Now().Add(gateway.StopGrace)) // a pipe's never fails
}

// showLines has lines be shown on the client's terminal, if there is one, to chat or to
// see how a command goes.
func (v *visit) showLines(chats bool) {
	if v.window == nil {
		return
	}
	t := v.window.begin()
	t.attach(v.stream, chats)
	v.peer.Echo = t.echo
}

// unshowLines undoes showLines.
func (v *visit) unshowLines() {
	t := v.window.end()
	v.stream.terminal.Store(nil)
	t.leave()
	_ = v.stream.SetWriteDeadline(time.Time{}) // which lines may have set; it never fails
}

// converse begins to chat in lines, and returns the rest of it.
func (v *visit) converse() (rest func()) {
	v.showLines(true)
	_ = v.stream.SetReadDeadline(time.Time{}) // which a screen has set; a pipe's never fails
	v.feed()
	if v.crowded {
		_, _ = v.stream.Write([]byte(crowdedText)) // or there is nobody to read it
		v.crowded = false                          // once is enough
	}
	return v.gateway.cfg.Lines.Greet(v.ctx, &v.peer)
}

// watch looks now and then whether the peer is still there. A timer does, so that
// nothing waits meanwhile.
func (v *visit) watch() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running.Add(1)
	v.alive = time.AfterFunc(keepAlive, v.look)
}

// look asks the peer for any answer, and closes the connection if none comes before
// it would look again. While the session does not take what it is sent nobody is
// asked, since the answer would be behind that.
func (v *visit) look() {
	defer v.running.Done()
	var err error
	if v.socket.taking.Load() {
		late := time.AfterFunc(keepAlive, v.miss)
		_, _, err = v.conn.SendRequest("keepalive@openssh.com", true, nil)
		late.Stop()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err == nil && v.alive != nil {
		v.running.Add(1)
		v.alive.Reset(keepAlive)
	}
}

// miss closes the connection of a peer whose answer has not come, unless it may still
// be behind something else.
func (v *visit) miss() {
	if v.socket.taking.Load() {
		v.socket.Close()
	}
}

// unwatch ends the looking.
func (v *visit) unwatch() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.alive.Stop() {
		v.running.Done()
	}
	v.alive = nil
}

// end tells the client how it went, waits a moment for it to go, and closes.
func (v *visit) end(status int) {
	late := time.AfterFunc(closeTime, func() { v.socket.Close() })
	if t := v.stream.terminal.Load(); t != nil {
		t.leave()
	}
	_ = v.stream.Close()       // a pipe's end never fails to be closed
	_ = v.channel.CloseWrite() // here and below: or there is nobody to tell
	_, _ = v.channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
	_ = v.channel.Close()
	_ = v.conn.Wait()
	late.Stop()
	v.socket.Close()
	v.unwatch()
	v.running.Wait()
	v.forget()
}
