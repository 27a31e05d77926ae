# Every command of the project, each doing its own set-up. `make` alone lists them.

.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
export DEBIAN_FRONTEND := noninteractive

PYTHON_BIN := .venv/bin
ARGS ?=

.PHONY: help setup run check test nightly bench faults lock wheel clean venv box lint types

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1 - /p' Makefile

setup: venv box  ## Python's environment, Asterisk 22, SIPp and espeak-ng, all below this folder

run: setup  ## the demonstration: Asterisk, engine, agents and citizens (ARGS="--seconds 40")
	@$(PYTHON_BIN)/vaxel demo $(ARGS)

check: venv lint types  ## lint, types and the fast tests
	@$(PYTHON_BIN)/python -m pytest -n auto -m "not asterisk and not load and not thorough" $(ARGS)

test: setup lint types  ## everything, on a real Asterisk
	@$(PYTHON_BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

nightly: setup  ## the router against a naive one, 50,000 random days (ARGS="-k first")
	@VAXEL_EXAMPLES=$${VAXEL_EXAMPLES:-50000} $(PYTHON_BIN)/python -m pytest -n auto --dist loadfile \
		tests/routing/test_router_properties_first_half.py \
		tests/routing/test_router_properties_second_half.py $(ARGS)

bench: setup  ## what a call costs, ours against Asterisk's share
	@$(PYTHON_BIN)/python -m tests.system.bench $(ARGS)

faults: setup  ## break everything on purpose, under calls, and write down what came of it
	@$(PYTHON_BIN)/python -m tests.system.faults $(ARGS)

lock: .cache/uv/bin/uv  ## write requirements.lock from pyproject.toml (ARGS=--upgrade for newer versions)
	@.cache/uv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--quiet $(ARGS) -o requirements.lock

wheel: venv  ## build dist/vaxel-*.whl
	@$(PYTHON_BIN)/python -m pip wheel -q --no-build-isolation --no-deps -w dist .

clean:  ## remove everything that was built or fetched; state is kept
	rm -rf .venv .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@toolbox/venv

box:
	@toolbox/fetch

lint:
	@$(PYTHON_BIN)/ruff format --check .
	@$(PYTHON_BIN)/ruff check --quiet .

types:
	@$(PYTHON_BIN)/mypy --no-error-summary

.cache/uv/bin/uv:
	@python3 -m venv .cache/uv && .cache/uv/bin/pip install -q --disable-pip-version-check uv
