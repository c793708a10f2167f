# Needs Python 3.11 and make, and for all that is about the stack Node.js 20. Only the first `make
# serve`, `make test`, `make test-clients` and `make test-console` use the network, and whatever runs
# after a lock file has changed.

# CDK works on Node.js 20, and says at length that it is old.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# Every process of the tests would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CLIENTS_VENV ?= .venv-clients
EMULATOR_VENV ?= .venv-emulator
BENCH_CLIENT_VENV ?= .venv-bench-client
PIP := $(BIN)/pip install -qq --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help serve serve-durable quick test faults test-clients test-console e2e check cost bounds bench bench-client contention documents synth \
	cdk-bootstrap deploy bootstrap key keys revoke restore-team export-team import-team restore-tables upgrade change-engine destroy lock sbom clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

serve: $(VENV)/.serve ## the API on this machine, tables in memory (HOST= PORT= DYNAMODB_ENDPOINT= CORS_ORIGINS=)
	@$(BIN)/python -m infra.local

serve-durable: $(VENV)/.serve ## the same on DynamoDB Local, kept in .local/ (needs Java 17)
	@$(BIN)/python -m infra.local --durable

# What is known within a minute of a change. Tests are dealt out one by one: a few take most of the time.
CHANGED = { git diff --name-only --diff-filter=d HEAD -- '*.py' && git ls-files --others --exclude-standard -- '*.py'; } 2>/dev/null

quick: $(VENV)/.dev ## within a minute: lint of what changed, documents, the fast contract and unit tests
	$(call node)
	@files=$$($(CHANGED)); $(BIN)/ruff check $${files:-.} && $(BIN)/ruff format --check $${files:-.}
	@$(BIN)/python -m infra.openapi --check
	@$(BIN)/python -m infra.documents --check
	@$(BIN)/python -m pytest -q --numprocesses auto --dist worksteal -p no:randomly -m "not slow" tests/contract tests/unit

test: $(VENV)/.dev $(if $(shell command -v java),.local/dynamodb-local) ## all tests; no account, no network
	$(call node)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

faults: $(VENV)/.dev ## every fault at every call of AWS that any route makes, counted; every rival, every damage to an item
	@$(BIN)/python -m pytest -q --numprocesses auto --dist worksteal -p no:randomly --every-fault tests/properties/test_faults.py tests/properties/test_races.py tests/contract/test_every_damage.py

test-clients: $(VENV)/.dev $(CLIENTS_VENV)/.clients tests/clients/node_modules/.clients ## the vendors' own clients against the API
	CLIENTS_PYTHON=$(abspath $(CLIENTS_VENV))/bin/python $(BIN)/python -m pytest tests/clients

test-console: $(VENV)/.dev tests/console/node_modules/.axe ## the console in a browser (CHROMIUM=, ARGS=--write-screenshots)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/console $(ARGS)

e2e: $(VENV)/.dev $(EMULATOR_VENV)/.emulator node_modules/.cdk $(CLIENTS_VENV)/.clients tests/clients/node_modules/.clients ## the stack on an emulator of AWS
	EMULATOR_PYTHON=$(abspath $(EMULATOR_VENV))/bin/python CLIENTS_PYTHON=$(abspath $(CLIENTS_VENV))/bin/python \
		$(BIN)/python -m pytest tests/e2e -p no:randomly -x -o tmp_path_retention_policy=failed

check: $(VENV)/.dev ## lint, format, strict types, bandit, advisories, documents, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m bandit -q -c pyproject.toml -r functions shared infra tools client
	$(BIN)/python -m tools.audit
	$(BIN)/python -m infra.openapi --check
	$(BIN)/python -m infra.documents --check
	$(BIN)/python -m tools.cost --check
	$(BIN)/python -m pytest -q tests/contract/test_lock.py

cost: $(VENV)/.dev .local/dynamodb-local ## what every call costs, and a month (ARGS=--write renews the record)
	@$(BIN)/python -m tools.cost $(ARGS)

bounds: $(VENV)/.dev ## CPU seconds and peak memory of hostile requests, worst first (ROUTES=)
	@$(BIN)/python -m tests.routes.bounds $(ROUTES)

