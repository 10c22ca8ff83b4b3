# Works on a bare machine: python3 >= 3.11 with venv, and make. `make` alone lists the targets.

PYTHON ?= python3
UV ?= uv
VENV := .venv
DEMO := runs/karabakh
BIN := $(VENV)/bin
OLDEST := .venv-oldest

# Without a wish for one, take python3 if it is new enough, else the newest python3.x that is.
CANDIDATES := $(if $(filter file,$(origin PYTHON)),python3 python3.14 python3.13 python3.12 python3.11,$(PYTHON))
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
INSTALL_LOCKED := $(PIP) install --require-hashes --only-binary :all:
INSTALL_PACKAGE := $(PIP) install --no-deps --no-build-isolation --no-index --editable .
LOCK := $(UV) pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--no-strip-extras --fork-strategy fewest --generate-hashes --no-header --quiet

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long test-oldest check fuzz mutants bench speed words documents dist lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

REPORT := $(DEMO)/report/report-internal-en.html

demo: $(REPORT) ## plan the Karabakh scenario and print where its report is
	@echo "Tables, figures and results.xlsx: $(DEMO). Open in a browser: $(CURDIR)/$(REPORT)"

test: $(VENV)/.ready-to-test ## format check, lint, types, import floors, docstrings, tests
	@.ci/browser
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/check

test-oldest: $(OLDEST)/.ready ## fast tests with the oldest versions that pyproject.toml allows (not part of make test)
	@NUMBA_CACHE_DIR="$(CURDIR)/$(OLDEST)/numba" $(OLDEST)/bin/python -m pytest -n "$${TEST_WORKERS:-2}" --dist worksteal \
		-m "not slow and not browser"

fuzz: $(VENV)/.ready-to-test ## 20,000 broken inputs of each kind (RETURNPLAN_FUZZ=N for another number)
	@RETURNPLAN_FUZZ="$${RETURNPLAN_FUZZ:-20000}" $(BIN)/pytest --quiet tests/fuzz

check: $(VENV)/.ready-to-test ## the same without the tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/check --static

test-long: $(VENV)/.ready-to-test ## all tests with all random worlds, and README's tables of 128 draws (half an hour)
	@RETURNPLAN_LONG=1 $(BIN)/pytest -n "$${TEST_WORKERS:-2}" --dist worksteal

mutants: $(VENV)/.ready-to-test ## change lines of model, tables, findings and page, one at a time, and see which no test notices
	@$(BIN)/python -m tests.mutants --most $${MUTANTS:-20}

bench: $(VENV)/.ready-to-test ## time simulations on this machine, also beside a SimPy program
	@$(BIN)/returnplan bench --scenario scenarios/karabakh
	@$(BIN)/pytest tests/benchmarks --benchmark-only --quiet

words: $(VENV)/.ready-to-test ## bring the catalogues of languages up to date with the code
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F pyproject.toml --no-default-keywords -k phrase -k later -k plural:1,2 --no-location --sort-output \
		--project returnplan --copyright-holder "The returnplan contributors" -o build/words.pot returnplan
	@for language in $$($(BIN)/python -c 'from returnplan.language.words import LANGUAGES as known; print(*sorted({*known} - {"en"}))'); do \
	  po=returnplan/language/catalogues/$$language.po; \
	  $(BIN)/pybabel -q update -N --init-missing --ignore-obsolete --ignore-pot-creation-date --no-wrap \
	    -i build/words.pot -l $$language -o $$po && \
	  sed -e '/^#, python-format$$/d' -e 's/, python-format$$//' $$po > build/words.po && cp build/words.po $$po || exit 1; \
	done

speed: $(VENV)/.ready-to-test ## measure anew what the README says about speed, on a machine at rest (minutes)
	@$(BIN)/python -m tests.documents --speed

documents: $(VENV)/.ready-to-test ## bring the data dictionary, the table of assumptions and Karabakh's tables of results up to date (minutes)
	@$(BIN)/python -m tests.documents --results

