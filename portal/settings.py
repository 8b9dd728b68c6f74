"""Django's settings, all from the environment; `.env.example` explains each variable."""

from __future__ import annotations

import os
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from kombu import Queue

from portal.run import environment, services
from portal.run.environment import BASE_DIR
from portal.run.logs import logging_config

env = environ.Env()
environment.load_secret_files()

# --- where and how this process runs
DATA_DIR = environment.data_dir()
DEMO = environment.is_on("PORTAL_DEMO")
TESTING = environment.is_on("PORTAL_TEST")
DEBUG = False
SECRET_KEY = environment.secret_key()
KEY_FILE = environment.key_file()
SIGNING_KEY_FILE = environment.signing_key_file()
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
# A demo answers to loopback names only, whatever the environment asks.
ALLOWED_HOSTS = LOOPBACK if DEMO else env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = [] if DEMO else [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
# mails are made by workers, who see no request
PORTAL_URL = env.str("PORTAL_URL", default="").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    if ALLOWED_HOSTS and not DEMO
    else f"http://127.0.0.1:{env.int('PORT', default=8000)}"
)
# tests have responders on loopback; nothing outside them may point the workers there
CERTIFICATE_STATUS_ALLOW_LOOPBACK = TESTING
PKIOVERHEID_TRUST_DIR = env.str("PKIOVERHEID_TRUST_DIR", default="") or None
# who shows it may read /metrics from elsewhere; without one only this machine may, by a name of loopback
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# read by prometheus_client when it is imported: web processes add up their counts in this folder
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(environment.private_folder("metrics"))
MIGRATION_MAX_BYTES = env.int("MIGRATION_MAX_BYTES", default=10 * 1024**3)
MIGRATION_MAX_RATIO = env.int("MIGRATION_MAX_RATIO", default=200)
MIGRATION_MAX_ENTRIES = env.int("MIGRATION_MAX_ENTRIES", default=1_000_000)
# what `Migratiebestand controleren` under Tools takes: it is done while the browser waits
TOOLS_MAX_BYTES = env.int("TOOLS_MAX_BYTES", default=200 * 1024**2)
# how many imports run at a time, by which the moment of the next is foretold
IMPORT_WORKERS = env.int("IMPORT_WORKERS", default=1)
UPLOAD_QUOTA_BYTES = env.int("UPLOAD_QUOTA_BYTES", default=2 * MIGRATION_MAX_BYTES)
# whoever reads more than people can is no support desk
ADMIN_PAGES_PER_MINUTE = env.int("ADMIN_PAGES_PER_MINUTE", default=120)
ADMIN_SESSION_SECONDS = env.int("ADMIN_SESSION_SECONDS", default=30 * 60)
# a program that follows a migration asks every few seconds; an office may have a limit of its own
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=300)
API_WRONG_TOKENS_PER_MINUTE = env.int("API_WRONG_TOKENS_PER_MINUTE", default=30)
UPLOAD_KEEP_HOURS = env.int("UPLOAD_KEEP_HOURS", default=72)
# requests with bytes of resumable uploads that a web process takes at a time; its other threads are for pages
UPLOADS_AT_ONCE = env.int("UPLOADS_AT_ONCE", default=24)

# --- the project
INSTALLED_APPS = [
    "portal.office.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "csp",
    "portal.ui",
    "portal.office",
    "portal.dossiers",
    "certificates",
    "migrations_app",
    "portal",
]
MIDDLEWARE = [
    "portal.run.logs.RequestLog",
    "portal.office.problems.ProblemsUnderApi",
    "portal.run.encodings.FormsInUtf8",
    "portal.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.metrics.MetricsForWhoMayReadThem",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.office.sessions.SlidingSession",
    "portal.office.mfa.SecondStepRequired",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.office.context.portal",
            ],
        },
    }
]

