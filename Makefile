# make reproduce   set up once, then rerun the whole study (results, figures, paper)
# make test        set up once, then run the tests
# make test-all    the same and the long ones: fuzzing, kills, the study under other conditions
# make docs        set up once, then build the documentation into site/
# With another interpreter, beside the first: make test PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV ?= .venv
LEFT_OUT ?= long
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: reproduce test test-all check lint docs bench spark wheel lock clean

reproduce: $(READY)
	@echo "The study: every analysis, then the paper and the page"
	@$(BIN)/research reproduce

# A file of tests stays in one process: what its tests share is made once.
PYTEST := $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test: $(READY)
	$(PYTEST) -m "not ($(LEFT_OUT))"

test-all: $(READY)  ## minutes more
	$(PYTEST)

check: $(READY)  ## the committed results still come out
	$(BIN)/research reproduce --check

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)  ## the documentation, offline; a broken link stops it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(READY)  ## speed beside scipy and arch, into benchmarks/RESULTS.md: six minutes
	$(BIN)/python benchmarks/estimators.py

spark: $(READY)  ## the second engine of `research aggregate`; needs Java 17
	@echo "Installing Spark, one large package"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements-spark.lock

wheel: $(READY)  ## and the source distribution
	rm -rf dist
	$(BIN)/python -m hatchling build --target sdist --target wheel

lock:  ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --extra dev --extra bench --generate-hashes --upgrade \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements.lock
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --extra spark --constraint requirements.lock --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements-spark.lock

clean:
	rm -rf .venv .venv-* dist site paper/build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) set_up.py $(VENV)
	@touch $@