bench: $(VENV)/.dev .local/dynamodb-local ## how fast it is, beside its floor (ARGS='--short', '--against main', '--profile', '--write')
	@$(BIN)/python -m tools.bench $(ARGS)

bench-client: $(VENV)/.dev $(BENCH_CLIENT_VENV)/.clients ## how fast the client is, beside the vendors' (ARGS='--short', '--write')
	@$(BIN)/python -m tools.bench_client --python $(abspath $(BENCH_CLIENT_VENV))/bin/python $(ARGS)

contention: $(VENV)/.dev .local/dynamodb-local ## what 64 writers of one prompt cost each other, on DynamoDB Local (ARGS='--writers 16 --each 4')
	@$(BIN)/python -m tools.contention $(ARGS)

documents: $(VENV)/.dev ## write what is generated again: the OpenAPI document, tables in the documents
	$(BIN)/python -m infra.openapi
	$(BIN)/python -m infra.documents
	$(BIN)/python -m tools.cost --from-record --write > /dev/null

synth: $(VENV)/.dev ## the CloudFormation template, in cdk.out/
	$(call node)
	$(BIN)/python -m infra.app
	$(BIN)/cfn-lint cdk.out/Cuebook.template.json
	@$(BIN)/python -m infra.summary

# Whatever calls AWS does so in the region of AWS_REGION, else of AWS_DEFAULT_REGION, else of the profile,
# and announces it with the account; see infra/operator.py.

cdk-bootstrap: $(VENV)/.dev node_modules/.cdk ## prepare an account and a region for `make deploy`, once
	@$(BIN)/python -m infra.cdk bootstrap $(ARGS)

deploy: $(VENV)/.dev node_modules/.cdk ## the stack, into the account of your AWS credentials (ARGS='-c stage=prod')
	@$(BIN)/python -m infra.cdk deploy $(ARGS)

bootstrap: $(VENV)/.dev ## a deployment's first team, its admin key and admin (STACK= EMAIL= TEAM= TEAM_ID= ROTATE=1)
	$(call named,STACK,make bootstrap STACK=cuebook-dev)
	@$(BIN)/python -m infra.bootstrap $(STACK) $(if $(TEAM),--team "$(TEAM)") \
		$(if $(TEAM_ID),--team-id $(TEAM_ID)) $(if $(ROTATE),--rotate) \
		$(if $(EMAIL),--email "$(EMAIL)")

key: $(VENV)/.dev ## a new API key (STACK= NAME= TEAM= OPERATION= PROMPTS= POINTERS= QUOTA= DAYS=)
	$(call named,STACK,make key STACK=cuebook-dev NAME="order service")
	$(call named,NAME,make key STACK=cuebook-dev NAME="order service")
	@$(BIN)/python -m infra.keys make $(STACK) --name "$(NAME)" $(if $(TEAM),--team "$(TEAM)") \
		$(if $(OPERATION),--operation $(OPERATION)) $(if $(PROMPTS),--prompts "$(PROMPTS)") \
		$(if $(POINTERS),--pointers "$(POINTERS)") $(if $(QUOTA),--quota $(QUOTA)) $(if $(DAYS),--days $(DAYS))

keys: $(VENV)/.dev ## the API keys, newest first (STACK= TEAM=)
	$(call named,STACK,make keys STACK=cuebook-dev)
	@$(BIN)/python -m infra.keys list $(STACK) $(if $(TEAM),--team "$(TEAM)")

revoke: $(VENV)/.dev ## end an API key (STACK= ID=)
	$(call named,STACK,make revoke STACK=cuebook-dev ID=the-id-of-the-key)
	$(call named,ID,make revoke STACK=cuebook-dev ID=the-id-of-the-key)
	@$(BIN)/python -m infra.keys revoke $(STACK) --id $(ID)

