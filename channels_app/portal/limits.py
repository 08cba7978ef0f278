"""How often one address may do a thing on the public pages."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cskh.core.client_address import client_address
from cskh.core.counting import is_too_often
from cskh.core.errors import DomainError


class TooMany(DomainError):
    """Too often from one address; later it works again, and other ways stay open."""

    code = "throttled"
    status = 429
    default_message = _(
        "Too many attempts from your network. Please wait a while, or reach us by email or telephone meanwhile."
    )


def count(request: HttpRequest, what: str) -> None:
    """Counts one more `what` (a key of settings.PORTAL_LIMITS) for the client's address. Raises TooMany beyond the limit."""
    times, seconds = settings.PORTAL_LIMITS[what]
    if is_too_often(f"portal-{what}", client_address(request), times=times, seconds=seconds):
        raise TooMany
