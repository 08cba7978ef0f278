"""One signed request to an integration's server, and nowhere else.

The name is resolved once, every address of it is checked, and the connection goes to that very address: a name that answers
differently a moment later (DNS rebinding) leads nowhere. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from cskh.core.deadline import cut_off_at, left

# Stands for IPv4 addresses, private ones too, wherever a translator (NAT64) is on the way.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class NotTaken(Exception):
    """The other side could not be reached, or must not be."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Sends `body` and gives the status of the answer. Raises NotTaken where there is none.

    `settings.WEBHOOK_TIMEOUT_SECONDS` bounds the whole of it, however slowly the other side speaks (the system's resolver has
    its own limit, and what it took counts). Private addresses are refused unless `WEBHOOK_ALLOW_PRIVATE`.
    """
    parts, deadline = urlsplit(url), time.monotonic() + settings.WEBHOOK_TIMEOUT_SECONDS
    try:
        connection = _connection(parts, deadline)
        with closing(connection), cut_off_at(deadline, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", _path(parts), body=body, headers=dict(headers))
            status = connection.getresponse().status
            left(deadline)  # an answer cut off in its middle is none
            return status
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        raise NotTaken("it took too long" if late else f"{type(error).__name__}: {error}") from error


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
    is_direct = not address.is_multicast and address not in _TRANSLATED
    return address.is_global and is_direct and (inner is None or inner.is_global)


def _connection(parts: SplitResult, deadline: float) -> http.client.HTTPConnection:
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise NotTaken("only http and https addresses are called")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = check_address(parts.hostname, port)
    connected = socket.create_connection((address, port), timeout=left(deadline))
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, port)
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connected, server_hostname=parts.hostname, do_handshake_on_connect=False)
    else:
        connection = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = connected
    return connection


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
