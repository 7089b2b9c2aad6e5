# Everything runs from the repository root. `make` alone explains the targets.
RAW ?= warehouse/raw
SOURCE ?= 1k
WAREHOUSE ?= warehouse/lastfm.duckdb
DEMO ?= warehouse/demo
SPLITS ?=
VARS ?= {}
REPLACE ?=
KEEP_VERSIONS ?=
FORCE ?=
FEEDBACK ?= warehouse/feedback.csv
ACCEPT ?=
DATA_URL ?=
SCALES ?=
LOOKALIKE ?=
DATA ?=
SEEDS ?=
ITEM_TYPE ?=
TRIALS ?=
NEW_ARTISTS ?=
LISTENER ?=
TARGET ?=
USERS ?=
PYTHON ?= python3
SETTINGS := RAW SOURCE WAREHOUSE DEMO SPLITS VARS REPLACE KEEP_VERSIONS FORCE FEEDBACK ACCEPT DATA_URL SCALES LOOKALIKE DATA SEEDS ITEM_TYPE TRIALS NEW_ARTISTS LISTENER USERS TARGET
# a dollar sign in a setting is one, not a reference to a variable; recipes take settings from the environment ($$RAW)
$(foreach name,$(SETTINGS),$(eval override $(name) := $$(value $(name))))
export $(SETTINGS)
export DBT_PROJECT_DIR := dbt_project
export DO_NOT_TRACK := 1

BIN := .venv/bin
READY := .venv/.ready
BENCHMARK_READY := .venv/.benchmark-ready
NEXT_READY := .venv-next/.ready
SPARK_READY := .venv-spark/.ready
# what builds: DuckDB, or Spark where TARGET names an output of profiles.yml for it
BUILDER := $(if $(TARGET),.venv-spark/bin,$(BIN))
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup data demo build fit recommend evaluate report slides charts protocols study test test-all test-next test-spark verify-real verify-facts published tuning benchmark lint explore docs clean

# '##' marks what everybody needs, '#:' the rest
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
	@echo "More:"
	@grep -hE '^[a-z-]+:.*#:' $(MAKEFILE_LIST) | sed -E 's/:.*#: /\t/' | expand -t 14
	@echo
	@echo "Settings: RAW=$$RAW SOURCE=$$SOURCE (1k|360k) WAREHOUSE=$$WAREHOUSE"
	@echo "          SPLITS='names beside the default ones' VARS='{name: value}' (see dbt_project/dbt_project.yml)"
	@echo "          NEW_ARTISTS=1 (build, fit, evaluate: tracks by artists new to the user as one more task)"

setup: $(READY) #: Prepare the environment in .venv from requirements.lock

# --no-deps: the lock file is complete, and older versions of pip cannot check hashes of extras
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: set PYTHON=python3.x." >&2; exit 1; }
	@echo "Preparing .venv from requirements.lock (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@grep -q DBT_PROJECT_DIR $(BIN)/activate || echo 'export DBT_PROJECT_DIR=dbt_project DO_NOT_TRACK=1' >> $(BIN)/activate
	@touch $(READY)

data: $(READY) ## Download the Last.fm data to RAW once the licence is accepted (ACCEPT=yes; DATA_URL=address)
	@$(BIN)/python -m models_py data

demo: $(READY) ## Write the embedded demo data to warehouse/demo
	@$(BIN)/python -m models_py demo

build: $(if $(TARGET),$(SPARK_READY),$(READY)) ## Run dbt only: all marts from raw files and stored results, then publish (TARGET=spark_local: on Spark)
	@$(BUILDER)/python -m models_py build

fit: $(READY) ## Tune, fit and evaluate on the marts as they are, then publish
	@$(BIN)/python -m models_py fit

# the name of an earlier version
recommend: fit

evaluate: $(if $(TARGET),$(SPARK_READY),$(READY)) ## Everything: raw files (or the demo) to leaderboard and served recommendations (TARGET: as build)
	@$(BUILDER)/python -m models_py evaluate

report: $(READY) ## Write the report, one HTML file beside WAREHOUSE (LISTENER=user id: that person's page too)
	@$(BIN)/python -m models_py report

