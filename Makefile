# Every recipe is one line; the logic is in the packages.
PYTHON ?= python3
VENV ?= .venv
PORT ?= $(or $(MODERATION_PORT),8000)
BIN := $(VENV)/bin
# first, and in one line: what a wrong version would say after minutes
CHECK_PYTHON := $(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python %d.%d found; 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12" % sys.version_info[:2])'
.DEFAULT_GOAL := help
.PHONY: help setup behaviour coverage data train evaluate notebooks data-report ablation bench peers soak picture serve score test test-all test-versions check fix lock clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

setup: $(VENV)/dev.done ## make the environment for training, checks and tests

data: $(VENV)/dev.done ## bring the labelled comments into data/raw
	$(BIN)/python -m training data

train: $(VENV)/dev.done ## train on every source that is there and publish a version
	$(BIN)/python -m training data && $(BIN)/python -m training train

evaluate: $(VENV)/dev.done ## measure the version in use on everything, into docs/evaluation (about ten minutes)
	$(BIN)/python -m training evaluate $(ARGS)

notebooks: $(VENV)/notebooks.done ## open the notebooks in a browser
	$(VENV)/notebooks/bin/jupyter lab --notebook-dir notebooks $(ARGS)

behaviour: $(VENV)/dev.done ## run the behaviour suite on the current version and print it by capability
	$(BIN)/python -m training behaviour $(ARGS)

data-report: $(VENV)/dev.done ## print what each source holds and teaches
	$(BIN)/python -m training data-report

ablation: $(VENV)/dev.done ## print what each step and each source is worth (about 20 minutes)
	$(BIN)/python -m training ablation

bench: $(VENV)/bench.done $(VENV)/serve.done ## measure speed, memory and start beside their goals (about 25 minutes)
	$(VENV)/bench/bin/python -m tests.benchmarks.run --service-python $(VENV)/serve/bin/python $(ARGS)

peers: $(VENV)/peers.done ## compare with what else a newsroom could install, into docs/evaluation (about twenty minutes)
	$(VENV)/peers/bin/python -m tests.benchmarks.peers $(ARGS)

soak: $(VENV)/dev.done ## hold the service at 70 % of its capacity (half an hour; ARGS="--minutes 5")
	$(BIN)/python -m tests.benchmarks.soak $(ARGS)

picture: $(VENV)/dev.done ## take the picture of the console in docs/ anew (needs Chromium)
	$(BIN)/python -m tests.behaviour.picture

serve: $(VENV)/serve.done ## start the service on 127.0.0.1 (PORT=8000)
	MODERATION_PORT=$(PORT) $(VENV)/serve/bin/python -m service

score: $(VENV)/archive.done ## score an archive of comments (IN=comments.csv OUT=scored.csv)
	$(VENV)/archive/bin/python -m scoring "$(IN)" "$(OUT)" $(ARGS)

test: $(VENV)/dev.done ## run the tests that take no longer than a minute and a half together
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/dev.done ## run every test, the slow ones too (about half an hour)
	$(BIN)/python -m pytest

# old libraries beside new ones warn of each other: told, and no errors here
test-versions: $(VENV)/dev.done ## run the fast tests on the lowest versions that pyproject.toml allows (the highest are the lock files')
	$(PYTHON) -m venv --clear $(VENV)/lowest && $(BIN)/uv pip install --quiet --no-build --resolution lowest-direct --python $(VENV)/lowest/bin/python --requirements pyproject.toml --extra dev && $(VENV)/lowest/bin/python -m pytest -m "not slow" -W default $(ARGS)

coverage: $(VENV)/dev.done ## report which lines the fast tests run; compiled functions as plain Python
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -q -m "not slow" tests/scoring/text tests/scoring/ngrams tests/scoring/decisions tests/scoring/language tests/scoring/artifacts tests/service ; $(BIN)/coverage report --include "scoring/*,service/*" --sort cover

check: $(VENV)/dev.done ## lint, format and types: reports, never rewrites
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

fix: $(VENV)/dev.done ## repair what can be repaired
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(VENV)/dev.done ## write the lock files anew, with hashes, for Python 3.11 to 3.13
	for lock in serve=serve archive=cluster bench=bench peers=peers notebooks=notebooks dev=dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra $${lock#*=} -o requirements/$${lock%=*}.txt pyproject.toml; done

clean: ## remove environments, caches and derived data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info data/cache models/.staging-* models/.CURRENT.*.tmp

# an environment of its own for each lock file but dev's
$(VENV)/%.done: requirements/%.txt
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV)/$* && $(VENV)/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@

$(VENV)/dev.done: requirements/dev.txt
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt && touch $@
