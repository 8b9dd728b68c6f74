# One command list, for people and for CI. Nothing is done that is up to date.
SHELL := /bin/bash -euo pipefail
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all:
# What a server has, with nothing behind it: enough for checks that connect to nothing.
AS_SERVER := env -u PORTAL_DEMO DATABASE_URL=postgresql://127.0.0.1:1/none ALLOWED_HOSTS=portal.example \
	SECRET_KEY=check-$$(printf '%064d' 0)-abcdefghijklmnop PORTAL_KEY_FILE=/dev/null LOG_LEVEL=ERROR
LINTED := portal certificates migrations_app tests manage.py

.DEFAULT_GOAL := help
.PHONY: help setup run test check fix bench figures pictures scanner lock clean ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.base ## .venv with the locked dependencies

run: .venv/.base ## the portal on http://127.0.0.1:$PORT, with demo data; Ctrl-C ends it
	@PORT=$(PORT) exec $(BIN)/python -m portal.run.supervisor --end-with-parent

test: .venv/.dev ## every test; the browser's last
	@.ci/provide chromium redis-server zig
	$(BIN)/pytest -n 2 --dist loadscope -m "not browser"
	$(BIN)/pytest -m browser

check: .venv/.dev ## format, lint, types, import contracts, schema, settings, texts, locks, compose file
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/ruff check $(LINTED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(AS_SERVER) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(AS_SERVER) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/djhtml --check templates
	$(BIN)/pytest -q tests/test_texts.py tests/test_requirements.py tests/test_containers.py

fix: .venv/.dev ## format, and mend what can be mended
	$(BIN)/ruff format $(LINTED)
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/djhtml templates

bench: .venv/.dev ## benchmarks, a line of JSON each; some of them by BENCH="importing pages"
	@.ci/provide chromium redis-server lighthouse
	@$(BIN)/python -m tests.benchmarks $(BENCH)

figures: .venv/.dev ## the table of figures of both READMEs, from what `make bench` measured
	@$(BIN)/python -m tests.benchmarks.table

pictures: .venv/.dev ## the pictures of the help page, taken anew
	@.ci/provide chromium redis-server
	$(BIN)/pytest tests/browser/test_journey.py -k "moves and not services" --help-pictures

scanner: .venv/.dev ## the program that the check of a file runs, compiled anew
	@.ci/provide zig
	@$(BIN)/python -m migrations_app.migration_file.scan.build

lock: ## requirements/*.txt of pyproject.toml
	test -x .tools/bin/uv || { $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv; }
	for kind in base dev; do \
		.tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			$$([ $$kind = base ] || echo --group dev) --output-file requirements/$$kind.txt pyproject.toml; \
	done

clean: ## removes what make made; the data in .portal stays
	rm -rf .venv .tools .bench staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ci: ## what CI runs
	.ci/run

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed on the PATH."; exit 1; }
	@.ci/provide venv
	$(PYTHON) -m venv .venv

.venv/.base: requirements/base.txt | .venv/bin/python
	$(PIP) --requirement requirements/base.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.base
	$(PIP) --requirement requirements/dev.txt
	@touch $@
