#!/usr/bin/env bash
# Runs the tests whose name matches the first argument, however long they take,
# and fails if there are none: a renamed test must not pass by being absent.
set -euo pipefail
cd "$(dirname "$0")/.."
pattern=$1

packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' ./...)
matching=()
for dir in $packages; do
	if grep -qhE "^func ${pattern#^}" "$dir"/*_test.go; then
		matching+=("$dir")
	fi
done
if [ "${#matching[@]}" = 0 ]; then
	echo "long: no test matches $pattern" >&2
	exit 1
fi
go test -race -count=1 -timeout=0 -v -run "$pattern" "${matching[@]}"
