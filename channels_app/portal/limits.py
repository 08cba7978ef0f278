"""How often one address may do a thing on the public pages."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cskh.core.client_address import client_address
from cskh.core.counting import is_too_often
from cskh.core.errors import Throttled


def count(request: HttpRequest, what: str) -> None:
    """Counts one more `what` (a key of settings.PORTAL_LIMITS) for the client's address. Raises Throttled beyond the limit."""
    times, seconds = settings.PORTAL_LIMITS[what]
    if is_too_often(f"portal-{what}", client_address(request), times=times, seconds=seconds):
        raise Throttled(
            _("Too many attempts from your network. Please wait a while, or reach us by email or telephone meanwhile.")
        )
