# `make run` is all a newcomer needs; docs/running.md tells the rest.
.PHONY: help setup setup-dev run serve stop test races fuzz machine bench lock clean chromium
.DEFAULT_GOAL := help

PYTHON ?= python3
HOST := 0.0.0.0
PORT ?= 8000
WORKERS ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
ROUNDS ?= 200
CALLS ?= 20000
STEPS ?= 5000
TEST_WORKERS ?= $(shell n=$(WORKERS); [ "$$n" -gt 4 ] && n=4; echo $$n)

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
DATA := $(or $(VIVEKA_DATA),var)
TEST_ENV := VIVEKA_DATA="$(CURDIR)/var/test" VIVEKA_TEST_CLUSTER=1 VIVEKA_DEBUG=0
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --upgrade --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate
GUNICORN := $(BIN)/gunicorn viveka.wsgi:application --worker-class viveka.server.Worker --no-control-socket --limit-request-line 8190 --timeout 60 \
	--pid "$(DATA)/server-$(PORT).pid"

FIND_CHROMIUM := command -v chromium-headless-shell || command -v chromium

# Stops the database at the end of a recipe, if the recipe started it. Shell text, put in front of the rest.
# What runs beside it (process `beside`) ends with it.
STOP_WHAT_WE_START = set -eu; started=yes; beside=; \
	if $(1) $(MANAGE) database status >/dev/null 2>&1; then started=no; fi; \
	end() { \
		if [ -n "$$beside" ]; then kill -TERM "$$beside" 2>/dev/null || true; wait "$$beside" || true; fi; \
		if [ "$$started" = yes ]; then $(1) $(MANAGE) database stop || true; fi; \
	}; \
	trap end EXIT; trap 'exit 130' INT; trap 'exit 143' TERM HUP

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 16

setup: .venv/.runtime ## install what Viveka needs to run, into .venv
setup-dev: .venv/.dev ## the same, with what its tests need

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Viveka needs Python 3.11 or newer.")'
	@echo "Making .venv and installing what Viveka needs (about half a minute) …"
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@$(PIP) -r requirements-dev.txt
	@touch $@

run: setup ## try it with a demo shop on http://127.0.0.1:PORT (PORT=8000)
	@$(STOP_WHAT_WE_START); trap 'exit 0' INT; \
	$(MANAGE) migrate --noinput --verbosity 0; \
	$(MANAGE) load_demo --if-empty; \
	echo "Viveka runs at http://127.0.0.1:$(PORT)/ - stop it with Ctrl-C."; \
	$(GUNICORN) --bind "127.0.0.1:$(PORT)" --workers $(WORKERS) --log-level warning & beside=$$!; \
	wait "$$beside"

serve: setup ## a shop's own server: HOST=0.0.0.0 PORT=8000 WORKERS=<cores>, no demo data
	@set -eu; \
	$(MANAGE) migrate --noinput --verbosity 0; \
	echo "Viveka serves on http://$(HOST):$(PORT)/ - stop it with Ctrl-C, or with make stop."; \
	exec $(GUNICORN) --bind "$(HOST):$(PORT)" --workers $(WORKERS)

stop: setup ## stop every server of this folder, and its database
	@for file in "$(DATA)"/server-*.pid; do \
		[ -e "$$file" ] || continue; \
		pid=$$(cat "$$file"); \
		kill -TERM "$$pid" 2>/dev/null || { rm -f "$$file"; continue; }; \
		echo "Stopping the server (process $$pid) …"; \
		for second in $$(seq 40); do kill -0 "$$pid" 2>/dev/null || break; sleep 0.5; done; \
	done; \
	$(MANAGE) database stop

test: setup-dev chromium ## everything that must pass before a change is taken
	@$(call STOP_WHAT_WE_START,$(TEST_ENV)); \
	$(BIN)/ruff check .; \
	$(BIN)/ruff format --check .; \
	$(BIN)/djlint templates --check --quiet; \
	$(BIN)/djlint templates --lint --quiet; \
	$(TEST_ENV) $(MANAGE) makemigrations --check --dry-run; \
	mkdir -p var; $(TEST_ENV) $(BIN)/mypy . >var/mypy.txt 2>&1 & beside=$$!; \
	failed=0; $(BIN)/python -m pytest -n $(TEST_WORKERS) --durations=15 || failed=$$?; \
	wait "$$beside" || failed=$$?; beside=; cat var/mypy.txt; \
	exit "$$failed"

races: setup-dev ## the tests with several tills at once, ROUNDS=200 times each, and as many killed servers
	@$(call STOP_WHAT_WE_START,$(TEST_ENV)); \
	VIVEKA_RACE_ROUNDS=$(ROUNDS) VIVEKA_KILLS=$(ROUNDS) $(BIN)/python -m pytest -m races

fuzz: setup-dev ## CALLS=20000 made-up calls of the JSON API, each run others
	@$(call STOP_WHAT_WE_START,$(TEST_ENV)); \
	VIVEKA_FUZZ_CALLS=$(CALLS) $(BIN)/python -m pytest -n 2 -rP tests/api/test_fuzz.py

machine: setup-dev ## STEPS=5000 of what a counter does, each run others, beside plain books
	@$(call STOP_WHAT_WE_START,$(TEST_ENV)); \
	VIVEKA_MACHINE_STEPS=$(STEPS) $(BIN)/python -m pytest -s tests/test_counter_machine.py

bench: setup-dev ## measure speed and scale, against the floor in benchmarks/
	@$(BIN)/python -m benchmarks

chromium:
	@if ! { $(FIND_CHROMIUM); } >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests …"; \
		apt-get update -qq; \
		for package in chromium-headless-shell chromium; do \
			apt-get install -y -qq --no-install-recommends "$$package" >/dev/null && break; \
		done; \
	fi || true
	@if ! { $(FIND_CHROMIUM); } >/dev/null; then \
		echo "!!! No Chromium: the browser tests will not run."; \
		[ "$${CI:-}" != true ]; \
	fi

lock: setup-dev ## pin the newest versions that requirements*.in allow, with hashes
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

clean: ## remove .venv, caches and the tests' data; never the shop's
	@if [ -x $(BIN)/python ]; then $(TEST_ENV) $(MANAGE) database stop || true; fi
	@rm -rf .venv var/test .ruff_cache .mypy_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
