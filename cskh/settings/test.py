"""Settings of the tests: the same engines, cheaper passwords, nothing sent unless a test runs a server."""

import base64
import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)
os.environ.setdefault("STORAGE_KEYS", base64.b64encode(b"only-for-tests".ljust(32)).decode())
# Type checkers import the settings without a server; a test that wants one is told how to get it by the failing name.
os.environ.setdefault("DATABASE_URL", "postgresql:///run-the-tests-with-bin-test")

from .base import *  # noqa: F403
from .base import DATABASES

DATABASES["default"]["OPTIONS"].pop("pool", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="cskh-test-media-"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PUBLIC_URL = "http://testserver"
ALLOWED_HOSTS = ["*"]
WEBHOOK_ALLOW_PRIVATE = True
CHAT_ROOM_KEPT = 0  # every test has visitors of its own
SEND_HOLD_SECONDS = 0  # tests of holding set their own
WHITENOISE_AUTOREFRESH = True  # static files from the sources: tests collect none
