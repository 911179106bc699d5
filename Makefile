# Everything a newcomer, a maintainer and the continuous integration run.
# Needs a POSIX shell, make and Python 3.11 or newer.

PYTHON = python3
PORT = 8000
VENV = .venv
BIN = $(VENV)/bin
# Tests run in parallel; PYTEST_ARGS="-k hotline" narrows them.
PYTEST_ARGS =
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK = pip compile --universal --python-version 3.11 --generate-hashes --no-header -q pyproject.toml
# What `make check` starts the portal with: as in production, and nothing of .env.
PRODUCTION = DEBUG=false DEMO=false SITE_URL=https://portail.example ALLOWED_HOSTS=portail.example HTTPS=true \
	EMAIL_URL=consolemail: CACHE_URL= DATABASE_URL= VAR_DIR=var/check SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

.PHONY: help demo reset test check bench bench-national bench-observatory lock messages install install-dev venv

help:
	@echo 'make demo      prepare the demonstration and serve it on port $(PORT) (make demo PORT=8123)'
	@echo 'make reset     the same, from an empty base'
	@echo 'make test      run every test (DATABASE_URL=postgres://… for PostgreSQL)'
	@echo 'make check     format, style, types, migrations, settings'
	@echo 'make bench     measure pages and queries'
	@echo 'make bench-national  the same questions in Brenne and in the whole of France (EXPLAIN=1 for the plans)'
	@echo 'make bench-observatory  the observatory over 1,000 and 1,000,000 needs'
	@echo 'make messages  gather the texts to translate, compile the French catalogue'
	@echo 'make lock      write requirements*.txt from pyproject.toml (needs uv)'

demo: install var/secret_key
	@DEMO=true DEBUG=false SECRET_KEY="$$(cat var/secret_key)" SITE_URL="http://127.0.0.1:$(PORT)" \
		$(BIN)/python manage.py demo --port $(PORT)

reset:
	@if [ -n "$$DATABASE_URL" ]; then \
		echo 'DATABASE_URL is set: empty that database yourself, then run make demo.' >&2; exit 1; fi
	rm -rf var/portal.sqlite3 var/portal.sqlite3-wal var/portal.sqlite3-shm var/media var/cache var/private var/emails
	@$(MAKE) demo PORT=$(PORT)

test: install-dev
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/mypy
	@$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python -m pytest -q tests/portal/test_translations.py

bench: install-dev var/secret_key
	$(BIN)/python -m tests.benchmarks

# Bases are built once (some minutes each) under var/bench-national and on the PostgreSQL server that answers.
bench-national: install-dev var/secret_key
	$(BIN)/python -m tests.benchmarks.national $(if $(EXPLAIN),--explain) $(BENCH_ARGS)

bench-observatory: install-dev var/secret_key
	$(BIN)/python -m tests.benchmarks.observatory $(BENCH_ARGS)

messages: install-dev var/secret_key
	SECRET_KEY="$$(cat var/secret_key)" $(BIN)/python manage.py makemessages --locale fr --no-wrap --no-obsolete \
		--add-location file --ignore .venv --ignore tests --ignore var
	SECRET_KEY="$$(cat var/secret_key)" $(BIN)/python manage.py compilemessages --locale fr --ignore .venv

lock:
	@command -v uv >/dev/null || [ -x $(BIN)/uv ] || { echo 'uv is needed to write the lock files.' >&2; exit 1; }
	PATH="$$PATH:$(BIN)" uv $(LOCK) -o requirements.txt
	PATH="$$PATH:$(BIN)" uv $(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

# A key for this machine: sessions survive a restart, and no key is in the repository.
var/secret_key:
	@mkdir -p var
	@(umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))' > $@)

venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed. This one is:' >&2; $(PYTHON) --version >&2; \
		echo 'Name another: make demo PYTHON=python3.12' >&2; exit 1; }
	@[ -x $(BIN)/python ] || { echo 'Creating $(VENV)…'; $(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo 'On Debian: apt install python3-venv' >&2; exit 1; }; }

# Installed again only when the lock file is not the one installed last.
install: venv
	@cmp -s requirements.txt $(VENV)/installed.txt || { \
		echo 'Installing the dependencies (a minute or two)…'; \
		$(PIP) -r requirements.txt && cp requirements.txt $(VENV)/installed.txt; }

install-dev: install
	@cmp -s requirements-dev.txt $(VENV)/installed-dev.txt || { \
		echo 'Installing what the tests need…'; \
		$(PIP) -r requirements-dev.txt && cp requirements-dev.txt $(VENV)/installed-dev.txt; }
