"""One signed request to an integration's server, and nowhere else.

The name is resolved once, every address of it is checked, and the connection goes to that very address: a name that answers
differently a moment later (DNS rebinding) leads nowhere. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings


class NotTaken(Exception):
    """The other side could not be reached, or must not be."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Sends `body` and gives the status of the answer. Raises NotTaken where there is none.

    `settings.WEBHOOK_TIMEOUT_SECONDS` bounds each wait; private addresses are refused unless `WEBHOOK_ALLOW_PRIVATE`.
    """
    parts = urlsplit(url)
    try:
        connection = _connection(parts)
        try:
            connection.request("POST", _path(parts), body=body, headers=dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTaken(f"{type(error).__name__}: {error}") from error


def check_address(host: str, port: int) -> str:
    """The address to connect to. Raises NotTaken where any address of the host is not a public one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotTaken(f"cannot resolve {host}") from error
    addresses = [str(info[4][0]) for info in found]
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(_is_public(address) for address in addresses):
        raise NotTaken("private addresses are not called")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise NotTaken("only http and https addresses are called")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = check_address(parts.hostname, port)
    seconds = settings.WEBHOOK_TIMEOUT_SECONDS
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, port, timeout=seconds)
    else:
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=seconds)
    connection.sock = socket.create_connection((address, port), timeout=seconds)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
    return connection


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
