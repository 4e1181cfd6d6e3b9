# Salesyear: each target is one line that can be typed by hand once `make .venv` has run.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := PYTHONPATH=.tools .tools/bin/uv
# uv does not read pip's settings; hand it the index that pip was given, if any.
export UV_DEFAULT_INDEX ?= $(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null)
ifeq ($(UV_DEFAULT_INDEX),)
unexport UV_DEFAULT_INDEX
endif
# The tests start many processes: compiled once, not in each of them.
unexport PYTHONDONTWRITEBYTECODE
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: run test check fix messages bench lock clean system
.DEFAULT_GOAL := help

help:
	@echo "make run     set up, load the sample company, serve it at http://127.0.0.1:8000"
	@echo "make run PLAN=plan/  serve the plan that salesyear plan --out plan/ has made"
	@echo "make test    set up what the tests need and run them all, on SQLite and on PostgreSQL"
	@echo "make check   style, types, floors, messages"
	@echo "make fix     mend what can be mended by itself"
	@echo "make messages  collect texts to translate, and compile what is translated"
	@echo "make bench   run the benchmarks (long)"

.tools/bin/uv: requirements/tools.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes --upgrade --target .tools -r requirements/tools.txt
	@touch $@

.venv/bin/python: .tools/bin/uv
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@touch $@

# Three sets, each a superset of the one before: run (the product), dev (tests), bench (the peers).
.stamps/run: .venv/bin/python requirements/run.lock pyproject.toml
	[ -e .stamps/dev ] || $(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/run.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@mkdir -p .stamps && touch $@

.stamps/dev: .venv/bin/python requirements/dev.lock pyproject.toml
	[ -e .stamps/bench ] || $(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@mkdir -p .stamps && touch $@ .stamps/run

.stamps/bench: .venv/bin/python requirements/bench.lock pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/bench.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@mkdir -p .stamps && touch $@ .stamps/run .stamps/dev

# make run PLAN=plan/ opens the plan that `salesyear plan --out plan/` has made.
run: .stamps/run
	$(BIN)/salesyear $(if $(PLAN),open $(PLAN),demo --serve)

# A browser, a Chinese font, an office suite and a Java runtime for the tests come from Debian; all else from PyPI.
system:
	@scripts/install-system

# What is translated, in the form that is read at run time.
CATALOGUE := src/salesyear/web/locale/zh_Hans/LC_MESSAGES/django
$(CATALOGUE).mo: $(CATALOGUE).po .stamps/dev
	$(BIN)/python -m salesyear.web.messages compile

test: .stamps/dev system check $(CATALOGUE).mo
	@scripts/test-both

check: .stamps/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m salesyear.web.messages check

fix: .stamps/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .stamps/dev
	$(BIN)/python -m salesyear.web.messages collect
	$(BIN)/python -m salesyear.web.messages compile

bench: .stamps/bench
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: .tools/bin/uv
	echo uv==0.13.9 | $(UV) pip compile - $(LOCK_FLAGS) -o requirements/tools.txt
	$(UV) pip compile pyproject.toml --extra forecast --extra analytics --extra documents --extra notify $(LOCK_FLAGS) -o requirements/run.lock
	$(UV) pip compile pyproject.toml --all-extras --group dev -c requirements/run.lock $(LOCK_FLAGS) -o requirements/dev.lock
	$(UV) pip compile pyproject.toml --all-extras --group dev --group bench -c requirements/dev.lock $(LOCK_FLAGS) -o requirements/bench.lock

clean:
	rm -rf .venv .tools .stamps build dist var
