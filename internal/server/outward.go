package server

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"hubbub/internal/outward"
	"hubbub/internal/preview"
	"hubbub/internal/push"
)

// pushKeyName is by what push services know the server, in the data directory. Only
// the server's own user can read it, and a backup does not have it.
const pushKeyName = "push.key"

// outwards is what the server has to do with others on the internet.
type outwards struct {
	worker  *outward.Worker
	pushKey string // what browsers subscribe with
	idle    func() // closes connections to push services that are kept for more
}

// openOutward makes ready what looks at links and tells browsers.
func (s *server) openOutward() error {
	keys, err := push.LoadKeys(filepath.Join(s.cfg.Data, pushKeyName))
	if err != nil {
		return fmt.Errorf("server: the key of what is pushed: %w", err)
	}
	o := s.cfg.Reach
	o.Agent = fmt.Sprintf("hubbub/%s (previews of links)", strings.Trim(version(), "()"))
	transport := preview.Transport(o)
	s.outward.pushKey, s.outward.idle = keys.Public(), transport.CloseIdleConnections
	cfg := outward.Config{
		Hub: s.hub, Files: s.files, Sender: push.NewSender(keys, s.contact(), transport), URL: s.cfg.URL, Logger: s.cfg.Logger,
	}
	if s.cfg.Previews {
		cfg.Fetcher = preview.New(o)
	}
	s.outward.worker = outward.New(cfg)
	return nil
}

// contact returns where push services reach whoever runs the server: if nobody says,
// the server itself, if it is one that they can know.
func (s *server) contact() string {
	own := ""
	if strings.HasPrefix(s.cfg.URL, "https://") {
		own = s.cfg.URL
	}
	return cmp.Or(s.cfg.PushContact, own)
}

// run does what there is to do until ctx ends.
func (o *outwards) run(ctx context.Context) {
	defer o.idle()
	o.worker.Run(ctx)
}
