# Thin words over scripts/ and CMake presets. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: scan help setup build run demo test check bench fuzz e2e format golden clean

ARGS ?=

help: ## List the words
	@echo 'dhii-mail: make WORD (see README.md)'
	@sed -nE 's/^([a-z0-9]+):.*## (.*)$$/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## Install what the build needs: Debian packages, pinned npm packages, SQLite's source (does nothing when all is there)
	@scripts/setup

build: ## Build the release program with the web app inside: build/release/dhii-mail
	@scripts/build release

run: build ## Build, then start dhii-mail on http://127.0.0.1:8080 with its data in ./data (ARGS="..." are passed to serve)
	@exec build/release/dhii-mail serve $(ARGS)

demo: build ## Like run, with a mail system of its own (Dovecot, Postfix; users alice and bob) and data in a temporary folder
	@exec scripts/demo $(ARGS)

test: ## Build and run every test: units, integration (Dovecot, Postfix), web, browser; ends with "N passed, N failed"
	@scripts/test

check: ## Format, one-way layers, banned constructs, clang-tidy on changed files (ALL=1: on all)
	@scripts/check

format: ## Write the house format (clang-format) into every C++ file
	@scripts/check --fix

bench: ## Measure dhii-mail beside mbsync + notmuch on 10,000 messages and write bench/RESULTS.md (COUNT=n, ARGS="...")
	@bench/run $(ARGS)

fuzz: ## Run each fuzz target for SECONDS_EACH seconds (default 20) under AddressSanitizer
	@scripts/fuzz

scan: ## Let wapiti and sqlmap attack a throw-away server of the release build; they must find nothing
	@scripts/scan

e2e: ## Run the browser tests alone (real Chromium, Dovecot and Postfix)
	@scripts/test e2e

golden: ## Rewrite the expected files of the golden tests, to be reviewed with git diff
	@scripts/golden

clean: ## Remove what was built; keeps ./data and the compiler cache
	rm -rf build web/dist web/node_modules/.vite
