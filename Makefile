.PHONY: build install release package-test run test check lint race fuzz bench acceptance torture feedsuite stories-eval stories-growth clean

SHELL := bash

build: ; go build -trimpath -ldflags='-s -w' -o mediawatch ./cmd/mediawatch
install: ; sh contrib/install
release: ; bash contrib/release
package-test: ; bash contrib/package/test
run: ; go run ./cmd/mediawatch serve
test: ; go test ./...
check: ; bash .ci/run --no-install
lint: ; test -z "$$(gofmt -l .)" && go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
race: ; go test -race -short ./fetch ./schedule ./ingest ./follow ./daemon ./web ./store/bolt
fuzz: ; bash .ci/fuzz 20s
bench: ; bash bench/run
acceptance: ; set -o pipefail; go test -json -run '^Test[PSXADGNO][0-9]' ./... | go run ./bench/acceptance docs/acceptance.md
torture: ; MEDIAWATCH_TORTURE=1 go test -timeout 3h ./torture ./schedule ./store/bolt
feedsuite: build ; python3 ../shared/tools/feedsuite.py --plain-titles --each './mediawatch parse --json --base {url} --content-type {ctype} {file}'
stories-eval: ; go run ./bench/stories
stories-growth: ; GROWTH=1000000 go test ./bench/stories -run Growth -timeout 2h -v
clean: ; rm -rf mediawatch bench/out dist # never data or digests: they are yours
