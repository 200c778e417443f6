# Everything starts from here: `make chat` and `make test` work on a fresh clone. See README.md.

PYTHON  ?= python3
SEEDS   ?= seeds
INDEX   ?= index
PORT    ?= 7860
DATASET ?=
SETS    ?=
OFFLINE ?=

BIN   := .venv/bin
RAG   := $(BIN)/rag
EMBEDDER  := all-MiniLM-L6-v2
GENERATOR := qwen2.5-coder-1.5b
TINY      := smollm2-135m

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install chat index eval bench test check screenshots lock clean

help:
	@echo "make chat     install what is missing, index SEEDS (=$(SEEDS)), open the chat at PORT (=$(PORT)) or the next free"
	@echo "make install  environment and weights, nothing started"
	@echo "make index    make the index equal to SEEDS"
	@echo "make eval     measure on a dataset: make eval DATASET=DIR"
	@echo "make test     install, then format, lint, types, layers, docstrings and all tests"
	@echo "          make test OFFLINE=1 leaves out the one test that fetches from the package index"
	@echo "make check    all of that but the tests"
	@echo "make bench    measure speed against others and at scale: make bench SETS=DIR, hours; benchmarks/README.md says what"
	@echo "make screenshots  every state of the page as a picture, into screenshots/"
	@echo "make lock     write requirements.lock anew from what is installed"
	@echo "make clean    remove the environment, all caches in this folder and all of index/: the index, and conversations,"
	@echo "          batches, cases, ratings and what was left out or calibrated; only the index: rag index --rebuild"

install: .venv/.weights

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check "$$(grep '^torch==' requirements.lock)"
	$(BIN)/pip install --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.weights: .venv/.installed
	$(RAG) models pull $(EMBEDDER)
	$(RAG) models pull $(GENERATOR)
	@touch $@

.venv/.tiny: .venv/.installed
	$(RAG) models pull $(TINY)
	@touch $@

.venv/axe.min.js: .ci/axe.py | .venv/.installed
	$(BIN)/python .ci/axe.py $@

# Ctrl-C is how one leaves: it is no error.
chat: install
	@trap 'exit 0' INT; $(RAG) index "$(SEEDS)" --index "$(INDEX)" && $(RAG) serve --index "$(INDEX)" --port $(PORT)

index: install
	$(RAG) index "$(SEEDS)" --index "$(INDEX)"

eval: install
	@test -n "$(DATASET)" || { echo "name a dataset folder: make eval DATASET=DIR"; exit 2; }
	$(RAG) eval "$(DATASET)"

# One after the other, and nothing else beside it. What is compared with gets environments of its own.
BENCHED  := .venv/benched
MEASURED := benchmarks/results
bench: install .venv/.tiny
	@test -n "$(SETS)" || { echo "name a folder of datasets: make bench SETS=DIR"; exit 2; }
	$(BIN)/python benchmarks/documents.py "$(SETS)" $(BENCHED)/docs
	$(RAG) index $(BENCHED)/docs --index $(BENCHED)/index
	$(BIN)/python benchmarks/embedding.py $(BENCHED)/docs -o $(MEASURED)/embedding.json
	$(BIN)/python benchmarks/indexing.py $(BENCHED)/docs -o $(MEASURED)/indexing.json
	$(BIN)/python benchmarks/starting.py $(BENCHED)/index "Where do I set the API key when I create a client in Python?" -o $(MEASURED)/starting.json
	$(BIN)/python benchmarks/peers.py $(BENCHED)/docs -o $(MEASURED)/peers.json
	$(BIN)/python benchmarks/answering.py "$(SETS)/squad2" -o $(MEASURED)/answering.json
	$(BIN)/python benchmarks/batching.py "$(SETS)/squad2" -o $(MEASURED)/batching.json
	$(BIN)/python benchmarks/lexical.py "$(SETS)" -o $(MEASURED)/lexical.json
	$(BIN)/python benchmarks/finding.py "$(SETS)" -o $(MEASURED)/finding.json
	$(BIN)/python benchmarks/growth.py $(MEASURED)/finding.json -o $(MEASURED)/growth.svg
	$(BIN)/python benchmarks/memory.py -o $(MEASURED)/memory.json

check: .venv/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pydoclint --quiet rag ui.py

test: install .venv/.tiny .venv/axe.min.js check
	$(BIN)/pytest $(if $(OFFLINE),-m "not network")

screenshots: index
	$(BIN)/python -m tests.browser.screenshots screenshots

lock: .venv/.installed
	$(BIN)/python .ci/lock.py > .venv/requirements.lock
	mv .venv/requirements.lock requirements.lock

clean:
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find index -mindepth 1 ! -name README.md -delete
	find rag tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
