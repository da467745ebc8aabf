#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other, each for as long
# as the first argument says: a time (10s) or a number of inputs (1000x).
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${1:-10s}

# targets prints "package target" for each, as the sources declare them.
targets() {
	local package dir
	while read -r package dir; do
		sed -n "s|^func \(Fuzz[A-Za-z0-9_]*\)(.*|$package \1|p" "$dir"/*_test.go
	done < <(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}' ./...)
}

found=0
while read -r package target; do
	found=$((found + 1))
	printf '== fuzz %s %s\n' "$package" "$target"
	go test -run='^$' -fuzz="^$target\$" -fuzztime="$fuzztime" "$package" </dev/null
done < <(targets)

if [ "$found" = 0 ]; then
	echo "fuzz: no target found, so the pattern in this script must be wrong" >&2
	exit 1
fi
