"""Django's settings. The environment says where the data lies and who may reach the portal; the defaults are safe.

`python -m portal` sets the environment before this module is read. Without any environment the settings still load
(type checks, tests): nothing is made on disk here.
"""

import os
from pathlib import Path

from fontpkg_atkinson_hyperlegible import ROOT as FONT

from portal import database, home, s3
from portal.codes import new_user_code


def _whole(name: str, otherwise: int, *, least: int = 1) -> int:
    """A whole number from the environment; raises home.HomeError where it is none, or below `least`."""
    text = os.environ.get(name) or str(otherwise)
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise home.HomeError(f"{name} must be a whole number above {least - 1}, not {text}.")
    return int(text)


HERE = Path(__file__).resolve().parent
DATA = home.data_folder()
MEDIA = DATA / "media"
INCOMING = DATA / "incoming"
POSTERS = DATA / "posters"
S3 = s3.configured()
"""The bucket where films, sounds and posters lie; None: in MEDIA and POSTERS."""

PRACTICE = os.environ.get(home.PRACTICE_VARIABLE) == "1"
PORTAL_NAME = os.environ.get(home.NAME_VARIABLE) or ("Practice portal" if PRACTICE else "Our diary")
HTTPS = os.environ.get(home.HTTPS_VARIABLE) == "1"

PROTOCOL = 1
CLIENT_ID = "diary-app"
ACCEPTS = ("video/mp4", "audio/mp4")

# What one account may send. The admin pages can say otherwise for an account (portal/intake/limits.py).
MAX_BYTES = _whole("DIARY_PORTAL_MAX_BYTES", 8 * 1024**3)
"""The largest file, for everybody."""
UNFINISHED = _whole("DIARY_PORTAL_UNFINISHED", 100)
"""How many deliveries may be begun and not finished."""
UNFINISHED_BYTES = _whole("DIARY_PORTAL_UNFINISHED_BYTES", 64 * 1024**3)
"""How large these may be together."""
BYTES_A_DAY = _whole("DIARY_PORTAL_BYTES_A_DAY", 64 * 1024**3)
"""How much may arrive from midnight to midnight."""

READ_TIMEOUT_S = float(os.environ.get(home.READ_TIMEOUT_VARIABLE, "60"))
"""How long the intake waits for the next piece of a body."""
KEEP_FREE_BYTES = 64 * 1024**2
"""Room that is never filled: the database must be able to say that the disk is full."""
UNFINISHED_DAYS = _whole("DIARY_PORTAL_UNFINISHED_DAYS", 14)
"""An upload that nobody carried on with for so long is thrown away."""
KEEP_DAYS = _whole("DIARY_PORTAL_KEEP_DAYS", 0, least=0) if os.environ.get("DIARY_PORTAL_KEEP_DAYS") else None
"""How many days after the receipt the app keeps a clip’s files on its computer; None: for as long as its user likes."""
SWEEP_EVERY_S = float(os.environ.get("DIARY_PORTAL_SWEEP_EVERY", "3600"))
"""How often the running portal looks for such uploads."""

SECRET_KEY = home.secret_key(DATA)
_RESCUE = home.rescue_identity(DATA)
RESCUE_RECIPIENT = _RESCUE.recipient if _RESCUE else ""
"""To whom the app seals the words of a rescue folder; empty where no server has made the data folder yet."""
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, os.environ.get(home.HOSTS_VARIABLE, "").split(","))]
ROOT_URLCONF = "portal.urls"

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.content_security",
    "portal.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.middleware.portal_words",
            ],
        },
    },
]
DATABASES = {"default": database.configured(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

DEVICE_INTERVAL_S = 2
"""How often a computer that waits to be let in may ask."""
TOOLKIT = "oauth2_provider"
# The toolkit's own models, named: a migration that points to them needs the setting.
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = f"{TOOLKIT}.DeviceGrant"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = f"{TOOLKIT}.RefreshToken"
OAUTH2_PROVIDER = {
    "SCOPES": {"clips": "Send clips to this portal and see how they are getting on"},
    "DEFAULT_SCOPES": ["clips"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # One refresh token for the life of a pairing: rotating ones lock a computer out for good when one answer is
    # lost on a bad line. docs/decisions/0009-one-refresh-token-per-computer.md
    "ROTATE_REFRESH_TOKEN": False,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,  # whoever shows a revoked one ends its whole pairing
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "OAUTH_DEVICE_VERIFICATION_URI": "/device",
    "OAUTH_DEVICE_USER_CODE_GENERATOR": new_user_code,
    "DEVICE_FLOW_INTERVAL": DEVICE_INTERVAL_S,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # tokens are kept as hashes
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [("fonts", FONT / "files")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^health$"]  # whoever watches over this computer asks it directly, and learns nothing
if HTTPS:  # behind a front server that speaks https and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {  # a refusal is an answer, not news
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
    },
}
