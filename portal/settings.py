"""Settings, read from the environment (see ``.env.example``)."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _
from environs import Env

from portal import browser_policies

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(BASE_DIR / ".env"))

VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var").resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)

# Structures and figures are invented, and every page says so.
DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
# Without SECRET_KEY only `make demo` and the tests start: both set their own.
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")
HTTPS = env.bool("HTTPS", SITE_URL.startswith("https://"))
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

INSTALLED_APPS = [
    "providers",
    "intake",
    "portal",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtailgeowidget",
    "leaflet",
    "phonenumber_field",
    "django_tasks",
    "django_tasks_db",
    "modelcluster",
    "taggit",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    # Around the page cache: pages are kept without the campaign they are reached by.
    "portal.campaigns.CampaignMiddleware",
    # Before the rest, so that a stored page touches neither sessions nor the database.
    "portal.page_cache.PageCacheMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.security.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.sites.RememberedSiteMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "portal.urls"
ADMIN_PATH = "/admin/"
# Where people sign in, choose a password, answer an invitation.
ACCOUNTS_PATH = "/compte/"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.chrome.chrome",
            ],
        },
    }
]

# So that widgets find the project's templates.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}", conn_max_age=600
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE queues writers instead
    # of failing them half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that is away is said to be after 5 s, not after minutes. No query here is long
    # enough to gain by being compiled: that took more than half the time of the observatory's.
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": "-c jit=off"} | DATABASES[
        "default"
    ].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]]
# Both are shared between processes. "shared" holds the page cache and its
# generation, which must know of a failure; "default", which Wagtail reads on
# every page, is as if empty when it fails (see portal.caches).
if cache_url := env.str("CACHE_URL", ""):
    redis_prefix = env.str("CACHE_PREFIX", "portal")
    CACHES = {
        "default": {
            "BACKEND": "portal.caches.ForgivingRedisCache",
            "LOCATION": cache_url,
            "KEY_PREFIX": f"{redis_prefix}.site",
        },
        "shared": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": cache_url,
            "KEY_PREFIX": redis_prefix,
        },
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "portal.caches.ForgivingFileCache",
            "LOCATION": VAR_DIR / "cache" / "site",
        },
        "shared": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache" / "pages",
            "OPTIONS": {"MAX_ENTRIES": 5000},
        },
    }
# Parts that many pages share (foot of the page, search), for this process and
# under the generation of providers.generation.
CACHES["fragments"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "fragments",
    "OPTIONS": {"MAX_ENTRIES": 2000},
}
PAGE_CACHE = env.bool("PAGE_CACHE", True)
# Pages that write or belong to one person: never kept, their parameters left as they are.
# Open data and the widget for other sites say themselves how long they may be kept.
PAGE_CACHE_EXEMPT = (
    "/confirmer/",
    "/signaler/",
    "/c-est-ma-structure/",
    "/proposer-ma-structure/",
    "/opendata/",
    "/widget/",
    ACCOUNTS_PATH,
)
# Counters are written this often; 0 writes each count at once.
COUNTING_SECONDS = env.float("COUNTING_SECONDS", 5.0)

# --- Open data -----------------------------------------------------------------

# Who gives the data, at the beginning of each identifier of data.inclusion; the site's host when empty.
OPENDATA_SOURCE = env.str("OPENDATA_SOURCE", "")
# Requests that one network (a /24, a /64) may make in a minute; 0: as many as it likes.
OPENDATA_PER_MINUTE = env.int("OPENDATA_PER_MINUTE", 120)
# How old a file or an answer may be.
OPENDATA_SECONDS = env.int("OPENDATA_SECONDS", 60)
OPENDATA_DIR = VAR_DIR / "cache" / "opendata"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Never served by an address: what staff send to be read.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or DEMO
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# The demonstration serves files where they lie: nothing to collect first.
WHITENOISE_USE_FINDERS = DEBUG or DEMO
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# A web server in front may serve them instead.
SERVE_MEDIA = env.bool("SERVE_MEDIA", True)

# --- Work in the background ---------------------------------------------------

TASKS = {
    # Wagtail's own tasks are short: done at once.
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    # Ours wait in the database for `manage.py db_worker --backend portal`.
    "portal": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

# --- Language and time ------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "fr")
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Europe/Paris")
# Country whose public holidays close the line and the structures.
HOLIDAYS_COUNTRY = env.str("HOLIDAYS_COUNTRY", "FR")
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "FR")

# --- Wagtail ----------------------------------------------------------------

# Addresses that can be read out on the phone: é becomes e.
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_SITE_NAME = env.str("ADMIN_NAME", "1001 services")
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français"), ("en", "English")]
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_I18N_ENABLED = False
# Members of the working group have accounts of the admin.
WAGTAIL_FRONTEND_LOGIN_URL = f"{ACCOUNTS_PATH}login/"
# Passwords change on pages of their own; addresses are changed by the park, for codes go there.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# The admin's date picker reads this form only: another is replaced by today's date.
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ics", "odp", "ods", "odt", "pdf", "pptx", "xlsx"]
# By our own view wherever files are kept: it knows who may read them.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# What is refused, and told beside the field (see portal.uploads).
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024  # bytes
WAGTAILDOCS_MAX_UPLOAD_SIZE = 25 * 1024 * 1024
WAGTAILIMAGES_IMAGE_FORM_BASE = "portal.uploads.PictureForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.uploads.DocumentForm"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "portal.search"}}
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# The admin's map: Leaflet comes from our own static files, tiles from here.
MAP_TILES_URL = env.str("MAP_TILES_URL", "https://tile.openstreetmap.org/{z}/{x}/{y}.png")
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", "© OpenStreetMap")
GEO_WIDGET_LEAFLET_TILE_LAYER = MAP_TILES_URL
GEO_WIDGET_LEAFLET_TILE_LAYER_OPTIONS = {
    "attribution": MAP_TILES_ATTRIBUTION,
    "referrerPolicy": "strict-origin",
}
GEO_WIDGET_ZOOM = 12

# --- Security ---------------------------------------------------------------

CONTENT_SECURITY_POLICY = browser_policies.CONTENT
ADMIN_CONTENT_SECURITY_POLICY = browser_policies.admin_content(MAP_TILES_URL)
PERMISSIONS_POLICY = browser_policies.PERMISSIONS
# The admin shows previews of our own pages in a frame.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Proxies in front whose X-Forwarded-For is believed; 0 takes the address that connects.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

# --- Accounts -----------------------------------------------------------------

# Django's own, with an address instead of a name too; the same work when nobody has it.
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.EvenBackend"]
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
# Nobody signs up: the field names only what an account must have.
ACCOUNT_SIGNUP_FIELDS = ["email*", "username", "password1*"]
# An address is proven by the invitation or the code sent to it.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # seconds: mail can be slow, and so can people
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,10/h/key"}
MFA_ADAPTER = "portal.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = WAGTAIL_SITE_NAME
# Park staff and operators reach the administration with a second factor only.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", not (DEMO or DEBUG))
# Days during which the link of an invitation can be used.
INVITATION_DAYS = env.int("INVITATION_DAYS", 14)

# Days after an event when the names of those who registered are erased.
REGISTRATION_KEPT_DAYS = env.int("REGISTRATION_KEPT_DAYS", 30)

# --- E-mail --------------------------------------------------------------------

vars().update(env.dj_email_url("EMAIL_URL", "consolemail:"))
if DEMO and not env.str("EMAIL_URL", ""):
    # Nothing leaves the demonstration: each e-mail is a file.
    EMAIL_BACKEND = "intake.mail.eml.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "emails")
# Seconds: a mail server that says nothing must not hold up the worker.
EMAIL_TIMEOUT = vars().get("EMAIL_TIMEOUT") or 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "ne-pas-repondre@localhost")
# Where answers to e-mails go; nowhere when empty.
REPLY_TO_EMAIL = env.str("REPLY_TO_EMAIL", "")

# --- The answering machine ----------------------------------------------------

# Mailbox to which the phone system sends its recordings, read by
# `manage.py fetch_voicemail`: imaps://user:password@host/INBOX. Empty: none.
VOICEMAIL_IMAP_URL = env.str("VOICEMAIL_IMAP_URL", "")
# Folder to which fetched messages are moved; empty: they stay, marked as read.
VOICEMAIL_IMAP_MOVE_TO = env.str("VOICEMAIL_IMAP_MOVE_TO", "")

# --- Logs -----------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
