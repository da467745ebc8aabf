#!/usr/bin/env bash
# Looks for what is wrong without running it. Every step runs, so that one run
# tells everything; the exit status is 1 if any of them failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=0

step() { # step NAME COMMAND...
	printf '== lint %s\n' "$1"
	"${@:2}" || { printf '== lint %s failed\n' "$1" >&2 && failed=1; }
}

unformatted=$(gofmt -l . 2>&1)
step gofmt test -z "$unformatted"
[ -z "$unformatted" ] || printf 'make fmt mends these:\n%s\n' "$unformatted" >&2
step vet go vet ./...
step staticcheck go tool staticcheck ./...
step go.mod go mod tidy -diff
if command -v shellcheck >/dev/null; then
	step shellcheck shellcheck .ci/run scripts/*.sh
fi
exit "$failed"
