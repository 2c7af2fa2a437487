# Sans Masque. `make run` shows it, `make test` proves it; both install what they need.

BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test check loadtest

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Again only when one of these changed, so that a second `make run` starts at once.
$(STAMP): pyproject.toml uv.lock ops/install.sh ops/uv.txt
	@sh ops/install.sh

install: $(STAMP)  ## install into .venv what uv.lock names, and what the tests need beside
	@sh ops/install-test-tools.sh --or-say

run: $(STAMP)  ## install, then a sample community on this machine
	@$(BIN)/sansmasque demo

test: check  ## install what is missing, then every test, the browser's included
	@sh ops/install-test-tools.sh
	$(BIN)/python -m pytest

check: $(STAMP)  ## ruff, mypy, imports, catalogues
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_locales.py tests/browser/test_catalogues.py

loadtest: $(STAMP)  ## how many, how fast, beside other servers
	$(BIN)/python -m loadtests
