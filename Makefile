# make demo | setup | lint | test | test-nightly | functions | bench-intake | bench-pages | bench-simulate | bench-classify | bench-dispatch | bench-analysis | screenshots
# Nothing but Python >= 3.11 (with venv), Node (with npm) and make is needed beforehand.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= $(shell scripts/python)
BIN := .venv/bin
RUN := $(BIN)/open12345
PORT ?= 8000
PACK ?= jiuting
export PORT PACK
export UV_PYTHON_DOWNLOADS := never
# A machine may forbid to keep compiled modules: each process would compile all libraries anew, ten seconds long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo setup lint test test-nightly functions bench-intake bench-pages bench-texts bench-classify bench-dispatch bench-assist bench-desk bench-repeats bench-analysis bench-screen screenshots drill clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup ## start everything with invented people and orders: http://127.0.0.1:$(PORT)
	@exec $(RUN) up --demo

setup: .venv/.python-ready node_modules/.npm-ready ## fetch the locked Python and npm packages

lint: setup ## ruff, mypy, import-linter, djlint, function marks, English messages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint src --check --lint --quiet
	$(BIN)/python -m tests.functions --check
	$(BIN)/python -m tests.messages --check

test: setup ## the whole suite on a real PostgreSQL
	$(BIN)/pytest -n 2 --dist worksteal

test-nightly: setup ## the long profiles
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n 2 --dist worksteal -m "nightly or not nightly"

functions: setup ## write docs/functions.md: which tests prove which point
	$(BIN)/python -m tests.functions

bench-intake: setup ## accepted orders per second beside the limit of the database
	$(BIN)/python bench/intake.py

bench-pages: setup ## how long lists, pages and searches take at 100,000 orders beside 1,000
	$(BIN)/python -W ignore bench/pages.py

bench-texts: setup ## how fast the simulator's texts come, how alike they are, how well a linear model tells them apart
	$(BIN)/python -m bench.texts

bench-classify: setup ## how good and fast the classifier is beside a plain one; TEXTS=file.csv, else invented texts
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python bench/classify.py

bench-dispatch: setup ## category, unit and repeats beside the duty list, and how fast a changed practice is followed; PACK=baoshan
	OMP_NUM_THREADS=1 PYTHONPATH=. $(BIN)/python -W ignore bench/dispatch.py

bench-assist: setup ## how long the help of the intake desk takes while eight agents type; BENCH_AGENTS, BENCH_SECONDS
	PYTHONPATH=. $(BIN)/python -W ignore bench/assist.py

bench-desk: setup ## how long the dispatch desk takes with 400 and 2,000 orders waiting, and how large it is
	PYTHONPATH=. $(BIN)/python -W ignore bench/desk.py

bench-simulate: setup ## orders per second of simulated history beside raw COPY of the same rows
	PYTHONPATH=. $(BIN)/python -W ignore bench/simulate.py

bench-screen: setup ## how long after it is accepted an order stands on the big screen, at 10 orders/s
	PYTHONPATH=. $(BIN)/python -W ignore bench/screen.py

bench-repeats: setup ## how fast and how right repeats are found, at a million orders; BENCH_ORDERS
	$(BIN)/python -W ignore bench/repeats.py

bench-analysis: setup ## twelve cuts over 7,000,000 rows of facts beside the same in SQL by hand
	PYTHONPATH=. $(BIN)/python -W ignore bench/analysis.py

screenshots: setup ## take the pictures of the README anew (needs Chromium)
	@mkdir -p docs/pictures
	OPEN12345_PICTURES=docs/pictures $(BIN)/pytest -n 0 -q tests/walks/test_fit.py -k readme

drill: setup ## play the breaker drill and take its pictures anew: docs/drill.md (needs Chromium)
	$(BIN)/pytest -n 0 -q tests/walks/drill.py

clean: ## remove what was fetched (never var/)
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# --- set-up: each step once, again only when its list of packages changes ---------------------------
# A package of which a stopped set-up left half counts as installed: after one, all are installed anew.

.venv/.uv-ready:
	@python='$(PYTHON)'; scripts/check-machine "$$python" && \
	  echo "making .venv with $$python ($$("$$python" -c 'import platform; print(platform.python_version())')) …" && \
	  "$$python" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9" || scripts/no-network "uv from PyPI"
	@touch $@

.venv/.python-ready: .venv/.uv-ready pyproject.toml uv.lock
	@echo "fetching Python packages …"
	@again=; [ ! -e .venv/.python-begun ] || again=--reinstall; touch .venv/.python-begun; \
	  $(BIN)/uv sync --locked --inexact --quiet $$again || scripts/no-network "the Python packages"
	@rm -f .venv/.python-begun
	@touch $@

node_modules/.npm-ready: package.json package-lock.json
	@scripts/check-machine $(PYTHON)
	@echo "fetching npm packages …"
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error || scripts/no-network "the npm packages"
	@touch $@
