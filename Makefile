# make         formatting, lint, types, layers and unit tests
# make test    all of that and every test on every server: what CI runs
# make demo    the product in one minute, on a server of its own
# make coverage  the same tests with what they reach of the code
# make bench   start-up, logins and statements beside others, as tables of ratios
# make docs    write what is generated: docs/errors.md, docs/commands.md, the picture
# make golden  rewrite the expected outputs of the tests
# make clean   remove everything that was made here

PYTHON ?= python3
WORKERS ?= 3
SEED ?= 1
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CODE := jwtroles tests docs

.DEFAULT_GOAL := check
.PHONY: check lint test demo coverage bench docs golden servers clean

check: lint
	$(BIN)/pytest --quiet -n $(WORKERS) tests/unit

lint: .venv/.dev
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: .venv/.dev
	@$(MAKE) --no-print-directory --jobs=2 lint servers
	$(BIN)/pytest --quiet -n $(WORKERS) --dist worksteal --matrix --seed $(SEED)

demo: .venv/.runtime
	$(BIN)/jwtroles demo

coverage: .venv/.dev servers
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --quiet
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --show-missing

bench: .venv/.dev servers
	$(BIN)/pytest --quiet tests/bench/bench_*.py

docs: .venv/.dev
	$(BIN)/python docs/reference.py
	$(BIN)/python docs/picture.py

golden: .venv/.dev servers
	$(BIN)/pytest --quiet --update

servers: .venv/.dev
	@$(BIN)/python tests/install_servers.py

clean:
	rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf .coverage* build dist
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

.venv/.dev: .venv/.runtime
	@echo "installing what the checks and tests need into .venv"
	@$(PIP) install --group dev
	@touch $@

.venv/.runtime: pyproject.toml .venv/.pip
	@echo "installing jwtroles into .venv"
	@$(PIP) install --editable .
	@touch $@

# Debian keeps ensurepip, and with it `python3 -m venv`, in a package of its own. Groups of
# dependencies need pip 25.1.
.venv/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "jwtroles needs Python 3.11 or later: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq -y install python3-venv; } || \
	  { echo "$(PYTHON) cannot make virtual environments: install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) install --upgrade "pip>=25.1"
	@touch $@
