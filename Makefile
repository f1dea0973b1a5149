# Two commands: `make demo` and `make test`. Each sets up what it needs in .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SIM := $(BIN)/treatment-sim
READY := $(VENV)/.ready
TESTS := $(BIN)/python -m pytest -n 2 --dist loadgroup

.PHONY: demo test quick bench app setup clean study-app study-fit study-area study-england study-draw-england \
	study-formulas study-influence study-killed \
	study-recovery study-methods study-replications study-validate

demo: $(READY) ## the perverse-incentive comparison: table, picture and report in results/demo
	$(SIM) demo --out results/demo

test: $(READY) ## everything that CI runs
	$(MAKE) --no-print-directory lint
	$(TESTS)

quick: $(READY) ## the inner loop: lint, types, fast tests with few examples
	$(MAKE) --no-print-directory lint
	HYPOTHESIS_PROFILE=quick $(TESTS) -m "not slow"

.PHONY: lint search
search: $(READY) ## property tests with a thousand new examples each
	HYPOTHESIS_PROFILE=search $(TESTS) -m "not slow" -k "$(or $(ONLY),properties or journey or precision or calibrate)"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## speed, as ratios to bare simpy and to one partnership; sweeps; memory
	$(BIN)/python -m studies.bench

app: $(READY) ## the app, in a browser
	$(SIM) app

study-app: $(READY) ## twenty people at once in the app, and one alone: docs/studies/app_load.md (about a quarter of an hour)
	$(BIN)/python -m studies.app_load --write

study-fit: $(READY) ## fit the baseline, then work out the long list and the support places
	$(BIN)/python -m studies.fit_baseline --write
	$(BIN)/python -m studies.fit_long_waits --write
	$(BIN)/python -m studies.size_support

study-area: $(READY) ## what an area is compared with, and the figures of a made-up one
	$(BIN)/python -m studies.local_area

study-england: $(READY) ## fit to England's published years; ships scenario, draws and report
	$(BIN)/python -m studies.england_fit

study-draw-england: $(READY) ## draw 149 made-up partnerships like England, and 12 types of them
	$(BIN)/python -m studies.draw_england

study-formulas: $(READY) ## formulas side by side on made-up England: docs/formulas.md (about half an hour)
	$(SIM) formula compare --group opiate --out docs --runs results/formulas
	$(BIN)/python -m studies.stored_formulas

study-influence: $(READY) ## how far each assumption moves the headline figures, then docs/evidence.md
	$(BIN)/python -m studies.influence
	$(SIM) evidence baseline_2008 --out docs/evidence.md

study-killed: $(READY) ## ten sweeps of 500 cells that are killed: what is lost, what is run again
	$(BIN)/python -m studies.killed_sweeps --write

study-recovery: $(READY) ## does the fit find assumptions that are known?
	$(BIN)/python -m studies.calibration_recovery --write

study-methods: $(READY) ## which way of fitting comes closest at equal runs?
	$(BIN)/python -m studies.calibration_methods --write

study-replications: $(READY) ## how precision grows with replications
	$(BIN)/python -m studies.replications

study-validate: $(READY) ## everything that is checked, on one page
	$(SIM) validate --out docs

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(READY)

clean:
	rm -rf $(VENV) build dist results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
