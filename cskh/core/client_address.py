"""Where a request came from."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_SALT = "cskh.core.client_address"


def client_address(request: HttpRequest) -> str:
    """The address the request came from, as far as our own proxies (settings.TRUSTED_PROXIES of them) vouch for it.

    Where what they say is no address, it is that of the nearest one.
    """
    return _vouched_for(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_hash(request: HttpRequest) -> str:
    """Tells whether two requests came from the same address, and not from which: what is kept where the address is not.

    Keyed (SECRET_KEY): there are so few addresses that all of them could be tried. "" where the request has none.
    """
    address = client_address(request)
    return salted_hmac(_SALT, address, algorithm="sha256").hexdigest() if address else ""


def socket_address(scope: Mapping[str, Any]) -> str:
    """As `client_address`, of a socket; "" where its peer has none."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return _vouched_for((scope.get("client") or [""])[0], ",".join(said))


def _vouched_for(peer: str, forwarded: str) -> str:
    if settings.TRUSTED_PROXIES:
        chain = [part.strip() for part in forwarded.split(",") if part.strip()]
        if chain and _is_address(said := chain[-min(settings.TRUSTED_PROXIES, len(chain))]):
            return said
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