restore-team: $(VENV)/.dev ## a deleted team with its prompts, under another NAME= if you like (STACK= TEAM= NAME=)
	$(call named,STACK,make restore-team STACK=cuebook-dev TEAM=the-id-of-the-team)
	$(call named,TEAM,make restore-team STACK=cuebook-dev TEAM=the-id-of-the-team)
	@$(BIN)/python -m infra.teams restore $(STACK) --team $(TEAM) $(if $(NAME),--name "$(NAME)")

export-team: $(VENV)/.dev ## a team into a file (STACK= FILE= TEAM= TABLES=)
	$(call named,STACK,make export-team STACK=cuebook-prod FILE=team.jsonl)
	$(call named,FILE,make export-team STACK=cuebook-prod FILE=team.jsonl)
	@$(BIN)/python -m infra.backup export $(STACK) "$(FILE)" \
		$(if $(or $(TEAM),$(TEAM_ID)),--team "$(or $(TEAM),$(TEAM_ID))") $(if $(TABLES),--tables $(TABLES))

import-team: $(VENV)/.dev ## a team out of a file, compared item by item (STACK= FILE= KEYS=1)
	$(call named,STACK,make import-team STACK=cuebook-prod FILE=team.jsonl)
	$(call named,FILE,make import-team STACK=cuebook-prod FILE=team.jsonl)
	@$(BIN)/python -m infra.backup import $(STACK) "$(FILE)" $(if $(KEYS),--keys)

upgrade: $(VENV)/.dev ## rewrite what an earlier release stored otherwise (STACK=)
	$(call named,STACK,make upgrade STACK=cuebook-prod)
	@$(BIN)/python -m infra.upgrade $(STACK)

change-engine: $(VENV)/.dev ## a draft of a prompt's newest version in another template language (STACK= PROMPT= ENGINE=)
	$(call named,STACK,make change-engine STACK=cuebook-prod PROMPT=the-id-of-the-prompt ENGINE=liquid)
	$(call named,PROMPT,make change-engine STACK=cuebook-prod PROMPT=the-id-of-the-prompt ENGINE=liquid)
	$(call named,ENGINE,make change-engine STACK=cuebook-prod PROMPT=the-id-of-the-prompt ENGINE=liquid)
	@$(BIN)/python -m infra.engines $(STACK) --prompt $(PROMPT) --engine $(ENGINE)

restore-tables: $(VENV)/.dev ## the tables as they were, beside those in use (STACK= AT= TABLES=)
	$(call named,STACK,make restore-tables STACK=cuebook-prod AT=2026-01-31T14:05Z TABLES=rescue-)
	$(call named,AT,make restore-tables STACK=cuebook-prod AT=2026-01-31T14:05Z TABLES=rescue-)
	$(call named,TABLES,make restore-tables STACK=cuebook-prod AT=2026-01-31T14:05Z TABLES=rescue-)
	@$(BIN)/python -m infra.backup restore $(STACK) --at $(AT) --tables $(TABLES)

destroy: $(VENV)/.dev ## remove the dev deployment with its data (YES=1 does not ask)
	@$(BIN)/python -m infra.destroy $(if $(YES),--yes)

# The dev lock decides the versions; the other two are cut from it.
COMPILE := $(BIN)/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

lock: $(VENV)/.dev ## make requirements/*.txt again from pyproject.toml (network)
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	$(COMPILE) -c requirements/dev.txt --group serve pyproject.toml -o requirements/serve.txt
	$(COMPILE) --group clients -o requirements/clients.txt
	$(COMPILE) --group langfuse-3 -o requirements/langfuse-3.txt
	$(COMPILE) --group langfuse-2 -o requirements/langfuse-2.txt
	$(COMPILE) --group bench-client -o requirements/bench-client.txt
	$(subst 3.11,3.13,$(COMPILE)) --group emulator -o requirements/e2e.txt

sbom: $(VENV)/.dev ## what is deployed, for auditors: a CycloneDX document in .local/sbom.json
	@mkdir -p .local
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml \
		--output-reproducible --of JSON -o .local/sbom.json
	@echo .local/sbom.json

clean: ## remove what make has made, except what .local/ keeps
	rm -rf $(VENV) $(CLIENTS_VENV) $(EMULATOR_VENV) $(BENCH_CLIENT_VENV) node_modules tests/clients/node_modules tests/console/node_modules cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The races are run for real on DynamoDB Local, where there is a Java to run it.
