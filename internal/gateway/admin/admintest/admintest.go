// Package admintest is a console for the transcripts of gateways: what is asked
// for is a line, and the answer is lines.
package admintest

import (
	"context"
	"strings"
	"time"

	"hubbub/internal/door"
	"hubbub/internal/gateway/admin"
	"hubbub/internal/hub"
)

// Ask asks for what hubbub admin would with these words, and returns the answer
// line by line. A word that begins with = is a password.
func Ask(ctx context.Context, h *hub.Hub, d *door.Door, words string) []string {
	var req admin.Request
	for word := range strings.FieldsSeq(words) {
		if secret, ok := strings.CutPrefix(word, "="); ok {
			req.Secret = secret
		} else {
			req.Args = append(req.Args, word)
		}
	}
	cfg := admin.Config{Hub: h, Door: d, Zone: time.UTC}
	resp := cfg.Answer(ctx, req)
	var lines []string
	switch {
	case resp.Error != "":
		lines = append(lines, "! "+resp.Error)
	case resp.Text != "":
		lines = strings.Split(strings.TrimSuffix(resp.Text, "\n"), "\n")
	}
	for _, row := range resp.Rows {
		var cells []string
		for _, column := range resp.Columns {
			cells = append(cells, column+"="+row[column])
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}
