# Everything goes through scripts/, which fetch what is missing first (scripts/setup.sh).
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run test watch e2e check schemathesis drill fuzz bench supply sbom setup clean
# One at a time: the targets share cargo's folders.
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\): ## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

run: ## build and start the server, http://127.0.0.1:8080
	@scripts/run.sh

test: ## everything: format, lints, Rust tests, sizes, browser tests
	@scripts/test.sh all

watch: ## rebuild and reload on each change
	@scripts/watch.sh $(ARGS)

e2e: ## browser tests alone; ARGS="name --headed" goes to Playwright
	@scripts/test.sh e2e $(ARGS)

check: ## format and lints alone
	@scripts/test.sh check

schemathesis: ## the API against its own description; ARGS="20000" is how many cases
	@scripts/schemathesis.sh $(ARGS)

drill: ## break what protects customers, fault by fault, and watch the tests catch it
	@scripts/drill.sh $(ARGS)

fuzz: ## what reads foreign input, against invented bytes; ARGS="300" is how many seconds for each reader
	@fuzz/run.sh all $(or $(ARGS),300)

bench: ## measurements, on a quiet machine; ARGS="FOLDER" chooses the disk
	@scripts/bench.sh $(ARGS)

supply: ## licences, sources and known vulnerabilities of everything that others wrote
	@scripts/supply.sh

sbom: ## what is shipped, crate by crate, as CycloneDX: target/sbom
	@scripts/setup.sh check && . .tools/env.sh && cargo xtask sbom

setup: ## fetch all tools, for the tests and for watch as well
	@scripts/setup.sh test && scripts/setup.sh watch

clean: ## remove what was built; the tools in .tools stay
	@rm -rf target end2end/test-results end2end/playwright-report
