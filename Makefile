# `make demo` and `make test` do all the set-up that they need; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
READY := .venv/.mailroom-ready
READY_FOR_TESTS := .venv/.mailroom-ready-for-tests
SOURCES := mailroom cli console departments ingest stream_processing classifier_service training samples
CODE := $(SOURCES) tests benchmarks scripts
TESTS ?= tests
WORKERS ?= 2
PARALLEL := $(if $(filter-out 0 1,$(WORKERS)),-n $(WORKERS))
IMAGE := $(or $(MAILROOM_IMAGE),mailroom/classifier:latest)

.PHONY: help demo images test test-unit check fix setup soak lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install what is missing: uv, Java 17, OCR, Python packages

$(READY): requirements/all.txt pyproject.toml scripts/bootstrap.sh
	@bash scripts/bootstrap.sh

$(READY_FOR_TESTS): $(READY)
	@bash scripts/bootstrap.sh --for-tests

demo: $(READY) ## real documents through Kafka, Flink and a classifier, on this machine
	@$(PYTHON) -m cli demo

images: $(READY) ## what `docker compose up` starts; the classifiers' with the package PACKAGE, or one that is trained
	@docker compose build
	@$(PYTHON) -m cli package --tag $(IMAGE) $(if $(PACKAGE),--package $(PACKAGE))

test: $(READY_FOR_TESTS) ## all tests, with a real broker, a real Flink and a real classifier; TESTS=folder, WORKERS=1
	@$(PYTHON) -m pytest $(PARALLEL) $(TESTS)

test-unit: $(READY) ## the tests that start no server
	@$(PYTHON) -m pytest tests/unit

check: $(READY) ## format, lint, types, import rules, generated files
	@$(PYTHON) -m ruff format --check $(CODE)
	@$(PYTHON) -m ruff check $(CODE)
	@$(PYTHON) -m mypy $(CODE)
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) scripts/schemas.py --check

fix: $(READY) ## format, mend what the linter can, write generated files
	@$(PYTHON) -m ruff format $(CODE)
	@$(PYTHON) -m ruff check --fix $(CODE)
	@$(PYTHON) scripts/schemas.py

soak: $(READY_FOR_TESTS) ## the long tests: SOAK_SECONDS each (default 600)
	@SOAK_SECONDS=$${SOAK_SECONDS:-600} $(PYTHON) -m pytest -m soak tests

lock: ## lock the dependencies anew
	@requirements/compile.sh
