"""Settings every process shares. What differs by concern is in its own file beside this one."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from .cases import *  # noqa: F403
from .celery import *  # noqa: F403
from .channels import *  # noqa: F403
from .desk import *  # noqa: F403
from .env import BASE_DIR, DATA_DIR, env, storage_keys
from .key_values import *  # noqa: F403
from .live import *  # noqa: F403
from .portal import *  # noqa: F403
from .records import *  # noqa: F403
from .remedies import *  # noqa: F403
from .rest import *  # noqa: F403
from .security import *  # noqa: F403

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
# Demo mode adds demo logins, a page to read demo mail in, and nothing else. It is never on in production.
DEMO = env.bool("CSKH_DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "accounts.admin_site.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "cskh",
    "cskh.core",
    "accounts",
    "accounts.customers",
    "cases",
    "cases.records",
    "cases.evidence",
    "cases.complaints",
    "cases.quality",
    "cases.reports",
    "channels_app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cskh.core.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.StaffLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cskh.core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cskh.urls"
ASGI_APPLICATION = "cskh.asgi.application"
WSGI_APPLICATION = "cskh.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "cskh" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cskh.core.brand.context",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", engine="cskh.core.database")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
# A pool per process serves both threads and ASGI, where connections kept by thread would pile up.
_OPTIONS["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=20)}
# People who wait for what somebody else holds are told so in the end (web processes: cskh/asgi.py); workers just wait.
if _LOCK_SECONDS := env.int("DATABASE_LOCK_SECONDS", default=0):
    _OPTIONS["options"] = f"-c lock_timeout={_LOCK_SECONDS}s {_OPTIONS.get('options', '')}".rstrip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cskh.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = DATA_DIR / "media"


def _s3(bucket: str) -> dict[str, object]:
    from botocore.config import Config

    # People wait for it, some holding a case meanwhile: half a minute is the most.
    patience = Config(signature_version="s3v4", connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("STORAGE_ENDPOINT", default=None),
            "region_name": env.str("STORAGE_REGION", default=None),
            "client_config": patience,
            "querystring_auth": True,
            "default_acl": None,
        },
    }


# What is sent to us is written once: read by this user, changed by nobody.
_FILES = {
    "BACKEND": "cskh.core.storage.DurableFiles",
    "OPTIONS": {"file_permissions_mode": 0o400, "directory_permissions_mode": 0o700},
}
# Evidence goes to files by default, to S3 where STORAGE_BUCKET is named (keys from the AWS variables of the environment); sealed
# with these keys either way (cskh/core/vault.py).
_BUCKET = env.str("STORAGE_BUCKET", default="")
STORAGE_KEYS = storage_keys()
ORPHANS_KEPT_FOR = timedelta(hours=24)  # what no row refers to is removed then: a transaction was taken back
STORAGES = {
    "default": _s3(_BUCKET) if _BUCKET else _FILES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# Texts are bounded by our own limits (settings/cases.py); files are streamed to disk above 2.5 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # so many are read past to answer in our own words (channels_app/portal/uploads.py)
FILE_UPLOAD_HANDLERS = [
    "cskh.core.upload_handler.DeclaredNames",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cskh.core.upload_handler.FilesOnDisk",
]
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"uvicorn.access": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
