# The two commands that matter: `make book` and `make test`. Each sets up what it needs and says what it does.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STAMP := .venv/.installed
# A worker holds torch and models, some 2 GB. One thread each: more than there are cores wait for each other, and burn the
# time. (numba, of umap, would set the threads of torch, too.)
PYTEST := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup book chapter course serve test test-fast faults lint record bench lock clean browser

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## create .venv from requirements.lock (every other target does it when needed)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "       If you have a newer one, name it: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || { echo "set-up: creating .venv"; $(PYTHON) -m venv .venv; } \
	  || { rm -rf .venv; uv venv --seed --python $(PYTHON) .venv; }
	@if uv --version >/dev/null 2>&1; then \
	  echo "set-up: installing requirements.lock with uv (several GB the first time)"; \
	  uv pip install --quiet --python $(BIN)/python -r requirements.lock || touch .venv/.use-pip; \
	else touch .venv/.use-pip; fi
	@if test -e .venv/.use-pip; then \
	  echo "set-up: installing requirements.lock with pip (several GB the first time)"; rm .venv/.use-pip; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock; fi
	@echo "set-up: installing csdlib from this folder"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

book: $(STAMP) ## run the chapters that changed, build the book, print where it is
	@$(BIN)/python -m book.build book

chapter: $(STAMP) ## run one chapter: make chapter NAME=slug PARAMS="-p key value ..." [NOTEBOOK_ONLY=1]
	@test -n "$(NAME)" || { echo 'usage: make chapter NAME=slug PARAMS="-p key value ..."'; exit 1; }
	@$(BIN)/python -m book.build chapter $(if $(NOTEBOOK_ONLY),--notebook-only) $(NAME) $(PARAMS)

course: $(STAMP) ## notebooks for students, for their teacher and for nbgrader [NAME=slug]
	@$(BIN)/python -m book.build course $(NAME)

serve: $(STAMP) ## serve the built book on this machine (PORT=8000)
	@test -e build/_build/html/index.html || { echo "error: no book yet; make book builds it"; exit 1; }
	@echo "http://127.0.0.1:$(PORT)/  (Ctrl-C ends)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory build/_build/html

test: $(STAMP) browser lint ## lint, types and all tests
	@$(PYTEST)

test-fast: $(STAMP) lint ## the same without what is slow, the book and its pages
	@$(PYTEST) -m "not (slow or book or browser)"

faults: $(STAMP) ## hostile input and kills at random moments, in full (half an hour)
	@$(BIN)/python -m tests.faults

lint: $(STAMP) ## ruff, mypy, and the plan of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

record: $(STAMP) ## record again what the book shows and does not run (hours; real pictures where CSD_ART leads to them)
	@set -e; for name in coverage ablations content studies; do $(BIN)/csdlib record $$name; done
	@set -e; if test -n "$$CSD_ART"; then \
	  for name in paintings training map real-studies meaning facets; do $(BIN)/csdlib record $$name --root "$$CSD_ART"; done; \
	  $(BIN)/csdlib record real-studies data/results/studies_sd15.csv --root "$$CSD_ART" --csv sd15_finetunes.csv; fi

bench: $(STAMP) ## measure seconds beside what one would use instead (a quarter of an hour); adds to data/results/bench.csv
	@$(BIN)/python -m tests.bench

# Not the extra course: nbgrader brings a server and a database, which only those who mark need.
lock: ## resolve pyproject.toml into requirements.lock again (needs uv)
	@uv pip compile --universal --python-version 3.11 --extra book --extra onnx --extra test pyproject.toml -o requirements.lock \
	  --no-header --no-annotate

clean: ## remove everything that was built (not .venv)
	rm -rf build

# The browser tests use Chromium or Chrome. Where one is missing it is installed only by root on Debian and its kin.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
	  if command -v $$name >/dev/null 2>&1; then exit 0; fi; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
	  echo "set-up: installing chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null \
	    || echo "set-up: chromium could not be installed; the browser tests will be skipped"; \
	fi
