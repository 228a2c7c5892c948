# Everything a person types. `make demo` and `make test` set up what they need by themselves.
.DEFAULT_GOAL := help
.PHONY: help demo test bench sbom tools outsiders fuzz audit check format lock clean

PYTHON ?= $(firstword $(foreach version,3.13 3.12 3.11,$(shell python$(version) -c 'import sys; print(sys.executable)' 2>/dev/null)) python3)
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUTSIDERS := tests/outsiders
LOCK := pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

help: ## Show what can be typed here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 18

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "sealstream needs Python 3.11, 3.12 or 3.13; name one with: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@echo "Installing into $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Watch real media go through: embedded broker, S3 server, worker, alerts (KEEP=1 leaves it running)
	@$(RUN)/sealstream demo $(if $(KEEP),--keep)

test: $(STAMP) ## Run everything against real Apache Kafka and a real S3 server
ifdef ARGS
	@$(RUN)/python -m pytest $(ARGS)
else
	@$(RUN)/python -m pytest -n auto -m "not kill"
	@$(RUN)/python -m tests.alone # what watches how long things take
endif

bench: $(STAMP) ## Measure what an event costs beside plain loops (SHORT=1: a look; AGAINST=CHECKOUT; PAGE=1: the page)
	@$(RUN)/python -m bench $(if $(SHORT),--short) $(if $(LONG),--long) $(addprefix --against=,$(AGAINST)) \
	  $(if $(PAGE),--json docs/performance/figures.json --add --page docs/performance.md) $(ARGS)

tools: $(STAMP) ## Install the everyday tools and key servers that tests use (Debian, as root; says which, elsewhere)
	@$(OUTSIDERS)/install_packages $(OUTSIDERS)/packages.txt tests/unit/credentials/packages.txt tests/browser/packages.txt tests/unit/reports/packages.txt tests/unit/console/packages.txt tests/contract/packages.txt
	@tests/unit/credentials/install_servers $(RUN)/python

outsiders: $(STAMP) ## Try all of them, larger and newer ones too, and write docs/tools.md anew (needs npm, cargo, Go, Maven)
	@$(OUTSIDERS)/install_packages $(OUTSIDERS)/packages.txt $(OUTSIDERS)/packages-more.txt
	@$(OUTSIDERS)/install_others $(RUN)/python
	@$(OUTSIDERS)/producers/record $(RUN)/python
	@$(RUN)/python -m tools.make_tools_page --measure
	@$(RUN)/python -m tools.render_chart
	@$(RUN)/python -m tests.outsiders.upgrade
	@$(RUN)/python -m pytest -q -n0 $(OUTSIDERS)/tile_log.py $(OUTSIDERS)/soft_binding.py
	@$(RUN)/python -m tests.outsiders.restore
	@$(RUN)/python -m tests.outsiders.restore --bucket-first

sbom: $(STAMP) ## Write what an installation is made of as a CycloneDX document, into dist/
	@$(RUN)/python -m tools.make_sbom

fuzz: $(STAMP) ## Fuzz what reads strangers' bytes (SECONDS=3600 for an hour)
	@$(RUN)/python -m tests.fuzz --seconds $(or $(SECONDS),60)

audit: $(STAMP) ## Ask for advisories about all locked packages; fails where none can be reached (ACCEPT="ID ...")
	@$(RUN)/python -m tools.audit_dependencies $(if $(ACCEPT),--accept $(ACCEPT))

check: $(STAMP) ## Format, lint, types and the rules of the house
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports

format: $(STAMP) ## Format the code
	@$(RUN)/ruff format .
	@$(RUN)/ruff check --fix .

lock: ## Pin every dependency with hashes anew (needs uv); the files name no index
	@uv pip compile $(LOCK) --all-extras --output-file requirements-dev.lock
	@uv pip compile $(LOCK) --extra console --extra media --extra notify --extra postgres --extra reports --extra traces --constraint requirements-dev.lock --output-file requirements.lock

clean: ## Remove what was installed and cached here
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
