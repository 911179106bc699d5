"""Settings of the tests: those of the portal, told nothing by ``.env`` but the database."""

import atexit
import os
import shutil
import tempfile

# One directory per process, so that parallel workers share no file.
_var = tempfile.mkdtemp(prefix="portal-tests-")
atexit.register(shutil.rmtree, _var, ignore_errors=True)

# What is set here wins over .env: results must not depend on whose machine it is.
os.environ.update(
    SECRET_KEY="only for the tests",
    DEBUG="false",
    DEMO="false",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    SITE_URL="http://testserver",
    HTTPS="false",
    BEHIND_PROXY="false",
    CACHE_URL="",
    PAGE_CACHE="false",
    COUNTING_SECONDS="0",
    SERVE_MEDIA="true",
    REQUIRE_SECOND_FACTOR="false",
    INVITATION_DAYS="14",
    EMAIL_URL="memorymail:",
    LANGUAGE_CODE="fr",
    TIME_ZONE="Europe/Paris",
    HOLIDAYS_COUNTRY="FR",
    PHONE_REGION="FR",
    MAP_TILES_URL="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    LOG_LEVEL="WARNING",
    VAR_DIR=_var,
)

# The variables above have to be set before the settings are read.
from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, DATABASES, STATIC_ROOT, STORAGES, TASKS  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Private to each worker, shared with its live server's threads. The tests of
# the page cache take a directory of their own.
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in CACHES
}
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# No worker runs beside the tests: what is enqueued is done at once.
TASKS = TASKS | {"portal": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# Files are served from where they are written: nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(exist_ok=True)

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Rows that no ORDER BY puts in order come backwards: a test that counts on
    # an accidental order fails here or on PostgreSQL.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA reverse_unordered_selects=ON;"
    # A file, as in production: in memory, two threads are refused where a file lets one wait.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_var, "tests.sqlite3")}  # noqa: PTH118
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
