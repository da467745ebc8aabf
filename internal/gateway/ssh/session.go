package ssh

import (
	"golang.org/x/crypto/ssh"
)

// session is the one session of a connection, as the client asks for it (RFC 4254
// §6). It belongs to who attends.
type session struct {
	channel  ssh.Channel // nil before there is one
	requests <-chan *ssh.Request
	window   *window // nil unless the client has a terminal
	wishes   wishes
	task     *task // what it is for; nil as long as the client has not said
}

// attend answers what the client asks for. It returns what the client wants a session
// for, once, or nil when the connection or the session has ended, or stop is closed.
func (v *visit) attend(s *session, stop <-chan struct{}) *task {
	for {
		select {
		case channel, ok := <-v.channels:
			if !ok {
				return nil
			}
			s.offer(channel)
		case r, ok := <-v.globals: // forwarding, and looking whether we are there
			if !ok {
				return nil
			}
			_ = r.Reply(false, nil) // an error ends the channels too
		case r, ok := <-s.requests:
			if !ok {
				return nil
			}
			before := s.task
			_ = r.Reply(s.request(r), nil)
			if before == nil && s.task != nil {
				return s.task
			}
		case <-stop:
			return nil
		}
	}
}

// drain refuses what the client still asks for, until the connection ends. What nobody
// takes would have the protocol wait, so that it could not end.
func (v *visit) drain() {
	v.running.Go(func() { ssh.DiscardRequests(v.globals) })
	for channel := range v.channels {
		_ = channel.Reject(ssh.ResourceShortage, "this connection ends") // an error ends the channels too
	}
}

// offer takes the first session that the client asks for, and nothing else.
func (s *session) offer(channel ssh.NewChannel) {
	var err error
	switch {
	case channel.ChannelType() != "session":
		err = channel.Reject(ssh.Prohibited, "this is a chat; nothing is forwarded")
	case s.channel != nil:
		err = channel.Reject(ssh.ResourceShortage, "one session on each connection; connect once more")
	default:
		s.channel, s.requests, err = channel.Accept()
	}
	_ = err // it ends the channels too
}

// The payloads of requests.
type (
	ptyRequest struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	windowChange struct{ Columns, Rows, Width, Height uint32 }
	execRequest  struct{ Command string }
	envRequest   struct{ Name, Value string }
)

// maxCommand is how many bytes a command can have: a message, and what stands before
// it.
const maxCommand = 16 << 10

// request does what a request asks for, and reports whether it did. Agents, X11 and
// subsystems are not for a chat.
func (s *session) request(r *ssh.Request) bool {
	switch r.Type {
	case "pty-req":
		return s.pty(r.Payload)
	case "window-change":
		var w windowChange
		if s.window == nil || ssh.Unmarshal(r.Payload, &w) != nil {
			return false
		}
		s.window.resize(w.Columns, w.Rows)
		return true
	case "env":
		var e envRequest
		return s.task == nil && ssh.Unmarshal(r.Payload, &e) == nil && s.wishes.set(e.Name, e.Value)
	case "shell":
		return s.take(&task{shell: true})
	case "exec":
		var e execRequest
		if ssh.Unmarshal(r.Payload, &e) != nil || len(e.Command) > maxCommand {
			return false
		}
		return s.take(&task{command: e.Command})
	}
	return false
}

// take takes what the session is for, once.
func (s *session) take(t *task) bool {
	if s.task != nil {
		return false
	}
	s.task = t
	return true
}

// pty takes the terminal that the client has, before it says what for.
func (s *session) pty(payload []byte) bool {
	var p ptyRequest
	if s.task != nil || s.window != nil || ssh.Unmarshal(payload, &p) != nil {
		return false
	}
	if len(p.Term) > maxWish { // nobody's
		p.Term = "dumb"
	}
	s.window = newWindow(p.Term, p.Columns, p.Rows)
	return true
}