.local/dynamodb-local: | $(VENV)/.serve
	@echo "downloading DynamoDB Local, once (50 MB)"
	@$(BIN)/python -m infra.local.durable

# -- one virtual environment for all; a stamp tells which lock file it was last filled from

$(VENV)/.serve: requirements/serve.txt | $(BIN)/pip
	@echo "installing what 'make serve' needs"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/pip
	@echo "installing the development tools, once; this takes some minutes"
	@$(PIP) -r $<
	@touch $@ $(VENV)/.serve

$(BIN)/pip:
	$(call needs,$(PYTHON),Python 3.11 or newer)
	$(call must,$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))',\
		$(PYTHON) is older than 3.11; name a newer one: PYTHON=python3.13)
	$(call must,$(PYTHON) -c 'import ensurepip$(comma) venv',\
		$(PYTHON) has no venv module; on Debian and Ubuntu: apt install python3-venv)
	@$(PYTHON) -m venv $(VENV)

# -- the vendors' clients, apart, so that what they ask for constrains nothing else

OLDER_CLIENTS := langfuse-3 langfuse-2

$(CLIENTS_VENV)/.clients: requirements/clients.txt $(OLDER_CLIENTS:%=requirements/%.txt) | $(BIN)/pip
	@echo "installing the vendors' Python clients"
	@$(BIN)/python -m venv $(CLIENTS_VENV)
	@$(CLIENTS_VENV)/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<
	@for older in $(OLDER_CLIENTS); do rm -rf $(CLIENTS_VENV)/$$older; \
		$(CLIENTS_VENV)/bin/pip install -qq --disable-pip-version-check --require-hashes \
		--target $(CLIENTS_VENV)/$$older -r requirements/$$older.txt || exit 1; done
	@touch $@

$(BENCH_CLIENT_VENV)/.clients: requirements/bench-client.txt | $(BIN)/pip
	@echo "installing the clients that ours is compared with"
	@$(BIN)/python -m venv $(BENCH_CLIENT_VENV)
	@$(BENCH_CLIENT_VENV)/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

tests/clients/node_modules/.clients: tests/clients/package-lock.json tests/clients/.npmrc
	$(call node)
	$(call needs,npm,npm)
	@echo "installing the vendors' JavaScript clients"
	@cd tests/clients && npm ci --loglevel error
	@touch $@

# -- what looks for barriers in a page

tests/console/node_modules/.axe: tests/console/package-lock.json tests/console/.npmrc
	$(call node)
	$(call needs,npm,npm)
	@echo "installing axe-core"
	@cd tests/console && npm ci --loglevel error
	@touch $@

# -- the CDK's command line, and an emulator of AWS that it can deploy to

node_modules/.cdk: package-lock.json
	$(call node)
	$(call needs,npm,npm)
	@echo "installing the CDK's command line"
	@npm ci --loglevel error
	@touch $@

# It runs functions on its own interpreter, which is therefore to be the one of their runtime.
PYTHON313 ?= $(firstword $(shell \
	for python in python3.13 "$$($(PYTHON) -c 'import sys; print(sys.base_prefix)')"/../*3.13*/bin/python3.13; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo "$$python"; \
	done) python3.13)

$(EMULATOR_VENV)/.emulator: requirements/e2e.txt
	$(call must,$(PYTHON313) -c '',Python 3.13 is missing; name it: PYTHON313=...)
	@echo "installing the emulator"
	@$(PYTHON313) -m venv $(EMULATOR_VENV)
	@$(EMULATOR_VENV)/bin/pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

# $(error) instead of a failing command: one line, and nothing after it
comma := ,
must = $(if $(shell $(1) >/dev/null 2>&1 && echo yes),,$(error $(strip $(2))))
node = $(call needs,node,Node.js 20 or newer)$(call must,\
	node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))',Node.js is older than 20)
named = $(call must,test -n "$($(1))",name the $(1): $(2))
needs = $(call must,command -v $(1),$(1) is missing; $(2) is needed)
