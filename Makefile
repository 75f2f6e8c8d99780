# Every target first installs what it needs. Start with `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --quiet --upgrade

# Tests wait for more than half of their time, so three workers per core are faster than one. More workers only import more.
PARALLEL = --dist worksteal -n
WORKERS ?= 6
# Chromium takes more of a core.
SLOW_WORKERS ?= 4

# Every process of the tests reads the same modules: compiled ones start it seconds sooner.
unexport PYTHONDONTWRITEBYTECODE

IMAGES = python:3.12-slim-bookworm postgres:17-bookworm

.PHONY: demo test test-all test-faults bench bench-search bench-plan bench-questions train bench-throughput bench-lateness bench-fanout bench-workspaces fuzz fuzz-http check install lock format clean bench-acknowledging bench-versions pictures slo secrets soak release image-digest bench-unsigned audit texts

demo: .venv/runtime.stamp ## open a local Slack workspace with the bot in the browser; SCHEDULE=file or address for another one
	$(BIN)/qcon-bot demo $(if $(SCHEDULE),--schedule "$(SCHEDULE)") $(ARGS)

test: .venv/development.stamp ## run the tests for every change; three minutes
	$(BIN)/python -m pytest $(PARALLEL) $(WORKERS) -m "not (variant or slow or thorough)" $(ARGS)

test-all: export FUZZ_EXAMPLES ?= 100
test-all: test ## run all tests, also PostgreSQL, Socket Mode, Chromium, faults and other slow ones; 25 minutes
	$(BIN)/python -m pytest $(PARALLEL) $(SLOW_WORKERS) -m "(variant or slow) and not (serial or thorough)" $(ARGS)
	$(BIN)/python -m pytest -m "serial and not thorough" $(ARGS)

fuzz: .venv/development.stamp ## import 20,000 hostile files, and measure the memory of the worst; FUZZ_SEED=n for others
	FUZZ_FILES=20000 $(BIN)/python -m pytest -rP tests/schedule/importers/test_hostile_files.py tests/schedule/importers/test_memory.py $(ARGS)

fuzz-http: .venv/development.stamp ## send 100,000 hostile requests, signed and unsigned; FUZZ_SEED=n for others
	FUZZ_REQUESTS=100000 $(BIN)/python -m pytest -q -s tests/end_to_end/test_hostile_requests.py $(ARGS)

test-faults: .venv/development.stamp ## test reminders under a thousand kills and every other fault; 20 minutes
	$(BIN)/python -m pytest -o faulthandler_timeout=900 -m "thorough or not thorough" tests/faults $(ARGS)

bench-search: .venv/development.stamp ## compare the search with rapidfuzz, FTS5 and tantivy, at 5, 872 and 10,000 talks
	$(BIN)/python -m tests.benchmarks.search

bench-plan: .venv/development.stamp ## measure how good and how fast similar talks and day plans are
	$(BIN)/python -m tests.benchmarks.planning

bench-questions: .venv/development.stamp ## measure how many questions are answered right, leaving one schedule out
	$(BIN)/python -m tests.benchmarks.questions $(ARGS)

train: .venv/development.stamp ## train the search's decision on the labelled questions
	$(BIN)/python -m training.train

bench: .venv/development.stamp ## measure what an answer costs, compared with a bare Bolt app; ARGS="--requests 600"
	$(BIN)/python -m tests.benchmarks.serving $(ARGS)

bench-acknowledging: .venv/development.stamp ## measure how fast commands are acknowledged, at 100 a second on one core
	$(BIN)/python -m tests.benchmarks.acknowledging

bench-versions: .venv/development.stamp ## measure the memory that new versions of a schedule with 10,000 talks take
	$(BIN)/python -m tests.benchmarks.versions $(ARGS)

bench-unsigned: .venv/development.stamp ## measure the CPU that unsigned requests cost
	$(BIN)/python -m tests.benchmarks.unsigned

slo: .venv/development.stamp ## generate alerts and dashboard from deploy/slo.yaml and deploy/grafana/panels.yaml
	$(BIN)/python -m deploy.generate

pictures: .venv/development.stamp ## renew the pictures in docs/pictures; those of FOSDEM where ../shared has its schedule
	$(BIN)/python -m pytest -q tests/end_to_end/test_surfaces*.py tests/handlers/report/test_html.py \
		tests/playground/test_page.py::test_a_reminder_arrives_once_the_clock_jumps_to_it
	cp screenshots/surface-*.png screenshots/playground.png docs/pictures/
	cp screenshots/report-light.png docs/pictures/report.png
	for picture in screenshots/fosdem-*.png; do [ ! -e $$picture ] || cp $$picture docs/pictures/; done
	pngquant --skip-if-larger --force --ext .png docs/pictures/*.png || [ $$? -ge 98 ]  # 98 and 99: some were small already

bench-throughput bench-lateness bench-fanout bench-workspaces: bench-%: .venv/development.stamp ## measure how fast, late and scalable reminders are, and what many workspaces cost; ARGS=--help
	$(BIN)/python -m tests.benchmarks.$* $(ARGS)

texts: .venv/development.stamp ## print every text that people read, with its place
	@$(BIN)/python -m tests.texts

check: .venv/development.stamp ## check format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

secrets: .venv/development.stamp ## look for tokens and passwords in committed files, with detect-secrets
	git ls-files -z -- ':!data' ':!*.lock' ':!docs/pictures' ':!bot/search/data' | xargs -0 -n 150 -P 4 $(BIN)/detect-secrets-hook

audit: .venv/development.stamp ## check the locked dependencies for known vulnerabilities; fails if no database can be reached
	$(BIN)/python -m deploy.audit

soak: .venv/development.stamp ## simulate a conference of three days under load and faults, and report the service levels; 20 minutes
	$(BIN)/python -m tests.soak $(ARGS)

image-digest: ## pin the images of deploy/ by the digests that their names have now; needs Docker and its registry
	for image in $(IMAGES); do \
		digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' $$image) && \
		sed -i "s#$$image@sha256:[0-9a-f]*#$$image@$$digest#" deploy/Dockerfile deploy/compose.yaml deploy/kubernetes/backup.yaml || exit 1; \
	done

release: .venv/development.stamp ## build a release into dist/: wheel, source, archive for operators, components, checksums
	$(BIN)/python -m deploy.release

install: .venv/development.stamp ## install everything for development

format: .venv/development.stamp ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/development.stamp ## renew the locked dependencies: exact versions and hashes for every system
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --group dev --output-file requirements-dev.lock

clean: ## remove everything that was installed and cached
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/bare.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "qcon-bot needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime.stamp: .venv/bare.stamp requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/development.stamp: .venv/runtime.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
