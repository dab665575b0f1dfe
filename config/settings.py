"""Settings, all from the environment (see config/environment.py for how a bad value is refused).

Unset, DATABASE_URL, REDIS_URL and CELERY_BROKER_URL mean the embedded engines of HUB_DATA; set, nothing is embedded.
DEBUG stays off: pages of errors never show a traceback (S50).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import environment as env
from config.connections import database, engines_urls
from config.schedule import SCHEDULE

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parent.parent
DEMO_SECRET_KEY = "demo-only-secret-key-which-every-other-start-refuses"

# --- the hub ---------------------------------------------------------------------------------------------------------
DEMO = env.flag("DEMO", False)
DEBUG = False
ESCALATION = env.choice("ESCALATION", ["strict", "pragmatic"], "strict")
HUB_DATA = Path(env.text("HUB_DATA", str(ROOT / ".hub"))).absolute()
HUB_WEB_PORT = env.whole("HUB_WEB_PORT", 8000, least=1, most=65535)
HUB_OCPP_PORT = env.whole("HUB_OCPP_PORT", 9000, least=1, most=65535)
HUB_BIND = env.text("HUB_BIND", "127.0.0.1")
HUB_WEB_WORKERS = env.whole("HUB_WEB_WORKERS", 1, least=1, most=64)
HUB_WEB_THREADS = env.whole("HUB_WEB_THREADS", 8, least=1, most=128)
HUB_WORKER_THREADS = env.whole("HUB_WORKER_THREADS", 4, least=1, most=64)
HUB_DELIVER_THREADS = env.whole("HUB_DELIVER_THREADS", 32, least=4, most=256)  # they wait for partners most of the time
HUB_PARTY = env.text("HUB_PARTY", "NL/HUB").upper()
HUB_NAME = env.text("HUB_NAME", "Roaming hub")
HUB_PUBLIC_URL = env.base_url("HUB_PUBLIC_URL", f"http://127.0.0.1:{HUB_WEB_PORT}", ["http", "https"])
_SCHEME = "wss" if env.text("OCPP_TLS_CERTIFICATE", "") else "ws"
HUB_OCPP_PUBLIC_URL = env.base_url("HUB_OCPP_PUBLIC_URL", f"{_SCHEME}://127.0.0.1:{HUB_OCPP_PORT}", ["ws", "wss"])
if [len(part) for part in HUB_PARTY.split("/")] != [2, 3] or not HUB_PARTY.replace("/", "").isalnum():
    env.fail("HUB_PARTY", "must be country and party such as NL/HUB")

ENGINES = engines_urls(HUB_DATA)

# --- secrets ---------------------------------------------------------------------------------------------------------
# Embedded engines bring a key of their installation, in the demo too: commands in a second terminal must have the same.
SECRET_KEY = env.text("SECRET_KEY", ENGINES.secret_key or (DEMO_SECRET_KEY if DEMO else None))
if SECRET_KEY == DEMO_SECRET_KEY and not DEMO:
    env.fail("SECRET_KEY", "is the one of the demo; set one of your own")
if len(SECRET_KEY) < 32:
    env.fail("SECRET_KEY", "must have at least 32 characters")
# For digests of the tokens that we issue and encryption of the tokens that we hold (S17). To rotate it, put the new key
# in SERVER_KEY and the old one in SERVER_KEY_FALLBACKS.
SERVER_KEY, *_more = env.keys("SERVER_KEY") or [
    HKDF(SHA256(), 32, salt=None, info=b"hub server key").derive(SECRET_KEY.encode())
]
SERVER_KEY_FALLBACKS: list[bytes] = [*_more, *env.keys("SERVER_KEY_FALLBACKS")]

# --- limits ----------------------------------------------------------------------------------------------------------
OUTBOUND_ALLOW = env.networks("OUTBOUND_ALLOW", ["127.0.0.0/8", "::1/128"] if DEMO else [])
OUTBOUND_CA_BUNDLE = env.authorities("OUTBOUND_CA_BUNDLE")  # beside the public ones
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", [])  # whose X-Forwarded-For is believed (S16)
OCPI_PAGE_LIMIT = env.whole("OCPI_PAGE_LIMIT", 100, least=1, most=1000)
OCPI_BODY_LIMIT = env.whole("OCPI_BODY_LIMIT", 4 * 1024 * 1024, least=65_536)
OCPP_FRAME_LIMIT = env.whole("OCPP_FRAME_LIMIT", 65_536, least=4096)
OCPP_PING_INTERVAL = env.seconds("OCPP_PING_INTERVAL", 30)
OCPP_PING_TIMEOUT = env.seconds("OCPP_PING_TIMEOUT", 30)
OCPP_CALL_TIMEOUT = env.seconds("OCPP_CALL_TIMEOUT", 30)
# TLS of the stations' port, where no proxy ends it: PEM files. Certificates of stations (profile 3) are asked for when
# the file of authorities is named; behind a proxy it says which authorities are trusted besides STATION_AUTHORITY's.
OCPP_TLS_CERTIFICATE = env.file("OCPP_TLS_CERTIFICATE")
OCPP_TLS_KEY = env.file("OCPP_TLS_KEY")
OCPP_TLS_CLIENT_CA = env.file("OCPP_TLS_CLIENT_CA")
if bool(OCPP_TLS_CERTIFICATE) != bool(OCPP_TLS_KEY):
    env.fail("OCPP_TLS_KEY", "and OCPP_TLS_CERTIFICATE are set together")
CLIENT_CERTIFICATE_HEADER = env.text("CLIENT_CERTIFICATE_HEADER", "Client-Cert")  # believed from TRUSTED_PROXIES only
STATION_AUTHORITY = env.text("STATION_AUTHORITY", "ocppbridge.services.authority.Embedded")
# Who makes contract certificates for vehicles, and who knows VAT numbers: classes (ocppbridge.bridge has some).
EV_CERTIFICATES = env.text("EV_CERTIFICATES", "ocppbridge.bridge.ev_certificates.Nobody")
EV_CERTIFICATES_URL = env.text("EV_CERTIFICATES_URL", "")  # of ev_certificates.Remote
VAT_REGISTER = env.text("VAT_REGISTER", "ocppbridge.bridge.vat_numbers.Vies")
VIES_URL = env.text("VIES_URL", "https://ec.europa.eu/taxation_customs/vies/rest-api/ms/{country}/vat/{number}")
STATION_CERTIFICATE_DAYS = env.whole("STATION_CERTIFICATE_DAYS", 730, least=1, most=3650)
DRAIN_SHARDS = env.whole("DRAIN_SHARDS", 8, least=1, most=1024)
# Billing: how long the change cursor reaches back; how long, and up to which size, files of exports are kept.
BILLING_CHANGES_DAYS = env.whole("BILLING_CHANGES_DAYS", 400, least=1, most=3650)
BILLING_EXPORT_DAYS = env.whole("BILLING_EXPORT_DAYS", 7, least=1, most=365)
BILLING_EXPORT_MEGABYTES = env.whole("BILLING_EXPORT_MEGABYTES", 4096, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = OCPI_BODY_LIMIT
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Django ----------------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [str(urlsplit(HUB_PUBLIC_URL).hostname), "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"{urlsplit(HUB_PUBLIC_URL).scheme}://{urlsplit(HUB_PUBLIC_URL).netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HUB_PUBLIC_URL.startswith("https:")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "roaming.console",  # before unfold, whose home page it replaces
    "unfold",  # before the admin whose templates it replaces
    "django.contrib.admin.apps.SimpleAdminConfig",  # staff's pages are found by config.urls: only `web` needs them
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",  # the page of the documentation loads nothing from elsewhere
    "channels",
    "roaming",
    "ocppbridge",
    "config",
]

MIDDLEWARE = [
    "config.middleware.neutral_server",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
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
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False  # OCPI peers do not follow redirects; both forms of a URL are mounted instead
USE_TZ = True
TIME_ZONE = "UTC"
LOGIN_REDIRECT_URL = "/admin/"
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["roaming.console.formats"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # served out of the packages: no collectstatic step that can be forgotten
WHITENOISE_AUTOREFRESH = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- engines ---------------------------------------------------------------------------------------------------------
DATABASE_URL = ENGINES.database_url
REDIS_URL = ENGINES.redis_url
CELERY_BROKER_URL = ENGINES.broker_url
# A pool of Django's own: Celery's threads close their connection after each task, whatever CONN_MAX_AGE says. Zero: no
# pool, each thread keeps its connection; for a process whose threads are few and stay, as those of `web`.
DB_POOL_SIZE = env.whole("DB_POOL_SIZE", 12, least=0, most=500)
DATABASES: dict[str, dict[str, Any]] = {"default": database(DATABASE_URL, DB_POOL_SIZE)}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}

# --- Celery: nudges only, the truth stands in PostgreSQL -------------------------------------------------------------
# Queues: interactive, drain, deliver, bulk. Who sends names the queue; a task that does not say is in no hurry.
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A task that a killed worker held comes back after 60 s, not after Celery's hour. It must exceed the longest task.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 60, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULER = "config.beat:LockedScheduler"
CELERY_TIMEZONE = "UTC"

# --- the APIs under /api/v1/ (the OCPI views name their own classes) -------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Operator API",
    "VERSION": "1",
    "DESCRIPTION": "Stations, calls, transactions, sessions and CDRs of the hosted parties.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {  # where several of our fields have one name, or several names one set of words
        "SecurityProfileEnum": "ocppbridge.models.Station.Profile",
        "ReportStateEnum": "ocppbridge.models.DeviceReport.State",
        "PowerUnitEnum": "ocppbridge.charging.charging_profiles.Unit",
        "GridSignalKindEnum": "ocppbridge.models.GridSignal.Kind",
        "GridSupportKindEnum": "ocppbridge.charging.v2x_intents.KINDS",
        "ExportFormatEnum": "roaming.models.BillingExport.Format",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "defaultModelsExpandDepth": 0},
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO")},
    "loggers": {
        # Below WARNING these write whole requests, task arguments and headers; tokens never go to a log (S18).
        "urllib3": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "channels": {"level": "WARNING"},
        # Its warnings are one line for each 4xx, with card numbers in the paths; the exchanges are journalled instead.
        "django.request": {"level": "ERROR"},
    },
}
UNFOLD = {
    "SITE_TITLE": HUB_NAME,
    "SITE_HEADER": HUB_NAME,
    "SITE_SUBHEADER": HUB_PARTY,
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": ["roaming.console.theme.stylesheet"],
    "DASHBOARD_CALLBACK": "roaming.console.home.dashboard",
    "SIDEBAR": {"show_search": True, "navigation": "roaming.console.navigation.sidebar"},
}
