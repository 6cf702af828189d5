# Two commands do everything: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FAST := -m "not browser and not slow"

.PHONY: help setup run test check eval eval-report bench screenshots train lock clean
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

$(STAMP): requirements/dev.txt pyproject.toml scripts/check_python.py
	@$(PYTHON) scripts/check_python.py
	@echo "installing into $(VENV) (about half a minute beyond the download) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(STAMP)

setup: $(STAMP) ## install from the hash-locked requirements

run: $(STAMP) ## start everything and say where to click
	@exec $(BIN)/frontdesk up

test: $(STAMP) ## all tests, against real embedded servers
	@$(BIN)/python scripts/run_tests.py

check: $(STAMP) ## format, lint, types, import contracts, migration lint, fast tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache 2>/dev/null | tail -n 15
	@$(BIN)/lint-imports --no-cache >/dev/null
	$(BIN)/python scripts/lint_migrations.py
	$(BIN)/pytest -q $(FAST) --ignore=tests/integration --ignore=tests/scenarios

eval: $(STAMP) ## the scoreboard on the development set
	@$(BIN)/python eval/report.py --cmd "$(BIN)/frontdesk converse --jsonl" $(EVAL_ARGS) eval/cases/*.jsonl

eval-report: $(STAMP) ## the scoreboard, and a page of every failed case with its trace
	@$(BIN)/python eval/report.py --cmd "$(BIN)/frontdesk converse --jsonl" --html eval/report.html $(EVAL_ARGS) eval/cases/*.jsonl

bench: $(STAMP) ## the figures: SIZE=ci or full
	@$(BIN)/frontdesk bench intake --size $(or $(SIZE),ci)
	@$(BIN)/frontdesk bench turn --size $(or $(SIZE),ci)

screenshots: $(STAMP) ## take the pictures in docs/screenshots again
	@FRONTDESK_SCREENSHOTS=1 $(BIN)/pytest -q tests/browser

train: $(STAMP) ## fit the models of wording and of relevance again
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/train.txt
	@$(BIN)/python scripts/train_wording.py
	@$(BIN)/python scripts/train_relevance.py

lock: ## compile the requirements again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --extra dev --extra train pyproject.toml -o requirements/train.txt

clean: ## remove what is installed; chats and bookings in .frontdesk stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
