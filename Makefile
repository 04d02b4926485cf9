# Sand's Time: every command sets itself up in .venv; nothing has to be installed by hand.

PORT ?= 8000
ifeq ($(OS),Windows_NT)
  PYTHON ?= python
  BIN := Scripts
  export PYTHONUTF8 := 1
else
  PYTHON ?= python3
  BIN := bin
endif

PY := .venv/$(BIN)/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
FOR_BOOK := .venv/installed-book
FOR_TESTS := .venv/installed-dev
BENCH_PY := .venv-bench/$(BIN)/python
FOR_BENCH := .venv-bench/installed
PEERS_PY := .venv-peers/$(BIN)/python
FOR_PEERS := .venv-peers/installed
DASK_PY := .venv-dask/$(BIN)/python
FOR_DASK := .venv-dask/installed
NBGRADER_PY := .venv-nbgrader/$(BIN)/python
FOR_NBGRADER := .venv-nbgrader/installed

# Every file below a folder, in plain make so that it works in any shell.
files = $(foreach entry,$(wildcard $(1)/*),$(if $(wildcard $(entry)/*),$(call files,$(entry)),$(entry)))
SOURCES := $(filter-out %.pyc,$(foreach folder,book lib data,$(call files,$(folder)))) \
           _config.yml _toc.yml
SITE := _build/html
BUILT := _build/built

.PHONY: help book test test-library test-processors serve coursework coursework-nbgrader bench peers cluster lint format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make book          execute every chapter and build the site in $(SITE)"
	@echo "make test          run every test, after building the book if it is missing or out of date"
	@echo "make test-library  run the tests that need no built book"
	@echo "make test-processors  run the numerical tests as on other processors, with one and two threads"
	@echo "make serve         show the site at http://localhost:$(PORT) (PORT=9000 for another port)"
	@echo "make bench         closed forms, solver and fits against the alternatives: accuracy and time in tables"
	@echo "make peers         the thermodynamics against pycalphad, in an environment of its own"
	@echo "make cluster       the fit on a cluster of dask, in an environment of its own"
	@echo "make coursework    sheets with data of its own for each student (KEY=..., STUDENTS=list.csv, OUT=folder)"
	@echo "make coursework-nbgrader  mark the demonstration class with nbgrader too and compare the marks"
	@echo "make lint          check style; make format mends what can be mended"
	@echo "make lock          pin the newest versions that pyproject.toml allows (needs uv)"
	@echo "make clean         remove everything the other commands made"
	@echo ""
	@echo "Each creates .venv itself. PYTHON=python3.12 chooses the interpreter (3.11 to 3.13)."

# --- environments -------------------------------------------------------------------------

.venv/created:
	@$(PYTHON) -c "import sys; v = sys.version_info; (3, 11) <= v[:2] < (3, 14) or sys.exit(f'This needs Python 3.11 to 3.13; $(PYTHON) is {v[0]}.{v[1]}. Choose one: make PYTHON=python3.12')"
	$(PYTHON) -m venv .venv
	@echo ok > $@

$(FOR_BOOK): requirements.txt pyproject.toml | .venv/created
	$(PIP) -r requirements.txt
	@echo ok > $@

$(FOR_TESTS): requirements-dev.txt $(FOR_BOOK)
	$(PIP) -r requirements-dev.txt
	@echo ok > $@

# PyBaMM, scikit-fem and lmfit are the alternatives that may be unavailable: then the tables say so.
$(FOR_BENCH): requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH_PY) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt \
	  && echo ok > $@ || echo "PyBaMM, scikit-fem and lmfit could not be installed: the tables will say so"

$(FOR_PEERS): requirements-peers.txt
	$(PYTHON) -m venv .venv-peers
	$(PEERS_PY) -m pip install --quiet --disable-pip-version-check -r requirements-peers.txt
	@echo ok > $@

$(FOR_DASK): requirements-dask.txt
	$(PYTHON) -m venv .venv-dask
	$(DASK_PY) -m pip install --quiet --disable-pip-version-check -r requirements-dask.txt
	@echo ok > $@

$(FOR_NBGRADER): requirements-nbgrader.txt
	$(PYTHON) -m venv .venv-nbgrader
	$(NBGRADER_PY) -m pip install --quiet --disable-pip-version-check -r requirements-nbgrader.txt
	@echo ok > $@

# --- the book -----------------------------------------------------------------------------

# Always executes afresh: a cache would not see a change in lib/ or data/.
define build-book
rm -rf $(SITE) _build/.doctrees _build/.jupyter_cache $(BUILT)
.venv/$(BIN)/jupyter-book build . -W -n --keep-going
@echo ok > $(BUILT)
endef

book: $(FOR_BOOK)
	$(build-book)

$(BUILT): $(SOURCES) $(FOR_BOOK)
	$(build-book)

serve: $(BUILT)
	@echo "http://localhost:$(PORT)  (Ctrl-C stops)"
	$(PY) -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

# --- coursework ---------------------------------------------------------------------------

# Not echoed: the key is secret.
OUT ?= _coursework
coursework: $(BUILT)
	@$(PY) -m sandtime.coursework release $(if $(KEY),--key "$(KEY)") \
	  $(if $(STUDENTS),--students "$(STUDENTS)") --out "$(OUT)"
	$(PY) book/extension/notebooks.py --offered $(SITE) "$(OUT)/chapters"

# --- checks -------------------------------------------------------------------------------

test: $(FOR_TESTS) $(BUILT)
	$(PY) -m pytest --numprocesses auto --dist worksteal $(PYTEST_ARGS)

test-library: $(FOR_TESTS)
	$(PY) -m pytest --numprocesses auto --dist worksteal -m "not site and not browser" $(PYTEST_ARGS)

# OpenBLAS sums in another order on another processor and with more threads: no tolerance may be so
# tight that this decides.  OPENBLAS_CORETYPE makes it calculate as on the processor named.
NUMERICAL := $(foreach subject,transport collocation sand slab variants arrhenius thermodynamics \
               voids diffraction threads,tests/test_$(subject).py) $(wildcard tests/test_eis_*.py)

test-processors: $(foreach one,Haswell-1 Haswell-2 Nehalem-1 Nehalem-2,numerical-on-$(one))

numerical-on-Haswell-%: export OPENBLAS_CORETYPE := Haswell
numerical-on-Nehalem-%: export OPENBLAS_CORETYPE := Nehalem
numerical-on-%-1: export OPENBLAS_NUM_THREADS := 1
numerical-on-%-2: export OPENBLAS_NUM_THREADS := 2
numerical-on-%: $(FOR_TESTS)
	$(PY) -m pytest --numprocesses auto --dist worksteal $(NUMERICAL) $(PYTEST_ARGS)

lint: $(FOR_TESTS)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(FOR_TESTS)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: export OMP_NUM_THREADS := 1
bench: export OPENBLAS_NUM_THREADS := 1
bench: $(FOR_BOOK) $(FOR_BENCH)
	$(PY) tests/benchmarks/closed_forms.py --pybamm-python $(BENCH_PY)
	$(PY) tests/benchmarks/transport.py --bench-python $(BENCH_PY) $(BENCH_ARGS)
	$(PY) tests/benchmarks/equal_accuracy.py --bench-python $(BENCH_PY) $(BENCH_ARGS)
	$(PY) tests/benchmarks/fits.py --bench-python $(BENCH_PY) $(FITS_ARGS)

# The thermodynamics against pycalphad, too heavy a package for everybody's environment.
peers: $(FOR_PEERS)
	$(PEERS_PY) -m pytest tests/peers

# The executor's test, with the workers of dask.distributed as processes of their own.
cluster: $(FOR_DASK)
	@$(DASK_PY) -c "import distributed"  # without it the test would be skipped
	$(DASK_PY) -m pytest tests/test_eis_fit.py tests/test_command.py -k "executor or cluster or dask"

# The demonstration class marked by nbgrader too, from the same sheets: the marks must agree.
coursework-nbgrader: $(FOR_NBGRADER)
	$(NBGRADER_PY) -m sandtime.coursework nbgrader

# --- pins ---------------------------------------------------------------------------------

# One version for Python 3.11 to 3.13 and for every system, as far as one exists.
RESOLVE := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
           --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml

lock:
	@rm -rf _build/lock && mkdir -p _build/lock
	$(RESOLVE) --extra book > _build/lock/book
	$(RESOLVE) --extra book --extra dev --constraints _build/lock/book > _build/lock/dev
	$(RESOLVE) --extra bench --constraints _build/lock/book > _build/lock/bench
	@{ echo "# What the book and Binder need, every version pinned, the library itself last."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   cat _build/lock/book; echo "-e ."; } > requirements.txt
	@{ echo "# What tests and lint need beyond the book, every version pinned."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   echo "-r requirements.txt"; grep -vxFf _build/lock/book _build/lock/dev; } > requirements-dev.txt
	@{ echo "# What 'make bench' compares with, in an environment of its own, every version pinned."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   cat _build/lock/bench; } > requirements-bench.txt
	$(RESOLVE) --extra peers --constraints _build/lock/book > _build/lock/peers
	@{ echo "# What 'make peers' compares with, in an environment of its own, every version pinned."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   cat _build/lock/peers; echo "-e ."; } > requirements-peers.txt
	$(RESOLVE) --extra dask --constraints _build/lock/book > _build/lock/dask
	@{ echo "# What 'make cluster' needs, in an environment of its own, every version pinned."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   cat _build/lock/dask; echo "-e ."; } > requirements-dask.txt
	$(RESOLVE) --extra nbgrader --constraints _build/lock/book > _build/lock/nbgrader
	@{ echo "# What 'make coursework-nbgrader' compares with, in an environment of its own, every version pinned."; \
	   echo "# Made from pyproject.toml by 'make lock'; edit the ranges there."; \
	   cat _build/lock/nbgrader; echo "-e ."; } > requirements-nbgrader.txt
	@rm -rf _build/lock

clean:
	rm -rf .venv .venv-bench .venv-peers .venv-dask .venv-nbgrader _build build sandtime.egg-info .pytest_cache .ruff_cache .hypothesis
