# make reproduce   set up once, then rerun the whole study (results, figures, paper)
# make test        set up once, then run the tests
# make docs        set up once, then build the documentation into site/
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: reproduce test check lint docs bench spark wheel lock clean

reproduce: $(READY)
	$(BIN)/research reproduce

test: $(READY)
	$(BIN)/pytest

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
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements-spark.lock

wheel: $(READY)
	rm -rf dist
	$(BIN)/python -m hatchling build --target wheel

lock:  ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --extra dev --extra bench --generate-hashes --upgrade \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements.lock
	uv pip compile --universal --fork-strategy fewest --python-version 3.11 --extra spark --constraint requirements.lock --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements-spark.lock

clean:
	rm -rf .venv dist site paper/build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("modelometrics needs Python 3.11 or newer, found %d.%d. Name one: make PYTHON=python3.11" % v[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $@
