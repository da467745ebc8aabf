package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/coder/websocket"
)

// The same lines by WebSocket, for networks that let only the web through.

// webPath is where a server goes on by WebSocket, and webLines what it is asked to
// carry.
const (
	webPath  = "/api/v1/live"
	webLines = "lines.hubbub"
)

// dialWeb connects by http or https, through the proxy that the environment names if
// there is one.
func dialWeb(ctx context.Context, scheme, address string, secure *tls.Config) (net.Conn, error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, DisableKeepAlives: true}
	ws, answer, err := websocket.Dial(ctx, scheme+"://"+address+webPath, &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: transport, CheckRedirect: stayHere},
		Subprotocols: []string{webLines}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil && answer != nil {
		return nil, fmt.Errorf("%w (it answers %q)", errForeign, answer.Status)
	}
	if err != nil {
		return nil, err
	}
	if ws.Subprotocol() != webLines {
		ws.CloseNow()
		return nil, errForeign
	}
	return &webConn{websocket.NetConn(context.WithoutCancel(ctx), ws, websocket.MessageBinary), ws}, nil
}

// stayHere follows no redirection: a token is for the server that was asked for.
func stayHere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// webConn is a WebSocket as a byte stream that ends at once when it is closed, and
// tells of deadlines as others do.
type webConn struct {
	net.Conn
	ws *websocket.Conn
}

// Close implements [net.Conn].
func (c *webConn) Close() error { return c.ws.CloseNow() }

// Read implements [net.Conn].
func (c *webConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, deadlined(err)
}

// Write implements [net.Conn].
func (c *webConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, deadlined(err)
}

// deadlined returns an error as a socket has it: what has a deadline here is a
// context.
func deadlined(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return os.ErrDeadlineExceeded
	}
	return err
}
