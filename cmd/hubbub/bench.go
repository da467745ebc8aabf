package main

import (
	"context"
	"io"

	"hubbub/internal/bench"
)

// benchmark measures a server.
func benchmark(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	return bench.Main(ctx, args, stdout, stderr)
}