# --- services that an address replaces
DATABASES = {"default": services.database(DATA_DIR)}
# of commands only: what serves requests or works jobs never has it (portal.run.process)
DATABASE_OWNER = services.database_owner()
CACHES = {"default": services.cache()}
MAIL_DIR = DATA_DIR / "mail"
vars().update(services.mail())
EMAIL_TIMEOUT = 30  # well within the lease of a mail that is being sent
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Nextens <noreply@nextens.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="support@nextens.nl")
STORAGES = {
    "default": services.files(DATA_DIR),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = environment.private_folder("spool")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
FILE_UPLOAD_HANDLERS = [
    "portal.office.upload_limit.StrangersLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- language and formats
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
# Off: it would print years and numbers in attributes with a dot; counts ask for it with the filter `number`.
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["portal.formats"]

# --- people and sessions
AUTH_USER_MODEL = "office.User"
AUTHENTICATION_BACKENDS = ["portal.office.backends.OfficeBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.office.password_rules.UnlikeItsOwner"},
    {"NAME": "portal.office.password_rules.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.office.password_rules.Uncommon"},
]
LOGIN_URL = "/inloggen/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "portal.office.sessions"
SESSION_COOKIE_AGE = 2 * 3600  # counted from what somebody did last
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "portal.office.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the box on the login page remembers the name, never the session
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses of strangers
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# portal.office.throttle counts logins
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reset_password": "20/m/ip,5/m/key"}
MFA_ADAPTER = "portal.office.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # clocks of telephones differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are confirmed by the invitation
ACCOUNT_EMAIL_NOTIFICATIONS = True
# behind a proxy attempts are counted by the address that the proxy saw
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEMO else "https"

# --- security headers
SECURE_COOKIES = not (DEMO or TESTING)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE_COOKIES and env.bool("SECURE_SSL_REDIRECT", default=True)
# asked on the machine itself, behind the proxy that has the certificate
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_COOKIES
SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- /api/v1/: tokens only, so that no page of another site can use somebody's session
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.office.token_authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.office.bodies.ReadableJSON"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.office.call_limits.PerToken"],
    "DEFAULT_SCHEMA_CLASS": "portal.office.api_schema.Schema",
    "EXCEPTION_HANDLER": "portal.office.problems.handle",
    "UNAUTHENTICATED_USER": None,
    # no second way to say what one accepts
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Nextens Portal",
    "DESCRIPTION": "For the Migratie Tool and for software of offices. A token of the office says for whom a "
    "call works: `Authorization: Bearer nxt_…`. Refusals are problem details (RFC 9457).",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "migrations_app.models.Status",
        "ImportTypeEnum": "migrations_app.models.ImportType",
        "PartKindEnum": "migrations_app.models.PartKind",
        "MessageStatusEnum": "portal.dossiers.models.MessageStatus",
        "SourceKindEnum": "portal.dossiers.models.SourceKind",
        "ScopeEnum": "portal.office.models.Scope",
    },
}

# --- workers
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = services.broker()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_TASK_DEFAULT_QUEUE = "checks"
CELERY_TASK_QUEUES = [Queue(name) for name in ("imports", "checks", "sweeps", "mail", "signing")]
CELERY_TASK_ROUTES: dict[str, dict[str, str]] = {
    "migrations_app.tasks.import_next": {"queue": "imports"},
    "migrations_app.tasks.plan_undo": {"queue": "imports"},
    "migrations_app.tasks.undo_job": {"queue": "imports"},
    # neither a long check nor a long import keeps the sweep from noticing what others left
    "migrations_app.tasks.dispatch_due": {"queue": "sweeps"},
    "portal.office.tasks.send_due_mail": {"queue": "mail"},
    "certificates.tasks.check_revocation": {"queue": "checks"},
    "certificates.tasks.check_revocations": {"queue": "checks"},
    "certificates.tasks.remind_of_expiry": {"queue": "checks"},
    "certificates.tasks.*": {"queue": "signing"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_TIMER_PRECISION = 0.1  # how long a stopping worker waits for its timer
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat" / "schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SYNC_EVERY = 1  # the health check looks at the file's age
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "send-due-mail": {"task": "portal.office.tasks.send_due_mail", "schedule": 60.0},
    "forget-old": {"task": "portal.office.tasks.forget_old", "schedule": 3600.0},
    # a sweep that nobody took in time is none: the next one is there
    "dispatch-due": {
        "task": "migrations_app.tasks.dispatch_due",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "forget-history": {"task": "migrations_app.tasks.forget_history", "schedule": 24 * 3600.0},
    "prove-waiting-keys": {"task": "certificates.tasks.prove_waiting_keys", "schedule": 600.0},
    "check-revocations": {"task": "certificates.tasks.check_revocations", "schedule": 1800.0},
    "remind-of-expiry": {
        "task": "certificates.tasks.remind_of_expiry",
        "schedule": crontab(hour=7, minute=0),
    },
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "portal.run.reports.NoValues"
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
