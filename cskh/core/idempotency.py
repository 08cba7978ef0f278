"""Makes a repeated POST do its work once.

Work and stored answer commit together, under an advisory lock that lives as long as the transaction. So a process that
dies leaves neither work nor lock behind: its key is free at once, and the next try does the work. A refusal is no work: it
is stored after everything it had begun was rolled back.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .errors import Conflict, IdempotencyMismatch, Invalid
from .locks import taken_if_free
from .models import IdempotencyKey
from .sealing import seal, unseal

HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("ETag", "Location")


def once(request: Request, work: Callable[[], Response]) -> Response:
    """Answers `request` with what `work` gives, or with what was answered to the same request within 24 hours.

    Raises Invalid for a malformed key, IdempotencyMismatch where the key was used for something else, and Conflict where the
    first request with it still runs. What `work` raises is raised on, and then nothing is stored.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Invalid(errors={HEADER: [_("1 to 255 printable ASCII characters.")]})
    credential, fingerprint = str(request.auth), _fingerprint(request)
    with transaction.atomic():
        if not _lock(credential, key):
            raise Conflict(_("The first request with this Idempotency-Key is still running."))
        stored = IdempotencyKey.objects.filter(credential=credential, key=key).first()
        if stored is not None and stored.expires_at > timezone.now():
            return _replayed(stored, fingerprint)
        response = work()
        if response.status_code < 400:
            _store(response, credential=credential, key=key, fingerprint=fingerprint, known=stored)
            return response
        transaction.set_rollback(True)  # a refusal changes nothing, wherever it was found out
    if response.status_code < 500:
        _store_refusal(response, credential=credential, key=key, fingerprint=fingerprint)
    return response


def _lock(credential: str, key: str) -> bool:
    """Whether nobody else holds this key now. Released by the database when the transaction ends, however it ends."""
    return taken_if_free("idempotency", credential, key)


def _replayed(stored: IdempotencyKey, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise IdempotencyMismatch
    body = json.loads(unseal(bytes(stored.body)))
    return Response(
        body["data"],
        status=stored.status,
        headers={**stored.headers, "Idempotency-Replayed": "true"},
        content_type=body["content_type"],
    )


def _store_refusal(response: Response, *, credential: str, key: str, fingerprint: str) -> None:
    """In a transaction of its own; where somebody came in between, theirs is the answer that is kept."""
    with transaction.atomic():
        if not _lock(credential, key):
            return
        stored = IdempotencyKey.objects.filter(credential=credential, key=key).first()
        if stored is None or stored.expires_at <= timezone.now():
            _store(response, credential=credential, key=key, fingerprint=fingerprint, known=stored)


def _store(response: Response, *, known: IdempotencyKey | None, credential: str, key: str, fingerprint: str) -> None:
    body = JSONRenderer().render({"data": response.data, "content_type": response.content_type})
    answer = {
        "fingerprint": fingerprint,
        "status": response.status_code,
        "body": seal(body),
        "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        "created_at": timezone.now(),
    }
    if known is not None:
        IdempotencyKey.objects.filter(pk=known.pk).update(**answer)
    else:
        IdempotencyKey.objects.create(credential=credential, key=key, **answer)


def _fingerprint(request: Request) -> str:
    """SHA-256 over method, address and content. Multipart counts by its parts: the boundary differs at every try."""
    digest = hashlib.sha256()
    for part in (request.method or "", request.get_full_path(), *_content(request)):
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _content(request: Request) -> Iterator[str | bytes]:
    if not (request.content_type or "").startswith("multipart/"):
        yield request._request.body
        return
    for name, values in sorted(cast(QueryDict, request.data).lists()):
        for value in values:
            yield name
            if isinstance(value, UploadedFile):
                yield value.name or ""
                yield from value.chunks()
                value.seek(0)
            else:
                yield str(value)
