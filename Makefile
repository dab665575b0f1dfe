# make demo   one roaming session played end to end, then the hub stays up (ONCE=1: ends after the session)
# make up     the hub alone, empty
# make test   the whole suite (JOBS=3)   make lint   ruff, mypy, import contracts, migrations
# make bench  the speed table            make lock   write config/requirements.lock again
#
# Every target sets up .venv first, from the lock file with hashes. A second start skips that.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
# Where a machine sets it, each of the hub's processes compiled Django anew: 8 s of CPU instead of 3, a hundred times a suite.
unexport PYTHONDONTWRITEBYTECODE

UV_VERSION := 0.13.8
LOCK := config/requirements.lock
JOBS ?= 3
BIN := .venv/bin
PYTHON ?= $(shell for candidate in python3 python3.11 python3.12 python3.13; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$candidate" && break; done)

# A first look is not stopped by open decisions; a production start sets nothing and is strict.
demo up test bench: export ESCALATION ?= pragmatic
demo: export DEMO := 1

.PHONY: help demo up test lint bench lock setup

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -6

setup: .venv/ready

.venv/ready: $(LOCK)
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed; name it with make PYTHON=..." >&2; exit 1; fi
	if ! $(BIN)/python -c '' 2>/dev/null; then
		echo "Setting up .venv with $(PYTHON)"
		rm -rf .venv
		"$(PYTHON)" -m venv .venv || { echo "python -m venv failed; on Debian: apt install python3-venv" >&2; exit 1; }
	fi
	# uv takes 3 s where pip takes 50. Where it cannot be had or does not know the index that pip is configured for,
	# pip installs the same files, checked by the same hashes.
	$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/pip install -q --disable-pip-version-check uv==$(UV_VERSION) || true
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(LOCK) ||
		$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $(LOCK)
	touch .venv/ready

demo: .venv/ready
	@exec $(BIN)/python manage.py demo $(if $(ONCE),--once)

up: .venv/ready
	@exec $(BIN)/python manage.py up

test: .venv/ready
	@exec $(BIN)/pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: .venv/ready
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

lint: .venv/ready
	@$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache | tail -n +9
	$(BIN)/python manage.py makemigrations --check --dry-run

# One file for every platform and Python from 3.11, without any index address in it.
lock: .venv/ready
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml --group dev -o $(LOCK)
