# The two commands that matter: `make book` and `make test`. Each sets up what it needs and says what it does.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
STAMP := .venv/.installed
# A worker holds torch and models, some 2 GB. One thread each: more than there are cores wait for each other, and burn the
# time. (numba, of umap, would set the threads of torch, too.)
PYTEST := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup book chapter course serve test test-fast faults lint record bench lock clean browser

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

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

# The lectures of book/lectures.yml, each as one file that opens without a network.
.PHONY: slides
slides: $(STAMP) ## slides of the lectures, from the chapters that they show; print where they are
	@$(BIN)/python -m book.build slides

# JupyterLab is not in the lock: the book is built without it. It is installed once.
LAB := .venv/.lab
.PHONY: lab
lab: $(LAB) ## the chapters as notebooks to work in, in JupyterLab
	@$(BIN)/python -m book.build lab
	@$(BIN)/jupyter lab --notebook-dir=build/lab build/lab/start_here.ipynb

$(LAB): $(STAMP)
	@echo "set-up: installing JupyterLab"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "jupyterlab>=4.4,<5"
	@touch $@

course: $(STAMP) ## notebooks for students, for their teacher and for nbgrader [NAME=slug]
	@$(BIN)/python -m book.build course $(NAME)

.PHONY: pdf
pdf: book ## the whole book as one PDF, printed by Chromium or Chrome; prints where it is
	@$(BIN)/python -m book.pdf

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

# Without the extras course and lab: nbgrader and JupyterLab bring servers, which the book does not need.
lock: ## resolve pyproject.toml into requirements.lock again (needs uv)
	@uv pip compile --universal --python-version 3.11 --extra book --extra onnx --extra test pyproject.toml -o requirements.lock \
	  --no-header --no-annotate

clean: ## remove everything that was built (not .venv)
	rm -rf build

# Publishing. A line of a workflow in .github/workflows is one of these targets or of those above, so that each can be run
# without the service (tests/publish).
IMAGE ?= csdlib-class
CPU_WHEELS ?= https://download.pytorch.org/whl/cpu
LIBRARY := $(addprefix tests/,datasets descriptors embeddings metrics retrieval scoring similarity)
.PHONY: setup-cpu test-library workflows links links-outside notebooks push-notebooks fetch-site site push-site check-release release upload class-image class-try

# Without what torch needs on a GPU, which is most of the size.
setup-cpu: ## create .venv for computers without a GPU
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@grep -vE "^(cuda|nvidia|triton)" requirements.lock > .venv/cpu.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --extra-index-url $(CPU_WHEELS) -r .venv/cpu.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(STAMP)

test-library: $(STAMP) ## the tests of measuring alone: for systems on which the book is not built
	@$(PYTEST) -m "not (slow or book or browser)" $(LIBRARY)

workflows: $(STAMP) ## compare workflows, issue forms and citation with their schemas
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

links: $(STAMP) ## look for links of the built book that lead to no page, file or place
	@$(BIN)/python -m book.publish links

links-outside: $(STAMP) ## the same, and ask the servers that the book names
	@$(BIN)/python -m book.publish links --outside

notebooks: $(STAMP) ## write the executed notebooks, each with a cell that installs what it needs, to build/notebooks
	@$(BIN)/python -m book.publish notebooks

# A branch for each version, so that a page which is kept opens its own notebook (notebooks_branch in book/publish/address.py).
NOTEBOOKS = notebooks-v$(shell sed -n 's/^__version__ = "\([0-9]*\.[0-9]*\)\..*/\1/p' csdlib/__init__.py)

# With git alone: who may push runs nothing else. The branch has no history, and the working tree stays as it is.
push-notebooks: ## make build/notebooks the only commit of its version's branch, as notebooks-v0.1, and push it
	@test -d build/notebooks || { echo "no notebooks: make notebooks writes them"; exit 0; }; \
	  set -e; export GIT_INDEX_FILE="$$(mktemp -d)/index"; \
	  git --work-tree=build/notebooks add --all --force .; \
	  commit=$$(git -c user.name="The book" -c user.email=book@users.noreply.github.com \
	    commit-tree "$$(git write-tree)" -m "Executed notebooks"); \
	  git push --force origin "$$commit:refs/heads/$(NOTEBOOKS)"

# The branch site holds what is published: the newest book, and each version in a folder. Only "there is no such branch" (2)
# is a beginning; whatever else goes wrong must not lose the versions that are kept.
fetch-site: ## the site as it is published by now, from the branch site, in build/published
	@rm -rf build/published; mkdir -p build/published; \
	  git ls-remote --exit-code origin refs/heads/site >/dev/null && found=0 || found=$$?; \
	  if test $$found = 2; then echo "no branch site yet: this is the first version"; exit 0; fi; \
	  test $$found = 0 && git fetch --quiet --depth 1 origin refs/heads/site \
	    && git archive --output=build/published.tar FETCH_HEAD && tar -xf build/published.tar -C build/published && rm build/published.tar

site: $(STAMP) fetch-site ## put the built book among the published versions, in build/published
	@$(BIN)/python -m book.publish site

# With git alone, as push-notebooks. The push is refused where the branch has moved, or where a version would be lost.
push-site: ## make build/published the next commit of the branch site, and push it
	@test -f build/published/versions.html || { echo "error: no site; make site writes it"; exit 1; }; \
	  set -e; parent=""; git ls-remote --exit-code origin refs/heads/site >/dev/null && found=0 || found=$$?; \
	  if test $$found = 0; then git fetch --quiet --depth 1 origin refs/heads/site; parent=$$(git rev-parse FETCH_HEAD); \
	    for kept in $$(git ls-tree -d --name-only "$$parent" | grep -E '^v[0-9]+\.[0-9]+$$'); do \
	      test -d "build/published/$$kept" || { echo "error: build/published lacks $$kept, which is published"; exit 1; }; done; \
	  elif test $$found != 2; then exit 1; fi; \
	  export GIT_INDEX_FILE="$$(mktemp -d)/index"; git --work-tree=build/published add --all --force .; \
	  commit=$$(git -c user.name="The book" -c user.email=book@users.noreply.github.com \
	    commit-tree "$$(git write-tree)" $${parent:+-p "$$parent"} -m "The book in its versions"); \
	  git push origin "$$commit:refs/heads/site"

check-release: $(STAMP) ## compare a tag with module, citation and list of changes: make check-release TAG=v0.1.0
	@$(BIN)/python -m book.publish check "$(TAG)"

release: $(STAMP) ## wheel, sdist, book, notebooks and checksums, in build/release
	@$(BIN)/python -m book.publish release

upload: ## make a release of build/release on GitHub, with its program gh: make upload TAG=v0.1.0
	@gh release create "$(TAG)" build/release/* --verify-tag --title "$(TAG)" --notes-file build/notes.md

class-image: ## build the container for a class, without a GPU (needs docker)
	@docker build --file .github/Dockerfile --tag $(IMAGE) .

class-try: ## run a chapter in that container without a network, and ask whether JupyterLab would start
	@docker run --rm --network none $(IMAGE) make chapter NAME=quickstart NOTEBOOK_ONLY=1
	@docker run --rm --network none $(IMAGE) test -f build/lab/start_here.ipynb
	@docker run --rm --network none $(IMAGE) .venv/bin/jupyter lab --version

# The browser tests use Chromium or Chrome. Where one is missing it is installed only by root on Debian and its kin.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
	  if command -v $$name >/dev/null 2>&1; then exit 0; fi; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
	  echo "set-up: installing chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null \
	    || echo "set-up: chromium could not be installed; the browser tests will be skipped"; \
	fi
