"""Django's settings.

Everything that differs between two instances comes from the environment:

OPEN12345_HOME      folder for all that is written at run time (default var/)
DATABASE_URL        a server of one's own, application role (default: embedded PostgreSQL)
DATABASE_OWNER_URL  the same database, role that owns the tables and migrates
OPEN12345_HOSTS     host names served, with commas (default: this machine only)
OPEN12345_ORIGINS   trusted origins behind a proxy, e.g. https://12345.example.cn
OPEN12345_BEHIND_TLS_PROXY=1  believe X-Forwarded-Proto
OPEN12345_SECRET_KEY  one key for all machines of a cluster (default: made and kept in the home)
OPEN12345_DEMO=1    a demo: sign-in offers "enter as", cookies also over http
OPEN12345_DEBUG=1   Django's debug pages; never in service
OPEN12345_TILE_URL  tiles under maps, https://host/{z}/{x}/{y}… (default: none; one host, which the CSP then names)
OPEN12345_POOL      most database connections per web process (default 16)

Those of signing in (second factor, identity provider, proxies) stand in directory.signin_settings, those of an
embedding service in dispatch.embedding_settings.
"""

import os
from pathlib import Path
from typing import Any

from open12345.directory.signin_settings import signin_settings
from open12345.dispatch.embedding_settings import embedding_settings
from open12345.project import home
from open12345.project.connections import databases, loader
from open12345.project.tiles import tile_url

OPEN12345_HOME = home.home()


def _flag(name: str) -> bool:
    return os.environ.get(name, "") not in {"", "0", "false", "no"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DEMO = _flag("OPEN12345_DEMO")
DEBUG = _flag("OPEN12345_DEBUG")
SECRET_KEY = os.environ.get("OPEN12345_SECRET_KEY") or home.kept_secret(OPEN12345_HOME / "secret-key")

# --- parts ----------------------------------------------------------------------------------------
ROOMS = (
    "ui",
    "directory",
    "orders",
    "repeats",
    "intake",
    "dispatch",
    "handling",
    "callback",
    "notify",
    "facts",
    "insight",
    "appraisal",
    "reports",
    "screen",
    "api",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *(f"open12345.{room}.apps.{room.capitalize()}Config" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "open12345.project.security.SecurityHeaders",
    "open12345.project.security.RequestLimits",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "open12345.directory.middleware.PersonMiddleware",
]
ROOT_URLCONF = "open12345.project.urls"
WSGI_APPLICATION = "open12345.project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "open12345.ui.context.frame",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------
DATABASES = databases(OPEN12345_HOME)
LOADER_SECRET_URL = loader(OPEN12345_HOME)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
MEDIA_ROOT = OPEN12345_HOME / "files"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

# --- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- maps ---------------------------------------------------------------------------------------------
TILE_URL = tile_url(os.environ.get("OPEN12345_TILE_URL", ""))

# --- what reads meanings, if anything does --------------------------------------------------------------
EMBEDDING = embedding_settings(os.environ)

# --- files the browser asks for -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = OPEN12345_HOME / "static"
NODE_MODULES = Path(os.environ.get("OPEN12345_NODE_MODULES", home.CHECKOUT / "node_modules"))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "open12345.project.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- who may come in ------------------------------------------------------------------------------
globals().update(signin_settings(os.environ, insecure=DEMO or DEBUG))

# --- the wire -------------------------------------------------------------------------------------
ALLOWED_HOSTS = _list("OPEN12345_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("OPEN12345_ORIGINS")
_SECURE = not (DEMO or DEBUG)
# Browsers keep cookies per host, not per port: two instances on one machine need two names.
SESSION_COOKIE_NAME = f"session-{home.fingerprint(OPEN12345_HOME)}"
CSRF_COOKIE_NAME = f"csrf-{home.fingerprint(OPEN12345_HOME)}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 86400  # seconds: who chose a language meets it again
SESSION_COOKIE_AGE = 12 * 3600  # seconds: one shift
SECURE_HSTS_SECONDS = 365 * 86400 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "open12345.ui.views.csrf_failure"
if _flag("OPEN12345_BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes of one form, files apart

# --- what is written down -------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "open12345": {"level": "INFO"},
        "procrastinate": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},  # it warns of every property that only browsers know
    },
}
