"""All settings, read from the environment; docs/running.md lists the variables."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from viveka.database import database_settings
from viveka.secret import secret_key

BASE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("VIVEKA_DATA") or BASE / "var").absolute()


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


DEBUG = _flag("VIVEKA_DEBUG")
HTTPS = _flag("VIVEKA_HTTPS")
SECRET_KEY = os.environ.get("VIVEKA_SECRET_KEY") or secret_key(DATA)
ALLOWED_HOSTS = os.environ.get("VIVEKA_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").replace(" ", "").split(",")

INSTALLED_APPS = [
    "viveka.apps.VivekaConfig",
    "viveka.stores",
    "customers",
    "advances",
    "debts",
    "billing",
    "viveka.apps.VivekaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "axes",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "viveka.stores.middleware.SignInFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "viveka.stores.middleware.CurrentStoreMiddleware",
    "viveka.stores.middleware.OnlyByButtonMiddleware",
    "viveka.stores.screen_lock.LockMiddleware",
    "viveka.stores.middleware.TraceMiddleware",
    "viveka.stores.middleware.TillMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "viveka.urls"
WSGI_APPLICATION = "viveka.wsgi.application"
DATABASES = {"default": database_settings(data=DATA, env=os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "viveka.stores.context.current_store",
            ],
            "builtins": ["viveka.stores.templatetags.shop"],
        },
    }
]

# People
AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["viveka.stores.passwords.ShopArgon2Hasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "stores/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Time is stored in UTC and shown in the store's own zone (CurrentStoreMiddleware activates it).
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

# Files of our own, served from this machine, out of their folders: there is nothing to collect.
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "uploads"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "_table.html"

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SECURE_HSTS_SECONDS = 30 * 24 * 60 * 60
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Of the JSON API, counted by each process of the server: calls of one person in one store, and tokens that do not hold.
API_CALLS_A_MINUTE = int(os.environ.get("VIVEKA_API_CALLS_A_MINUTE") or 12_000)
API_FAILURES_A_MINUTE = int(os.environ.get("VIVEKA_API_FAILURES_A_MINUTE") or 60)

# Every change to a named field leaves a trace, deletions included.
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}