slides: $(READY) ## Write the findings as slides, one PDF beside WAREHOUSE
	@$(BIN)/python -m models_py slides

charts: $(READY) ## Write every chart of the report as SVG and PNG, in a folder beside WAREHOUSE
	@$(BIN)/python -m models_py charts

protocols: $(READY) #: Score every evaluation protocol on the marts as they are (ITEM_TYPE=artist, TRIALS=40)
	@$(BIN)/python -m models_py protocols

# the name of an earlier version
study: protocols

test: $(READY) ## Run the tests, dbt's and pytest's, against a demo warehouse in a temporary folder
	@$(BIN)/python -m pytest $(IN_PARALLEL) -m "not slow"

test-all: $(READY) #: Run every test, also those that take minutes each
	@$(BIN)/python -m pytest $(IN_PARALLEL)

# where the project meets DuckDB: files read, written and published, SQL of metrics, a whole evaluation, dbt's unit tests
SHORT := sql/test_engine.py sources/test_loading.py sources/test_bad_input.py test_warehouse.py reports/test_answers.py \
	evaluation/test_comparisons.py \
	test_small_studies.py::test_a_bare_dbt_build_works_on_the_published_file_and_keeps_the_results

test-next: $(NEXT_READY) #: Run the short part of the tests on the next DuckDB, in .venv-next
	@.venv-next/bin/python -m pytest $(IN_PARALLEL) -m "not slow" $(addprefix tests/,$(SHORT))

test-spark: $(SPARK_READY) #: Build the same data on DuckDB and on Spark, and compare every table
	@.venv-spark/bin/python -m pytest tests/spark

# .venv with requirements-NAME.lock before it on Python's path
.venv-%/.ready: requirements-%.lock $(READY)
	@echo "Preparing .venv-$* from .venv and $< (once) ..."
	@$(BIN)/python -m venv --clear .venv-$*
	@.venv-$*/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@$(BIN)/python -c 'import site; print(*site.getsitepackages())' > $$(echo .venv-$*/lib/python3*/site-packages)/locked.pth
	@touch $@

verify-real: $(READY) #: Check the published figures on real data (REAL_DATA=folder)
	@REAL_DATA_REQUIRED=1 $(BIN)/python -m pytest -m real_data -s

verify-facts: $(READY) #: Compare published counts of the full 1K file with the warehouse built from it
	@$(BIN)/python -m models_py verify-facts

published: $(READY) #: Evaluate by the protocol of a published HetRec table (DATA=file in the 360K format; SEEDS=5)
	@$(BIN)/python -m models_py published

tuning: $(READY) #: Show the best score over the number of trials, as a table and a plot beside the warehouse
	@$(BIN)/python -m models_py tuning

$(BENCHMARK_READY): requirements-benchmark.lock $(READY)
	@echo "Adding requirements-benchmark.lock to .venv (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-benchmark.lock
	@touch $(BENCHMARK_READY)

benchmark: $(if $(TARGET),$(SPARK_READY),$(BENCHMARK_READY)) #: Measure time and memory per stage and model (RAW=folder, or SCALES='0.1 0.3' LOOKALIKE=program; TARGET=spark_local: of two engines)
	@$(BUILDER)/python -m models_py benchmark

lint: $(READY) #: Check the style of Python and SQL
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && WAREHOUSE=:memory: $(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/data_tests dbt_project/analyses

explore: $(READY) ## Write a page that asks the tables in a browser, and serve it (USERS='ids, or all'; needs npm)
	@$(BIN)/python -m models_py explore

docs: $(READY) ## Write the dbt documentation as one page, dbt_project/target/static_index.html
	@$(BIN)/python -m models_py docs
	@echo "Open dbt_project/target/static_index.html"

clean: ## Remove build leftovers, those beside WAREHOUSE too; raw data, warehouses and .venv stay
	@[ ! -e $(READY) ] || $(BIN)/python -m models_py clean
	@rm -rf dbt_project/target dbt_project/logs logs .pytest_cache .ruff_cache .hypothesis
	@find models_py tests -name __pycache__ -prune -exec rm -rf {} +
