#!/usr/bin/env bash
# Builds the program for each platform given as os/arch, without cgo, and vets
# the module's other packages and tests as each operating system sees them, so
# that a file behind a build tag can't stop compiling unseen.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export CGO_ENABLED=0

vetted=" $(go env GOHOSTOS) " # by the linter
for platform in "$@"; do
	export GOOS=${platform%/*} GOARCH=${platform#*/}
	printf '== cross %s\n' "$platform"
	go build -trimpath -o "$out/hubbub" ./cmd/hubbub
	if [[ "$vetted" != *" $GOOS "* ]]; then
		go vet ./...
		vetted+="$GOOS "
	fi
done
