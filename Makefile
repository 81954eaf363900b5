# Everything lives in .venv of this checkout; a stamp says that pyproject.toml is installed, so a second run starts at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
TEST_STAMP := $(VENV)/.installed-test
BENCH_STAMP := $(VENV)/.installed-bench
PYTEST := $(BIN)/python -m pytest
NONE_IS_FINE := || [ $$? -eq 5 ] # pytest's code for "no test was found"
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test browser faults wheel bench lint format docs pictures clean
.DEFAULT_GOAL := run

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(TEST_STAMP): pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@ $(RUN_STAMP)

$(BENCH_STAMP): pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[bench]'
	@touch $@ $(RUN_STAMP)

run: $(RUN_STAMP) ## Serve the playground; ARGS="my_flows.py --port 4112" are handed on.
	@exec $(BIN)/python manage.py playground $(ARGS)

test: $(TEST_STAMP) ## Everything that takes seconds, and the tour in the browser when Chromium is there.
	$(PYTEST) -m "not browser and not faults and not wheel" $(ARGS)
ifneq ($(CHROMIUM),)
	$(PYTEST) -m browser $(ARGS) $(NONE_IS_FINE)
else
	@echo "Chromium is not installed, so the tour in the browser is left out."
endif

browser: $(TEST_STAMP) ## The tour in a real Chromium.
	$(PYTEST) -m browser $(ARGS)

faults: $(TEST_STAMP) ## Kill at every fault point.
	$(PYTEST) -m faults $(ARGS)

wheel: $(TEST_STAMP) ## Build the distribution, install it elsewhere, run it there.
	$(PYTEST) -m wheel $(ARGS)

bench: $(BENCH_STAMP) ## What a step, a run, a form and a page cost.
	@for file in tests/benchmarks/bench_*.py; do \
		echo "== $$file"; $(BIN)/python -m "tests.benchmarks.$$(basename $$file .py)" $(ARGS) || exit 1; \
	done

lint: $(TEST_STAMP) ## Types, rules and formatting of code and templates.
	$(BIN)/python -m mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2 --check

format: $(TEST_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

docs: $(TEST_STAMP) ## Write the reference pages from the docstrings.
	$(BIN)/python docs/make_reference.py

pictures: $(TEST_STAMP) ## Take the pictures of the documentation in a real Chromium.
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
