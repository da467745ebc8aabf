package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway/admin"
)

// The names of what concerns accounts in the data directory, beside the
// database. Only the server's own user can read any of it.
const (
	secretName    = "secret.key" // encrypts the second factors, and what SCRAM needs; a backup does not have it
	ownerCodeName = "owner-code" // until there is an owner
	adminName     = "admin.sock" // hubbub admin speaks to it while the server runs
)

// AdminSocket returns where hubbub admin finds the server of a data directory.
func AdminSocket(data string) string { return filepath.Join(data, adminName) }

// openDoor makes ready what proves who somebody is.
func (s *server) openDoor() error {
	sealer, err := auth.LoadSealer(filepath.Join(s.cfg.Data, secretName))
	if err != nil {
		return fmt.Errorf("server: the key of what is sealed: %w", err)
	}
	params := s.cfg.Hashing
	if params == (auth.Params{}) {
		params = auth.DefaultParams()
	}
	s.door = door.New(door.Config{
		Hub: s.hub, Hasher: auth.NewHasher(params), Sealer: sealer, Name: s.cfg.NetworkName,
		Password: s.cfg.Password, Opers: s.cfg.Opers, Site: s.cfg.Site, OIDC: s.cfg.OIDC, Unthrottled: s.cfg.Limits.Unthrottled,
	})
	return nil
}

// ownerCode returns the code that makes whoever registers with it the owner, as
// long as there is none: the one that an earlier start left, or a new one. It is
// told on the console, and kept in a file that is removed once there is an owner.
func (s *server) ownerCode(ctx context.Context) (auth.Secret, error) {
	path := filepath.Join(s.cfg.Data, ownerCodeName)
	if s.hub.HasOwner() {
		s.removeOwnerCode()
		return "", nil
	}
	if code, ok := s.keptCode(ctx, path); ok {
		return code, nil
	}
	code, refused := s.door.Invite(ctx, s.hub.Console(), door.Invitation{Role: chat.OwnerRole, Uses: 1})
	if refused != nil {
		if refused.Code == chat.Full {
			return "", nil // people can still read
		}
		return "", fmt.Errorf("server: make the owner's code: %w", refused)
	}
	if err := os.WriteFile(path, []byte(code.Reveal()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("server: keep the owner's code: %w", err)
	}
	return code, nil
}

// forgetOwnerCode removes the file with the owner's code once there is an owner.
func (s *server) forgetOwnerCode(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for !s.hub.HasOwner() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	s.removeOwnerCode()
}

func (s *server) removeOwnerCode() {
	if err := os.Remove(filepath.Join(s.cfg.Data, ownerCodeName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.cfg.Logger.Warn("the owner's code could not be removed; it is used up, but should not lie about", "err", err)
	}
}

// keptCode returns the code that is kept, if it still lets somebody in.
func (s *server) keptCode(ctx context.Context, path string) (auth.Secret, bool) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 1024 {
		return "", false
	}
	code := strings.TrimSpace(string(data))
	key, ok := auth.ParseCode(code)
	if !ok {
		return "", false
	}
	all, refused := s.hub.Invitations(ctx)
	if refused != nil {
		return "", false
	}
	for _, v := range all {
		if v.Key == key && v.Role == chat.OwnerRole {
			return auth.Secret(code), true
		}
	}
	return "", false
}

// administer has hubbub admin served from now on, in the background, until ctx
// ends. The server goes on without if it can't.
func (s *server) administer(ctx context.Context, background *sync.WaitGroup) {
	l, err := listenPrivately(AdminSocket(s.cfg.Data))
	if err != nil {
		s.cfg.Logger.Warn("hubbub admin can't reach this server", "err", err)
		return
	}
	cfg := admin.Config{Hub: s.hub, Door: s.door, Logger: s.cfg.Logger, Zone: s.cfg.Zone}
	background.Go(func() {
		if err := admin.Serve(ctx, cfg, l); err != nil {
			s.cfg.Logger.Error("hubbub admin can't reach this server any more", "err", err)
		}
	})
}

// listenPrivately listens on a Unix socket that only our own user can open. The
// directory is locked for us, so what lies there is left by a server that is
// gone. The data directory itself is ours alone, so nobody can open the socket
// before its mode is right.
func listenPrivately(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("server: remove the old admin socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("server: listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("server: keep others from %s: %w", path, err)
	}
	return l, nil
}
