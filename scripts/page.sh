#!/usr/bin/env bash
# Checks the page: its types, and the tests of what needs no browser. The type
# checker comes from npm at the version in page/package-lock.json, into the
# cache: the tree stays as it is, and the next run finds it there.
set -euo pipefail
cd "$(dirname "$0")/../page"
tools=${XDG_CACHE_HOME:-$HOME/.cache}/hubbub/page-$(cksum <package-lock.json | cut -d ' ' -f 1)
if [ ! -x "$tools/node_modules/.bin/tsc" ]; then
	mkdir -p "$tools"
	cp package.json package-lock.json "$tools"
	for try in 1 2 3; do # a registry has a bad moment now and then
		npm ci --prefix "$tools" --silent --no-audit --no-fund && break
		[ "$try" -lt 3 ] || exit 1
		sleep $((try * 5))
	done
fi
"$tools/node_modules/.bin/tsc" -p .
"$tools/node_modules/.bin/tsc" -p tsconfig.worker.json
node --test --test-reporter=dot test/*.test.js # as newer ones of Node take no directory
