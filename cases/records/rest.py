"""The operator's system over REST: `GET {address}/{kind}?code=…`, read only (docs/integration.md says what it answers).

The address is the operator's own and comes from the environment, so it may be an inner one. Redirects are not followed: the
key goes to the server that was named and nowhere else.
"""

import http.client
import json
import logging
import time
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings

from cskh.core.calling import address_of, call

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
        self.parts = address_of(address, "OPERATOR_RECORDS_URL")
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
        headers = {"Accept": "application/json", "User-Agent": "CSKH-Records/1"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        path = f"/{kind.value}?{urlencode(asked)}"
        status, body = call(self.parts, "GET", path, headers=headers, deadline=deadline, most=room)
        if status == _NOT_KEPT:
            return b'{"rows": []}'
        if status != http.client.OK:
            raise ValueError(f"HTTP {status}")
        return body


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
