# Two commands: `make demo` and `make test`. Each sets up what it needs in .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SIM := $(BIN)/treatment-sim
READY := $(VENV)/.ready

.PHONY: demo test quick bench app setup study-fit clean

demo: $(READY) ## the perverse-incentive comparison: table, picture and report in results/demo
	$(SIM) demo --out results/demo

test: $(READY) ## everything that CI runs
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2

quick: $(READY) ## the inner loop: lint, types, fast tests
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 -m "not slow"

.PHONY: lint
lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## speed, as ratios to bare simpy
	$(BIN)/python -m studies.bench

app: $(READY) ## the app, in a browser
	$(SIM) app

study-fit: $(READY) ## fit the baseline, then work out the long list and the support places
	$(BIN)/python -m studies.fit_baseline --write
	$(BIN)/python -m studies.fit_long_waits --write
	$(BIN)/python -m studies.size_support

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

clean:
	rm -rf $(VENV) build dist results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
