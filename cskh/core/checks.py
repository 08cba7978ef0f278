"""What `manage.py check --deploy` says of the keys that kept files are sealed with."""

from typing import Any

from django.conf import settings
from django.core import checks

_FEWEST_VALUES = 16  # of the 32 bytes of a random key 30 differ on average; no random key was ever seen with so few


@checks.register(checks.Tags.security, deploy=True)
def check_storage_keys(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A key that somebody has made up, or that is the secret key as well, protects nothing."""
    return [
        checks.Warning(
            f"The key number {number} of STORAGE_KEYS can be guessed.",
            hint="Make one with: openssl rand -base64 32. Put it first, then run: manage.py seal_files",
            id="cskh.W001",
        )
        for number, key in enumerate(settings.STORAGE_KEYS, start=1)
        if len(set(key)) < _FEWEST_VALUES or key in settings.SECRET_KEY.encode()
    ]
