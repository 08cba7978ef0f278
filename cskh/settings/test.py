"""Settings of the tests: the same engines, cheaper passwords, nothing sent unless a test runs a server."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)

from .base import *  # noqa: F403
from .base import DATABASES

DATABASES["default"]["OPTIONS"].pop("pool", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = tempfile.mkdtemp(prefix="cskh-test-media-")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PUBLIC_URL = "http://testserver"
ALLOWED_HOSTS = ["*"]
WEBHOOK_ALLOW_PRIVATE = True
