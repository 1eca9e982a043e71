# Two commands do all: `make run` shows the demo, `make test` proves that everything works.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 3  # most tests wait more than they compute

.PHONY: run test lint types bench messages format clean

run: $(VENV)/.run  ## install what the server needs, start the demo shop and the console
	$(BIN)/livesupport demo

test: services lint types pytest  ## install what the tests need, check everything; pytest comes last

.PHONY: pytest
pytest: $(VENV)/.test
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(VENV)/.test
	$(BIN)/mypy

.PHONY: services
services:  # Chromium and strace, which pip cannot install
	@.ci/packages

.PHONY: soak
soak: services $(VENV)/.test  ## ten times as many simulated runs, many more random requests, every fault for real with the settings as shipped: about an hour; prints its figures
	SOAK=1 SIMULATOR_RUNS=$${SIMULATOR_RUNS:-10000} FUZZ_TRIES=$${FUZZ_TRIES:-50} timeout 120m \
	  $(BIN)/pytest -q -rP --timeout 1200 -n $(WORKERS) \
	  tests/soak tests/simulator tests/http/test_api_fuzzed.py tests/faults tests/browser/test_restart.py

bench: $(VENV)/.test  ## the hot path beside a bare relay, what the seal costs, what hostile peers cost the others, how long a death lasts
	$(BIN)/python bench/relay.py
	$(BIN)/python -m bench.sealing
	$(BIN)/python -m bench.isolation
	$(BIN)/python -m bench.resume
	$(BIN)/python -m bench.desk

messages: $(VENV)/.test  ## carry new and changed texts into livesupport/locales/*.po
	$(BIN)/pybabel -q extract --mapping-file babel.cfg --add-location file --sort-by-file --output-file $(VENV)/messages.pot .
	for po in livesupport/locales/*.po; do \
	  $(BIN)/pybabel -q update --input-file $(VENV)/messages.pot --output-file $$po --locale $$(basename $$po .po) \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 120; \
	done

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/.run
