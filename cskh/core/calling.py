"""One HTTP request to a server that the operator named, within one deadline. Redirects are not followed."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import SplitResult, urlsplit

from .deadline import cut_off_at, left


def address_of(text: str, setting: str) -> SplitResult:
    """Raises ValueError, naming the setting, for what is no http(s) address."""
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{setting} is an http(s) address")
    return parts


def call(
    parts: SplitResult,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    deadline: float,
    most: int,
) -> tuple[int, bytes]:
    """The status and the body of the answer. Raises OSError, HTTPException or ValueError (larger than `most`) where there is
    none, or only a part of one: then nobody knows whether the request was carried out."""
    connection = _connected(parts, deadline)
    with closing(connection), cut_off_at(deadline, connection.sock):
        if isinstance(connection.sock, ssl.SSLSocket):
            connection.sock.do_handshake()
        connection.request(method, f"{parts.path}{path}", body=body, headers=dict(headers))
        response = connection.getresponse()
        answer = response.read(most + 1)
        left(deadline)  # what was cut off in its middle is no answer
    if len(answer) > most:
        raise ValueError("too large")
    return response.status, answer


def _connected(parts: SplitResult, deadline: float) -> http.client.HTTPConnection:
    host, is_secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    connected = socket.create_connection((host, port), timeout=left(deadline))
    connection: http.client.HTTPConnection
    if is_secure:
        connection = http.client.HTTPSConnection(host, port)
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
    else:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = connected
    return connection
