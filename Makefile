# Every target that has a "##" is listed by a bare make, in this order.

GO       ?= go
FUZZTIME ?= 10s
SOAK     ?= 10m
CRASHES  ?= 50
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
# One of each system that is not the one at hand, and one of the other processor.
FOREIGN   = linux/arm64 darwin/arm64 windows/amd64

.DEFAULT_GOAL := help
.PHONY: help check test page race fuzz bench allocs soak crash cross lint fmt cover vuln clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## what has to pass before a push: lint, page, cross for three platforms, race (with the fuzz targets' seeds)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory page
	@$(MAKE) --no-print-directory cross PLATFORMS="$(FOREIGN)"
	@$(MAKE) --no-print-directory race RACEFLAGS=-short

test: ## run the tests
	$(GO) test ./...

page: ## check the types of the page's modules, and test what needs no browser (needs node and npm)
	scripts/page.sh

race: ## run the tests in random order under the race detector (RACEFLAGS=-short: shorter ones)
	$(GO) test -race -shuffle=on $(RACEFLAGS) ./...

fuzz: ## run every fuzz target for FUZZTIME (10s; 1000x is so many inputs)
	scripts/fuzz.sh $(FUZZTIME)

bench: ## compare the cost of a delivery with that of two bare loops
	$(GO) build -o bin/hubbub ./cmd/hubbub
	bin/hubbub bench compare

allocs: ## run the benchmarks of the packages, counting allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

soak: ## check a long mixed workload, of length SOAK (10m)
	HUBBUB_SOAK=$(SOAK) scripts/long.sh '^TestSoak'

crash: ## kill the server under load CRASHES times (50) and check what survives
	HUBBUB_CRASHES=$(CRASHES) scripts/long.sh '^TestCrash'

cross: ## build for every platform without cgo, and vet what each has of its own
	scripts/cross.sh $(PLATFORMS)

lint: ## look for what is wrong without running it: gofmt, vet, staticcheck, go.mod
	scripts/lint.sh

fmt: ## format the code
	gofmt -w .

cover: ## tell how much of the code the tests reach; the profile is cover.out
	$(GO) test -coverpkg=./... -coverprofile=cover.out ./...
	$(GO) tool cover -func=cover.out | tail -n 1

vuln: ## look for known vulnerabilities (needs the network: vuln.go.dev)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

clean: ## remove what the other targets leave
	rm -rf bin cover.out
