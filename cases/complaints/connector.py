"""The operator's system that carries remedies out, over REST (docs/integration.md says what it is asked and answers).

`POST {address}` with an Idempotency-Key asks for it; `GET {address}/{key}` asks what became of it. Every request is signed with a
shared secret. Whatever is no clear answer is none: then it is asked what became of it before anything is sent again, and it is
sent again under the same key.
"""

import hashlib
import hmac
import http.client
import json
import logging
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.conf import settings
from django.utils import timezone

from cskh.core.calling import address_of, call
from cskh.core.text import one_line

log = logging.getLogger(__name__)

_MOST_BYTES = 64 * 1024
_REFERENCE_MOST, _CODE_MOST = 100, 60


class Told(StrEnum):
    """What the operator's system says of a remedy. `UNKNOWN`: it never heard of it; `NOTHING`: no answer that says anything."""

    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Outcome:
    told: Told
    reference: str = ""
    code: str = ""


class Connector:
    """The server at `address`, which knows `secret`."""

    def __init__(self, address: str, secret: str) -> None:
        self.parts, self.secret = address_of(address, "OPERATOR_REMEDIES_URL"), secret

    @classmethod
    def of_settings(cls) -> Self | None:
        address = settings.OPERATOR_REMEDIES_URL
        return cls(address, settings.OPERATOR_REMEDIES_SECRET) if address else None

    def carry_out(self, key: str, order: dict[str, Any]) -> Outcome:
        body = json.dumps({"key": key, **order}, ensure_ascii=False).encode()
        return self._ask("POST", "", key, body)

    def what_became_of(self, key: str) -> Outcome:
        return self._ask("GET", f"/{key}", key, b"")

    def _ask(self, method: str, path: str, key: str, body: bytes) -> Outcome:
        """Raises nothing: where the line breaks, nobody knows what the other side did."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "CSKH-Remedies/1",
            "Idempotency-Key": key,
            "CSKH-Signature": signature(self.secret, int(timezone.now().timestamp()), method, key, body),
        }
        deadline = time.monotonic() + settings.OPERATOR_REMEDIES_TIMEOUT_SECONDS
        try:
            status, answer = call(
                self.parts, method, path, headers=headers, body=body or None, deadline=deadline, most=_MOST_BYTES
            )
            return _outcome(method, status, answer, key)
        except (OSError, http.client.HTTPException, ValueError) as error:
            log.warning("remedy %s: no answer to %s: %s", key, method, type(error).__name__)
            return Outcome(Told.NOTHING)


def signature(secret: str, timestamp: int, method: str, key: str, body: bytes) -> str:
    """The value of CSKH-Signature: HMAC-SHA256 over `<timestamp>.<method>.<key>.<body>`."""
    signed = f"{timestamp}.{method}.{key}.".encode() + body
    return f"t={timestamp},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _outcome(method: str, status: int, answer: bytes, key: str) -> Outcome:
    """A clear answer names our key and says what became of it. Raises ValueError for what is none."""
    if method == "GET" and status == http.client.NOT_FOUND:
        return Outcome(Told.UNKNOWN)
    said = json.loads(answer)
    if not isinstance(said, dict) or said.get("key") != key:
        raise ValueError("not about this remedy")
    told, reference = Told(str(said.get("status"))), one_line(str(said.get("reference") or ""))[:_REFERENCE_MOST]
    if told == Told.DONE and status < http.client.MULTIPLE_CHOICES and reference:
        return Outcome(Told.DONE, reference)
    if told == Told.PENDING and status < http.client.MULTIPLE_CHOICES:
        return Outcome(Told.PENDING)
    if told == Told.REFUSED and status < http.client.INTERNAL_SERVER_ERROR:
        return Outcome(Told.REFUSED, code=one_line(str(said.get("code") or ""))[:_CODE_MOST])
    raise ValueError("says nothing clear")
