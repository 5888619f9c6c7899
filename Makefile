# Everything runs in .venv, made on first use. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-ready
DEV_STAMP := $(VENV)/.dev-ready
SUIFANG := $(BIN)/suifang

# Byte code is kept, so that the second start of anything is quick.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo serve chat test unit check results format vendor interop-rasa clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Suifang needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(RUN_STAMP) ## one whole hypertension follow-up, spoken, in real time
	$(SUIFANG) demo

serve: $(RUN_STAMP) ## the service on http://127.0.0.1:8321, with made-up residents and staff
	$(SUIFANG) serve --demo

chat: $(RUN_STAMP) ## the same conversation, typed
	$(SUIFANG) chat hypertension_followup

test: $(DEV_STAMP) ## the whole test suite
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

unit: $(DEV_STAMP) ## the unit ring alone, on virtual time
	$(BIN)/python -m pytest tests/unit -n 2 --dist loadfile -p no:anyio -p no:schemathesis

check: $(DEV_STAMP) ## style, types, floors, sizes, data
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.gates
	$(SUIFANG) flows check

results: $(RUN_STAMP) ## score all case files and publish evaluation/results/conversation.md
	mkdir -p var/results
	for kind in answers redflags dialogues; do \
	  $(SUIFANG) eval $$kind evaluation/cases/$$kind --json var/results/$$kind.json | tail -1 && \
	  $(SUIFANG) eval $$kind evaluation/cases/$$kind --noise 0.1 --json var/results/$$kind-noise.json | tail -1 && \
	  $(SUIFANG) eval $$kind evaluation/cases/sealed/$$kind.yaml --json var/results/sealed-$$kind.json | tail -1 || exit 1; done
	$(BIN)/python -m evaluation.publish var/results evaluation/results/conversation.md

format: $(DEV_STAMP) ## rewrite the code in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

vendor: $(RUN_STAMP) ## fetch the scripts of others that our pages use, pinned and checked (needs npm)
	$(BIN)/python -m connectors.web.vendor

RASA_STAMP := .venv-rasa/.ready

$(RASA_STAMP): interop/rasa/requirements.txt
	$(PYTHON) -m venv .venv-rasa
	.venv-rasa/bin/python -m pip install --quiet --disable-pip-version-check -r interop/rasa/requirements.txt
	@touch $@

interop-rasa: $(RASA_STAMP) ## our flows, domain and examples in Rasa's own readers (its own environment, 1.3 GB)
	.venv-rasa/bin/python interop/rasa/check.py

clean: ## forget the environment and what runs left behind
	rm -rf $(VENV) .venv-rasa var build dist *.egg-info
