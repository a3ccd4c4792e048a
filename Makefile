# Assent. `make help` lists what there is.

PYTHON ?= python3
BIN := .venv/bin
PINS := --universal --generate-hashes --no-emit-index-url --no-header -q

.PHONY: run test lint soak bench lock help

run: .venv/run  ## install, migrate and start web server and worker; prints `ready http://...`
	$(BIN)/assent up

test: .venv/test  ## run every test (the big ones at a tenth of their size)
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

lint: .venv/test  ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

soak: .venv/test  ## run the big tests at full size (about forty minutes)
	ASSENT_TEST_FULL=1 $(BIN)/pytest -m soak

bench: .venv/test  ## print measured ratios
	$(BIN)/pytest -m bench -s

lock:  ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml $(PINS) --extra postgres --group build -o requirements.lock
	uv pip compile --group dev $(PINS) -c requirements.lock -o tests/requirements.lock

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/test: .venv/run tests/requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.lock
	@touch $@
