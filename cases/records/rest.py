"""The operator's system over REST: `GET {address}/{kind}?code=…`, read only (docs/integration.md says what it answers).

The address is the operator's own and comes from the environment, so it may be an inner one. Redirects are not followed: the
key goes to the server that was named and nowhere else.
"""

import http.client
import json
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Self
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

from cskh.core.deadline import cut_off_at, left

from .models import RecordKind
from .rows import Row, from_json
from .source import MOST_ROWS, NoAnswer, Period, SourceAnswer

log = logging.getLogger(__name__)

_MOST_PAGES = 20
_MOST_TOLD = 2**31 - 1
_NOT_KEPT = 404  # the operator keeps no such books: nothing is found, and that is an answer


class RestSource:
    """Asks the server at `address` with `key`."""

    def __init__(self, address: str, key: str) -> None:
        self.parts: SplitResult = urlsplit(address.rstrip("/"))
        if self.parts.scheme not in ("https", "http") or not self.parts.hostname:
            raise ValueError("OPERATOR_RECORDS_URL is an http(s) address")
        self.key = key
        self.name = f"rest:{self.parts.hostname}"

    @classmethod
    def of_settings(cls) -> Self | None:
        address = settings.OPERATOR_RECORDS_URL
        return cls(address, settings.OPERATOR_RECORDS_KEY) if address else None

    def look_up(
        self, kind: RecordKind, *, customer: str = "", code: str = "", period: Period | None = None
    ) -> SourceAnswer:
        if not (customer or code):
            raise ValueError("a customer or a code is asked for")
        asked = {"code": code, "customer": customer}
        if period:
            asked |= {"since": period.since.isoformat(), "until": period.until.isoformat()}
        try:
            return self._answer(kind, {name: value for name, value in asked.items() if value})
        except (OSError, http.client.HTTPException, ValueError) as error:
            # What was asked and answered is personal: only the kind of failure is told.
            log.warning("%s does not answer for %s: %s", self.name, kind.value, type(error).__name__)
            raise NoAnswer(type(error).__name__) from error

    def _answer(self, kind: RecordKind, asked: Mapping[str, str]) -> SourceAnswer:
        """All pages within one deadline, or as many as hold the rows that are kept and one more: then it is cut."""
        deadline = time.monotonic() + settings.OPERATOR_RECORDS_TIMEOUT_SECONDS
        rows: list[Row] = []
        total: int | None = None
        cursor, room = "", settings.OPERATOR_RECORDS_MAX_BYTES
        for _page in range(_MOST_PAGES):
            body = self._get(kind, {**asked, **({"cursor": cursor} if cursor else {})}, deadline, room)
            room -= len(body)
            page = _page_of(body)
            rows += [from_json(kind, row) for row in page["rows"][: MOST_ROWS + 1 - len(rows)]]
            cursor, total = page.get("next") or "", page.get("total") or total
            if len(rows) > MOST_ROWS or not cursor:
                if total and not rows:
                    raise ValueError("rows that are not there")  # a part that says nothing is no answer
                return SourceAnswer.of(rows, total)
        raise ValueError("too many pages")

    def _get(self, kind: RecordKind, asked: Mapping[str, str], deadline: float, room: int) -> bytes:
        connection = self._connection(deadline)
        with closing(connection), cut_off_at(deadline, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            headers = {"Accept": "application/json", "User-Agent": "CSKH-Records/1"}
            if self.key:
                headers["Authorization"] = f"Bearer {self.key}"
            connection.request("GET", f"{self.parts.path}/{kind.value}?{urlencode(asked)}", headers=headers)
            response = connection.getresponse()
            if response.status == _NOT_KEPT:
                return b'{"rows": []}'
            if response.status != http.client.OK:
                raise ValueError(f"HTTP {response.status}")
            body = response.read(room + 1)
            left(deadline)  # what was cut off in its middle is no answer
        if len(body) > room:
            raise ValueError("too large")
        return body

    def _connection(self, deadline: float) -> http.client.HTTPConnection:
        host, is_secure = str(self.parts.hostname), self.parts.scheme == "https"
        port = self.parts.port or (443 if is_secure else 80)
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


def _page_of(body: bytes) -> dict[str, Any]:
    """Raises ValueError for what is no page."""
    page = json.loads(body)
    if not isinstance(page, dict) or not isinstance(page.get("rows"), list):
        raise ValueError("no page of rows")
    if not isinstance(page.get("next"), str | None):
        raise ValueError("no cursor")
    total = page.get("total")
    if total is not None and (isinstance(total, bool) or not isinstance(total, int) or not 0 <= total <= _MOST_TOLD):
        raise ValueError("no number of rows")
    return page
