"""Django's settings. Everything an installation may choose is a variable named SALESYEAR_…, read in `env.py`."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from salesyear.web.env import Env, secret_of

env = Env()
WEB = Path(__file__).parent
HOME = env.folder("SALESYEAR_HOME", Path.home() / ".salesyear")

DEBUG = env.flag("SALESYEAR_DEBUG", default=False)
SECRET_KEY = env.variables.get("SALESYEAR_SECRET") or secret_of(HOME)
SECRET_KEY_FALLBACKS = env.names("SALESYEAR_SECRETS_BEFORE", [])
ALLOWED_HOSTS = env.names("SALESYEAR_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.names("SALESYEAR_ORIGINS", [])
HTTPS = env.flag("SALESYEAR_HTTPS", default=False)

INSTALLED_APPS = [
    "salesyear.web",
    "salesyear.importing",
    "salesyear.documents",
    "salesyear.performance",
    "salesyear.targets",
    "salesyear.market",
    "salesyear.plans",
    "salesyear.sales",
    "salesyear.crm",
    "salesyear.org",
    "salesyear.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "salesyear.web.middleware.PolicyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "salesyear.web.urls"
WSGI_APPLICATION = "salesyear.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "salesyear.web.context.shell",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", HOME / "salesyear.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "salesyear.org.accounts.ClosedDoor"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # django-axes counts those, in the database and across processes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or not HTTPS
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from an administrator, who knows whose they are
MFA_TOTP_ISSUER = "Salesyear 丰年"
USERSESSIONS_TRACK_ACTIVITY = False  # it would write to the database at every request
AXES_FAILURE_LIMIT = env.whole("SALESYEAR_LOCKOUT_TRIES", 5, least=2, most=100)
AXES_COOLOFF_TIME = env.whole("SALESYEAR_LOCKOUT_MINUTES", 15, least=1, most=24 * 60) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "salesyear.org.accounts.name_tried"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

LANGUAGE_CODE = env.one_of("SALESYEAR_LANGUAGE", "zh-hans", ("zh-hans", "en"))
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "salesyear_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [WEB / "locale"]
TIME_ZONE = env.zone("SALESYEAR_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [WEB / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "salesyear.web.storage.Storage"},
}
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
IMPORT_MOST_BYTES = env.whole("SALESYEAR_IMPORT_MOST_MB", 200, least=1, most=4_000) * 1_000_000
IMPORT_MOST_ROWS = env.whole("SALESYEAR_IMPORT_MOST_ROWS", 500_000, least=1_000, most=50_000_000)
FACTS_ROOT = HOME / "facts"
COUNTRY = env.text("SALESYEAR_COUNTRY", "CN")
ENGINE = env.engine("SALESYEAR_ENGINE")
RUN_LEASE_SECONDS = env.whole("SALESYEAR_RUN_LEASE_SECONDS", 60, least=2, most=3_600)
RUN_ATTEMPTS = env.whole("SALESYEAR_RUN_ATTEMPTS", 3, least=1, most=20)

NOTIFY_MAIL = env.text("SALESYEAR_NOTIFY_MAIL", "")
NOTIFY_INSIDE = env.names("SALESYEAR_NOTIFY_INSIDE", [])
ALERT_SECONDS = env.whole("SALESYEAR_ALERT_SECONDS", 60, least=0, most=86_400)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {
        "handlers": ["console"],
        "level": env.one_of("SALESYEAR_LOG", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
