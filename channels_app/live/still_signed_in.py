"""A socket lives longer than a request: whether the session it was opened with still signs its person in."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.models import User


def is_still_signed_in(user: User, session_key: str | None) -> bool:
    """Decided as `django.contrib.auth.get_user` does for a request, from the session as it is stored now.

    False where the session is gone or expired, is somebody else's by now, or is older than the password. Unlike there nothing
    is written: a socket can give its browser no new cookie.
    """
    if not session_key:
        return False
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if session.get(SESSION_KEY) != str(user.pk):
        return False
    stored = session.get(HASH_SESSION_KEY, "")
    fitting = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(stored, one) for one in fitting)
