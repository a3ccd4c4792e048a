# Assent. `make help` lists what there is.

PYTHON ?= python3
BIN := .venv/bin
PINS := --universal --generate-hashes --no-emit-index-url --no-header -q

.PHONY: run demo test lint soak bench messages lock help

run: .venv/run  ## install, migrate and start web server and worker; prints `ready http://...`
	$(BIN)/assent up

demo: .venv/run  ## the same with 500 made-up customers, in instance/demo
	$(BIN)/assent demo

test: .venv/test  ## run every test (the big ones at a tenth of their size)
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

lint: .venv/test  ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

soak: .venv/test  ## run the big tests at full size (about forty minutes)
	ASSENT_TEST_FULL=1 $(BIN)/pytest -m soak

bench: .venv/test .venv/bench  ## print measured ratios (needs postfix's smtp-sink and smtp-source)
	$(BIN)/pytest -m bench -s

messages: .venv/run  ## collect what is to be translated into app/translations
	$(BIN)/pybabel -q extract --ignore-dirs '.*' -F app/translations/babel.cfg -k N_ -k Answer:3 --no-location --no-wrap --sort-output -o .venv/messages.pot .
	$(BIN)/pybabel -q update -N --ignore-obsolete --no-wrap --ignore-pot-creation-date -i .venv/messages.pot -d app/translations

lock:  ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml $(PINS) --extra postgres --group build -o requirements.lock
	uv pip compile --group dev $(PINS) -c requirements.lock -o tests/requirements.lock
	uv pip compile --group bench $(PINS) -o tests/bench/requirements.lock

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

# What benches are run beside, in an environment of its own: the product's stays as it is.
.venv/bench: tests/bench/requirements.lock | .venv/run
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/pip install -q --disable-pip-version-check --require-hashes -r tests/bench/requirements.lock
	@touch $@
