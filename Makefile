# Every target does its own set-up first; all that a machine needs is Python >= 3.11, git and make.
PYTHON ?= python3
SETUP := $(PYTHON) -m scripts.setup

.PHONY: up test bench faults lint fix web lock openapi histories clean help

help: ## show what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

up: ## run the product: Temporal, API with the web page, worker
	@$(SETUP) up

test: ## all checks and tests
	@$(SETUP) test

bench: ## compare with a hand-written Temporal workflow on the same server
	@$(SETUP) bench

faults: ## kill, stop and overload everything at full length, and print a table
	@$(SETUP) faults

lint: ## ruff, mypy, import contracts, web lint
	@$(SETUP) lint

fix: ## mend what ruff and the web linter can mend by themselves
	@$(SETUP) fix

web: ## build the web page that the API serves
	@$(SETUP) web

openapi: ## write web/openapi.json and the TypeScript types made from it
	@$(SETUP) openapi

histories: ## record the golden histories of tests/replay/ (only with a new interpreter version)
	@$(SETUP) histories

lock: ## write the lock files anew from pyproject.toml
	@$(SETUP) lock

clean: ## remove what make made, but nothing of an installation's home
	rm -rf .venv .tools web/node_modules api/static