dist: $(VENV)/.ready-to-test ## build the sdist, and from it the wheel, into dist/
	@rm -rf dist build/sdist && mkdir -p build/sdist
	@$(BIN)/hatchling build -t sdist -d dist
	@tar -xzf dist/*.tar.gz -C build/sdist --strip-components 1
	@cd build/sdist && $(CURDIR)/$(BIN)/hatchling build -t wheel -d $(CURDIR)/dist

lock: ## write the requirements files anew from pyproject.toml (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv on the PATH (or UV=path/to/uv)" >&2; exit 1; }
	@$(LOCK) --extra dev --upgrade --output-file requirements-dev.txt >/dev/null
	@$(LOCK) --constraints requirements-dev.txt --upgrade --no-annotate --output-file requirements.txt >/dev/null
	@mkdir -p build && $(UV) pip compile pyproject.toml --extra cluster --extra geo --python-version 3.11 --resolution lowest-direct \
		--upgrade --no-header --quiet --output-file build/lowest.txt >/dev/null
	@$(filter-out --universal,$(LOCK)) --extra dev --constraints build/lowest.txt --upgrade --no-annotate \
		--output-file requirements-oldest.txt >/dev/null

clean: ## remove the virtual environments, caches and build products; runs/ stays
	@rm -rf $(VENV) $(OLDEST) build dist *.egg-info .coverage .coverage.* htmlcov .hypothesis
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find returnplan tests scenarios -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The run is made anew only when the scenario or the package has changed.
$(DEMO)/manifest.json: $(wildcard scenarios/karabakh/*.*) $(shell find returnplan -type f ! -name '*.pyc') | $(VENV)/.ready-to-run
	@$(BIN)/returnplan run scenarios/karabakh --draws 128 --out $(DEMO) --overwrite --report

$(REPORT): $(DEMO)/manifest.json
	@test -f $@ || $(BIN)/returnplan report $(DEMO)

# Stamps: a second call finds them newer than what they depend on and starts at once.

$(VENV)/.made:
	@chosen=; old=; bare=; \
	for p in $(CANDIDATES); do \
	  "$$p" -c '' >/dev/null 2>&1 || continue; \
	  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old="$$old $$p"; continue; }; \
	  "$$p" -c 'import ensurepip, venv' >/dev/null 2>&1 || { bare="$$bare $$p"; continue; }; \
	  chosen=$$p; break; \
	done; \
	if [ -n "$$chosen" ]; then \
	  echo "Setting up $(VENV) with $$("$$chosen" --version) (once)"; \
	  "$$chosen" -m venv --clear $(VENV) && touch $@; \
	elif [ -n "$$bare" ]; then \
	  echo "The venv module of$$bare is missing or incomplete: install it (on Debian and Ubuntu: python3-venv) and call make again" >&2; exit 1; \
	elif [ -n "$$old" ]; then \
	  echo "returnplan needs Python 3.11 or newer, found only older:$$old. Install one, or call make PYTHON=/path/to/python3.x" >&2; exit 1; \
	else \
	  echo "No working Python found under: $(CANDIDATES). returnplan needs Python 3.11 or newer, with venv" >&2; exit 1; \
	fi

$(VENV)/.ready-to-run: $(VENV)/.made requirements.txt pyproject.toml
	@echo "Installing the packages of requirements.txt (once, about a minute)"
	@$(INSTALL_LOCKED) -r requirements.txt
	@$(INSTALL_PACKAGE)
	@touch $@

# The development set holds the run-time set at the same versions, so one installation serves both.
$(VENV)/.ready-to-test: $(VENV)/.made requirements-dev.txt requirements.txt pyproject.toml
	@echo "Installing the packages of requirements-dev.txt (once, a minute or two)"
	@$(INSTALL_LOCKED) -r requirements-dev.txt
	@$(INSTALL_PACKAGE)
	@touch $(VENV)/.ready-to-run $@

$(OLDEST)/.ready: $(VENV)/.made requirements-oldest.txt pyproject.toml
	@echo "Installing the packages of requirements-oldest.txt into $(OLDEST) (once, a minute or two)"
	@$(BIN)/python -m venv --clear $(OLDEST)
	@$(MAKE) VENV=$(OLDEST) install-oldest
	@touch $@

.PHONY: install-oldest
install-oldest:
	@$(INSTALL_LOCKED) -r requirements-oldest.txt
	@$(INSTALL_PACKAGE)
